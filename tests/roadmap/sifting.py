"""A plan of several kinds, and what its page shows of the resources, read as a browser would."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from django.test import Client

from roadmap.models import Resource, Roadmap, Section
from tests.factories import make_plan

URL = "/en/roadmaps/plan/"

VOID = {"area", "br", "hr", "img", "input", "link", "meta", "wbr", "use", "rect", "path", "circle"}


class _Resources(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []
        self._open: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag not in VOID:
            self._open.append((tag, attributes.get("data-resource")))
        if attributes.get("class") == "more":
            key = next(key for _, key in reversed(self._open) if key)
            self.found.append((key, "data-out" in attributes))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def close(self) -> None:
        super().close()
        assert self._open == [], "something was not closed"


def resources_of(html: str) -> list[tuple[str, bool]]:
    """Return the resources of a page or of a part of it, in their order: key, and whether it is muted. Fails where
    the HTML is not well formed."""
    parser = _Resources()
    parser.feed(html)
    parser.close()
    return parser.found


def make_kinds() -> Roadmap:
    """Return a plan with two chapters: in the first a film and a section with three books, in the second a paper."""
    plan = make_plan(slug="plan", language="en")
    for title, kind in (("First chapter", "video"), ("Deeper part", "book"), ("Second chapter", "paper")):
        Resource.objects.filter(listings__section__title=title).update(kind=kind)
    plan.touch()
    return plan


def of(title: str) -> list[Resource]:
    """Return the resources of a section, in their order."""
    return list(Resource.objects.filter(listings__section__title=title).order_by("listings__position"))


def keys_of(title: str) -> list[str]:
    """Return their keys."""
    return [resource.key for resource in of(title)]


def article(client: Client, address: str) -> str:
    """Return the notes of a page."""
    found = re.search(r"<article.*?</article>", client.get(address).text, re.DOTALL)
    assert found
    return found[0]


def shown(client: Client, address: str) -> list[str]:
    """Return the keys of what a page shows, in its order; nothing of it is muted."""
    found = resources_of(article(client, address))
    assert not any(is_muted for _, is_muted in found)
    return [key for key, _ in found]


def plain(html: str) -> str:
    """Return HTML as it is read."""
    return " ".join(re.sub("<[^>]+>", " ", html).split())


def whys(html: str) -> dict[str, str]:
    """Return why sections show nothing, by their headings."""
    found = re.findall(
        r'class="gap-head"><h\d class="heading">(.*?)</h\d>.*?class="why"[^>]*>(.*?)</p>', html, re.DOTALL
    )
    return dict(found)


def share(html: str, section: int) -> str:
    """Return the figure at the first share of a section, 0 for the whole page's."""
    found = re.search(rf'<span class="share[^"]*" data-share="{section}".*?class="percent"[^>]*>(.*?)</span>', html)
    return found[1] if found else ""


def pk(title: str) -> int:
    """Return the pk of a section."""
    return Section.objects.get(title=title).pk
