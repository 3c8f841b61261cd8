"""What imports changed, as readers are told: one block a run that changed something they see.

`told_links` has what became of links, `history` both in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from roadmap.contents import Contents
from roadmap.models import Change, ImportRun, Page, Section

MOST = 500
"""Lines that are shown of one run; of the others their number is said."""
FOLDED_FROM = 20
"""A run with more lines is folded."""
LONGEST = 200
"""Characters of a title or URL that are shown."""

RESOURCE, SECTION, PAGE = Change.Of.RESOURCE, Change.Of.SECTION, Change.Of.PAGE
RENAMED = Q(action=Change.Action.UPDATED, detail__has_key="title")
RELINKED = Q(action=Change.Action.UPDATED, detail__has_key="url")
KINDS = {
    "added": (Q(action=Change.Action.ADDED), _("%(count)d new")),
    "restored": (Q(action=Change.Action.RESTORED), _("%(count)d come back")),
    "moved": (Q(action=Change.Action.MOVED), _("%(count)d moved")),
    "renamed": (RENAMED, _("%(count)d renamed")),
    "relinked": (RELINKED & ~RENAMED, _("%(count)d with a new link")),
    "retired": (Q(action=Change.Action.RETIRED), _("%(count)d gone")),
}
"""What can happen to a resource, in the order in which it is told."""
HEADINGS = {
    (RESOURCE, "added"): _("New resources"),
    (RESOURCE, "restored"): _("Come back"),
    (RESOURCE, "moved"): _("Moved"),
    (RESOURCE, "renamed"): _("Renamed"),
    (RESOURCE, "relinked"): _("New link"),
    (RESOURCE, "retired"): _("Gone"),
    (PAGE, "added"): _("New pages"),
    (PAGE, "restored"): _("Pages that have come back"),
    (PAGE, "moved"): _("Pages with a new address"),
    (PAGE, "renamed"): _("Renamed pages"),
    (PAGE, "retired"): _("Pages that have gone"),
    (SECTION, "added"): _("New sections"),
    (SECTION, "restored"): _("Sections that have come back"),
    (SECTION, "moved"): _("Moved sections"),
    (SECTION, "renamed"): _("Renamed sections"),
    (SECTION, "retired"): _("Sections that have gone"),
}
"""In the order in which they stand."""


class Row(NamedTuple):
    """A Change as it is read here."""

    run: int
    of: str
    action: str
    title: str
    detail: Mapping[str, list[Any]]
    section: int | None
    key: str | None
    """The resource's."""

    @property
    def kind(self) -> str:
        """Which of KINDS it is."""
        if self.action != Change.Action.UPDATED:
            return self.action
        return "renamed" if "title" in self.detail else "relinked"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changed."""

    title: str
    address: str = ""
    """Its place on the site; empty where it stands no more."""
    before: str = ""
    """The title it had."""
    place: str = ""
    """The section in which it stands."""
    moved: tuple[str, str] | None = None
    """From which sections to which."""
    link: tuple[str, str] | None = None
    """The link that it had and the one it has: hosts, or more where these are the same."""


@dataclass(frozen=True, slots=True)
class Group:
    """What happened in one way to one sort of thing."""

    of: str
    name: str | Promise
    lines: list[Line] = field(default_factory=list)

    @property
    def is_quiet(self) -> bool:
        """Whether it tells of the frame, not of what is studied."""
        return self.of != RESOURCE


@dataclass(frozen=True, slots=True)
class Block:
    """What happened at once, under one headline."""

    of: str
    """What it is of: "run" for an import, "links" for a day of links."""
    name: str
    """Which one of these it is; the same wherever it stands."""
    at: datetime
    """When it was, or was added to last."""
    begun: datetime
    headline: str
    """What it comes to in a few words: "3 new · 1 gone"."""
    groups: Sequence[Group]
    total: int
    """How many lines there are, those that are not shown included."""
    is_folded: bool
    """Whether it is too long to lie open."""

    @property
    def more(self) -> int:
        """How many lines are not shown."""
        return self.total - sum(len(group.lines) for group in self.groups)


class Run(NamedTuple):
    """An ImportRun as it is read here."""

    pk: int
    at: datetime


class Told:
    """What is told of one roadmap."""

    def __init__(self, roadmap: int, contents: Contents, *, most: int = MOST) -> None:
        self.roadmap, self.contents, self.most = roadmap, contents, most
        self.told = told(several=len(Page.objects.filter(roadmap=roadmap)[:2].values_list("pk")) > 1)

    def runs(self) -> QuerySet[ImportRun]:
        """The runs that changed something readers see, the newest first."""
        changes = Change.objects.filter(self.told, run=OuterRef("pk"))
        return ImportRun.objects.filter(Exists(changes), roadmap=self.roadmap).order_by("-at", "-pk")

    def blocks(self, runs: Sequence[Run]) -> list[Block]:
        """Return what each of some runs changed; three queries."""
        pks = [run.pk for run in runs]
        counts = self._counts(pks)
        rows: dict[int, list[Row]] = {pk: [] for pk in pks}
        for row in self._rows(pks):
            rows[row.run].append(row)
        first = ImportRun.objects.filter(roadmap=self.roadmap).order_by("at", "pk").values_list("pk", flat=True).first()
        return [self._block(run, counts[run.pk], rows[run.pk], first=run.pk == first) for run in runs]

    def _block(self, run: Run, counts: dict[str, int], rows: list[Row], *, first: bool) -> Block:
        came = first and all(row.action == Change.Action.ADDED for row in rows)
        total = sum(counts.values())
        headline = _came(counts["added"]) if came else in_numbers(counts)
        folded = came or total > FOLDED_FROM
        return Block("run", str(run.pk), run.at, run.at, headline, self._groups(rows), total, folded)

    def _counts(self, runs: list[int]) -> dict[int, dict[str, int]]:
        counted = {name: Count("pk", filter=Q(of=RESOURCE) & kind) for name, (kind, _words) in KINDS.items()}
        counted |= {name: Count("pk", filter=Q(of=name)) for name in ("section", "page")}
        # A Change has a field of that name itself.
        named = {f"number_{name}": count for name, count in counted.items()}
        rows = Change.objects.filter(self.told, run__in=runs).order_by().values("run").annotate(**named)
        return {run: dict(zip(counted, counts, strict=True)) for run, *counts in rows.values_list("run", *named)}

    def _rows(self, runs: list[int]) -> Iterator[Row]:
        # Where not all are shown, resources are.
        order = [Case(When(of=RESOURCE, then=0), default=1).asc(), F("pk").asc()]
        rank = Window(RowNumber(), partition_by=F("run"), order_by=order)
        rows = Change.objects.filter(self.told, run__in=runs).annotate(rank=rank).filter(rank__lte=self.most)
        fields = ("run", "of", "action", "title", "detail", "section", "resource__key")
        return (Row(*row) for row in rows.order_by("run", "pk").values_list(*fields))

    def _groups(self, rows: Iterable[Row]) -> list[Group]:
        groups = {key: Group(key[0], name) for key, name in HEADINGS.items()}
        for row in rows:
            if group := groups.get((Change.Of(row.of), row.kind)):
                group.lines.append(self._line(row))
        return [group for group in groups.values() if group.lines]

    def _line(self, row: Row) -> Line:
        title = row.detail.get("title", ["", row.title])
        sections = row.detail.get("sections")
        url = row.detail.get("url") if row.of == RESOURCE else None
        section = self._section(row)
        return Line(
            title=shown(title[1] or row.title) or gettext("Untitled"),
            address=self._address(row, section),
            before=(shown(title[0]) or gettext("Untitled")) if "title" in row.detail else "",
            place=section.title if section and row.of == RESOURCE and row.kind in ("added", "restored") else "",
            moved=(_in_a_row(sections[0]), _in_a_row(sections[1])) if sections and row.kind == "moved" else None,
            link=links(*url) if url else None,
        )

    def _section(self, row: Row) -> Section | None:
        """Return where a resource stands first, or the section itself, None if it does not stand."""
        pk = self.contents.place.get(row.key or "") if row.of == RESOURCE else row.section
        node = self.contents.nodes.get(pk or 0)
        return node.section if node else None

    def _address(self, row: Row, section: Section | None) -> str:
        if row.of == PAGE:
            pages = [part.page for part in self.contents.parts if part.page.title == row.title]
            return pages[0].get_absolute_url() if len(pages) == 1 else ""
        if section is None:
            return ""
        return place_of(row.key or "", section) if row.of == RESOURCE else section.get_absolute_url()


def told(*, several: bool) -> Q:
    """Return which Changes readers are told of; those of pages where there are, or were, `several`."""
    happened = ~Q(action=Change.Action.UPDATED)
    seen = Q(of=RESOURCE) & (happened | RENAMED | RELINKED) | Q(of=SECTION) & (happened | RENAMED) & ~Q(title="")
    return seen | Q(of=PAGE) & (happened | RENAMED) if several else seen


def _came(count: int) -> str:
    """Return what is said of a roadmap's first import."""
    words = ngettext(
        "The study plan came with %(count)d resource", "The study plan came with %(count)d resources", count
    )
    return words % {"count": count}


