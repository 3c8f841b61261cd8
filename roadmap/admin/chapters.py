"""Which sections are chapters, and what stands in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from roadmap.contents import Node, chapter_level, tree
from roadmap.models import Listing, Section


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter with the primary keys of its section and of all sections in it."""

    section: Section
    sections: list[int]


def chapters(roadmap: int | None = None) -> list[Chapter]:
    """Return the chapters of a roadmap (its primary key), or of all; in the order of the notes, in two queries."""
    sections = Section.objects.live().filter(page__retired_at=None)
    listings = Listing.objects.filter(resource__retired_at=None)
    if roadmap is not None:
        sections = sections.filter(page__roadmap=roadmap)
        listings = listings.filter(section__page__roadmap=roadmap)
    keys: dict[int, list[str]] = defaultdict(list)
    for section, key in listings.order_by().values_list("section_id", "resource__key"):
        keys[section].append(key)
    pages: dict[int, list[Section]] = defaultdict(list)
    rows = sections.select_related("page__roadmap").order_by("page__roadmap", "page__position", "position")
    for row in rows.only("title", "level", "parent", "page__path", "page__roadmap__title"):
        pages[row.page_id].append(row)
    return [chapter for page in pages.values() for chapter in _of_page(tree(page, keys))]


def _of_page(top: list[Node]) -> Iterator[Chapter]:
    level = chapter_level(top)
    for node in (node for root in top for node in root.walk()):
        if node.section.level == level and node.keys:
            yield Chapter(node.section, [below.section.pk for below in node.walk()])
