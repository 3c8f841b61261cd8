"""The roadmap's pages: what is at `/`, a roadmap, and one further page of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from accounts import readers, shelf
from aienotes.languages import offered
from roadmap import stamps
from roadmap.models import PageAlias
from roadmap.views.answering import answer, is_stranger, show
from roadmap.views.languages import comes_from_here, preferred


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The one roadmap, a list of several, or how to import the first."""
    bare = request.path_info == "/"
    wanted = "" if comes_from_here(request) else _wanted(request, bare=bare)
    if wanted and wanted != get_language():
        return _to(request, wanted)
    found = stamps.all_roadmaps()
    if len(found) == 1:
        response = answer(request, found[0], None)
    elif found:
        response = show(request, "roadmap/list.html", {"shelf": shelf.of(readers.of(request))})
    else:
        response = show(request, "roadmap/none.html", {})
    if bare:
        patch_vary_headers(response, ["Accept-Language"])
    return response


@require_safe
def roadmap(request: HttpRequest, slug: str) -> HttpResponse:
    """A roadmap's first page."""
    stamp = stamps.of_roadmap(slug, request.user)
    if stamp is None:
        raise Http404
    return answer(request, stamp, None)


@require_safe
def page(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """A further page; the first one's path leads to the roadmap's own address, one that a page had to where it is."""
    if "\0" in path:
        raise Http404
    found = stamps.of_page(slug, path, request.user)
    if found is None:
        return _to_renamed(request, slug, path)
    if found.position == 0:
        return redirect(_with_query(request, reverse("roadmap:roadmap", args=[slug])))
    return answer(request, found.stamp, found.pk)


def _to_renamed(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """Lead from the path that a page once had to its address now. Raises Http404 for any other path.

    Not for good: a browser would never ask again, and the path may be another page's tomorrow, or its own once more.
    """
    aliases = PageAlias.objects.filter(roadmap__slug=slug, path=path, page__retired_at=None)
    alias = aliases.select_related("page__roadmap").first()
    if alias is None or not stamps.is_open(alias.page.roadmap.published, request.user):
        raise Http404
    response = redirect(_with_query(request, alias.page.get_absolute_url()))
    patch_cache_control(response, private=True, no_store=True)
    return response


def _wanted(request: HttpRequest, *, bare: bool) -> str:
    """Return the language that a learner chose, or a stranger's browser where the address says none; empty for any."""
    if not is_stranger(request):
        return offered(getattr(request.user, "language", ""))
    return preferred(request.headers.get("Accept-Language", "")) if bare else ""


def _with_query(request: HttpRequest, address: str) -> str:
    """Return an address with what was asked for at the one that leads there."""
    query = request.GET.urlencode()
    return f"{address}?{query}" if query else address


def _to(request: HttpRequest, language: str) -> HttpResponse:
    """Lead to the front page in a language; never kept, since the next visit may be meant for the other one."""
    with override(language):
        response = redirect(_with_query(request, reverse("roadmap:home")))
    patch_cache_control(response, private=True, no_store=True)
    return response
