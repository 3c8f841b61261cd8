"""Copies at the Internet Archive: https://archive.org/help/wayback_api.php says how their addresses are made."""

from __future__ import annotations

import re
from datetime import UTC, datetime

ARCHIVE = "https://web.archive.org/web/"
_COPY = re.compile(r"https?://web\.archive\.org/web/[^/]+/(https?://.+)", re.IGNORECASE | re.DOTALL)


def copy_of(url: str, at: datetime | None) -> str:
    """Return the address of the copy of `url` that is nearest to a time; where none is given, of the list of all.

    Of a copy there is none: it is the list of the page that was copied.
    """
    url = url.strip()
    if found := _COPY.fullmatch(url):
        url, at = found[1], None
    return f"{ARCHIVE}{at.astimezone(UTC):%Y%m%d%H%M%S}/{url}" if at else f"{ARCHIVE}*/{url}"
