"""What is dead blocks nobody: it counts in no percentage unless it is done, and is never the next thing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts import news, shelf, statistics, study, tracking
from accounts.models import Progress, State, User
from accounts.onward import next_of
from accounts.statistics import ROADMAP, Tally, counted_as, tally_of
from accounts.tracking import Guest, Standing
from roadmap.contents import contents_of
from roadmap.models import Change, ImportRun, Resource, Roadmap, Section
from roadmap.stamps import of_roadmap
from tests.broken_links import let_be
from tests.factories import make_listing, make_plan, make_resource, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
KEYS = "abcdef"
states = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(State.values))
some = st.sets(st.sampled_from(KEYS))


@pytest.fixture
def items(plan: Roadmap) -> list[Resource]:
    """The five resources as the page has them: one in the first chapter, three deeper in it, one in the second."""
    titles = ("First chapter", "Deeper part", "Second chapter")
    sections = [Section.objects.get(page__roadmap=plan, title=title) for title in titles]
    return [row.resource for section in sections for row in section.listings.order_by("position")]


def tallies(plan: Roadmap, user: User) -> dict[int, Tally]:
    stamp = of_roadmap(plan.slug, user)
    assert stamp
    return statistics.tallies(contents_of(stamp), statistics.states(user, plan.pk))


def whole(plan: Roadmap, user: User) -> Tally:
    """The roadmap's tally, as both ways of counting have it."""
    tally = tallies(plan, user)[ROADMAP]
    assert statistics.totals(user)[plan.pk] == tally
    return tally


