"""For whom a page was made: a name that says nothing of the reader, by which a browser never shows one learner's page
to another (see static/js/worker/copies.js)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from accounts import readers
from accounts.models import User

HEADER = "X-Reader"
STRANGER = "-"
"""The name of all who have marked nothing: proxies drop an empty header."""


def of(request: HttpRequest) -> str:
    """Return the name of the reader behind a request. Without a session nothing is asked of the database."""
    reader = readers.of(request) if hasattr(request, "user") else None
    if reader is None:
        return STRANGER
    return reader.reader if isinstance(reader, User) else salted_hmac("accounts.guest", reader.id).hexdigest()[:16]


def reader_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Say with each page for whom it was made, as things stand once it is made: after a sign-out, for a stranger."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.headers.get("Content-Type", "").startswith("text/html") or response.status_code == 304:
            response.headers[HEADER] = of(request)
        return response

    return middleware
