"""Tables -> the notes' files: what nobody edited byte for byte, what editors made on the site in its place."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from django.conf import settings

from roadmap.importing import standing as standing_rows
from roadmap.importing.loaded import BOM
from roadmap.importing.shown import Shown, shown_page
from roadmap.importing.standing import OldListing, OldSection, Standing
from roadmap.importing.wishes import Wish
from roadmap.models import Roadmap

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say: the same files make the same zip on any day."""
_PLAIN_FILE = 0o100644 << 16
_UNIX = 3

File = tuple[str, bytes]
"""Path in the notes, and what is in it."""


@dataclass(frozen=True, slots=True)
class Exported:
    """The notes as files, in the order of the pages."""

    files: list[File]
    left_out: list[str]
    """Sentences: what editors made that could not be written into the files."""
    images: dict[str, str]
    """Path in the notes: name among the site's media; of the images that were beside them."""


class Showing:
    """The sections of a roadmap's live pages as an export writes them. A page is looked at once it is asked for."""

    def __init__(self, standing: Standing) -> None:
        self.pages = [page for page in standing.pages if not page.retired]
        self.sections: dict[int, list[OldSection]] = defaultdict(list)
        """Those that stand on the site, by the id of their page."""
        for section in standing.sections:
            if not section.retired:
                self.sections[section.page_id].append(section)
        self._listings: dict[int, list[OldListing]] = defaultdict(list)
        for listing in standing.listings:
            self._listings[listing.section_id].append(listing)
        self._resources = {resource.id: resource for resource in standing.resources}
        self._doubled = self._places_without_url()
        self._shown: dict[int, Shown] = {}
        self._sources: dict[int, str] = {}

    def __call__(self, row: OldSection) -> str:
        """Return a section's source with what editors made of its listings; a retired one's as it is."""
        if not row.retired:
            self.page(row.page_id)
        return self._sources.get(row.id, row.source)

    def _places_without_url(self) -> set[int]:
        """Return the listings by hand of what has no URL and stands elsewhere as well."""
        stands: set[int] = set()
        doubled: set[int] = set()
        rows = [row for page in self.pages for row in self.sections[page.id]]
        without = [each for row in rows for each in self._listings[row.id] if not self._resources[each.resource_id].url]
        for listing in sorted(without, key=lambda each: each.by_hand):
            if listing.by_hand and listing.resource_id in stands:
                doubled.add(listing.id)
            stands.add(listing.resource_id)
        return doubled

    def page(self, page: int) -> Shown:
        """Return the sections of the page with this id."""
        if page not in self._shown:
            rows = self.sections[page]
            listings = [self._listings[row.id] for row in rows]
            self._shown[page] = shown_page([row.source for row in rows], listings, self._resources, self._doubled)
            self._sources |= zip((row.id for row in rows), self._shown[page].sources, strict=True)
        return self._shown[page]


def shown_sources(standing: Standing) -> Showing:
    """Return what gives each section's row the text that an export writes for it."""
    return Showing(standing)


def export(roadmap: Roadmap) -> Exported:
    """Return the live pages of a roadmap as files, with what editors made in them. The queries are of a fixed number.

    A file that no editor's work goes into is not even read.
    """
    showing = shown_sources(standing_rows.of_roadmap(roadmap))
    exported = Exported([], [], {})
    for page in showing.pages:
        shown, sections = showing.page(page.id), showing.sections[page.id]
        text = "".join(shown.sources).encode()
        exported.files.append((page.path, BOM + text if page.had_bom else text))
        exported.images.update((path, name) for path, name in page.assets.items() if name)
        exported.left_out.extend(_left_out(page.path, wish, sections[wish.section].title) for wish in shown.left_out)
    return exported


def images(exported: Exported) -> list[File]:
    """Return the images that go with the files, as far as the site still has them."""
    kept = {path: Path(settings.MEDIA_ROOT) / name for path, name in sorted(exported.images.items())}
    return [(path, image.read_bytes()) for path, image in kept.items() if image.is_file()]


def packed(files: Iterable[File]) -> bytes:
    """Return files as a zip; the same files make the same bytes."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files:
            entry = zipfile.ZipInfo(path, _FIRST_DAY)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, _PLAIN_FILE, _UNIX
            archive.writestr(entry, data)
    return made.getvalue()


def _left_out(path: str, wish: Wish, section: str) -> str:
    where = f" in the section “{section}”" if section else ""
    return f"{path}: {wish}{where} so that it is read back as that; the file goes without."
