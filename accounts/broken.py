"""“This link is broken”: what learners say of links."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts import tracking
from accounts.models import BrokenReport, User
from roadmap.health import links
from roadmap.models import BROKEN, Link, LinkCheck, Resource

ENOUGH = 3
"""So many learners bring the check of a link forward."""


class Said(Enum):
    """What came of a report."""

    TAKEN = "taken"
    ALREADY = "already"
    """The learner has said so since the last check."""
    KNOWN = "known"
    """The last check says the same."""
    NO_LINK = "no link"
    """There is no link, or it left the notes with its resource: none is checked."""


def report(user: User, resource: Resource) -> Said:
    """Note that a learner finds the link of a resource broken, once for each check. Raises tracking.Gone."""
    # Before the learner is held: it may wait for an editor, who may wait for learners.
    link = None if resource.retired_at else links.of(resource)
    return _note(user, link.pk) if link else Said.NO_LINK


def mine(user: User, link: Link) -> BrokenReport | None:
    """Return a learner's report of a link, if there is one."""
    return BrokenReport.objects.filter(user=user, link=link).first()


def is_waiting(report: BrokenReport, link: Link) -> bool:
    """Return whether the link was not checked since a report of it."""
    return link.checked_at is None or report.at > link.checked_at


def open_reports() -> QuerySet[Any, Any]:
    """Return {"link", "count"} of the links that learners call broken while the check does not, the most reported
    first."""
    rows = _open().exclude(link__grade__in=BROKEN)
    return rows.values("link").annotate(count=Count("pk")).order_by("-count", "link")


def count_open(link: Link) -> int:
    """Return how many learners call a link broken."""
    return _open().filter(link=link).count()


def close(links: QuerySet[Link] | list[int]) -> int:
    """Put the reports of links (rows, or their pks) aside; return how many there were."""
    return BrokenReport.objects.filter(link__in=links, closed_at=None).update(closed_at=timezone.now())


@transaction.atomic
def _note(user: User, pk: int) -> Said:
    tracking.hold(user)
    # Of three at the same time the last must see the other two; and a check what it finds.
    link = Link.objects.select_for_update(no_key=True).get(pk=pk)
    if link.grade in BROKEN:
        return Said.KNOWN
    now = timezone.now()
    row, is_new = BrokenReport.objects.get_or_create(user=user, link=link, defaults={"at": now})
    if not is_new:
        if is_waiting(row, link):
            return Said.ALREADY
        row.at, row.closed_at = now, None
        row.save(update_fields=["at", "closed_at"])
    if not link.is_hurried and _since_check(link).count() >= ENOUGH:
        Link.objects.filter(pk=link.pk).update(hurried_at=now)
    return Said.TAKEN


def _open() -> QuerySet[BrokenReport]:
    """Reports where no check since has found the same, and no editor has put it aside."""
    agreeing = LinkCheck.objects.filter(link=OuterRef("link"), at__gte=OuterRef("at"), grade__in=BROKEN)
    return BrokenReport.objects.filter(~Exists(agreeing), closed_at=None)


def _since_check(link: Link) -> QuerySet[BrokenReport]:
    rows = BrokenReport.objects.filter(link=link, closed_at=None)
    return rows.filter(at__gt=link.checked_at) if link.checked_at else rows
