"""`manage.py import_notes`: bring a roadmap up to date with its notes."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.holders import learners_of
from roadmap.importing.describing import ADDED, RETIRED, Description, Line, describe, retired_resources
from roadmap.importing.importer import Report, import_notes
from roadmap.importing.plan import ACTIONS
from roadmap.management.bar import Bar
from roadmap.management.terminals import printable
from roadmap.reading import NotesError

FIELDS = {"sections": "from", "url": "URL"}
LONGEST = 200
"""Characters of a text in a diff."""


class Command(BaseCommand):
    """Takes arguments, makes one call, prints a report."""

    help = "Import a study plan written in Markdown. What learners wrote stays, whatever changed in the notes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "location",
            metavar="NOTES",
            help="a Markdown file, a folder or zip of them, or a git repository (path, https://…, ssh://…, git@host:…);"
            " images beside them come along",
        )
        parser.add_argument("--ref", metavar="REF", default="", help="branch, tag or commit of a git repository")
        parser.add_argument(
            "--path", metavar="PATH", default="", help="file or folder in a git repository; default: all of it"
        )
        parser.add_argument(
            "--roadmap", metavar="SLUG", help="the roadmap's address; default: the file's or its folder's name"
        )
        parser.add_argument("--title", metavar="T", help="the roadmap's title; default: the notes' first heading")
        parser.add_argument("--language", metavar="L", help="the notes' language, for example zh-hant")
        parser.add_argument("--source-url", metavar="URL", help="where the notes are edited")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object on one line, and nothing else")

    def handle(self, **options: Any) -> None:
        """Import, and print what happened. Exits with 1 and a message on stderr where the input cannot be taken."""
        bar = Bar() if sys.stderr.isatty() and not options["json"] else None
        try:
            report = import_notes(
                options["location"],
                ref=options["ref"],
                path=options["path"],
                slug=options["roadmap"],
                title=options["title"],
                language=options["language"],
                source_url=options["source_url"],
                dry_run=options["dry_run"],
                progress=bar.show if bar else lambda station, done: None,
            )
        except NotesError as error:
            raise CommandError(printable(str(error))) from None
        finally:
            if bar:
                bar.clear()
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self._print(report)

    def _print(self, report: Report) -> None:
        if report.commit:
            self.stdout.write(f"Read at commit {report.commit}.")
        if report.dry_run and report.plan:
            self._diff(describe(report.plan, learners_of(retired_resources(report.plan))))
        for warning in report.warnings:
            self.stdout.write(self.style.WARNING(printable(str(warning))))
        width = max(map(len, ACTIONS))
        self.stdout.write(" " * 10 + " ".join(f"{action:>{width}}" for action in ACTIONS))
        for name, counts in report.counts.items():
            self.stdout.write(f"{name:<10}" + " ".join(f"{counts[action]:>{width}}" for action in ACTIONS))
        if not report.changed:
            said = "Nothing to change: the roadmap “{}” is as the notes have it."
        elif report.dry_run:
            said = "Dry run: nothing was changed in the roadmap “{}”."
        else:
            said = "The roadmap “{}” is up to date."
        self.stdout.write(self.style.SUCCESS(said.format(report.roadmap)))
        self._waiting(report)

    def _waiting(self, report: Report) -> None:
        """Say what an editor is to decide."""
        plan = report.plan
        if plan and not report.dry_run and (plan.conflicts or plan.proposals):
            self.stdout.write(f"In the admin wait: conflicts {len(plan.conflicts)}, proposals {len(plan.proposals)}.")

    def _diff(self, description: Description) -> None:
        """Print a plan as a diff."""
        paint = {"+": self.style.SUCCESS, "-": self.style.ERROR, ">": self.style.HTTP_INFO, "~": self.style.WARNING}
        for name, lines in description.groups:
            self.stdout.write(self.style.MIGRATE_HEADING(name.capitalize()))
            for line in lines:
                self.stdout.write(paint[line.sign](printable(f"  {line.sign} {_told(line)}")))
        if description.conflicts:
            self.stdout.write(self.style.MIGRATE_HEADING("Conflicts: what the editor wrote stays until it is settled"))
            for each in description.conflicts:
                self.stdout.write(self.style.ERROR(printable(f"  ! {each.of} “{each.title}”, {each.field}:")))
                for whose, value in (("notes before", each.base), ("notes now", each.notes), ("editor", each.mine)):
                    self.stdout.write(printable(f"      {whose:<12} {_short(value)}"))
        if description.proposals:
            self.stdout.write(self.style.MIGRATE_HEADING("Proposals: perhaps the same, for an editor to decide"))
            for proposal in description.proposals:
                self.stdout.write(self.style.WARNING(printable(f"  ? “{proposal.title}” = “{proposal.new_title}”")))
                self.stdout.write(printable(f"      {proposal.url or 'no URL'} = {proposal.new_url or 'no URL'}"))


def _told(line: Line) -> str:
    """Return one line of a diff."""
    words = [_short(line.title)]
    if line.where:
        words.append(f"in {_short(line.where)}")
    if line.url:
        words.append(line.url)
    words += [f"{FIELDS.get(name, name)}: {_short(old)} → {_short(new)}" for name, old, new in line.differences]
    if line.verbs == (RETIRED,) and line.marks:
        words.append(f"{line.marks} {'learner has' if line.marks == 1 else 'learners have'} marks on it, which stay")
    verbs = f"{', '.join(line.verbs)}: " if line.verbs != (ADDED,) else ""
    return verbs + "; ".join(words)


def _short(text: str) -> str:
    """Return a text on one line, its middle left out where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]} … {line[-LONGEST // 3 :]}"
