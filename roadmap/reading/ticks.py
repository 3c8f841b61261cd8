"""What a learner marked in a copy of the notes: check boxes, check marks beside links, links struck through."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from markdown_it.token import Token

from roadmap.reading.markdown import parse
from roadmap.reading.outline import Listing, Page, Section
from roadmap.reading.reader import TASK, read
from roadmap.reading.source import Located, Source

DONE = "✅"
NOT_DONE = "⬜"
_DONE = f"{DONE}|✔|☑|:white_check_mark:|:heavy_check_mark:|:ballot_box_with_check:"
_NOT_DONE = f"{NOT_DONE}|☐|:white_large_square:"
_BESIDE = r"[\s*_~:：,，.。、;；\ufe0f–—-]*"
"""What may stand between a link and its mark."""
_AFTER = re.compile(rf"{_BESIDE}(?P<mark>{_DONE}|{_NOT_DONE})\ufe0f?")
_BEFORE = re.compile(rf"(?P<mark>{_DONE}|{_NOT_DONE})\ufe0f?{_BESIDE}\Z")
_ONLY_BESIDE = re.compile(rf"{_BESIDE}\Z")
_ANY = re.compile(rf"\s*(?:{_DONE}|{_NOT_DONE})\ufe0f?")
_BOX = re.compile(r"\[([ xX])\][ \t]*\Z")
_CELL = re.compile(rf"\[?(?:(?P<done>[xX]|{_DONE})|(?P<not> |{_NOT_DONE})?)\ufe0f?\]?")
_STRIKE = re.compile(r"<(/?)(?:del|s|strike)\b", re.IGNORECASE)


class Tick(NamedTuple):
    """A link or task of a copy, and whether it is marked as done there."""

    url_key: str | None
    """None for a task."""
    title: str
    """Without marks."""
    section: str
    """The title of its section."""
    line: int
    done: bool
    has_links: bool
    """For a task: whether links stand in it, which are ticked by themselves."""


@dataclass(slots=True)
class Item:
    """A list item: where its check box and its content stand in the text."""

    parent: Item | None
    checked: bool | None
    """None without a box."""
    box: int = -1
    """Where the character between the brackets stands."""
    start: int = -1
    """Where its first line's text begins; -1 where another list begins there."""

    @property
    def boxed(self) -> Item | None:
        """The nearest item with a box that holds what stands in this one; itself, if it has one."""
        item: Item | None = self
        while item and item.checked is None:
            item = item.parent
        return item


@dataclass(slots=True)
class Place:
    """A listing, where it stands in the whole text, and what marks it."""

    section: Section
    listing: Listing
    start: int
    end: int
    """Both -1 where it cannot be told."""
    item: Item | None = None
    row: bool | None = None
    """What a cell that is nothing but a mark says of its row."""
    struck: bool = False
    beside: bool | None = None
    """What the mark beside the link says."""

    @property
    def is_task(self) -> bool:
        """Whether it is a task: an item's own text."""
        return self.listing.kind == TASK

    @property
    def own_mark(self) -> bool | None:
        """What is said of it alone."""
        return self.beside if self.beside is not None else (True if self.struck else self.row)

    @property
    def done(self) -> bool:
        """Whether it is marked as done: by what stands nearest."""
        if self.own_mark is not None and not self.is_task:
            return self.own_mark
        boxed = self.item.boxed if self.item else None
        return bool(boxed and boxed.checked)


def ticked(text: str) -> list[Tick]:
    """Return all links and tasks of a copy in its order. Raises a NotesError where the text cannot be read."""
    found = places(text)
    links = {place.listing.line for place in found if not place.is_task}
    return [
        Tick(
            place.listing.url_key,
            _ANY.sub("", place.listing.title).strip(),
            _ANY.sub("", place.section.title).strip(),
            place.listing.line,
            place.done,
            place.is_task and place.listing.line in links,
        )
        for place in found
        if place.is_task or place.listing.url_key
    ]


def places(text: str) -> list[Place]:
    """Return every listing of a text with what marks it, in the order of the text."""
    page = read(text, "README.md")
    found = _located(page)
    lines = _Lines(text)
    for place in found:
        place.item, place.row = lines.around.get(place.listing.line - 1, (None, None))
        place.struck = place.start in lines.struck
    _look_beside(text, [place for place in found if place.start >= 0 and not place.is_task])
    return found


