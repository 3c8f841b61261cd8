"""Texts as they are searched: one form for all ways to write the same, in letters that every database's index takes.

`folded` makes one of wide and narrow forms, of upper and lower case, of letters with and without accents, and of
Traditional and Simplified Chinese. It works letter by letter, so that what is one in a word is one in every part of it.

`coded` writes a folded text in ASCII: trigram indexes differ in what they take for a letter (PostgreSQL asks the
database's locale, in which Chinese may be none), and a Chinese word of two letters has no trigram at all. Each letter
beyond ASCII becomes four capitals, of which the first is told from the others, so that a match can begin nowhere but
at a letter; what is ASCII stays in small letters and is never mistaken for them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import opencc

FIRST = "ABCDEFG"
REST = "HIJKLMNOPQRSTUVWXYZ"
CODES = len(FIRST) * len(REST) ** 3
"""How many codes there are: more than Unicode's first plane has letters. Two rare letters may share one."""
MARKS = "+#"
"""What belongs to a word though it is no letter: C++, C#."""
CHINESE = ((0x3400, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
"""Where Unicode has the letters that the conversion knows."""
_WIDE = re.compile(r"([^\x00-\x7f]+)")


def folded(text: str) -> str:
    """Return a text's words with one space between them: letters as they are compared, each run of letters beyond
    ASCII a word of its own."""
    return " ".join(_WIDE.sub(r" \1 ", text.translate(_folds())).split())


def coded(text: str) -> str:
    """Return a folded text as indexes hold it, between spaces; empty for an empty one."""
    return f" {text.translate(_codes())} " if text else ""


def sought(word: str) -> str:
    """Return what stands in the `coded` texts that hold a word of a `folded` one: letters of Chinese and the like
    anywhere, ASCII from three letters on anywhere too, two at the beginning of a word, one as a whole word."""
    code = word.translate(_codes())
    return (code, f" {code} ", f" {code}")[len(code) if len(code) < 3 else 0]


def traced(text: str) -> tuple[str, list[int]]:
    """Return what `coded` makes of a text's `folded` form, and for each of its letters the place in the text of what
    it stands for; a space has that of the letter before it."""
    folds, codes = _folds(), _codes()
    letters, places, before = [" "], [0], " "
    for place, letter in enumerate(text):
        for part in folds[ord(letter)]:
            if before != " " and (part == " " or part.isascii() != before.isascii()):
                letters.append(" ")
                places.append(places[-1])
            if part != " ":
                code = codes[ord(part)]
                letters.append(code)
                places += [place] * len(code)
            before = part
    if before != " ":
        letters.append(" ")
        places.append(places[-1])
    coding = "".join(letters)
    return (coding, places) if coding != " " else ("", [])


def fold(letter: str) -> str:
    """Return what stands for a letter in a folded text: none, one or several letters, or a space."""
    return _folds().get(ord(letter), letter)


class _Folds(dict[int, str]):
    """By code point: what stands for it; made when it is first asked for."""

    def __missing__(self, code: int) -> str:
        known = _simplified()
        letters = []
        for letter in unicodedata.normalize("NFKD", chr(code)).casefold():
            for part in unicodedata.normalize("NFKD", letter):
                kind = unicodedata.category(part)[0]
                if kind in "LN" or part in MARKS:
                    letters.append(known.get(part, part))
                elif kind != "M":
                    letters.append(" ")
        self[code] = "".join(letters)
        return self[code]

    def get(self, code: int, default: object = None) -> str:
        """Return what stands for a code point; there is always something, though it may be empty."""
        return self[code]


class _Codes(dict[int, str]):
    """By code point: how it is coded."""

    def __missing__(self, code: int) -> str:
        if code < 0x80:
            self[code] = chr(code)
            return self[code]
        rest, number = "", code % CODES
        for _ in range(3):
            number, digit = divmod(number, len(REST))
            rest = REST[digit] + rest
        self[code] = FIRST[number] + rest
        return self[code]


@cache
def _folds() -> _Folds:
    return _Folds()


@cache
def _codes() -> _Codes:
    return _Codes()


@cache
def _simplified() -> dict[str, str]:
    """Return the Simplified letter of each Traditional one that has another."""
    letters = [chr(code) for first, end in CHINESE for code in range(first, end)]
    converted = opencc.OpenCC("t2s").convert("\n".join(letters)).split("\n")
    pairs = zip(letters, converted, strict=True)
    return {old: new for old, new in pairs if old != new and len(new) == 1}
