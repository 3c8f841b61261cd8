"""For whom a page is made."""

from __future__ import annotations

from typing import Any

from django import template

from accounts import naming

register = template.Library()


@register.simple_tag(takes_context=True)
def reader_name(context: dict[str, Any]) -> str:
    """The name of the reader; pages made for everyone are rendered without a request."""
    request = context.get("request")
    return naming.of(request) if request else naming.STRANGER
