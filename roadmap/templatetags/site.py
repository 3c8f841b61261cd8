"""Presentation only: addresses of the site's own files, icons, and the way to the other language."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from roadmap import elements, styles
from roadmap.views.languages import in_language

register = template.Library()

NAMES = {"zh-hant": "中文", "en": "English"}
"""What the switch calls a language: its own name, as short as it gets."""


@register.simple_tag
def stylesheet_url() -> str:
    """The address of the stylesheet as it is now."""
    return reverse("stylesheet", args=[styles.sheet().digest])


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of the sprite."""
    return mark_safe(elements.icon(name))  # noqa: S308 - names stand in templates


@register.simple_tag
def share(section: int) -> SafeString:
    """The place of a section's share in a template that is rendered once for all readers."""
    return mark_safe(f"<!--share:{int(section)}-->")  # noqa: S308 - a number


@register.simple_tag
def mail_is_set_up() -> bool:
    """Whether the site can send mail."""
    return bool(settings.MAIL)


@register.filter
def language_tag(code: str | None) -> str:
    """A language code as HTML wants it."""
    return elements.language_tag(code or settings.LANGUAGE_CODE)


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any]) -> str:
    """The path of the page that is shown; pages made for everyone are rendered without a request and name it."""
    request = context.get("request")
    return str(context.get("path") or (request.path if request else "/"))


@register.simple_tag(takes_context=True)
def other_languages(context: dict[str, Any]) -> list[dict[str, str]]:
    """The site's other languages: code, name and where this page is in it."""
    path = here(context)
    return [
        {
            "tag": elements.language_tag(code),
            "name": NAMES.get(code, str(name)),
            "url": in_language(path, code),
        }
        for code, name in settings.LANGUAGES
        if code != get_language()
    ]
