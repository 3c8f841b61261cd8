"""`manage.py check_links` in processes of its own, on the test's own database."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.processes import ROOT, database_url


def start(folder: Path, *options: str, **variables: str) -> subprocess.Popen[str]:
    """Start a check; `folder` is its data folder, where its lock is."""
    given = {
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "tests.checking_settings",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "check_links", *options],
        cwd=ROOT,
        env={**os.environ, **given, **variables},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for its end; return the exit code and what was printed, in order and as errors."""
    try:
        out, errors = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    return process.returncode, out, errors


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that another process brings about."""
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.005)
