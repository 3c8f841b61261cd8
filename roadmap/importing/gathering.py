"""From files to an outline: what changed is read, what did not is taken from its rows, and what editors made of
sections is laid over. The first half of an import; `planner` is the second."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from roadmap.importing import laying
from roadmap.importing.flat import Flat, keys_of
from roadmap.importing.kept import Rows
from roadmap.importing.laying import Laid, Slice
from roadmap.importing.matching import match_pages, match_sections
from roadmap.importing.sources import SourceFile
from roadmap.importing.standing import OldPage, OldSection, Standing
from roadmap.importing.titles import title_key
from roadmap.reading import NotesError
from roadmap.reading.outline import Outline, Page
from roadmap.reading.reader import Surroundings, read

Progress = Callable[[str, float], None]
"""Called with the name of the station and how much of it is done, from 0 to 1."""


@dataclass(slots=True)
class NewPage:
    """What of a page goes into its row besides the outline."""

    checksum: str
    had_bom: bool
    assets: dict[str, str | None]


@dataclass(slots=True)
class Material:
    """What a plan is made of, besides the rows that stand."""

    outline: Outline
    pages: list[NewPage]
    """For each page of the outline."""
    laid: list[Laid]
    """For each section of the outline."""
    known: dict[tuple[int, int], int] = field(default_factory=dict)
    """{(section, number of the listing in it): id of the resource} on pages that did not change."""


@dataclass(slots=True)
class Around:
    """What lies around all files: their paths, where the first is edited, and their images."""

    paths: frozenset[str]
    source_url: str
    asset: Callable[[str], str | None]

    def of_page(self, asked: dict[str, str | None]) -> Surroundings:
        """Return the surroundings of one page; `asked` is filled with the images it asks for."""

        def asset(path: str) -> str | None:
            asked[path] = self.asset(path)
            return asked[path]

        return Surroundings(self.paths, self.source_url, asset)


def is_unchanged(page: OldPage | None, checksum: str, asset: Callable[[str], str | None]) -> bool:
    """Whether a live page is this very file, and the images it shows are still the same."""
    if page is None or page.retired or page.checksum != checksum:
        return False
    return all(asset(path) == name for path, name in page.assets.items())


def gather(
    standing: Standing,
    files: Sequence[SourceFile],
    around: Around,
    exported: Callable[[OldSection], str],
    progress: Progress = lambda station, done: None,
) -> Material:
    """Read `files` against what stands; `exported` gives a section's row as an export writes it.

    Raises NotesError for what cannot be read or leads out of the notes.
    """
    return _Gatherer(standing, files, around, exported, progress).gather()


def checksum(file: SourceFile, around: Around) -> str:
    """Return a hash that differs whenever a reading of the file could differ (missing images aside)."""
    return file.checksum(around.of_page({}))


class _Gatherer:
    def __init__(
        self,
        standing: Standing,
        files: Sequence[SourceFile],
        around: Around,
        exported: Callable[[OldSection], str],
        progress: Progress,
    ) -> None:
        self.standing, self.files, self.around = standing, files, around
        self.exported, self.progress = exported, progress
        self.rows = Rows(standing)
        self.by_path = {page.path: page for page in standing.pages}
        self.pages: list[NewPage] = []
        self.same: dict[int, OldPage] = {}
        """By number: pages that did not change."""

    def gather(self) -> Material:
        outline = Outline([self._page(number, file) for number, file in enumerate(self.files)])
        _refuse_ways_out(outline)
        if any(row.notes_source is not None for row in self.standing.sections):
            laid = self._lay_edits(outline)
        else:
            laid = [Laid(row.id if row else None) for row in self._known_rows(outline)]
        return Material(outline, self.pages, laid, self._known_resources(outline))

    def _page(self, number: int, file: SourceFile) -> Page:
        hashed = checksum(file, self.around)
        old = self.by_path.get(file.path)
        if old and is_unchanged(old, hashed, self.around.asset):
            self.same[number] = old
            self.pages.append(NewPage(hashed, old.had_bom, old.assets))
            return self.rows.page(old)
        asked: dict[str, str | None] = {}
        page = self._read(file.text, number, asked)
        page.had_bom = file.had_bom
        self.pages.append(NewPage(hashed, file.had_bom, asked))
        return page

    def _read(self, text: str, number: int, asked: dict[str, str | None]) -> Page:
        part = partial(_part_done, self.progress, number, len(self.files))
        part(0)
        return read(text, self.files[number].path, self.around.of_page(asked), part)

    def _known_rows(self, outline: Outline) -> list[OldSection | None]:
        """Return the row of each section on a page that did not change."""
        known: list[OldSection | None] = []
        for number, page in enumerate(outline.pages):
            old = self.same.get(number)
            known += self.rows.sections[old.id] if old else [None] * len(page.sections)
        return known

    def _known_resources(self, outline: Outline) -> dict[tuple[int, int], int]:
        return {
            (number, place): listing.resource_id
            for number, row in enumerate(self._known_rows(outline))
            if row
            for place, listing in enumerate(self.rows.listings[row.id])
        }

    def _lay_edits(self, outline: Outline) -> list[Laid]:
        """Lay what editors made of sections over the outline's pages, and read those pages anew."""
        flat = Flat(outline)
        known = {number: row.id for number, row in enumerate(self._known_rows(outline)) if row}
        page_rows, pairs = self._match_edited(outline, flat, known)
        behind = laying.what_follows(self.rows.sections, {row.id for row in pairs.values()})
        laid: list[Laid] = []
        for number in range(len(outline.pages)):
            if number in self.same:
                rows = self.rows.sections[self.same[number].id]
                laid += [each.laid for each in laying.slices(rows)]
                continue
            old = page_rows.get(number)
            sections = [(flat.sections[each], pairs.get(each)) for each in flat.of_page(number)]
            slices = laying.lay(old.id if old else None, sections, behind, self.exported)
            laid += self._laid_page(outline, number, slices)
        return laid

    def _match_edited(
        self, outline: Outline, flat: Flat, known: Mapping[int, int]
    ) -> tuple[dict[int, OldPage], dict[int, OldSection]]:
        """Match sections that the notes took over as they stand, others by what the notes said of them last, and what
        is left by what editors made of it."""
        known = {**known, **self._taken_over(flat, set(known.values()))}
        there = set(known.values())
        rows = [row for row in self.standing.sections if row.id in there or row.retired or row.notes_source != ""]
        as_said = replace(self.standing, sections=_nested(map(_as_said, rows)))
        _, said = match(as_said, outline, flat, known)
        return match(self.standing, outline, flat, {number: row.id for number, row in said.items()})

    def _taken_over(self, flat: Flat, known: set[int]) -> dict[int, int]:
        """Return the rows of the sections whose text is just what an editor made of one, and of no other."""
        edited = [row for row in self.standing.sections if row.notes_source is not None and not row.retired]
        rows = {row.source: row.id for row in edited if row.id not in known}
        often = Counter(section.source for section in flat.sections) + Counter(row.source for row in edited)
        found = {
            number: rows[section.source]
            for number, section in enumerate(flat.sections)
            if section.source in rows and often[section.source] == 2  # One on either side.
        }
        # What the notes say of a section is no other one, unless they say now what an editor made of the first.
        said = {row.notes_source for row in edited if row.id not in found.values()}
        return {number: row for number, row in found.items() if flat.sections[number].source not in said}

    def _laid_page(self, outline: Outline, number: int, slices: list[Slice]) -> list[Laid]:
        page = outline.pages[number]
        text = "".join(each.text for each in slices)
        if text != self.files[number].text:
            page = self._read(text, number, self.pages[number].assets)
            outline.pages[number] = replace(page, had_bom=self.pages[number].had_bom)
        return laying.told(page, slices)


