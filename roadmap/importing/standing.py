"""What stands in the tables before an import, as plain data, so that a plan can be made without them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import QuerySet

from roadmap.models import Change, Listing, Page, Proposal, Resource, ResourceAlias, Roadmap, Section, Todo
from roadmap.reading.links import url_key

Old = TypeVar("Old")
MOST_TRIES = 5
LISTING_VALUES = (
    "position", "slot", "label", "label_html", "context",
    "link_start", "link_end", "label_start", "label_end", "url_start", "url_end",
)  # fmt: skip


class _Retiring:
    """What may be retired."""

    __slots__ = ()
    retired_at: datetime | None

    @property
    def retired(self) -> bool:
        """Whether it is off the site."""
        return self.retired_at is not None


@dataclass(frozen=True, slots=True)
class OldPage(_Retiring):
    """A page's row."""

    id: int
    path: str
    position: int
    title: str
    checksum: str
    had_bom: bool
    assets: dict[str, str | None]
    warnings: list[dict[str, Any]]
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class OldSection(_Retiring):
    """A section's row."""

    id: int
    page_id: int
    parent_id: int | None
    position: int
    depth: int
    level: int
    title: str
    title_html: str
    slug: str
    source: str
    notes_source: str | None
    conflicts: dict[str, Any]
    body_html: str
    retired_at: datetime | None

    @property
    def said(self) -> str:
        """What the notes said of it last; empty for what was added by hand."""
        return self.source if self.notes_source is None else self.notes_source


@dataclass(frozen=True, slots=True)
class OldResource(_Retiring):
    """A resource's row."""

    id: int
    url: str
    url_key: str | None
    title: str
    kind: str
    description: str
    imported: dict[str, str] | None
    conflicts: dict[str, Any]
    home_id: int | None
    retired_at: datetime | None
    retired_by_editor: bool

    @property
    def notes_title(self) -> str:
        """What the notes called it last; its own title if it was added by hand."""
        return self.imported["title"] if self.imported else self.title


@dataclass(frozen=True, slots=True)
class OldListing:
    """A listing's row."""

    id: int
    section_id: int
    resource_id: int
    values: dict[str, Any]
    """LISTING_VALUES; slot is None for what was added by hand."""

    @property
    def by_hand(self) -> bool:
        """Whether an editor put it there."""
        return self.values["slot"] is None


@dataclass(frozen=True, slots=True)
class OldTodo(_Retiring):
    """A TODO's row."""

    id: int
    section_id: int
    position: int
    text: str
    done: bool
    retired_at: datetime | None


@dataclass(slots=True)
class Aliases:
    """What an editor confirmed: {`url_key` or `title_key`: id of the resource}."""

    urls: dict[str, int] = field(default_factory=dict)
    titles: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Standing:
    """All rows of one roadmap that an import looks at. Empty, and with version None, where there is no roadmap yet."""

    version: int | None = None
    title: str = ""
    language: str = ""
    source_url: str = ""
    pages: list[OldPage] = field(default_factory=list)
    sections: list[OldSection] = field(default_factory=list)
    resources: list[OldResource] = field(default_factory=list)
    listings: list[OldListing] = field(default_factory=list)
    todos: list[OldTodo] = field(default_factory=list)
    aliases: Aliases = field(default_factory=Aliases)
    former: dict[str, int] = field(default_factory=dict)
    """{`url_key` of a URL that a resource once had: its id}, as told by the changes of earlier imports."""
    answered: set[tuple[int, str]] = field(default_factory=set)
    """(id of a resource, key) of what was proposed before."""


def of_pages(roadmap: Roadmap | None) -> Standing:
    """Return what stands of a roadmap's own fields and its pages: enough to see that nothing changed."""
    if roadmap is None:
        return Standing()
    pages = _rows(OldPage, Page.objects.filter(roadmap=roadmap).order_by("position", "pk"))
    return Standing(roadmap.version, roadmap.title, roadmap.language, roadmap.source_url, pages=pages)


def fill(standing: Standing, roadmap: Roadmap | None) -> None:
    """Add all other rows of the roadmap to `standing`, in a fixed number of queries."""
    if roadmap is None:
        return
    sections = Section.objects.filter(page__roadmap=roadmap).order_by("page__position", "position", "pk")
    standing.sections = _rows(OldSection, sections)
    standing.resources = _rows(OldResource, Resource.objects.filter(roadmap=roadmap).order_by("pk"))
    todos = Todo.objects.filter(section__page__roadmap=roadmap).order_by("section_id", "position", "pk")
    standing.todos = _rows(OldTodo, todos)
    listings = Listing.objects.filter(section__page__roadmap=roadmap).order_by("section_id", "position", "pk")
    standing.listings = [
        OldListing(row[0], row[1], row[2], dict(zip(LISTING_VALUES, row[3:], strict=True)))
        for row in listings.values_list("id", "section_id", "resource_id", *LISTING_VALUES)
    ]
    aliases = ResourceAlias.objects.filter(roadmap=roadmap, key=None).values_list("url_key", "title_key", "resource_id")
    for url, title, resource in aliases:
        known = standing.aliases.titles if url is None else standing.aliases.urls
        known[url or title or ""] = resource
    standing.former = _former(roadmap)
    standing.answered = set(Proposal.objects.filter(roadmap=roadmap).values_list("resource_id", "key"))


def of_roadmap(roadmap: Roadmap) -> Standing:
    """Return all rows of a roadmap, as of one version of it: somebody may change it between two queries."""
    for _ in range(MOST_TRIES):
        roadmap.refresh_from_db()
        standing = of_pages(roadmap)
        fill(standing, roadmap)
        if Roadmap.objects.values_list("version", flat=True).get(pk=roadmap.pk) == standing.version:
            break
    return standing


def _former(roadmap: Roadmap) -> dict[str, int]:
    """Return whose a URL was that an import changed; of several the last one's."""
    relinked = Change.objects.filter(run__roadmap=roadmap, of=Change.Of.RESOURCE, detail__has_key="url")
    told = relinked.exclude(resource=None).order_by("pk").values_list("detail", "resource_id")
    return {url_key(detail["url"][0]): resource for detail, resource in told if detail["url"][0]}


def _rows(of: Callable[..., Old], rows: QuerySet[Any]) -> list[Old]:
    """Return rows as `of`, a dataclass whose fields are named like the columns."""
    return [of(*row) for row in rows.values_list(*inspect.signature(of).parameters)]
