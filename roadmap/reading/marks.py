"""The signs of done and not done that people put beside links: emoji, their names, and brackets with an x."""

from __future__ import annotations

import re

DONE = "✅"
NOT_DONE = "⬜"
_NO_LINK = r"(?![(\[:])"
_DONE = rf"{DONE}|✔|✓|☑|🗹|:white_check_mark:|:heavy_check_mark:|:ballot_box_with_check:|\[[xX]\]{_NO_LINK}"
_NOT_DONE = rf"{NOT_DONE}|☐|:white_large_square:|\[ \]{_NO_LINK}"
_MARK = rf"(?P<sign>(?P<mark>{_DONE}|{_NOT_DONE})\ufe0f?)"
_BESIDE = r"[\s*_~:：,，.。、;；()（）\ufe0f–—-]*"
"""What may stand between a link and its mark."""
OPENS = re.compile(_BESIDE + _MARK)
"""To be matched where a link ends; the group `sign` is the mark."""
ENDS = re.compile(rf"{_MARK}{_BESIDE}\Z")
"""To be searched in what stands before a link."""
_ANY = re.compile(rf"\s*{_MARK}")
_CELL = re.compile(rf"\[?(?:(?P<done>[xX]|{_DONE})|(?P<not> |{_NOT_DONE})?)\ufe0f?\]?")


def says_done(found: re.Match[str]) -> bool:
    """Return what a mark says that OPENS or ENDS found."""
    return re.fullmatch(_DONE, found["mark"]) is not None


def sign(words: str) -> re.Match[str] | None:
    """Return the mark at an end of some words, the last one if it is at both; brackets within them are no box."""
    marks = (ENDS.search(words), OPENS.match(words))
    return next((mark for mark in marks if mark and mark["mark"][0] != "["), None)


def of_row(cells: list[str]) -> bool | None:
    """Return what a table's row says by a cell that is nothing but a mark; None where none is."""
    marks = [mark for cell in cells if cell.strip() and (mark := _CELL.fullmatch(cell.strip()))]
    said = [bool(mark["done"]) for mark in marks if mark["done"] or mark["not"]]
    return any(said) if said else None


def unmarked(title: str) -> str:
    """Return a title without marks in it."""
    return _ANY.sub("", title).strip()
