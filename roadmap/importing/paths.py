"""Paths within the notes: which of them are pages, in what order pages stand, and which names cannot be taken."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Collection

from django.utils.text import slugify

from roadmap.reading import NotesError

FIRST_OF_A_FOLDER = ("readme.md", "index.md")
_DIGITS = re.compile("([0-9]+)")
Key = tuple[tuple[object, ...], ...]


def is_page(path: str) -> bool:
    """Whether a file of that name becomes a page."""
    return path.lower().endswith(".md")


def is_left_out(path: str) -> bool:
    """Whether the last or any other name in `path` is hidden, or a folder that tools fill."""
    return any(part.startswith(".") or part in ("node_modules", "__MACOSX") for part in path.split("/"))


def order(path: str) -> Key:
    """Return a key to sort pages by: a folder's README, its other files, then its folders; 2 comes before 10."""
    *folders, name = path.split("/")
    rank = FIRST_OF_A_FOLDER.index(name.lower()) if name.lower() in FIRST_OF_A_FOLDER else len(FIRST_OF_A_FOLDER)
    return (*((len(FIRST_OF_A_FOLDER) + 1, *_natural(folder)) for folder in folders), (rank, *_natural(name)))


def _natural(name: str) -> tuple[object, ...]:
    """Words and numbers in turn. Numbers are compared by their length and digits: `int` refuses very long ones."""
    pieces = _DIGITS.split(name.casefold())
    numbers = [piece.lstrip("0") for piece in pieces]
    words = (piece if at % 2 == 0 else (len(numbers[at]), numbers[at]) for at, piece in enumerate(pieces))
    return (tuple(words), name)


def check_path(path: str) -> None:
    """Raise NotesError for a page's path that cannot be kept, shown and written again as it is."""
    try:
        path.encode()
    except UnicodeEncodeError:
        raise NotesError(f"the name of the file {shown(path)} is not UTF-8; give it another name") from None
    if has_control(path):
        raise NotesError(f"the name of the file {shown(path)} holds a control character; give it another name")
    if any(part in ("", ".", "..") for part in path.split("/")):
        raise NotesError(f"{shown(path)} is no path within the notes")


def has_control(text: str) -> bool:
    """Whether there is a control character in `text`."""
    return any(unicodedata.category(character) == "Cc" for character in text)


def shown(path: str) -> str:
    """Return `path` so that any terminal and page can show it."""
    printable = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in path)
    return printable.encode("utf-8", "backslashreplace").decode()


def check_link(path: str, target: str, folders: Collection[str]) -> None:
    """Raise NotesError where the symbolic link at `path` stands for a page, or leads to one of `folders`."""
    if is_page(path):
        raise NotesError(f"{shown(path)} is a symbolic link; put the file itself there, or leave it out")
    leads_to = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if leads_to == "." or leads_to in folders:
        refuse_linked_folder(path)


def refuse_linked_folder(path: str) -> None:
    """Raise NotesError for a symbolic link that leads to a folder."""
    raise NotesError(
        f"{shown(path)} is a symbolic link to a folder; put the folder itself there, or leave the link out"
    )


def slug_of_file(name: str, folder: str) -> str:
    """Return the slug of a roadmap that is one file; a README is called after its folder."""
    stem = posixpath.splitext(name)[0]
    return slug_of(folder if stem.lower() in ("readme", "index") else stem)


def slug_of(name: str) -> str:
    """Return the slug of a roadmap whose notes are called `name`."""
    return slugify(name)[:100] or "notes"
