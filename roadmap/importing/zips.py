"""Notes in a zip. It is never unpacked onto the disk: what is wanted is read out of it, and never more than allowed."""

from __future__ import annotations

import posixpath
import re
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import pairwise
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, LargeZipFile, ZipFile, ZipInfo

from roadmap.importing.limits import check_count, check_size
from roadmap.importing.loaded import IMAGE_TYPES, Images, Loaded, all_pages, suffix_of
from roadmap.importing.paths import check_link, has_control, is_left_out, is_page, shown, slug_of
from roadmap.reading import NotesError

ENTRY = b"PK\x01\x02"
"""What every entry of the list of files begins with."""
ENCRYPTED, UTF_8 = 0x1, 0x800
HEADER_BYTES = 30
LONGEST_LINK = 4096
METHODS = {ZIP_STORED, ZIP_DEFLATED}
BROKEN = (
    BadZipFile,
    LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    LookupError,
    OverflowError,
)
"""What `zipfile` raises for files that are no zip, or a broken one; UnicodeError and NotImplementedError are in it."""
DRIVE = re.compile("[A-Za-z]:")


def unzip(data: bytes, name: str, max_bytes: int) -> Loaded:
    """Return the notes in the zip `data`, which people know as `name`. Raises NotesError for what cannot be taken.

    One folder that holds everything, as in the zips that code hosts make, is no part of the pages' paths.
    """
    called = shown(name)
    with _telling(called):
        archive = _Archive(data, called, max_bytes)
        files, warnings = all_pages(archive.pages(), archive.read_pages, called, max_bytes)
    base = posixpath.basename(name.replace("\\", "/"))
    slug = slug_of(base[:-4] if base.lower().endswith(".zip") else base)
    return Loaded(files, Images(archive.image), name, slug, warnings=warnings)


@contextmanager
def _telling(name: str) -> Iterator[None]:
    """Tell what `zipfile` stumbles over in the site's own words."""
    try:
        yield
    except BROKEN as error:
        why = shown(str(error))[:200] or type(error).__name__
        raise NotesError(f"{name} is not a zip, or a broken one ({why}); make it anew") from None


class _Archive:
    """The files of a zip by their paths within the notes."""

    def __init__(self, data: bytes, name: str, max_bytes: int) -> None:
        self.name, self.max_bytes = name, max_bytes
        # `ZipFile` makes an object of every entry before any can be counted. These bytes stand in files too: hence 20.
        check_count(data.count(ENTRY) // 20, name)
        self.zip = ZipFile(BytesIO(data))
        infos = self.zip.infolist()
        check_count(len(infos), name, counted=True)
        self._check_places(infos)
        self.files = self._by_path(infos)

    def _check_places(self, infos: list[ZipInfo]) -> None:
        """Refuse entries that share bytes: so a small zip holds a huge amount of files."""
        places = sorted((info.header_offset, info.header_offset + _length(info)) for info in infos)
        if any(end > start for (_, end), (start, _) in pairwise([*places, (self.zip.start_dir, 0)])):
            raise NotesError(f"{self.name} is broken: files in it overlap; make it anew")

    def _by_path(self, infos: list[ZipInfo]) -> dict[str, ZipInfo]:
        found: dict[str, ZipInfo] = {}
        for info in infos:
            path = _path_of(info)
            if path in found:
                raise NotesError(f"{self.name} holds {shown(path)} twice; make it anew")
            found[path] = info
        inside = {path: info for path, info in found.items() if not path.startswith("__MACOSX/")}
        return _without_top({path: info for path, info in inside.items() if not info.is_dir()})

    def pages(self) -> dict[str, int]:
        """Return path and size of every Markdown file, after a look at everything else that is not left out."""
        folders = {path[:at] for path in self.files for at, letter in enumerate(path) if letter == "/"}
        sizes = {}
        for path, info in self.files.items():
            if is_left_out(path):
                continue
            if _is_link(info):
                check_link(path, self._read(path, LONGEST_LINK).decode("utf-8", "surrogateescape"), folders)
            elif is_page(path):
                sizes[path] = info.file_size
        return sizes

    def read_pages(self, paths: list[str]) -> Iterator[bytes]:
        """Return the bytes of some files."""
        return (self._read(path, self.max_bytes) for path in paths)

    def image(self, path: str) -> bytes | None:
        """Return the bytes of an image, None where there is none."""
        info = self.files.get(path)
        if info is None or suffix_of(path) not in IMAGE_TYPES:
            return None
        if _is_link(info):
            raise NotesError(f"the image {shown(path)} is a symbolic link; put the image itself there")
        with _telling(self.name):
            return self._read(path, self.max_bytes)

    def _read(self, path: str, max_bytes: int) -> bytes:
        """Return a file's bytes; what it says of its size is checked first, then what it has."""
        info = self.files[path]
        self._check_readable(path, info)
        check_size(info.file_size, max_bytes, shown(path))
        with self.zip.open(info) as opened:
            data = opened.read(max_bytes + 1)
        check_size(len(data), max_bytes, shown(path))
        return data

    def _check_readable(self, path: str, info: ZipInfo) -> None:
        if info.flag_bits & ENCRYPTED:
            raise NotesError(f"{shown(path)} in {self.name} is encrypted; make the zip without a password")
        if info.compress_type not in METHODS:
            raise NotesError(f"{shown(path)} in {self.name} is compressed in an unusual way; make an ordinary zip")
        if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFLNK):
            raise NotesError(f"{shown(path)} in {self.name} is no ordinary file; leave it out")


def _length(info: ZipInfo) -> int:
    """Return how many bytes an entry takes at the least."""
    name = info.orig_filename.encode("utf-8" if info.flag_bits & UTF_8 else "cp437")
    return HEADER_BYTES + len(name) + info.compress_size


def _path_of(info: ZipInfo) -> str:
    """Return an entry's path. Raises NotesError where it could lead anywhere but into the notes."""
    name = info.orig_filename
    if not info.flag_bits & UTF_8:
        # Many tools write UTF-8 without saying so.
        name = name.encode("cp437").decode("utf-8", "surrogateescape")
    parts = [part for part in name.removesuffix("/").split("/") if part != "."]
    unsafe = "\\" in name or has_control(name) or DRIVE.match(name) or ".." in parts or "" in parts
    if unsafe:
        raise NotesError(f"the zip holds a file of the name {shown(name)}, which is not safe; make the zip anew")
    return "/".join(parts)


def _without_top(files: dict[str, ZipInfo]) -> dict[str, ZipInfo]:
    """Return the files without the one folder that all of them stand in, if there is one."""
    tops = {path.split("/")[0] if "/" in path else "" for path in files if not path.startswith(".")}
    if len(tops) != 1 or tops == {""}:
        return files
    top = f"{tops.pop()}/"
    return {path.removeprefix(top): info for path, info in files.items() if path.startswith(top)}


def _is_link(info: ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)
