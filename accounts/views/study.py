"""A learner's own pages: how the study goes, and all notes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts import access, marked, study

NOTES_ON_A_PAGE = 50


def learner_only(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Lead those who are not signed in to where they can; where htmx asks for a piece, the whole page."""
    guarded = login_required(view)

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        response = guarded(request)
        if isinstance(response, HttpResponseRedirect) and request.headers.get("HX-Request"):
            return HttpResponseClientRedirect(response.url)
        return response

    return answer


@never_cache
@require_safe
@learner_only
def me(request: HttpRequest) -> HttpResponse:
    """Show how far the learner is, when they studied, and what they wrote."""
    user = access.learner(request)
    return _show(request, "accounts/me.html", {"study": study.of(user), "days": study.days(user)})


@never_cache
@require_safe
@learner_only
def notes(request: HttpRequest) -> HttpResponse:
    """Show all notes of the learner, or those in which the words of `q` stand."""
    search = request.GET.get("q", "").strip()
    places = marked.sections(marked.plans())
    found = marked.notes_of(access.learner(request), places, search)
    page = Paginator(found, NOTES_ON_A_PAGE).get_page(request.GET.get("page"))
    asked = {"q": search, "page": page.number if page.number > 1 else ""}
    own_query = urlencode({name: value for name, value in asked.items() if value})
    context = {"search": search, "page": page, "own_query": own_query, "items": marked.written(list(page), places)}
    return _show(request, "accounts/notes.html", context)


def _show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Return a page with its times in the learner's time zone."""
    with timezone.override(access.learner(request).zone):
        return render(request, template, context)
