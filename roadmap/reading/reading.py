"""What one reading of a file knows besides its tokens: where links lead, which images are there, what to warn of."""

from __future__ import annotations

import posixpath
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote, urljoin

from roadmap.reading.links import is_web
from roadmap.reading.outline import Warning
from roadmap.reading.source import Source

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
REPOSITORY_PAGES = re.compile(
    r"\.\./\.\./(?:issues|pulls?|wiki|releases|discussions|projects|actions|stargazers|network|graphs|tags|branches|commits|compare|blob|tree|raw|security)(?:[/?#]|$)"
)
"""From a repository's front page GitHub leads `../../issues` to the repository's own pages: an address, no path."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What lies around a file: the other pages of the notes, the images, the place where the file is edited."""

    pages: frozenset[str] = frozenset()
    """Paths of all pages of the notes, with `/`."""
    source_url: str = ""
    """Where the file itself is edited; empty if unknown."""
    asset: Callable[[str], str | None] = lambda path: None
    """Takes a path within the notes, returns the name of the image's copy in media, None where there is none."""


class Reading:
    """One reading of one file. `anchors` maps names as links use them to ids in the page."""

    def __init__(self, source: Source, path: str, surroundings: Surroundings) -> None:
        self.source, self.path, self.surroundings = source, path, surroundings
        self.nonce = f"{secrets.token_hex(8)}-"
        self.anchors: dict[str, str] = {}
        self.warnings: list[Warning] = []

    def warn(self, line: int, code: str, subject: str = "") -> None:
        """Note a warning; `line` counts from 1."""
        self.warnings.append(Warning(self.path, line, code, subject))

    def resolve(self, href: str, line: int) -> str:
        """Return where a link that is no web link leads: `#id`, `page:path#id`, an address; empty for nowhere."""
        if href.startswith("#"):
            return self._anchor(href, line)
        scheme = SCHEME.match(href)
        if scheme:
            return href if scheme[0].lower() == "mailto:" else ""
        path, hash_, fragment = href.partition("#")
        target = self._within(path)
        if REPOSITORY_PAGES.match(href):
            return self._at_source(href, line)
        if target is None:
            self.warn(line, "out-of-folder", href)
            return ""
        if target == self.path:
            return self._anchor(f"#{fragment}", line)
        if target in self.surroundings.pages:
            return f"page:{quote(target)}{hash_}{fragment}"
        return self._at_source(href, line)

    def image(self, src: str, line: int) -> tuple[str | None, str]:
        """Return the name of an image's copy in media (None: not there) and an address where it can be seen, if any."""
        src = src.strip()
        if src.startswith("//"):
            src = f"https:{src}"
        if is_web(src):
            return None, src
        if not src or SCHEME.match(src):
            return None, ""
        target = self._within(re.split(r"[?#]", src)[0])
        if target is None:
            self.warn(line, "out-of-folder", src)
            return None, ""
        name = self.surroundings.asset(target)
        if name:
            return name, ""
        self.warn(line, "missing-image", src)
        return None, urljoin(self.surroundings.source_url, src) if self.surroundings.source_url else ""

    def _anchor(self, href: str, line: int) -> str:
        name = unquote(href[1:])
        if name in ("", "top"):
            return "#"
        found = self.anchors.get(name) or self.anchors.get(name.lower())
        if found:
            return f"#{found}"
        self.warn(line, "dead-anchor", href)
        return ""

    def _within(self, path: str) -> str | None:
        """Return a relative path as one within the notes; None where it leads out of them."""
        path = unquote(re.split(r"[?]", path)[0]).replace("\\", "/")
        folder = "" if path.startswith("/") else posixpath.dirname(self.path)
        target = posixpath.normpath(posixpath.join(folder, path.lstrip("/")))
        return None if target == ".." or target.startswith("../") else target

    def _at_source(self, href: str, line: int) -> str:
        try:
            found = urljoin(self.surroundings.source_url, href) if self.surroundings.source_url else ""
        except ValueError:
            found = ""
        if not found:
            self.warn(line, "dead-relative-link", href)
        return found
