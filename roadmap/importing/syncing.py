"""Bringing a roadmap up to date with the place that its notes were read at last."""

from __future__ import annotations

from django.conf import settings

from roadmap.importing.importer import Report, Target, bring
from roadmap.importing.keeping import unpack
from roadmap.importing.loaded import STAMPED
from roadmap.importing.section_edits import SOURCE
from roadmap.importing.sources import Loaded, load, probe
from roadmap.models import Roadmap


def sync(roadmap: Roadmap) -> Report | None:
    """Import a roadmap's notes from its source; None where there is nothing to do.

    That is so too where the source is still what was imported from it last, and an editor has since gone back to an
    earlier import or uploaded another: their choice stands until the author changes something. Raises NotesError.
    """
    commit, _, files = roadmap.synced.partition(":")
    tip = probe(roadmap.source, roadmap.source_ref, roadmap.source_path)
    if tip and tip[:STAMPED] == commit:
        return None
    loaded = load(roadmap.source, ref=roadmap.source_ref, path=roadmap.source_path, max_bytes=settings.NOTES_MAX_BYTES)
    if loaded.digest[:STAMPED] == files and _was_left(roadmap, loaded):
        # A commit that leaves the notes alone need not be read again.
        Roadmap.objects.filter(pk=roadmap.pk, synced=roadmap.synced).update(synced=loaded.stamp)
        return None
    report = bring(loaded, Target(roadmap.slug))
    return report if report.changed else None


def _was_left(roadmap: Roadmap, loaded: Loaded) -> bool:
    """Return whether an editor's import of other files is the last one."""
    last = roadmap.runs.exclude(source=SOURCE).first()
    if last is None or (last.back_to_id is None and last.source == loaded.name):
        return False
    # The names alone may differ too: a path is remembered in full, and was perhaps given otherwise.
    return last.sources is None or unpack(bytes(last.sources), settings.NOTES_MAX_BYTES).digest != loaded.digest
