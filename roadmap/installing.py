"""What a browser needs to install the site and to read from it offline: the manifest, and the worker's script."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_info, gettext, override

from roadmap.elements import language_tag
from roadmap.filtering import KNOWN

PARTS = ("copies", "requests")
"""The files of the worker, static/js/worker/<name>.js. Modules would be neater; not every browser has them there."""
_PAPER = re.compile(r"--paper:\s*light-dark\((#[0-9a-f]+),\s*(#[0-9a-f]+)\)")


@cache
def paper() -> tuple[str, str]:
    """Return the colour of the paper in the light and in the dark theme, as the tokens have it."""
    tokens = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
    found = _PAPER.search(tokens.read_text())
    if found is None:
        raise ValueError(f"{tokens} has no --paper: light-dark(#…, #…)")
    return found[1], found[2]


def manifest() -> dict[str, Any]:
    """Return the web app manifest in the language in use."""
    code = get_language() or settings.LANGUAGE_CODE
    home = reverse("roadmap:home")
    return {
        "id": "/",
        "name": gettext("AIE Notes: study plans"),
        "short_name": "AIE Notes",
        "description": gettext("Study plans to learn from: tick off what is done, and keep notes."),
        "lang": language_tag(code),
        "dir": "rtl" if get_language_info(code)["bidi"] else "ltr",
        "start_url": home,
        "scope": "/",
        "display": "standalone",
        "theme_color": paper()[0],
        "background_color": paper()[0],
        "icons": [
            {"src": static("icons/icon.svg"), "type": "image/svg+xml", "sizes": "any", "purpose": "any"},
            {"src": static("icons/maskable.svg"), "type": "image/svg+xml", "sizes": "any", "purpose": "maskable"},
            {"src": static("icons/apple-touch-icon.png"), "type": "image/png", "sizes": "180x180"},
        ],
        "shortcuts": [
            {"name": gettext("My study"), "url": reverse("accounts:me")},
            {"name": gettext("Search"), "url": f"{home}search/"},
        ],
    }


@cache
def worker(release: str) -> str:
    """Return the worker's script: its files as one, with what it must know of this `release` before them."""
    known = {"release": release, "filters": list(KNOWN), "languages": [words_of(code) for code in _deepest_first()]}
    folder = Path(settings.BASE_DIR) / "static" / "js" / "worker"
    parts = [(folder / f"{name}.js").read_text() for name in PARTS]
    return "\n".join([f"const SITE = {json.dumps(known, ensure_ascii=False)};", *parts])


def worker_url() -> str:
    """Return where pages find the worker; empty in development, where nothing old may ever be shown."""
    return "" if settings.DEBUG else reverse("worker")


def _deepest_first() -> list[str]:
    """Return the codes of the languages, the one at bare addresses last."""
    return sorted((code for code, _ in settings.LANGUAGES), key=lambda code: code == settings.LANGUAGE_CODE)


def words_of(code: str) -> dict[str, Any]:
    """Return what the worker must know of a language: where its pages begin, and what is said on a kept one."""
    with override(code):
        return {
            "tag": language_tag(code),
            "home": reverse("roadmap:home"),
            "offline": reverse("roadmap:offline"),
            "signOut": [reverse("account_logout"), reverse("admin:logout")],
            "admin": [reverse("admin:index")],
            "gone": gettext("You are offline."),
            "slow": gettext("The site does not answer."),
            "kept": gettext("This is the page as it was at {time}. Ticks and notes cannot be saved now."),
            "again": gettext("Try again"),
            "copies": gettext("Kept in this browser:"),
            "stillIn": gettext(
                "Perhaps you are still signed in: the site did not say that you are out. Once it can be reached:"
            ),
            "leave": gettext("Sign out"),
        }
