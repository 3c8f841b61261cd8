"""How a page is answered: to a stranger from memory, the same bytes for everyone; to a learner with their marks."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.translation import get_language

from accounts import overlay, readers
from accounts.overlay import Known
from roadmap.filtering import Filter, asked_for
from roadmap.release import release
from roadmap.rendering import KEPT, compiled, join
from roadmap.stamps import Stamp
from roadmap.views import filtering

TEMPLATE = "roadmap/page.html"
KEPT_FILTERED = 16
"""How many filtered pages a process keeps."""
FOR_EVERYONE = {"Cache-Control": "public, max-age=0, must-revalidate", "Vary": "Cookie, Accept-Encoding"}
"""Any cache may keep it, and asks each time whether it still holds."""
ROADMAP_HEADER = "X-Roadmap"
"""Says of which roadmap a page is, if it is to be kept for reading offline (see static/js/worker/copies.js)."""


class Rendered(NamedTuple):
    """A stranger's page, ready to be sent."""

    plain: bytes
    gzipped: bytes


def is_stranger(request: HttpRequest) -> bool:
    """Return whether nothing sets this reader apart: no session, no message that waits to be shown."""
    return request.COOKIES.keys().isdisjoint((settings.SESSION_COOKIE_NAME, CookieStorage.cookie_name))


def answer(request: HttpRequest, stamp: Stamp, page: int | None) -> HttpResponse:
    """Return a page of a roadmap (`page` is its pk, None the first) for whoever asks."""
    wanted = asked_for(request.GET)
    # While someone works on the site's dress, nothing made with the old one is shown. What was not understood is said
    # in the page, which is then no longer one of few.
    if is_stranger(request) and not settings.DEBUG and not wanted.left_out:
        kept = _filtered if wanted else _whole
        language = get_language() or settings.LANGUAGE_CODE
        make = partial(kept, request.path, stamp, page, wanted, language, release())
        response = to_stranger(request, f"{page or 0}{wanted.query}", stamp, make)
    else:
        known = overlay.known(readers.of(request), stamp)
        response = show(request, TEMPLATE, _context(request.path, stamp, page, wanted, known))
    return kept_offline(request, response, stamp)


def kept_offline(request: HttpRequest, response: HttpResponse, stamp: Stamp) -> HttpResponse:
    """Return a page, marked for the worker: it is kept for reading offline as long as this roadmap is read. One that
    shows messages is not: they were meant for once."""
    if not getattr(get_messages(request), "used", False):
        response.headers[ROADMAP_HEADER] = str(stamp.roadmap)
    return response


def show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a template rendered anew: kept by no shared cache if it was made for someone, checked each time if not."""
    if is_stranger(request):
        text = render_to_string(template, {**context, "path": request.path})
        return HttpResponse(text, headers=FOR_EVERYONE)
    response = HttpResponse(render_to_string(template, context, request))
    # Nor by the browser: whoever goes back after signing out, or after marking elsewhere, must not see the old page.
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Cookie"])
    return response


def to_stranger(request: HttpRequest, name: object, stamp: Stamp, make: Callable[[], Rendered]) -> HttpResponse:
    """Return what is the same for everyone while the stamp is. `name` tells it from what else the roadmap has, `make`
    is asked for it where the reader's own copy is too old."""
    etag = f'W/"{name}-{"-".join(map(str, stamp))}-{get_language()}-{release()}"'.replace(" ", "T")
    response = get_conditional_response(request, etag=etag)
    if response is None:
        rendered = make()
        if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
            response = HttpResponse(rendered.gzipped, headers={"Content-Encoding": "gzip"})
        else:
            response = HttpResponse(rendered.plain)
    for header, value in FOR_EVERYONE.items():
        response.headers[header] = value
    response.headers["ETag"] = etag
    return response


def packed(text: str) -> Rendered:
    """Return a page as it is sent."""
    plain = text.encode()
    return Rendered(plain, gzip.compress(plain, mtime=0))


def _rendered(path: str, stamp: Stamp, page: int | None, wanted: Filter, language: str, release: str) -> Rendered:
    """Return a stranger's page. `path` counts because the language switch leads from there, `release` for the dress."""
    context = _context(path, stamp, page, wanted, overlay.known(None, stamp))
    return packed(render_to_string(TEMPLATE, {**context, "path": path}))


_whole = lru_cache(maxsize=KEPT)(_rendered)
_filtered = lru_cache(maxsize=KEPT_FILTERED)(_rendered)
"""Apart from the whole pages: whoever asks for ever other filters does not drive those out."""


def _context(path: str, stamp: Stamp, page: int | None, wanted: Filter, known: Known) -> dict[str, Any]:
    shown = filtering.context(stamp, page, wanted, known) if wanted else _unfiltered(stamp, page, known)
    return {**shown, "filter": wanted, "bar": filtering.Bar(wanted, known, page, path)}


def _unfiltered(stamp: Stamp, page: int | None, known: Known) -> dict[str, Any]:
    """Return what the page shows without a filter."""
    shown = compiled(stamp, page, get_language() or settings.LANGUAGE_CODE)
    marks = overlay.laid(known, stamp)
    return {
        "shown": shown,
        "notes": join(shown.notes, marks),
        "contents": join(shown.contents, marks),
        "total": overlay.total(marks),
        "news": marks.news,
        "next": marks.next,
    }
