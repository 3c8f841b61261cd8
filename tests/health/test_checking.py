"""The check over time: every grade reached against a server, with a clock that is set."""

from __future__ import annotations

import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from roadmap.health.checking import SILENT_LINKS
from roadmap.health.findings import Finding
from roadmap.health.grading import Rule
from roadmap.health.links import gather
from roadmap.health.recording import Outcome, record
from roadmap.models import Link, Reason, Resource, Roadmap
from tests.factories import make_resource, make_roadmap
from tests.health.behaviours import answer, one_after_another, page, redirect, reset
from tests.health.checks import Clock, check, events, grade_of, health, history, link_of, resources_of
from tests.health.server import Server

pytestmark = pytest.mark.django_db
NOW = timedelta(0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_link_dies_when_it_failed_so_often_over_so_many_days_and_is_mended(server: Server, clock: Clock) -> None:
    url = server.behave("/a", page())
    resources_of(url)
    roadmap = Roadmap.objects.get()
    check(clock)
    well_at, versions = clock.now, [health(roadmap)]
    server.behave("/a", answer(404))
    for days, grade in ((7, "failing"), (1, "failing"), (1, "failing"), (4.9, "failing"), (1, "dead"), (1, "dead")):
        clock.later(days=days)
        check(clock)
        assert grade_of(url) == grade
        versions.append(health(roadmap))
    assert versions == [0, 1, 1, 1, 1, 2, 2]
    link = link_of(url)
    assert (link.well_at, link.failing_since, link.failures) == (well_at, well_at + timedelta(days=7), 6)
    assert link.died_at == clock.now - timedelta(days=1)
    assert events() == [f"died {url}"]
    server.behave("/a", page())
    clock.later(days=1)
    check(clock)
    assert events() == [f"died {url}", f"mended {url}"]
    assert (health(roadmap), link_of(url).failures, link_of(url).died_at) == (3, 0, None)
    assert history(url) == ["ok well", "failing not-found", "dead not-found", "ok well"]


def test_a_link_does_not_die_of_count_alone(server: Server, clock: Clock) -> None:
    url = server.behave("/a", answer(410))
    resources_of(url)
    for _ in range(20):
        check(clock, max_age=NOW)
        clock.later(hours=8)
    assert link_of(url).failures == 20
    assert (grade_of(url), events()) == ("failing", [])


@pytest.mark.parametrize("behaviour", [answer(500), reset])
def test_what_may_be_over_tomorrow_is_never_dead(
    server: Server, clock: Clock, behaviour: object, settings: object
) -> None:
    settings.LINKS_BACK_OFF = ()  # type: ignore[attr-defined]
    url = server.behave("/a", behaviour)  # type: ignore[arg-type]
    server.behave("/well", page())
    resources_of(url, server.url("/well"))
    for _ in range(6):
        check(clock, max_age=NOW)
        clock.later(days=30)
    assert (grade_of(url), link_of(url).failures) == ("failing", 0)
    assert link_of(url).failing_since == clock.now - timedelta(days=180)
    assert len(history(url)) == 1


def test_being_blocked_keeps_what_was_counted(server: Server, clock: Clock) -> None:
    url = server.behave("/a", one_after_another(*[answer(404)] * 4))
    resources_of(url)
    for days, behaviour in ((0, answer(404)), (3, answer(404)), (3, answer(403)), (3, answer(404)), (1, answer(403))):
        clock.later(days=days)
        server.behave("/a", behaviour)
        check(clock, max_age=NOW)
    assert history(url) == [
        "failing not-found",
        "blocked refused",
        "dead not-found",
        "blocked refused",
    ]
    clock.later(days=1)
    server.behave("/a", page())
    check(clock, max_age=NOW)
    assert events() == [f"died {url}", f"mended {url}"]
    assert health(Roadmap.objects.get()) == 5


def test_a_link_that_comes_and_goes_does_not_die(server: Server, clock: Clock) -> None:
    url = server.behave("/a", page())
    resources_of(url)
    for day in range(12):
        server.behave("/a", answer(404) if day % 3 else page())
        check(clock, max_age=NOW)
        clock.later(days=4)
    assert events() == []
    assert history(url) == ["ok well", "failing not-found"] * 4


def test_a_move_is_told_with_its_target(server: Server, clock: Clock) -> None:
    url = server.behave("/old", redirect("/new", 301))
    server.behave("/new", page())
    resources_of(url)
    report = check(clock)
    assert (grade_of(url), link_of(url).target) == ("moved", server.url("/new"))
    assert [(each.before, each.grade, each.target) for each in report.changed] == [("", "moved", server.url("/new"))]
    server.behave("/old", redirect("/newer", 301))
    server.behave("/newer", page())
    clock.later(days=8)
    report = check(clock)
    assert (history(url), report.changed) == (["moved moved", "moved moved"], [])
    assert health(Roadmap.objects.get()) == 0


def test_one_link_of_several_resources_is_asked_once_and_told_of_each(server: Server, clock: Clock) -> None:
    url = server.behave("/a", answer(404))
    one, two, hidden = (make_roadmap() for _ in range(3))
    first, second = resources_of(url, f"{url}#part", roadmap=one)
    [other] = resources_of(url, roadmap=two)
    make_resource(hidden, url=url, retired_at=clock.now)
    for days in (0, 4, 4):
        clock.later(days=days)
        server.forget()
        check(clock)
        assert len({request.method for request in server.asked("/a")}) == len(server.asked("/a"))
    assert events() == [f"died {each.url}" for each in (first, second, other)]
    assert [health(each) for each in (one, two, hidden)] == [2, 2, 0]


def test_what_no_resource_on_the_site_leads_to_is_not_asked(server: Server, clock: Clock) -> None:
    [resource] = resources_of(server.url("/a"))
    check(clock)
    Resource.objects.filter(pk=resource.pk).update(retired_at=clock.now)
    server.forget()
    clock.later(days=30)
    assert (check(clock).links, server.requests) == (0, [])


def test_one_roadmap_alone_is_checked(server: Server, clock: Clock) -> None:
    [one], [two] = resources_of(server.behave("/1", page())), resources_of(server.behave("/2", page()))
    report = check(clock, roadmap=two.roadmap.slug)
    assert (report.links, report.asked, report.grades["ok"]) == (1, 1, 1)
    assert (grade_of(one.url), grade_of(two.url)) == ("", "ok")


@pytest.mark.parametrize(
    ("path", "max_age", "hours", "is_due"),
    [
        ("/well", None, 6.4 * 24, False),
        ("/well", None, 6.6 * 24, True),
        ("/gone", None, 19, False),
        ("/gone", None, 21, True),
        ("/gone", 2, 47, False),
        ("/well", 2, 49, True),
        ("/well", 0.5, 11, False),
        ("/well", 0, 0, True),
    ],
)
def test_what_is_due(server: Server, clock: Clock, path: str, max_age: float, hours: float, is_due: bool) -> None:
    server.behave("/well", page())
    resources_of(server.url(path))
    check(clock)
    server.forget()
    clock.later(hours=hours)
    report = check(clock, max_age=None if max_age is None else timedelta(days=max_age))
    assert (report.asked, bool(server.asked(path))) == (int(is_due), is_due)


def test_what_learners_brought_forward_is_due_once(server: Server, clock: Clock) -> None:
    resources_of(server.behave("/a", page()))
    check(clock)
    clock.later(hours=1)
    Link.objects.update(hurried_at=clock.now)
    clock.later(hours=1)
    assert [check(clock).asked, check(clock).asked] == [1, 0]


def test_what_was_asked_without_an_answer_waits_for_an_hour(server: Server, clock: Clock) -> None:
    resources_of(server.behave("/a", page()))
    gather()
    Link.objects.update(asked_at=clock.now, hurried_at=clock.now + timedelta(minutes=1))
    clock.later(minutes=59)
    assert check(clock, max_age=NOW).asked == 0
    clock.later(minutes=2)
    assert check(clock, max_age=NOW).asked == 1


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
    server: Server, clock: Clock, settings: object
) -> None:
    settings.LINKS_BACK_OFF = (0.0, 0.0)  # type: ignore[attr-defined]
    lookup = Silent()
    resources_of(*silent(server, 4), server.behave("/", page()))
    report = check(clock, resolve=lookup)
    assert (report.asked, report.grades["failing"]) == (5, 4)
    assert lookup.asked == 3 + 1 + 1 + 1


