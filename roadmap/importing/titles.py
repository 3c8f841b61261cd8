"""Titles: how they are compared, and one URL under two of them, mostly a paste error of the author's. Pure."""

from __future__ import annotations

from hashlib import sha256

from roadmap.reading.outline import Outline, Warning

# fmt: off
SAYS_NOTHING = frozenset([
    "link", "here", "this", "video", "article", "連結", "链接", "這裡", "这里", "影片", "视频", "文章",
])
# fmt: on
"""Titles by which nothing is ever found again."""
SAYS_LITTLE = SAYS_NOTHING | {
    "paper",
    "code",
    "blog",
    "website",
    "site",
    "docs",
    "slides",
    "論文",
    "论文",
    "網站",
    "网站",
}
"""Titles that one thing may well have beside another."""


def two_titles(outline: Outline) -> list[Warning]:
    """Warn where one URL stands under two titles of which neither is a part of the other: mostly a paste error."""
    first: dict[str, str] = {}
    warnings = []
    for page in outline.pages:
        for _, listing in page.listings():
            title = _bare(listing.title)
            if not listing.url_key or not title or title in SAYS_LITTLE:
                continue
            known = first.setdefault(listing.url_key, listing.title)
            if title not in _bare(known) and _bare(known) not in title:
                warnings.append(Warning(page.path, listing.line, "two-titles", f"“{known}”, “{listing.title}”"))
    return warnings


def says_nothing(title: str) -> bool:
    """Whether two different things may well share this title."""
    bare = _bare(title)
    return not bare or bare in SAYS_NOTHING


def _bare(title: str) -> str:
    return "".join(filter(str.isalnum, title.casefold()))


def fold(title: str) -> str:
    """Return a title as it is compared: case and white space aside."""
    return " ".join(title.casefold().split())


def title_key(title: str) -> str:
    """Return the SHA-256 of a folded title, 64 hex digits: what an alias of something without a URL is found by."""
    return sha256(fold(title).encode("utf-8", "surrogatepass")).hexdigest()
