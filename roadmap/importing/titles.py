"""One URL under two titles: mostly a paste error of the author's. Pure."""

from __future__ import annotations

from roadmap.reading.outline import Outline, Warning

SAYS_NOTHING = frozenset(
    ["link", "here", "this", "video", "article", "paper", "code", "blog", "website", "site", "docs", "slides"]
)
"""Titles that two things may well share."""


def two_titles(outline: Outline) -> list[Warning]:
    """Warn where one URL stands under two titles of which neither is a part of the other: mostly a paste error."""
    first: dict[str, str] = {}
    warnings = []
    for page in outline.pages:
        for _, listing in page.listings():
            title = _bare(listing.title)
            if not listing.url_key or not title or title in SAYS_NOTHING:
                continue
            known = first.setdefault(listing.url_key, listing.title)
            if title not in _bare(known) and _bare(known) not in title:
                warnings.append(Warning(page.path, listing.line, "two-titles", f"“{known}”, “{listing.title}”"))
    return warnings


def _bare(title: str) -> str:
    return "".join(filter(str.isalnum, title.casefold()))
