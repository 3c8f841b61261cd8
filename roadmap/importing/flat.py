"""The sections of all pages of an outline in one line, and the resources that stand in them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from roadmap.importing.matching import NewResource
from roadmap.importing.titles import title_key
from roadmap.reading.outline import Listing, Outline, Section, Span


class Flat:
    """All sections by number. `parents` are numbers too; `first` is the number of each page's first section."""

    def __init__(self, outline: Outline) -> None:
        self.sections: list[Section] = [section for page in outline.pages for section in page.sections]
        self.page_of = [number for number, page in enumerate(outline.pages) for _ in page.sections]
        self.first = [0]
        for page in outline.pages:
            self.first.append(self.first[-1] + len(page.sections))
        self.parents = [
            None if section.parent is None else section.parent + self.first[self.page_of[number]]
            for number, section in enumerate(self.sections)
        ]

    def of_page(self, page: int) -> range:
        """Return the numbers of a page's sections."""
        return range(self.first[page], self.first[page + 1])

    def keys_of_page(self, page: int) -> set[str]:
        """Return what a page holds, to tell whether it is another under a new name."""
        return set().union(*(keys_of(self.sections[number]) for number in self.of_page(page)))


def keys_of(section: Section) -> set[str]:
    """Return the keys of what stands in a section itself."""
    return {listing.url_key or title_key(listing.title) for listing in section.listings}


def gather(
    sections: list[Section], known: Mapping[tuple[int, int], int]
) -> tuple[list[NewResource], list[int], dict[int, int]]:
    """Return the resources of all listings, each once; for every listing in order the number of its resource; and the
    rows of those that are known ({(section, number in it): id of the row}) by number of the resource."""
    numbers: dict[str, int] = {}
    found: list[tuple[Listing, list[int]]] = []
    resource_of, rows = [], {}
    for number, section in enumerate(sections):
        for place, listing in enumerate(section.listings):
            index = numbers.get(listing.url_key) if listing.url_key else None
            if index is None:
                index = len(found)
                found.append((listing, []))
                if listing.url_key:
                    numbers[listing.url_key] = index
            if not found[index][1] or found[index][1][-1] != number:
                found[index][1].append(number)
            resource_of.append(index)
            if listing.url_key is None and (number, place) in known:
                rows[index] = known[number, place]
    resources = [
        NewResource(listing.url, listing.url_key, listing.title, listing.kind, tuple(where)) for listing, where in found
    ]
    return resources, resource_of, rows


def listing_values(listing: Listing, position: int) -> dict[str, Any]:
    """Return a listing's columns."""

    def ends(span: Span | None) -> tuple[int | None, int | None]:
        return (span.start, span.end) if span else (None, None)

    (link_start, link_end), (label_start, label_end) = ends(listing.link), ends(listing.label)
    url_start, url_end = ends(listing.target)
    return {
        "position": position,
        "slot": listing.slot,
        "label": listing.title,
        "label_html": listing.label_html,
        "context": listing.context,
        "link_start": link_start,
        "link_end": link_end,
        "label_start": label_start,
        "label_end": label_end,
        "url_start": url_start,
        "url_end": url_end,
    }
