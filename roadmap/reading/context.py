"""What stands above a link: the bold lead of its item, the items around it, the line above, its fold, its row."""

from __future__ import annotations

from markdown_it.token import Token

from roadmap.reading.folds import plain

LEAD_ENDS = " :：-–—,，、"
LONGEST = 200


class Leads:
    """Follows the blocks of one section in order and says what a link met now stands under."""

    def __init__(self) -> None:
        self._items: list[str | None] = []
        """For each open list item its lead; None before its first line."""
        self._bold = ""
        self._line = ""
        self._folds: list[str] = []
        self._row = ""
        self._first_cell: str | None = None

    def open_item(self) -> None:
        """A list item begins."""
        self._items.append(None)

    def close_item(self) -> None:
        """A list item ends."""
        if self._items:
            self._items.pop()

    def row(self) -> None:
        """A table's row begins."""
        self._row, self._first_cell = "", None

    def summary(self, text: str) -> None:
        """A fold's label was met."""
        if self._folds:
            self._folds[-1] = text[:LONGEST]

    def fold(self, *, opens: bool) -> None:
        """A fold begins or ends."""
        if opens:
            self._folds.append("")
            self._line = ""
        elif self._folds:
            self._folds.pop()

    def inline(self, children: list[Token], *, in_row: bool) -> None:
        """A line of text was met: an item's lead, a table's cell, or a paragraph."""
        self._bold = "" if in_row else bold_lead(children)
        if in_row:
            self._row = self._first_cell or ""
            if self._first_cell is None:
                self._first_cell = plain(children)[:LONGEST]
            return
        self._row = ""
        if self._items and self._items[-1] is None:
            self._items[-1] = self._bold or _first_line(children)
        elif not self._items:
            last = plain(_last_line(children))
            self._line = last.rstrip(LEAD_ENDS)[:LONGEST] if last.endswith((":", "：")) or last == self._bold else ""

    def context(self) -> str:
        """Return the words above a link met now; empty where there are none."""
        if self._row:
            return self._row
        if self._bold:
            return self._bold
        for lead in reversed(self._items[:-1]):
            if lead:
                return lead
        return self._line or next((label for label in reversed(self._folds) if label), "")


def bold_lead(children: list[Token]) -> str:
    """Return the bold words a line begins with, without the colon behind them; empty where it begins otherwise."""
    solid = [each for each in children if each.type != "text" or each.content.strip()]
    if not solid or solid[0].type != "strong_open":
        return ""
    end = next((at for at, each in enumerate(solid) if each.type == "strong_close"), 0)
    if any(each.type == "link_open" for each in solid[:end]):
        return ""
    return plain(solid[:end]).rstrip(LEAD_ENDS)[:LONGEST]


def _first_line(children: list[Token]) -> str:
    end = next(
        (at for at, each in enumerate(children) if each.type in ("softbreak", "hardbreak", "link_open")), len(children)
    )
    return plain(children[:end]).rstrip(LEAD_ENDS)[:LONGEST]


def _last_line(children: list[Token]) -> list[Token]:
    start = next((at for at in range(len(children), 0, -1) if children[at - 1].type in ("softbreak", "hardbreak")), 0)
    return children[start:]