def test_a_host_that_does_not_answer_for_several_links_is_left_for_a_later_run(
    server: Server, clock: Clock, settings: object
) -> None:
    settings.LINKS_BACK_OFF = ()  # type: ignore[attr-defined]
    resources_of(*silent(server, 2 * SILENT_LINKS + 1), server.behave("/", page()))
    report = check(clock, resolve=Silent())
    assert (report.asked, report.left, report.grades[""]) == (SILENT_LINKS + 1, SILENT_LINKS + 1, SILENT_LINKS + 1)
    left = Link.objects.filter(pk__in=list(Link.objects.filter(grade="").values_list("pk", flat=True)))
    assert not left.exclude(asked_at=None, not_before=None).exists()
    # They come first the next time.
    clock.later(days=1)
    assert check(clock, resolve=Silent()).left == SILENT_LINKS + 1
    assert left.filter(grade="").count() == 1


def test_a_host_that_answers_now_and_then_is_asked_to_the_end(server: Server, clock: Clock, settings: object) -> None:
    settings.LINKS_BACK_OFF = ()  # type: ignore[attr-defined]
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


def test_where_the_check_itself_fails_the_others_go_on(server: Server, clock: Clock) -> None:
    urls = [server.behave(f"/{number}", page()) for number in range(5)]
    resources_of(*urls)
    gather()
    Link.objects.filter(url=urls[2]).update(validators=["what nobody wrote"])
    report = check(clock)
    [error] = report.errors
    assert error.startswith(f"{urls[2]}: AttributeError")
    assert (report.asked, report.left, report.grades["ok"], grade_of(urls[2])) == (4, 1, 4, "")


