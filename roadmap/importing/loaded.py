"""Notes as they were found, wherever they come from: files in the order of the pages, and the images they show."""

from __future__ import annotations

import json
import posixpath
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from roadmap.importing.limits import SMALLER, check_images, check_markdown, check_size
from roadmap.importing.paths import check_path, order, shown
from roadmap.reading import NotesError
from roadmap.reading.outline import Warning
from roadmap.reading.reader import READER_VERSION, Surroundings

IMAGE_TYPES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"})
BOM = b"\xef\xbb\xbf"
STAMPED = 31
"""Digits of a hash in a stamp."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One Markdown file of the notes: its path there, and its bytes as they are."""

    path: str
    data: bytes

    @property
    def had_bom(self) -> bool:
        """Whether the file begins with a byte order mark."""
        return self.data.startswith(BOM)

    @property
    def text(self) -> str:
        """The file's text without its byte order mark, line ends untouched."""
        return self.data.decode("utf-8-sig")

    def checksum(self, surroundings: Surroundings) -> str:
        """Return a hash that differs whenever a reading of the file could differ (missing images aside)."""
        around = [READER_VERSION, self.path, surroundings.source_url, _digest(surroundings.pages)]
        return sha256(json.dumps(around).encode() + b"\0" + self.data).hexdigest()


@lru_cache(maxsize=4)
def _digest(paths: frozenset[str]) -> str:
    """Return a hash of the paths of all pages: every file's own depends on them."""
    return sha256(json.dumps(sorted(paths)).encode()).hexdigest()


@dataclass(slots=True)
class Images:
    """The images of the notes, whatever holds them.

    `read` takes a path within the notes and returns the bytes of the image there, None where there is none; it raises
    NotesError for one that leads out of the notes or is over the size limit. `asked` maps what was asked for to the
    names of the copies, `copies` those names back to paths.
    """

    read: Callable[[str], bytes | None] = lambda path: None
    asked: dict[str, str | None] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def asset(self, path: str) -> str | None:
        """Return the name of the copy of the image at `path` within the notes, None where there is none.

        Raises NotesError where it leads out of the notes, or is over the size limit, alone or with the others.
        """
        if path not in self.asked:
            self.asked[path] = self._name(path)
        return self.asked[path]

    def _name(self, path: str) -> str | None:
        data = self.read(path)
        if data is None:
            return None
        name = _name_of(data, path)
        if name not in self.copies:
            self.size += len(data)
            check_images(self.size)
            self.copies[name] = path
        return name

    def copy_to(self, media: Path) -> None:
        """Copy what was asked for into `media` under hashed names; what is there already stays.

        Raises NotesError where an image is not any more what it was when it was asked for.
        """
        media.mkdir(parents=True, exist_ok=True)
        for name, path in self.copies.items():
            if not (media / name).exists():
                data = self.read(path)
                if data is None or _name_of(data, path) != name:
                    raise NotesError(f"the image {path} was changed while the notes were read; import them again")
                _write(media / name, data)


def _name_of(data: bytes, path: str) -> str:
    return sha256(data).hexdigest()[:32] + suffix_of(path)


def suffix_of(path: str) -> str:
    """Return the end of a file's name from its last dot, in small letters: what tells that it is an image."""
    return posixpath.splitext(path)[1].lower()


def _write(file: Path, data: bytes) -> None:
    """Write a whole file or nothing."""
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
        try:
            part.write(data)
            part.flush()
            Path(part.name).chmod(0o644)
            Path(part.name).replace(file)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


@dataclass(slots=True)
class Loaded:
    """Notes, ready to be read."""

    files: list[SourceFile]
    """In the order of the pages."""
    images: Images
    name: str
    """Where they come from, for people: a path, or an address without any password."""
    slug: str
    """The slug of a new roadmap that is given no other."""
    commit: str = ""
    location: str = ""
    """With `ref` and `path`: what to give to `load` to read them again; empty for what was uploaded or typed."""
    ref: str = ""
    path: str = ""
    warnings: list[Warning] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """A hash over the paths and bytes of all files."""
        whole = sha256()
        for file in self.files:
            whole.update(json.dumps([file.path, len(file.data)]).encode() + b"\0" + file.data)
        return whole.hexdigest()

    @property
    def stamp(self) -> str:
        """What tells whether a source is still what it was: the commit, where there is one, and the files; 64 digits at
        the most."""
        return f"{self.commit[:STAMPED]}:{self.digest[:STAMPED]}"


def one_page(path: str, data: bytes) -> list[SourceFile]:
    """Return notes of one file. Raises NotesError, saying what to do, for what is empty, binary or not UTF-8."""
    file = _checked(path, data)
    if not file.text.strip():
        raise NotesError(f"{path} is empty; there is nothing to import")
    return [file]


def all_pages(
    sizes: Mapping[str, int],
    read: Callable[[list[str]], Iterable[bytes]],
    name: str,
    max_bytes: int,
    advice: str = SMALLER,
) -> tuple[list[SourceFile], list[Warning]]:
    """Return notes of many files in the order of the pages, and warnings of those that are blank.

    `sizes` has every page's path and size in bytes, `read` returns the bytes of the paths it is given, in their order.
    Raises NotesError where there is nothing to import, too much, or a file that is binary or not UTF-8.
    """
    if not sizes:
        raise NotesError(f"there is no Markdown file (.md) in {name}; name another place")
    paths = sorted(sizes, key=order)
    for path in paths:
        check_path(path)
        check_size(sizes[path], max_bytes, path)
    check_markdown(sum(sizes.values()), name, advice)
    files, total = [], 0
    for path, data in zip(paths, read(paths), strict=True):
        total += len(data)
        check_markdown(total, name, advice)
        files.append(_checked(path, data))
    blank = [file.path for file in files if not file.text.strip()]
    if len(blank) == len(files):
        raise NotesError(f"every Markdown file in {name} is empty; there is nothing to import")
    return files, [Warning(path, 1, "blank-page") for path in blank]


def _checked(path: str, data: bytes) -> SourceFile:
    check_path(path)
    file = SourceFile(path, data)
    try:
        text = file.text
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NotesError(f"{shown(path)}:{line}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise NotesError(f"{path}:{line}: there is a NUL character, so this is a binary file and not Markdown")
    return file
