"""One import from beginning to end: load, read, plan, apply, and a report of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_slug
from django.utils.text import slugify

from roadmap.importing import standing as standing_rows
from roadmap.importing.apply import StalePlan, apply
from roadmap.importing.plan import ACTIONS, ImportPlan
from roadmap.importing.planner import NewPage, Planner
from roadmap.importing.sources import Images, SourceFile, load
from roadmap.importing.standing import Standing
from roadmap.models import ImportRun, Page, Resource, Roadmap, Section, Todo
from roadmap.reading import NotesError
from roadmap.reading.outline import Outline, Warning
from roadmap.reading.reader import Surroundings, read

MOST_TRIES = 5
_WARM_UP = "# a\n\n- [b](https://example.com)\n"
Progress = Callable[[str, float], None]
"""Called with the name of the station and how much of it is done, from 0 to 1."""


@dataclass(slots=True)
class Report:
    """What an import did, or with `dry_run` would do: `counts` {"pages": {"added": n, …}, …}, seconds per station."""

    roadmap: str
    dry_run: bool
    counts: dict[str, dict[str, int]]
    warnings: list[Warning]
    seconds: dict[str, float]
    changed: bool
    run: ImportRun | None = None
    plan: ImportPlan | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object that `import_notes --json` prints."""
        warnings = [{"path": each.path, "line": each.line, "message": each.message} for each in self.warnings]
        return {
            "roadmap": self.roadmap,
            "dry_run": self.dry_run,
            **self.counts,
            "warnings": warnings,
            "seconds": self.seconds,
        }


@dataclass(slots=True)
class _Clock:
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(("read", "plan", "apply"), 0.0))
    _since: float = field(default_factory=time.perf_counter)

    def stop(self, station: str) -> None:
        now = time.perf_counter()
        self.seconds[station] = round(self.seconds[station] + now - self._since, 6)
        self._since = now


def import_notes(
    path: Path,
    *,
    slug: str | None = None,
    title: str | None = None,
    language: str | None = None,
    source_url: str | None = None,
    dry_run: bool = False,
    user: AbstractBaseUser | None = None,
    progress: Progress = lambda station, done: None,
) -> Report:
    """Import the notes at `path` into the roadmap `slug` (by default named after the file, or its folder for a README).

    What is not given stays as the roadmap has it. Raises NotesError, with nothing changed, for input it cannot take.
    """
    slug = _checked(slug or default_slug(path), title, language, source_url)
    read(_WARM_UP, "")  # What a process loads once is no part of an import's seconds.
    Roadmap.objects.filter(slug=slug).exists()
    clock = _Clock()
    files, images = load(path, settings.NOTES_MAX_BYTES)
    given = {"title": title, "language": language, "source_url": source_url}
    for _ in range(MOST_TRIES):
        report = _try(slug, files, images, given, dry_run, user, str(path), clock, progress)
        if report:
            return report
    raise NotesError(f"the roadmap “{slug}” is being changed by others again and again; try once more later")


def default_slug(path: Path) -> str:
    """Return the slug of a roadmap whose notes lie at `path`: the file's name, for a README its folder's."""
    name = path.resolve().parent.name if path.stem.lower() in ("readme", "index") else path.stem
    return slugify(name)[:100] or "notes"


def _checked(slug: str, title: str | None, language: str | None, source_url: str | None) -> str:
    try:
        validate_slug(slug)
    except ValidationError:
        raise NotesError(f"“{slug}” is not a slug; use letters, digits, - and _, for example ai-engineer") from None
    if len(slug) > 100:
        raise NotesError("the slug is longer than 100 characters; choose a shorter one")
    languages = dict(settings.LANGUAGES)
    if language and language not in languages:
        raise NotesError(f"“{language}” is not a language of this site; choose one of {', '.join(languages)}")
    if title is not None and not title.strip():
        raise NotesError("the title is empty; leave --title out to take the notes' first heading")
    if source_url:
        try:
            URLValidator(schemes=["http", "https"])(source_url)
        except ValidationError:
            raise NotesError(
                f"“{source_url}” is not an http(s) URL; name the page where the notes are edited"
            ) from None
    return slug


