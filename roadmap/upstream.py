"""Where the notes are kept: the addresses of their files and of the lines in them."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, urljoin

_BLOB = re.compile(
    r"(https?://[^/?#]+(?:/[^/?#]+)+?)(?P<way>/-/|/)(?:blob|edit)(?P<file>/[^/?#]+/[^?#]+)(?:[?#].*)?", re.IGNORECASE
)
_GITHUB = re.compile(r"https?://(?:www\.)?github\.com/[^/]+/[^/]+", re.IGNORECASE)


def file_url(source_url: str, first: str, path: str) -> str:
    """Return where the file at `path` is edited: the source URL is that of the first file (its path), others lie
    relative to it. Empty where there is no source URL."""
    if not source_url or path == first:
        return source_url
    beside = posixpath.relpath(path, posixpath.dirname(first) or ".")
    return urljoin(source_url, quote(beside))


def line_url(file_url: str, line: int) -> str:
    """Return the address of a line (from 1) of a file at GitHub or a GitLab, empty where the file is anywhere else."""
    found = _BLOB.fullmatch(file_url)
    if not found or (found["way"] == "/" and not _GITHUB.fullmatch(found[1])):
        return ""
    # Else a Markdown file is shown as a page, which has no lines.
    return f"{found[1]}{found['way']}blob{found['file']}?plain=1#L{line}"