def _located(page: Page) -> list[Place]:
    found, base = [], 0
    for section in page.sections:
        for listing in section.listings:
            span = listing.link
            start, end = (base + span.start, base + span.end) if span else (-1, -1)
            found.append(Place(section, listing, start, end))
        base += len(section.source)
    return found


def _look_beside(text: str, links: list[Place]) -> None:
    """Find the marks beside links on their lines.

    One that stands between two links is the nearer one's, or the first one's.
    """
    links = sorted(links, key=lambda place: place.start)
    for place, before, after in zip(links, [None, *links], [*links[1:], None], strict=False):
        place.beside = _mark_behind(text, place, after)
        if place.beside is None:
            place.beside = _mark_before(text, place, before)


def _mark_behind(text: str, place: Place, following: Place | None) -> bool | None:
    end = _line_end(text, place.end)
    shared = following is not None and place.end <= following.start < end
    gap = text[place.end : following.start if shared and following else end]
    mark = _AFTER.match(gap)
    if not mark or (shared and _ONLY_BESIDE.match(gap, mark.end()) and mark.start("mark") > len(gap) - mark.end()):
        return None
    return bool(re.fullmatch(_DONE, mark["mark"]))


def _mark_before(text: str, place: Place, leading: Place | None) -> bool | None:
    start = _line_start(text, place.start)
    shared = leading is not None and start < leading.end <= place.start
    gap = text[leading.end if shared and leading else start : place.start]
    mark = _BEFORE.search(gap)
    if not mark or (shared and _AFTER.match(gap) and mark.start() <= len(gap) - mark.end("mark")):
        return None
    return bool(re.fullmatch(_DONE, mark["mark"]))


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    ends = [end for end in (text.find("\n", at), text.find("\r", at)) if end >= 0]
    return min(ends, default=len(text))


class _Lines:
    """What stands around each line of a text: the list item, the mark of the table's row, and the struck links."""

    def __init__(self, text: str) -> None:
        self._source = Source(text)
        self.around: dict[int, tuple[Item | None, bool | None]] = {}
        self.struck: set[int] = set()
        self._items: list[Item] = []
        self._cells: list[str] = []
        for token in parse(text):
            self._take(token)

    def _take(self, token: Token) -> None:
        if token.type == "list_item_open":
            self._items.append(Item(self._items[-1] if self._items else None, token.meta.get("checked")))
        elif token.type == "list_item_close":
            self._items.pop()
        elif token.type == "tr_open":
            self._cells = []
        elif token.type == "tr_close":
            self._row()
        elif token.map and token.type in ("inline", "html_block"):
            self._text(token, token.map[0], token.map[1])

    def _text(self, token: Token, first: int, end: int) -> None:
        item = self._items[-1] if self._items else None
        for line in range(first, end):
            self.around[line] = (item, None)
        if token.type == "html_block":
            return
        located = self._source.locate(token.content, first)
        self._cells.append(token.content)
        self._line = first
        if item and item.start < 0:
            item.start = located.offset(0) if token.content else -1  # type: ignore[assignment]
            item.start = -1 if item.start is None else item.start
            self._find_box(item, first)
        self._strikes(token.children or [], located)

    def _find_box(self, item: Item, line: int) -> None:
        begin = self._source.starts[line]
        box = _BOX.search(self._source.text[begin : item.start]) if item.start >= 0 else None
        if item.checked is not None and box:
            item.box = begin + box.start(1)

    def _row(self) -> None:
        marks = [mark for cell in self._cells if cell.strip() and (mark := _CELL.fullmatch(cell.strip()))]
        said = [bool(mark["done"]) for mark in marks if mark["done"] or mark["not"]]
        if said:
            item, _ = self.around[self._line]
            self.around[self._line] = (item, any(said))

    def _strikes(self, children: list[Token], located: Located) -> None:
        depth = 0
        link: int | None = None
        for number, child in enumerate(children):
            raw = _STRIKE.match(child.content) if child.type == "html_inline" else None
            if child.type == "s_open" or (raw and not raw[1]):
                depth += 1
                if link == number - 1 and link is not None:
                    self._strike(children[link], located)
            elif child.type == "s_close" or raw:
                depth = max(0, depth - 1)
            elif "span" in child.meta and (child.type == "link_open" or child.content[:2].lower() == "<a"):
                link = number
                if depth:
                    self._strike(child, located)

    def _strike(self, link: Token, located: Located) -> None:
        offset = located.offset(link.meta["span"].start)
        if offset is not None:
            self.struck.add(offset)
