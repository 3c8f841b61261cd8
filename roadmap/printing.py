"""A whole roadmap as one page for paper: all its pages one after another, everything unfolded, nothing to press."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from django.utils.encoding import uri_to_iri
from django.utils.html import escape
from django.utils.translation import get_language, gettext, override

from roadmap import elements
from roadmap.bodies import PAGE_LINK, Body
from roadmap.contents import Node, chapter_level, tree
from roadmap.elements import Piece, Placement, Slot
from roadmap.models import BROKEN, Kind, Listing, Page, Roadmap, Section
from roadmap.reading.links import is_web
from roadmap.rendering import Woven, weave
from roadmap.stamps import Stamp

KEPT = 8
"""How many roadmaps (each in one language) a process keeps so."""
_ID = re.compile(r' id="([^"]*)"')
_HERE = re.compile(r' href="#([^"]*)"')
_UNFOLDED = {"details": "fold", "summary": "fold-title"}
"""The classes of what stands for the tags of a fold."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A roadmap for paper, ready to be joined."""

    roadmap: Roadmap
    pages: int
    resources: int
    notes: Woven

    @property
    def language(self) -> str:
        """The language of the notes, as HTML wants it."""
        return elements.language_tag(self.roadmap.language)


@lru_cache(maxsize=KEPT)
def printed(stamp: Stamp, language: str) -> Printed:
    """Return a roadmap in a language of the site: four queries, and kept.

    Its slots are "state", "share", "note" (once for each resource, where it stands first) and "mark" (elsewhere).
    """
    with override(language):
        roadmap = Roadmap.objects.get(pk=stamp.roadmap)
        return _Printer(roadmap).print()


class _Printer:
    """Puts the pages of one roadmap together."""

    def __init__(self, roadmap: Roadmap) -> None:
        self.roadmap = roadmap
        self.pages = list(Page.objects.filter(roadmap=roadmap, retired_at=None).order_by("position", "pk"))
        self.sections = _by_page(self.pages)
        self.listings = _by_section(self.pages)
        self.body = _Body(self.pages, self.sections)

    def print(self) -> Printed:
        """Return the roadmap."""
        keys = {row.resource.key for rows in self.listings.values() for row in rows if not row.resource.retired_at}
        return Printed(self.roadmap, len(self.pages), len(keys), weave(self._pages()))

    def _pages(self) -> Iterator[Piece]:
        for number, page in enumerate(self.pages):
            self.body.number = number
            top = self._tree(page)
            yield f'<div class="part" id="{_anchor(number)}">'
            yield from self._page(page, top, chapter_level(top))
            yield "</div>"

    def _tree(self, page: Page) -> list[Node]:
        live = {
            section.pk: [row.resource.key for row in self.listings[section.pk] if not row.resource.retired_at]
            for section in self.sections[page.pk]
        }
        return tree(self.sections[page.pk], live)

    def _page(self, page: Page, top: list[Node], chapters: int) -> Iterator[Piece]:
        """Yield a page under its title: the roadmap's own stands above the first one already."""
        first = page is self.pages[0]
        title = self.roadmap.title if first else page.title or page.path
        opening = next((node for node in top if node.section.level), None)
        titled = opening is not None and opening.section.level == 1 and opening.section.title == title
        if not first and not titled:
            yield f'<h2 class="heading part-title">{escape(title)}</h2>'
        below = 2 if first else 3
        for node in top:
            is_title = titled and node is opening
            own = below - 1 if is_title else below
            yield from self._section(node, own, chapters, shown=not (first and is_title))

    def _section(self, node: Node, heading: int, chapters: int, *, shown: bool = True) -> Iterator[Piece]:
        """Yield a section with those below it; `heading` is the level of its heading, which is left out if not
        `shown`."""
        section = node.section
        if shown and section.level:
            yield f'<section class="section section-{_rank(section, chapters)}">'
            yield from self._heading(node, heading, with_share=section.level <= chapters)
        elif section.slug:
            yield self.body.anchor(section.slug)
        yield from self.body.content(section.body_html, self.listings[section.pk], heading)
        for child in node.children:
            yield from self._section(child, heading + 1, chapters)
        if shown and section.level:
            yield "</section>"

    def _heading(self, node: Node, heading: int, *, with_share: bool) -> Iterator[Piece]:
        section, level = node.section, min(heading, 6)
        yield self.body.anchor(section.slug)
        yield f'<div class="section-head"><h{level} class="heading">'
        yield from self.body.pieces(section.title_html or escape(section.title or gettext("Untitled")), {}, heading)
        yield f"</h{level}>"
        if with_share and node.keys:
            yield Slot("share", str(section.pk))
        yield "</div>"


