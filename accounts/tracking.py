"""Every write of a learner's states, and the way back from it.

A state that is written, its Progress and its StudyEvent carry the same time: undo takes back only what still stands.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import NOT_STARTED, GuestTick, Progress, State, StudyEvent, User

RANK = {NOT_STARTED: 0, State.SKIPPED: 1, State.IN_PROGRESS: 2, State.DONE: 3}
STATES = frozenset(RANK)


class Gone(Exception):
    """The account was deleted while something was written for it; nothing was."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Someone without an account, known by the random id in the session."""

    id: str


Reader = User | Guest


class Standing(NamedTuple):
    """A state and since when it stands."""

    state: str
    since: datetime | None


NOTHING = Standing(NOT_STARTED, None)


class Batch(NamedTuple):
    """What one action changed: `id` takes it back, `changed` resources came into another state."""

    id: str
    changed: int


def join(mine: str, theirs: str) -> str:
    """Return what two states of one resource come to: the one further on. Nothing is lowered by it."""
    return max(mine, theirs, key=RANK.__getitem__)


def mark(reader: Reader, resources: Collection[int], state: str) -> Batch:
    """Bring resources (their pks) into a state of STATES; those that are in it stay as they are. Raises Gone."""
    now = timezone.now()
    # In one order, so that two writes at once do not wait for each other.
    wanted = {pk: Standing(state, now if state else None) for pk in sorted(resources)}
    with transaction.atomic():
        if isinstance(reader, Guest):
            return _write_ticks(reader, wanted, now)
        hold(reader)
        return _write(reader, wanted, StudyEvent.Kind.STATE, now)


def bring(user: User, states: Mapping[int, Standing], kind: StudyEvent.Kind = StudyEvent.Kind.BROUGHT) -> Batch:
    """Join states from elsewhere (by pk of the resource) with the account's own. Raises Gone."""
    with transaction.atomic():
        hold(user)
        return _bring(user, states, kind)


def adopt(user: User, guest: Guest) -> Batch:
    """Join a guest's ticks with an account, and let go of them. Raises Gone."""
    with transaction.atomic():
        hold(user)
        ticks = list(_ticks_of(guest))
        states = {tick.resource_id: Standing(tick.state, tick.since) for tick in ticks if tick.state}
        batch = _bring(user, states, StudyEvent.Kind.STATE)
        # Those that were read, and none that another tab has made since.
        GuestTick.objects.filter(pk__in=[tick.pk for tick in ticks]).delete()
    return batch


def undo(reader: Reader, batch: str) -> list[int]:
    """Take back what an action changed, as far as it still stands; return the pks of the resources. Raises Gone."""
    with transaction.atomic():
        if isinstance(reader, Guest):
            return _undo_ticks(reader, batch)
        hold(reader)
        return _undo(reader, batch)


def sweep() -> int:
    """Delete the sessions that are over and the ticks of guests who have not ticked for as long as theirs last; return
    how many ticks."""
    now = timezone.now()
    since = now - timedelta(seconds=settings.GUEST_AGE)
    Session.objects.filter(expire_date__lt=now).delete()
    newer = GuestTick.objects.filter(guest=OuterRef("guest"), since__gte=since)
    return GuestTick.objects.filter(~Exists(newer), since__lt=since).delete()[0]


def hold(user: User) -> None:
    """Within a transaction: let no other write of this learner in until it ends. Raises Gone."""
    if not User.objects.select_for_update(no_key=True).filter(pk=user.pk).values_list("pk").first():
        raise Gone


def _bring(user: User, states: Mapping[int, Standing], kind: StudyEvent.Kind) -> Batch:
    now = timezone.now()
    mine = dict(_progress(user, states).values_list("resource_id", "state"))
    higher = {pk: at for pk, at in states.items() if join(mine.get(pk, NOT_STARTED), at.state) != mine.get(pk, "")}
    return _write(user, higher, kind, now)


def _progress(user: User, resources: Iterable[int]) -> QuerySet[Progress]:
    return Progress.objects.filter(user=user, resource__in=list(resources))


