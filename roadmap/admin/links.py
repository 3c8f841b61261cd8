"""What an editor sees of the link of a resource: a column of the list, and a block of its page with its history."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, Value, When
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import broken
from roadmap import repairs
from roadmap.admin.typed import ModelAdmin
from roadmap.health import archive
from roadmap.health.links import address_of
from roadmap.models import BROKEN, Grade, Link, LinkCheck, Resource
from roadmap.reading.links import host_of, is_web

MOST_CHECKS = 50
"""So many rows of the history are shown, the newest."""
WORST_FIRST = (Grade.DEAD, Grade.FAILING, Grade.MOVED, Grade.BLOCKED, Grade.OK)
HOW_BAD = Case(
    *(When(link__grade=grade, then=Value(rank)) for rank, grade in enumerate(WORST_FIRST)),
    default=Value(len(WORST_FIRST)),
    output_field=IntegerField(),
)
"""The worst first; what was not checked yet last."""
SIGNS = {Grade.OK: "✓", Grade.MOVED: "→", Grade.BLOCKED: "○", Grade.FAILING: "!", Grade.DEAD: "✕"}


class LinksShown(ModelAdmin[Resource]):
    """The column and the block."""

    @admin.display(description=_("link"), ordering=HOW_BAD)
    def grade(self, resource: Resource) -> SafeString | str:
        """How its link is, and since when or where it is now; nothing where it was not checked yet."""
        link = resource.link
        return format_html("{} {}", mark(link), _detail(link)) if link and link.grade else ""

    @admin.display(description=_("link"))
    def link_shown(self, resource: Resource) -> str:
        """All that is known of its link."""
        return _block(resource, may_act=False)

    @admin.display(description=_("link"))
    def link_acted_on(self, resource: Resource) -> str:
        """The same with the buttons, for those who may press them."""
        return _block(resource, may_act=True)


def mark(row: Link | LinkCheck) -> SafeString:
    """Return a grade as a coloured sign with the word beside it."""
    sign = '<span class="grade grade-{}"><span class="sign" aria-hidden="true">{}</span> {}</span>'
    return format_html(sign, row.grade, SIGNS[Grade(row.grade)], row.get_grade_display())


def _detail(link: Link) -> SafeString | str:
    if link.grade == Grade.MOVED and is_web(link.target):
        return format_html('<a class="since" href="{}" rel="noreferrer">→ {}</a>', link.target, host_of(link.target))
    if link.grade in BROKEN and link.failing_since:
        day = localtime(link.failing_since)
        said = gettext("since %(day)s") % {"day": date_format(day)}
        return format_html('<time class="since" datetime="{}">{}</time>', day.date().isoformat(), said)
    return ""


def _block(resource: Resource, *, may_act: bool) -> str:
    link = resource.link if address_of(resource.url) else None
    rows = link.checks.all() if link else LinkCheck.objects.none()
    checks = list(rows[: MOST_CHECKS + 1])
    context: dict[str, Any] = {
        "link": link if link and link.grade else None,
        "mark": mark(link) if link and link.grade else "",
        "leads": bool(link and is_web(link.target)),
        "put_aside": bool(link and link.dismissed and link.dismissed == link.verdict),
        "hurried": bool(link and link.is_hurried),
        "reports": broken.count_open(link) if link else 0,
        "broken": bool(link and link.grade in BROKEN),
        "copies": _copies(resource, link),
        "checks": [(check, mark(check)) for check in checks[:MOST_CHECKS]],
        "more": len(checks) > MOST_CHECKS,
        "most": MOST_CHECKS,
        "acts": _acts(resource, link) if may_act else [],
    }
    return render_to_string("admin/roadmap/resource/_link.html", context)


def _copies(resource: Resource, link: Link | None) -> str:
    """Return where the Internet Archive's copies of what fails are listed, or the one nearest to when it was well."""
    if link is None or link.grade not in BROKEN or repairs.is_archived(resource.url):
        return ""
    return repairs.archived(resource) or archive.copy_of(link.url, link.well_at)


def _acts(resource: Resource, link: Link | None) -> list[dict[str, str]]:
    """Return the buttons: each with its words, the URL it would take over if any, and what it was decided on."""
    moved, copy = repairs.moved_to(resource), repairs.archived(resource)
    found: list[dict[str, str]] = []
    if moved:
        found.append(_act(resource, "take-over", gettext("Take over the new address:"), moved, moved))
    if copy:
        found.append(_act(resource, "take-copy", gettext("Take the Internet Archive’s copy:"), copy, copy))
    if link and _is_to_leave(link):
        found.append(_act(resource, "leave-link", gettext("Leave as it is"), link.verdict))
    if resource.retired_at is None:
        found.append(_act(resource, "check-soon", gettext("Check again soon")))
    return found


def _act(resource: Resource, name: str, words: str, shown: str = "", url: str = "") -> dict[str, str]:
    address = reverse(f"admin:roadmap_resource_{name}", args=[resource.pk])
    return {"words": words, "url": url, "shown": shown, "address": address}


def _is_to_leave(link: Link) -> bool:
    """Whether there is something that could be put aside."""
    wants = link.grade in (*BROKEN, Grade.MOVED) and link.dismissed != link.verdict
    return wants or broken.count_open(link) > 0
