"""Two imports at once, and an import killed at any moment: real processes on the real database."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.db import connection

from accounts import tracking
from accounts.models import User
from roadmap.models import ImportRun, Listing, Resource, Roadmap, Section
from tests.factories import make_user
from tests.importing.notes import BUNDLED, all_rows
from tests.processes import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)
MANY = "".join(
    f"\n## Part {part}\n\n"
    + "".join(f"- [Link {part}.{link}](https://a.example/{part}/{link})\n" for link in range(12))
    for part in range(10)
)
LINKS = 120


def start(path: Path, *options: str) -> subprocess.Popen[str]:
    """Start an import of `path` into the roadmap `plan` in a process of its own."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "aienotes.settings"}
    command = [sys.executable, "manage.py", "import_notes", str(path), "--roadmap", "plan", "--json", *options]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def finish(process: subprocess.Popen[str]) -> dict[str, dict[str, int]]:
    """Wait for an import and return what it printed."""
    out, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    found: dict[str, dict[str, int]] = json.loads(out)
    return found


def test_two_first_imports_at_once_double_nothing() -> None:
    reports = [finish(process) for process in [start(BUNDLED) for _ in range(3)]]
    assert sorted(report["resources"]["added"] for report in reports) == [0, 0, 63]
    assert (Roadmap.objects.count(), ImportRun.objects.count()) == (1, 1)
    assert (Section.objects.count(), Resource.objects.count(), Listing.objects.count()) == (15, 63, 65)


def test_two_imports_of_different_notes_at_once_end_as_one_after_the_other(tmp_path: Path) -> None:
    finish(start(BUNDLED))
    one, two = tmp_path / "one" / "README.md", tmp_path / "two" / "README.md"
    for path, extra in ((one, "first"), (two, "second")):
        path.parent.mkdir()
        path.write_text(f"{BUNDLED.read_text()}\n\n- [{extra}](https://{extra}.example)\n")
    for process in [start(one), start(two)]:
        finish(process)
    live = set(Resource.objects.live().values_list("title", flat=True))
    assert len(live & {"first", "second"}) == 1
    assert Resource.objects.live().count() == 64
    assert Resource.objects.filter(title__in=["first", "second"]).count() == 2
    assert Listing.objects.count() == 66
    assert Roadmap.objects.get().version == ImportRun.objects.count() == 3


KILLS = 50


class Forker:
    """Imports that can be killed at any moment; see forking.py."""

    def __enter__(self) -> Forker:
        environment = {**os.environ, "DATABASE_URL": database_url()}
        command = [sys.executable, "-m", "tests.importing.forking"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(self, *error: object) -> None:
        self.process.communicate(timeout=60)

    def turn(self, path: Path, seconds: float) -> str:
        """Start an import of `path`, kill it after so many seconds; return "killed", "finished SECONDS" or "failed"."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{path} {seconds}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


def test_an_import_killed_at_any_moment_leaves_the_tables_as_before_or_as_after(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"# Plan\n{MANY}")
    chance = random.Random(7)
    killed, seen = 0, set()
    with Forker() as forker:
        forker.turn(path, 60)
        path.write_text(f"# Plan\n\nAgain.\n{MANY.replace('Link', 'Reading')}")
        took = float(forker.turn(path, 60).split()[1])
        after = all_rows()
        number = 0
        while killed < KILLS:
            before, number = after, number + 1
            path.write_text(f"# Plan\n\nTurn {number}.\n{MANY.replace('Link', f'Link {number}')}")
            answer = forker.turn(path, took * chance.uniform(0, 1.1))
            assert answer != "failed"
            after = all_rows()
            killed += answer == "killed"
            seen.add(after == before)
            if after != before:
                assert Resource.objects.live().filter(title__startswith=f"Link {number} ").count() == LINKS
            else:
                assert answer == "killed"
            assert ImportRun.objects.count() == Roadmap.objects.get().version
            assert number < 4 * KILLS
        path.write_text(f"# Plan\n{MANY}")
        assert forker.turn(path, 60).startswith("finished")
    assert seen == {True, False}
    assert Resource.objects.live().filter(title__startswith="Link ").count() == LINKS
    assert Resource.objects.count() == LINKS


def test_learners_tick_while_imports_run_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    finish(start(write(tmp_path / "0", MANY)))
    keys = list(Resource.objects.order_by("pk").values_list("pk", flat=True))
    versions = [
        MANY,
        MANY.replace("## Part 3\n", "## Third part\n"),
        MANY[: len(MANY) // 2],
        MANY.replace("Link", "Reading"),
    ]
    paths = [write(tmp_path / str(number), text) for number, text in enumerate(versions, start=1)]
    users = [make_user() for _ in range(8)]
    done: dict[int, list[int]] = {}

    def study(user: User) -> None:
        chance = random.Random(user.pk)
        done[user.pk] = chance.sample(keys, 30)
        for pk in done[user.pk]:
            tracking.mark(user, [pk], "done")
        connection.close()

    threads = [threading.Thread(target=study, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for path in [*paths, *paths]:
        finish(start(path))
    for thread in threads:
        thread.join(60)
    for user in users:
        assert sorted(user.progress.values_list("resource", flat=True)) == sorted(done[user.pk])
        assert user.study_events.count() == len(done[user.pk])
    assert sorted(Resource.objects.order_by("pk").values_list("pk", flat=True)) == keys


def write(folder: Path, text: str) -> Path:
    folder.mkdir()
    (folder / "README.md").write_text(f"# Plan\n{text}")
    return folder / "README.md"
