"""Links that fail, as a check would leave them: no check runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q

from roadmap.health import links
from roadmap.models import Link, Resource

WELL_AT = datetime(2026, 10, 25, 3, 4, 5, tzinfo=UTC)
FAILING_SINCE = datetime(2026, 11, 1, 20, tzinfo=UTC)
"""In Taipei that is the second already."""
CHECKED_AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
REASONS = {"ok": "well", "moved": "moved", "blocked": "refused", "failing": "slow", "dead": "gone", "": ""}


def let_be(resource: Resource, grade: str, **fields: Any) -> Link:
    """Give the link of a resource a grade, as of CHECKED_AT, and let its pages be made anew; return the link."""
    link = links.of(resource)
    assert link
    times: dict[str, Any] = {"checked_at": CHECKED_AT if grade else None, "well_at": WELL_AT}
    if grade in ("failing", "dead"):
        times["failing_since"] = FAILING_SINCE
    Link.objects.filter(pk=link.pk).update(grade=grade, reason=REASONS[grade], **times | fields)
    links.raise_health(Q(pk=resource.roadmap_id))
    link.refresh_from_db()
    return link
