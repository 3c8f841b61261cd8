"""Presentation only: addresses of the site's own files, icons, and the way to the other language."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from aienotes.languages import with_territory
from roadmap import elements, installing, styles
from roadmap.views.languages import in_language

register = template.Library()

NAMES = {"zh-hant": "中文", "en": "English"}
"""What the switch calls a language: its own name, as short as it gets."""


@register.simple_tag
def stylesheet_url() -> str:
    """The address of the stylesheet as it is now."""
    return reverse("stylesheet", args=[styles.sheet().digest])


@register.simple_tag
def worker_url() -> str:
    """The address of the worker that keeps pages for reading offline; empty where there is none."""
    return installing.worker_url()


@register.simple_tag
def paper(theme: str) -> str:
    """The colour of the paper in the light or the dark theme, for what a browser paints around a page."""
    light, dark = installing.paper()
    return dark if theme == "dark" else light


@register.simple_tag
def icon(name: str) -> SafeString:
    """A symbol of the sprite."""
    return mark_safe(elements.icon(name))  # noqa: S308 - names stand in templates


@register.simple_tag
def share(section: int) -> SafeString:
    """The place of a section's share in a template that is rendered once for all readers."""
    return mark_safe(f"<!--share:{int(section)}-->")  # noqa: S308 - a number


@register.simple_tag
def onward(section: int) -> SafeString:
    """The place of the mark that a section is the one to go on in, in such a template."""
    return mark_safe(f'<span class="onward" data-next="{int(section)}"><!--next:{int(section)}--></span>')  # noqa: S308


@register.simple_tag
def mail_is_set_up() -> bool:
    """Whether the site can send mail."""
    return bool(settings.MAIL)


@register.filter
def typed(cleaned: str) -> SafeString:
    """Cleaned HTML of what somebody typed here."""
    return mark_safe(elements.typed(cleaned))  # noqa: S308 - cleaned when it was saved


@register.filter
def language_tag(code: str | None) -> str:
    """A language code as HTML wants it."""
    return elements.language_tag(code or settings.LANGUAGE_CODE)


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any]) -> str:
    """The path of the page that is shown, with what its query asks for: a filter, words to look for, where to go on."""
    return _path(context) + _query(context)


@register.filter
def one_line(text: str) -> str:
    """A text without line breaks and runs of blanks."""
    return SafeString(" ".join(text.split())) if isinstance(text, SafeString) else " ".join(text.split())


@register.simple_tag
def found_at(path: str, number: int | None = None) -> dict[str, Any]:
    """Where search engines find a page (`number` is that of one in a sequence): its whole address in this language and,
    for those who read none of the site's, in the first; in every language by tag; and what Open Graph calls these."""
    query = f"?page={number}" if number and number > 1 else ""
    codes = [code for code, _name in settings.LANGUAGES]
    urls = {code: f"{settings.SITE_URL}{in_language(path, code)}{query}" for code in codes}
    now = get_language() or settings.LANGUAGE_CODE
    return {
        "site": settings.SITE_URL,
        "url": urls[now],
        "default": urls[settings.LANGUAGE_CODE],
        "all": [(elements.language_tag(code), url) for code, url in urls.items()],
        "locale": with_territory(now),
        "other_locales": [with_territory(code) for code in codes if code != now],
    }


@register.simple_tag(takes_context=True)
def other_languages(context: dict[str, Any]) -> list[dict[str, str]]:
    """The site's other languages: code, name and where this page is in it."""
    path = _path(context)
    return [
        {
            "tag": elements.language_tag(code),
            "name": NAMES.get(code, str(name)),
            "url": in_language(path, code) + _query(context),
        }
        for code, name in settings.LANGUAGES
        if code != get_language()
    ]


def _path(context: dict[str, Any]) -> str:
    """Return the path; pages made for everyone are rendered without a request and name it."""
    request = context.get("request")
    return str(context.get("path") or (request.path if request else "/"))


def _query(context: dict[str, Any]) -> str:
    """Return what of the query makes the page what it is: the filter, else what the view names in `own_query`, else
    where a form of the accounts' leads on to."""
    wanted, request = context.get("filter"), context.get("request")
    query = wanted.query if wanted else str(context.get("own_query", ""))
    if not query and request and (onward := request.GET.get(REDIRECT_FIELD_NAME)):
        query = urlencode({REDIRECT_FIELD_NAME: onward})
    return f"?{query}" if query else ""
