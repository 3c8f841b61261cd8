"""The check over time: every grade reached against a server, with a clock that is set."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

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
    server: Server, clock: Clock, behaviour: object, settings: Settings
) -> None:
    settings.LINKS_BACK_OFF = ()
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
