"""A rich site, served by itself: what tests of every page and `make screens` look at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.addresses import Address, Site
from tests.processes import GUNICORN, ROOT, free_port

KEYS = {f"{provider}_CLIENT_{what}": "given" for provider in ("GITHUB", "GOOGLE") for what in ("ID", "SECRET")}
SETUPS = {Site.FULL: {"EMAIL_URL": "dummymail://", **KEYS}, Site.PLAIN: {}}


@dataclass(slots=True)
class RichSite:
    """Where it is in each set-up, what tests/seeding.py calls its rows, and the sessions of its learners."""

    names: dict[str, str]
    sessions: dict[str, str]
    urls: dict[Site, str] = field(default_factory=dict)

    def url(self, address: Address, prefix: str) -> str:
        """Return where an address is, in the language of a prefix."""
        return self.urls[address.site] + address.path(self.names, prefix)

    def cookies(self, who: str) -> list[dict[str, str]]:
        """Return the cookies of somebody, as a browser's context takes them."""
        value = self.sessions.get(who)
        return [{"name": "session", "value": value, "url": url} for url in self.urls.values()] if value else []


@contextmanager
def rich_site() -> Iterator[RichSite]:
    """Fill a database of its own and serve it until the block ends."""
    with tempfile.TemporaryDirectory(prefix="aienotes-rich-") as folder, ExitStack() as stack:
        given = _environment(folder, **SETUPS[Site.FULL])
        seeding = [sys.executable, "-m", "tests.seeding"]
        done = subprocess.run(seeding, cwd=ROOT, env=given, stdout=subprocess.PIPE, check=True)
        site = RichSite(**json.loads(done.stdout))
        for setup, variables in SETUPS.items():
            site.urls[setup] = stack.enter_context(_served(folder, variables))
        yield site


def _environment(folder: str, **variables: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    given = {"DATA_DIR": str(Path(folder) / "data"), "DJANGO_SETTINGS_MODULE": "tests.rich_settings"}
    return {**kept, **given, "PYTHONWARNINGS": "ignore", **variables}


@contextmanager
def _served(folder: str, variables: dict[str, str]) -> Iterator[str]:
    port = free_port()
    given = _environment(folder, PORT=str(port), WEB_CONCURRENCY="1", **variables)
    process = subprocess.Popen([sys.executable, *GUNICORN], cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert f":{port} " in process.stdout.readline(), "the site did not start"
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=60)
