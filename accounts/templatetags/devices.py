"""What a browser calls itself, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext

register = template.Library()

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "Chrom": "Chrome",
    "CriOS": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
"""By what stands in the name, the telling ones first: Edge calls itself Chrome too, and Android Linux."""


@register.filter
def device(user_agent: str) -> str:
    """Return the browser and the system that a user agent names, as far as they are known."""
    found = [next((name for mark, name in names.items() if mark in user_agent), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, found)) or gettext("Unknown browser")
