"""The site's CSS: small files, sent as one, so that a page needs one request for it and nobody a build step."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

FILES = (
    "tokens",
    "base",
    "layout",
    "components/icons",
    "components/header",
    "components/menu",
    "components/contents",
    "components/masthead",
    "components/sections",
    "components/notes",
    "components/code",
    "components/resource",
    "components/marks",
    "components/share",
    "components/links",
    "components/note",
    "components/standing",
    "components/toast",
    "components/news",
    "components/changes",
    "components/filter",
    "components/settings",
    "components/forms",
    "components/buttons",
    "components/messages",
    "components/shelf",
    "components/study",
    "components/printed",
    "components/offline",
    "components/search",
    "components/ledger",
    "components/year",
    "components/entries",
    "components/touch",
    "components/guide",
    "contrast",
    "print",
)
"""In the order of the cascade; `static/css/<name>.css`."""


class Sheet(NamedTuple):
    """The whole stylesheet and the name of its content."""

    plain: bytes
    gzipped: bytes
    digest: str


def sheet() -> Sheet:
    """Return the stylesheet: read once, in development anew each time."""
    return _read() if settings.DEBUG else _kept()


def _read() -> Sheet:
    folder = Path(settings.BASE_DIR) / "static" / "css"
    plain = b"\n".join((folder / f"{name}.css").read_bytes() for name in FILES)
    return Sheet(plain, gzip.compress(plain, mtime=0), hashlib.sha256(plain).hexdigest()[:12])


_kept = cache(_read)
