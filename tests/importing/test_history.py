"""What a run keeps of an import, for how long, and what going back to it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts import notes, tracking
from roadmap import editing
from roadmap.importing import drafts, keeping, section_edits
from roadmap.models import Change, Draft, ImportRun, Resource, Section
from tests.factories import make_user
from tests.importing.notes import bring, plan, resource

pytestmark = pytest.mark.django_db

NOTES = "# Plan\n\n## One\n\n- [Alpha](https://a.example/)\n- [Beta](https://b.example/)\n"


def back(run: ImportRun) -> None:
    """Go back to a run as the admin does."""
    user = make_user()
    draft = drafts.of_run(run, user)
    drafts.carry_out(draft, {}, plan().version, user)


def test_a_run_keeps_the_very_bytes_that_it_read(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf# One\r\n\x0c\r\n- [Alpha](https://a.example/)"
    bring(tmp_path, data)
    run = ImportRun.objects.get()
    assert run.sources is not None
    [file] = keeping.unpack(bytes(run.sources), 10**6).files
    assert (file.path, file.data) == ("README.md", data)
    assert run.source == str(tmp_path / "README.md")


def test_the_files_of_old_runs_are_dropped_and_their_changes_stay(tmp_path: Path, settings: Settings) -> None:
    settings.NOTES_KEPT_RUNS = 2
    for number in range(4):
        bring(tmp_path, f"# Plan\n\n- [Link {number}](https://a.example/{number})\n")
    kept = [run.sources is not None for run in ImportRun.objects.order_by("pk")]
    assert kept == [False, False, True, True]
    assert all(run.changes.exists() for run in ImportRun.objects.all())
    assert Change.objects.filter(of="resource", action="added").count() == 4


def test_a_section_edit_keeps_no_files_and_drops_none(tmp_path: Path, settings: Settings) -> None:
    settings.NOTES_KEPT_RUNS = 1
    bring(tmp_path, NOTES)
    section_edits.edit(Section.objects.get(title="One").pk, "## One\n\nMine.\n", None)
    assert [run.sources is not None for run in ImportRun.objects.order_by("pk")] == [True, False]


def test_going_back_brings_everything_back_and_keeps_what_editors_and_learners_did(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    first = ImportRun.objects.get()
    user = make_user()
    tracking.mark(user, [resource("Alpha").pk], "done")
    notes.save(user, resource("Beta"), "Mine.", 0)
    editing.edit(resource("Alpha"), {"title": "My Alpha"})
    bring(tmp_path, "# Plan\n\n## Two\n\n- [Gamma](https://c.example/)\n")
    tracking.mark(user, [resource("Gamma").pk], "skipped")
    assert Resource.objects.live().count() == 1
    back(first)
    last = ImportRun.objects.first()
    assert last is not None
    assert (last.back_to, Draft.objects.count()) == (first, 0)
    assert sorted(Resource.objects.live().values_list("title", flat=True)) == ["Beta", "My Alpha"]
    assert sorted(user.progress.values_list("resource__title", "state")) == [("Gamma", "skipped"), ("My Alpha", "done")]
    assert user.notes.get().text == "Mine."


def test_going_back_to_what_stands_changes_nothing(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    back(ImportRun.objects.get())
    assert ImportRun.objects.count() == 1


def test_images_are_there_again_after_going_back(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "a.png").write_bytes(b"\x89PNG one")
    bring(tmp_path, "# Plan\n\n![A](a.png)\n")
    html = Section.objects.get().body_html
    (tmp_path / "a.png").write_bytes(b"\x89PNG two")
    bring(tmp_path, "# Plan\n\n![A](a.png) new\n")
    assert Section.objects.get().body_html != html
    (tmp_path / "a.png").unlink()
    back(ImportRun.objects.order_by("pk")[0])
    assert Section.objects.get().body_html == html
