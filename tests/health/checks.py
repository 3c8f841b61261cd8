"""Checks for tests: links of a server, and a clock that is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from roadmap.health.checking import Check, Report
from roadmap.health.links import gather
from roadmap.models import Link, LinkCheck, LinkEvent, Resource, Roadmap
from tests.factories import make_resource, make_roadmap


class Clock:
    """Tells a time that tests set."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def later(self, **spans: float) -> None:
        """Let time pass: days, hours, seconds."""
        self.now += timedelta(**spans)


def check(clock: Clock, **options: Any) -> Report:
    """Run a check at the clock's time."""
    gather()
    return Check(clock=clock, **options).run()


def resources_of(*urls: str, roadmap: Roadmap | None = None) -> list[Resource]:
    """Return resources of one roadmap, a new one unless it is given, one for each URL."""
    roadmap = roadmap or make_roadmap()
    return [make_resource(roadmap, url=url) for url in urls]


def link_of(url: str) -> Link:
    """Return the link of an address."""
    return Link.objects.get(url=url)


def grade_of(url: str) -> str:
    """Return the grade of an address."""
    return link_of(url).grade


def history(url: str) -> list[str]:
    """Return the grades and reasons that were recorded of an address, the oldest first."""
    return [f"{row.grade} {row.reason}" for row in LinkCheck.objects.filter(link__url=url).order_by("at", "pk")]


def events() -> list[str]:
    """Return what readers were told of links, the oldest first."""
    return [f"{event.kind} {event.url}" for event in LinkEvent.objects.order_by("at", "pk")]


def health(roadmap: Roadmap) -> int:
    """Return the version of a roadmap's links."""
    return Roadmap.objects.get(pk=roadmap.pk).health
