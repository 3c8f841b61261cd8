"""What stands on /me/: reads only, in a number of queries that does not grow with the marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext

from accounts import calendar, news, statistics
from accounts.calendar import Act, Heatmap, Streak
from accounts.marked import Item, Plan, items, plans, sections
from accounts.models import Note, Progress, State, StudyEvent, User
from accounts.news import Fall
from accounts.onward import next_of
from accounts.statistics import ROADMAP, Tally
from accounts.tracking import Standing
from roadmap.contents import Part
from roadmap.models import Roadmap

NEWEST = 5
"""How many notes are shown."""


class Row(NamedTuple):
    """One line of the ledger: a chapter."""

    title: str
    address: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Course:
    """How far a learner is in one roadmap."""

    roadmap: Roadmap
    next: Item | None
    """What to go on with; None when nothing is left."""
    total: Tally
    chapters: Sequence[tuple[str, Sequence[Row]]]
    """By page: its title, empty where there is but one, and its chapters."""
    fall: Fall | None = None
    """A percentage that what is new has lowered."""


@dataclass(frozen=True, slots=True)
class Study:
    """All that a learner marked, but for the days."""

    courses: Sequence[Course]
    """Of each roadmap with a mark, or of the only one."""
    roadmaps: Sequence[Roadmap]
    """All there are."""
    in_progress: Sequence[Item]
    """The last begun first."""
    notes: Sequence[Item]
    """The newest."""
    left: Sequence[Item]
    """What has left the notes."""


class Days(NamedTuple):
    """When something was studied."""

    heatmap: Heatmap
    streak: Streak | None
    """None for those who do not want it counted."""


class _Marks(NamedTuple):
    """A learner's marks by key of the resource, the newest first."""

    states: dict[str, Standing]
    notes: dict[str, int]
    """The pks."""
    roadmaps: dict[int, datetime]
    """In which there are marks, and when the first was left."""


def of(user: User) -> Study:
    """Return what a learner marked; seven queries, one more where something is new, and those of contents that were not
    kept."""
    known, marks = plans(), _marks(user)
    places = sections(known)
    followed = [plan for pk, plan in known.items() if pk in marks.roadmaps or len(known) == 1]
    following = [next_of(plan.contents.place, marks.states, plan.contents.dead) for plan in followed]
    begun = [key for key, at in marks.states.items() if at.state == State.IN_PROGRESS and key in places]
    newest = [key for key in marks.notes if key in places][:NEWEST]
    left = [key for key in {**marks.states, **marks.notes} if key not in places]
    shown = {key: marks.states.get(key) for key in (*filter(None, following), *begun, *newest, *left)}
    found = items(shown, places, [marks.notes[key] for key in (*newest, *left) if key in marks.notes])
    falls = _falls(user, followed, marks)
    courses = [
        _course(plan, found.get(key or ""), marks.states, falls.get(plan.roadmap.pk))
        for plan, key in zip(followed, following, strict=True)
    ]
    return Study(
        courses=courses,
        roadmaps=[plan.roadmap for plan in known.values()],
        in_progress=[found[key] for key in begun],
        notes=[found[key] for key in newest],
        left=[found[key] for key in left],
    )


def days(user: User) -> Days:
    """Return when a learner studied, in days of their time zone; one query."""
    counts = calendar.days_of(acts(user), user.zone)
    today = timezone.localdate(timezone=user.zone)
    return Days(
        calendar.heatmap(counts, today, int(get_format("FIRST_DAY_OF_WEEK"))),
        calendar.streak(counts, today) if user.shows_streak else None,
    )


def acts(user: User) -> list[Act]:
    """Return what a learner did that was not undone and may count as study; one query."""
    kinds = [StudyEvent.Kind.STATE, StudyEvent.Kind.NOTE]
    events = StudyEvent.objects.filter(user=user, undone_at=None, kind__in=kinds)
    rows = events.values_list("resource", "kind", "after", "at", "batch")
    # What was restored has no batch: it is not undone as one.
    return [Act(resource, kind, after, at, restored=not batch) for resource, kind, after, at, batch in rows]


def _marks(user: User) -> _Marks:
    """Return all marks of a learner, without the texts; two queries."""
    states = Progress.objects.filter(user=user).order_by("-since", "-pk")
    notes = Note.objects.filter(user=user).exclude(text="").order_by("-changed_at", "-pk")
    state_rows = list(states.values_list("resource__key", "resource__roadmap", "state", "since"))
    note_rows = list(notes.values_list("resource__key", "resource__roadmap", "changed_at", "pk"))
    times = [(row[1], row[-1]) for row in state_rows] + [(row[1], row[2]) for row in note_rows]
    return _Marks(
        {key: Standing(state, since) for key, _, state, since in state_rows},
        {row[0]: row[-1] for row in note_rows},
        # The earliest is the last to stay.
        dict(sorted(times, key=itemgetter(1), reverse=True)),
    )


def _falls(user: User, followed: Iterable[Plan], marks: _Marks) -> dict[int, Fall]:
    """Return by pk of a roadmap which percentage fell since the learner put its news away; one query, or two."""
    since = marks.roadmaps | {pk: at for pk, at in news.seen(user).items() if pk in marks.roadmaps}
    plans = {plan.roadmap.pk: plan for plan in followed}
    changed = {
        pk: since[pk]
        for pk, plan in plans.items()
        if pk in since and plan.roadmap.checked_at and since[pk] < plan.roadmap.checked_at
    }
    states = {key: at.state for key, at in marks.states.items()}
    told = news.of_several(changed, {pk: plan.contents for pk, plan in plans.items()}, states)
    return {pk: each.falls[0] for pk, each in told.items() if each.falls}


def _course(plan: Plan, following: Item | None, states: Mapping[str, Standing], fall: Fall | None) -> Course:
    tallies = statistics.tallies(plan.contents, {key: at.state for key, at in states.items()})
    parts = [part for part in plan.contents.parts if part.chapters]
    chapters = [(part.page.title if len(parts) > 1 else "", _rows(part, tallies)) for part in parts]
    return Course(plan.roadmap, following, tallies[ROADMAP], chapters, fall)


def _rows(part: Part, tallies: Mapping[int, Tally]) -> list[Row]:
    return [
        Row(section.title or gettext("Untitled"), section.get_absolute_url(), tallies[section.pk])
        for section in (node.section for node in part.chapters)
    ]
