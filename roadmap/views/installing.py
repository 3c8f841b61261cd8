"""The manifest, the worker that keeps pages for reading offline, and what is shown where nothing was kept."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from roadmap import installing
from roadmap.release import release

HOUR = 3600


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest, the same for everyone."""
    response = JsonResponse(
        installing.manifest(), content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )
    patch_cache_control(response, public=True, max_age=0 if settings.DEBUG else HOUR)
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The worker's script; asked for each time, so that a new release takes over at once."""
    etag = f'"{release()}"'
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(installing.worker(release()), content_type="text/javascript; charset=utf-8")
    response.headers["ETag"] = etag
    patch_cache_control(response, public=True, no_cache=True)
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows instead of a page that it did not keep: made for no reader, since all browsers keep it."""
    response = HttpResponse(render_to_string("roadmap/offline.html"))
    patch_cache_control(response, public=True, no_cache=True)
    return response
