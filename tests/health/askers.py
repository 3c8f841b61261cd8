"""Ask one link, as tests do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from django.test import override_settings

from roadmap.health.addresses import Resolve, resolve
from roadmap.health.asking import Asker
from roadmap.health.findings import Finding

PATIENCE = 20.0
"""Seconds: so long that what is not slow is never called so on a busy machine."""


@asynccontextmanager
async def at_once(host: str) -> AsyncIterator[None]:
    """Everybody's turn at any time."""
    yield


def ask(
    url: str, validators: Mapping[str, str] | None = None, *, resolve: Resolve = resolve, timeout: float = PATIENCE
) -> Finding:
    """Return what is found at a URL, asked without waiting; `timeout` is the seconds that a request may take."""

    async def run() -> Finding:
        async with Asker(at_once, resolve=resolve) as asker:
            return await asker.ask(url, validators or {})

    with override_settings(LINKS_TIMEOUT=timeout):
        return asyncio.run(run())
