"""A machine whose own network is down must not call every link failing."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import pytest
from pytest_django import Settings

from roadmap.health.network import reach
from roadmap.models import Link
from tests.health.behaviours import answer, page
from tests.health.checks import Clock, check, grade_of, history, link_of, resources_of
from tests.health.commands import wait_until
from tests.health.server import Server
from tests.processes import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(settings: Settings) -> Clock:
    settings.LINKS_BACK_OFF = ()
    return Clock()


def silent(hosts: int) -> list[str]:
    """Return addresses, each of another host, at which nothing listens."""
    port = free_port()
    return [f"http://127.0.1.{number}:{port}/" for number in range(1, hosts + 1)]


def known_well(url: str, clock: Clock) -> None:
    """Have a link that was well a moment ago, so that it is not due."""
    resources_of(url)
    check(clock)
    Link.objects.update(grade="ok", reason="well", well_at=clock.now)
    clock.later(hours=1)


def asked_anew() -> bool:
    """Whether it is as if nothing had been asked."""
    return not Link.objects.exclude(asked_at=None, checked_at=None, grade="").exists()


def test_where_nothing_answers_nothing_is_recorded(clock: Clock) -> None:
    resources_of(*silent(5))
    report = check(clock)
    assert (report.asked, report.unreached, report.grades[""]) == (0, 5, 5)
    assert asked_anew()
    assert check(clock).unreached == 5


def test_a_few_may_well_be_down_where_there_is_nothing_to_compare_with(clock: Clock) -> None:
    resources_of(*silent(4))
    report = check(clock)
    assert (report.asked, report.unreached, report.grades["failing"]) == (4, 0, 4)


@pytest.mark.parametrize("first", [True, False])
def test_an_answer_in_this_run_is_proof_whatever_it_is(
    server: Server, clock: Clock, settings: Settings, first: bool
) -> None:
    settings.LINKS_AT_ONCE = 1
    url = server.behave("/a", answer(500))
    resources_of(*([url, *silent(30)] if first else [*silent(19), url]))
    report = check(clock)
    assert (report.asked, report.unreached) == (31 if first else 20, 0)
    assert report.grades["failing"] == report.links


def test_a_host_that_was_well_and_takes_a_connection_is_proof(server: Server, clock: Clock) -> None:
    known_well(server.behave("/a", page()), clock)
    server.forget()
    resources_of(*silent(30))
    report = check(clock)
    assert (report.asked, report.grades["failing"]) == (30, 30)
    wait_until(lambda: server.connections == ["127.0.0.1"])
    assert server.requests == []


def test_where_no_host_that_was_well_takes_one_not_even_one_is_recorded(clock: Clock) -> None:
    before, now = silent(2)
    known_well(before, clock)
    resources_of(now)
    report = check(clock)
    assert (report.asked, report.unreached, grade_of(now), link_of(now).asked_at) == (0, 1, "", None)


def test_a_host_is_not_compared_with_itself(clock: Clock) -> None:
    [url] = silent(1)
    known_well(url, clock)
    clock.later(days=8)
    assert (check(clock).asked, grade_of(url)) == (1, "failing")


def test_it_ends_early_where_many_do_not_answer(clock: Clock, settings: Settings) -> None:
    resources_of(*silent(100))
    settings.LINKS_AT_ONCE = 4
    report = check(clock)
    assert report.asked == 0
    assert 20 <= report.unreached < 30
    assert report.left + report.unreached == 100
    assert asked_anew()


def test_what_waits_to_be_asked_once_more_is_as_if_it_had_not_been_asked(clock: Clock, settings: Settings) -> None:
    settings.LINKS_BACK_OFF, settings.LINKS_AT_ONCE = (0.5,), 1
    port = free_port()
    resources_of(*silent(5), *(f"http://no{number}.example:{port}/" for number in range(20)))

    async def lookup(host: str, port: int) -> Sequence[str]:
        if host.startswith("no"):
            raise socket.gaierror(socket.EAI_NONAME, "no such host")
        return [host]

    report = check(clock, resolve=lookup)
    assert (report.asked, report.unreached, report.left) == (0, 25, 0)
    assert asked_anew()


def test_what_was_known_stays(clock: Clock) -> None:
    urls = silent(6)
    known_well(urls[0], clock)
    clock.later(days=8)
    resources_of(*urls[1:])
    report = check(clock)
    assert (report.unreached, grade_of(urls[0]), history(urls[0])) == (6, "ok", ["failing unreachable"])


def test_a_connection_is_made_to_public_addresses_alone(server: Server, settings: Settings) -> None:
    async def lookup(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def missing(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    async def several(host: str, port: int) -> Sequence[str]:
        return ["10.0.0.1", "127.0.0.9", "127.0.0.1"]

    async def no_name(host: str, port: int) -> Sequence[str]:
        raise UnicodeError("no name")

    name = f"name.example:{server.port}"
    assert asyncio.run(reach(name, several))
    assert not asyncio.run(reach(name, no_name))
    wait_until(lambda: server.connections == ["127.0.0.1"])
    server.forget()
    assert asyncio.run(reach(name, lookup))
    wait_until(lambda: server.connections == ["127.0.0.1"])
    assert not asyncio.run(reach(name, missing))
    assert not asyncio.run(reach(f"127.0.0.1:{free_port()}"))
    server.forget()
    settings.LINKS_LOOPBACK = False
    assert not asyncio.run(reach(name, lookup))
    assert not asyncio.run(reach(f"127.0.0.1:{server.port}"))
    assert server.connections == []
