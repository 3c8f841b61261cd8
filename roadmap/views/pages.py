"""The roadmap's pages: what is at `/`, a roadmap, and one further page of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from roadmap import stamps
from roadmap.models import Roadmap
from roadmap.views.answering import answer, is_stranger, show
from roadmap.views.languages import comes_from_here, prefers_english


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The one roadmap, a list of several, or how to import the first."""
    bare = request.path_info == "/"
    wanted = None if comes_from_here(request) else _wanted(request, bare=bare)
    if wanted and wanted != get_language():
        return _to(wanted)
    found = stamps.all_roadmaps()
    if len(found) == 1:
        response = answer(request, found[0], None)
    elif found:
        response = show(request, "roadmap/list.html", {"roadmaps": Roadmap.objects.order_by("title", "pk")})
    else:
        response = show(request, "roadmap/none.html", {})
    if bare:
        patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
def roadmap(request: HttpRequest, slug: str) -> HttpResponse:
    """A roadmap's first page."""
    stamp = stamps.of_roadmap(slug)
    if stamp is None:
        raise Http404
    return answer(request, stamp, None)


@require_safe
def page(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """A further page; the first one's path leads to the roadmap's own address."""
    found = stamps.of_page(slug, path) if "\0" not in path else None
    if found is None:
        raise Http404
    if found.position == 0:
        return redirect("roadmap:roadmap", slug)
    return answer(request, found.stamp, found.pk)


def _wanted(request: HttpRequest, *, bare: bool) -> str | None:
    """Return the language that a learner chose, or a stranger's browser where the address says none; None for any."""
    if not is_stranger(request):
        return getattr(request.user, "language", None)
    return "en" if bare and prefers_english(request.headers.get("Accept-Language", "")) else None


def _to(language: str) -> HttpResponse:
    """Lead to the front page in a language; never kept, since the next visit may be meant for the other one."""
    with override(language):
        response = redirect("roadmap:home")
    patch_cache_control(response, private=True, no_store=True)
    return response
