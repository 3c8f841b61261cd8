"""A git repository, read through `git` without a working tree: nothing of it is ever run or checked out."""

from __future__ import annotations

import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from roadmap.importing.addresses import is_local, without_secrets
from roadmap.importing.limits import check_count
from roadmap.reading import NotesError

TIME_LIMIT = 120.0
"""Seconds that reading a repository may take in all."""
SIZE_LIMIT = 256 * 2**20
"""Bytes that may come out of a repository."""
CONNECT_SECONDS = 20
POLL = 0.05
WORDS = 300
ADVICE = "name a smaller folder in it with --path"
HEXADECIMAL = re.compile("[0-9a-fA-F]{4,64}")
PROTOCOLS = "https:http:ssh:file"
KEPT = {"GIT_EXEC_PATH", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_SSL_CERT", "GIT_SSL_KEY", "GIT_SSH_COMMAND"} | {
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
}
"""What of the caller's own settings for git stays: how to reach a server, and where the user's settings lie."""
SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.fsmonitor": "false",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
}
SEND = "git -c 'safe.directory=*' upload-pack"
"""What answers for a repository on this machine: it may belong to another user, for it is only read."""
LINK, FOLDER, MODULE = "120000", "040000", "160000"
FORMAT = re.compile(rb"(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)", re.DOTALL)
FOUND = re.compile(rb"([0-9a-f]+) (\w+) (\d+)\n")


class GitFailed(NotesError):
    """Git gave up; the message has its own words."""


class Entry(NamedTuple):
    """A file, link, folder or submodule in a commit. `size` is in bytes, 0 for what is no file."""

    mode: str
    id: str
    size: int
    path: str


