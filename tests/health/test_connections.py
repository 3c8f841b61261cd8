"""Connections: waited for once, and none left open."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any

import pytest

from roadmap.health.asking import Asker
from roadmap.health.findings import Finding
from roadmap.models import Reason
from tests.health import behaviours
from tests.health.askers import ask, at_once
from tests.health.behaviours import page
from tests.health.server import Server


@pytest.mark.parametrize(("scheme", "reason", "times"), [("http", Reason.SLOW, 2), ("https", Reason.UNREACHABLE, 1)])
def test_what_took_no_connection_in_time_is_not_waited_for_twice(scheme: str, reason: Reason, times: int) -> None:
    """The system takes connections on behalf of who never looks at them: http has one then, https has not."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/"
        assert ask(url, timeout=1) == Finding(reason)
        listening.setblocking(False)
        taken = 0
        with suppress(BlockingIOError):
            while True:
                listening.accept()[0].close()
                taken += 1
    assert taken == times


def test_a_look_up_that_hangs_is_not_waited_for_twice() -> None:
    asked = []

    async def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        await asyncio.sleep(60)
        return []

    assert ask("http://somewhere.example/", resolve=lookup, timeout=0.2) == Finding(Reason.UNREACHABLE)
    assert asked == ["somewhere.example"]


def test_no_connection_stays_open(server: Server, settings: Any) -> None:
    settings.LINKS_TIMEOUT = 1
    faults = (behaviours.endless_body, behaviours.hang_before_body, behaviours.reset_in_body, page())
    urls = [server.behave(f"/{number}", fault) for number, fault in enumerate(faults)]

    async def run() -> None:
        async with Asker(at_once) as asker:
            before = len(os.listdir("/dev/fd"))
            await asyncio.gather(*(asker.ask(url, {}) for url in urls))
            while server.still_open or len(os.listdir("/dev/fd")) > before:
                await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(run(), 30))
