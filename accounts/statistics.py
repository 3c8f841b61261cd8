"""What a reader's states come to: reads only, and the one rule of percentages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple, cast

from django.db.models import Count, Exists, Manager, OuterRef, QuerySet

from accounts.models import NOT_STARTED, GuestTick, Progress, State
from accounts.tracking import Guest, Reader, Standing
from roadmap.contents import Contents
from roadmap.models import Grade, Listing, Resource

ROADMAP = 0
"""Among pks of sections: the whole roadmap."""
DEAD = "dead"
"""What is counted instead of the state of a resource whose link is dead and which is neither done nor skipped."""
STAYS = (State.DONE, State.SKIPPED)
"""The states that count whatever becomes of the link."""


class Tally(NamedTuple):
    """How many of some resources are in which state; each is counted once."""

    total: int
    done: int = 0
    in_progress: int = 0
    skipped: int = 0
    dead: int = 0
    """How many are DEAD: nobody can be asked to study them."""

    @property
    def counted(self) -> int:
        """How many percentages are counted over: all but the skipped and the DEAD."""
        return self.total - self.skipped - self.dead

    @property
    def left(self) -> int:
        """How many of the counted are not started."""
        return self.counted - self.done - self.in_progress

    @property
    def percent(self) -> int | None:
        """Done of what is counted, 0 to 100: 100 only when all of it is done, 0 only when nothing is; None where
        nothing is counted."""
        if self.counted <= 0:
            return None
        if self.done in (0, self.counted):
            return 100 * self.done // self.counted
        return min(99, max(1, round(100 * self.done / self.counted)))


def states(reader: Reader | None, roadmap: int) -> dict[str, str]:
    """Return a reader's states by key of the resource, the retired left out; one query."""
    return {key: standing.state for key, standing in standings(reader, roadmap).items()}


def standings(reader: Reader | None, roadmap: int) -> dict[str, Standing]:
    """Return the same with the times since when they stand; one query."""
    if reader is None:
        return {}
    live = _marks(reader).filter(resource__roadmap=roadmap, resource__retired_at=None)
    return {key: Standing(state, since) for key, state, since in live.values_list("resource__key", "state", "since")}


def states_of(reader: Reader | None, keys: Collection[str]) -> dict[str, str]:
    """Return a reader's states of some resources by their keys; one query."""
    if reader is None:
        return {}
    return dict(_marks(reader).filter(resource__key__in=keys).values_list("resource__key", "state"))


def counted_as(dead: Collection[str], states: Mapping[str, str]) -> dict[str, str]:
    """Return what resources count as, by key: a reader's state of them, DEAD for those that are `dead` and neither
    done nor skipped."""
    return {**states, **{key: DEAD for key in dead if states.get(key) not in STAYS}}


def tallies(contents: Contents, states: Mapping[str, str]) -> dict[int, Tally]:
    """Return the tally of each section (by pk), its subsections included, and of the ROADMAP; each resource once."""
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, state in counted_as(contents.dead, states).items():
        if key in contents.sections_of:
            for section in (*contents.sections_of[key], ROADMAP):
                counts[section][state] += 1
    sizes = {ROADMAP: len(contents.sections_of), **contents.sizes}
    return {pk: _tally(total, counts[pk]) for pk, total in sizes.items()}


def tally_of(keys: Collection[str], counted: Mapping[str, str]) -> Tally:
    """Return the tally of some resources; `counted` comes from `counted_as`."""
    return _tally(len(keys), Counter(counted[key] for key in keys if key in counted))


def totals(reader: Reader | None) -> dict[int, Tally]:
    """Return the tally of each published roadmap by its pk; two queries, one for those who marked nothing."""
    listed = Listing.objects.filter(section__retired_at=None, section__page__retired_at=None)
    live = Resource.objects.filter(Exists(listed.filter(resource=OuterRef("pk"))), retired_at=None)
    rows = live.filter(roadmap__published=True).order_by().values_list("roadmap", "link__grade")
    sizes: dict[int, int] = defaultdict(int)
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for roadmap, grade, count in rows.annotate(Count("pk")):
        sizes[roadmap] += count
        if grade == Grade.DEAD:
            counts[roadmap][DEAD] += count
    for roadmap, grade, state, count in _states_of(reader, live):
        if grade != Grade.DEAD:
            counts[roadmap][state] += count
        elif state in STAYS:
            counts[roadmap][state] += count
            counts[roadmap][DEAD] -= count
    return {pk: _tally(size, counts[pk]) for pk, size in sizes.items()}


def _states_of(reader: Reader | None, resources: QuerySet[Any]) -> Iterable[tuple[int, str | None, str, int]]:
    """Return how many of some resources a reader has in which state: roadmap, grade of the link, state, number."""
    if reader is None:
        return []
    marked = _marks(reader).filter(resource__in=resources).order_by()
    rows = marked.values_list("resource__roadmap", "resource__link__grade", "state").annotate(Count("pk"))
    return cast("Iterable[tuple[int, str | None, str, int]]", rows)


def _marks(reader: Reader) -> QuerySet[Any]:
    """Return a reader's states."""
    if isinstance(reader, Guest):
        return GuestTick.objects.filter(guest=reader.id).exclude(state=NOT_STARTED)
    return Progress.objects.filter(user=reader)


def _tally(total: int, counts: Mapping[str, int]) -> Tally:
    return Tally(total, *(counts.get(state, 0) for state in (State.DONE, State.IN_PROGRESS, State.SKIPPED, DEAD)))


def in_words(progress: Manager[Progress]) -> str:
    """Return how many rows are in which state, for those who may not know which."""
    counts = dict(progress.order_by().values_list("state").annotate(Count("pk")))
    return ", ".join(f"{State(state).label}: {counts[state]}" for state in State.values if state in counts) or "–"
