"""Checks in processes of their own: killed, stopped, two at once; and the pace that hosts see."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import F

from roadmap.models import Link
from tests.health.behaviours import answer, hang, late, page
from tests.health.checks import Clock, check, resources_of
from tests.health.commands import finish, start, wait_until
from tests.health.server import Request, Server

pytestmark = pytest.mark.django_db(transaction=True)
HOSTS = 100


@pytest.fixture
def hosts() -> Iterator[Server]:
    """A server that is many hosts, each of which takes its time."""
    addresses = [f"127.0.{number // 50 + 1}.{number % 50 + 1}" for number in range(HOSTS)]
    with Server(addresses, otherwise=late(0.005, page())) as server:
        yield server


def urls_of(hosts: Server, links: int) -> list[str]:
    """Return so many addresses: the first host has a fifth of them, the others share the rest."""
    names = [hosts.addresses[number % HOSTS if number % 5 else 0] for number in range(links)]
    return [hosts.url(f"/{number}", host) for number, host in enumerate(names)]


def asked_by_method(server: Server) -> Counter[tuple[str, str, str]]:
    return Counter((request.method, request.host, request.path) for request in server.requests)


def test_no_host_sees_two_exchanges_at_once_nor_one_too_soon(hosts: Server) -> None:
    resources_of(*urls_of(hosts, 300))
    report = check(Clock())
    assert (report.asked, report.grades["ok"]) == (300, 300)
    assert set(hosts.most_at_once.values()) == {1}
    assert max(asked_by_method(hosts).values()) == 1
    seen: dict[str, list[Request]] = defaultdict(list)
    for request in hosts.requests:
        seen[request.host].append(request)
    assert len(seen) == HOSTS - HOSTS // 5 + 1
    gaps = [after.at - before.at for requests in seen.values() for before, after in pairwise(requests)]
    assert min(gaps) >= settings.LINKS_PAUSE


def test_hosts_are_asked_at_the_same_time_and_no_more_than_so_many(hosts: Server) -> None:
    resources_of(*(hosts.url("/", host) for host in hosts.addresses))
    open_now, most = set[str](), 0

    async def behave(request: Request, exchange: object) -> None:
        nonlocal most
        open_now.add(request.host)
        most = max(most, len(open_now))
        await late(0.05, page())(request, exchange)  # type: ignore[arg-type]
        open_now.discard(request.host)

    hosts.otherwise = behave
    check(Clock())
    assert most == settings.LINKS_AT_ONCE


def test_killed_and_started_again_it_asks_nothing_twice(hosts: Server, tmp_path: Path) -> None:
    resources_of(*urls_of(hosts, 200))
    for seen in (20, 120):
        process = start(tmp_path)
        wait_until(lambda: len(hosts.requests) >= seen)  # noqa: B023
        process.send_signal(signal.SIGKILL)
        finish(process)
    code, out, errors = finish(start(tmp_path, "--json"))
    assert (code, errors) == (0, "")
    assert max(asked_by_method(hosts).values()) == 1
    lost = Link.objects.filter(checked_at=None).count()
    assert 0 < lost <= 2 * settings.LINKS_AT_ONCE
    assert json.loads(out)["grades"]["ok"] == 200 - lost
    # What was under way is asked when its claims are old.
    Link.objects.update(asked_at=F("asked_at") - timedelta(hours=2), checked_at=F("checked_at") - timedelta(hours=2))
    report = json.loads(finish(start(tmp_path, "--json"))[1])
    assert (report["asked"], report["grades"]["ok"]) == (lost, 200)


@pytest.mark.parametrize("machines", [1, 2])
def test_two_at_once_do_not_ask_twice(hosts: Server, tmp_path: Path, machines: int) -> None:
    """On one machine for the lock, on two for the claims."""
    resources_of(*urls_of(hosts, 150))
    folders = [tmp_path / str(number % machines) for number in range(2)]
    done = [finish(process) for process in [start(folder, "--json") for folder in folders]]
    assert [(code, errors) for code, _, errors in done] == [(0, ""), (0, "")]
    reports = [json.loads(out) for _, out, _ in done]
    assert max(asked_by_method(hosts).values()) == 1
    assert sum(report["asked"] for report in reports) == 150
    assert Link.objects.filter(grade="ok").count() == 150
    assert (min(report["asked"] for report in reports) == 0) == (machines == 1)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_stopped_it_ends_what_is_under_way_and_records_it(
    hosts: Server, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    resources_of(*urls_of(hosts, 120))
    process = start(tmp_path)
    wait_until(lambda: len(hosts.requests) >= 30)
    process.send_signal(number)
    found, out, errors = finish(process)
    checked = Link.objects.exclude(checked_at=None).count()
    assert (found, out) == (code, "")
    assert errors == f"Stopped: {checked} checked, {120 - checked} left; run it again to go on.\n"
    assert checked == len({(request.host, request.path) for request in hosts.requests}) < 120
    assert not Link.objects.exclude(asked_at=None).filter(checked_at=None).exists()
    assert finish(start(tmp_path)) == (0, "", "")
    assert max(asked_by_method(hosts).values()) == 1
    assert Link.objects.filter(grade="ok").count() == 120


def test_stopped_it_does_not_wait_for_ever(hosts: Server, tmp_path: Path) -> None:
    hosts.otherwise = late(3, hang)
    resources_of(*urls_of(hosts, 20))
    process = start(tmp_path, LINKS_TIMEOUT="1", LINKS_PAUSE="600")
    wait_until(lambda: len(hosts.requests) >= 3)
    process.send_signal(signal.SIGTERM)
    assert finish(process)[::2] == (0, "Stopped: 0 checked, 20 left; run it again to go on.\n")


def test_stopped_it_records_no_passing_fault_after_one_try(hosts: Server, tmp_path: Path) -> None:
    hosts.otherwise = answer(503, headers=[("Retry-After", "300")])
    url = hosts.url("/well", hosts.addresses[1])
    resources_of(url, *urls_of(hosts, 2)[1:])
    process = start(tmp_path)
    wait_until(lambda: len(hosts.requests) >= 2)
    process.send_signal(signal.SIGTERM)
    assert finish(process)[0] == 0
    assert not Link.objects.exclude(grade="").exists()


def is_pending(pid: int) -> bool:
    """Whether a signal waits to be taken: one that comes meanwhile may go to a thread that does not wake the main."""
    status = Path(f"/proc/{pid}/status").read_text()
    pending = [line.split()[1] for line in status.splitlines() if line.startswith(("SigPnd", "ShdPnd"))]
    return any(int(mask, 16) for mask in pending)


def test_a_second_signal_ends_it_at_once(hosts: Server, tmp_path: Path) -> None:
    hosts.otherwise = hang
    resources_of(*urls_of(hosts, 20))
    process = start(tmp_path, LINKS_TIMEOUT="600")
    wait_until(lambda: len(hosts.requests) >= 10)
    # Two of one kind could arrive as one.
    process.send_signal(signal.SIGTERM)
    wait_until(lambda: not is_pending(process.pid))
    process.send_signal(signal.SIGINT)
    code, out, errors = finish(process)
    assert (code, out, errors) == (130, "", "")


def test_a_database_that_fails_ends_it(hosts: Server, tmp_path: Path) -> None:
    hosts.otherwise = late(0.3, page())
    resources_of(*urls_of(hosts, 40))
    process = start(tmp_path)
    wait_until(lambda: len(hosts.requests) >= 3)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE roadmap_linkcheck RENAME TO roadmap_elsewhere")
        try:
            code, out, errors = finish(process)
        finally:
            cursor.execute("ALTER TABLE roadmap_elsewhere RENAME TO roadmap_linkcheck")
    assert (code, out) == (1, "")
    assert errors.startswith("CommandError: The database failed: ")
    assert "Traceback" not in errors


def test_who_waits_for_another_check_can_be_stopped(hosts: Server, tmp_path: Path) -> None:
    hosts.otherwise = hang
    resources_of(*urls_of(hosts, 2))
    first = start(tmp_path, LINKS_TIMEOUT="600")
    wait_until(lambda: bool(hosts.requests))
    second = start(tmp_path)
    opened = Path(f"/proc/{second.pid}/fd")
    wait_until(lambda: any(os.path.realpath(file).endswith("check_links.lock") for file in opened.iterdir()))
    second.send_signal(signal.SIGINT)
    assert finish(second) == (130, "", "")
    first.kill()
    finish(first)
