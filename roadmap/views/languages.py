"""Which language a visitor of the front page is led to, and where a page is in another language."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse, translate_url
from django.utils.translation import get_language_from_path, override
from django.utils.translation.trans_real import get_supported_language_variant, parse_accept_lang_header


def preferred(accept_language: str) -> str:
    """Return the first language in an Accept-Language header that the site has, in whatever variant; the site's first
    where it has none of them."""
    for tag, quality in parse_accept_lang_header(accept_language):
        if quality:
            with suppress(LookupError):
                return str(get_supported_language_variant(tag))
    return str(settings.LANGUAGE_CODE)


def comes_from_here(request: HttpRequest) -> bool:
    """Return whether a page of this site led here: our language switch, perhaps."""
    is_ours = urlsplit(request.headers.get("Referer", "")).netloc == request.get_host()
    return is_ours or request.headers.get("Sec-Fetch-Site") == "same-origin"


def in_language(path: str, language: str) -> str:
    """Return a page's address in another language; the front page's where there is no such page."""
    with override(get_language_from_path(path) or settings.LANGUAGE_CODE):
        try:
            resolve(path)
        except Resolver404:
            path = reverse("roadmap:home")
        return translate_url(path, language)
