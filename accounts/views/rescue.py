"""What was posted without a valid token is shown with one, and a button, so that nothing that was written is lost."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.views.decorators.cache import never_cache

RESCUED = frozenset({"accounts:state", "accounts:section", "accounts:undo", "accounts:note"})
"""Views whose posts do no harm when someone confirms them without having begun them."""
LONG = "text"
"""The one field that is shown as it was typed; all others are short."""


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show what was posted with a token and a button, if a page of this site posted it; else refuse it."""
    rescued = _comes_from_here(request) and _view_name(request) in RESCUED
    fields = [(name, value) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"]
    context = {
        "rescued": rescued and not request.headers.get("HX-Request"),
        "fields": [field for field in fields if field[0] != LONG],
        "text": request.POST.get(LONG) if rescued else None,
    }
    return render(request, "403_csrf.html", context, status=403)


def _comes_from_here(request: HttpRequest) -> bool:
    """Return whether a browser says that another site had no part in this."""
    fetched = request.headers.get("Sec-Fetch-Site", "same-origin")
    origin = request.headers.get("Origin")
    return fetched == "same-origin" and origin in (None, f"{request.scheme}://{request.get_host()}")


def _view_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""
