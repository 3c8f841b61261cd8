"""A whole roadmap for paper: a stranger's from memory, a learner's with their marks and notes."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts import overlay, printing, readers
from roadmap import stamps
from roadmap.printing import KEPT, printed
from roadmap.release import release
from roadmap.rendering import Overlay, join
from roadmap.stamps import Stamp
from roadmap.views.answering import Rendered, is_stranger, kept_offline, packed, show, to_stranger

TEMPLATE = "roadmap/print.html"


@require_safe
def whole(request: HttpRequest, slug: str) -> HttpResponse:
    """All pages of a roadmap on one."""
    stamp = stamps.of_roadmap(slug, request.user)
    if stamp is None:
        raise Http404
    language = get_language() or settings.LANGUAGE_CODE
    if is_stranger(request) and not settings.DEBUG:
        make = partial(_rendered, request.path, stamp, language, release())
        return kept_offline(request, to_stranger(request, "print", stamp, make), stamp)
    context = _context(request.path, stamp, language, printing.of(request, stamp))
    if readers.of(request):
        context["now"] = timezone.now()
    return kept_offline(request, show(request, TEMPLATE, context), stamp)


@lru_cache(maxsize=KEPT)
def _rendered(path: str, stamp: Stamp, language: str, release: str) -> Rendered:
    """Return a stranger's page; see `answering`."""
    context = _context(path, stamp, language, printing.of_stranger(stamp, language))
    return packed(render_to_string(TEMPLATE, context))


def _context(path: str, stamp: Stamp, language: str, marks: Overlay) -> dict[str, Any]:
    plan = printed(stamp, language)
    return {
        "printed": plan,
        "notes": join(plan.notes, marks),
        "total": overlay.total(marks),
        "address": settings.SITE_URL + plan.roadmap.get_absolute_url(),
        "path": path,
        "stays": True,
    }
