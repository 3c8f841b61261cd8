"""Helpers for tests of the export: what it writes, and what a site made of it would show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from roadmap import editing
from roadmap.elements import label
from roadmap.importing.exporting import Exported, export
from roadmap.importing.flat import listing_values
from roadmap.importing.shown import Shown, shown_page
from roadmap.importing.standing import OldListing, OldResource
from roadmap.models import Listing, Resource
from roadmap.reading.escaping import folded
from roadmap.reading.links import normalise
from roadmap.reading.outline import Page, Section
from roadmap.reading.reader import Surroundings, read
from roadmap.reading.slots import label_text
from roadmap.reading.tags import text_of
from tests.importing.notes import plan, resource

EDITED_AT = "https://example.com/"


class Place(NamedTuple):
    """A listing as a reader sees it."""

    title: str
    address: str
    """Its URL, in the form that all ways to write it have in common."""
    task: bool


def exported() -> Exported:
    """Export the roadmap `plan`."""
    return export(plan())


def text() -> str:
    """Return the one file that `plan` is exported to, of which nothing may be left out."""
    found = exported()
    assert found.left_out == []
    [(_, data)] = found.files
    return data.decode("utf-8-sig")


def edit(called: str, **values: str) -> Resource:
    """Give the resource that the notes call so other values, as an editor does."""
    found = resource(called)
    editing.edit(found, values)
    return found


def on_site() -> list[Place]:
    """Return every place of `plan` in the order of the site, with the label and the URL that it shows."""
    rows = Listing.objects.filter(section__page__roadmap=plan(), section__retired_at=None).select_related("resource")
    ordered = rows.order_by("section__page__position", "section__position", "position", "pk")
    return [
        Place(folded(text_of(label_text(label(row)))), normalise(row.resource.url), row.resource.kind == "task")
        for row in ordered
    ]


def in_file(text: str) -> list[Place]:
    """Return every place that a site would show which reads this text anew."""
    return [
        Place(folded(text_of(label_text(each.label_html))), normalise(each.url), each.kind == "task")
        for _, each in read(text, "README.md", Surroundings(source_url=EDITED_AT)).listings()
    ]


class Rows:
    """The rows that an import of a text would make, each listing with a resource of its own; and editing them."""

    def __init__(self, text: str) -> None:
        self.page: Page = read(text, "README.md")
        self.resources: dict[int, OldResource] = {}
        self.listings = [list(self._listings(section)) for section in self.page.sections]

    def _listings(self, section: Section) -> Iterator[OldListing]:
        for position, each in enumerate(section.listings):
            pk = len(self.resources) + 1
            notes = {"title": each.title, "url": each.url, "kind": each.kind, "description": ""}
            self.resources[pk] = OldResource(
                pk, each.url, each.url_key, each.title, each.kind, "", notes, {}, None, None, False
            )
            yield OldListing(pk, 0, pk, listing_values(each, position))

    def shown(self, edits: Mapping[int, Mapping[str, str]]) -> Shown:
        """Return the page with the fields of some resources (by their number, from 1) edited."""
        resources = dict(self.resources)
        for pk, values in edits.items():
            old = self.resources[pk]
            resources[pk] = OldResource(
                pk, values.get("url", old.url), old.url_key, values.get("title", old.title), old.kind, "",
                old.imported, {}, None, None, False,
            )  # fmt: skip
        return shown_page([section.source for section in self.page.sections], self.listings, resources)
