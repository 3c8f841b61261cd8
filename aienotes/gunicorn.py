"""How gunicorn serves the site: `gunicorn -c aienotes/gunicorn.py aienotes.wsgi`."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aienotes.settings")

from aienotes import serving
from aienotes.environment import WrongValue

try:
    from aienotes.settings import ENVIRONMENT
except WrongValue as wrong:
    sys.exit(str(wrong))

_host = f"[{ENVIRONMENT.host}]" if ":" in ENVIRONMENT.host else ENVIRONMENT.host

bind = f"{_host}:{ENVIRONMENT.port}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Threads: a browser opens connections before it needs them, and one that says nothing would hold a whole worker.
worker_class = "aienotes.serving.Worker"
pre_fork = serving.hold_signals
threads = 4
keepalive = 15
# The site is loaded once, before the workers: a mistake shows once, and they share its memory.
preload_app = True
# A worker's sign of life is a file; on a disk that is busy, writing it can block for longer than the master waits.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - gunicorn makes its own file there
control_socket_disable = True
loglevel = "warning"


def on_starting(server: Any) -> None:
    """Stop with one line where another program has the port; gunicorn itself would try five times and say less."""
    if server.master_pid or "LISTEN_FDS" in os.environ:
        return
    family = socket.AF_INET6 if ":" in ENVIRONMENT.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ENVIRONMENT.host, ENVIRONMENT.port))
        except OSError as error:
            sys.exit(
                f"Cannot listen on {bind}: {error.strerror}. Stop what uses it, or choose another port: "
                f"PORT={ENVIRONMENT.port % 65535 + 1} make run"
            )


def when_ready(server: Any) -> None:
    """Say where the site is, once it answers."""
    _read_ahead()
    print(f"AIE Notes is at {ENVIRONMENT.site_url} (stop: Ctrl+C; make an admin: make admin)", flush=True)  # noqa: T201


def _read_ahead() -> None:
    """Load what first pages and first searches need before there are workers: these share it, and no reader waits."""
    from django.urls import reverse

    from roadmap import search

    reverse("roadmap:home")
    search.query("學習")
