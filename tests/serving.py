"""The site in processes of its own, on the test's own database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.processes import GUNICORN, ROOT, database_url, free_port


class Server:
    """A gunicorn that answers at `url`."""

    def __init__(self, *options: str, **variables: str) -> None:
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        given = {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "tests.serving_settings"}
        self.process = subprocess.Popen(
            [sys.executable, *GUNICORN, *options],
            cwd=ROOT,
            env={**os.environ, **given, "PORT": str(self.port), **variables},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        assert f":{self.port} " in self.process.stdout.readline()

    def kill(self) -> None:
        """End master and workers at once, in the middle of whatever they do."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=30)

    def stop(self) -> None:
        """Let them end what they do."""
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)


@contextmanager
def serving(*options: str, **variables: str) -> Iterator[Server]:
    """Serve the site, with further options of gunicorn and variables of the environment, until the block ends."""
    server = Server(*options, **variables)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
