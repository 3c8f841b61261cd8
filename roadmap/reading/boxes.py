"""The notes with a learner's marks in them, as people keep them in a copy; `ticks` reads them back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from roadmap.reading.outline import Listing, Section
from roadmap.reading.ticks import DONE, NOT_DONE, Item, Place, places

_OPENS = re.compile(r"[*_~]*")

IsDone = Callable[[Section, Listing], bool]


def with_marks(text: str, is_done: IsDone) -> str:
    """Return a file's text with a check box or a check mark at each listing that is done, and nothing else changed.

    A list item that has a box keeps it, set by what is done; one that opens with a link gets one; all other links get a
    mark behind them. Where a box would say of a link in it what is not so, a mark beside the link says otherwise. The
    author's own list of TODOs stays as it is. Raises a NotesError where the text cannot be read.
    """
    found = places(text)
    wanted = {id(place): is_done(place.section, place.listing) for place in found}
    edits: dict[int, tuple[int, str]] = {}
    _set_boxes(found, wanted, edits)
    _add_boxes(text, found, wanted, edits)
    for place in found:
        if place.is_task or place.start < 0 or place.done == wanted[id(place)]:
            continue
        edits[place.end] = (0, f" {DONE if wanted[id(place)] else NOT_DONE}")
    return _edited(text, edits)


def _set_boxes(found: list[Place], wanted: dict[int, bool], edits: dict[int, tuple[int, str]]) -> None:
    """Let each box say what its task's state is, or that of all that stands in it."""
    held: dict[int, list[Place]] = defaultdict(list)
    items: dict[int, Item] = {}
    for place in found:
        boxed = place.item.boxed if place.item else None
        if boxed and boxed.box >= 0:
            held[id(boxed)].append(place)
            items[id(boxed)] = boxed
    for key, inside in held.items():
        item = items[key]
        tasks = [place for place in inside if place.is_task and place.item is item]
        checked = all(wanted[id(place)] for place in tasks or inside)
        if checked != item.checked:
            item.checked = checked
            edits[item.box] = (1, "x" if checked else " ")


def _add_boxes(text: str, found: list[Place], wanted: dict[int, bool], edits: dict[int, tuple[int, str]]) -> None:
    """Give a box to items that open with a link and have none, where something must be said of it."""
    for place in found:
        item = place.item
        if item is None or item.checked is not None or place.is_task or not _opens(text, item, place):
            continue
        if place.own_mark is None and place.done != wanted[id(place)]:
            item.checked = wanted[id(place)]
            edits[item.start] = (0, "[x] " if item.checked else "[ ] ")


def _opens(text: str, item: Item, place: Place) -> bool:
    return 0 <= item.start <= place.start and bool(_OPENS.fullmatch(text, item.start, place.start))


def _edited(text: str, edits: dict[int, tuple[int, str]]) -> str:
    pieces: list[str] = []
    at = 0
    for offset, (length, put) in sorted(edits.items()):
        pieces += (text[at:offset], put)
        at = offset + length
    return "".join([*pieces, text[at:]])
