"""What tests of the health of links are given."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.health.certificates import Authority
from tests.health.checks import Clock
from tests.health.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on 127.0.0.1 that does as it is told."""
    with Server() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    """A clock that is set."""
    return Clock()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that clients made from now on trust, as if it were one of the system's."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    return authority


@pytest.fixture(autouse=True)
def _no_loop_runs() -> Iterator[None]:
    """Playwright leaves its event loop running in this thread, where tests that came before had a browser."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)
