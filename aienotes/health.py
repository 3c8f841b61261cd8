"""Whether the site is well, for whatever watches over it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from roadmap.views.files import healthz

PATH = "/healthz"


def health_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer for the health check before anything else is asked.

    What watches a container calls it over plain http and by an address of its own choice: a redirect to https or a
    check of the Host header would make a well site look ill.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return healthz(request) if request.path_info == PATH else get_response(request)

    return middleware
