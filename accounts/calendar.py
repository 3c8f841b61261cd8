"""From study events to days, and from days to a streak and the map of a year. Nothing here asks the database."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import NOT_STARTED, State, StudyEvent

DAY = timedelta(days=1)
SECOND_THOUGHTS = timedelta(hours=24)
"""A tick that is set back to not started within this time leaves no trace."""
STEPS = (1, 2, 4, 7)
"""From how many acts on a day on each level of the map begins; level 0 is a day without any."""
WEEKS = 53
WEEKDAYS = (_("Su"), _("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"))
LEGIBLE = 3
"""Weeks that the name of a month needs for itself."""


class Act(NamedTuple):
    """A study event that was not undone."""

    resource: int
    kind: str
    after: str
    at: datetime
    """In UTC."""
    restored: bool = False
    """It came from a file: what happened in one account takes back nothing of another."""


class Streak(NamedTuple):
    """Days of study in a row."""

    current: int
    """Up to today, or up to yesterday while today is still to come."""
    longest: int


class Day(NamedTuple):
    """One square of the map."""

    date: date
    acts: int
    is_today: bool

    @property
    def level(self) -> int:
        """How dark it is, 0 to len(STEPS)."""
        return bisect_right(STEPS, self.acts)


class Month(NamedTuple):
    """A month's name above the weeks that begin in it."""

    first: date
    weeks: int

    @property
    def is_narrow(self) -> bool:
        """Whether its name is wider than its weeks."""
        return self.weeks < LEGIBLE


class Weekday(NamedTuple):
    """A row of the map."""

    name: str | Promise
    """As short as it gets."""
    days: Sequence[Day | None]


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A year in squares: a column is a week, a row is a weekday."""

    weeks: Sequence[Sequence[Day | None]]
    """WEEKS of them, the last with today in it; None for the days after today."""

    @property
    def weekdays(self) -> list[Weekday]:
        """The same by rows."""
        names = [WEEKDAYS[day.date.isoweekday() % 7] for day in self.weeks[0] if day]
        return [Weekday(name, days) for name, days in zip(names, zip(*self.weeks, strict=True), strict=True)]

    @property
    def months(self) -> list[Month]:
        """The months in which the weeks begin."""
        firsts = [week[0].date for week in self.weeks if week[0]]
        groups = (list(group) for _month, group in groupby(firsts, lambda first: (first.year, first.month)))
        return [Month(group[0], len(group)) for group in groups]

    @property
    def today(self) -> Day:
        """The last square."""
        return [day for day in self.weeks[-1] if day][-1]

    @property
    def days(self) -> int:
        """On how many days something was studied."""
        return sum(1 for week in self.weeks for day in week if day and day.acts)


def days_of(acts: Iterable[Act], zone: ZoneInfo) -> Counter[date]:
    """Return how often something was studied on each day of a time zone.

    Starting and finishing count, and writing a note. Skipping does not, nor what was brought along, nor what was set
    back to not started soon after.
    """
    acts = list(acts)
    times = _set_back(acts)
    studied = (act for act in acts if _is_study(act, times.get((act.resource, act.restored), ())))
    return Counter(act.at.astimezone(zone).date() for act in studied)


def streak(days: Collection[date], today: date) -> Streak:
    """Return the streaks in days of study; those after today count for nothing."""
    past = {day for day in days if day <= today}
    current = _run(past, today if today in past else today - DAY)
    return Streak(current, max((_run(past, day) for day in past if day + DAY not in past), default=0))


def heatmap(counts: Mapping[date, int], today: date, first_weekday: int) -> Heatmap:
    """Return the year up to today. `first_weekday` begins a week: 0 is Sunday, as in Django's formats."""
    into_week = (today.isoweekday() - first_weekday) % 7
    first = today - into_week * DAY - (WEEKS - 1) * 7 * DAY
    return Heatmap([[_day(first + (7 * week + day) * DAY, counts, today) for day in range(7)] for week in range(WEEKS)])


def _set_back(acts: Iterable[Act]) -> dict[tuple[int, bool], list[datetime]]:
    """Return when each resource was set back to not started, in order, here and in what was restored. A note has no
    state, so it sets nothing back."""
    times: dict[tuple[int, bool], list[datetime]] = defaultdict(list)
    for act in acts:
        if act.kind == StudyEvent.Kind.STATE and act.after == NOT_STARTED:
            times[act.resource, act.restored].append(act.at)
    return {where: sorted(found) for where, found in times.items()}


def _is_study(act: Act, set_back: Sequence[datetime]) -> bool:
    if act.kind == StudyEvent.Kind.NOTE:
        return True
    if act.kind != StudyEvent.Kind.STATE or act.after not in (State.IN_PROGRESS, State.DONE):
        return False
    following = bisect_right(set_back, act.at)
    return following == len(set_back) or set_back[following] - act.at > SECOND_THOUGHTS


def _run(days: Collection[date], last: date) -> int:
    """Return how many days in a row there are up to `last`."""
    length = 0
    while last - length * DAY in days:
        length += 1
    return length


def _day(day: date, counts: Mapping[date, int], today: date) -> Day | None:
    return Day(day, counts.get(day, 0), day == today) if day <= today else None
