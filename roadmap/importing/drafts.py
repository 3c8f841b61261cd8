"""Notes that an editor uploaded or goes back to, between the preview of their import and its confirmation."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _

from roadmap.importing import keeping
from roadmap.importing.importer import Report, Target, bring, check
from roadmap.importing.sources import Loaded, typed, unzip
from roadmap.models import Draft, ImportRun, Page, Roadmap
from roadmap.reading import NotesError

UPLOAD_MAX_BYTES = 1024 * 1024
"""Of one Markdown file or image in an upload."""
ZIP_MAX_BYTES = 20 * 1024 * 1024
AGE = timedelta(days=1)
"""After which a draft that nobody confirmed is swept."""
ZIP, FILE, KEPT = "zip", "file", "kept"
"""What a draft's data are: a zip, one Markdown file, or the files of an earlier run."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What an editor sent: the name of the file, or of what was pasted, and its bytes."""

    name: str
    data: bytes

    @property
    def is_zip(self) -> bool:
        """Whether it is a zip, by its first bytes."""
        return self.data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def of_upload(upload: Upload, target: Target, user: AbstractBaseUser) -> Draft:
    """Return a draft of an upload, saved. Raises NotesError for what cannot be taken."""
    check(target)
    if upload.is_zip and len(upload.data) > ZIP_MAX_BYTES:
        told = _("%(name)s is over %(most)s bytes; import it by manage.py import_notes")
        raise NotesError(told % {"name": upload.name, "most": f"{ZIP_MAX_BYTES:,}"})
    options = {"kind": ZIP if upload.is_zip else FILE, "slug": target.slug}
    options |= {name: value for name, value in target.given().items() if value is not None}
    if not upload.is_zip:
        options["path"] = _path(target.slug, upload.name)
    draft = Draft(key=secrets.token_hex(16), by_id=user.pk, name=upload.name, data=upload.data, options=options)
    loaded(draft)
    sweep()
    draft.save()
    return draft


def of_run(run: ImportRun, user: AbstractBaseUser) -> Draft:
    """Return a draft that goes back to an earlier run, saved. Raises NotesError where its files are gone."""
    if run.sources is None:
        raise NotesError(_("the files of this import are not kept any more; import them from where they are"))
    options = {"kind": KEPT, "slug": run.roadmap.slug, "run": run.pk}
    sweep()
    return Draft.objects.create(
        key=secrets.token_hex(16), by_id=user.pk, name=run.source, data=bytes(run.sources), options=options
    )


def loaded(draft: Draft) -> Loaded:
    """Return a draft's notes. Raises NotesError."""
    data, kind = bytes(draft.data), draft.options["kind"]
    limit = min(UPLOAD_MAX_BYTES, settings.NOTES_MAX_BYTES)
    if kind == ZIP:
        return unzip(data, draft.name, limit)
    if kind == FILE:
        return typed(data, draft.name, limit, draft.options["path"])
    found = keeping.unpack(data, settings.NOTES_MAX_BYTES)
    found.name = draft.name
    return found


def target_of(draft: Draft) -> Target:
    """Return which roadmap a draft is for."""
    given: dict[str, Any] = draft.options
    return Target(given["slug"], given.get("title"), given.get("language"), given.get("source_url"))


def preview(draft: Draft) -> Report:
    """Return what importing a draft would do. Raises NotesError."""
    return bring(loaded(draft), target_of(draft), dry_run=True)


def carry_out(draft: Draft, answers: Mapping[str, str], version: int, user: AbstractBaseUser) -> Report:
    """Import a draft as it was previewed at a version of the roadmap (-1: a new one), and delete it.

    Raises StalePlan, with nothing changed, where the roadmap is not at it any more; and NotesError.
    """
    report = bring(
        loaded(draft),
        target_of(draft),
        user=user,
        answers=answers,
        version=version,
        back_to=draft.options.get("run"),
    )
    draft.delete()
    return report


def sweep() -> int:
    """Delete drafts that nobody confirmed for a day; return how many."""
    return Draft.objects.filter(at__lt=timezone.now() - AGE).delete()[0]


def _path(slug: str, name: str) -> str:
    """Return the path of the page that one file becomes: that of the roadmap's only page, else the file's name.

    Raises NotesError where the roadmap has several pages: one file would take all others off the site.
    """
    roadmap = Roadmap.objects.filter(slug=slug).first()
    paths = list(Page.objects.live().filter(roadmap=roadmap).values_list("path", flat=True)) if roadmap else []
    if len(paths) > 1:
        told = _("this roadmap has %(count)d pages; upload a zip of all of them")
        raise NotesError(told % {"count": len(paths)})
    if paths:
        return str(paths[0])
    return name if name.lower().endswith(".md") else "README.md"
