"""What is made anew for each answer goes out gzipped: the proxy before a small server may compress nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.middleware.gzip import GZipMiddleware

TEXTS = frozenset(["application/atom+xml", "application/json", "application/xml", "text/html", "text/javascript"])
"""Content types that gain by it; images are compressed already."""


def compressing_middleware(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Gzip texts for whoever takes that, as Django does: with some random bytes, so that their size tells nothing of
    what they hold. What is encoded already is left alone, and what is streamed."""
    gzip = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> Any:
        response = get_response(request)
        if response.streaming or "Content-Encoding" in response.headers:
            return response
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return gzip.process_response(request, response) if kind in TEXTS else response

    return middleware
