"""Whose turn it is: never two exchanges at once with a host, the pause kept, and the longest queue first."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from time import monotonic

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from roadmap.health.pacing import Pace, Resting, Schedule

PAUSE = 0.02


async def use(pace: Pace, host: str, spans: list[tuple[float, float]], seconds: float = 0.005) -> None:
    async with pace.turn(host):
        begun = monotonic()
        await asyncio.sleep(seconds)
        spans.append((begun, monotonic()))


def test_one_exchange_at_a_time_with_the_pause_between() -> None:
    async def run() -> list[tuple[float, float]]:
        pace, spans = Pace(PAUSE), list[tuple[float, float]]()
        await asyncio.gather(*(use(pace, "a.example", spans) for _ in range(6)))
        return spans

    spans = asyncio.run(run())
    assert len(spans) == 6
    assert all(after[0] - before[1] >= PAUSE for before, after in pairwise(spans))


def test_hosts_do_not_wait_for_each_other() -> None:
    async def run() -> None:
        pace = Pace(60)
        async with pace.turn("a.example"), pace.turn("b.example"):
            pass

    asyncio.run(asyncio.wait_for(run(), 30))


def test_a_turn_that_fails_is_over_too() -> None:
    async def run() -> None:
        pace = Pace(0)
        with pytest.raises(ValueError, match="no"):
            async with pace.turn("a.example"):
                raise ValueError("no")
        async with pace.turn("a.example"):
            pass

    asyncio.run(asyncio.wait_for(run(), 30))


def test_a_host_that_rests_is_not_asked_and_the_longer_rest_holds() -> None:
    async def run() -> None:
        pace = Pace(0)
        pace.rest("a.example", 60)
        pace.rest("a.example", 1)
        with pytest.raises(Resting) as raised:
            async with pace.turn("a.example"):
                pass
        assert raised.value.host == "a.example"
        assert 50 < raised.value.seconds <= 60
        async with pace.turn("b.example"):
            pass

    asyncio.run(run())


def test_who_waits_for_a_turn_sees_that_the_host_rests_by_now() -> None:
    async def run() -> None:
        pace, spans = Pace(0), list[tuple[float, float]]()
        async with pace.turn("a.example"):
            second = asyncio.create_task(use(pace, "a.example", spans))
            await asyncio.sleep(0)
            pace.rest("a.example", 60)
        with pytest.raises(Resting):
            await second
        assert spans == []

    asyncio.run(run())


def test_the_host_with_most_to_ask_comes_first_and_each_once() -> None:
    items = [("a", 1), ("b", 1), ("c", 1), ("b", 2), ("b", 3), ("c", 2)]
    schedule = Schedule(Pace(0), items)
    assert schedule.take(2) == [("b", 1), ("c", 1)]
    assert schedule.take(9) == [("a", 1)]
    assert schedule.take(9) == []
    schedule.done("c")
    assert schedule.take(9) == [("c", 2)]
    for host in ("a", "b", "c"):
        schedule.done(host)
    assert [*schedule.take(9), len(schedule)] == [("b", 2), 1]


def test_a_host_waits_for_its_pause_while_others_go_on() -> None:
    async def run() -> None:
        pace = Pace(PAUSE)
        schedule = Schedule(pace, [("a", 1), ("a", 2), ("b", 1)])
        assert schedule.take(1) == [("a", 1)]
        async with pace.turn("a"):
            pass
        schedule.done("a")
        assert schedule.take(9) == [("b", 1)]
        at = schedule.next_at()
        assert at is not None
        await asyncio.sleep(max(0, at - monotonic()))
        assert schedule.take(9) == [("a", 2)]

    asyncio.run(run())


def test_what_is_asked_once_more_comes_back_after_its_time_and_before_the_rest() -> None:
    async def run() -> None:
        schedule = Schedule(Pace(0), [("a", 1), ("a", 2), ("a", 3)])
        [(host, item)] = schedule.take(9)
        schedule.again(host, item, PAUSE)
        schedule.done(host)
        assert schedule.take(9) == [("a", 2)]
        assert (len(schedule), schedule.take(9)) == (2, [])
        await asyncio.sleep(PAUSE * 1.5)
        # Its host is busy: still one thing at a time.
        assert schedule.take(9) == []
        schedule.done("a")
        assert schedule.take(9) == [("a", 1)]
        schedule.done("a")
        assert schedule.take(9) == [("a", 3)]

    asyncio.run(run())


def test_what_is_dropped_is_not_taken() -> None:
    schedule = Schedule(Pace(0), [("a", 1), ("a", 2), ("b", 1), ("b", 2)])
    assert schedule.take(1) == [("a", 1)]
    assert schedule.drop("a") == [2]
    schedule.done("a")
    schedule.again("b", 3, 60)
    assert schedule.take(9) == [("b", 1)]
    assert schedule.clear() == [2, 3]
    schedule.done("b")
    assert (schedule.take(9), len(schedule)) == ([], 0)


moves = st.lists(
    st.tuples(st.sampled_from(["take", "done", "again", "drop", "rest"]), st.sampled_from("abcd"), st.integers(1, 4)),
    max_size=60,
)


@given(st.lists(st.sampled_from("abcd"), max_size=30), moves)
@example(["a"], [("take", "a", 1), ("again", "a", 1)])
@example(["a", "a"], [("take", "a", 1), ("drop", "a", 1), ("again", "a", 1)])
def test_whatever_happens_nothing_is_lost_doubled_or_asked_at_once(
    hosts: list[str], moves: list[tuple[str, str, int]]
) -> None:
    pace = Pace(0)
    schedule = Schedule(pace, [(host, number) for number, host in enumerate(hosts)])
    waiting, busy = dict(enumerate(hosts)), dict[str, int]()

    def take(most: int) -> None:
        taken = schedule.take(most)
        assert len(taken) <= most
        for host, item in taken:
            assert host not in busy
            assert waiting.pop(item) == host
            busy[host] = item

    for move, host, number in moves:
        if move == "take":
            take(number)
        elif move == "done" and host in busy:
            del busy[host]
            schedule.done(host)
        elif move == "again" and host in busy:
            waiting[busy[host]] = host
            schedule.again(host, busy.pop(host), 0)
            schedule.done(host)
        elif move == "drop":
            for item in schedule.drop(host):
                assert waiting.pop(item) == host
        elif move == "rest":
            pace.rest(host, 0)
        assert len(schedule) == len(waiting)
    while waiting or busy:
        for host in list(busy):
            del busy[host]
            schedule.done(host)
        before = len(waiting)
        take(9)
        assert len(waiting) < before or not before
