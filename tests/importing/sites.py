"""What author, editors and learners act on: one study plan in the tables, and what it should come to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from accounts.tracking import Guest
from roadmap.importing.importer import Report, Target, bring
from roadmap.importing.loaded import Loaded
from roadmap.importing.sources import load, typed
from roadmap.importing.standing import Standing
from roadmap.models import Page, Resource, Roadmap, Section
from tests.factories import make_admin, make_user
from tests.importing import authors, laws
from tests.importing.authors import Notes
from tests.importing.ledgers import Decisions, Marks

SLUG = "plan"
MOST_BYTES = 10**6
Row = TypeVar("Row")
picks = st.integers(0, 99)
whose = st.integers(0, 2)


def notes_at(files: dict[str, bytes]) -> Loaded:
    """Return files as an import takes them: one as if it were typed, several from a folder."""
    if list(files) == ["README.md"]:
        return typed(files["README.md"], "README.md", MOST_BYTES)
    with tempfile.TemporaryDirectory() as name:
        for path, data in files.items():
            (Path(name) / path).parent.mkdir(exist_ok=True)
            (Path(name) / path).write_bytes(data)
        loaded = load(name, max_bytes=MOST_BYTES)
    loaded.location = ""  # Another folder each time: that it is remembered is no change of the notes.
    return loaded


def standing_of_files(files: dict[str, bytes]) -> Standing:
    """Return the rows that an import of files makes, and put everything back."""
    with transaction.atomic():
        bring(notes_at(files), Target(SLUG))
        standing = laws.standing_of(Roadmap.objects.get(slug=SLUG))
        transaction.set_rollback(True)
    return standing


def pick(rows: list[Row], at: int) -> Row | None:
    """Return one of the rows, None where there is none."""
    return rows[at % len(rows)] if rows else None


class Site(RuleBasedStateMachine):
    """What everybody acts on. All of it is rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        cache.clear()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.admin = make_admin()
        self.learner = make_user()
        self.marks = Marks([self.learner, make_user(), Guest("guest")])
        self.decisions = Decisions()
        self.notes: Notes = authors.first_notes()
        self.files: dict[str, bytes] = {}
        """What was imported last."""
        self.before: laws.Table | None = None
        self.version = -1
        self.once = count(1)
        self.stamp: tuple[int, int] | None = None
        self.broken: set[tuple[Any, ...]] = set()

    def teardown(self) -> None:
        """See that all pages render, and put everything back."""
        try:
            if self.files and not connection.needs_rollback:
                self._render()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def _render(self) -> None:
        client = Client()
        for _ in ("a guest", "a learner"):
            for page in Page.objects.live():
                assert client.get(page.get_absolute_url(), follow=True).status_code == 200
            client.force_login(self.learner)

    @property
    def roadmap(self) -> Roadmap:
        """As it stands."""
        return Roadmap.objects.get(slug=SLUG)

    def _resource(self, at: int, *, live: bool = True) -> Resource | None:
        rows = Resource.objects.filter(roadmap__slug=SLUG).order_by("pk")
        return pick(list(rows.live() if live else rows), at)

    def _in_order(self, keys: Iterable[str]) -> list[str]:
        """Return keys of resources in the order in which these were made: the keys themselves are random."""
        return list(Resource.objects.filter(key__in=set(keys)).order_by("pk").values_list("key", flat=True))

    def _section(self, at: int) -> Section | None:
        rows = Section.objects.live().filter(page__roadmap__slug=SLUG, page__retired_at=None)
        return pick(list(rows.order_by("pk")), at)


def says_nothing_changed(report: Report) -> None:
    """Raise AssertionError unless an import tells that it found everything as it stood."""
    assert not report.changed, report.plan and report.plan.changes
    assert report.run is None
    assert all(sum(counts.values()) == counts["unchanged"] for counts in report.counts.values()), report.counts
