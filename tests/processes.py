"""The project's commands in processes of their own, with nothing in the environment but what a test says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
GUNICORN = ["-m", "gunicorn", "-c", "aienotes/gunicorn.py", "aienotes.wsgi"]
PRODUCTION = {
    "SITE_URL": "https://notes.example.org",
    "SECRET_KEY": "1-QmVYbW9iZ2xhc3Mgc3RvcnkgYWJvdXQgYSBmb3ggYW5kIGEgaGVkZ2Vob2c",
}


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """Return the address of the test's own database."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    user, password, host = (quote(str(settings[name] or ""), safe="") for name in ("USER", "PASSWORD", "HOST"))
    return f"postgres://{user}:{password}@{host}:{settings['PORT'] or 5432}/{settings['NAME']}"


def bare(**values: str) -> dict[str, str]:
    """Return an environment with `values` and what any process needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONWARNINGS": "ignore", **values}


def python(*arguments: str, stdin: str = "", **values: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project's folder and return what came of it."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=bare(**values),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def manage(*arguments: str, stdin: str = "", **values: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py."""
    return python("manage.py", *arguments, stdin=stdin, **values)
