"""Two values side by side: what one has that the other has not is marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

MOST_PAIRS = 30
"""So many lines that took another's place are compared with it word by word."""
MOST_WORDS = 600
"""In such a line, for the same reason."""
MOST_PIECES = 2000
"""Longer texts are not compared word by word: that takes the square of their length."""
ALIKE = 0.4
"""Of the letters. With less in common two values are marked as a whole."""
CONTEXT = 2
"""So many lines that are the same stand around those that differ."""
SAME, ADDED, GONE, GAP = "same", "added", "gone", "gap"
_LINE_END = re.compile(r"\r\n|\r|\n")
_PIECES = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|\w+|\s+|.", re.DOTALL)
"""Words; of Chinese and the like, characters."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of two texts laid over each other; of a GAP, how many lines that are the same stand there."""

    kind: str
    text: str | SafeString


def differing(before: str, after: str) -> list[TextLine]:
    """Return the lines in which two texts differ, what is gone before what was added, with some lines around them."""
    old, new = _LINE_END.split(before), _LINE_END.split(after)
    found: list[TextLine] = []
    at = pairs = 0
    for group in SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT):
        found += _gap(group[0][3] - at)
        for tag, a, b, c, d in group:
            if tag == "equal":
                found += [TextLine(SAME, line) for line in new[c:d]]
                continue
            gone: list[str] = old[a:b]
            here: list[str] = new[c:d]
            if len(gone) == len(here) and pairs + len(gone) <= MOST_PAIRS:
                pairs += len(gone)
                gone, here = map(list, zip(*map(_words_marked, gone, here), strict=True))
            found += [TextLine(GONE, line) for line in gone] + [TextLine(ADDED, line) for line in here]
        at = group[-1][4]
    return found + _gap(len(new) - at)


def marked(before: str, after: str) -> SafeString:
    """Return `after` as HTML: what `before` had not as <ins>, what only `before` had as <del>."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if before == after:
        return format_html("{}", after)
    if not after:
        return format_html("<del>{}</del> {}", before, shown(""))
    if max(len(old), len(new)) > MOST_PIECES:
        return format_html("<ins>{}</ins>", after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if not _is_alike(matcher, old, new):
        return format_html("<ins>{}</ins>", after)
    pieces = [
        _piece("".join(old[a:b]) if tag != "equal" else "", "".join(new[c:d]), same=tag == "equal")
        for tag, a, b, c, d in matcher.get_opcodes()
    ]
    return format_html_join("", "{}", ((piece,) for piece in pieces))


def shown(value: str) -> SafeString:
    """Return a value as HTML; an empty one in words."""
    return format_html("{}", value) if value else format_html('<span class="nothing">{}</span>', _("(empty)"))


def _words_marked(before: str, after: str) -> tuple[str, str]:
    """Return two lines, as HTML with what the other has not in <b> where they are much alike."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return before, after
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if not _is_alike(matcher, old, new):
        return before, after
    codes = matcher.get_opcodes()
    left = [("".join(old[a:b]), tag == "equal") for tag, a, b, _c, _d in codes]
    right = [("".join(new[c:d]), tag == "equal") for tag, _a, _b, c, d in codes]
    return _bold(left), _bold(right)


def _bold(pieces: Iterable[tuple[str, bool]]) -> SafeString:
    return format_html_join("", "{}", ((format_html("{}" if same else "<b>{}</b>", piece),) for piece, same in pieces))


def _gap(size: int) -> list[TextLine]:
    return [TextLine(GAP, str(size))] if size else []


def _is_alike(matcher: SequenceMatcher[str], old: list[str], new: list[str]) -> bool:
    same = sum(_letters(new[block.b : block.b + block.size]) for block in matcher.get_matching_blocks())
    return same >= ALIKE * max(_letters(old), _letters(new))


def _letters(pieces: Iterable[str]) -> int:
    return sum(len(piece) for piece in pieces if piece.isalnum())


def _piece(gone: str, here: str, *, same: bool) -> SafeString:
    if same:
        return format_html("{}", here)
    left = format_html("<del>{}</del>", gone) if gone else SafeString("")
    return left + (format_html("<ins>{}</ins>", here) if here else SafeString(""))
