"""`python -m tests.postgres COMMAND…`: run a command with DATABASE_URL set to a PostgreSQL database.

The server is the one TEST_DATABASE_URL names. Without it one is started from the machine's own PostgreSQL, with its
data and its socket in a temporary folder, and stopped when the command ends.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from glob import glob
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"
SECONDS_TO_START = 60
IN_A_HURRY = ("fsync", "full_page_writes", "synchronous_commit")
"""What keeps data through a crash, which tests do without."""


@contextmanager
def server() -> Iterator[str]:
    """Start a PostgreSQL server and give the address of a database on it; stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="aienotes-postgres-") as name:
        folder = Path(name)
        binaries, who = _binaries(), _who(folder)
        subprocess.run(
            [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            **who,
        )
        settings = [part for setting in IN_A_HURRY for part in ("-c", f"{setting}=off")]
        with (folder / "log").open("w") as log:
            postgres = subprocess.Popen(
                [binaries / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", *settings],
                stderr=log,
                start_new_session=True,
                **who,
            )
            try:
                _wait(postgres, folder)
                yield f"postgres://postgres@/{folder}/postgres"
            finally:
                postgres.send_signal(signal.SIGINT)
                postgres.wait()


def _binaries() -> Path:
    """Return the folder of the machine's newest PostgreSQL that has pg_trgm; as root it is installed where there is
    none. Raises RuntimeError."""
    found = _installed()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing PostgreSQL for the tests ...", flush=True)
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quietly, check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql", "postgresql-contrib"]
        subprocess.run(install, env=quietly, check=False, stdout=subprocess.DEVNULL)
        found = _installed()
    if not found:
        raise RuntimeError("There is no PostgreSQL with pg_trgm here: install it, or set TEST_DATABASE_URL.")
    return found[-1]


def _installed() -> list[Path]:
    """Return the folders of PostgreSQL's programs on this machine, the newest last."""
    places = [Path(path).parent for path in glob("/usr/lib/postgresql/*/bin/postgres")]
    if configured := shutil.which("pg_config"):
        told = subprocess.run([configured, "--bindir"], capture_output=True, text=True, check=True)
        places.append(Path(told.stdout.strip()))
    return sorted(filter(_is_whole, places), key=_version)


def _is_whole(binaries: Path) -> bool:
    """Return whether there is a server, and pg_trgm beside it."""
    if not (binaries / "postgres").exists():
        return False
    told = subprocess.run([binaries / "pg_config", "--sharedir"], capture_output=True, text=True, check=False)
    folders = [Path(told.stdout.strip())] if not told.returncode else []
    # Debian has pg_config in a package for developers.
    folders += [Path("/usr/share/postgresql") / binaries.parent.name]
    return any((folder / "extension" / "pg_trgm.control").exists() for folder in folders)


def _version(binaries: Path) -> tuple[int, ...]:
    told = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=True)
    return tuple(int(part) for part in re.findall(r"\d+", told.stdout)[:2])


def _who(folder: Path) -> dict[str, Any]:
    """Return how to run a program as a user that PostgreSQL accepts (not root), and let that user into `folder`."""
    if os.geteuid() != 0:
        return {}
    shutil.chown(folder, UNPRIVILEGED)
    return {"user": UNPRIVILEGED, "extra_groups": [], "cwd": folder}


def _wait(postgres: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    pid_file = folder / "data" / "postmaster.pid"
    while not (pid_file.exists() and pid_file.read_text().rstrip().endswith("ready")):
        if postgres.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL did not start:\n{(folder / 'log').read_text()}")
        time.sleep(0.05)


def _stop(*_: object) -> None:
    sys.exit(1)


def main(command: list[str]) -> int:
    """Run the command and return its exit code."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    given = os.environ.get("TEST_DATABASE_URL")
    with nullcontext(given) if given else server() as url:
        return subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
