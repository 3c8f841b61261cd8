"""Anchors as GitHub makes them from headings."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

SLUG_LENGTH = 200
KEPT = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "Pc"})
"""Unicode's categories of what GitHub keeps: letters, marks, digits, and what joins words."""


@lru_cache(maxsize=10_000)
def _in_slug(character: str) -> str:
    if character == " ":
        return "-"
    return character if character == "-" or unicodedata.category(character) in KEPT else ""


def slugify(text: str) -> str:
    """Return the anchor GitHub gives a heading of this text, cut at 200 characters; empty if nothing is left."""
    return "".join(map(_in_slug, text.strip().lower()))[:SLUG_LENGTH]


class Slugger:
    """Gives out slugs that are unique within one page: the second `a` is `a-1`, the third `a-2`."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self._last: dict[str, int] = {}

    def take(self, text: str) -> str:
        """Return the slug of a heading, never one given before; `section` where nothing is left of the text."""
        wanted = slugify(text) or "section"
        slug, number = wanted, self._last.get(wanted, 0)
        while slug in self.taken:
            number += 1
            suffix = f"-{number}"
            slug = wanted[: SLUG_LENGTH - len(suffix)] + suffix
        self._last[wanted] = number
        self.taken.add(slug)
        return slug
