"""What a reader's states come to: reads only, and the one rule of percentages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count, Exists, Manager, OuterRef, QuerySet

from accounts.models import NOT_STARTED, GuestTick, Progress, State
from accounts.tracking import Guest, Reader
from roadmap.contents import Contents
from roadmap.models import Listing, Resource

ROADMAP = 0
"""Among pks of sections: the whole roadmap."""


class Tally(NamedTuple):
    """How many of some resources are in which state."""

    total: int
    done: int = 0
    in_progress: int = 0
    skipped: int = 0

    @property
    def left(self) -> int:
        """How many are not started."""
        return self.total - self.done - self.in_progress - self.skipped

    @property
    def percent(self) -> int | None:
        """Done of all that is not skipped, 0 to 100: 100 only when all of it is done, 0 only when nothing is; None
        where nothing counts."""
        counted = self.total - self.skipped
        if counted <= 0:
            return None
        if self.done in (0, counted):
            return 100 * self.done // counted
        return min(99, max(1, round(100 * self.done / counted)))


def states(reader: Reader | None, roadmap: int) -> dict[str, str]:
    """Return a reader's states by key of the resource, the retired left out; one query."""
    if reader is None:
        return {}
    live = _marks(reader).filter(resource__roadmap=roadmap, resource__retired_at=None)
    return dict(live.values_list("resource__key", "state"))


def tallies(contents: Contents, states: Mapping[str, str]) -> dict[int, Tally]:
    """Return the tally of each section (by pk), its subsections included, and of the ROADMAP; each resource once."""
    counts: dict[str, dict[int, int]] = {state: defaultdict(int) for state in State.values}
    for key, state in states.items():
        if key in contents.sections_of:
            for section in (*contents.sections_of[key], ROADMAP):
                counts[state][section] += 1
    sizes = {ROADMAP: len(contents.sections_of), **contents.sizes}
    return {
        pk: Tally(total, counts[State.DONE][pk], counts[State.IN_PROGRESS][pk], counts[State.SKIPPED][pk])
        for pk, total in sizes.items()
    }


def totals(reader: Reader | None) -> dict[int, Tally]:
    """Return the tally of each published roadmap by its pk; two queries, one for those who marked nothing."""
    listed = Listing.objects.filter(section__retired_at=None, section__page__retired_at=None)
    live = Resource.objects.filter(Exists(listed.filter(resource=OuterRef("pk"))), retired_at=None)
    sizes = live.filter(roadmap__published=True).order_by().values_list("roadmap").annotate(Count("pk"))
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    if reader is not None:
        marked = _marks(reader).filter(resource__in=live).order_by().values_list("resource__roadmap", "state")
        for roadmap, state, count in marked.annotate(Count("pk")):
            counts[roadmap][state] = count
    return {pk: _tally(size, counts[pk]) for pk, size in sizes}


def _marks(reader: Reader) -> QuerySet[Any]:
    """Return a reader's states."""
    if isinstance(reader, Guest):
        return GuestTick.objects.filter(guest=reader.id).exclude(state=NOT_STARTED)
    return Progress.objects.filter(user=reader)


def _tally(total: int, counts: Mapping[str, int]) -> Tally:
    return Tally(total, counts[State.DONE], counts[State.IN_PROGRESS], counts[State.SKIPPED])


def in_words(progress: Manager[Progress]) -> str:
    """Return how many rows are in which state, for those who may not know which."""
    counts = dict(progress.order_by().values_list("state").annotate(Count("pk")))
    return ", ".join(f"{State(state).label}: {counts[state]}" for state in State.values if state in counts) or "–"
