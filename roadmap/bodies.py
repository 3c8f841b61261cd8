"""A section's stored HTML, taken apart at its marks once: what a page then only joins."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import unescape

from django.utils.html import escape
from django.utils.translation import gettext

from roadmap import elements
from roadmap.elements import Piece, Placement, Slot
from roadmap.models import Listing
from roadmap.reading.plain import INLINE

TOKEN = re.compile(r'<!--([rnt]):(\d+)-->|<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>')
"""A mark, or a tag as the cleaner writes it; marks that stand in an attribute's value are thereby none."""
GLOSS = re.compile(r"\s*(?:[:：]|[-–—]+(?=\s))\s*")
"""Between a label and the words on it."""
PAGE_LINK = re.compile(r' href="page:([^"#]*)(#[^"]*)?"')

Address = Callable[[str], str | None]
"""From the path of a page of the notes to its address on the site, None where there is no such page."""


class Body:
    """Turns the bodies of one page into pieces. `address` resolves links between pages."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._seen: set[str] = set()

    def content(self, html: str, rows: Sequence[Listing], heading: int) -> Iterator[Piece]:
        """Yield all that stands in a section, its subsections aside: its body `html` with the listings of `rows`, and
        those that were added by hand and stand nowhere in the text."""
        by_hand = [row for row in rows if row.slot is None and not row.resource.retired_at]
        if not html and not by_hand:
            return
        yield '<div class="body">'
        yield from self.pieces(html, {row.slot: row for row in rows if row.slot is not None}, heading)
        if by_hand:
            yield from self.added(by_hand)
        yield "</div>"

    def added(self, rows: Sequence[Listing]) -> Iterator[Piece]:
        """Yield what was added by hand."""
        yield '<ul class="added">'
        for row in rows:
            yield from self.item(row)
        yield "</ul>"

    def item(self, row: Listing) -> Iterator[Piece]:
        """Yield one listing of that list."""
        yield "<li>"
        yield from self.resource(row, {}, Placement(item=True))
        yield from self.note(row)
        yield "</li>"

    def pieces(self, html: str, listings: Mapping[int, Listing], heading: int) -> Iterator[Piece]:
        """Yield a section's body; `listings` are by slot, `heading` is the level at which the section's own stands."""
        places = placements(html)
        seams = self.seams(html, listings)
        at = 0
        begun = False
        for match in TOKEN.finditer(html):
            text = html[at : match.start()]
            yield text
            at = match.end()
            begun = begun or bool(text.strip()) or match[1] == "r"
            mark, number = match[1], int(match[2] or 0)
            if not mark:
                seam = seams.get(match.start(), ())
                if not match[3]:
                    yield from seam
                if begun or match[4] != "br":
                    yield self.tag(match, heading)
                if match[3]:
                    yield from seam
                begun = match[4] == "img" or (begun and (match[4] == "br" or not _ends_run(match)))
            elif mark == "t":
                yield elements.check_mark(number == 1)
            elif number in listings and mark == "r":
                yield from self.resource(listings[number], listings, places[number])
                gloss = GLOSS.match(html, at) if places[number].item else None
                if gloss and not html.startswith("<", gloss.end()):
                    yield f'<span class="gloss">{gloss[0]}</span><br>'
                    at = gloss.end()
            elif number in listings and not listings[number].resource.retired_at:
                yield from self.note(listings[number])
        yield html[at:]

    def seams(self, html: str, listings: Mapping[int, Listing]) -> Mapping[int, Iterable[Slot]]:
        """Return what stands before an opening tag, or behind a closing one, by where the tag begins."""
        return {}

    def resource(self, listing: Listing, listings: Mapping[int, Listing], place: Placement) -> Iterator[Piece]:
        """Yield a listing's element; of a retired resource only the words stay."""
        words = list(self._words(listing, listings))
        if listing.resource.retired_at:
            yield from words
            return
        first = listing.resource.key not in self._seen
        self._seen.add(listing.resource.key)
        yield from self.element(listing, words, place, first=first)

    def element(self, listing: Listing, words: list[Piece], place: Placement, *, first: bool) -> Iterator[Piece]:
        """Yield what stands for a listing; `words` is its label, `first` says that it is its resource's first."""
        return elements.resource(listing, words, place, first=first)

    def note(self, listing: Listing) -> Iterator[Piece]:
        """Yield what stands under a listing."""
        yield elements.note(listing.resource)

    def _words(self, listing: Listing, listings: Mapping[int, Listing]) -> Iterator[Piece]:
        """Yield the label, with the links that stand in it (a task's may)."""
        inner = {slot: other for slot, other in listings.items() if slot != listing.slot}
        shown = elements.label(listing)
        yield from self.pieces(shown, inner, 6)
        if shown != listing.label_html.strip():
            for match in TOKEN.finditer(listing.label_html):
                if match[1] == "r" and int(match[2]) in inner:
                    yield " "
                    yield from self.resource(inner[int(match[2])], {}, Placement())

    def tag(self, match: re.Match[str], heading: int) -> str:
        """Return a tag of the notes (a match of TOKEN) as the page has it."""
        closing, name, attributes = match[3], match[4], match[5]
        if name == "table":
            return "</table></div>" if closing else _SCROLLER.format(escape(gettext("Table"))) + match[0]
        if name == "span" and attributes == ' class="frame"':
            return match[0] + elements.icon("image")
        if name == "pre" and not closing:
            return f'<pre{attributes} tabindex="0">'
        if len(name) == 2 and name[0] == "h" and name[1].isdigit():
            return f"<{closing}h{min(6, heading + 1)}{attributes}>"
        if name == "a" and not closing:
            return f"<a{PAGE_LINK.sub(self.link, attributes)}>"
        return match[0]

    def link(self, match: re.Match[str]) -> str:
        """Return the attribute that leads to a page of the notes (a match of PAGE_LINK); empty where there is none."""
        address = self._address(unescape(match[1]))
        return f' href="{escape(address)}{match[2] or ""}"' if address else ""


