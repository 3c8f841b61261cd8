"""What a page is about in a line, for search engines and whoever is sent a link to it: its first paragraph."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser

SHORTEST, LONGEST = 40, 240
"""Of a paragraph's own words that say something, and of what is shown of it; a Chinese character counts twice."""
ASIDE = frozenset({"ul", "ol", "dl", "table", "blockquote", "pre", "details"})
"""A paragraph in one of these is an entry or a quotation."""
MARK = re.compile(r"r:(\d+)")
"""The place of a resource, as a comment."""
SENTENCE = re.compile(r"[。！？]|[.!?](?= )")


class _Paragraphs(HTMLParser):
    """The texts of a body's own paragraphs: all of each, and what of it is no label of a resource."""

    def __init__(self, labels: Mapping[int, str]) -> None:
        super().__init__()
        self.whole: list[str] = []
        self.own: list[str] = []
        self._labels = labels
        self._aside = 0
        self._open = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in ASIDE:
            self._aside += 1
        elif tag == "p" and not self._aside:
            self._open = True
            self.whole.append("")
            self.own.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ASIDE:
            self._aside -= 1
        elif tag == "p":
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.whole[-1] += data
            self.own[-1] += data

    def handle_comment(self, data: str) -> None:
        mark = MARK.fullmatch(data)
        if self._open and mark:
            self.whole[-1] += self._labels.get(int(mark[1]), "")


def summary(bodies: Iterable[tuple[str, Mapping[int, str]]]) -> str:
    """Return the first paragraph that is long enough to say something, as one line of plain text and no longer than a
    search engine shows; empty where there is none. Each body is cleaned HTML with its resources' labels by slot."""
    for body, labels in bodies:
        paragraphs = _Paragraphs(labels)
        paragraphs.feed(body)
        for whole, own in zip(paragraphs.whole, paragraphs.own, strict=True):
            if _width(" ".join(own.split())) >= SHORTEST:
                return _shortened(" ".join(whole.split()))
    return ""


def _width(text: str) -> int:
    return len(text) + sum(unicodedata.east_asian_width(character) in "WF" for character in text)


def _shortened(line: str) -> str:
    """Return the whole sentences that fit; where not half of the room holds one, what fits and an ellipsis."""
    if _width(line) <= LONGEST:
        return line
    fitting = line[:LONGEST]
    while _width(fitting) >= LONGEST:
        fitting = fitting[:-1]
    end = max((match.end() for match in SENTENCE.finditer(fitting)), default=0)
    if _width(fitting[:end]) * 2 > LONGEST:
        return fitting[:end]
    word = fitting.rpartition(" ")[0]
    return f"{word if _width(word) * 2 > LONGEST else fitting}…"
