"""/styleguide/: the tokens and every part of the site, in both themes. For those who work on it, so in DEBUG alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from roadmap.views import samples

COLOUR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
SIZE = re.compile(r"--(small|text|head|title): ([\d.]+rem)")
SPACE = re.compile(r"--(space-\d+): ([\d.]+rem)")


class Colour(NamedTuple):
    """A colour in one theme."""

    name: str
    value: str
    contrast: float
    """To the paper, as WCAG 2 computes it: 1 to 21."""


class Named(NamedTuple):
    """A size or a space."""

    name: str
    value: str
    sample: str = ""
    """The class of a text of that size."""


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show it; 404 in production."""
    if not settings.DEBUG:
        raise Http404
    text = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    parts = samples.all_of_them(request)
    dresses = [{"name": name, "colours": colours(text, name), "samples": parts} for name in ("light", "dark")]
    sizes = [Named(name, value, f"guide-{name}") for name, value in SIZE.findall(text)[:4]]
    spaces = [Named(*found) for found in SPACE.findall(text)]
    return render(request, "roadmap/styleguide.html", {"dresses": dresses, "sizes": sizes, "spaces": spaces})


def colours(text: str, dress: str) -> list[Colour]:
    """Return the colours that the text of tokens.css sets first, in the theme "light" or "dark"."""
    values: dict[str, str] = {}
    for name, light, dark in COLOUR.findall(text):
        values.setdefault(name, light if dress == "light" else dark)
    return [Colour(name, value, contrast(value, values["paper"])) for name, value in values.items()]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours such as "#fbf9f4": https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