def _try(
    slug: str,
    files: list[SourceFile],
    images: Images,
    given: dict[str, str | None],
    dry_run: bool,
    user: AbstractBaseUser | None,
    source: str,
    clock: _Clock,
    progress: Progress,
) -> Report | None:
    """One attempt; None if the roadmap was changed by someone else meanwhile."""
    roadmap = Roadmap.objects.filter(slug=slug).first()
    standing = standing_rows.of_pages(roadmap)
    source_url = standing.source_url if given["source_url"] is None else given["source_url"]
    surroundings = Surroundings(frozenset(file.path for file in files), source_url, images.asset)
    wanted = {name: value for name, value in given.items() if value is not None and value != getattr(standing, name)}
    checksums = [file.checksum(surroundings) for file in files]
    if roadmap and not wanted and _is_unchanged(standing, files, checksums, images):
        clock.stop("read")
        return Report(
            slug, dry_run, _standing_counts(roadmap), _standing_warnings(standing), clock.seconds, changed=False
        )
    outline = _read(files, surroundings, progress)
    clock.stop("read")
    plan = _plan(roadmap, standing, outline, files, checksums, images, given)
    clock.stop("plan")
    run = None
    if not dry_run:
        progress("apply", 0)
        images.copy_to(settings.MEDIA_ROOT)
        try:
            run = apply(slug, plan, source, user)
        except StalePlan:
            return None
        clock.stop("apply")
        progress("apply", 1)
    return Report(slug, dry_run, plan.counts, plan.warnings, clock.seconds, not plan.is_empty, run, plan)


def _is_unchanged(standing: Standing, files: list[SourceFile], checksums: list[str], images: Images) -> bool:
    """Whether the live pages are these very files, and the images they show are still the same."""
    live = {page.path: page for page in standing.pages if not page.retired}
    if len(live) != len(files):
        return False
    for file, checksum in zip(files, checksums, strict=True):
        page = live.get(file.path)
        if (
            page is None
            or page.checksum != checksum
            or any(images.asset(path) != name for path, name in page.assets.items())
        ):
            return False
    return True


def _read(files: list[SourceFile], surroundings: Surroundings, progress: Progress) -> Outline:
    pages = []
    for number, file in enumerate(files):
        progress("read", number / len(files))
        page = read(file.text, file.path, surroundings, partial(_part_done, progress, number, len(files)))
        page.had_bom = file.had_bom
        pages.append(page)
    outline = Outline(pages)
    out = [warning for warning in outline.warnings if warning.code == "out-of-folder"]
    if out:
        lines = "\n".join(map(str, out[:10]))
        raise NotesError(f"{lines}\nA link or image may not lead out of the folder of the notes; change or remove it")
    return outline


def _part_done(progress: Progress, number: int, files: int, done: float) -> None:
    progress("read", (number + done) / files)


def _plan(
    roadmap: Roadmap | None,
    standing: Standing,
    outline: Outline,
    files: list[SourceFile],
    checksums: list[str],
    images: Images,
    given: dict[str, str | None],
) -> ImportPlan:
    standing_rows.fill(standing, roadmap)
    defaults = {"title": outline.pages[0].title, "language": settings.LANGUAGE_CODE, "source_url": ""}
    wanted = {
        name: value if value is not None else getattr(standing, name) if roadmap else defaults[name]
        for name, value in given.items()
    }
    new = [NewPage(checksum, file.had_bom, dict(images.asked)) for file, checksum in zip(files, checksums, strict=True)]
    return Planner(standing, outline, new, wanted).make()


def _standing_counts(roadmap: Roadmap) -> dict[str, dict[str, int]]:
    """Return the counts of an import that found everything as it stands."""
    live = {
        "pages": Page.objects.live().filter(roadmap=roadmap),
        "sections": Section.objects.live().filter(page__roadmap=roadmap),
        "resources": Resource.objects.live().filter(roadmap=roadmap, imported__isnull=False),
        "todos": Todo.objects.live().filter(section__page__roadmap=roadmap),
    }
    return {name: dict.fromkeys(ACTIONS, 0) | {"unchanged": rows.count()} for name, rows in live.items()}


def _standing_warnings(standing: Standing) -> list[Warning]:
    return [
        Warning(page.path, each["line"], each["code"], each["subject"])
        for page in standing.pages
        if not page.retired
        for each in page.warnings
    ]
