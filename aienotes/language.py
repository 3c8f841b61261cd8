"""The language of a page: what its address says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from aienotes import languages


def language_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Activate the language of the address: the first language at a bare one, any other under its prefix.

    Django's LocaleMiddleware comes to the same language but adds `Vary: Accept-Language` to every bare page, which
    would split a shared cache by a header that decides nothing here.
    """
    languages.fall_back_to_english()

    def middleware(request: HttpRequest) -> HttpResponseBase:
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    return middleware
