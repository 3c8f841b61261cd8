"""A page from which a filter leaves out what does not match: compiled once, with a range around all that can go.

A list item, a row, a paragraph and any other block goes where resources stand in it and none of them matches; what
stands around the rest of them stays, for they would not be understood without it. A section of which nothing matches
keeps its heading and says why, unless the section around it says so already.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, override

from roadmap import elements
from roadmap.bodies import TOKEN, Address, Body
from roadmap.contents import Node
from roadmap.elements import Piece, Slot
from roadmap.models import Listing, Page, Roadmap
from roadmap.reading.slots import VOID
from roadmap.rendering import Compiled, Compiler, Overlay, Woven, loaded
from roadmap.stamps import Stamp

KEPT = 32
"""How many pages (each in one language) a process keeps: what anyone asks for in an address adds none."""
BLOCKS = frozenset(["blockquote", "dd", "details", "div", "dl", "figure", "li", "ol", "p", "table", "tr", "ul"])
LABELLED = frozenset(["dd", "li"])
"""Their paragraphs go with them: the first one says what the lists below it are about."""
LED = frozenset(["ol", "table", "ul"])
LEAD = re.compile(r"<p>(?:(?!<!--r:|</p>).)*[:：]\s*(?:</[a-z]+>\s*)*</p>\s*", re.DOTALL)
"""A paragraph without a listing whose last character says that more follows."""

Keys = frozenset[str]


class Gap(NamedTuple):
    """A section that may have nothing to show."""

    own: Keys
    around: Keys
    """Those of the section it stands in, or of the page."""


@dataclass(frozen=True, slots=True)
class Sieve:
    """A compiled page and what can be left out of it."""

    page: Compiled
    ranges: Mapping[str, Keys]
    """By name: a range goes where none of these matches."""
    gaps: Mapping[str, Gap]
    """By pk of a section."""

    def dropped(self, matching: Collection[str]) -> set[str]:
        """Return the names of the ranges that go."""
        names = {name for name, keys in self.ranges.items() if keys.isdisjoint(matching)}
        for pk, gap in self.gaps.items():
            stays = not gap.own.isdisjoint(matching)
            says_why = bool(gap.own) and not stays and not gap.around.isdisjoint(matching)
            names |= {f"gone-{pk}"} if stays or says_why else set()
            names |= set() if says_why else {f"gap-{pk}"}
        return names


class Block(NamedTuple):
    """An element of a body with listings in it."""

    start: int
    """Where its opening tag begins in the HTML."""
    end: int
    """Where its closing tag begins."""
    name: str
    slots: list[int]


@lru_cache(maxsize=KEPT)
def sieve(stamp: Stamp, page: int | None, language: str) -> Sieve:
    """Return one page of a roadmap (None: its first), ready for any filter. A fixed number of queries, and kept."""
    with override(language):
        compiler = _Compiler(*loaded(stamp, page))
        return Sieve(compiler.compile(), compiler.ranges, compiler.gaps)


def sift(woven: Woven, overlay: Overlay, dropped: Collection[str]) -> SafeString:
    """Return HTML with a reader's marks in their places and without the ranges that are `dropped`."""
    own, usual = overlay.own, overlay.usual
    parts = [woven.strings[0]]
    left: str | None = None
    for (place, key), string in zip(woven.slots, woven.strings[1:], strict=True):
        if place == "from":
            left = key if left is None and key in dropped else left
        elif place == "to":
            left = None if left == key else left
        elif left is None:
            parts.append(own[place].get(key, usual[place]))
        if left is None:
            parts.append(string)
    return mark_safe("".join(parts))  # noqa: S308 - cleaned by the reader or escaped by the elements


def blocks(html: str) -> list[Block]:
    """Return the blocks of a body in which listings stand, a list or table with the line that leads to it. The rows of
    a table's head are none: they name its columns."""
    found: list[Block] = []
    stack: list[tuple[str, int, list[int]]] = []
    lead: re.Match[str] | None = None
    for match in TOKEN.finditer(html):
        name = match[4]
        if match[1] == "r":
            for _, _, slots in stack:
                slots.append(int(match[2]))
        elif name and not match[3] and name not in VOID:
            is_led = name in LED and lead and lead.end() == match.start()
            stack.append((name, lead.start() if lead and is_led else match.start(), []))
            lead = LEAD.match(html, match.start()) if name == "p" else lead
        elif name and match[3] and stack and stack[-1][0] == name:
            _, start, slots = stack.pop()
            parent = stack[-1][0] if stack else ""
            stays = (name == "p" and parent in LABELLED) or (name == "tr" and parent == "thead")
            if name in BLOCKS and slots and not stays:
                found.append(Block(start, match.start(), name, slots))
    return found


def unfolded(html: str) -> str:
    """Return a body with those folds open in which listings stand."""
    for block in sorted(blocks(html), reverse=True):
        if block.name == "details" and not html.startswith("<details open", block.start):
            html = html[: block.start] + html[block.start :].replace("<details", '<details open=""', 1)
    return html


