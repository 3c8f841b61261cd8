"""How a link is, by what was found now and what was found before. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from roadmap.health.findings import Finding
from roadmap.models import BROKEN, Grade, Link

TOLD = ("grade", "reason", "status", "target")
"""What the history of a link holds, and who is told of a change reads."""


class Rule(NamedTuple):
    """When a link that fails for good is called dead."""

    failures: int
    """So often it must have been found so, in as many checks,"""
    days: float
    """the last of them so long after the first."""


@dataclass(frozen=True, slots=True)
class State:
    """How a link is; the fields are those of Link."""

    grade: str = ""
    reason: str = ""
    status: int | None = None
    target: str = ""
    well_at: datetime | None = None
    failing_since: datetime | None = None
    gone_since: datetime | None = None
    failures: int = 0
    died_at: datetime | None = None

    @classmethod
    def of(cls, link: Link) -> State:
        """Return how a link was at its last check."""
        return cls(**{name: getattr(link, name) for name in FIELDS})

    @property
    def told(self) -> tuple[str, str, int, str]:
        """What its history tells: a row of it differs from the one before in this."""
        return self.grade, self.reason, (self.status or 0) // 100, self.target

    @property
    def shown(self) -> tuple[tuple[str, str, datetime | None] | None, bool]:
        """What readers are shown: what is wrong and since when; and whether they were told that it is dead."""
        fault = (self.grade, self.reason, self.failing_since) if self.grade in BROKEN else None
        return fault, self.died_at is not None


FIELDS: tuple[str, ...] = tuple(State.__dataclass_fields__)


def graded(before: State, finding: Finding, at: datetime, rule: Rule) -> State:
    """Return how a link is after a check that found `finding` at a time.

    Being well clears all that was counted. What is blocked, and a failure that may be over tomorrow, neither count
    nor clear. A link that was found dead stays so at any failure; where it cannot be told it is blocked, and still
    dead underneath, so that being well again is being mended.
    """
    found = replace(before, grade=finding.grade, reason=finding.reason, status=finding.status, target=finding.target)
    if finding.grade in (Grade.OK, Grade.MOVED):
        return replace(found, well_at=at, failing_since=None, gone_since=None, failures=0, died_at=None)
    if finding.grade == Grade.BLOCKED:
        return found
    failing = replace(found, failing_since=before.failing_since or at)
    if finding.is_for_good:
        failing = replace(failing, gone_since=before.gone_since or at, failures=before.failures + 1)
    died_at = before.died_at or (at if finding.is_for_good and _is_enough(failing, at, rule) else None)
    return replace(failing, grade=Grade.DEAD, died_at=died_at) if died_at else failing


def _is_enough(state: State, at: datetime, rule: Rule) -> bool:
    since = state.gone_since or at
    return state.failures >= rule.failures and at - since >= timedelta(days=rule.days)
