"""Writing down what a check found: the link's state, its history, and what readers are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from roadmap.health.findings import Finding
from roadmap.health.grading import FIELDS, TOLD, Rule, State, graded
from roadmap.health.links import raise_health
from roadmap.models import Grade, Link, LinkCheck, LinkEvent, Resource


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking a link in one check, all its retries counted as one."""

    link: int
    finding: Finding
    at: datetime
    not_before: datetime | None = None
    """Where the host asked for more time than a run has."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A link whose grade changed."""

    url: str
    before: str
    grade: str
    reason: str
    status: int | None
    target: str

    @property
    def is_news(self) -> bool:
        """Whether it is worth telling: that a new link is well, or cannot be told, is not."""
        return bool(self.before) or self.grade not in (Grade.OK, Grade.BLOCKED)


@dataclass(frozen=True, slots=True)
class _Change:
    link: Link
    before: State
    after: State

    @property
    def is_told(self) -> bool:
        return not self.before.grade or self.before.told != self.after.told

    @property
    def is_event(self) -> bool:
        return bool(self.before.died_at) != bool(self.after.died_at)


@transaction.atomic
def record(outcomes: Sequence[Outcome], rule: Rule) -> list[Changed]:
    """Write outcomes down; return the links whose grade changed. A link that is no longer there is passed over.

    Rows are locked in one order everywhere: links, then roadmaps, then resources.
    """
    found = {outcome.link: outcome for outcome in outcomes}
    links = list(Link.objects.select_for_update(no_key=True).filter(pk__in=found).order_by("pk"))
    changes = [_write(link, found[link.pk], rule) for link in links]
    LinkCheck.objects.bulk_create(_row(change, found[change.link.pk].at) for change in changes if change.is_told)
    shown = [change for change in changes if change.before.shown != change.after.shown]
    if shown:
        raise_health(Q(resources__in=Resource.objects.live().filter(link__in=[change.link for change in shown])))
        _tell([change for change in shown if change.is_event], found)
    return [
        Changed(change.link.url, change.before.grade, *(getattr(change.after, name) for name in TOLD))
        for change in changes
        if change.before.grade != change.after.grade
    ]


def _write(link: Link, outcome: Outcome, rule: Rule) -> _Change:
    """Give a row its new state."""
    change = _Change(link, State.of(link), graded(State.of(link), outcome.finding, outcome.at, rule))
    values = {name: value for name in FIELDS if (value := getattr(change.after, name)) != getattr(change.before, name)}
    values |= {"checked_at": outcome.at, "not_before": outcome.not_before}
    if {"grade", "target"} & values.keys():
        # An editor put aside what was found then, not this.
        left = Link(grade=change.after.grade, target=change.after.target).verdict
        values |= {"dismissed": ""} if link.dismissed not in ("", left) else {}
    if outcome.finding.validators is not None:
        values["validators"] = dict(outcome.finding.validators)
    Link.objects.filter(pk=link.pk).update(**values)
    return change


def _row(change: _Change, at: datetime) -> LinkCheck:
    return LinkCheck(link=change.link, at=at, **{name: getattr(change.after, name) for name in TOLD})


def _tell(changes: Sequence[_Change], outcomes: dict[int, Outcome]) -> None:
    """Tell readers of links that died or were mended, once for each resource on the site."""
    deaths = {change.link.pk: change.after.died_at for change in changes}
    resources = Resource.objects.live().filter(link__in=deaths).order_by("pk").select_for_update(no_key=True)
    LinkEvent.objects.bulk_create(
        LinkEvent(
            roadmap_id=resource.roadmap_id,
            resource=resource,
            kind=LinkEvent.Kind.DIED if deaths[resource.link_id] else LinkEvent.Kind.MENDED,
            at=outcomes[resource.link_id].at,
            title=resource.title,
            url=resource.url,
        )
        for resource in resources
    )
