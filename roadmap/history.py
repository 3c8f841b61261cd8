"""What happened in a roadmap, as readers are told: its imports and its links' days in one, the newest first."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q

from roadmap.changes import MOST, Block, Run, Told
from roadmap.contents import contents_of
from roadmap.stamps import Stamp
from roadmap.told_links import Day, ToldLinks

Moment = Run | Day


class History:
    """The moments of one roadmap; `most` is how many lines are shown of each."""

    def __init__(self, stamp: Stamp, *, most: int = MOST) -> None:
        contents = contents_of(stamp)
        self.runs = Told(stamp.roadmap, contents, most=most)
        self.links = ToldLinks(stamp.roadmap, contents, most=most)

    def count(self) -> int:
        """Return how many moments there are."""
        return self.runs.runs().count() + self.links.days().count()

    def moments(self, start: int, stop: int) -> list[Moment]:
        """Return the moments from `start` up to, not including, `stop`; those that are older are not read."""
        found: list[Moment] = [Run(*row) for row in self.runs.runs().values_list("pk", "at")[:stop]]
        found += [Day(*row) for row in self.links.days()[:stop]]
        return sorted(found, key=_age, reverse=True)[start:stop]

    def blocks(self, moments: list[Moment]) -> list[Block]:
        """Return what happened at some moments; four queries."""
        runs = iter(self.runs.blocks([each for each in moments if isinstance(each, Run)]))
        days = iter(self.links.blocks([each for each in moments if isinstance(each, Day)]))
        return [next(runs) if isinstance(each, Run) else next(days) for each in moments]

    def newest(self) -> datetime | None:
        """Return when something happened last."""
        run = self.runs.runs().values_list("at", flat=True).first()
        return max(filter(None, (run, self.links.newest())), default=None)

    def place_of_run(self, pk: int) -> int | None:
        """Return how many moments are newer than a run, None where nothing is told of it."""
        run = self.runs.runs().filter(pk=pk).values_list("at", flat=True).first()
        if run is None:
            return None
        newer = self.runs.runs().filter(Q(at__gt=run) | Q(at=run, pk__gt=pk)).count()
        return newer + self.links.days().filter(last__gt=run).count()

    def place_of_day(self, day: date) -> int | None:
        """Return how many moments are newer than a day of links, None where nothing happened on it."""
        last = self.links.days().filter(date=day).values_list("last", flat=True).first()
        if last is None:
            return None
        newer = self.links.days().filter(last__gt=last).count()
        return newer + self.runs.runs().filter(at__gte=last).count()


def _age(moment: Moment) -> tuple[datetime, int]:
    """Return what is greater for the newer of two moments."""
    return moment.at, moment.pk if isinstance(moment, Run) else 0