def in_numbers(counts: Mapping[str, int]) -> str:
    """Return numbers of changes (by KINDS, and of sections and pages) in words."""
    words = [str(words) % {"count": counts[name]} for name, (_kind, words) in KINDS.items() if counts.get(name)]
    if count := counts.get("section"):
        words.append(ngettext("%(count)d section changed", "%(count)d sections changed", count) % {"count": count})
    if count := counts.get("page"):
        words.append(ngettext("%(count)d page changed", "%(count)d pages changed", count) % {"count": count})
    return " · ".join(words)


def place_of(key: str, section: Section) -> str:
    """Return the address of a resource that stands first in a section."""
    return f"{section.page.get_absolute_url()}#R-{key}"


def shown(text: str | None) -> str:
    """Return a text of the notes as long as a line may be."""
    return Truncator(text or "").chars(LONGEST)


def links(before: str | None, after: str | None) -> tuple[str, str]:
    """Return two URLs as short as they still differ: their hosts, else all but the scheme."""
    old, new = _host(before), _host(after)
    if old == new:
        old, new = _bare(before), _bare(after)
    none = gettext("no link yet")
    return shown(old) or none, shown(new) or none


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _bare(url: str | None) -> str:
    return (url or "").partition("://")[2].removeprefix("www.") or url or ""


def _in_a_row(titles: Iterable[str]) -> str:
    return shown(" · ".join(title or gettext("Untitled") for title in titles))
