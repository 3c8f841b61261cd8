"""A learner's own pages: what stands on them, whose it is, and how many queries they take."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts import notes, onward, study, tracking
from accounts.models import Progress, StudyEvent, User
from accounts.statistics import Tally
from accounts.tracking import Standing
from roadmap.models import Resource, Roadmap, Section
from tests.factories import make_plan, make_user

pytestmark = pytest.mark.django_db


def order(plan: Roadmap) -> list[Resource]:
    """The resources as the page has them."""
    titles = ("First chapter", "Deeper part", "Second chapter")
    sections = [Section.objects.get(page__roadmap=plan, title=title) for title in titles]
    return [row.resource for section in sections for row in section.listings.order_by("position")]


def english(name: str, **query: str) -> str:
    with translation.override("en"):
        return reverse(name, query=query)


def page_of(client: Client, name: str = "accounts:me", **query: str) -> str:
    response = client.get(english(name, **query))
    assert response.status_code == 200
    return str(response.content.decode())


def queries(client: Client, name: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        page_of(client, name)
    return len(caught)


# What to go on with


@pytest.mark.parametrize(
    ("states", "following"),
    [
        ({}, "a"),
        ({"a": ("done", 1)}, "b"),
        ({"b": ("done", 1)}, "c"),
        ({"d": ("done", 1)}, "a"),
        ({"b": ("done", 2), "a": ("done", 1)}, "c"),
        ({"a": ("done", 2), "c": ("done", 1)}, "b"),
        ({"a": ("done", 1), "b": ("skipped", 2)}, "c"),
        ({"a": ("in_progress", 1), "d": ("done", 9)}, "a"),
        ({"a": ("in_progress", 1), "b": ("in_progress", 2)}, "b"),
        ({"a": ("done", 1), "b": ("done", 1), "c": ("done", 1)}, "d"),
        (dict.fromkeys("abcd", ("done", 1)), None),
        (dict.fromkeys("abcd", ("skipped", 1)), None),
        ({"a": ("skipped", 1)}, "b"),
    ],
)
def test_what_comes_next(states: dict[str, tuple[str, int]], following: str | None) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    standings = {key: Standing(state, start + timedelta(days=day)) for key, (state, day) in states.items()}
    assert onward.next_of("abcd", standings) == following


def test_the_page_leads_to_the_place_of_what_comes_next(client: Client, plan: Roadmap, learner: User) -> None:
    first, second = order(plan)[:2]
    tracking.mark(learner, [first.pk], "done")
    page = page_of(client)
    assert f'href="/en/roadmaps/{plan.slug}/#R-{second.key}"' in page
    assert "Next, after what you finished last" in page


# What stands on the page


def test_it_counts_by_chapter_what_the_roadmap_counts(client: Client, plan: Roadmap, learner: User) -> None:
    resources = order(plan)
    tracking.mark(learner, [resources[0].pk, resources[1].pk], "done")
    tracking.mark(learner, [resources[2].pk], "skipped")
    tracking.mark(learner, [resources[4].pk], "in_progress")
    course = study.of(learner).courses[0]
    assert course.total == Tally(5, done=2, in_progress=1, skipped=1)
    assert course.total.percent == 50
    rows = {row.title: row.tally for _page, rows in course.chapters for row in rows}
    assert rows["First chapter"] == Tally(4, done=2, skipped=1)
    assert rows["First chapter"].percent == 67
    assert rows["Second chapter"] == Tally(1, in_progress=1)
    assert ">67%<" in page_of(client).replace("\n", "").replace(" ", "")


def test_what_has_left_the_notes_is_shown_with_its_marks(client: Client, plan: Roadmap, learner: User) -> None:
    gone, noted, other = order(plan)[:3]
    tracking.mark(learner, [gone.pk], "done")
    notes.save(learner, noted, "kept all the same", 0)
    Resource.objects.filter(pk__in=[gone.pk, noted.pk, other.pk]).update(retired_at=timezone.now())
    plan.touch()
    left = study.of(learner).left
    assert {item.resource for item in left} == {gone, noted}
    page = page_of(client)
    assert "No longer in the roadmap" in page
    assert gone.title in page
    assert "kept all the same" in page
    assert "kept all the same" in page_of(client, "accounts:notes")


def test_what_was_taken_back_is_nowhere(client: Client, plan: Roadmap, learner: User) -> None:
    resource = order(plan)[0]
    tracking.undo(learner, tracking.mark(learner, [resource.pk], "in_progress").id)
    assert study.of(learner).in_progress == []
    assert study.days(learner).heatmap.days == 0


def test_a_visit_is_no_day_of_study(client: Client, plan: Roadmap, learner: User) -> None:
    page_of(client)
    page_of(client, "accounts:notes")
    client.get(plan.get_absolute_url())
    assert study.days(learner).heatmap.days == 0


def test_days_are_those_of_the_learners_time_zone(plan: Roadmap, learner: User) -> None:
    resource = order(plan)[0]
    tracking.mark(learner, [resource.pk], "done")
    late = timezone.now().astimezone(UTC).replace(hour=22, minute=0) - timedelta(days=3)
    StudyEvent.objects.update(at=late)
    for zone, day in [("UTC", late.date()), ("Asia/Taipei", late.date() + timedelta(days=1))]:
        learner.time_zone = zone
        learner.save()
        days = [day.date for week in study.days(learner).heatmap.weeks for day in week if day and day.acts]
        assert days == [day], zone


def test_the_streak_can_be_switched_off(client: Client, plan: Roadmap, learner: User) -> None:
    tracking.mark(learner, [order(plan)[0].pk], "done")
    assert "Current streak" in page_of(client)
    learner.shows_streak = False
    learner.save()
    assert "Current streak" not in page_of(client)
    assert study.days(learner).streak is None


def test_what_came_from_elsewhere_is_no_day_of_study(plan: Roadmap, learner: User) -> None:
    tracking.bring(learner, {order(plan)[0].pk: Standing("done", timezone.now())})
    assert study.days(learner).heatmap.days == 0


# Notes


def test_notes_stand_in_the_order_of_the_roadmap(client: Client, plan: Roadmap, learner: User) -> None:
    resources = order(plan)
    for number in (3, 0, 4):
        notes.save(learner, resources[number], f"note-{number}", 0)
    page = page_of(client, "accounts:notes")
    assert page.index("note-0") < page.index("note-3") < page.index("note-4")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("GRADIENT", {0}),
        ("線性", {1}),
        ("ＡＢＣ", {2}),
        ("gradient descent", {0}),
        ("descent gradient", {0}),
        ("gradient nothing", set()),
        ("  ", {0, 1, 2}),
        ("\0", set()),
        ("%", set()),
    ],
)
def test_all_the_words_of_a_search_are_found(
    client: Client, plan: Roadmap, learner: User, search: str, found: set[int]
) -> None:
    resources = order(plan)
    for number, text in enumerate(["gradient and descent", "線性代數", "the abc of it"]):
        notes.save(learner, resources[number], f"mark-{number} {text}", 0)
    page = page_of(client, "accounts:notes", q=search)
    assert {number for number in range(3) if f"mark-{number}" in page} == found


def test_a_title_is_searched_too(client: Client, plan: Roadmap, learner: User) -> None:
    resource = order(plan)[0]
    Resource.objects.filter(pk=resource.pk).update(title="Calculus made easy")
    notes.save(learner, resource, "a thought", 0)
    assert "a thought" in page_of(client, "accounts:notes", q="calculus")


def test_an_emptied_note_is_not_listed(client: Client, plan: Roadmap, learner: User) -> None:
    resource = order(plan)[0]
    notes.save(learner, resource, "soon gone", 0)
    notes.save(learner, resource, "", 1)
    assert resource.title not in page_of(client, "accounts:notes")
    assert study.of(learner).notes == []


@pytest.mark.parametrize("page", ["0", "-1", "9", "x"])
def test_a_page_that_there_is_not_is_the_nearest(client: Client, plan: Roadmap, learner: User, page: str) -> None:
    notes.save(learner, order(plan)[0], "still here", 0)
    assert "still here" in page_of(client, "accounts:notes", page=page)


# Whose it is


def test_nobody_sees_what_another_did(client: Client, plan: Roadmap, learner: User) -> None:
    other = make_user()
    tracking.mark(other, [order(plan)[0].pk], "in_progress")
    notes.save(other, order(plan)[1], "somebody else's secret", 0)
    for name in ("accounts:me", "accounts:notes"):
        assert "somebody else" not in page_of(client, name)
    assert study.of(learner).in_progress == []
    assert study.days(learner).heatmap.days == 0


@pytest.mark.parametrize("name", ["accounts:me", "accounts:notes"])
def test_a_stranger_is_led_to_the_sign_in_and_back(client: Client, name: str) -> None:
    response = client.get(english(name))
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/en/accounts/login/?next=/en/me/")
    assert client.get(english(name), headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/en/accounts/")


@pytest.mark.parametrize("name", ["accounts:me", "accounts:notes"])
def test_queries_do_not_grow_with_the_marks(client: Client, name: str) -> None:
    plan, user = make_plan(resources=60), make_user()
    client.force_login(user)
    resources = order(plan)

    def mark(some: list[Resource]) -> None:
        for number, resource in enumerate(some):
            tracking.mark(user, [resource.pk], ("done", "in_progress", "skipped")[number % 3])
            notes.save(user, resource, f"note {number}", 0)

    mark(resources[:20])
    page_of(client, name)
    before = queries(client, name)
    mark(resources[20:40])
    assert queries(client, name) == before
    assert before <= 14


def test_progress_without_a_time_of_its_own_zone_breaks_nothing(client: Client, plan: Roadmap, learner: User) -> None:
    learner.time_zone = "Mars/Olympus"
    learner.save()
    tracking.mark(learner, [order(plan)[0].pk], "in_progress")
    assert Progress.objects.get().resource.title in page_of(client)