class SievedBody(Body):
    """Puts a range around each block and each description."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self.ranges: dict[str, Keys] = {}
        self._numbers = count()

    def range(self, keys: Iterable[str], pieces: Iterable[Piece]) -> Iterator[Piece]:
        """Yield pieces that go where none of `keys` matches."""
        name = self._named(keys)
        yield Slot("from", name)
        yield from pieces
        yield Slot("to", name)

    def content(self, html: str, rows: Sequence[Listing], heading: int) -> Iterator[Piece]:
        """Yield what stands in a section; where none of its own resources matches, its words go as well."""
        keys = {row.resource.key for row in rows if not row.resource.retired_at}
        yield from self.range(keys, super().content(unfolded(html), rows, heading))

    def added(self, rows: Sequence[Listing]) -> Iterator[Piece]:
        """Yield what was added by hand."""
        yield from self.range([row.resource.key for row in rows], super().added(rows))

    def item(self, row: Listing) -> Iterator[Piece]:
        """Yield one listing of that list."""
        yield from self.range([row.resource.key], super().item(row))

    def seams(self, html: str, listings: Mapping[int, Listing]) -> Mapping[int, Iterable[Slot]]:
        """Return where the ranges of a body begin and end."""
        found = {}
        for block in blocks(html):
            if keys := {key for slot in block.slots for key in keys_of(slot, listings)}:
                name = self._named(keys)
                found[block.start] = [Slot("from", name)]
                found[block.end] = [Slot("to", name)]
        return found

    def note(self, listing: Listing) -> Iterator[Piece]:
        """Yield what stands under a listing; what an editor says of its resource goes with that alone."""
        resource = listing.resource
        if said := elements.description(resource):
            yield from self.range([resource.key], [said])
        yield elements.place_of_note(resource)

    def _named(self, keys: Iterable[str]) -> str:
        name = str(next(self._numbers))
        self.ranges[name] = frozenset(keys)
        return name


def keys_of(slot: int, listings: Mapping[int, Listing]) -> Iterator[str]:
    """Yield the keys of the resource that is listed in a slot, unless it is retired, and of those in its label."""
    listing = listings.get(slot)
    if listing is None:
        return
    if not listing.resource.retired_at:
        yield listing.resource.key
    inner = {number: other for number, other in listings.items() if number != slot}
    for match in TOKEN.finditer(listing.label_html):
        if match[1] == "r":
            yield from keys_of(int(match[2]), inner)


class _Compiler(Compiler):
    def __init__(self, roadmap: Roadmap, pages: list[Page], shown: Page | None) -> None:
        super().__init__(roadmap, pages, shown)
        self.sieved = self.body = SievedBody(self._address)
        self.ranges = self.sieved.ranges
        self.gaps: dict[str, Gap] = {}
        page = frozenset(key for node in self.top for key in node.keys)
        self._around = {child.section.pk: page for child in self.top}
        for node in (node for root in self.top for node in root.walk()):
            self._around |= {child.section.pk: frozenset(node.keys) for child in node.children}

    def _section(self, node: Node, heading: int) -> Iterator[Piece]:
        """Yield a section in its three states: with what matches, with the reason why nothing does, and gone, so that
        only its addresses are left. There are no buttons for the whole of it: they would mark what is not seen."""
        if node is self.title_node:
            yield from self._opening(node, heading)
        else:
            yield from self.sieved.range(node.keys, self._opening(node, heading))
            yield from self._gap(node, heading)
        yield from self._content(node, heading)
        yield from self._sections(node.children, heading + 1)
        if node is self.title_node:
            yield "</details>"
        else:
            yield from self.sieved.range(node.keys, ["</details>"])

    def _opening(self, node: Node, heading: int) -> Iterator[Piece]:
        rank = self._rank(node, heading)
        yield from elements.section_head(node.section, rank, heading, opened=True, counted=bool(node.keys))
        yield self._addresses(node, "anchor")

    def _gap(self, node: Node, heading: int) -> Iterator[Piece]:
        pk = str(node.section.pk)
        self.gaps[pk] = Gap(frozenset(node.keys), self._around[node.section.pk])
        yield Slot("from", f"gap-{pk}")
        yield f'<div class="section section-{self._rank(node, heading)} gap">{self._addresses(node, "anchor")}'
        yield '<div class="gap-head">'
        yield from elements.section_heading(node.section, heading, counted=bool(node.keys))
        yield f'</div><p class="why" lang="{elements.language_tag(get_language() or "")}">'
        yield Slot("why", pk)
        yield "</p></div>"
        yield Slot("to", f"gap-{pk}")
        yield Slot("from", f"gone-{pk}")
        yield self._addresses(node, "gone")
        yield Slot("to", f"gone-{pk}")

    def _addresses(self, node: Node, sort: str) -> str:
        return "".join(f'<span class="{sort}" id="{escape(slug)}"></span>' for slug in self._slugs(node))
