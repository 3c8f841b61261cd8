"""`manage.py sync_notes`: bring every roadmap that has a source up to date with it."""

from __future__ import annotations

import sys
import traceback
from typing import Any

from django.core.management.base import BaseCommand

from roadmap.importing.importer import Report
from roadmap.importing.plan import ACTIONS
from roadmap.importing.syncing import sync
from roadmap.management.terminals import printable
from roadmap.models import Roadmap
from roadmap.reading import NotesError


class Command(BaseCommand):
    """Makes one call for each roadmap, and says in one line what came of it."""

    help = (
        "Import the notes of every roadmap anew from where they were imported last. Fit for cron: prints nothing where"
        " nothing changed; exits with 1 where one failed, after all others were done."
    )

    def handle(self, **options: Any) -> None:
        """Bring all up to date."""
        roadmaps = Roadmap.objects.exclude(source="").order_by("slug")
        failed = [roadmap for roadmap in roadmaps if not self._sync(roadmap, options["verbosity"])]
        if failed:
            sys.exit(1)

    def _sync(self, roadmap: Roadmap, verbosity: int) -> bool:
        """Bring one up to date; return whether that went well."""
        try:
            report = sync(roadmap)
        except NotesError as error:
            self._failed(roadmap, str(error))
            return False
        # What is wrong with one roadmap must not keep the others from theirs.
        except Exception as error:
            self._failed(roadmap, f"{type(error).__name__}: {error}")
            if verbosity > 1:
                traceback.print_exc()
            return False
        if report:
            self.stdout.write(f"{roadmap.slug}: {_told(report)}")
        return True

    def _failed(self, roadmap: Roadmap, why: str) -> None:
        self.stderr.write(f"{roadmap.slug}: failed: {printable(' '.join(why.split()))}")


def _told(report: Report) -> str:
    """Return what an import did in one line."""
    told = []
    for of, counts in report.counts.items():
        changed = [f"{counts[action]} {action}" for action in ACTIONS if counts[action] and action != "unchanged"]
        told += [f"{of} {', '.join(changed)}"] if changed else []
    if report.plan:
        waiting = {"conflict": len(report.plan.conflicts), "proposal": len(report.plan.proposals)}
        told += [f"{count} {what}{'s' * (count > 1)}" for what, count in waiting.items() if count]
    return "; ".join(told) or "its title, language or source URL"
