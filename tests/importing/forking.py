"""`python -m tests.importing.forking`: imports that are killed, each in a process forked from one that is warm.

Takes lines "PATH SECONDS" on its standard input: forks an import of PATH into the roadmap `plan`, kills it by SIGKILL
after so many seconds, and answers "killed" or "finished SECONDS", or "failed".
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import django


def child(path: Path) -> None:
    from roadmap.importing.importer import import_notes

    try:
        import_notes(path, slug="plan")
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def turn(path: Path, seconds: float) -> str:
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        child(path)
    while time.monotonic() - begun < seconds:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return f"finished {time.monotonic() - begun}" if status == 0 else "failed"
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return "killed" if os.WIFSIGNALED(status) else "finished 0"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "aienotes.settings"
    django.setup()
    for line in sys.stdin:
        path, seconds = line.rsplit(maxsplit=1)
        print(turn(Path(path), float(seconds)), flush=True)


if __name__ == "__main__":
    main()
