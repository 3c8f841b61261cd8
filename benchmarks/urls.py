"""The site's addresses, and behind the same middleware what they are measured against: `/constant/`, the bytes of the
roadmap page made by nothing, and the page and the tick of plain.py."""

from __future__ import annotations

import os
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.urls import path

from aienotes.urls import urlpatterns as site
from benchmarks import plain

BYTES = Path(os.environ["BENCHMARK_BYTES"])


def constant(request: HttpRequest) -> HttpResponse:
    """Answer with the roadmap page's bytes, read once a process."""
    return HttpResponse(_body())


def _body(kept: list[bytes] = []) -> bytes:  # noqa: B006 - one body a process is the point
    if not kept:
        kept.append(BYTES.read_bytes())
    return kept[0]


urlpatterns = [
    path("constant/", constant),
    path("plain/roadmaps/<slug:slug>/", plain.page),
    path("plain/resources/<str:key>/state/", plain.tick),
    *site,
]
