"""What a check waits for: hosts that ask for time, faults that pass, and hosts that do not answer."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from pytest_django import Settings

from roadmap.health.checking import SILENT_LINKS
from roadmap.models import Link, Reason
from tests.health.behaviours import answer, one_after_another, page, redirect
from tests.health.checks import Clock, check, history, resources_of
from tests.health.server import Server

pytestmark = pytest.mark.django_db


def test_a_passing_fault_is_asked_again_and_counts_once(server: Server, clock: Clock) -> None:
    url = server.behave("/a", one_after_another(*[answer(503)] * 2, page()))
    worse = server.behave("/b", answer(503))
    resources_of(url, worse)
    check(clock)
    assert history(url) == ["ok well"]
    assert history(worse) == ["failing server"]


def test_retry_after_is_kept_within_a_run_while_others_go_on(server: Server, clock: Clock) -> None:
    url = server.behave("/a", one_after_another(answer(429, headers=[("Retry-After", "1")]), page()))
    other = server.behave("/b", page())
    with Server() as elsewhere:
        resources_of(url, other, *(elsewhere.behave(f"/{number}", page()) for number in range(5)))
        report = check(clock)
        first, *again = sorted(server.requests, key=lambda request: request.at)
        assert min(request.at for request in again) - first.at >= 1
        assert max(request.at for request in elsewhere.requests) - first.at < 1
    assert (report.grades["ok"], report.left) == (7, 0)


def test_a_long_retry_after_is_kept_across_runs(server: Server, clock: Clock) -> None:
    busy = answer(429, headers=[("Retry-After", "7200")])
    urls = [server.behave(f"/{number}", busy) for number in range(4)]
    resources_of(*urls)
    report = check(clock)
    assert (report.asked, report.left) == (1, 3)
    assert len({request.path for request in server.requests}) == 1
    assert set(Link.objects.values_list("not_before", flat=True)) == {clock.now + timedelta(hours=2)}
    assert sorted(Link.objects.values_list("grade", flat=True)) == ["", "", "", "blocked"]
    for number in range(4):
        server.behave(f"/{number}", page())
    clock.later(hours=1.9)
    server.forget()
    assert (check(clock).asked, server.requests) == (0, [])
    clock.later(hours=0.2)
    assert check(clock).grades["ok"] == 4


def test_a_host_that_goes_on_asking_for_time_is_left_for_a_later_run(server: Server, clock: Clock) -> None:
    busy = answer(429, headers=[("Retry-After", "0")])
    resources_of(*(server.behave(f"/{number}", busy) for number in range(4)))
    report = check(clock)
    assert (report.asked, report.left, len(server.requests)) == (1, 3, 3)
    clock.later(hours=1)
    server.forget()
    report = check(clock)
    assert (report.asked, report.left, len({request.path for request in server.requests})) == (1, 3, 1)


class Silent:
    """Looks a host up that is not told but now and then; all others lead to this machine."""

    def __init__(self, told_each: int = 0) -> None:
        self.asked, self._told_each = 0, told_each

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += host == "silent.example"
        if host == "silent.example" and not (self._told_each and self.asked % self._told_each == 0):
            raise socket.gaierror(socket.EAI_AGAIN, "not now")
        return ["127.0.0.1"]


def silent(server: Server, links: int) -> list[str]:
    return [server.url(f"/{number}", "silent.example") for number in range(links)]


def test_a_host_that_does_not_answer_is_not_waited_for_with_each_of_its_links(
    server: Server, clock: Clock, settings: Settings
) -> None:
    settings.LINKS_BACK_OFF = (0.0, 0.0)
    lookup = Silent()
    resources_of(*silent(server, 4), server.behave("/", page()))
    report = check(clock, resolve=lookup)
    assert (report.asked, report.grades["failing"]) == (5, 4)
    assert lookup.asked == 3 + 1 + 1 + 1


def test_a_host_that_does_not_answer_for_several_links_is_left_for_a_later_run(
    server: Server, clock: Clock, settings: Settings
) -> None:
    settings.LINKS_BACK_OFF = ()
    resources_of(*silent(server, 2 * SILENT_LINKS + 1), server.behave("/", page()))
    report = check(clock, resolve=Silent())
    assert (report.asked, report.left, report.grades[""]) == (SILENT_LINKS + 1, SILENT_LINKS + 1, SILENT_LINKS + 1)
    left = Link.objects.filter(pk__in=list(Link.objects.filter(grade="").values_list("pk", flat=True)))
    assert not left.exclude(asked_at=None, not_before=None).exists()
    # They come first the next time.
    clock.later(days=1)
    assert check(clock, resolve=Silent()).left == SILENT_LINKS + 1
    assert left.filter(grade="").count() == 1


def test_a_host_that_answers_now_and_then_is_asked_to_the_end(server: Server, clock: Clock, settings: Settings) -> None:
    settings.LINKS_BACK_OFF = ()
    server.otherwise = answer(200, kind="text/plain")
    resources_of(*silent(server, 3 * SILENT_LINKS))
    report = check(clock, resolve=Silent(told_each=SILENT_LINKS))
    assert (report.asked, report.left, report.grades["ok"]) == (3 * SILENT_LINKS, 0, 3)


def test_a_host_that_does_not_exist_is_asked_after_with_all_of_its_links(clock: Clock) -> None:
    async def lookup(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    resources_of(*(f"http://gone.example/{number}" for number in range(2 * SILENT_LINKS)))
    report = check(clock, resolve=lookup)
    assert (report.asked, report.left) == (2 * SILENT_LINKS, 0)


def test_a_host_that_others_lead_to_is_left_alone_too(server: Server, clock: Clock) -> None:
    with Server(("127.0.0.2",)) as elsewhere:
        busy = elsewhere.behave("/busy", answer(429, headers=[("Retry-After", "7200")]))
        resources_of(*(server.behave(f"/{number}", redirect(busy)) for number in range(3)))
        report = check(clock)
        assert len(elsewhere.asked("/busy")) == 1
    assert (report.asked, report.grades["blocked"]) == (3, 3)
    assert set(Link.objects.values_list("reason", flat=True)) == {Reason.BUSY}
    assert Link.objects.exclude(not_before=None).count() == 3
