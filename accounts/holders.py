"""How many learners have which marks on a resource. Who they are is nobody's business here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from accounts.models import GuestTick, Note, Progress, State, StudyEvent
from roadmap.models import Resource

SEVERAL = 2
BATCH = 1000


def skipped() -> QuerySet[Any, Any]:
    """Return {"key", "count"} of each resource (its pk) on the site that SEVERAL learners skip, the most skipped
    first."""
    rows = Progress.objects.filter(state=State.SKIPPED).exclude(resource__in=Resource.objects.retired())
    # The sum keeps SQLite from walking all states in the order of the resources: that takes six times as long.
    by_resource = rows.annotate(key=F("resource_id") + 0).values("key").annotate(count=Count("*"))
    return by_resource.filter(count__gte=SEVERAL).order_by("-count", "key")


def learners_of(resources: Collection[int]) -> Counter[int]:
    """Return by pk of a resource how many accounts and guests ever left a mark on it; four queries for each BATCH."""
    counts: Counter[int] = Counter()
    every = sorted(resources)
    for start in range(0, len(every), BATCH):
        for marks, whose in _each_once():
            found = marks.filter(resource__in=every[start : start + BATCH]).order_by().values_list("resource")
            counts.update(dict(found.annotate(n=Count(whose, distinct=True))))
    return counts


def _each_once() -> list[tuple[QuerySet[Any], str]]:
    """Return all marks, and whose they are, so that an account is counted with its first sort of mark alone."""
    same = {"user": OuterRef("user"), "resource": OuterRef("resource")}
    has_state = Exists(Progress.objects.filter(**same))
    has_note = Exists(Note.objects.filter(**same))
    return [
        (Progress.objects.all(), "user"),
        (Note.objects.exclude(has_state), "user"),
        (StudyEvent.objects.exclude(has_state).exclude(has_note), "user"),
        (GuestTick.objects.all(), "guest"),
    ]