class Repository:
    """Reads one repository, by way of a temporary folder that goes away with the object, or with `close`.

    Every method raises NotesError, in words for people, for what git cannot do, and over the limits.
    """

    def __init__(self, location: str) -> None:
        self.location, self.name = location, without_secrets(location)
        self.folder = Path(tempfile.mkdtemp(prefix="aienotes-git-"))
        self.close = weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.give_time()
        self._send = [f"--upload-pack={SEND}"] if is_local(location) else []
        try:
            self._lines("init", "--bare", "--quiet", "--template=", str(self.folder / "notes.git"))
        except BaseException:
            self.close()
            raise

    def give_time(self) -> None:
        """Let the time limit begin now."""
        self._deadline = time.monotonic() + TIME_LIMIT

    def tip(self, ref: str) -> str:
        """Return the commit that `ref` (empty: the default branch) stands at now; empty for part of a commit's id."""
        if re.fullmatch("[0-9a-fA-F]{40}", ref):
            return ref.lower()
        wanted = ref or "HEAD"
        lines = self._lines("ls-remote", *self._send, "--", self.location, wanted, f"{wanted}^{{}}")
        commits = {name: commit for commit, _, name in (line.partition("\t") for line in lines)}
        for name in (wanted, f"refs/{wanted}", f"refs/tags/{wanted}", f"refs/heads/{wanted}"):
            if name in commits:
                return commits.get(f"{name}^{{}}") or commits[name]
        if HEXADECIMAL.fullmatch(wanted):
            return ""
        raise self._no_such(ref)

    def fetch(self, ref: str) -> str:
        """Bring the commit that `ref` stands at, without its history, and return its id."""
        try:
            self._fetch("--depth=1", ref or "HEAD")
        except GitFailed as error:
            if HEXADECIMAL.fullmatch(ref):
                # Part of a commit's id, or one that the server gives out only with what leads to it.
                self._fetch("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
                return self._commit(ref, ref)
            if "couldn't find remote ref" in str(error):
                raise self._no_such(ref) from None
            if "not support shallow" not in str(error):
                raise
            self._fetch(ref or "HEAD")
        return self._commit("FETCH_HEAD", ref)

    def _fetch(self, *what: str) -> None:
        options = [each for each in what if each.startswith("--")]
        refs = [each for each in what if not each.startswith("--")]
        never = ["--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", "--quiet"]
        self._lines("fetch", *never, *self._send, *options, "--", self.location, *refs)
        self._check_limits()

    def _commit(self, name: str, ref: str) -> str:
        try:
            return self._lines("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")[0]
        except GitFailed:
            raise self._no_such(ref) from None

    def _no_such(self, ref: str) -> NotesError:
        if not ref:
            return NotesError(
                f"{self.name} has no commit on its default branch; commit the notes, or name a branch with --ref"
            )
        whole = "; write a commit's id in full, or" if re.fullmatch("[0-9a-fA-F]{4,39}", ref) else ";"
        return NotesError(f"there is no branch, tag or commit “{ref}” in {self.name}{whole} name another with --ref")

    def entry(self, commit: str, path: str) -> Entry | None:
        """Return what stands at `path` in a commit, None where nothing does."""
        found = self._entries(commit, "--", path)
        return found[0] if found else None

    def entries(self, tree: str) -> list[Entry]:
        """Return every file, link and submodule below a folder; paths are relative to it."""
        return self._entries("-r", tree)

    def _entries(self, *what: str) -> list[Entry]:
        found: list[Entry] = []
        rest = b""
        # Not asked for all at once: a tree of a few bytes can name the same folders a million times.
        with closing(self._output("ls-tree", "-z", "-l", *what)) as chunks:
            for chunk in chunks:
                *records, rest = (rest + chunk).split(b"\0")
                found += map(_entry, records)
                check_count(len(found), self.name, ADVICE)
        return found

    def tree(self, commit: str, folder: str) -> str:
        """Return the id of a folder in a commit."""
        return self._lines("rev-parse", "--verify", f"{commit}:{folder}")[0]

    def files(self, ids: list[str]) -> Iterator[bytes]:
        """Return the bytes of files by their ids, in order. Their sizes are for the caller to check before."""
        given = "".join(f"{each}\n" for each in ids)
        answer = b"".join(self._output("cat-file", "--batch", given=given)) if ids else b""
        at = 0
        for _ in ids:
            line = answer.index(b"\n", at)
            size = int(answer[at:line].split()[2])
            at = line + 1 + size + 1
            yield answer[line + 1 : line + 1 + size]

    def find(self, tree: str, path: str) -> tuple[str, str, int]:
        """Follow links from `path` in a folder: what is there (`blob`, `symlink` for out of it, …), its id and size."""
        given = f"{tree}:{path}\n"
        answer = b"".join(self._output("cat-file", "--batch-check", "--follow-symlinks", given=given))
        found = FOUND.fullmatch(answer)
        if found:
            return found[2].decode(), found[1].decode(), int(found[3])
        return ("symlink" if answer.startswith(b"symlink ") else "missing"), "", 0

    # Running git

    def _lines(self, *command: str) -> list[str]:
        return b"".join(self._output(*command)).decode("utf-8", "replace").split("\n")

    def _output(self, *command: str, given: str = "") -> Generator[bytes, None, None]:
        """Run git and yield what it prints. Whatever ends this generator ends git and all it started."""
        with (self.folder / "given").open("w+b") as put_in, (self.folder / "errors").open("w+b") as errors:
            put_in.write(given.encode())
            put_in.seek(0)
            process = self._start(command, put_in, errors)
            try:
                yield from self._chunks(process)
                self._wait(process)
            finally:
                _end(process)
            if process.returncode:
                errors.seek(0)
                raise GitFailed(self._words(errors.read(2**16).decode("utf-8", "replace")))

    def _start(self, command: tuple[str, ...], put_in: BinaryIO, errors: BinaryIO) -> subprocess.Popen[bytes]:
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        place = [] if command[0] == "init" else [f"--git-dir={self.folder / 'notes.git'}"]
        try:
            return subprocess.Popen(  # noqa: S603
                ["git", *place, *settings, *command],  # noqa: S607
                stdin=put_in,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self.folder,
                env=environment(),
                start_new_session=True,
            )
        except FileNotFoundError:
            raise NotesError("git is not installed here; install it, or take the notes from a folder or zip") from None

    def _chunks(self, process: subprocess.Popen[bytes]) -> Iterator[bytes]:
        out = process.stdout
        assert out is not None  # noqa: S101
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ)
            while True:
                self._check_limits()
                ready = selector.select(POLL)
                chunk = os.read(out.fileno(), 2**16) if ready else b""
                if chunk:
                    yield chunk
                elif ready or process.poll() is not None:
                    return

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        while True:
            self._check_limits()
            with suppress(subprocess.TimeoutExpired):
                process.wait(POLL)
                return

    def _check_limits(self) -> None:
        if time.monotonic() > self._deadline:
            raise NotesError(f"{self.name} did not come within {TIME_LIMIT:.0f} seconds; try again later")
        if _size(self.folder) > SIZE_LIMIT:
            raise NotesError(
                f"{self.name} is over {SIZE_LIMIT:,} bytes, which is too large to fetch; "
                "put the notes into a repository of their own, or import a folder or zip of them"
            )

    def _words(self, errors: str) -> str:
        """Return what git said in short, without what stands in the address for the server alone."""
        said = [line.partition(": ")[2] or line for line in errors.splitlines() if line.startswith(("fatal", "error"))]
        words = " ".join(said or errors.split()) or "git gave no reason"
        shortened = re.sub(r"://[^/\s]*@", "://", words.replace(self.location, self.name))[:WORDS]
        return f"{self.name} cannot be read: {shortened}"


def environment() -> dict[str, str]:
    """Return the environment that git runs in: nobody is asked for anything, and no other repository is meant."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in KEPT}
    ssh = kept.get("GIT_SSH_COMMAND", "ssh")
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_SSH_COMMAND": f"{ssh} -oBatchMode=yes -oConnectTimeout={CONNECT_SECONDS}",
        "GIT_ALLOW_PROTOCOL": PROTOCOLS,
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "LC_ALL": "C",
        "LANGUAGE": "C",
    }


def _entry(record: bytes) -> Entry:
    found = FORMAT.fullmatch(record)
    if found is None:
        raise GitFailed("the repository names its files in a way that cannot be read")
    mode, name, size, path = found.groups()
    return Entry(
        mode.decode(), name.decode(), int(size) if size != b"-" else 0, path.decode("utf-8", "surrogateescape")
    )


def _size(folder: Path) -> int:
    """Return how many bytes lie below `folder`, in which files come and go."""
    total = 0
    for inside, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.lstat(os.path.join(inside, name)).st_size
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdout:
        process.stdout.close()
