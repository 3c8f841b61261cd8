"""When which host is asked: one exchange at a time, a pause between two, and no host waits for another's sake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from time import monotonic
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Resting(Exception):
    """A host has asked not to be asked for some seconds yet."""

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(f"{host} rests for {seconds:.0f} seconds")
        self.host, self.seconds = host, seconds


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0
    rests_until: float = 0.0


class Pace:
    """Whose turn it is with each host. Times are those of `time.monotonic`."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Let one exchange with a host be made at a time, a pause after the one before. Raises Resting."""
        known = self._hosts.setdefault(host, _Host())
        async with known.turn:
            if (left := known.rests_until - monotonic()) > 0:
                raise Resting(host, left)
            if (left := known.free_at - monotonic()) > 0:
                await asyncio.sleep(left)
            try:
                yield
            finally:
                known.free_at = monotonic() + self._pause

    def rest(self, host: str, seconds: float) -> None:
        """Leave a host alone for so long."""
        known = self._hosts.setdefault(host, _Host())
        known.rests_until = max(known.rests_until, monotonic() + seconds)

    def free_at(self, host: str) -> float:
        """Return when a host may be asked again."""
        known = self._hosts.get(host)
        return max(known.free_at, known.rests_until) if known else 0.0


class Schedule(Generic[Item]):
    """What is to be asked, host by host, one thing of a host at a time.

    Of the hosts that are free the one with the most to ask comes first: its pauses alone make it the last to end.
    """

    def __init__(self, pace: Pace, items: Iterable[tuple[str, Item]]) -> None:
        self._pace = pace
        self._waiting: dict[str, list[Item]] = {}
        """What comes next is at the end."""
        self._order = count()
        self._free: list[tuple[int, int, str]] = []
        """(minus what waits, order, host): a heap."""
        self._resting: list[tuple[float, int, str]] = []
        """(free at, order, host): a heap."""
        self._later: list[tuple[float, int, str, Item]] = []
        """(at, order, host, what is to be asked once more): a heap."""
        self._listed: set[str] = set()
        """Hosts in one of the first two heaps, or being asked."""
        self._size = 0
        for host, item in items:
            self._waiting.setdefault(host, []).append(item)
            self._size += 1
        for host, waiting in self._waiting.items():
            waiting.reverse()
            self._list(host)

    def __len__(self) -> int:
        """How much is still to be asked."""
        return self._size

    def take(self, most: int) -> list[tuple[str, Item]]:
        """Return what may be asked now, each of another host; `done` must follow for each of them."""
        self._wake()
        taken: list[tuple[str, Item]] = []
        while self._free and len(taken) < most:
            host = heappop(self._free)[2]
            items = self._waiting.get(host)
            if items is None:
                self._listed.discard(host)
            elif (at := self._pace.free_at(host)) > monotonic():
                heappush(self._resting, (at, next(self._order), host))
            else:
                taken.append((host, items.pop()))
                self._size -= 1
                if not items:
                    del self._waiting[host]
        return taken

    def done(self, host: str) -> None:
        """Let a host be asked for the next thing, after its pause."""
        self._listed.discard(host)
        if host in self._waiting:
            self._list(host)

    def again(self, host: str, item: Item, seconds: float) -> None:
        """Have something asked once more, after so long."""
        heappush(self._later, (monotonic() + seconds, next(self._order), host, item))
        self._size += 1

    def drop(self, host: str) -> list[Item]:
        """Take out all of a host that was not asked yet, and return it."""
        items = self._waiting.pop(host, [])
        self._size -= len(items)
        return items

    def clear(self) -> list[Item]:
        """Take out everything and return it."""
        items = [item for waiting in self._waiting.values() for item in waiting]
        items += [item for *_, item in self._later]
        self._waiting, self._later, self._size = {}, [], 0
        return items

    def next_at(self) -> float | None:
        """Return when there will be something to take, as far as that is known; None where others must end first."""
        heads = [heap[0][0] for heap in (self._resting, self._later) if heap]
        return min(heads, default=None)

    def _list(self, host: str) -> None:
        self._listed.add(host)
        heappush(self._resting, (self._pace.free_at(host), next(self._order), host))

    def _wake(self) -> None:
        """Move what has rested to the free, and what is to be asked again to what waits."""
        now = monotonic()
        while self._later and self._later[0][0] <= now:
            _, _, host, item = heappop(self._later)
            self._waiting.setdefault(host, []).append(item)
            if host not in self._listed:
                self._list(host)
        while self._resting and self._resting[0][0] <= now:
            host = heappop(self._resting)[2]
            heappush(self._free, (-len(self._waiting.get(host, ())), next(self._order), host))
