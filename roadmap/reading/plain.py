"""The words of cleaned HTML."""

from __future__ import annotations

import html
import re

INLINE = re.compile(
    r"a|abbr|b|bdo|cite|code|del|dfn|em|i|img|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup|u|var|wbr"
)
"""Names of tags that end no word; any other does."""
_TAG = re.compile(r'<!--.*?-->|</?([a-z][a-z0-9]*)(?:[^<>"]|"[^"]*")*>')


def plain(cleaned: str) -> str:
    """Return the text of HTML as the cleaner writes it: its tags and marks left out, what they part kept apart."""
    return html.unescape(_TAG.sub(_gap, cleaned))


def _gap(tag: re.Match[str]) -> str:
    return "" if tag[1] and INLINE.fullmatch(tag[1]) else " "
