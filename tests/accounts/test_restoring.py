"""Reading an export back in: here, into another account, on another site."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts import exporting, notes, tracking
from accounts.models import NOTE_LENGTH, Note, Progress, StudyEvent, User
from accounts.tracking import Gone
from roadmap.models import Resource, ResourceAlias, Roadmap
from roadmap.reading.html import from_markdown
from roadmap.reading.links import url_key
from tests.accounts.exported import (
    NOON,
    STATES,
    TEXTS,
    Data,
    bring,
    event,
    everything,
    file_of,
    marks,
    named,
    note,
    state,
    study,
)
from tests.factories import make_plan, make_resource, make_roadmap, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def plan() -> Roadmap:
    return make_plan(slug="plan")


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def learner(client: Client, user: User) -> User:
    client.force_login(user)
    return user


# There and back


histories = st.lists(
    st.tuples(st.integers(0, 3), st.one_of(STATES, st.builds("note:".__add__, TEXTS)), st.integers(0, 60)), max_size=8
)


def live(user: User, resources: list[Resource], history: list[tuple[int, str, int]]) -> None:
    """Let a learner mark and write; the last number is hours ago."""
    for number, act, hours in history:
        resource, ago = resources[number], timezone.now() - timedelta(hours=hours)
        if act.startswith("note:"):
            notes.save(user, resource, act.removeprefix("note:"), notes.of(user, resource).version)
        else:
            batch = tracking.mark(user, [resource.pk], act)
            Progress.objects.filter(user=user, resource=resource).update(since=ago)
            StudyEvent.objects.filter(batch=batch.id).update(at=ago)


@hypothesis_settings(deadline=None, max_examples=25)
@given(history=histories)
def test_another_account_comes_to_the_same_marks_and_days(history: list[tuple[int, str, int]]) -> None:
    plan, one, other = make_roadmap(), make_user(), make_user()
    resources = [make_resource(plan) for _ in range(4)]
    live(one, resources, history)
    text = exporting.as_json(one)
    report = bring(other, text)
    assert marks(other) == marks(one)
    assert study(other) == study(one)
    assert (report.batch.changed, report.notes) == tuple(map(len, marks(one)))
    assert not report.unmatched
    assert not report.too_long
    before = everything(other)
    assert bring(other, text).events == 0
    assert everything(other) == before
    back = everything(one)
    bring(one, exporting.as_json(other))
    assert everything(one) == back


@hypothesis_settings(deadline=None, max_examples=25)
@given(mine=histories, theirs=histories)
def test_nothing_is_lowered_lost_or_doubled(
    mine: list[tuple[int, str, int]], theirs: list[tuple[int, str, int]]
) -> None:
    plan, one, other = make_roadmap(), make_user(), make_user()
    resources = [make_resource(plan) for _ in range(4)]
    live(one, resources, theirs)
    live(other, resources, mine)
    text = exporting.as_json(one)
    (states, texts), (file_states, file_texts), days = marks(other), marks(one), study(other)
    bring(other, text)
    after_states, after_texts = marks(other)
    for pk in (it.pk for it in resources):
        both = tracking.join(states.get(pk, ""), file_states.get(pk, ""))
        assert after_states.get(pk, "") == both
        assert after_texts.get(pk, "") == notes.joined(texts.get(pk, ""), file_texts.get(pk, ""))
    assert days.keys() | study(one).keys() == study(other).keys()
    before = everything(other)
    bring(other, text)
    assert everything(other) == before


def test_settings_come_along_where_the_account_has_made_none(user: User) -> None:
    full = make_user(name="Ada", language="en", time_zone="UTC", theme="dark", shows_streak=False)
    report = bring(user, exporting.as_json(full))
    user = User.objects.get(pk=user.pk)
    settings = ("Ada", "en", "UTC", "dark", False)
    assert (user.name, user.language, user.time_zone, user.theme, user.shows_streak) == settings
    assert len(report.settings) == 5
    other = make_user(name="Bob", language="zh-hant", time_zone="Asia/Tokyo", theme="light")
    before = everything(other)
    User.objects.filter(pk=full.pk).update(shows_streak=True)
    assert bring(other, exporting.as_json(User.objects.get(pk=full.pk))).settings == []
    assert everything(other) == before


def test_address_and_rights_never_come_along(user: User) -> None:
    account = {"email": "root@example.org", "is_superuser": True, "is_staff": True, "password": "-", "id": 1, "pk": 1}
    before = everything(user)
    bring(user, file_of(account=account))
    assert everything(user) == before


def test_settings_that_this_site_does_not_know_are_named(user: User) -> None:
    before = everything(user)
    account = {"language": "tlh", "time_zone": "Mars/Olympus", "theme": "sepia", "name": " \n "}
    assert sorted(bring(user, file_of(account=account)).unknown) == ["Mars/Olympus", "sepia", "tlh"]
    assert everything(user) == before


def test_a_note_that_differs_is_joined_beneath_and_counts_as_a_new_version(user: User, resource: Resource) -> None:
    notes.save(user, resource, "Mine", 0)
    report = bring(user, file_of(named(resource), notes=[note(resource.key, "*Theirs*\r\n")]))
    assert report.notes == 1
    saved = Note.objects.get()
    assert saved.text == "Mine\n\n---\n\n*Theirs*\n"
    assert saved.html == from_markdown(saved.text)
    assert saved.version == 2
    assert saved.changed_at > NOON


def test_a_note_that_was_emptied_comes_back(user: User, resource: Resource) -> None:
    notes.save(user, resource, "Mine", 0)
    text = exporting.as_json(user)
    notes.save(user, resource, "", 1)
    bring(user, text)
    assert (Note.objects.get().text, Note.objects.get().version) == ("Mine", 3)


def test_a_new_note_keeps_its_time(user: User, resource: Resource) -> None:
    bring(user, file_of(named(resource), notes=[note(resource.key)]))
    assert Note.objects.get().changed_at == NOON


def test_a_note_is_cleaned_like_any_other(user: User, resource: Resource) -> None:
    bring(
        user, file_of(named(resource), notes=[note(resource.key, "<script>alert(1)</script>[x](javascript:alert(1))")])
    )
    assert "<script" not in Note.objects.get().html
    assert "javascript:" not in Note.objects.get().html


def test_a_note_that_does_not_fit_is_left_out_and_shown(user: User, resource: Resource) -> None:
    other = make_resource(resource.roadmap, "Other")
    notes.save(user, resource, "Mine", 0)
    fits, long = "x" * (NOTE_LENGTH - 4), "y" * (NOTE_LENGTH + 1)
    data = file_of(named(resource), named(other), notes=[note(resource.key, fits), note(other.key, long)])
    for _ in range(2):
        report = bring(user, data)
        assert report.too_long == [(resource.title, fits), ("Other", long)]
        assert marks(user)[1] == {resource.pk: "Mine"}


def test_a_note_of_the_greatest_length_comes_in(user: User, resource: Resource) -> None:
    assert bring(user, file_of(named(resource), notes=[note(resource.key, "🙂" * NOTE_LENGTH)])).notes == 1


def test_what_came_in_is_no_day_of_study_but_what_was_studied_is(user: User, resource: Resource) -> None:
    bring(user, file_of(named(resource), progress=[state(resource.key)]))
    assert not study(user)
    bring(user, file_of(named(resource), events=[event(resource.key)]))
    assert study(user).total() == 1


def test_a_note_counts_once_a_day_also_after_a_restore(user: User, resource: Resource) -> None:
    notes.save(user, resource, "Mine", 0)
    written = StudyEvent.objects.get().at
    midnight = written.astimezone(user.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    same_day, before = midnight.isoformat(), (midnight - timedelta(seconds=1)).isoformat()
    acts = [event(resource.key, "note", "", at) for at in (same_day, before)]
    assert bring(user, file_of(named(resource), events=acts)).events == 1


def test_the_states_that_came_in_can_be_taken_back(user: User, resource: Resource) -> None:
    tracking.mark(user, [resource.pk], "in_progress")
    before = marks(user)
    report = bring(user, file_of(named(resource), progress=[state(resource.key)]))
    assert marks(user)[0] == {resource.pk: "done"}
    tracking.undo(user, report.batch.id)
    assert marks(user) == before


def test_a_state_keeps_its_time(user: User, resource: Resource) -> None:
    bring(user, file_of(named(resource), progress=[state(resource.key, since="2026-03-03T20:00:00+08:00")]))
    assert Progress.objects.get().since == NOON


def test_what_was_taken_back_since_comes_back_with_its_day(user: User, resource: Resource) -> None:
    batch = tracking.mark(user, [resource.pk], "done")
    text, days = exporting.as_json(user), study(user)
    tracking.undo(user, batch.id)
    assert not study(user)
    for _ in range(2):
        bring(user, text)
        assert marks(user)[0] == {resource.pk: "done"}
        assert study(user) == days


def test_nothing_is_written_for_an_account_that_is_gone(user: User, resource: Resource) -> None:
    User.objects.filter(pk=user.pk).delete()
    with pytest.raises(Gone):
        bring(user, file_of(named(resource), progress=[state(resource.key)], notes=[note(resource.key)]))
    assert not Progress.objects.exists()


# On another site


def from_elsewhere(resource: Resource, **other: str) -> Data:
    """A file of a site where the resource has another key, and what `other` says."""
    return file_of(named(resource, key="elsewhere", **other), progress=[state("elsewhere")], notes=[note("elsewhere")])


def test_a_resource_is_known_by_its_url_however_written(user: User, resource: Resource) -> None:
    url = resource.url.replace("https://", "http://www.") + "/?utm_source=x"
    report = bring(user, from_elsewhere(resource, title="Other", url=url, url_in_notes=url))
    assert marks(user) == ({resource.pk: "done"}, {resource.pk: "From the file"})
    assert report.unmatched == []


def test_a_resource_is_known_by_the_url_in_the_notes_before_an_editors(user: User, resource: Resource) -> None:
    moved = make_resource(resource.roadmap)
    bring(user, from_elsewhere(resource, url=moved.url))
    assert marks(user)[0] == {resource.pk: "done"}


def test_a_resource_is_known_by_another_url_that_an_editor_confirmed(user: User, resource: Resource) -> None:
    old = "https://example.org/old"
    ResourceAlias.objects.create(roadmap=resource.roadmap, resource=resource, url=old, url_key=url_key(old))
    bring(user, from_elsewhere(resource, url=old, url_in_notes=old))
    assert marks(user)[0] == {resource.pk: "done"}


def test_of_two_roadmaps_with_a_url_the_one_of_that_name_is_meant(user: User, resource: Resource) -> None:
    other = make_resource(make_roadmap(), url=resource.url)
    bring(user, from_elsewhere(other))
    assert marks(user)[0] == {other.pk: "done"}


def test_where_it_is_not_clear_which_is_meant_nothing_is_guessed(user: User, resource: Resource) -> None:
    make_resource(make_roadmap(), url=resource.url)
    report = bring(user, from_elsewhere(resource, roadmap="a third", title="Which"))
    assert marks(user) == ({}, {})
    assert report.unmatched == ["Which"]


@pytest.mark.parametrize(("tasks", "found"), [(1, True), (2, False)])
def test_a_task_is_known_by_its_words_if_they_are_there_once(
    user: User, plan: Roadmap, tasks: int, found: bool
) -> None:
    made = [make_resource(plan, "Write a tokenizer", url="", kind="task") for _ in range(tasks)]
    report = bring(user, from_elsewhere(made[0]))
    assert (marks(user)[0] == {made[0].pk: "done"}) is found
    assert report.unmatched == ([] if found else ["Write a tokenizer"])


def test_what_left_the_plan_takes_its_marks_back(user: User, resource: Resource) -> None:
    Resource.objects.filter(pk=resource.pk).update(retired_at=NOON)
    bring(user, from_elsewhere(resource))
    assert marks(user)[0] == {resource.pk: "done"}


def test_what_is_not_on_this_site_is_named_once_in_the_order_of_the_file(user: User, resource: Resource) -> None:
    strange = [named(resource, key=key, title=key.upper(), url="", url_in_notes="") for key in ("b", "a", "c")]
    report = bring(
        user,
        file_of(
            *strange,
            named(resource),
            progress=[state("b"), state("a"), state(resource.key), state("unlisted")],
            notes=[note("a"), note("b")],
            events=[event("c"), event("b")],
        ),
    )
    assert report.unmatched == ["B", "A", "unlisted", "C"]
    assert marks(user)[0] == {resource.pk: "done"}


def test_two_of_a_file_that_are_one_here_come_to_the_furthest(user: User, resource: Resource) -> None:
    data = file_of(
        *(named(resource, key=key) for key in "abc"),
        progress=[state("a", "skipped"), state("b", "done"), state("c", "in_progress")],
        notes=[note("a", "One"), note("b", "Two"), note("c", "One")],
    )
    bring(user, data)
    assert marks(user) == ({resource.pk: "done"}, {resource.pk: "One\n\n---\n\nTwo"})
