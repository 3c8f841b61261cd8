"""What a search found as people see it: where it stands and why it was found. Texts are read of what is shown alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from roadmap.contents import KEPT, Contents, chapter_level, contents_of
from roadmap.elements import language_tag
from roadmap.marking import excerpt, marked
from roadmap.models import Kind, Listing, Resource, Section
from roadmap.reading.plain import plain
from roadmap.search import Found, Match, Query
from roadmap.stamps import Stamp

Shapes = Callable[[Collection[str]], Mapping[str, object]]
"""Gives how the reader's states of resources look, by their keys."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A section or a resource that was found."""

    title: SafeString
    address: str
    language: str
    """Of the notes, as HTML wants it."""
    crumbs: list[str]
    """Where it stands: the roadmap and the page where there are several, its chapter, its section."""
    excerpt: SafeString
    """What was found, where the title does not show it."""
    resource: Resource | None = None
    kind: str = ""
    """Of a resource, in words."""
    shape: object = None
    """How the reader's state of it looks, if there is one."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Some of what was found, and how much there is of each sort."""

    sections: list[Hit]
    resources: list[Hit]
    section_count: int
    resource_count: int


class Places:
    """Where things stand in the roadmaps that a reader sees."""

    def __init__(self, stamps: Sequence[Stamp]) -> None:
        self._stamps = {stamp.roadmap: stamp for stamp in stamps}

    def section(self, roadmap: int, pk: int | None) -> Section | None:
        """Return a live section, None where there is none."""
        contents = self._contents(roadmap)
        node = contents.nodes.get(pk or 0) if contents else None
        return node.section if node else None

    def of_resource(self, roadmap: int, key: str) -> Section | None:
        """Return where a resource stands first, None where it stands nowhere."""
        contents = self._contents(roadmap)
        return self.section(roadmap, contents.place.get(key)) if contents else None

    def crumbs(self, section: Section, *, itself: bool) -> list[str]:
        """Return the way to a section of one of the roadmaps: roadmap and page where there are several, the chapter,
        what stands right above it, and the section `itself` if it is asked for."""
        page, roadmap = section.page, section.page.roadmap
        contents = self._contents(roadmap.pk)
        above = [roadmap.title] if len(self._stamps) > 1 else []
        if contents and len(contents.parts) > 1:
            above.append(page.title or page.path)
        way: list[str] = []
        chapters = _chapters(self._stamps[roadmap.pk]).get(page.pk, 1)
        at: Section | None = section if itself else self.section(roadmap.pk, section.parent_id)
        while at:
            if at.level >= chapters and at.title:
                way.append(at.title)
            at = self.section(roadmap.pk, at.parent_id)
        titles = list(reversed(way))
        return above + (titles if len(titles) < 3 else [titles[0], *titles[-2 + (not itself) :]])

    def _contents(self, roadmap: int) -> Contents | None:
        stamp = self._stamps.get(roadmap)
        return contents_of(stamp) if stamp else None


@lru_cache(maxsize=KEPT)
def _chapters(stamp: Stamp) -> dict[int, int]:
    """Return the level of the chapters of each page, by its pk."""
    return {part.page.pk: chapter_level(part.top) for part in contents_of(stamp).parts}


def hits(asked: Query, found: Found, places: Places, most: int, shapes: Shapes) -> Hits:
    """Return what is shown of what was found, `most` of each sort; four queries, and those of contents that were not
    kept."""
    sections = [match for match in found.matches if match.section]
    resources = [match for match in found.matches if match.resource]
    return Hits(
        sections=list(_sections(sections[:most], asked, places)),
        resources=list(_resources(resources[:most], asked, places, shapes)),
        section_count=len(sections),
        resource_count=len(resources),
    )


def _sections(matches: Sequence[Match], asked: Query, places: Places) -> Iterable[Hit]:
    within = [match.section for match in matches if match.section and not match.in_title]
    bodies = dict(Section.objects.filter(pk__in=within).values_list("pk", "body_html")) if within else {}
    for match in matches:
        section = places.section(match.roadmap, match.section)
        if section is None:
            continue
        page = section.page
        title = section.title or page.title or gettext("Untitled")
        yield Hit(
            title=marked(title, asked.words),
            address=section.get_absolute_url() if section.slug else page.get_absolute_url(),
            language=language_tag(page.roadmap.language),
            crumbs=places.crumbs(section, itself=False),
            excerpt=excerpt(plain(bodies.get(section.pk, "")).splitlines(), asked.words, title),
        )


def _resources(matches: Sequence[Match], asked: Query, places: Places, shapes: Shapes) -> Iterable[Hit]:
    rows = Resource.objects.in_bulk([match.resource for match in matches if match.resource])
    texts = _texts([match.resource for match in matches if match.resource and not match.in_title])
    looks = shapes([row.key for row in rows.values()]) if rows else {}
    for match in matches:
        row = rows.get(match.resource or 0)
        section = places.of_resource(match.roadmap, row.key) if row else None
        if row is None or section is None:
            continue
        lines = [*texts.get(row.pk, ()), *plain(row.description_html).splitlines(), row.url]
        yield Hit(
            title=marked(row.title, asked.words),
            address=f"{section.page.get_absolute_url()}#R-{row.key}",
            language=language_tag(section.page.roadmap.language),
            crumbs=places.crumbs(section, itself=True),
            excerpt=SafeString() if match.in_title else excerpt(lines, asked.words, row.title),
            resource=row,
            kind=str(Kind(row.kind).label),
            shape=looks.get(row.key),
        )


def _texts(resources: Sequence[int]) -> dict[int, list[str]]:
    """Return what the notes call resources and what they say beside them, by pk."""
    texts: dict[int, list[str]] = defaultdict(list)
    if resources:
        listings = Listing.objects.filter(
            resource__in=resources, section__retired_at=None, section__page__retired_at=None
        ).order_by("section__page__position", "section__position", "position", "pk")
        for resource, label, context in listings.values_list("resource", "label", "context"):
            texts[resource] += [label, context]
    return texts