def test_a_clock_that_was_wrong_keeps_nothing_from_being_asked(server: Server, clock: Clock) -> None:
    urls = [
        server.behave("/a", page()),
        server.behave("/busy", answer(429, headers=[("Retry-After", "7200")])),
        server.behave("/b", page()),
    ]
    resources_of(*urls)
    clock.later(days=1000)
    check(clock)
    Link.objects.filter(url=urls[2]).update(checked_at=None)
    clock.later(days=-1000)
    server.forget()
    check(clock)
    assert len({request.path for request in server.requests}) == 3
    server.forget()
    assert (check(clock).asked, server.requests) == (0, [])


def test_a_host_that_others_lead_to_is_left_alone_too(server: Server, clock: Clock) -> None:
    with Server(("127.0.0.2",)) as elsewhere:
        busy = elsewhere.behave("/busy", answer(429, headers=[("Retry-After", "7200")]))
        resources_of(*(server.behave(f"/{number}", redirect(busy)) for number in range(3)))
        report = check(clock)
        assert len(elsewhere.asked("/busy")) == 1
    assert (report.asked, report.grades["blocked"]) == (3, 3)
    assert set(Link.objects.values_list("reason", flat=True)) == {Reason.BUSY}
    assert Link.objects.exclude(not_before=None).count() == 3


def test_what_is_told_of_its_progress_never_goes_back(server: Server, clock: Clock) -> None:
    hosts = [f"127.0.0.{number}" for number in range(2, 12)]
    with Server(hosts, otherwise=answer(503)) as elsewhere:
        resources_of(*(elsewhere.url("/", host) for host in hosts), server.behave("/a", page()))
        told: list[float] = []
        check(clock, progress=told.append)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 1)


def test_what_is_deleted_or_changed_meanwhile_breaks_nothing(server: Server, clock: Clock) -> None:
    """While the first is asked everything else happens to the others."""
    urls = [server.behave(f"/{number}", answer(404)) for number in range(4)]
    gone, retired, changed, last = resources_of(*urls)
    check(clock)
    clock.later(days=4)
    check(clock)
    clock.later(days=4)
    gather()
    outcomes = [Outcome(link.pk, Finding(Reason.NOT_FOUND, 404), clock.now) for link in Link.objects.all()]
    Link.objects.filter(url=gone.url).delete()
    Resource.objects.filter(pk=retired.pk).update(retired_at=clock.now)
    Resource.objects.filter(pk=changed.pk).update(url="https://new.example/", link=None)
    found = record(outcomes, Rule(3, 7))
    assert [each.grade for each in found] == ["dead"] * 3
    assert events() == [f"died {last.url}"]


def test_what_an_editor_put_aside_is_that_until_something_else_is_found(server: Server, clock: Clock) -> None:
    url = server.behave("/a", answer(404))
    resources_of(url)
    check(clock, max_age=NOW)
    Link.objects.update(dismissed=link_of(url).verdict)
    put_aside = []
    for behaviour in (answer(404), answer(500), page(), answer(404)):
        server.behave("/a", behaviour)
        clock.later(days=1)
        check(clock, max_age=NOW)
        put_aside.append(link_of(url).dismissed)
    assert put_aside == ["failing", "failing", "", ""]


def test_what_is_well_as_before_costs_few_queries(server: Server, clock: Clock) -> None:
    resources_of(*(server.behave(f"/{number}", page()) for number in range(20)))
    check(clock)

    def queries() -> int:
        outcomes = [Outcome(link.pk, Finding(Reason.WELL, 200), clock.now) for link in Link.objects.all()]
        with CaptureQueriesContext(connection) as captured:
            record(outcomes, Rule(3, 7))
        return len(captured)

    with_twenty = queries()
    Link.objects.filter(pk__in=Link.objects.values_list("pk", flat=True)[:10]).delete()
    assert with_twenty - queries() == 10
