"""Two resources that are one: whatever learners left on either is on the old one, once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import notes, tracking, uniting
from accounts.models import NOTE_LENGTH, GuestTick, Note, Progress, StudyEvent, User
from accounts.tracking import Guest
from roadmap.models import Resource
from tests.factories import make_resource, make_roadmap, make_user

pytestmark = pytest.mark.django_db

EARLY, LATE = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 2, 5, 12, tzinfo=UTC)
DONE, BEGUN, SKIPPED = "done", "in_progress", "skipped"
WINNERS = [
    # on the old one, on the new one: what both come to, and since when
    ((DONE, LATE), None, (DONE, LATE)),
    (None, (DONE, LATE), (DONE, LATE)),
    ((DONE, LATE), (BEGUN, EARLY), (DONE, LATE)),
    ((BEGUN, EARLY), (DONE, LATE), (DONE, LATE)),
    ((SKIPPED, EARLY), (BEGUN, LATE), (BEGUN, LATE)),
    ((SKIPPED, LATE), (DONE, EARLY), (DONE, EARLY)),
    ((DONE, EARLY), (SKIPPED, LATE), (DONE, EARLY)),
    ((DONE, LATE), (DONE, EARLY), (DONE, EARLY)),
    ((DONE, EARLY), (DONE, LATE), (DONE, EARLY)),
]


@pytest.fixture
def old(db: None) -> Resource:
    return make_resource(make_roadmap(), "Old")


@pytest.fixture
def new(old: Resource) -> Resource:
    return make_resource(old.roadmap, "New")


def unite(old: Resource, new: Resource) -> None:
    """Unite, and prove that nothing holds the new one any more."""
    with transaction.atomic():
        uniting.unite(old, new)
        Resource.objects.get(pk=new.pk).delete()


def states(user: User) -> list[tuple[int, str, datetime]]:
    return list(Progress.objects.filter(user=user).values_list("resource", "state", "since"))


@pytest.mark.parametrize(("mine", "theirs", "both"), WINNERS)
def test_the_state_further_on_stays_of_equal_ones_the_earlier(
    old: Resource, new: Resource, mine: Any, theirs: Any, both: Any
) -> None:
    user, other = make_user(), make_user()
    for resource, at in ((old, mine), (new, theirs)):
        if at:
            Progress.objects.create(user=user, resource=resource, state=at[0], since=at[1])
    Progress.objects.create(user=other, resource=old, state=BEGUN, since=EARLY)
    unite(old, new)
    assert states(user) == [(old.pk, *both)]
    assert states(other) == [(old.pk, BEGUN, EARLY)]


@pytest.mark.parametrize(("mine", "theirs", "both"), [*WINNERS, (("", LATE), (BEGUN, EARLY), (BEGUN, EARLY))])
def test_a_guests_ticks_likewise(old: Resource, new: Resource, mine: Any, theirs: Any, both: Any) -> None:
    for resource, at in ((old, mine), (new, theirs)):
        if at:
            GuestTick.objects.create(guest="g", resource=resource, state=at[0], since=at[1], batch=resource.title)
    unite(old, new)
    assert list(GuestTick.objects.values_list("guest", "resource", "state", "since")) == [("g", old.pk, *both)]


def test_what_a_guest_took_back_shadows_nothing(old: Resource, new: Resource) -> None:
    guest = Guest("g")
    tracking.mark(guest, [old.pk], DONE)
    tracking.undo(guest, tracking.mark(guest, [new.pk], BEGUN).id)
    unite(old, new)
    assert list(GuestTick.objects.values_list("resource", "state")) == [(old.pk, DONE)]


@pytest.mark.parametrize("reader", ["learner", "guest"])
@pytest.mark.parametrize("first", ["old", "new"])
def test_an_undo_afterwards_leads_to_the_other_state_not_behind_both(
    old: Resource, new: Resource, reader: str, first: str
) -> None:
    who: tracking.Reader = make_user() if reader == "learner" else Guest("g")
    begun, done = (old, new) if first == "old" else (new, old)
    tracking.mark(who, [begun.pk], BEGUN)
    batch = tracking.mark(who, [done.pk], DONE)
    unite(old, new)
    assert tracking.undo(who, batch.id) == [old.pk]
    model: Any = Progress if reader == "learner" else GuestTick
    assert list(model.objects.values_list("resource", "state")) == [(old.pk, BEGUN)]


@pytest.mark.parametrize(
    ("mine", "theirs", "text"),
    [
        ("Old **words**", "", "Old **words**"),
        ("Old **words**", None, "Old **words**"),
        ("", "New words", "New words"),
        (None, "New words", "New words"),
        ("Old **words**", "New words", "Old **words**\n\n---\n\nNew words"),
        ("The same", "The same", "The same"),
    ],
)
def test_no_word_of_two_notes_is_lost(
    old: Resource, new: Resource, mine: str | None, theirs: str | None, text: str
) -> None:
    user = make_user()
    versions = []
    for resource, words in ((old, mine), (new, theirs)):
        if words is not None:
            notes.save(user, resource, words or "gone", 0)
            versions.append(notes.save(user, resource, words, 1).version)
    unite(old, new)
    note = Note.objects.get()
    assert (note.resource_id, note.text) == (old.pk, text)
    assert ("<strong>words</strong>" in note.html) == ("**words**" in text)
    assert ("<hr" in note.html) == ("---" in text)
    if theirs and mine is not None:
        # Whoever has one of them open in an editor is shown both before it is saved over.
        assert note.version > max(versions)


def test_a_joined_note_is_as_new_as_the_newer_one(old: Resource, new: Resource) -> None:
    user = make_user()
    for resource, at in ((old, LATE), (new, EARLY)):
        Note.objects.create(user=user, resource=resource, text=resource.title, changed_at=at)
    unite(old, new)
    assert Note.objects.get().changed_at == LATE


def test_two_long_notes_come_to_one_that_is_longer_than_a_note_may_be(old: Resource, new: Resource) -> None:
    user = make_user()
    for resource, letter in ((old, "a"), (new, "b")):
        notes.save(user, resource, letter * NOTE_LENGTH, 0)
    unite(old, new)
    text = Note.objects.get().text
    assert (text.count("a"), text.count("b")) == (NOTE_LENGTH, NOTE_LENGTH)


def test_every_act_is_kept_and_a_day_of_writing_once(old: Resource, new: Resource) -> None:
    user = make_user(time_zone="Asia/Taipei")
    for resource in (old, new):
        tracking.mark(user, [resource.pk], DONE)
    night = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)
    for resource, at in ((old, night), (new, night - timedelta(hours=3)), (new, night + timedelta(hours=1))):
        StudyEvent.objects.create(user=user, resource=resource, kind=StudyEvent.Kind.NOTE, at=at)
    unite(old, new)
    events = StudyEvent.objects.order_by("at").values_list("resource", "kind", "at")
    written = [at for resource, kind, at in events if kind == StudyEvent.Kind.NOTE]
    # In Taipei the first two are the evening of one day, the last the night of the next.
    assert written == [night, night + timedelta(hours=1)]
    assert [(resource, kind) for resource, kind, _ in events if kind == StudyEvent.Kind.STATE] == [
        (old.pk, StudyEvent.Kind.STATE)
    ] * 2


def test_who_has_nothing_but_a_history_keeps_it(old: Resource, new: Resource) -> None:
    user = make_user()
    tracking.undo(user, tracking.mark(user, [new.pk], DONE).id)
    unite(old, new)
    assert StudyEvent.objects.get().resource_id == old.pk


def test_what_lies_on_others_is_left_alone(old: Resource, new: Resource) -> None:
    user, third = make_user(), make_resource(old.roadmap)
    tracking.mark(user, [third.pk, new.pk], SKIPPED)
    notes.save(user, third, "Third", 0)
    unite(old, new)
    assert dict(Progress.objects.values_list("resource", "state")) == {third.pk: SKIPPED, old.pk: SKIPPED}
    assert Note.objects.get().resource_id == third.pk


def test_twice_as_many_learners_take_no_more_queries(old: Resource) -> None:
    def queries(learners: int) -> int:
        new = make_resource(old.roadmap)
        for number in range(learners):
            user = make_user()
            for resource in (old, new):
                tracking.mark(user, [resource.pk], DONE)
                tracking.mark(Guest(f"{new.pk}-{number}"), [resource.pk], DONE)
                notes.save(user, resource, resource.title, 0)
        with CaptureQueriesContext(connection) as captured:
            unite(old, new)
        return len(captured)

    assert queries(6) == queries(3)


def at_once(acts: list[Callable[[], None]]) -> None:
    """Run each in a thread with a connection of its own, all from one moment on; raise what any raised."""
    barrier = threading.Barrier(len(acts))
    failures: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            barrier.wait()
            act()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(3))
def test_who_marks_the_new_one_in_that_moment_ends_on_the_old_one_or_is_refused(round_: int) -> None:
    roadmap = make_roadmap()
    old, new = make_resource(roadmap), make_resource(roadmap)
    users = [make_user() for _ in range(8)]
    known = users[:4]
    for user in known:
        # They change what is there, and so would wait for the resource while they are waited for.
        tracking.mark(user, [new.pk], BEGUN)
        tracking.mark(user, [old.pk], SKIPPED)
    done: set[tracking.Reader] = set()
    written: set[User] = set()

    def learn(who: tracking.Reader) -> Callable[[], None]:
        def act() -> None:
            try:
                tracking.mark(who, [new.pk], DONE)
                done.add(who)
                if isinstance(who, User):
                    notes.save(who, new, f"Words of {who.pk}", 0)
                    written.add(who)
            except IntegrityError:
                pass  # The resource is gone: nothing was written.

        return act

    guests = [Guest(f"g{number}") for number in range(4)]
    at_once([*map(learn, users), *map(learn, guests), lambda: unite(old, new)])
    for model in (Progress, GuestTick, Note, StudyEvent):
        assert set(model._default_manager.values_list("resource", flat=True)) <= {old.pk}
    marked = [user for user in users if user in known or user in done]
    expected = {user.pk: DONE if user in done else BEGUN for user in marked}
    assert dict(Progress.objects.values_list("user", "state")) == expected
    assert set(GuestTick.objects.values_list("guest", flat=True)) == {guest.id for guest in guests if guest in done}
    assert {note.user: note.text for note in Note.objects.all()} == {user: f"Words of {user.pk}" for user in written}


@pytest.mark.django_db(transaction=True)
def test_who_marks_the_old_one_in_that_moment_loses_nothing() -> None:
    roadmap = make_roadmap()
    old, new = make_resource(roadmap), make_resource(roadmap)
    users = [make_user() for _ in range(8)]
    for user in users:
        tracking.mark(user, [new.pk, old.pk], SKIPPED)
        notes.save(user, new, "New", 0)

    def learn(user: User) -> Callable[[], None]:
        def act() -> None:
            tracking.mark(user, [old.pk], DONE)
            try:
                notes.save(user, old, "Mine", 0)
            except notes.Conflict as conflict:
                notes.save(user, old, notes.joined(conflict.note.text, "Mine"), conflict.note.version)

        return act

    at_once([*map(learn, users), lambda: unite(old, new)])
    assert set(Progress.objects.values_list("resource", "state")) == {(old.pk, DONE)}
    assert Note.objects.count() == Progress.objects.count() == len(users)
    for note in Note.objects.all():
        assert note.text in ("New\n\n---\n\nMine", "Mine\n\n---\n\nNew")
