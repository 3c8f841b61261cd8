"""One import from beginning to end: load, read, plan, apply, and a report of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_slug

from roadmap.importing import keeping
from roadmap.importing import standing as standing_rows
from roadmap.importing.apply import Origin, StalePlan, apply
from roadmap.importing.exporting import shown_sources
from roadmap.importing.gathering import Around, Progress, checksum, gather, is_unchanged
from roadmap.importing.plan import ACTIONS, ImportPlan
from roadmap.importing.planner import Planner
from roadmap.importing.sources import Loaded, load
from roadmap.importing.standing import Standing
from roadmap.models import ImportRun, Page, Resource, Roadmap, Section, Todo
from roadmap.reading import NotesError
from roadmap.reading.outline import Warning
from roadmap.reading.reader import read

MOST_TRIES = 5
_WARM_UP = "# a\n\n- [b](https://example.com)\n"


@dataclass(frozen=True, slots=True)
class Target:
    """Which roadmap notes are imported into, and what of it is set anew: None leaves it as it stands."""

    slug: str
    title: str | None = None
    language: str | None = None
    source_url: str | None = None

    def given(self) -> dict[str, str | None]:
        """Return the fields of the roadmap that may be set."""
        return {"title": self.title, "language": self.language, "source_url": self.source_url}


@dataclass(slots=True)
class Report:
    """What an import did, or with `dry_run` would do: `counts` {"pages": {"added": n, …}, …}, seconds per station."""

    roadmap: str
    dry_run: bool
    counts: dict[str, dict[str, int]]
    warnings: list[Warning]
    seconds: dict[str, float]
    changed: bool
    """Whether anything changes that people see."""
    run: ImportRun | None = None
    plan: ImportPlan | None = None
    commit: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the object that `import_notes --json` prints."""
        warnings = [{"path": each.path, "line": each.line, "message": each.message} for each in self.warnings]
        return {
            "roadmap": self.roadmap,
            "dry_run": self.dry_run,
            **({"commit": self.commit} if self.commit else {}),
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
    location: Path | str,
    *,
    slug: str | None = None,
    title: str | None = None,
    language: str | None = None,
    source_url: str | None = None,
    ref: str = "",
    path: str = "",
    dry_run: bool = False,
    user: AbstractBaseUser | None = None,
    progress: Progress = lambda station, done: None,
) -> Report:
    """Import the notes at `location` (file, folder, zip or git repository) into the roadmap `slug`.

    By default that is named after the file, or its folder for a README. What is not given stays as the roadmap has it.
    Raises NotesError, with nothing changed, for input it cannot take.
    """
    if slug is not None or title is not None or language or source_url:
        check(Target(slug or "notes", title, language, source_url))
    loaded = load(location, ref=ref, path=path, max_bytes=settings.NOTES_MAX_BYTES)
    target = Target(slug or loaded.slug, title, language, source_url)
    return bring(loaded, target, dry_run=dry_run, user=user, progress=progress)


def bring(
    loaded: Loaded,
    target: Target,
    *,
    dry_run: bool = False,
    user: AbstractBaseUser | None = None,
    answers: Mapping[str, str] | None = None,
    version: int | None = None,
    back_to: int | None = None,
    progress: Progress = lambda station, done: None,
) -> Report:
    """Import what was loaded.

    `answers` are those to the plan's proposals, {name: "confirmed", "refused" or "" for later}; `version` is that of
    the plan that was looked at (-1 for a new roadmap): StalePlan is raised, with nothing changed, where the roadmap is
    not at it any more. Without it the plan is made anew until it holds. `back_to` is the run whose sources these are.
    Raises NotesError, with nothing changed, for input it cannot take.
    """
    check(target)
    read(_WARM_UP, "")  # What a process loads once is no part of an import's seconds.
    Roadmap.objects.filter(slug=target.slug).exists()
    attempt = _Attempt(loaded, target, dry_run, user, answers or {}, back_to, progress)
    for _ in range(MOST_TRIES):
        try:
            return attempt.run(version)
        except StalePlan:
            if version is not None:
                raise
    raise NotesError(f"the roadmap “{target.slug}” is being changed by others again and again; try once more later")


