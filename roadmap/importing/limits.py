"""How much of a source is looked at, and the words for what is too much."""

from __future__ import annotations

from roadmap.reading import NotesError

MOST_FILES = 5_000
"""Files and folders, of any kind, in a folder, zip or repository that is looked at."""
MOST_MARKDOWN = 64 * 2**20
"""Bytes of Markdown in all pages together."""
MOST_IMAGES = 256 * 2**20
"""Bytes of all images that the pages show, together."""
MOST_ZIP = 256 * 2**20
"""Bytes of a zip as it lies on the disk."""
SMALLER = "name a smaller folder"


def check_count(count: int, name: str, advice: str = SMALLER, *, counted: bool = False) -> None:
    """Raise NotesError where `count` files are too many; `counted` says that they are all, not those up to here."""
    if count > MOST_FILES:
        number = f"{count:,} files" if counted else f"over {MOST_FILES:,} files"
        raise NotesError(f"{name} holds {number}; at most {MOST_FILES:,} are looked at: {advice}")


def check_markdown(size: int, name: str, advice: str = SMALLER) -> None:
    """Raise NotesError where `size` bytes of Markdown are too many."""
    if size > MOST_MARKDOWN:
        raise NotesError(
            f"{name} holds {size:,} bytes of Markdown or more; at most {MOST_MARKDOWN:,} are taken: {advice}"
        )


def check_images(size: int) -> None:
    """Raise NotesError where images of `size` bytes together are too many."""
    if size > MOST_IMAGES:
        raise NotesError(
            f"the images that the notes show have {size:,} bytes or more; at most {MOST_IMAGES:,} are taken: "
            "make them smaller, or show fewer"
        )


def check_size(size: int, max_bytes: int, path: str) -> None:
    """Raise NotesError where one file, of `size` bytes, is over `max_bytes`."""
    if size > max_bytes:
        raise NotesError(f"{path} is over {max_bytes:,} bytes; split it, or raise NOTES_MAX_BYTES")
