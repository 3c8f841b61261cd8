"""The text of a file by lines, and the way back from a parser's content to places in it."""

from __future__ import annotations

import re
from bisect import bisect_right

from roadmap.reading.outline import Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class Source:
    """A file's text, split at `\\r\\n`, `\\r` and `\\n` alone, as Markdown does. Lines count from 0 here."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts: list[int] = []
        self.lines: list[str] = []
        """Without line ends; NUL as the parser shows it."""
        for match in _LINE.finditer(text):
            self.starts.append(match.start())
            self.lines.append(match[0].rstrip("\r\n").replace("\0", "\ufffd"))
        self.starts.append(len(text))

    def between(self, first: int, last: int) -> str:
        """Return the lines from `first` up to, not including, `last`, with their line ends."""
        return self.text[self.starts[min(first, len(self.lines))] : self.starts[min(last, len(self.lines))]]

    def locate(self, content: str, line: int, column: int | None = None) -> Located:
        """Find a block's content (its lines without indents and quote marks) at `line` and the lines after it.

        `column` is given for a table's cell: where in the line to begin looking.
        """
        begins, places, at = [], [], 0
        for number, piece in enumerate(content.split("\n"), start=line):
            begins.append(at)
            places.append(self._place(piece, number, column))
            at += len(piece) + 1
        return Located(self.text, content, begins, places)

    def _place(self, piece: str, number: int, column: int | None) -> _Place | None:
        if number >= len(self.lines):
            return None
        line, words = self.lines[number], piece.strip()
        lead = len(piece) - len(piece.lstrip())
        if column is None:
            bare = line.rstrip()
            found = len(bare) - len(words) if bare.endswith(words) else line.rfind(words)
        else:
            found = line.find(words, column)
        if found >= 0:
            return _Place(self.starts[number] + found - lead, False)
        found = line.find(words.replace("|", "\\|"), column or 0)
        return None if found < 0 else _Place(self.starts[number] + found - lead, True)


class _Place:
    """Where a line of content begins in the file, and whether its pipes are escaped there."""

    __slots__ = ("escaped", "start")

    def __init__(self, start: int, escaped: bool) -> None:
        self.start, self.escaped = start, escaped


class Located:
    """A block's content, found in the file."""

    def __init__(self, text: str, content: str, begins: list[int], places: list[_Place | None]) -> None:
        self._text, self._content, self._begins, self._places = text, content, begins, places

    def offset(self, at: int) -> int | None:
        """Return where in the file the content's character `at` stands, None if it was not found."""
        row = self.row(at)
        place = self._places[row]
        if place is None:
            return None
        begin = self._begins[row]
        pipes = self._content.count("|", begin, at) if place.escaped else 0
        return place.start + at - begin + pipes

    def row(self, at: int) -> int:
        """Return in which line of the content, from 0, the character `at` stands."""
        return bisect_right(self._begins, at) - 1

    def span(self, span: Span | None, base: int) -> Span | None:
        """Return a span of the content as one of the file, counted from `base`; None where it cannot be told."""
        if span is None:
            return None
        start, end = self.offset(span.start), self.offset(span.end)
        if start is None or end is None or not base <= start <= end or not self._same_ends(span, start, end):
            return None
        return Span(start - base, end - base)

    def _same_ends(self, span: Span, start: int, end: int) -> bool:
        if span.start == span.end:
            return start == end
        first, last = self._content[span.start], self._content[span.end - 1]
        return self._text[start : start + 1] in (first, "\\", "\r", "\0") and self._text[end - 1 : end] in (
            first,
            last,
            "\0",
        )