def check(target: Target) -> None:
    """Raise NotesError for a target that cannot be."""
    try:
        validate_slug(target.slug)
    except ValidationError:
        raise NotesError(
            f"“{target.slug}” is not a slug; use letters, digits, - and _, for example ai-engineer"
        ) from None
    if len(target.slug) > 100:
        raise NotesError("the slug is longer than 100 characters; choose a shorter one")
    languages = dict(settings.LANGUAGES)
    if target.language and target.language not in languages:
        raise NotesError(f"“{target.language}” is not a language of this site; choose one of {', '.join(languages)}")
    if target.title is not None and not target.title.strip():
        raise NotesError("the title is empty; leave --title out to take the notes' first heading")
    if target.source_url:
        try:
            URLValidator(schemes=["http", "https"])(target.source_url)
        except ValidationError:
            raise NotesError(
                f"“{target.source_url}” is not an http(s) URL; name the page where the notes are edited"
            ) from None


@dataclass(slots=True)
class _Attempt:
    """One import, to be tried until nobody changed the roadmap between its plan and its end."""

    loaded: Loaded
    target: Target
    dry_run: bool
    user: AbstractBaseUser | None
    answers: Mapping[str, str]
    back_to: int | None
    progress: Progress
    clock: _Clock = field(default_factory=_Clock)

    def run(self, version: int | None) -> Report:
        """Raises StalePlan."""
        roadmap = Roadmap.objects.filter(slug=self.target.slug).first()
        if version is not None and version != (roadmap.version if roadmap else -1):
            raise StalePlan(self.target.slug)
        standing = standing_rows.of_pages(roadmap)
        given = self.target.given()
        source_url = standing.source_url if given["source_url"] is None else given["source_url"]
        paths = frozenset(file.path for file in self.loaded.files)
        around = Around(paths, source_url, self.loaded.images.asset)
        wanted = {name: value for name, value in given.items() if value not in (None, getattr(standing, name))}
        if roadmap and not wanted and self._is_unchanged(standing, around):
            return self._nothing(roadmap, standing)
        plan = self._plan(roadmap, standing, around)
        run = None if self.dry_run else self._apply(plan)
        warnings = sorted([*self.loaded.warnings, *plan.warnings], key=lambda each: (each.path, each.line))
        changed = bool(plan.changes or plan.roadmap)
        return Report(
            self.target.slug,
            self.dry_run,
            plan.counts,
            warnings,
            self.clock.seconds,
            changed,
            run,
            plan,
            self.loaded.commit,
        )

    def _is_unchanged(self, standing: Standing, around: Around) -> bool:
        live = {page.path: page for page in standing.pages if not page.retired}
        if [page.path for page in standing.pages if not page.retired] != [file.path for file in self.loaded.files]:
            return False
        return all(
            is_unchanged(live.get(file.path), checksum(file, around), around.asset) for file in self.loaded.files
        )

    def _nothing(self, roadmap: Roadmap, standing: Standing) -> Report:
        self.clock.stop("read")
        if not self.dry_run:
            self._remember()
        counts, warnings = _standing_counts(roadmap), _standing_warnings(standing)
        return Report(
            self.target.slug,
            self.dry_run,
            counts,
            warnings,
            self.clock.seconds,
            changed=False,
            plan=ImportPlan(standing.version),
            commit=self.loaded.commit,
        )

    def _plan(self, roadmap: Roadmap | None, standing: Standing, around: Around) -> ImportPlan:
        standing_rows.fill(standing, roadmap)
        exported = shown_sources(standing)
        material = gather(standing, self.loaded.files, around, exported, self.progress)
        self.clock.stop("read")
        defaults = {"title": material.outline.pages[0].title, "language": settings.LANGUAGE_CODE, "source_url": ""}
        wanted = {
            name: value if value is not None else getattr(standing, name) if roadmap else defaults[name]
            for name, value in self.target.given().items()
        }
        plan = Planner(standing, material, wanted, self.answers, exported).make()
        self.clock.stop("plan")
        return plan

    def _apply(self, plan: ImportPlan) -> ImportRun | None:
        self.progress("apply", 0)
        self.loaded.images.copy_to(settings.MEDIA_ROOT)
        packed = keeping.pack(self.loaded.files, self.loaded.images.asked) if plan.changes else None
        origin = Origin(self.loaded.name, self.user, self.loaded.commit, packed, self.back_to)
        run = apply(self.target.slug, plan, origin)
        self._remember()
        self.clock.stop("apply")
        self.progress("apply", 1)
        return run

    def _remember(self) -> None:
        """Keep where the notes were read, so that `sync_notes` reads them there again. An upload leaves that alone."""
        if not self.loaded.location:
            return
        values = {
            "source": self.loaded.location,
            "source_ref": self.loaded.ref,
            "source_path": self.loaded.path,
            "synced": self.loaded.stamp,
        }
        Roadmap.objects.filter(slug=self.target.slug).exclude(**values).update(**values)


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
