"""Whether hosts do not answer, or this machine's own network is down: what is no fault of theirs is not recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from time import monotonic
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from roadmap.health.addresses import PublicResolver, Resolve, resolve

Held = TypeVar("Held")

PROOF_LASTS = 60.0
"""So many seconds an answer proves that the network is up."""
MANY_HOSTS = 20
"""So many that do not answer, one after the other, and none that does, are not all down."""
FEW_HOSTS = 5
"""Fewer may well be, where nothing is known to compare them with."""

LONGEST_TRY, MOST_ADDRESSES = 5.0, 4


class Doubt(Generic[Held]):
    """Holds what was found of hosts that did not answer until it is plain that the network is up."""

    def __init__(
        self,
        known_well: Callable[[Collection[str]], Awaitable[list[str]]],
        reach: Callable[[str], Awaitable[bool]],
    ) -> None:
        """`known_well` gives a few hosts that answered at their last check, others than those named; `reach` says
        whether a host can be connected to."""
        self._known_well, self._reach = known_well, reach
        self._held: list[Held] = []
        self._hosts: set[str] = set()
        self._proven_at: float | None = None
        self._compared_at: float | None = None
        self.is_down = False
        """Whether no host could be reached, once that is plain."""

    def answered(self) -> None:
        """Take an answer of any host as proof."""
        self._proven_at = monotonic()

    def hold(self, host: str, what: Held) -> None:
        """Keep what was found of a host that did not answer."""
        self._held.append(what)
        self._hosts.add(host)

    def give_up(self) -> list[Held]:
        """Return what is held, which is not to be recorded."""
        held, self._held, self._hosts = self._held, [], set()
        return held

    async def settle(self, *, at_end: bool = False) -> list[Held]:
        """Return what may be recorded now, at the end all that is held; nothing where the network is down."""
        if not self._held or self.is_down:
            return []
        many = len(self._hosts) >= MANY_HOSTS
        if self._is_recent(self._proven_at):
            return self.give_up()
        if not (at_end or many or not self._is_recent(self._compared_at)):
            return []
        reached = await self._compare()
        if reached:
            self.answered()
        elif many or (at_end and self._seems_down(reached)):
            self.is_down = True
            return []
        return self.give_up() if reached or at_end else []

    def _seems_down(self, reached: bool | None) -> bool:
        """Whether so it seems at the end; `reached` as `_compare` says."""
        return reached is False or (self._proven_at is None and len(self._hosts) >= FEW_HOSTS)

    async def _compare(self) -> bool | None:
        """Return whether a host can be reached that was well before; None where there is none."""
        self._compared_at = monotonic()
        hosts = await self._known_well(frozenset(self._hosts))
        if not hosts:
            return None
        return any(await asyncio.gather(*map(self._reach, hosts)))

    @staticmethod
    def _is_recent(at: float | None) -> bool:
        return at is not None and monotonic() - at < PROOF_LASTS


async def reach(host: str, resolve: Resolve = resolve) -> bool:
    """Return whether a host, given with its port where that is not a usual one, takes a connection; nothing is asked
    of it."""
    parts = urlsplit(f"//{host}")
    resolver = PublicResolver(resolve)
    for port in [parts.port] if parts.port else [443, 80]:
        # A name that cannot be looked up may be a ValueError.
        with suppress(OSError, ValueError):
            async with asyncio.timeout(LONGEST_TRY):
                addresses = await resolver.resolve(parts.hostname or "", port)
            if any(await asyncio.gather(*(_connect(address["host"], port) for address in addresses[:MOST_ADDRESSES]))):
                return True
    return False


async def _connect(address: str, port: int) -> bool:
    with suppress(OSError):
        async with asyncio.timeout(LONGEST_TRY):
            _, writer = await asyncio.open_connection(address, port)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        return True
    return False
