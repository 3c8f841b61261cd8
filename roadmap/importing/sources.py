"""Where notes come from: a Markdown file, a folder, a zip, a git repository, an upload or typed text."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from zipfile import is_zipfile

from roadmap.importing import git
from roadmap.importing.addresses import is_address
from roadmap.importing.folders import load_file, load_folder, read_file
from roadmap.importing.limits import MOST_ZIP, SMALLER
from roadmap.importing.loaded import Images, Loaded, SourceFile, one_page
from roadmap.importing.paths import shown, slug_of_file
from roadmap.importing.zips import unzip
from roadmap.reading import NotesError

__all__ = ["Images", "Loaded", "SourceFile", "load", "probe", "typed", "unzip"]


def load(location: str | Path, *, ref: str = "", path: str = "", max_bytes: int) -> Loaded:
    """Return the notes at `location`: the path of a file, folder, zip or git repository, or a repository's address.

    `ref` (a branch, tag or commit) and `path` (a file or folder in it) are for repositories alone. Each file may have
    `max_bytes`. Raises NotesError, saying what to do, for what is not there or cannot be taken.
    """
    repository = _repository(location)
    if repository:
        return git.load_repository(repository, ref, path, max_bytes)
    if ref or path:
        raise NotesError(f"{shown(str(location))} is no git repository; leave --ref and --path out, or name one")
    place = Path(location)
    if place.is_dir():
        return load_folder(place, max_bytes)
    if _is_zip(place):
        return _load_zip(place, max_bytes)
    return load_file(place, max_bytes)


def probe(location: str | Path, ref: str = "", path: str = "") -> str:
    """Return the commit that `ref` of a repository stands at now, without fetching it; empty for every other source.

    Empty too where only fetching can tell, for a part of a commit's id. Raises NotesError where it cannot be reached.
    """
    repository = _repository(location)
    return git.tip(repository, ref) if repository else ""


def typed(text: str | bytes, name: str, max_bytes: int, path: str = "README.md") -> Loaded:
    """Return notes of one page that was typed or uploaded; `name` is for people, `path` becomes the page's.

    Raises NotesError for what cannot be taken.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > max_bytes:
        raise NotesError(f"{shown(name)} is over {max_bytes:,} bytes; split it, or raise NOTES_MAX_BYTES")
    page = PurePosixPath(path)
    return Loaded(one_page(path, data), Images(), name, slug_of_file(page.name, page.parent.name))


def _repository(location: str | Path) -> str:
    """Return the address or absolute path of the repository at `location`, empty where there is none."""
    text = str(location)
    if not text:
        raise NotesError("there is no place to read from; name a Markdown file, a folder, a zip or a git repository")
    if is_address(text):
        return text
    mode = _mode(Path(location))
    whole = str(Path(location).absolute())
    return whole if stat.S_ISDIR(mode) and _holds_repository(Path(location)) else ""


def _mode(place: Path) -> int:
    try:
        str(place).encode()
        return os.stat(place).st_mode
    except UnicodeEncodeError:
        raise NotesError(f"the path {shown(str(place))} is not UTF-8; give it another name") from None
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise NotesError(
            f"{shown(str(place))} is not there; name a Markdown file, a folder, a zip or a git repository"
        ) from None
    except OSError as error:
        raise NotesError(f"{shown(str(place))} cannot be read: {error.strerror}") from None


def _holds_repository(folder: Path) -> bool:
    """Whether a folder is the top of a working tree, or a bare repository."""
    is_bare = (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir()
    return is_bare or (folder / ".git").exists()


def _is_zip(place: Path) -> bool:
    if not place.is_file():
        return False
    return place.name.lower().endswith(".zip") or (place.suffix.lower() != ".md" and is_zipfile(place))


def _load_zip(place: Path, max_bytes: int) -> Loaded:
    size = place.stat().st_size
    if size > MOST_ZIP:
        raise NotesError(f"{shown(str(place))} has {size:,} bytes; a zip may have {MOST_ZIP:,}: {SMALLER}")
    loaded = unzip(read_file(place, MOST_ZIP), str(place), max_bytes)
    loaded.location = str(place.absolute())
    return loaded
