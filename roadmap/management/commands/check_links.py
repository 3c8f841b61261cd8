"""`manage.py check_links`: ask after the links of the study plans."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import threading
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from roadmap.health.alone import alone
from roadmap.health.checking import Check, Report
from roadmap.health.links import gather
from roadmap.health.recording import Changed
from roadmap.health.reporting import report
from roadmap.management.bar import Bar
from roadmap.management.terminals import printable
from roadmap.models import Grade, Roadmap

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""
LONGEST_AGE = 36_500


def days(value: str) -> float:
    """Return a number of days. Raises ArgumentTypeError."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= LONGEST_AGE:
        raise ArgumentTypeError(f"“{value}” is no number of days from 0 to {LONGEST_AGE}.")
    return number


class Command(BaseCommand):
    """Takes arguments, makes one call, says what changed."""

    help = (
        "Ask after the links of the study plans, and record how each of them is. Fit for cron: asks what is due, prints"
        " nothing where nothing changed, and goes on where it was stopped. A dead link is no error."
    )

    _interrupted = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--roadmap", metavar="SLUG", default="", help="the links of one roadmap; default: of all")
        parser.add_argument(
            "--max-age",
            metavar="DAYS",
            type=days,
            help="ask what was checked longer ago than this; default: a week, and a day for what is failing or dead",
        )
        printed = parser.add_mutually_exclusive_group()
        printed.add_argument("--json", action="store_true", help="print one JSON object on one line, and nothing else")
        printed.add_argument(
            "--report",
            action="store_true",
            help="ask nothing; print in Markdown what is dead and what has moved, for the notes' author",
        )

    def handle(self, **options: Any) -> None:
        """Check, and print what changed. Exits with 1 and a message where nothing could be reached, or the check itself
        failed, and with 130 after Ctrl-C."""
        slug, max_age = options["roadmap"], options["max_age"]
        self._is_known(slug)
        if options["report"]:
            roadmaps = Roadmap.objects.filter(slug=slug) if slug else Roadmap.objects.all()
            self.stdout.write(report(roadmaps), ending="")
            return
        bar = Bar() if sys.stderr.isatty() and not options["json"] else None
        check = Check(
            slug,
            None if max_age is None else timedelta(days=max_age),
            progress=(lambda share: bar.show("ending" if check.is_stopped else "links", share)) if bar else _unseen,
        )
        try:
            with alone(settings.ENVIRONMENT.data_dir / "check_links.lock", self._waits), self._stoppable(check):
                gather()
                done = check.run()
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        except OSError as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            raise CommandError(f"The database failed: {error} Run it again in an hour to go on.") from error
        finally:
            if bar:
                bar.clear()
        self._print(done, slug, options["json"])

    def _is_known(self, slug: str) -> None:
        """Raise CommandError where there is no such roadmap."""
        if slug and not Roadmap.objects.filter(slug=slug).exists():
            known = ", ".join(Roadmap.objects.order_by("slug").values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no roadmap “{slug}”. There are: {known}.")

    def _waits(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("Another check is running; waiting for its end …", style_func=str)

    @contextmanager
    def _stoppable(self, check: Check) -> Iterator[None]:
        """Let SIGTERM and Ctrl-C stop the check, and a second one end it at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def stop(number: int, frame: object) -> None:
            self._interrupted = self._interrupted or number == signal.SIGINT
            if check.is_stopped and check.is_under_way:
                # Nothing is waited for: what was found is recorded, and a check that is killed loses nothing.
                os._exit(INTERRUPTED)
            if check.is_stopped:
                raise KeyboardInterrupt
            check.stop()

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _print(self, done: Report, slug: str, as_json: bool) -> None:
        if as_json:
            found = asdict(done) | {"roadmap": slug or None, "seconds": round(done.seconds, 3)}
            self.stdout.write(json.dumps(found, ensure_ascii=False))
        else:
            for changed in done.changed:
                self.stdout.write(self._line(changed))
            if sys.stderr.isatty():
                self.stderr.write(_summary(done), style_func=str)
        if done.errors:
            raise CommandError("\n".join(["The check itself failed at these links:", *map(printable, done.errors)]))
        if done.unreached:
            raise CommandError(
                "No host could be reached: is this machine's network down? Nothing was recorded about"
                f" {done.unreached} links; run it again later."
            )
        if done.stopped:
            stopped = f"Stopped: {done.asked} checked, {done.left} left; run it again to go on."
            self.stderr.write(stopped, style_func=str)
            if self._interrupted:
                sys.exit(INTERRUPTED)

    def _line(self, changed: Changed) -> str:
        """Return what changed of a link in one line."""
        paint = {Grade.DEAD: self.style.ERROR, Grade.FAILING: self.style.WARNING, Grade.OK: self.style.SUCCESS}
        words = [
            f"{changed.grade:<7}",
            printable(changed.url),
            f"({changed.reason}{f', {changed.status}' * bool(changed.status)})",
        ]
        if changed.target:
            words.append(f"→ {printable(changed.target)}")
        if changed.before:
            words.append(f"[was {changed.before}]")
        return paint.get(Grade(changed.grade), str)(" ".join(words))


def _unseen(share: float) -> None:
    """Show nothing of how far the check is."""


def _summary(done: Report) -> str:
    grades = ", ".join(f"{count} {grade or 'not checked yet'}" for grade, count in done.grades.items() if count)
    left = f", {done.left} left for later" if done.left else ""
    return f"{done.asked} of {done.links} links checked{left}: {grades or 'there are none'}."
