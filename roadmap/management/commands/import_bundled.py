"""`manage.py import_bundled`: the study plan that comes with the site, for a site that has none."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from roadmap.importing.importer import import_notes
from roadmap.models import Roadmap
from roadmap.reading import NotesError

SLUG = "ai-engineer"


class Command(BaseCommand):
    """Makes one call where there is something to do."""

    help = "Import the bundled study plan if there is no roadmap yet."

    def handle(self, **options: Any) -> None:
        """Import it. Exits with 1 and a message on stderr where that fails."""
        if Roadmap.objects.exists():
            return
        path = settings.BASE_DIR / "notes" / "README.md"
        try:
            report = import_notes(path, slug=SLUG, language="zh-hant")
        except NotesError as error:
            raise CommandError(str(error)) from None
        added = report.counts["resources"]["added"]
        self.stdout.write(self.style.SUCCESS(f"Imported the bundled notes: {added} resources."))