class _Body(Body):
    """Bodies of all pages on one: `number` is that of the page they stand on. Anchors are told apart by it; a link
    leads to where its target stands on paper too, and is none if that is nowhere."""

    def __init__(self, pages: list[Page], sections: dict[int, list[Section]]) -> None:
        super().__init__(lambda path: None)
        self.number = 0
        self._numbers = {page.path: number for number, page in enumerate(pages)}
        self._targets = {_anchor(number) for number in range(len(pages))}
        self._given = set(self._targets)
        self._noted: set[str] = set()
        for number, page in enumerate(pages):
            for section in sections[page.pk]:
                texts = _ID.findall(section.body_html + section.title_html)
                self._targets |= {_anchor(number, unescape(name)) for name in (*texts, escape(section.slug))}

    def anchor(self, name: str) -> str:
        """Return the place that a section's anchor names on this page; empty where it was given already."""
        attribute = self._id(name) if name else ""
        return f'<span class="anchor"{attribute}></span>' if attribute else ""

    def element(self, listing: Listing, words: list[Piece], place: Placement, *, first: bool) -> Iterator[Piece]:
        """Yield a resource with its address."""
        it = listing.resource
        classes = "resource resource-item" if place.item else "resource"
        yield f'<span class="{classes}"><span class="control">'
        yield Slot("state", it.key)
        yield "</span>"
        if it.url and is_web(it.url):
            yield f'<a href="{escape(it.url)}">'
            yield from words
            yield "</a>" + elements.source(it, place)
            if it.url not in (listing.label, listing.label.rstrip("/")):
                yield address(it.url)
        else:
            yield '<span class="label">'
            yield from words
            yield "</span>"
            if it.kind != Kind.TASK:
                yield f'<span class="no-link">{escape(gettext("no link yet"))}</span>'
        if not first:
            yield Slot("mark", it.key)
        if it.link and it.link.grade in BROKEN and is_web(it.url):
            language = elements.language_tag(get_language() or "")
            yield f' <span class="broken" lang="{language}">{elements.fault(it.link)}</span>'
        yield "</span>"

    def note(self, listing: Listing) -> Iterator[Piece]:
        """Yield the editor's description, and the place of the learner's note under the first listing."""
        it = listing.resource
        if it.description_html:
            yield f'<div class="description">{it.description_html}</div>'
        if it.key not in self._noted:
            self._noted.add(it.key)
            yield Slot("note", it.key)

    def tag(self, match: re.Match[str], heading: int) -> str:
        """Return a tag: unfolded, its anchor told apart, its image not left for later."""
        name, attributes = match[4], match[5]
        if name in _UNFOLDED:
            anchor = _ID.search(attributes)
            tag = "</div>" if match[3] else f'<div class="{_UNFOLDED[name]}"{anchor[0] if anchor else ""}>'
        elif name == "a" and attributes:
            change, pattern = (self.link, PAGE_LINK) if ' href="page:' in attributes else (self._local, _HERE)
            tag = f"<a{pattern.sub(change, attributes)}>"
        else:
            tag = super().tag(match, heading).replace(' loading="lazy"', "")
        return _ID.sub(self._named, tag)

    def link(self, match: re.Match[str]) -> str:
        """Return the attribute that leads to another page's place on this one."""
        number = self._numbers.get(unescape(match[1]))
        return "" if number is None else self._to(number, (match[2] or "").removeprefix("#"))

    def _local(self, match: re.Match[str]) -> str:
        return self._to(self.number, match[1])

    def _to(self, number: int, name: str) -> str:
        target = _anchor(number, unquote(unescape(name)))
        return f' href="#{escape(target)}"' if target in self._targets else ""

    def _named(self, match: re.Match[str]) -> str:
        return self._id(unescape(match[1]))

    def _id(self, name: str) -> str:
        anchor = _anchor(self.number, name)
        if anchor in self._given:
            return ""
        self._given.add(anchor)
        return f' id="{escape(anchor)}"'


def address(url: str) -> str:
    """Return where a link leads, for readers who cannot press it; letters are written out as browsers show them."""
    return f' <span class="address">{escape(uri_to_iri(url))}</span>'


def _anchor(number: int, name: str = "") -> str:
    """Return what a place of a page is called on the page for paper: its top, or what is `name` there."""
    return f"P{number}-{name}" if name else f"P{number}"


def _rank(section: Section, chapters: int) -> str:
    """Return which sort of heading it is, for its looks."""
    if section.level < chapters:
        return "part"
    return "chapter" if section.level == chapters else "deeper"


def _by_page(pages: list[Page]) -> dict[int, list[Section]]:
    """Return the live sections by pk of their page."""
    found: dict[int, list[Section]] = defaultdict(list)
    for section in Section.objects.filter(page__in=pages, retired_at=None).defer("source").order_by("position"):
        found[section.page_id].append(section)
    return found


def _by_section(pages: list[Page]) -> dict[int, list[Listing]]:
    """Return all listings by pk of their section."""
    rows = Listing.objects.filter(section__page__in=pages, section__retired_at=None)
    found: dict[int, list[Listing]] = defaultdict(list)
    for row in rows.select_related("resource__link").order_by("position", "pk"):
        found[row.section_id].append(row)
    return found
