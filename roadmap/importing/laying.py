"""Sections that an editor changed, laid over the notes: what was edited stays, what the notes changed comes in.

The text of a page is then read once more, so that what stands in the tables is always what the reader finds. Pure.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from merge3 import Merge3

from roadmap.importing.standing import OldSection
from roadmap.reading.outline import Page, Section

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(slots=True)
class Laid:
    """What goes into a section's row besides what the reader finds in it."""

    row: int | None = None
    """Id of the row that it is, where that is known."""
    notes_source: str | None = None
    conflicts: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Slice:
    """A piece of a page's text, and what is known of the section that begins with it."""

    text: str
    laid: Laid


def slices(standing: Sequence[OldSection]) -> list[Slice]:
    """Return a page's live sections, in order, as they stand."""
    return [Slice(row.source, Laid(row.id, row.notes_source, dict(row.conflicts))) for row in standing]


Behind = Mapping[int, Sequence[Slice]]
"""What is not in the notes and stays, by the id of the row behind which it stands; at a page's beginning, by the page's
id, negative."""


def lay(
    page: int | None,
    sections: Sequence[tuple[Section, OldSection | None]],
    behind: Behind,
    exported: Callable[[OldSection], str],
) -> list[Slice]:
    """Return a page's text in slices: its sections as the notes have them, each with its row, and what editors made of
    them. `page` is the id of the page's row, None for a new one; `exported` gives a row's text as an export has it."""
    laid: list[Slice] = []
    first = list(behind.get(-(page or 0), ()))
    for section, row in sections:
        if section.level:  # Text before the first heading can stand nowhere else.
            laid, first = laid + first, []
        laid.append(_merged(section, row, exported) if row else Slice(section.source, Laid()))
        laid += behind.get(row.id, ()) if row else ()
    return apart(laid + first)


def what_follows(pages: Mapping[int, Sequence[OldSection]], matched: set[int]) -> Behind:
    """Return what is not in the notes and stays. `pages` holds the live rows in order by the id of their page,
    `matched` are the ids of those that the notes still have."""
    behind: dict[int, list[Slice]] = defaultdict(list)
    for page, rows in pages.items():
        last = -page
        for row in rows:
            if row.id in matched:
                last = row.id
            elif row.notes_source == "":
                behind[last].append(Slice(row.source, Laid(row.id, "", dict(row.conflicts))))
            elif row.notes_source is not None:
                conflict = {"source": {"base": row.notes_source, "notes": ""}}
                behind[last].append(Slice(row.source, Laid(row.id, "", conflict)))
    return behind


def _merged(section: Section, row: OldSection, exported: Callable[[OldSection], str]) -> Slice:
    base, mine, theirs = row.notes_source, row.source, section.source
    if base is None or theirs == mine:
        return Slice(theirs, Laid(row.id))
    if theirs == base:
        return Slice(mine, Laid(row.id, base, dict(row.conflicts)))
    if theirs == exported(row):
        return Slice(theirs, Laid(row.id))
    merged = merge(base, mine, theirs)
    if merged is None:
        first = row.conflicts.get("source", {}).get("base", base)
        return Slice(mine, Laid(row.id, theirs, {"source": {"base": first, "notes": theirs}}))
    return Slice(merged, Laid(row.id, None if merged == theirs else theirs))


def merge(base: str, mine: str, theirs: str) -> str | None:
    """Merge line by line what two made of one text; None where both changed the same lines."""
    groups = list(Merge3(_LINE.findall(base), _LINE.findall(mine), _LINE.findall(theirs)).merge_groups())
    if any(group[0] == "conflict" for group in groups):
        return None
    return "".join(line for group in groups for line in group[1])


def apart(laid: list[Slice]) -> list[Slice]:
    """Let each slice but the last end its last line, so that none runs into the next; return them."""
    end = next((match[0] for each in laid if (match := _LINE_END.search(each.text))), "\n")
    for each in laid[:-1]:
        if each.text and not each.text.endswith(("\n", "\r")):
            if each.laid.notes_source is None:
                each.laid = replace(each.laid, notes_source=each.text)
            each.text += end
    return laid


def told(page: Page, laid: Sequence[Slice]) -> list[Laid]:
    """Return, for each section that the reader found in the joined slices, what is known of it.

    What begins within a slice was added by an editor.
    """
    starts: dict[int, Slice] = {}
    at = 0
    for each in laid:
        if each.text:
            starts[at] = each
        at += len(each.text)
    found: list[Laid] = []
    at = 0
    for section in page.sections:
        begun = starts.get(at)
        known = begun.laid if begun else Laid(notes_source="")
        found.append(Laid(known.row) if known.notes_source == section.source else known)
        at += len(section.source)
    return found
