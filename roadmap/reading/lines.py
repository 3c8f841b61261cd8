"""What stands around each line of a text: list items with their check boxes, marks of rows, struck links, headings."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from markdown_it.token import Token

from roadmap.reading.cutting import HEADING
from roadmap.reading.markdown import parse
from roadmap.reading.marks import of_row
from roadmap.reading.source import Located, Source
from roadmap.reading.tags import scan

_BOX = re.compile(r"\[([ xX])\][ \t]*\Z")
_STRIKES = frozenset({"del", "s", "strike"})
_STRIKE = re.compile(r"<(/?)(?:del|s|strike)[\s>]", re.IGNORECASE)
_RAW_LINK = re.compile(r"<(/?)a[\s>]", re.IGNORECASE)


@dataclass(slots=True)
class Item:
    """A list item: where its check box and its content stand in the text."""

    parent: Item | None
    line: int
    """Of its bullet or number, from 0."""
    checked: bool | None
    """None without a box."""
    box: int = -1
    """Where the character between the brackets stands."""
    start: int = -1
    """Where its text begins; -1 where no text stands behind the bullet."""
    struck: bool = False
    """Whether all words of its text are struck through."""

    @property
    def boxed(self) -> Item | None:
        """The nearest item with a box that holds what stands in this one; itself, if it has one."""
        item: Item | None = self
        while item and item.checked is None:
            item = item.parent
        return item


class Lines:
    """What stands around each line of a text: the list item, the mark of the table's row, headings, struck links."""

    def __init__(self, text: str) -> None:
        self.source = Source(text)
        self.around: dict[int, tuple[Item | None, bool | None]] = {}
        self.headings: set[int] = set()
        self.struck: set[int] = set()
        self._items: list[Item] = []
        self._cells: list[str] = []
        self._column: int | None = None
        """In a table's row: up to where its cells are read."""
        opened = ["", ""]
        for token in parse(text):
            self._take(token, first=opened == ["list_item_open", "paragraph_open"])
            opened = [opened[1], token.type]

    def bounds(self, start: int, end: int, item: Item | None) -> tuple[int, int]:
        """Return where the text begins in which a link stands, and where the line ends in which the link does."""
        first = bisect_right(self.source.starts, start) - 1
        last = bisect_right(self.source.starts, max(start, end - 1)) - 1
        begin = self.source.starts[first]
        if item and begin <= item.start <= start:
            begin = item.start
        return begin, max(end, self.source.starts[last] + len(self.source.lines[last]))

    def _take(self, token: Token, *, first: bool) -> None:
        line, end = token.map or (0, 0)
        if token.type == "list_item_open":
            self._items.append(Item(self._items[-1] if self._items else None, line, token.meta.get("checked")))
        elif token.type == "list_item_close":
            self._items.pop()
        elif token.type == "heading_open":
            self.headings.update(range(line, end))
        elif token.type == "tr_open":
            self._cells, self._column = [], 0
        elif token.type == "tr_close":
            self._row()
        elif token.type == "html_block":
            self._around(line, end)
            self._raw(token, line)
        elif token.type == "inline" and token.map:
            self._around(line, end)
            self._text(token, line, first=first)

    def _around(self, first: int, end: int) -> None:
        for line in range(first, end):
            self.around[line] = (self._items[-1] if self._items else None, None)

    def _text(self, token: Token, line: int, *, first: bool) -> None:
        located = self.source.locate(token.content, line, self._column)
        struck = self._strikes(token.children or [], located)
        if self._column is not None:
            self._cells.append(token.content)
            self._line = line
            end = located.offset(len(token.content))
            self._column = self._column if end is None else end - self.source.starts[line]
        elif first:
            item, start = self._items[-1], located.offset(0)
            item.struck = struck
            if line == item.line and start is not None and token.content:
                item.start = start
            self._find_box(item)

    def _find_box(self, item: Item) -> None:
        begin = self.source.starts[item.line]
        end = item.start if item.start >= 0 else begin + len(self.source.lines[item.line])
        box = _BOX.search(self.source.text[begin:end])
        if item.checked is not None and box:
            item.box = begin + box.start(1)

    def _row(self) -> None:
        said = of_row(self._cells)
        if said is not None:
            item, _ = self.around[self._line]
            self.around[self._line] = (item, said)
        self._column = None

    def _strikes(self, children: list[Token], located: Located) -> bool:
        """Take down the links of which all words are struck through; return whether all words of the text are."""
        depth = 0
        link: Token | None = None
        of_link: list[bool] = []
        words: list[bool] = []
        for child in children:
            raw = _STRIKE.match(child.content) if child.type == "html_inline" else None
            raw_link = _RAW_LINK.match(child.content) if child.type == "html_inline" else None
            if child.type == "s_open" or (raw and not raw[1]):
                depth += 1
            elif child.type == "s_close" or raw:
                depth = max(0, depth - 1)
            elif child.type == "link_open" or (raw_link and not raw_link[1]):
                link, of_link = child, []
                if depth:
                    self._strike(child, located)
            elif child.type == "link_close" or raw_link:
                if link and of_link and all(of_link):
                    self._strike(link, located)
                link = None
            elif child.content.strip() and child.type != "html_inline":
                words.append(depth > 0)
                of_link.append(depth > 0)
        return bool(words) and all(words)

    def _strike(self, link: Token, located: Located) -> None:
        offset = located.offset(link.meta["span"].start) if "span" in link.meta else None
        if offset is not None:
            self.struck.add(offset)

    def _raw(self, token: Token, first: int) -> None:
        """Take down the struck links and the headings in a block of raw HTML."""
        located = self.source.locate(token.content, first)
        depth, heading = 0, -1
        for tag in scan(token.content):
            if tag.name in _STRIKES:
                depth = max(0, depth - 1) if tag.closing else depth + 1
            elif tag.name == "a" and depth and (offset := located.offset(tag.start)) is not None:
                self.struck.add(offset)
            elif HEADING.fullmatch(tag.name):
                row = located.row(tag.start)
                if tag.closing and heading >= 0:
                    self.headings.update(range(first + heading, first + row + 1))
                heading = -1 if tag.closing else row
