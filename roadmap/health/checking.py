"""The check: asks all links that are due, a few hosts at once, and records what it finds as it finds it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import NamedTuple

from asgiref.sync import async_to_sync, sync_to_async
from django.conf import settings
from django.utils import timezone

from roadmap.health.addresses import Resolve, resolve
from roadmap.health.asking import Asker
from roadmap.health.due import Claim, Round, claim, give_back, grades, put_off, well_hosts
from roadmap.health.findings import Finding
from roadmap.health.grading import Rule
from roadmap.health.network import Doubt, reach
from roadmap.health.pacing import Pace, Resting, Schedule
from roadmap.health.recording import Changed, Outcome, record
from roadmap.models import Reason

SILENT_LINKS = 5
"""So many of a host, one after the other, are waited for in vain: a night is too short to wait for all of them."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a check did."""

    links: int
    """That resources lead to."""
    asked: int
    left: int
    """Due, but left for later."""
    grades: dict[str, int]
    """How many links have which grade now."""
    changed: list[Changed]
    stopped: bool
    seconds: float
    unreached: int = 0
    """Of how many links nothing was recorded, since no host could be reached."""
    errors: list[str] = field(default_factory=list)
    """The URLs at which the check itself failed, each with how; nothing was recorded about them."""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A link that is being asked, or is to be asked once more."""

    claim: Claim
    tries: int = 0
    finding: Finding | None = None
    """What was found before."""


class _Held(NamedTuple):
    outcome: Outcome
    claim: Claim


class Check:
    """One run of the check; `run` may be called once."""

    def __init__(
        self,
        roadmap: str = "",
        max_age: timedelta | None = None,
        *,
        clock: Callable[[], datetime] = timezone.now,
        progress: Callable[[float], None] = lambda share: None,
        resolve: Resolve = resolve,
    ) -> None:
        """Ask the links of one roadmap (its slug) or of all; `progress` is told how much of them is done, from 0 to
        1, `resolve` looks hosts up."""
        self._round = Round(clock(), roadmap, max_age)
        self._clock, self._progress, self._resolve = clock, progress, resolve
        self._rule = Rule(settings.LINKS_DEAD_FAILURES, settings.LINKS_DEAD_DAYS)
        self._pace = Pace(settings.LINKS_PAUSE)
        self._doubt: Doubt[_Held] = Doubt(sync_to_async(self._compared), partial(reach, resolve=resolve))
        self._running: set[asyncio.Task[None]] = set()
        self._silent: Counter[str] = Counter()
        """Of how many links, one after the other, hosts did not answer at all, however often they were asked: the
        others are asked but once."""
        self._outcomes: list[Outcome] = []
        self._postponed: list[tuple[list[int], datetime]] = []
        self._returned: list[Claim] = []
        self._changed: list[Changed] = []
        self._errors: list[str] = []
        self._asked = self._left = self._unreached = 0
        self._stopped_at: float | None = None
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self) -> Report:
        """Ask all that is due and return what came of it."""
        begun = monotonic()
        self._schedule: Schedule[int | _Attempt] = Schedule(self._pace, self._round.due())
        self._total = len(self._schedule)
        if self._total:
            async_to_sync(self._run)()
        links = self._round.links()
        return Report(
            links=links.count(),
            asked=self._asked,
            left=self._left,
            grades=grades(links),
            changed=self._changed,
            stopped=self.is_stopped,
            seconds=monotonic() - begun,
            unreached=self._unreached,
            errors=self._errors,
        )

    @property
    def is_stopped(self) -> bool:
        """Whether nothing more will be asked."""
        return self._stopped_at is not None

    def stop(self) -> None:
        """Ask nothing more and end soon; may be called by any thread and by a signal."""
        self._stopped_at = self._stopped_at or monotonic()
        if self._loop:
            self._loop.call_soon_threadsafe(self._woken.set)

    @property
    def is_under_way(self) -> bool:
        """Whether links are being asked."""
        return self._loop is not None

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            async with Asker(self._pace.turn, resolve=self._resolve) as self._asker, asyncio.TaskGroup() as self._tasks:
                while True:
                    await self._step()
                    if not (self._running or self._schedule or self._outcomes):
                        break
                    await self._wait()
            await self._settle(at_end=True)
            await self._step()
        except ExceptionGroup as group:
            # No task raises anything: it is what the database said.
            raise group.exceptions[0] from None
        finally:
            self._loop = None

    async def _step(self) -> None:
        """Record what was found, and begin with what may be asked now."""
        self._woken.clear()
        await self._settle()
        if self.is_stopped:
            self._leave_all()
        taken = dict(self._schedule.take(settings.LINKS_AT_ONCE - len(self._running)))
        claims = await self._write([item for item in taken.values() if isinstance(item, int)])
        for host, item in taken.items():
            attempt = item if isinstance(item, _Attempt) else claims.get(item)
            if attempt:
                self._begin(attempt)
            else:
                self._schedule.done(host)
        under_way = sum(not task.done() for task in self._running)
        self._progress((self._total - len(self._schedule) - under_way) / self._total)

    async def _write(self, unclaimed: Sequence[int]) -> dict[int, _Attempt]:
        """Do all that waits to be done in the database; return what was claimed of what is to be."""
        outcomes, self._outcomes = self._outcomes, []
        postponed, self._postponed = self._postponed, []
        returned, self._returned = self._returned, []
        if not (outcomes or postponed or returned or unclaimed):
            return {}
        changed, claims = await sync_to_async(self._written)(outcomes, postponed, returned, unclaimed)
        self._changed += changed
        self._asked += len(outcomes)
        self._unreached += len(returned)
        return claims

    def _written(
        self,
        outcomes: Sequence[Outcome],
        postponed: Sequence[tuple[list[int], datetime]],
        returned: Sequence[Claim],
        unclaimed: Sequence[int],
    ) -> tuple[list[Changed], dict[int, _Attempt]]:
        changed = [each for each in record(outcomes, self._rule) if each.is_news] if outcomes else []
        for links, until in postponed:
            put_off(links, until)
        if returned:
            give_back(returned)
        now = self._clock()
        claims = claim(unclaimed, self._round.is_due(now), now) if unclaimed else []
        return changed, {each.pk: _Attempt(each) for each in claims}

    def _begin(self, attempt: _Attempt) -> None:
        task = self._tasks.create_task(self._ask(attempt))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(lambda _: self._woken.set())

    async def _ask(self, attempt: _Attempt) -> None:
        """Ask one link and decide what follows."""
        try:
            self._take(attempt, await self._found(attempt.claim))
        except asyncio.CancelledError:
            self._left += 1
            raise
        except Exception as error:
            # A fault of the check itself: the others go on, and this one is asked again when its claim is old.
            self._errors.append(f"{attempt.claim.url}: {error!r}")
            self._left += 1
        self._schedule.done(attempt.claim.host)

    async def _found(self, claim: Claim) -> Finding:
        try:
            finding = await self._asker.ask(claim.url, claim.validators)
        except Resting as resting:
            # It leads to a host that has just asked for time.
            return Finding(Reason.BUSY, wait=resting.seconds, host=resting.host)
        if finding.status is not None:
            self._doubt.answered()
        if not finding.is_unreached:
            del self._silent[claim.host]
        return finding

    def _take(self, attempt: _Attempt, finding: Finding) -> None:
        """Record what was found, or have the link asked once more."""
        host = attempt.claim.host
        asking = finding.host or host
        tries = () if finding.is_unreached and host in self._silent else settings.LINKS_BACK_OFF
        is_last = not finding.is_passing or attempt.tries >= len(tries)
        wait = finding.wait
        if wait is None and not is_last:
            wait = tries[attempt.tries]
        if finding.wait is not None or finding.reason == Reason.BUSY:
            self._pace.rest(asking, wait or 0.0)
        if (finding.wait or 0.0) > settings.LINKS_LONGEST_WAIT or (is_last and finding.reason == Reason.BUSY):
            until = self._clock() + timedelta(seconds=wait or settings.LINKS_LONGEST_WAIT)
            self._end(attempt, finding, until)
            self._postpone(asking, until)
        elif is_last:
            self._end(attempt, finding)
        else:
            self._schedule.again(host, replace(attempt, tries=attempt.tries + 1, finding=finding), wait or 0.0)

    def _end(self, attempt: _Attempt, finding: Finding, not_before: datetime | None = None) -> None:
        outcome = Outcome(attempt.claim.pk, finding, self._clock(), not_before)
        if not finding.is_unreached:
            self._outcomes.append(outcome)
            return
        host = attempt.claim.host
        self._doubt.hold(host, _Held(outcome, attempt.claim))
        self._silent[host] += finding.is_passing
        if self._silent[host] >= SILENT_LINKS:
            self._postpone(host)

    def _postpone(self, host: str, until: datetime | None = None) -> None:
        """Leave what is still to be asked of a host for a later run, none before a time where there is one."""
        unasked = []
        for item in self._schedule.drop(host):
            if isinstance(item, int):
                unasked.append(item)
            elif item.finding:
                self._end(item, item.finding, until)
        self._left += len(unasked)
        if until and unasked:
            self._postponed.append((unasked, until))

    def _leave_all(self) -> None:
        """Leave what was not asked, and what was to be asked once more: a passing fault is nothing to record after one
        try. What is being asked now has a moment to end."""
        for item in self._schedule.clear():
            if self._doubt.is_down and isinstance(item, _Attempt) and item.finding and item.finding.is_unreached:
                self._returned.append(item.claim)
            else:
                self._left += 1
        if self._grace() <= 0:
            for task in self._running:
                task.cancel()

    def _grace(self) -> float:
        return (self._stopped_at or 0.0) + settings.LINKS_TIMEOUT - monotonic()

    async def _settle(self, *, at_end: bool = False) -> None:
        """Record what is held of hosts that did not answer, or nothing of it where the network is down."""
        self._outcomes += [held.outcome for held in await self._doubt.settle(at_end=at_end)]
        if self._doubt.is_down:
            self._returned += [held.claim for held in self._doubt.give_up()]
            self.stop()

    async def _wait(self) -> None:
        """Wait until something ended, or something may be asked, or there is no more time."""
        times = []
        if self.is_stopped:
            times.append(self._grace())
        elif len(self._running) < settings.LINKS_AT_ONCE and (at := self._schedule.next_at()) is not None:
            times.append(at - monotonic())
        try:
            async with asyncio.timeout(max(min(times), 0.0) if times else None):
                await self._woken.wait()
        except TimeoutError:
            pass

    def _compared(self, hosts: Collection[str]) -> list[str]:
        return well_hosts(self._round.links(), hosts)
