"""Where notes come from: a Markdown file and the images beside it."""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from roadmap.reading import NotesError
from roadmap.reading.reader import READER_VERSION, Surroundings

IMAGE_TYPES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg"})
BOM = b"\xef\xbb\xbf"


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
        around = [READER_VERSION, self.path, surroundings.source_url, sorted(surroundings.pages)]
        return sha256(json.dumps(around).encode() + b"\0" + self.data).hexdigest()


@dataclass(slots=True)
class Images:
    """The images beside the notes. `copies` holds, for what was asked for, the file and the name of its copy."""

    folder: Path
    max_bytes: int
    asked: dict[str, str | None] = field(default_factory=dict)
    copies: dict[str, Path] = field(default_factory=dict)

    def asset(self, path: str) -> str | None:
        """Return the name of the copy of the image at `path` within the notes, None where there is none.

        Raises NotesError where it leads out of the folder or is over the size limit.
        """
        if path not in self.asked:
            self.asked[path] = self._name(path)
        return self.asked[path]

    def _name(self, path: str) -> str | None:
        file = self.folder / path
        try:
            resolved = file.resolve()
            found = resolved.is_file()
        except (OSError, RuntimeError, ValueError):
            return None
        if not found or (resolved.suffix.lower() not in IMAGE_TYPES | {""} and file.suffix.lower() not in IMAGE_TYPES):
            return None
        if not resolved.is_relative_to(self.folder.resolve()):
            raise NotesError(f"the image {path} leads out of the folder of the notes; put a copy of it beside them")
        if file.suffix.lower() not in IMAGE_TYPES:
            return None
        data = _read(resolved, self.max_bytes)
        name = sha256(data).hexdigest()[:32] + file.suffix.lower()
        self.copies[name] = resolved
        return name

    def copy_to(self, media: Path) -> None:
        """Copy what was asked for into `media` under hashed names; what is there already stays."""
        media.mkdir(parents=True, exist_ok=True)
        for name, file in self.copies.items():
            if not (media / name).exists():
                with tempfile.NamedTemporaryFile(dir=media, delete=False) as part, file.open("rb") as original:
                    shutil.copyfileobj(original, part)
                Path(part.name).chmod(0o644)
                Path(part.name).replace(media / name)


def load(path: Path, max_bytes: int) -> tuple[list[SourceFile], Images]:
    """Return the notes at `path` as files, and the images beside them.

    Raises NotesError, saying what to do, for what is not there, no file, empty, over `max_bytes`, binary or not UTF-8.
    """
    if path.is_dir():
        raise NotesError(f"{path} is a folder; name the Markdown file in it, for example {path / 'README.md'}")
    if not path.is_file():
        raise NotesError(f"{path} is not there; name a Markdown file")
    file = SourceFile(path.name, _read(path, max_bytes))
    _check(file)
    return [file], Images(path.parent, max_bytes)


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(max_bytes + 1)
    except OSError as error:
        raise NotesError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > max_bytes:
        raise NotesError(f"{path} is over {max_bytes:,} bytes; split it, or raise NOTES_MAX_BYTES")
    return data


def _check(file: SourceFile) -> None:
    try:
        text = file.text
    except UnicodeDecodeError as error:
        line = file.data.count(b"\n", 0, error.start) + 1
        raise NotesError(f"{file.path}:{line}: not UTF-8 (byte {error.start}); save the file as UTF-8") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise NotesError(f"{file.path}:{line}: there is a NUL character, so this is a binary file and not Markdown")
    if not text.strip():
        raise NotesError(f"{file.path} is empty; there is nothing to import")
