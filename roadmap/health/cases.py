"""What the author of the notes would want to know of the links in them, and where in the files these stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from roadmap.health.links import BATCH, address_of, key_of, known
from roadmap.importing import said
from roadmap.importing import standing as standing_rows
from roadmap.importing.standing import OldResource, Standing
from roadmap.models import BROKEN, Grade, Link, LinkEvent, Roadmap
from roadmap.reading.outline import Listing, Page
from roadmap.reading.reader import Surroundings, read


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be said of one URL of the notes."""

    link: Link | None
    """How it is there, where that is a case for the author; None where only another URL is proposed."""
    instead: str = ""
    """The URL that this site uses in its place; empty where it uses the one of the notes."""
    since: datetime | None = None
    """Since when, where that is known."""


@dataclass(frozen=True, slots=True)
class Place:
    """A URL in one section of the notes."""

    case: Case
    url: str
    """As it is written at the first of the lines, and so is the title."""
    title: str
    lines: list[int]
    """Of the file, from 1."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the notes in which something is to be said."""

    path: str
    """Of the file."""
    title: str
    """Empty for what stands before the first heading."""
    places: list[Place]


def cases_of(roadmap: Roadmap) -> list[Part]:
    """Return what is to be said of a roadmap's notes, in their order.

    The lines are those of the author's files, whatever editors made of the sections on the site.
    """
    standing = standing_rows.of_roadmap(roadmap)
    found = _Cases(standing)
    if found.is_empty:
        return []
    pages = said.texts(standing)
    paths = frozenset(row.path for row, _ in pages)
    parts: list[Part] = []
    for row, text in pages:
        page = read(text, row.path, Surroundings(paths, standing.source_url, row.assets.get))
        parts += _parts(page, found)
    return parts


def _parts(page: Page, cases: _Cases) -> Iterator[Part]:
    for section in page.sections:
        places: dict[str, Place] = {}
        for listing in section.listings:
            case = cases.of(listing)
            if case and listing.url_key:
                place = places.setdefault(listing.url_key, Place(case, listing.url, listing.title, []))
                if listing.line not in place.lines:
                    place.lines.append(listing.line)
        if places:
            yield Part(page.path, section.title, list(places.values()))


class _Cases:
    """What is to be said, by URL."""

    def __init__(self, standing: Standing) -> None:
        self.former = standing.former
        self.resources = {row.id: row for row in standing.resources}
        self.known = {row.url_key for row in standing.resources}
        self.is_edited = any(row.notes_source is not None and not row.retired for row in standing.sections)
        listed = {row.url_key: (row, _in_notes(row)) for row in standing.resources if not row.retired}
        self.links = _links({url for row, written in listed.values() for url in (row.url, written)})
        self.replaced = _replaced(row.id for row, written in listed.values() if row.url != written)
        self.cases: dict[str | None, Case | None] = {
            key: self._case(row, self._link(written), written) for key, (row, written) in listed.items() if written
        }

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be said, whatever is in the files."""
        return not self.is_edited and not any(self.cases.values())

    def of(self, listing: Listing) -> Case | None:
        """Return what is to be said of a link in the notes."""
        key = listing.url_key
        if key is not None and key not in self.cases:
            self.cases[key] = self._rewritten(listing)
        return self.cases.get(key)

    def _rewritten(self, listing: Listing) -> Case | None:
        """Return what is to be said of a URL that is not on the site any more since an editor changed its section."""
        row = self.resources.get(self.former.get(listing.url_key or "", 0))
        if row is None or row.retired or listing.url_key in self.known:
            return None
        return self._case(row, known(listing.url), listing.url)

    def _case(self, row: OldResource, link: Link | None, written: str) -> Case | None:
        instead = "" if row.url == written or _is_broken(self._link(row.url)) else row.url
        told = link if link and _is_told(link, is_replaced=bool(instead)) else None
        at, url = self.replaced.get(row.id, (None, ""))
        return Case(told, instead, at if url == instead else None) if told or instead else None

    def _link(self, url: str) -> Link | None:
        return self.links.get(key_of(address_of(url)))


def _in_notes(row: OldResource) -> str:
    """Return the URL that a resource has in the notes; empty for what was added by hand."""
    return row.imported["url"] if row.imported else ""


def _links(urls: Iterable[str]) -> dict[str, Link]:
    """Return what is known of URLs, by `Link.key`."""
    keys = sorted({key_of(address) for url in urls if (address := address_of(url))})
    found: dict[str, Link] = {}
    for start in range(0, len(keys), BATCH):
        found |= {link.key: link for link in Link.objects.filter(key__in=keys[start : start + BATCH])}
    return found


def _replaced(resources: Iterable[int]) -> Mapping[int, tuple[datetime, str]]:
    """Return when an editor gave resources another URL for a dead one the last time, and which."""
    events = LinkEvent.objects.filter(resource__in=list(resources)).exclude(replaced="").order_by("at", "pk")
    return {resource or 0: (at, url) for resource, at, url in events.values_list("resource", "at", "url")}


def _is_broken(link: Link | None) -> bool:
    return link is not None and link.grade in BROKEN


def _is_told(link: Link, *, is_replaced: bool) -> bool:
    """Whether how a link is is a case for the author. What an editor left as it moved or fails is none."""
    if link.grade == Grade.DEAD:
        return True
    if link.dismissed == link.verdict and not is_replaced:
        return False
    if link.grade == Grade.FAILING:
        return _days(link) >= timedelta(days=settings.LINKS_DEAD_DAYS)
    return link.grade == Grade.MOVED


def _days(link: Link) -> timedelta:
    """Return over how long a link was found to fail: it is not asked any more once nothing on the site leads there."""
    return link.checked_at - link.failing_since if link.checked_at and link.failing_since else timedelta()
