"""Helpers for tests of the importer: write notes, import them, look at all rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps

from roadmap.importing.importer import Report, import_notes
from roadmap.models import Resource, Roadmap

BUNDLED = Path(__file__).parents[2] / "notes" / "README.md"


def bring(folder: Path, text: str | bytes, **options: Any) -> Report:
    """Write `text` as README.md in `folder` and import it into the roadmap `plan`."""
    file = folder / "README.md"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return import_notes(file, slug="plan", **options)


def plan() -> Roadmap:
    """Return the roadmap that `bring` imports into."""
    return Roadmap.objects.get(slug="plan")


def resource(title: str) -> Resource:
    """Return the one resource whose imported title is `title`, retired or not."""
    return Resource.objects.get(roadmap__slug="plan", imported__title=title)


def all_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every roadmap table."""
    return {
        model.__name__: sorted(model._default_manager.values_list(), key=repr)
        for model in apps.get_app_config("roadmap").get_models()
    }
