"""The site's addresses, and the pages of what went wrong at `errors/`."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.defaults import server_error

from accounts.views.rescue import csrf_failure
from aienotes.urls import urlpatterns as site


def bad(request: HttpRequest) -> HttpResponse:
    """Answer as to a request that cannot be read."""
    raise BadRequest


def token(request: HttpRequest) -> HttpResponse:
    """Answer as to a form without its token."""
    return csrf_failure(request)


def often(request: HttpRequest) -> HttpResponse:
    """Answer as allauth does to who tries too often."""
    return render(request, "429.html", status=429)


urlpatterns = [
    *i18n_patterns(
        path("errors/400/", bad),
        path("errors/403/", token),
        path("errors/429/", often),
        path("errors/500/", server_error),
        prefix_default_language=False,
    ),
    *site,
]
