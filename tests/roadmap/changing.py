"""What the tests of changes begin with: a study plan that is imported, and imported again otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from roadmap.importing.importer import import_notes
from roadmap.models import ImportRun, Resource, Roadmap

LINKS = {
    "Alpha": "- [Alpha](https://a.example/one)",
    "Beta": "- [Beta](https://b.example/two)",
    "Gamma": "- [Gamma](https://c.example/three)",
    "Delta": "- [Delta](https://d.example/four)",
}


def text(*first: str, second: tuple[str, ...] = ("Gamma", "Delta"), heading: str = "Basics") -> str:
    """Return notes of two chapters; a name of LINKS stands for its line."""
    one, two = ("\n".join(LINKS.get(line, line) for line in lines) for lines in (first, second))
    return f"# Plan\n\n## {heading}\n\n{one}\n\n## Further\n\n{two}\n"


def bring(folder: Path, notes: str, *, ago: float = 0, **options: Any) -> ImportRun:
    """Import notes into the roadmap "plan" as if it had been so many hours `ago`; return the run."""
    file = folder / "README.md"
    file.write_text(notes)
    run = import_notes(file, slug="plan", **options).run
    assert run, "nothing changed"
    at = timezone.now() - timedelta(hours=ago)
    ImportRun.objects.filter(pk=run.pk).update(at=at)
    Roadmap.objects.filter(pk=run.roadmap_id).update(checked_at=at)
    run.refresh_from_db()
    return run


def set_time(run: ImportRun, at: datetime) -> None:
    """Move a run to another time."""
    ImportRun.objects.filter(pk=run.pk).update(at=at)
    Roadmap.objects.get(pk=run.roadmap_id).touch()


def resource(title: str) -> Resource:
    """Return the resource of that title, retired or not."""
    return Resource.objects.get(roadmap__slug="plan", title=title)


def plan() -> Roadmap:
    """Return the roadmap."""
    return Roadmap.objects.get(slug="plan")
