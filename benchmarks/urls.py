"""The site's addresses, and `/constant/`: the bytes of the roadmap page behind the same middleware, made by nothing."""

from __future__ import annotations

import os
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path

from aienotes.urls import urlpatterns as site

BYTES = Path(os.environ["BENCHMARK_BYTES"])


def constant(request: HttpRequest) -> HttpResponse:
    """Answer with the roadmap page's bytes, read once a process."""
    return HttpResponse(_body())


def _body(kept: list[bytes] = []) -> bytes:  # noqa: B006 - one body a process is the point
    if not kept:
        kept.append(BYTES.read_bytes())
    return kept[0]


urlpatterns = [path("constant/", constant), *site]
