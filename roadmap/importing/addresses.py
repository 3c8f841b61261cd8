"""Where a git repository can lie: which addresses are taken, and how they are shown."""

from __future__ import annotations

import os
import re
from urllib.parse import unquote, urlsplit

from roadmap.importing.paths import has_control, shown
from roadmap.reading import NotesError

SCHEMES = ("https", "http", "ssh", "file")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)(://|::)")
_SSH = re.compile(r"[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][\w.-]*:[^:\s]\S*")
_REF = re.compile(r"(?![-+@./])(?!.*(?:\.\.|@\{|//|/\.|\.lock(?:/|$)))[^\x00-\x20\x7f~^:?*\[\\]+(?<![./])")
LONGEST_REF = 250


def is_address(location: str) -> bool:
    """Whether `location` is the address of a repository, and no path on this machine.

    Raises NotesError for an address of a kind that is not taken: some of them make git run programs.
    """
    found = _SCHEME.match(location)
    if location.startswith("-"):
        raise NotesError(f"“{shown(location)}” begins with a dash, so it is no place; put ./ before a file's name")
    if found is None:
        return bool(_SSH.fullmatch(location)) and not os.path.lexists(location)
    if found[2] == "::" or found[1] not in SCHEMES:
        raise NotesError(f"{found[0]} is not taken; name a repository by https://, http://, ssh:// or git@host:path")
    if has_control(location) or " " in location or re.match(r"[a-z]+://(?:[^/]*@)?-", location):
        raise NotesError(f"{shown(without_secrets(location))} is no address of a repository")
    return True


def is_local(location: str) -> bool:
    """Whether a repository lies on this machine."""
    return location.startswith(("/", "file://"))


def without_secrets(location: str) -> str:
    """Return an address as it may be shown: without password, token or query. A path stays as it is."""
    if "://" not in location:
        return shown(location)
    scheme, _, rest = location.partition("://")
    host, slash, path = re.split(r"[?#]", rest)[0].partition("/")
    user, at, host = host.rpartition("@")
    kept = f"{user.partition(':')[0]}{at}" if scheme == "ssh" else ""
    return shown(f"{scheme}://{kept}{host}{slash}{path}")


def name_of(location: str) -> str:
    """Return what a repository is called: the last part of its address, without `.git`."""
    path = unquote(urlsplit(location).path) if "://" in location else location
    parts = [part.removesuffix(".git") for part in re.split("[/:]", path)]
    return next((part for part in reversed(parts) if part), "")


def check_ref(ref: str) -> None:
    """Raise NotesError for what can be no branch, tag or commit."""
    if ref and (len(ref) > LONGEST_REF or not _REF.fullmatch(ref)):
        raise NotesError(f"“{shown(ref)[:LONGEST_REF]}” is no name of a branch or tag, and no commit's id")
