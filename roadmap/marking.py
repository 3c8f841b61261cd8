"""Where in a text the words of a search stand: marked in the letters that it is written in, whatever those are."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

from roadmap import folding

LONG = 140
"""Characters of an excerpt, about."""
LEAD = 40
"""Of these before what was found, at most."""
NEAR = 16
"""So far it is looked for where a word begins, so that none is cut."""
PIECE = 1000
"""A longer line is looked at in such pieces, each with LONG characters of the next."""
BEFORE = " :,.;-–—：，。、；"
"""What stands at the beginning of a line whose link is not shown."""
Span = tuple[int, int]


def spans(text: str, words: Iterable[str]) -> list[Span]:
    """Return where folded words stand in a text, from the first letter to behind the last, in order and apart."""
    coding, places = folding.traced(text)
    found: list[Span] = []
    for word in words:
        code = folding.sought(word)
        first, last = len(code) - len(code.lstrip()), len(code.rstrip()) - 1
        at = coding.find(code)
        while at >= 0:
            found.append((places[at + first], _end(text, places[at + last])))
            at = coding.find(code, at + 1)
    return _united(found)


def marked(text: str, words: Iterable[str]) -> SafeString:
    """Return a text, escaped, with words marked in it."""
    return _marked(text, spans(text, words))


def excerpt(lines: Iterable[str], words: Collection[str], shown: str = "") -> SafeString:
    """Return of some lines the one in which most words stand that do not stand in `shown`, the first of several, cut to
    what is around these, escaped and marked; empty where there is none."""
    missing = set(words) - _held(shown, words)
    best: tuple[str, bool] = "", False
    held: set[str] = set()
    for line in lines:
        text = " ".join(line.split()).lstrip(BEFORE)
        for begin in range(0, len(text), PIECE):
            piece = text[begin : begin + PIECE + LONG]
            here = _held(piece, missing)
            if len(here) > len(held):
                best, held = (piece, begin > 0), here
    return _cut(best[0], held, words, within=best[1]) if held else SafeString()


def _held(text: str, words: Iterable[str]) -> set[str]:
    """Return those of some words that stand in a text."""
    coded = folding.coded(folding.folded(text))
    return {word for word in words if folding.sought(word) in coded}


def _cut(text: str, missing: Iterable[str], words: Iterable[str], *, within: bool) -> SafeString:
    """Return what is around the first of the missing words; `within` says that more stands before the text."""
    at = spans(text, missing)[0][0]
    begin = max(0, at - LEAD)
    if begin:
        space = text.find(" ", begin, min(at, begin + NEAR))
        begin = space + 1 if space >= 0 else begin
    end = min(len(text), begin + LONG)
    if end < len(text):
        space = text.rfind(" ", max(at + 1, end - NEAR), end)
        end = space if space >= 0 else end
    # Marked as in the whole text: a word that is cut at its beginning is no other word.
    found = [(max(0, one - begin), min(end, other) - begin) for one, other in spans(text, words) if begin < other]
    inner = _marked(text[begin:end], [span for span in found if span[0] < span[1]])
    return format_html("{}{}{}", "…" if within or begin else "", inner, "…" if end < len(text) else "")


def _marked(text: str, found: Iterable[Span]) -> SafeString:
    parts, done = [], 0
    for begin, end in found:
        parts.append((text[done:begin], text[begin:end]))
        done = end
    return format_html_join("", "{}<mark>{}</mark>", parts) + escape(text[done:])


def _end(text: str, last: int) -> int:
    """Return what is behind a letter and the marks upon it."""
    end = last + 1
    while end < len(text) and not folding.fold(text[end]):
        end += 1
    return end


def _united(found: list[Span]) -> list[Span]:
    united: list[Span] = []
    for begin, end in sorted(found):
        if united and begin <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((begin, end))
    return united