def _as_said(row: OldSection) -> OldSection:
    """Return a section's row with the heading and the text that the notes had last."""
    found = read(row.notes_source, "").sections if row.notes_source else []
    return replace(row, title=found[0].title, level=found[0].level, source=found[0].source) if found else row


def _nested(rows: Iterable[OldSection]) -> list[OldSection]:
    """Return rows, in order, each under what it stands under among them; the retired as they are."""
    found = []
    above: dict[int, list[OldSection]] = defaultdict(list)
    for row in rows:
        if not row.retired:
            over = above[row.page_id] = [each for each in above[row.page_id] if each.level < row.level]
            row = replace(row, parent_id=over[-1].id if over else None)
            over += [row] if row.level else []
        found.append(row)
    return found


def match(
    standing: Standing, outline: Outline, flat: Flat, known: Mapping[int, int]
) -> tuple[dict[int, OldPage], dict[int, OldSection]]:
    """Return the row of each page, and of each section; `known` are sections whose row (by id) needs no search."""
    of_section = _keys_of_rows(standing)
    of_page: dict[int, set[str]] = defaultdict(set)
    for section in standing.sections:
        of_page[section.page_id] |= of_section.get(section.id, set())
    paths = [page.path for page in outline.pages]
    page_rows = match_pages(standing.pages, paths, flat.keys_of_page, of_page)
    pages = {old.id: number for number, old in page_rows.items()}
    pairs = match_sections(
        standing.sections, flat.sections, flat.parents, pages, flat.page_of, keys_of, of_section, known
    )
    return page_rows, pairs


def _keys_of_rows(standing: Standing) -> dict[int, set[str]]:
    """Return the keys of what stands in each section, as `flat.keys_of` does for new ones."""
    keys = {row.id: row.url_key or title_key(row.notes_title) for row in standing.resources}
    found: dict[int, set[str]] = defaultdict(set)
    for listing in standing.listings:
        found[listing.section_id].add(keys[listing.resource_id])
    return found


def _refuse_ways_out(outline: Outline) -> None:
    out = [warning for warning in outline.warnings if warning.code == "out-of-folder"]
    if out:
        lines = "\n".join(map(str, out[:10]))
        raise NotesError(f"{lines}\nA link or image may not lead out of the folder of the notes; change or remove it")


def _part_done(progress: Progress, number: int, files: int, done: float) -> None:
    progress("read", (number + done) / files)
