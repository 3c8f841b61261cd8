"""Every write of a state, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import ProtectedError
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts import tracking
from accounts.models import GuestTick, Progress, StudyEvent, User
from accounts.tracking import RANK, Gone, Guest, Reader, Standing, join
from roadmap.models import Resource
from tests.factories import make_resource, make_roadmap, make_user

pytestmark = pytest.mark.django_db

STATES = st.sampled_from(sorted(RANK))
GUEST = Guest("a guest")


def state_of(reader: Reader, resource: Resource) -> str:
    if isinstance(reader, Guest):
        tick = GuestTick.objects.filter(guest=reader.id, resource=resource).first()
        return tick.state if tick else ""
    progress = Progress.objects.filter(user=reader, resource=resource).first()
    return progress.state if progress else ""


@pytest.fixture(params=["learner", "guest"])
def reader(request: pytest.FixtureRequest) -> Reader:
    return make_user() if request.param == "learner" else GUEST


@pytest.fixture
def resource() -> Resource:
    return make_resource(make_roadmap())


@given(mine=STATES, theirs=STATES, third=STATES)
def test_joined_states_are_the_furthest_whatever_their_order(mine: str, theirs: str, third: str) -> None:
    assert join(mine, theirs) == join(theirs, mine)
    assert join(join(mine, theirs), third) == join(mine, join(theirs, third))
    assert RANK[join(mine, theirs)] == max(RANK[mine], RANK[theirs])


def test_the_order_of_states_is_done_in_progress_skipped_none() -> None:
    assert sorted(RANK, key=RANK.__getitem__) == ["", "skipped", "in_progress", "done"]


@pytest.mark.parametrize("state", ["done", "in_progress", "skipped", ""])
@pytest.mark.parametrize("before", ["done", "in_progress", "skipped", ""])
def test_every_state_leads_to_every_other_and_back(reader: Reader, resource: Resource, before: str, state: str) -> None:
    tracking.mark(reader, [resource.pk], before)
    batch = tracking.mark(reader, [resource.pk], state)
    assert state_of(reader, resource) == state
    assert batch.changed == (before != state)
    tracking.undo(reader, batch.id)
    assert state_of(reader, resource) == before


def test_undo_brings_back_the_very_same_row() -> None:
    user, resource = make_user(), make_resource(make_roadmap())
    tracking.mark(user, [resource.pk], "in_progress")
    (before,) = Progress.objects.values_list("state", "since")
    batch = tracking.mark(user, [resource.pk], "done")
    tracking.undo(user, batch.id)
    assert list(Progress.objects.values_list("state", "since")) == [before]


def test_undo_leaves_alone_what_was_changed_since(reader: Reader, resource: Resource) -> None:
    first = tracking.mark(reader, [resource.pk], "in_progress")
    tracking.mark(reader, [resource.pk], "done")
    assert tracking.undo(reader, first.id) == []
    assert state_of(reader, resource) == "done"


def test_undo_twice_is_undo_once(reader: Reader, resource: Resource) -> None:
    batch = tracking.mark(reader, [resource.pk], "done")
    assert tracking.undo(reader, batch.id) == [resource.pk]
    assert tracking.undo(reader, batch.id) == []
    assert state_of(reader, resource) == ""


def test_one_undo_takes_a_whole_batch_back(reader: Reader, resource: Resource) -> None:
    other = make_resource(resource.roadmap)
    tracking.mark(reader, [other.pk], "skipped")
    batch = tracking.mark(reader, [resource.pk, other.pk], "done")
    assert sorted(tracking.undo(reader, batch.id)) == sorted([resource.pk, other.pk])
    assert (state_of(reader, resource), state_of(reader, other)) == ("", "skipped")


def test_nobody_undoes_what_another_did(resource: Resource) -> None:
    one, other = make_user(), make_user()
    batch = tracking.mark(one, [resource.pk], "done")
    assert tracking.undo(other, batch.id) == []
    assert tracking.undo(GUEST, batch.id) == []
    assert state_of(one, resource) == "done"


def test_what_was_undone_is_known_as_such(resource: Resource) -> None:
    user = make_user()
    batch = tracking.mark(user, [resource.pk], "done")
    tracking.undo(user, batch.id)
    assert StudyEvent.objects.get().undone_at is not None


def test_the_state_that_stands_is_not_written_again(resource: Resource) -> None:
    user = make_user()
    tracking.mark(user, [resource.pk], "done")
    since = Progress.objects.get().since
    assert tracking.mark(user, [resource.pk], "done").changed == 0
    assert Progress.objects.get().since == since
    assert StudyEvent.objects.count() == 1


def test_the_queries_do_not_grow_with_the_resources(
    reader: Reader, resource: Resource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    some = [resource.pk, *(make_resource(resource.roadmap).pk for _ in range(20))]
    with django_assert_num_queries(6 if isinstance(reader, User) else 4):
        tracking.mark(reader, some, "done")


@hypothesis_settings(deadline=None, max_examples=30)
@given(pairs=st.lists(st.tuples(STATES, STATES), min_size=1, max_size=6))
def test_a_guests_ticks_join_an_account_and_lower_nothing(pairs: list[tuple[str, str]]) -> None:
    roadmap, user, guest = make_roadmap(), make_user(), Guest(make_user().email)
    resources = [make_resource(roadmap) for _ in pairs]
    for resource, (mine, theirs) in zip(resources, pairs, strict=True):
        tracking.mark(user, [resource.pk], mine)
        tracking.mark(guest, [resource.pk], theirs)
    batch = tracking.adopt(user, guest)
    assert [state_of(user, resource) for resource in resources] == [join(*pair) for pair in pairs]
    assert batch.changed == sum(join(*pair) != pair[0] for pair in pairs)
    assert not GuestTick.objects.filter(guest=guest.id).exists()
    tracking.undo(user, batch.id)
    assert [state_of(user, resource) for resource in resources] == [mine for mine, _ in pairs]


def test_a_tick_that_joins_keeps_its_time(resource: Resource) -> None:
    user = make_user()
    tracking.mark(GUEST, [resource.pk], "done")
    long_ago = timezone.now() - timedelta(days=3)
    GuestTick.objects.update(since=long_ago)
    tracking.adopt(user, GUEST)
    assert Progress.objects.get().since == StudyEvent.objects.get().at == long_ago


def test_what_is_brought_along_lowers_nothing_and_is_undone_in_one(resource: Resource) -> None:
    user, other = make_user(), make_resource(resource.roadmap)
    tracking.mark(user, [resource.pk], "done")
    now = timezone.now()
    states = {resource.pk: Standing("in_progress", now), other.pk: Standing("in_progress", now)}
    batch = tracking.bring(user, states)
    assert (state_of(user, resource), state_of(user, other)) == ("done", "in_progress")
    assert tracking.undo(user, batch.id) == [other.pk]


def test_guests_who_have_not_come_for_long_are_swept_and_no_others(resource: Resource) -> None:
    other = make_resource(resource.roadmap)
    old = timezone.now() - timedelta(seconds=settings.GUEST_AGE + 60)
    tracking.mark(Guest("old"), [resource.pk], "done")
    tracking.mark(Guest("back again"), [resource.pk], "done")
    GuestTick.objects.update(since=old)
    tracking.mark(Guest("back again"), [other.pk], "done")
    assert tracking.sweep() == 1
    assert set(GuestTick.objects.values_list("guest", flat=True)) == {"back again"}
    assert GuestTick.objects.count() == 2


def test_nothing_is_written_for_an_account_that_is_gone(resource: Resource) -> None:
    user = make_user()
    User.objects.filter(pk=user.pk).delete()
    for write in (
        lambda: tracking.mark(user, [resource.pk], "done"),
        lambda: tracking.undo(user, "batch"),
        lambda: tracking.adopt(user, GUEST),
        lambda: tracking.bring(user, {}),
    ):
        with pytest.raises(Gone):
            write()
    assert not Progress.objects.exists()


def test_a_resource_that_carries_a_mark_cannot_be_deleted(reader: Reader, resource: Resource) -> None:
    tracking.mark(reader, [resource.pk], "done")
    with pytest.raises(ProtectedError):
        resource.delete()
    with pytest.raises(ProtectedError):
        resource.roadmap.delete()
