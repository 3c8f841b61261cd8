"""Marks on a resource that an editor unites with another at this very moment."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]


def again_if_united(view: View) -> View:
    """Let a view that writes all or nothing begin once more where the resource it had found was gone before it wrote:
    by now its key leads to the one that it was united with."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except IntegrityError:
            return view(request, *args, **kwargs)

    return wrapped
