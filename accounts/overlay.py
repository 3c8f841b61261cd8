"""What one reader's own marks add to a page: asked for once by each view, in one place."""

from __future__ import annotations

from django.http import HttpRequest

from roadmap.rendering import EMPTY, Overlay


def of(request: HttpRequest) -> Overlay:
    """Return what the reader behind `request` marked; nothing so far, for resources cannot be marked yet."""
    return EMPTY