_SCROLLER = '<div class="scroll" role="group" aria-label="{}" tabindex="0">'


def placements(html: str) -> dict[int, Placement]:
    """Return how each listing of a body stands in its text, by slot.

    A run is what lies between two tags that are not inline; sentences do not reach over its ends.
    """
    tokens = list(TOKEN.finditer(html))
    marks: list[tuple[int, int]] = []
    run = 0
    for index, match in enumerate(tokens):
        run += _ends_run(match)
        if match[1] == "r":
            marks.append((run, index))
    in_run = Counter(run for run, _ in marks)
    return {
        int(tokens[index][2]): _placement(html, tokens, index) if in_run[run] == 1 else Placement(False, False)
        for run, index in marks
    }


def _ends_run(match: re.Match[str]) -> bool:
    return bool(match[4]) and not INLINE.fullmatch(match[4])


def _placement(html: str, tokens: list[re.Match[str]], index: int) -> Placement:
    """Return how the one resource of a run stands in it."""
    rest = _rest_of_run(html, tokens[index].end())
    item = _opens_item(html, tokens, index)
    return Placement(item, host=not rest.strip() or (item and bool(GLOSS.match(rest))))


def _rest_of_run(html: str, at: int) -> str:
    """Return the text from `at` to the next tag that is not inline, without tags and marks."""
    text = []
    for match in TOKEN.finditer(html, at):
        text.append(html[at : match.start()])
        at = match.end()
        if _ends_run(match):
            return "".join(text)
    return "".join([*text, html[at:]])


def _opens_item(html: str, tokens: list[re.Match[str]], index: int) -> bool:
    """Return whether nothing but `<li>`, `<p>` and inline tags stands before the mark in its list item."""
    end = tokens[index].start()
    for match in reversed(tokens[:index]):
        if html[match.end() : end].strip() or match[3] or not match[4]:
            return False
        if match[4] == "li":
            return True
        if match[4] != "p" and _ends_run(match):
            return False
        end = match.start()
    return False
