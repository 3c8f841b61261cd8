"""The study plans of the site side by side, each with how far the reader is."""

from __future__ import annotations

from typing import NamedTuple

from accounts import statistics
from accounts.statistics import Tally
from accounts.tracking import Reader
from roadmap.models import Roadmap


class Volume(NamedTuple):
    """One study plan on the list."""

    roadmap: Roadmap
    tally: Tally

    @property
    def is_begun(self) -> bool:
        """Whether the reader marked anything in it."""
        return self.tally.left < self.tally.total - self.tally.dead


def of(reader: Reader | None) -> list[Volume]:
    """Return the published roadmaps in their order; three queries."""
    tallies = statistics.totals(reader)
    return [Volume(each, tallies.get(each.pk, Tally(0))) for each in Roadmap.objects.filter(published=True)]
