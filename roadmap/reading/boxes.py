"""The notes with a learner's marks in them, as people keep them in a copy; `ticks` reads them back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

from roadmap.reading.lines import Item
from roadmap.reading.marks import DONE, NOT_DONE
from roadmap.reading.outline import Listing, Section
from roadmap.reading.ticks import BOM, Place, places

_OPENS = re.compile(r"[*_~]*")
_CLOSES = ")]>"
"""What a link ends with that is no bare URL; to one a mark right behind it would belong."""

IsDone = Callable[[Section, Listing], bool]


def with_marks(text: str, is_done: IsDone) -> str:
    """Return a file's text with a check box or a check mark at each listing that is done, and nothing else changed.

    A list item that has a box keeps it, set by what is done; one that opens with a link gets one; all other links get a
    mark behind them, or in the place of the one they have. Where a box would say of a link in it what is not so, a mark
    beside the link says otherwise. Items of the author's own list of TODOs that hold no link stay as they are. Raises a
    NotesError where the text cannot be read.
    """
    bom = BOM if text.startswith(BOM) else ""
    text = text.removeprefix(BOM)
    found = places(text)
    wanted = {id(place): is_done(place.section, place.listing) for place in found}
    edits: dict[int, tuple[int, str]] = {}
    _set_boxes(found, wanted, edits)
    _add_boxes(text, found, wanted, edits)
    starts = {place.start for place in found}
    for place in found:
        if place.start < 0 or place.done == wanted[id(place)] or (place.is_task and place.own_mark is None):
            continue
        mark = DONE if wanted[id(place)] else NOT_DONE
        if place.mark:
            edits[place.mark.start] = (place.mark.end - place.mark.start, mark)
        else:
            edits[place.end] = (0, _behind(text, place, mark, before_a_link=place.end in starts))
    return bom + _edited(text, edits)


def _behind(text: str, place: Place, mark: str, *, before_a_link: bool) -> str:
    """Return a mark as it stands behind a link; in a heading without a blank, for that would change its anchor."""
    if place.in_heading and text[place.end - 1] in _CLOSES:
        return mark
    return f" {mark} " if before_a_link else f" {mark}"


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
