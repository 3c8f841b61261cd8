"""Which links are to be asked, and the claim that a check lays on one before it asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max, Q

from roadmap.health.judging import LONGEST_WAIT
from roadmap.models import BROKEN, Grade, Link, Resource
from roadmap.models.links import LinkQuerySet

USUAL_AGE = timedelta(days=6.5)
"""A weekly check must not just miss what it checked a week ago;"""
BROKEN_AGE = timedelta(hours=20)
"""nor a nightly one what failed the night before."""
LOST = timedelta(hours=1)
"""So long a claim holds where no answer was recorded: whoever laid it may have been killed."""
BATCH = 1000
COMPARED = 3


@dataclass(frozen=True, slots=True)
class Round:
    """What one run of the check asks after. Its time stays the same: what another run checks meanwhile is not due."""

    begun_at: datetime
    roadmap: str = ""
    """A slug; empty for all."""
    max_age: timedelta | None = None
    """Of every link; None for what is usual."""

    def links(self) -> LinkQuerySet:
        """Return the links that resources lead to."""
        links: LinkQuerySet = Link.objects.all()
        if not self.roadmap:
            return links.in_use()
        live = Resource.objects.live().filter(roadmap__slug=self.roadmap).exclude(link=None)
        return links.filter(pk__in=live.values("link"))

    def due(self) -> Iterator[tuple[str, int]]:
        """Yield host and pk of the links that are due, what was checked longest ago first."""
        rows = self.links().filter(self.is_due(self.begun_at)).order_by(F("checked_at").asc(nulls_first=True), "pk")
        yield from rows.values_list("host", "pk").iterator(chunk_size=BATCH)

    def is_due(self, now: datetime) -> Q:
        """Return the condition that a link is due; a time that is still to come tells only that a clock was wrong."""
        never = Q(asked_at=None) | Q(asked_at__gt=now + LOST)
        unanswered = Q(checked_at=None) | Q(checked_at__lt=F("asked_at"))
        lost = unanswered & Q(asked_at__lte=self.begun_at - LOST)
        hurried = _ANSWERED & Q(hurried_at__gt=F("asked_at"))
        allowed = (
            Q(not_before=None)
            | Q(not_before__lte=self.begun_at)
            | Q(not_before__gt=now + timedelta(seconds=LONGEST_WAIT))
        )
        return allowed & (never | lost | hurried | _ANSWERED & self._is_old())

    def _is_old(self) -> Q:
        if self.max_age is not None:
            return Q(checked_at__lte=self.begun_at - self.max_age)
        broken = Q(grade__in=BROKEN, checked_at__lte=self.begun_at - BROKEN_AGE)
        # Its host asked to come again later, and that is now.
        waited = Q(not_before__gt=F("checked_at"))
        return Q(checked_at__lte=self.begun_at - USUAL_AGE) | broken | waited


_ANSWERED = Q(asked_at__isnull=False, checked_at__gte=F("asked_at"))


@dataclass(frozen=True, slots=True)
class Claim:
    """A link that nobody else asks now."""

    pk: int
    url: str
    host: str
    validators: dict[str, str]
    at: datetime
    before: datetime | None
    """When it was asked the time before."""


@transaction.atomic
def claim(links: Iterable[int], due: Q, at: datetime) -> list[Claim]:
    """Claim those of the links (their pks) that are still due; return them.

    The rows are locked while they are looked at, so that of two who come at once the second finds them claimed.
    """
    rows = Link.objects.select_for_update(no_key=True).filter(due, pk__in=list(links)).order_by("pk")
    found = list(rows.only("url", "host", "validators", "asked_at"))
    Link.objects.filter(pk__in=[link.pk for link in found]).update(asked_at=at)
    return [Claim(link.pk, link.url, link.host, link.validators, at, link.asked_at) for link in found]


@transaction.atomic
def give_back(claims: Sequence[Claim]) -> None:
    """Let links be as if they had not been asked."""
    for each in sorted(claims, key=lambda each: each.pk):
        Link.objects.filter(pk=each.pk, asked_at=each.at).update(asked_at=each.before)


def put_off(links: Sequence[int], until: datetime) -> None:
    """Leave links alone until a time, as their host asked."""
    for at in range(0, len(links), BATCH):
        Link.objects.filter(pk__in=links[at : at + BATCH]).update(not_before=until)


def grades(links: LinkQuerySet) -> dict[str, int]:
    """Return how many links have each grade, and how many none yet under ""."""
    rows: Any = links.order_by().values_list("grade").annotate(count=Count("pk"))
    counted = dict(rows)
    return {grade: counted.get(grade, 0) for grade in (*Grade.values, "")}


def well_hosts(links: LinkQuerySet, but: Collection[str]) -> list[str]:
    """Return a few hosts of links that were well at their last check, others than those named."""
    well = links.filter(grade__in=(Grade.OK, Grade.MOVED)).exclude(host__in=but)
    rows = well.order_by().values_list("host").annotate(last=Max("well_at")).order_by("-last", "host")
    return [host for host, _ in rows[:COMPARED]]
