"""What search engines read first: which pages there are, and which are none of their business."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import override
from django.views.decorators.http import require_safe

from roadmap.elements import language_tag
from roadmap.models import Page, Roadmap

CLOSED = ("admin/", "accounts/", "me/", "resources/", "search/", "sections/", "undo/", "news/", "token/")
"""Beneath these stands what is one person's own, or is made anew for each question."""
ADDRESSES = 10_000
"""In one file of the sitemap. Crawlers take 50,000 of them and 50 MB, and each comes with its translations."""
AN_HOUR = 3600


class Entry(NamedTuple):
    """A page that strangers may find."""

    name: str
    arguments: tuple[str, ...]
    changed: datetime | None

    @property
    def lastmod(self) -> str:
        """When it changed, as the sitemap has times; may be empty."""
        return timezone.localtime(self.changed).isoformat(timespec="seconds") if self.changed else ""

    @property
    def addresses(self) -> list[tuple[str, str]]:
        """Where it is, by language tag, the site's first language first."""
        found = []
        for code, _name in settings.LANGUAGES:
            with override(code):
                found.append((language_tag(code), settings.SITE_URL + reverse(self.name, args=self.arguments)))
        return found


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """All pages for everyone, in all languages; a list of parts where that is too much for one file."""
    entries = list(_entries())
    if len(entries) <= _most():
        return _show(request, entries)
    parts = [reverse("sitemap-part", args=[number + 1]) for number in range(-(-len(entries) // _most()))]
    context = {"site": settings.SITE_URL, "parts": parts}
    return _kept(render(request, "roadmap/sitemap_index.xml", context, content_type="application/xml"))


@require_safe
def sitemap_part(request: HttpRequest, number: int) -> HttpResponse:
    """One part of it, counted from 1."""
    entries = list(_entries())[: number * _most()][max(number - 1, 0) * _most() :]
    if not entries:
        raise Http404
    return _show(request, entries)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What no robot needs to ask for, and where the sitemap is."""
    fronts = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            fronts.append(reverse("roadmap:home"))
    closed = [f"Disallow: {front}{path}" for front in fronts for path in CLOSED]
    lines = ["User-agent: *", *closed, "", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return _kept(HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8"))


def _entries() -> Iterator[Entry]:
    """Yield the front page where it lists study plans, and each plan's pages and changes."""
    plans = Roadmap.objects.filter(published=True).order_by("pk").values_list("slug", "checked_at")
    if len(plans) > 1:
        yield Entry("roadmap:home", (), None)
    for slug, changed in plans:
        yield Entry("roadmap:changes", (slug,), changed)
    pages = Page.objects.filter(retired_at=None, roadmap__published=True).order_by("roadmap", "position")
    for slug, path, position, changed in pages.values_list(
        "roadmap__slug", "path", "position", "roadmap__checked_at"
    ).iterator():
        if position:
            yield Entry("roadmap:page", (slug, path), changed)
        else:
            yield Entry("roadmap:roadmap", (slug,), changed)


def _most() -> int:
    return ADDRESSES // len(settings.LANGUAGES)


def _show(request: HttpRequest, entries: list[Entry]) -> HttpResponse:
    return _kept(render(request, "roadmap/sitemap.xml", {"entries": entries}, content_type="application/xml"))


def _kept(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=AN_HOUR)
    return response
