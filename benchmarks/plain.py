"""The plain Django way to the same page and the same tick: what the site's own are measured against.

The page is three ORM queries and a template that loops over the rows; what stands above and below them on the site's
page is printed as it is. The tick is an `update_or_create` and an answer of two bytes.
"""

from __future__ import annotations

import os
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_POST

from accounts.access import learner
from accounts.models import Progress, State
from roadmap.models import Listing, Resource, Section


@require_GET
@login_required
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The roadmap's first page with the learner's states."""
    sections = Section.objects.filter(page__roadmap__slug=slug).defer("source", "body_html")
    listings = Listing.objects.filter(section__page__roadmap__slug=slug).select_related("resource")
    states = dict(Progress.objects.filter(user=learner(request)).values_list("resource_id", "state"))
    rows: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for listing in listings.order_by("position"):
        row = {
            "resource": listing.resource,
            "label": listing.label,
            "state": states.get(listing.resource_id, ""),
        }
        rows[listing.section_id].append(row)
    head, foot = _around()
    shown = [_shown(section, rows[section.pk]) for section in sections.order_by("position")]
    return render(request, "plain.html", {"sections": shown, "head": head, "foot": foot, "tag": "zh-Hant"})


@require_POST
@login_required
def tick(request: HttpRequest, key: str) -> HttpResponse:
    """Bring a resource into the state that was posted."""
    Progress.objects.update_or_create(
        user=learner(request),
        resource=get_object_or_404(Resource, key=key),
        defaults={"state": request.POST["state"], "since": timezone.now()},
    )
    return HttpResponse("ok")


def _shown(section: Section, rows: list[dict[str, Any]]) -> dict[str, Any]:
    done = sum(row["state"] == State.DONE for row in rows)
    return {
        "pk": section.pk,
        "depth": section.depth,
        "level": section.level,
        "title": section.title,
        "slug": section.slug,
        "rows": rows,
        "done": done,
        "total": len(rows),
        "percent": 100 * done // max(1, len(rows)),
    }


@cache
def _around() -> tuple[SafeString, ...]:
    """Return what stands above and below the rows on the site's own page."""
    folder = Path(os.environ["BENCHMARK_AROUND"])
    return tuple(mark_safe((folder / name).read_text()) for name in ("head.html", "foot.html"))
