"""The notes of an import in few bytes, so that it can be gone back to: pages byte for byte, images by name alone."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from roadmap.importing.limits import MOST_MARKDOWN, check_size
from roadmap.importing.loaded import Images, Loaded, SourceFile
from roadmap.reading import NotesError

FORM = 1
MOST_NAMES = 16 * 2**20
"""Bytes of paths and images' names."""
BEST = 9


def pack(files: list[SourceFile], assets: Mapping[str, str | None]) -> bytes:
    """Return the files and the names of the images' copies ({path: name in media, or None}) as one blob.

    The same notes always give the same bytes.
    """
    names = {
        "form": FORM,
        "files": [[file.path, len(file.data)] for file in files],
        "assets": dict(sorted(assets.items())),
    }
    head = json.dumps(names, ensure_ascii=True, separators=(",", ":")).encode()
    return zlib.compress(b"\n".join([head, b"".join(file.data for file in files)]), BEST)


def unpack(data: bytes, max_bytes: int) -> Loaded:
    """Return what `pack` kept, its `name` and `slug` empty; the images answer with their copies in media.

    Raises NotesError where it is damaged, or a file is over `max_bytes`.
    """
    try:
        files, assets = _unpacked(data)
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError):
        raise NotesError("what was kept of this import is damaged; import the notes from their source") from None
    for file in files:
        check_size(len(file.data), max_bytes, file.path)
    return Loaded(files, Images(asked=assets), name="", slug="")


def _unpacked(data: bytes) -> tuple[list[SourceFile], dict[str, str | None]]:
    opened = zlib.decompressobj()
    whole = opened.decompress(data, MOST_MARKDOWN + MOST_NAMES)
    if not opened.eof:
        raise ValueError(data[:10])
    head, _, rest = whole.partition(b"\n")
    names: dict[str, Any] = json.loads(head)
    files, at = [], 0
    for path, size in names["files"]:
        files.append(SourceFile(path, rest[at : at + size]))
        at += size
    if names["form"] != FORM or at != len(rest):
        raise ValueError(names["form"])
    return files, dict(names["assets"])
