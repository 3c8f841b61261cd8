"""Links as checks leave them: each function gives a resource's link what a test says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import BrokenReport
from roadmap.health import links
from roadmap.models import BROKEN, Grade, Link, LinkCheck, Reason, Resource
from tests.factories import make_user

REASONS = {
    Grade.OK: Reason.WELL,
    Grade.MOVED: Reason.MOVED,
    Grade.BLOCKED: Reason.REFUSED,
    Grade.FAILING: Reason.SERVER,
    Grade.DEAD: Reason.NOT_FOUND,
}
WELL = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def graded(resource: Resource, grade: str, *, days: int = 10, **fields: Any) -> Link:
    """Give a resource's link a grade, of a broken one since so many days; return it."""
    found = links.of(resource)
    assert found is not None
    now = timezone.now()
    values: dict[str, Any] = {"grade": grade, "reason": REASONS[Grade(grade)], "checked_at": now, "asked_at": now}
    values["well_at"] = now if grade in (Grade.OK, Grade.MOVED) else WELL
    values["failing_since"] = now - timedelta(days=days) if grade in BROKEN else None
    values["died_at"] = now if grade == Grade.DEAD else None
    Link.objects.filter(pk=found.pk).update(**values | fields)
    found.refresh_from_db()
    resource.refresh_from_db()
    return found


def checked(link: Link, grade: str, **fields: Any) -> LinkCheck:
    """Add a row to the history of a link."""
    defaults: dict[str, Any] = {"at": timezone.now(), "grade": grade, "reason": REASONS[Grade(grade)]}
    return LinkCheck.objects.create(link=link, **defaults | fields)


def call_broken(link: Link, learners: int = 1) -> None:
    """Let learners call a link broken."""
    for _ in range(learners):
        BrokenReport.objects.create(user=make_user(), link=link, at=timezone.now())
