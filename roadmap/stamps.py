"""What a page depends on, asked for in one small query at each request.

The ORM writes that query once; building it anew took longer than everything else that a page from memory needs.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from roadmap.models import Page, Roadmap


class Stamp(NamedTuple):
    """While it stays the same, so does everything on a roadmap's pages."""

    roadmap: int
    version: int
    checked_at: object
    """As the database driver gives it: to be compared and printed, not reckoned with."""


class PageStamp(NamedTuple):
    """A live page and what it depends on."""

    pk: int
    position: int
    stamp: Stamp


def all_roadmaps() -> list[Stamp]:
    """Return the stamps of all roadmaps."""
    return [Stamp(*row) for row in _rows(_all(), ())]


def of_roadmap(slug: str) -> Stamp | None:
    """Return a roadmap's stamp, None where there is no such roadmap."""
    return next((Stamp(*row) for row in _rows(_by_slug(), (slug,))), None)


def of_page(slug: str, path: str) -> PageStamp | None:
    """Return a live page of a roadmap, None where there is none."""
    rows = _rows(_by_path(), (slug, path))
    return next((PageStamp(pk, position, Stamp(*stamp)) for pk, position, *stamp in rows), None)


def of_shown(page: int) -> Stamp | None:
    """Return the stamp of the roadmap that a live page (its pk) belongs to, None where there is no such page."""
    return next((Stamp(*row) for row in _rows(_by_page(), (page,))), None)


def _rows(sql: str, parameters: tuple[str | int, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@cache
def _all() -> str:
    return Roadmap.objects.order_by().values_list("pk", "version", "checked_at").query.sql_with_params()[0]


@cache
def _by_slug() -> str:
    rows = Roadmap.objects.filter(slug="").order_by().values_list("pk", "version", "checked_at")
    return rows.query.sql_with_params()[0]


@cache
def _by_path() -> str:
    rows = Page.objects.filter(roadmap__slug="").filter(path="").filter(retired_at=None).order_by()
    fields = ("pk", "position", "roadmap", "roadmap__version", "roadmap__checked_at")
    return rows.values_list(*fields).query.sql_with_params()[0]


@cache
def _by_page() -> str:
    rows = Page.objects.filter(pk=0).filter(retired_at=None).order_by()
    return rows.values_list("roadmap", "roadmap__version", "roadmap__checked_at").query.sql_with_params()[0]