def words(client: Client, path: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", client.get(path).text).split())


# The rule


@settings(deadline=None)
@given(some, states, some)
def test_nothing_that_is_dead_keeps_anybody_from_100_percent(
    keys: set[str], marks: dict[str, str], dead: set[str]
) -> None:
    tally = tally_of(keys, counted_as(dead, marks))
    assert tally.total == len(keys)
    assert tally.done == sum(marks.get(key) == State.DONE for key in keys)
    alive = [key for key in keys - dead if marks.get(key) != State.SKIPPED]
    counted = [*alive, *(key for key in keys & dead if marks.get(key) == State.DONE)]
    assert tally.counted == len(counted)
    if not counted:
        assert tally.percent is None
    else:
        assert (tally.percent == 100) == all(marks.get(key) == State.DONE for key in alive)


@settings(deadline=None)
@given(states, some)
def test_what_dies_lowers_no_percentage(marks: dict[str, str], dead: set[str]) -> None:
    before, after = tally_of(KEYS, counted_as((), marks)), tally_of(KEYS, counted_as(dead, marks))
    if after.percent is not None:
        assert after.percent >= (before.percent or 0)


@pytest.mark.parametrize(
    ("state", "tally"),
    [
        ("", Tally(5, dead=1)),
        ("in_progress", Tally(5, dead=1)),
        ("done", Tally(5, done=1)),
        ("skipped", Tally(5, skipped=1)),
    ],
)
def test_each_state_of_a_dead_one(plan: Roadmap, items: list[Resource], state: str, tally: Tally) -> None:
    user = make_user()
    tracking.mark(user, [items[1].pk], state)
    let_be(items[1], "dead")
    assert whole(plan, user) == tally


def test_sections_and_the_whole_count_alike(plan: Roadmap, items: list[Resource]) -> None:
    user = make_user()
    tracking.mark(user, [it.pk for it in items[:3]], "done")
    let_be(items[3], "dead")
    title, chapter, deeper, second = plan.pages.get().sections.order_by("position")
    found = tallies(plan, user)
    assert [found[each.pk].percent for each in (title, chapter, deeper, second)] == [75, 100, 100, 0]
    assert whole(plan, user).percent == 75


@pytest.mark.parametrize("grade", ["", "ok", "moved", "blocked", "failing"])
def test_every_other_grade_counts_as_ever(plan: Roadmap, items: list[Resource], grade: str) -> None:
    let_be(items[0], grade)
    assert whole(plan, make_user()) == Tally(5)


def test_once_it_is_mended_it_counts_again(plan: Roadmap, items: list[Resource]) -> None:
    user = make_user()
    tracking.mark(user, [it.pk for it in items[1:]], "done")
    let_be(items[0], "dead")
    assert whole(plan, user).percent == 100
    let_be(items[0], "ok")
    assert whole(plan, user).percent == 80


def test_a_guests_count_alike(plan: Roadmap, items: list[Resource]) -> None:
    guest = Guest("somebody")
    tracking.mark(guest, [items[0].pk], "done")
    let_be(items[1], "dead")
    assert statistics.totals(guest)[plan.pk] == Tally(5, done=1, dead=1)


def test_what_is_retired_and_dead_is_not_there(plan: Roadmap, items: list[Resource]) -> None:
    let_be(items[0], "dead")
    Resource.objects.filter(pk=items[0].pk).update(retired_at=timezone.now())
    plan.touch()
    assert whole(plan, make_user()) == Tally(4)


def test_all_roadmaps_are_counted_in_as_many_queries(plan: Roadmap, items: list[Resource]) -> None:
    user = make_user()
    tracking.mark(user, [items[0].pk], "done")
    let_be(items[0], "dead")
    let_be(items[1], "failing")
    let_be(make_plan().resources.earliest("pk"), "dead")
    with CaptureQueriesContext(connection) as caught:
        statistics.totals(user)
    assert len(caught) == 2


# The pages


def test_the_page_says_of_how_many(client: Client, learner: User, plan: Roadmap, items: list[Resource]) -> None:
    tracking.mark(learner, [items[0].pk], "done")
    let_be(items[1], "dead")
    assert "(1 of 4 done)" in words(client, f"/en/roadmaps/{plan.slug}/")


def test_a_stranger_is_told_how_many_resources_there_are(client: Client, plan: Roadmap, items: list[Resource]) -> None:
    let_be(items[1], "dead")
    page = client.get(f"/en/roadmaps/{plan.slug}/").text
    assert "5 resources" in page
    chapter = Section.objects.get(title="First chapter")
    assert f'data-share="{chapter.pk}">4<' in page


def test_a_plan_with_a_dead_link_is_not_begun_by_it(plan: Roadmap, items: list[Resource]) -> None:
    let_be(items[0], "dead")
    user = make_user()
    assert [volume.is_begun for volume in (*shelf.of(None), *shelf.of(user))] == [False, False]
    tracking.mark(user, [items[1].pk], "in_progress")
    assert shelf.of(user)[0].is_begun


def test_skipping_it_in_place_answers_with_the_percentages(
    client: Client, learner: User, plan: Roadmap, items: list[Resource]
) -> None:
    tracking.mark(learner, [it.pk for it in items[1:]], "done")
    let_be(items[0], "dead")
    fields = {"state": "skipped", "page": str(plan.pages.get().pk)}
    text = client.post(reverse("accounts:state", args=[items[0].key]), fields, headers=HTMX).text
    assert 'data-state="skipped"' in text
    assert 'data-share="0"' in text
    assert ">100%<" in text


def test_a_whole_section_is_marked_done_without_what_is_dead(
    client: Client, learner: User, plan: Roadmap, items: list[Resource]
) -> None:
    fresh, begun, done = items[1:4]
    tracking.mark(learner, [begun.pk], "in_progress")
    tracking.mark(learner, [done.pk], "done")
    for each in (fresh, begun, done):
        let_be(each, "dead")
    section = Section.objects.get(title="First chapter")
    client.post(reverse("accounts:section", args=[section.pk]), {"state": "done"})
    marks = dict(Progress.objects.filter(user=learner).values_list("resource", "state"))
    assert marks == {items[0].pk: "done", begun.pk: "in_progress", done.pk: "done"}
    assert tallies(plan, learner)[section.pk].percent == 100


def test_a_whole_section_is_reset_with_what_is_dead(client: Client, learner: User, items: list[Resource]) -> None:
    tracking.mark(learner, [items[1].pk], "done")
    let_be(items[1], "dead")
    section = Section.objects.get(title="First chapter")
    client.post(reverse("accounts:section", args=[section.pk]), {"state": ""})
    assert not Progress.objects.exists()


# What comes next


def test_the_next_thing_is_never_dead(client: Client, learner: User, plan: Roadmap, items: list[Resource]) -> None:
    let_be(items[0], "dead")
    course = study.of(learner).courses[0]
    assert course.next
    assert course.next.resource == items[1]
    tracking.mark(learner, [items[0].pk], "in_progress")
    following = study.of(learner).courses[0].next
    assert following
    assert following.resource == items[1]


@settings(deadline=None)
@given(states, some)
def test_there_is_a_next_while_anything_alive_is_left(marks: dict[str, str], dead: set[str]) -> None:
    now = timezone.now()
    standings = {key: Standing(state, now) for key, state in marks.items()}
    following = next_of(KEYS, standings, dead)
    begun = {key for key in set(KEYS) - dead if marks.get(key) == State.IN_PROGRESS}
    left = set(KEYS) - dead - marks.keys()
    assert (following in begun) if begun else (following in left) if left else (following is None)


def test_what_was_done_last_leads_on_though_it_is_dead_by_now(learner: User, items: list[Resource]) -> None:
    tracking.mark(learner, [items[2].pk], "done")
    let_be(items[2], "dead")
    following = study.of(learner).courses[0].next
    assert following
    assert following.resource == items[3]


def test_where_only_the_dead_are_left_that_is_said(client: Client, learner: User, items: list[Resource]) -> None:
    for each in items:
        let_be(each, "dead")
    tracking.mark(learner, [items[0].pk], "skipped")
    assert "No link that is left leads anywhere now" in words(client, "/en/me/")
    tracking.mark(learner, [items[1].pk], "done")
    page = words(client, "/en/me/")
    assert "You have studied all of it" in page
    assert "3 resources with dead links do not count" in page


def test_a_learners_own_lists_have_the_mark(client: Client, learner: User, items: list[Resource]) -> None:
    tracking.mark(learner, [items[1].pk], "in_progress")
    let_be(items[1], "dead")
    let_be(items[0], "failing")
    page = words(client, "/en/me/")
    assert "dead since Nov. 2, 2026 (it is gone)" in page
    assert "failing since Nov. 2, 2026 (it does not answer in time)" in page


def test_the_lists_ask_no_more_for_more_broken_links(client: Client, learner: User) -> None:
    plan = make_plan(resources=12)
    resources = list(plan.resources.order_by("pk"))
    tracking.mark(learner, [it.pk for it in resources], "in_progress")
    counts = []
    for number in (1, 12):
        for each in resources[:number]:
            let_be(each, "dead")
        client.get("/en/me/")
        with CaptureQueriesContext(connection) as caught:
            client.get("/en/me/")
        counts.append(len(caught))
    assert counts[0] == counts[1]


# What is told of a percentage that fell


def came(plan: Roadmap, **fields: Any) -> Resource:
    """A resource that a later import brought into the second chapter."""
    now = timezone.now()
    ImportRun.objects.create(roadmap=plan, source="-", version=1, counts={}, at=now - timedelta(days=9))
    run = ImportRun.objects.create(roadmap=plan, source="-", version=2, counts={}, at=now)
    new = make_resource(plan, "Brand new", **fields)
    section = Section.objects.get(title="Second chapter")
    make_listing(section, new)
    Change.objects.create(
        run=run, of=Change.Of.RESOURCE, action=Change.Action.ADDED, title=new.title, resource=new, section=section
    )
    Roadmap.objects.filter(pk=plan.pk).update(checked_at=now, version=2)
    return new


def falls(plan: Roadmap, user: User) -> list[tuple[str, str]]:
    stamp = of_roadmap(plan.slug, user)
    assert stamp
    told = news.of(user, stamp, contents_of(stamp), statistics.states(user, plan.pk))
    assert told
    return [(fall.before, fall.after) for fall in told.falls]


def test_a_fall_is_told_by_the_same_rule(plan: Roadmap, items: list[Resource]) -> None:
    user = make_user()
    tracking.mark(user, [it.pk for it in items[1:]], "done")
    Progress.objects.update(since=timezone.now() - timedelta(days=5))
    new = came(plan)
    let_be(items[0], "dead")
    assert falls(plan, user) == [("100%", "80%"), ("100%", "50%")]
    let_be(new, "dead")
    assert falls(plan, user) == []


def test_the_day_is_written_as_the_language_has_it(client: Client, learner: User, items: list[Resource]) -> None:
    let_be(items[0], "failing")
    with translation.override("zh-hant"):
        assert "2026年11月2日" in words(client, "/me/")
