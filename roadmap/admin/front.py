"""The admin's front page: what wants a hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from accounts.holders import skipped
from roadmap.admin.filters import CALLED_BROKEN, TWO_TITLES, wanting
from roadmap.models import Page, Proposal, Resource, Section

MOST_SKIPPED = 5
MOST_PLACES = 10
"""So many places with two titles are listed; the line leads to all."""
Index = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a line is about."""

    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Line:
    """Something that wants a hand, and the list of it."""

    model: str
    """Who may view its rows sees the line."""
    words: str
    query: dict[str, str]
    """What the list is narrowed to."""
    items: list[Item] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the list stands."""
        return f"{reverse(f'admin:roadmap_{self.model}_changelist')}?{urlencode(self.query)}"


def with_wants(index: Index) -> Index:
    """Return the front page with `wants`: the lines that whoever may view resources sees, else None."""

    def page(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        may = request.user.has_perm("roadmap.view_resource")
        wants = [line for line in lines() if request.user.has_perm(f"roadmap.view_{line.model}")] if may else None
        return index(request, {"wants": wants, **(extra_context or {})})

    return page


def lines() -> list[Line]:
    """Return what wants a hand, in seven queries."""
    return [*_of_resources(), *_of_links(), *_of_sections(), *_of_proposals(), *_of_pages(), *_of_skipped()]


def _of_resources() -> Iterator[Line]:
    live, nowhere = Q(retired_at=None), Q(url="") & ~Q(kind="task")
    counts = Resource.objects.aggregate(
        conflicts=Count("pk", filter=~Q(conflicts={})), urls=Count("pk", filter=live & nowhere)
    )
    if count := counts["conflicts"]:
        words = ngettext(
            "%(count)d resource that both an editor and the notes changed",
            "%(count)d resources that both an editor and the notes changed",
            count,
        )
        yield Line("resource", words % {"count": count}, {"wants": "conflicts"})
    if count := counts["urls"]:
        words = ngettext("%(count)d resource without a URL", "%(count)d resources without a URL", count)
        yield Line("resource", words % {"count": count}, {"wants": "url", "state": "live"})


def _of_links() -> Iterator[Line]:
    live = Resource.objects.live()
    counts = live.aggregate(**{name: Count("pk", filter=which) for name, which in wanting().items()})
    if count := counts["dead"]:
        words = ngettext("%(count)d resource with a dead link", "%(count)d resources with dead links", count)
        yield _linked(words, count, {"wants": "dead"})
    if count := counts["failing"]:
        words = ngettext(
            "%(count)d resource with a link that has failed for %(days)d days or longer",
            "%(count)d resources with links that have failed for %(days)d days or longer",
            count,
        )
        yield _linked(words, count, {"wants": "failing"})
    if count := counts["moved"]:
        words = ngettext(
            "%(count)d resource with a link that moved", "%(count)d resources with links that moved", count
        )
        yield _linked(words, count, {"wants": "moved"})
    if count := counts[CALLED_BROKEN]:
        words = ngettext(
            "%(count)d resource whose link learners call broken, while the check does not",
            "%(count)d resources whose links learners call broken, while the check does not",
            count,
        )
        yield _linked(words, count, {"grade": CALLED_BROKEN})


def _linked(words: str, count: int, query: dict[str, str]) -> Line:
    said = {"count": count, "days": settings.LINKS_DEAD_DAYS}
    return Line("resource", words % said, query | {"state": "live"})


def _of_sections() -> Iterator[Line]:
    if count := Section.objects.exclude(conflicts={}).count():
        words = ngettext(
            "%(count)d section that both an editor and the notes changed",
            "%(count)d sections that both an editor and the notes changed",
            count,
        )
        yield Line("section", words % {"count": count}, {"wants": "conflicts"})


def _of_proposals() -> Iterator[Line]:
    if count := Proposal.objects.open().count():
        words = ngettext(
            "%(count)d question whether something new is what has left the notes",
            "%(count)d questions whether something new is what has left the notes",
            count,
        )
        yield Line("proposal", words % {"count": count}, {"answer": "open"})


def _of_pages() -> Iterator[Line]:
    pages = Page.objects.live().exclude(warnings=[]).select_related("roadmap").order_by("roadmap", "position")
    rows = list(pages.only("path", "position", "warnings", "roadmap__title"))
    places = [(page, warning) for page in rows for warning in page.warnings if warning["code"] == TWO_TITLES]
    if count := len(places):
        words = ngettext("%(count)d URL under two titles", "%(count)d URLs under two titles", count)
        items = [_place(page, warning, rows) for page, warning in places[:MOST_PLACES]]
        yield Line("page", words % {"count": count}, {"warnings": TWO_TITLES, "state": "live"}, items)
    others = [page for page in rows if any(warning["code"] != TWO_TITLES for warning in page.warnings)]
    if count := len(others):
        words = ngettext("%(count)d page with other warnings", "%(count)d pages with other warnings", count)
        yield Line("page", words % {"count": count}, {"warnings": "other", "state": "live"})


def _place(page: Page, warning: dict[str, Any], pages: Iterable[Page]) -> Item:
    several = len({each.roadmap_id for each in pages}) > 1
    path = f"{page.roadmap} · {page.path}" if several else page.path
    said = {"path": path, "line": warning["line"], "titles": warning["subject"]}
    words = gettext("%(path)s, line %(line)s: %(titles)s") % said
    return Item(words, reverse("admin:roadmap_page_change", args=[page.pk]))


def _of_skipped() -> Iterator[Line]:
    rows = list(skipped())
    if not rows:
        return
    words = ngettext(
        "%(count)d resource that several learners skip", "%(count)d resources that several learners skip", len(rows)
    )
    most = [row["key"] for row in rows[:MOST_SKIPPED]]
    totals = {each.pk: each for each in Resource.objects.filter(pk__in=most).annotate(n=Count("progress"))}
    items = [_skipped(totals[row["key"]], row["count"]) for row in rows[:MOST_SKIPPED]]
    yield Line("resource", words % {"count": len(rows)}, {"wants": "skipped", "state": "live"}, items)


def _skipped(resource: Any, count: int) -> Item:
    said = {"title": resource.title, "count": count, "total": resource.n}
    words = gettext("“%(title)s”: %(count)d of the %(total)d learners who marked it") % said
    return Item(words, reverse("admin:roadmap_resource_change", args=[resource.pk]))
