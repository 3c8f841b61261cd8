"""Links that died and links that were mended, as readers are told: one block a day of the site.

Of a resource what happened last on a day is told: a link that died in the morning and was mended in the evening was
mended.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import F, Max, Min, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from roadmap.changes import FOLDED_FROM, RESOURCE, Block, Group, Line, links, place_of, shown
from roadmap.contents import Contents
from roadmap.models import LinkEvent

HEADINGS = {LinkEvent.Kind.DIED: _("Links that died"), LinkEvent.Kind.MENDED: _("Links that were mended")}
"""In the order in which they stand."""
NUMBERS = {LinkEvent.Kind.DIED: _("%(count)d died"), LinkEvent.Kind.MENDED: _("%(count)d mended")}


class Day(NamedTuple):
    """A day on which something happened to links."""

    date: date
    at: datetime
    """When the last of it was."""
    begun: datetime


class Row(NamedTuple):
    """A LinkEvent as it is read here."""

    date: date
    pk: int
    resource: int | None
    key: str | None
    kind: str
    title: str
    url: str
    replaced: str


class ToldLinks:
    """What is told of one roadmap's links."""

    def __init__(self, roadmap: int, contents: Contents, *, most: int) -> None:
        self.roadmap, self.contents, self.most = roadmap, contents, most

    def days(self) -> QuerySet[Any, Any]:
        """The days on which something happened, as the fields of Day, the newest first."""
        date = TruncDate("at", tzinfo=timezone.get_default_timezone())
        events = LinkEvent.objects.filter(roadmap=self.roadmap).order_by().annotate(date=date)
        days: QuerySet[Any, Any] = events.values("date").annotate(last=Max("at"), first=Min("at"))
        return days.order_by("-last").values_list("date", "last", "first")

    def blocks(self, days: Sequence[Day]) -> list[Block]:
        """Return what happened on each of some days that follow one another; one query."""
        found: dict[date, dict[object, Row]] = {day.date: {} for day in days}
        for row in self._rows(days):
            found.get(row.date, {})[row.resource or f"event {row.pk}"] = row
        return [self._block(day, list(found[day.date].values())) for day in days]

    def newest(self) -> datetime | None:
        """Return when something happened last; None where nothing did."""
        newest: datetime | None = LinkEvent.objects.filter(roadmap=self.roadmap).aggregate(at=Max("at"))["at"]
        return newest

    def _rows(self, days: Sequence[Day]) -> Iterator[Row]:
        if not days:
            return
        # SQLite reckons dates slowly: this is many times faster than to ask for those of the days.
        between = (min(day.begun for day in days), max(day.at for day in days))
        rows = LinkEvent.objects.filter(roadmap=self.roadmap, at__range=between).order_by("at", "pk")
        fields = ("at", "pk", "resource", F("resource__key"), "kind", "title", "url", "replaced")
        zone = timezone.get_default_timezone()
        for at, *row in rows.values_list(*fields):
            yield Row(timezone.localdate(at, zone), *row)

    def _block(self, day: Day, rows: list[Row]) -> Block:
        groups = {kind: Group(RESOURCE, name) for kind, name in HEADINGS.items()}
        counts = dict.fromkeys(HEADINGS, 0)
        for number, row in enumerate(rows):
            kind = LinkEvent.Kind(row.kind)
            counts[kind] += 1
            if number < self.most:
                groups[kind].lines.append(self._line(row))
        return Block(
            "links",
            day.date.isoformat(),
            day.at,
            day.begun,
            _in_numbers(counts),
            [group for group in groups.values() if group.lines],
            len(rows),
            len(rows) > FOLDED_FROM,
        )

    def _line(self, row: Row) -> Line:
        node = self.contents.nodes.get(self.contents.place.get(row.key or "", 0))
        return Line(
            title=shown(row.title.strip()) or gettext("Untitled"),
            address=place_of(row.key or "", node.section) if node else "",
            place=node.section.title if node else "",
            link=links(row.replaced, row.url) if row.replaced else None,
        )


def _in_numbers(counts: dict[LinkEvent.Kind, int]) -> str:
    words = [str(NUMBERS[kind]) % {"count": count} for kind, count in counts.items() if count]
    return gettext("Links: %(numbers)s") % {"numbers": " · ".join(words)}
