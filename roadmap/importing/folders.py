"""Notes on the disk: one Markdown file, or every one below a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from roadmap.importing.limits import check_count, check_size
from roadmap.importing.loaded import IMAGE_TYPES, Images, Loaded, all_pages, one_page
from roadmap.importing.paths import is_left_out, is_page, refuse_linked_folder, shown, slug_of, slug_of_file
from roadmap.reading import NotesError


def load_file(file: Path, max_bytes: int) -> Loaded:
    """Return notes of one file; its images lie beside it. Raises NotesError for what cannot be taken."""
    files = one_page(file.name, read_file(file, max_bytes))
    images = Images(partial(_image, file.parent, max_bytes))
    whole = file.resolve()
    return Loaded(files, images, str(file), slug_of_file(file.name, whole.parent.name), location=str(file.absolute()))


def load_folder(folder: Path, max_bytes: int) -> Loaded:
    """Return notes of all Markdown files below a folder. Raises NotesError for what cannot be taken."""
    sizes = _pages(folder)
    name = shown(str(folder))
    files, warnings = all_pages(sizes, partial(_read_pages, folder, max_bytes), name, max_bytes)
    images = Images(partial(_image, folder, max_bytes))
    slug = slug_of(folder.resolve().name)
    return Loaded(files, images, str(folder), slug, location=str(folder.absolute()), warnings=warnings)


def read_file(path: Path, max_bytes: int, *, follow: bool = True) -> bytes:
    """Return a file's bytes. Raises NotesError for what is over `max_bytes`, cannot be read, or is no ordinary file.

    Opened without waiting: a pipe with nobody at its other end would never answer.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        with open(os.open(path, flags), "rb") as opened:
            if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
                raise NotesError(f"{shown(str(path))} is no ordinary file")
            data = opened.read(max_bytes + 1)
    except OSError as error:
        raise NotesError(f"{shown(str(path))} cannot be read: {error.strerror}") from None
    check_size(len(data), max_bytes, shown(str(path)))
    return data


def _pages(folder: Path) -> dict[str, int]:
    """Return path and size of every Markdown file below a folder; links are refused, not followed."""
    sizes: dict[str, int] = {}
    waiting, seen = [""], 0
    while waiting:
        inside = waiting.pop()
        for entry in _entries(folder, inside):
            seen += 1
            check_count(seen, shown(str(folder)))
            if is_left_out(entry.name):
                continue
            path = inside + entry.name
            if entry.is_symlink():
                _refuse_link(path, entry)
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(f"{path}/")
            elif is_page(path):
                sizes[path] = _size(path, entry)
    return sizes


def _entries(folder: Path, inside: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder / inside) as entries:
            yield from entries
    except OSError as error:
        raise NotesError(f"{shown(str(folder / inside))} cannot be read: {error.strerror}") from None


def _refuse_link(path: str, entry: os.DirEntry[str]) -> None:
    if is_page(path):
        raise NotesError(f"{shown(path)} is a symbolic link; put the file itself there, or leave it out")
    if os.path.isdir(entry.path):
        refuse_linked_folder(path)


def _size(path: str, entry: os.DirEntry[str]) -> int:
    if not entry.is_file(follow_symlinks=False):
        raise NotesError(f"{shown(path)} is no ordinary file; leave it out")
    try:
        return entry.stat(follow_symlinks=False).st_size
    except OSError as error:
        raise NotesError(f"{shown(path)} cannot be read: {error.strerror}") from None


def _read_pages(folder: Path, max_bytes: int, paths: list[str]) -> Iterator[bytes]:
    return (read_file(folder / path, max_bytes, follow=False) for path in paths)


def _image(folder: Path, max_bytes: int, path: str) -> bytes | None:
    file = folder / path
    try:
        resolved = file.resolve()
        found = resolved.is_file()
    except (OSError, RuntimeError, ValueError):
        return None
    if not found or (resolved.suffix.lower() not in IMAGE_TYPES | {""} and file.suffix.lower() not in IMAGE_TYPES):
        return None
    if not resolved.is_relative_to(folder.resolve()):
        raise NotesError(f"the image {path} leads out of the folder of the notes; put a copy of it beside them")
    return read_file(resolved, max_bytes) if file.suffix.lower() in IMAGE_TYPES else None