def _standing(user: User, resources: Iterable[int]) -> dict[int, Standing]:
    rows = _progress(user, resources).values_list("resource_id", "state", "since")
    return {pk: Standing(state, since) for pk, state, since in rows}


def _write(user: User, wanted: Mapping[int, Standing], kind: StudyEvent.Kind, now: datetime) -> Batch:
    """Write states and the events that tell of them; the caller holds the learner."""
    batch = secrets.token_hex(8)
    before = _standing(user, wanted)
    changed = {pk: after for pk, after in wanted.items() if before.get(pk, NOTHING).state != after.state}
    if not changed:
        return Batch(batch, 0)
    _put(user, changed)
    StudyEvent.objects.bulk_create(
        StudyEvent(
            user=user,
            resource_id=pk,
            kind=kind,
            before=before.get(pk, NOTHING).state,
            before_since=before.get(pk, NOTHING).since,
            after=after.state,
            batch=batch,
            at=after.since or now,
        )
        for pk, after in changed.items()
    )
    return Batch(batch, len(changed))


def _put(user: User, states: Mapping[int, Standing]) -> None:
    """Make each resource's Progress what `states` say."""
    if cleared := [pk for pk, at in states.items() if at.state == NOT_STARTED]:
        _progress(user, cleared).delete()
    Progress.objects.bulk_create(
        [Progress(user=user, resource_id=pk, state=at.state, since=at.since) for pk, at in states.items() if at.since],
        update_conflicts=True,
        unique_fields=["user", "resource"],
        update_fields=["state", "since"],
    )


def _undo(user: User, batch: str) -> list[int]:
    events = list(StudyEvent.objects.filter(user=user, batch=batch, undone_at=None).exclude(kind=StudyEvent.Kind.NOTE))
    now = _standing(user, [event.resource_id for event in events])
    standing = [event for event in events if _still_stands(event, now.get(event.resource_id, NOTHING))]
    _put(user, {event.resource_id: Standing(event.before, event.before_since) for event in standing})
    StudyEvent.objects.filter(pk__in=[event.pk for event in standing]).update(undone_at=timezone.now())
    return [event.resource_id for event in standing]


def _still_stands(event: StudyEvent, now: Standing) -> bool:
    return now == (Standing(event.after, event.at) if event.after else NOTHING)


def _ticks_of(guest: Guest) -> QuerySet[GuestTick]:
    return GuestTick.objects.select_for_update().filter(guest=guest.id).order_by("resource")


def _ticks(guest: Guest, resources: Iterable[int]) -> dict[int, Standing]:
    rows = _ticks_of(guest).filter(resource__in=list(resources))
    return {tick.resource_id: Standing(tick.state, tick.since if tick.state else None) for tick in rows}


def _write_ticks(guest: Guest, wanted: Mapping[int, Standing], now: datetime) -> Batch:
    batch = secrets.token_hex(8)
    before = _ticks(guest, wanted)
    changed = {pk: after for pk, after in wanted.items() if before.get(pk, NOTHING).state != after.state}
    GuestTick.objects.bulk_create(
        [
            GuestTick(
                guest=guest.id,
                resource_id=pk,
                state=after.state,
                since=now,
                before=before.get(pk, NOTHING).state,
                before_since=before.get(pk, NOTHING).since,
                batch=batch,
            )
            for pk, after in changed.items()
        ],
        update_conflicts=True,
        unique_fields=["guest", "resource"],
        update_fields=["state", "since", "before", "before_since", "batch"],
    )
    return Batch(batch, len(changed))


def _undo_ticks(guest: Guest, batch: str) -> list[int]:
    ticks = list(_ticks_of(guest).filter(batch=batch))
    for tick in ticks:
        tick.state, tick.since = tick.before, tick.before_since or tick.since
        tick.batch = ""
    GuestTick.objects.bulk_update(ticks, ["state", "since", "batch"])
    return [tick.resource_id for tick in ticks]
