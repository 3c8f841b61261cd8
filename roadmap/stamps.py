"""What a page depends on, asked for in one small query at each request; and the one place that says who may see it.

The ORM writes that query once; building it anew took longer than everything else that a page from memory needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from roadmap.models import Page, Roadmap

FIELDS = ("pk", "version", "checked_at", "published", "health")
OF_ROADMAP = tuple(f"roadmap__{name}" for name in FIELDS[1:])


class Stamp(NamedTuple):
    """While it stays the same, so does everything on a roadmap's pages."""

    roadmap: int
    version: int
    checked_at: object
    """As the database driver gives it: to be compared and printed, not reckoned with."""
    published: bool = True
    health: int = 0
    """Of the links."""


class PageStamp(NamedTuple):
    """A live page and what it depends on."""

    pk: int
    position: int
    stamp: Stamp


def is_open(published: bool, reader: Any) -> bool:
    """Return whether a reader (a user, a guest, None) sees a roadmap: one that is not published only editors do."""
    if published:
        return True
    return bool(getattr(reader, "is_staff", False)) and bool(reader.has_perm("roadmap.view_roadmap"))


def all_roadmaps() -> list[Stamp]:
    """Return the stamps of all published roadmaps."""
    return [Stamp(*row) for row in _rows(*_all())]


def open_to(reader: Any) -> list[Stamp]:
    """Return the stamps of all roadmaps that a reader sees, in their order."""
    stamps = (Stamp(*row) for row in _rows(*_every()))
    return [stamp for stamp in stamps if is_open(stamp.published, reader)]


def of_roadmap(slug: str, reader: Any) -> Stamp | None:
    """Return a roadmap's stamp, None where there is none that this reader may see."""
    return _seen((Stamp(*row) for row in _rows(_by_slug(), (slug,))), reader)


def of_page(slug: str, path: str, reader: Any) -> PageStamp | None:
    """Return a live page of a roadmap, None where there is none that this reader may see."""
    rows = _rows(_by_path(), (slug, path))
    found = next((PageStamp(pk, position, Stamp(*stamp)) for pk, position, *stamp in rows), None)
    return found if found and is_open(found.stamp.published, reader) else None


def of_shown(page: int, reader: Any) -> Stamp | None:
    """Return the stamp of the roadmap that a live page (its pk) belongs to, None where there is none that this reader
    may see."""
    return _seen((Stamp(*row) for row in _rows(_by_page(), (page,))), reader)


def _seen(stamps: Iterator[Stamp], reader: Any) -> Stamp | None:
    stamp = next(stamps, None)
    return stamp if stamp and is_open(stamp.published, reader) else None


def _rows(sql: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


@cache
def _all() -> tuple[str, tuple[Any, ...]]:
    return Roadmap.objects.filter(published=True).values_list(*FIELDS).query.sql_with_params()


@cache
def _every() -> tuple[str, tuple[Any, ...]]:
    return Roadmap.objects.values_list(*FIELDS).query.sql_with_params()


@cache
def _by_slug() -> str:
    rows = Roadmap.objects.filter(slug="").order_by().values_list(*FIELDS)
    return rows.query.sql_with_params()[0]


@cache
def _by_path() -> str:
    rows = Page.objects.filter(roadmap__slug="").filter(path="").filter(retired_at=None).order_by()
    return rows.values_list("pk", "position", "roadmap", *OF_ROADMAP).query.sql_with_params()[0]


@cache
def _by_page() -> str:
    rows = Page.objects.filter(pk=0).filter(retired_at=None).order_by()
    return rows.values_list("roadmap", *OF_ROADMAP).query.sql_with_params()[0]
