"""Two imports at once, and an import killed at any moment: real processes on the real database."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from roadmap.models import ImportRun, Listing, Resource, Roadmap, Section
from tests.importing.notes import BUNDLED, all_rows
from tests.processes import ROOT, database_url

pytestmark = pytest.mark.django_db(transaction=True)
MANY = "".join(
    f"\n## Part {part}\n\n"
    + "".join(f"- [Link {part}.{link}](https://a.example/{part}/{link})\n" for link in range(30))
    for part in range(12)
)


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


def test_an_import_killed_at_any_moment_leaves_the_tables_as_before_or_as_after(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text(f"# Plan\n{MANY}")
    begun = time.monotonic()
    finish(start(path))
    took = time.monotonic() - begun
    chance = random.Random(7)
    seen = set()
    for turn in range(8):
        before = all_rows()
        path.write_text(f"# Plan\n\nTurn {turn}.\n{MANY.replace('Link', f'Link {turn}')}")
        process = start(path)
        time.sleep(took * chance.uniform(0.4, 1.0))
        process.kill()
        process.communicate(timeout=60)
        after = all_rows()
        seen.add(after == before)
        if after != before:
            assert Resource.objects.filter(title__startswith=f"Link {turn} ").count() == 360
        assert ImportRun.objects.count() == Roadmap.objects.get().version
    finish(start(path))
    assert Resource.objects.filter(title__startswith="Link 7 ").count() == 360
