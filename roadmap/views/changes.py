"""What changed in a roadmap, and what became of its links: a page of it, newest first, and a feed."""

from __future__ import annotations

from datetime import date
from functools import lru_cache, partial
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.paginator import InvalidPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts.models import User
from roadmap.changes import Block
from roadmap.feeds import ChangesFeed
from roadmap.history import History
from roadmap.models import Roadmap
from roadmap.release import release
from roadmap.stamps import Stamp, of_roadmap
from roadmap.views.answering import FOR_EVERYONE, Rendered, is_stranger, packed, show, to_stranger

TEMPLATE = "roadmap/changes.html"
BLOCKS_ON_A_PAGE = 20
KEPT = 32
"""How many pages of changes (each in one language) a process keeps."""


@require_safe
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed, by the days of the reader; `?page=` has what is older, `?run=` and `?links=` (a day of the site)
    lead to where a run or what became of links stands."""
    stamp = _stamp(request, slug)
    if "run" in request.GET or "links" in request.GET:
        return redirect(_place_of(request, stamp, slug))
    number = _number(request, "page")
    if is_stranger(request) and not settings.DEBUG:
        make = partial(_rendered, request.path, stamp, number, get_language() or "", release())
        return to_stranger(request, f"changes-{number}", stamp, make)
    zone = request.user.zone if isinstance(request.user, User) else timezone.get_default_timezone()
    with timezone.override(zone):
        return show(request, TEMPLATE, _context(stamp, number))


@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for feed readers: one entry a run, or a day of links. It is the same for everyone, whoever asks."""
    stamp = _stamp(request, slug)
    etag = f'W/"feed-{"-".join(map(str, stamp))}-{get_language()}-{release()}"'.replace(" ", "T")
    newest = History(stamp).newest()
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


def _place_of(request: HttpRequest, stamp: Stamp, slug: str) -> str:
    """Return where a run or a day of links stands now. Raises Http404 where nothing is told of it."""
    history = History(stamp)
    if "run" in request.GET:
        run = _number(request, "run")
        name, newer = f"run-{run}", history.place_of_run(run)
    else:
        day = _date(request, "links")
        name, newer = f"links-{day}", history.place_of_day(day)
    if newer is None:
        raise Http404
    return f"{reverse('roadmap:changes', args=[slug])}?page={newer // BLOCKS_ON_A_PAGE + 1}#{name}"


def _date(request: HttpRequest, name: str) -> date:
    """Return a day of the query. Raises Http404 for what is none."""
    try:
        return date.fromisoformat(request.GET[name])
    except ValueError:
        raise Http404 from None


@lru_cache(maxsize=KEPT)
def _rendered(path: str, stamp: Stamp, number: int, language: str, release: str) -> Rendered:
    """Return a stranger's page; see `answering` for what `path` and `release` are here for."""
    return packed(render_to_string(TEMPLATE, {**_context(stamp, number), "path": path}))


def _context(stamp: Stamp, number: int) -> dict[str, Any]:
    """Return what the template needs. Raises Http404 for a page that there is not."""
    history = History(stamp)
    try:
        page = Paginator(range(history.count()), BLOCKS_ON_A_PAGE).page(number)
    except InvalidPage:
        raise Http404 from None
    last = number * BLOCKS_ON_A_PAGE
    blocks = history.blocks(history.moments(last - BLOCKS_ON_A_PAGE, last))
    return {
        "roadmap": Roadmap.objects.get(pk=stamp.roadmap),
        "page": page,
        "own_query": f"page={number}" if number > 1 else "",
        "days": [(day, list(some)) for day, some in groupby(blocks, _day)],
        "stays": True,
    }


def _day(block: Block) -> date:
    return timezone.localtime(block.at).date()
