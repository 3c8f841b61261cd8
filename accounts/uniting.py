"""Learners' marks on two resources that turn out to be one: united on the one that lives on.

Nothing is lost and nothing doubled. Whoever marks one of them at the same moment is waited for, or waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from accounts.models import GuestTick, Note, Progress, StudyEvent, User
from accounts.notes import joined
from accounts.tracking import RANK, join
from roadmap.models import Resource

MOST_TRIES = 10
BATCH = 500
Stated = TypeVar("Stated", Progress, GuestTick)


class Busy(Exception):
    """Somebody new marked the resource again and again meanwhile; nothing was changed."""


class _Another(Exception):
    """Somebody has a mark on the resource who was not waited for."""


def unite(old: Resource, new: Resource) -> None:
    """Bring all marks on `new` to `old`, where they join those that are there. Raises Busy.

    To be called within a transaction: until it ends nobody can mark `new`, so that it can be deleted.
    """
    for _ in range(MOST_TRIES):
        try:
            with transaction.atomic():
                _hold(new)
                _unite(old, new)
        except _Another:
            continue  # The savepoint let go of everybody: who waits for one of them goes first.
        return
    raise Busy


def _hold(new: Resource) -> None:
    """Let no other write of those with marks on `new` in, and then no mark of anybody else on it.

    In this order, which is that of a mark: the learner first, the resource when the transaction ends.
    """
    learners = set(_learners(new).select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    guests = set(_ticks_of_guests(new).values_list("guest", flat=True))
    list(Resource.objects.select_for_update().filter(pk=new.pk).values_list("pk"))
    ticks = GuestTick.objects.filter(resource=new).values_list("guest", flat=True)
    if set(_learners(new).values_list("pk", flat=True)) - learners or set(ticks) - guests:
        raise _Another


def _learners(resource: Resource) -> QuerySet[User]:
    marked = Q()
    for model in (Progress, Note, StudyEvent):
        marked |= Q(pk__in=model._default_manager.filter(resource=resource).values("user"))
    return User.objects.filter(marked)


def _ticks_of_guests(new: Resource) -> QuerySet[GuestTick]:
    """Return all ticks of those who ticked `new`; where they are read they are locked, each guest's in the order in
    which `accounts.tracking` locks them."""
    guests = GuestTick.objects.filter(resource=new).values("guest")
    return GuestTick.objects.select_for_update().filter(guest__in=guests).order_by("guest", "resource")


def _unite(old: Resource, new: Resource) -> None:
    _join(Progress, "user_id", ["state", "since"], old, new, _further)
    _join(GuestTick, "guest", ["state", "since", "before", "before_since", "batch"], old, new, _further_tick)
    _join(Note, "user_id", [*Note.WRITTEN, "version", "changed_at"], old, new, _one_note)
    _delete(StudyEvent, _doubled_days(old, new))
    for model in (Progress, GuestTick, Note, StudyEvent):
        model._default_manager.filter(resource=new).update(resource=old)


def _join(
    model: type[Model], whose: str, fields: Sequence[str], old: Resource, new: Resource, join: Callable[[Any, Any], Any]
) -> None:
    """Make one row of two where somebody (`whose`) has one on each resource.

    `join` changes the row on the old resource to what both come to.
    """
    rows = model._default_manager
    theirs = {getattr(row, whose): row for row in rows.filter(resource=new)}
    mine = list(rows.filter(resource=old, **{f"{whose}__in": rows.filter(resource=new).values(whose)}))
    pairs: list[tuple[Any, Any]] = [(row, theirs[getattr(row, whose)]) for row in mine]
    if model is Progress:
        _keep_ways_back(pairs)
    for one, other in pairs:
        join(one, other)
    rows.bulk_update(mine, fields, batch_size=BATCH)
    _delete(model, [other.pk for _, other in pairs])


def _delete(model: type[Model], rows: list[int]) -> None:
    for start in range(0, len(rows), BATCH):
        model._default_manager.filter(pk__in=rows[start : start + BATCH]).delete()


def _ordered(one: Stated, other: Stated) -> tuple[Stated, Stated]:
    """Return two states of one resource, first the one that stays: the one further on, of equal ones the earlier."""
    if one.state == other.state:
        return (one, other) if one.since <= other.since else (other, one)
    return (one, other) if join(one.state, other.state) == one.state else (other, one)


def _further(one: Progress, other: Progress) -> None:
    stays, _ = _ordered(one, other)
    one.state, one.since = stays.state, stays.since


def _further_tick(one: GuestTick, other: GuestTick) -> None:
    stays, goes = _ordered(one, other)
    before, before_since = stays.before, stays.before_since
    if _is_between(goes.state, before, stays.state):
        before, before_since = goes.state, goes.since
    one.state, one.since, one.batch = stays.state, stays.since, stays.batch
    one.before, one.before_since = before, before_since


def _is_between(state: str, low: str, high: str) -> bool:
    return RANK[low] < RANK[state] < RANK[high]


def _keep_ways_back(pairs: Sequence[tuple[Progress, Progress]]) -> None:
    """Let the undo of the state that stays lead to the one that goes, not behind both."""
    ordered = [_ordered(*pair) for pair in pairs]
    gone = {(stays.user_id, stays.resource_id, stays.state, stays.since): goes for stays, goes in ordered}
    users = Progress.objects.filter(resource__in={goes.resource_id for _, goes in ordered}).values("user")
    events = StudyEvent.objects.filter(resource__in={stays.resource_id for stays, _ in ordered}, user__in=users)
    changed = []
    for event in events.filter(undone_at=None):
        goes = gone.get((event.user_id, event.resource_id, event.after, event.at))
        if goes and _is_between(goes.state, event.before, event.after):
            event.before, event.before_since = goes.state, goes.since
            changed.append(event)
    StudyEvent.objects.bulk_update(changed, ["before", "before_since"], batch_size=BATCH)


def _one_note(one: Note, other: Note) -> None:
    """An emptied note gives way; of two texts none goes, even where both are longer than a note may be."""
    if not other.text:
        return
    one.version = max(one.version, other.version) + 1
    one.changed_at = max(one.changed_at, other.changed_at) if one.text else other.changed_at
    one.write(joined(one.text, other.text) if one.text else other.text)


def _doubled_days(old: Resource, new: Resource) -> list[int]:
    """Return the pks of the events that say of `new` that a note was written on a day on which `old` had one too."""
    events = StudyEvent.objects.filter(kind=StudyEvent.Kind.NOTE).select_related("user").order_by("pk")
    theirs = events.filter(resource=new)
    mine = events.filter(resource=old, user__in=theirs.order_by().values("user"))
    days = {_day(event) for event in mine}
    return [event.pk for event in theirs if _day(event) in days]


def _day(event: StudyEvent) -> tuple[int, date]:
    return event.user_id, timezone.localtime(event.at, event.user.zone).date()
