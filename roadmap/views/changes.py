"""What changed in a roadmap: a page of it, newest first, and a feed."""

from __future__ import annotations

from datetime import date
from functools import lru_cache, partial
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import User
from roadmap.changes import Block, Told
from roadmap.contents import contents_of
from roadmap.feeds import ChangesFeed
from roadmap.models import Roadmap
from roadmap.release import release
from roadmap.stamps import Stamp, of_roadmap
from roadmap.views.answering import FOR_EVERYONE, Rendered, is_stranger, packed, show, to_stranger

TEMPLATE = "roadmap/changes.html"
RUNS_ON_A_PAGE = 20
KEPT = 32
"""How many pages of changes (each in one language) a process keeps."""


@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed, by the days of the reader; `?page=` has what is older, `?run=` leads to where a run stands."""
    stamp = _stamp(request, slug)
    if "run" in request.GET:
        return redirect(_place_of(stamp, slug, _number(request, "run")))
    number = _number(request, "page")
    if is_stranger(request) and not settings.DEBUG:
        make = partial(_rendered, request.path, stamp, number, get_language() or "", release())
        return to_stranger(request, f"changes-{number}", stamp, make)
    zone = request.user.zone if isinstance(request.user, User) else timezone.get_default_timezone()
    with timezone.override(zone):
        return show(request, TEMPLATE, _context(stamp, number))


@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for feed readers: one entry a run. It is the same for everyone, whoever asks."""
    stamp = _stamp(request, slug)
    etag = f'W/"feed-{"-".join(map(str, stamp))}-{get_language()}-{release()}"'.replace(" ", "T")
    newest = Told(stamp.roadmap, contents_of(stamp)).runs().values_list("at", flat=True).first()
    changed = int(newest.timestamp()) if newest else None
    response = get_conditional_response(request, etag=etag, last_modified=changed) or ChangesFeed(stamp)(request)
    if stamp.published:
        for header, value in FOR_EVERYONE.items():
            response.headers[header] = value
    else:
        patch_cache_control(response, private=True, no_store=True)
    response.headers["ETag"] = etag
    return response


def _stamp(request: HttpRequest, slug: str) -> Stamp:
    stamp = of_roadmap(slug, request.user)
    if stamp is None:
        raise Http404
    return stamp


def _number(request: HttpRequest, name: str) -> int:
    """Return a number of the query, 1 where there is none. Raises Http404 for what no page and no run has."""
    number = request.GET.get(name, "1")
    if not (number.isascii() and number.isdigit() and len(number) < 16 and int(number)):
        raise Http404
    return int(number)


def _place_of(stamp: Stamp, slug: str, pk: int) -> str:
    """Return where a run stands now. Raises Http404 for a run of which nothing is told."""
    runs = Told(stamp.roadmap, contents_of(stamp)).runs()
    run = runs.filter(pk=pk).first()
    if run is None:
        raise Http404
    newer = runs.filter(Q(at__gt=run.at) | Q(at=run.at, pk__gt=pk)).count()
    return f"{reverse('roadmap:changes', args=[slug])}?page={newer // RUNS_ON_A_PAGE + 1}#run-{pk}"


@lru_cache(maxsize=KEPT)
def _rendered(path: str, stamp: Stamp, number: int, language: str, release: str) -> Rendered:
    """Return a stranger's page; see `answering` for what `path` and `release` are here for."""
    return packed(render_to_string(TEMPLATE, {**_context(stamp, number), "path": path}))


def _context(stamp: Stamp, number: int) -> dict[str, Any]:
    """Return what the template needs. Raises Http404 for a page that there is not."""
    told = Told(stamp.roadmap, contents_of(stamp))
    try:
        page = Paginator(told.runs(), RUNS_ON_A_PAGE).page(number)
    except InvalidPage:
        raise Http404 from None
    blocks = told.blocks(list(page))
    return {
        "roadmap": Roadmap.objects.get(pk=stamp.roadmap),
        "page": page,
        "days": [(day, list(some)) for day, some in groupby(blocks, _day)],
        "stays": True,
    }


def _day(block: Block) -> date:
    return timezone.localtime(block.at).date()
