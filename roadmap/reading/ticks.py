"""What a learner marked in a copy of the notes: check boxes, check marks beside links, links struck through."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from roadmap.reading.lines import Item, Lines
from roadmap.reading.marks import ENDS, OPENS, says_done, sign, unmarked
from roadmap.reading.outline import Listing, Page, Section, Span
from roadmap.reading.reader import TASK, read

BOM = "\ufeff"


class Tick(NamedTuple):
    """A link or task of a copy, and whether it is marked as done there."""

    url_key: str | None
    """None for a task."""
    title: str
    """Without marks."""
    section: str
    """The title of its section, without marks."""
    line: int
    done: bool
    has_links: bool
    """For a task: whether links stand in it, which are ticked by themselves."""


@dataclass(slots=True)
class Place:
    """A listing, where it stands in the whole text, and what marks it."""

    section: Section
    listing: Listing
    start: int
    end: int
    """Both -1 where it cannot be told."""
    item: Item | None = None
    in_heading: bool = False
    has_links: bool = False
    """For a task: whether links stand in it."""
    row: bool | None = None
    """What a cell that is nothing but a mark says of its row."""
    struck: bool = False
    beside: bool | None = None
    """What the mark beside the link, in its label or at an end of its line says."""
    mark: Span | None = None
    """Where that mark stands, if it is not in the label."""

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
        if self.own_mark is not None:
            return self.own_mark
        boxed = self.item.boxed if self.item else None
        return bool(boxed and boxed.checked)

    def marked(self, found: re.Match[str], base: int) -> None:
        """Take a mark for its own that was found in a piece of the text which begins at `base`."""
        self.beside = says_done(found)
        self.mark = Span(base + found.start("sign"), base + found.end("sign"))


def ticked(text: str) -> list[Tick]:
    """Return all links and tasks of a copy in its order. Raises a NotesError where the text cannot be read."""
    return [
        Tick(
            place.listing.url_key,
            unmarked(place.listing.title),
            unmarked(place.section.title),
            place.listing.line,
            place.done,
            place.has_links,
        )
        for place in places(text.removeprefix(BOM))
        if place.is_task or place.listing.url_key
    ]


def places(text: str) -> list[Place]:
    """Return every listing of a text (without BOM) with what marks it, in the order of the text."""
    found = _located(read(text, "README.md"))
    lines = Lines(text)
    for place in found:
        line = place.listing.line - 1
        place.item, place.row = lines.around.get(line, (None, None))
        place.in_heading = line in lines.headings
        place.struck = place.start in lines.struck
    links = [place for place in found if not place.is_task]
    _look_beside(lines, text, [place for place in links if place.start >= 0])
    linked = {id(place.item) for place in links}
    for place in found:
        if place.is_task:
            _look_in(text, place, has_links=id(place.item) in linked)
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


def _look_in(text: str, task: Place, *, has_links: bool) -> None:
    """Find what a task without links says of itself: one with links has a box alone."""
    task.has_links, task.struck = has_links, False
    if has_links or task.start < 0:
        return
    task.struck = task.item is not None and task.item.struck
    words = text[task.start : task.end]
    if mark := sign(words):
        task.marked(mark, task.start)


def _look_beside(lines: Lines, text: str, links: list[Place]) -> None:
    """Find the marks beside links on their lines, and at the ends of an item's line that holds one link.

    One that stands between two links is the nearer one's, or the first one's.
    """
    links = sorted(links, key=lambda place: place.start)
    for place, before, after in zip(links, [None, *links], [*links[1:], None], strict=False):
        begin, end = lines.bounds(place.start, place.end, place.item)
        leading = before is not None and begin < before.end <= place.start
        following = after is not None and place.end <= after.start < end
        begin = before.end if leading and before else begin
        end = after.start if following and after else end
        head, tail = text[begin : place.start], text[place.end : end]
        behind = OPENS.match(tail)
        ahead = ENDS.search(head)
        alone = place.item is not None and not leading and not following
        if behind and not (following and _is_next_ones(tail, behind)):
            place.marked(behind, place.end)
        elif ahead and not (leading and not _is_next_ones(head, ahead)):
            place.marked(ahead, begin)
        elif alone and (mark := ENDS.search(tail)):
            place.marked(mark, place.end)
        elif alone and (mark := OPENS.match(head)):
            place.marked(mark, begin)
        elif after is None or after.start >= place.end:
            _look_in_label(text, place)


def _is_next_ones(gap: str, mark: re.Match[str]) -> bool:
    """Whether a mark between two links is the second one's."""
    opens, ends = OPENS.match(gap), ENDS.search(gap)
    if not opens or not ends or opens.start("mark") != ends.start("mark"):
        return bool(ends and ends.start("mark") == mark.start("mark"))
    return opens.start("mark") > len(gap) - opens.end()


def _look_in_label(text: str, place: Place) -> None:
    label, link = place.listing.label, place.listing.link
    if label and link:
        start = place.start + label.start - link.start
        words = text[start : start + label.end - label.start]
        if mark := sign(words):
            place.marked(mark, start)
            place.mark = None
