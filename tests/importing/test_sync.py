"""`manage.py sync_notes`: every roadmap brought up to date with where it was imported from, fit for cron."""

from __future__ import annotations

import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from roadmap.importing import keeping
from roadmap.importing.importer import Target, bring, import_notes
from roadmap.importing.sources import typed
from roadmap.models import ImportRun, Resource, Roadmap
from tests.importing.notes import all_rows

pytestmark = pytest.mark.django_db

NOTES = "# Plan\n\n- [Alpha](https://a.example/)\n"
MORE = NOTES + "- [Beta](https://b.example/)\n"


def sync() -> tuple[int, str, str]:
    """Return the exit code and what was printed, in order and as errors."""
    out, errors = StringIO(), StringIO()
    try:
        call_command("sync_notes", stdout=out, stderr=errors, no_color=True)
    except SystemExit as stopped:
        return int(stopped.code or 0), out.getvalue(), errors.getvalue()
    return 0, out.getvalue(), errors.getvalue()


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(["git", *who, "-C", str(folder), *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, text: str) -> str:
    (folder / "README.md").write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "change")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, NOTES)
    return folder


def test_it_is_quiet_where_nothing_changed(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "plan.md").write_text(NOTES)
    import_notes(tmp_path / "plan.md", slug="one")
    import_notes(repository, slug="two")
    before = all_rows()
    assert sync() == (0, "", "")
    assert all_rows() == before


def test_it_brings_every_roadmap_up_to_date_and_says_so_in_a_line(tmp_path: Path, repository: Path) -> None:
    (tmp_path / "plan.md").write_text(NOTES)
    import_notes(tmp_path / "plan.md", slug="one")
    import_notes(repository, slug="two")
    (tmp_path / "plan.md").write_text(MORE)
    made = commit(repository, MORE)
    said = "pages 1 updated; sections 1 updated; resources 1 added"
    assert sync() == (0, f"one: {said}\ntwo: {said}\n", "")
    assert Resource.objects.live().count() == 4
    run = ImportRun.objects.filter(roadmap__slug="two").first()
    assert run is not None
    assert run.commit == made
    assert sync() == (0, "", "")


def test_it_says_how_many_questions_wait(tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("# Plan\n\n- [ ] Install Python\n- [ ] Read the book\n")
    import_notes(tmp_path / "plan.md", slug="plan")
    (tmp_path / "plan.md").write_text("# Plan\n\n- [ ] Install Python 3\n- [ ] Read the book\n")
    assert sync()[1].endswith("; 1 proposal\n")
    (tmp_path / "plan.md").write_text("# Plan\n\n- [ ] Install Python 3.11\n- [ ] Read the book twice\n")
    assert sync()[1].endswith("; 2 proposals\n")


def test_one_that_fails_is_said_and_the_others_are_done(tmp_path: Path, repository: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.md").write_text(NOTES)
        import_notes(tmp_path / f"{name}.md", slug=name)
    import_notes(repository, slug="d")
    (tmp_path / "a.md").unlink()
    (tmp_path / "b.md").write_bytes(b"# \xff\n")
    (tmp_path / "c.md").write_text(MORE)
    repository.rename(tmp_path / "elsewhere")
    code, out, errors = sync()
    assert (code, out) == (1, "c: pages 1 updated; sections 1 updated; resources 1 added\n")
    lines = errors.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [["a", "failed"], ["b", "failed"], ["d", "failed"]]
    assert "UTF-8" in lines[1]
    assert Resource.objects.filter(roadmap__slug="a").live().count() == 1


def test_an_upload_has_no_source(tmp_path: Path) -> None:
    bring(typed(NOTES, "pasted", 10**6), Target("plan"))
    assert Roadmap.objects.get().source == ""
    assert sync() == (0, "", "")


def test_where_it_is_read_is_remembered(tmp_path: Path, repository: Path) -> None:
    import_notes(repository, slug="plan", ref="main", path="README.md")
    roadmap = Roadmap.objects.get()
    assert (roadmap.source, roadmap.source_ref, roadmap.source_path) == (str(repository), "main", "README.md")
    assert roadmap.synced.startswith(git(repository, "rev-parse", "HEAD")[:31])
    bring(typed(MORE, "pasted", 10**6), Target("plan"))
    assert Roadmap.objects.get().source == str(repository)


def test_a_commit_that_leaves_the_notes_alone_is_read_once(repository: Path) -> None:
    import_notes(repository, slug="plan", path="README.md")
    (repository / "other.txt").write_text("x")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "other")
    assert sync() == (0, "", "")
    assert Roadmap.objects.get().synced.startswith(git(repository, "rev-parse", "HEAD")[:31])
    assert ImportRun.objects.count() == 1


def test_going_back_holds_until_the_author_changes_something(tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    file.write_text(NOTES)
    import_notes(file, slug="plan")
    first = ImportRun.objects.get()
    file.write_text(MORE)
    assert sync()[1].startswith("plan: ")
    assert first.sources is not None
    bring(keeping.unpack(bytes(first.sources), 10**6), Target("plan"), back_to=first.pk)
    assert Resource.objects.live().count() == 1
    assert sync() == (0, "", "")
    assert Resource.objects.live().count() == 1
    file.write_text(MORE + "- [Gamma](https://c.example/)\n")
    assert sync()[1].startswith("plan: ")
    assert Resource.objects.live().count() == 3


def test_going_back_holds_though_a_commit_changes_something_else(repository: Path) -> None:
    import_notes(repository, slug="plan", path="README.md")
    first = ImportRun.objects.get()
    commit(repository, MORE)
    assert sync()[1].startswith("plan: ")
    assert first.sources is not None
    bring(keeping.unpack(bytes(first.sources), 10**6), Target("plan"), back_to=first.pk)
    (repository / "other.txt").write_text("x")
    made = commit(repository, MORE)
    for _ in range(2):
        assert sync() == (0, "", "")
        assert Resource.objects.live().count() == 1
    assert Roadmap.objects.get().synced.startswith(made[:31])
    commit(repository, MORE + "- [Gamma](https://c.example/)\n")
    assert sync()[1].startswith("plan: ")
    assert Resource.objects.live().count() == 3


def test_an_image_comes_along_where_the_path_was_given_in_part(
    tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    (tmp_path / "plan.md").write_text("# Plan\n\n![A](a.png)\n")
    monkeypatch.chdir(tmp_path)
    import_notes("plan.md", slug="plan")
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    assert sync()[0] == 0
    assert "/media/" in Roadmap.objects.get().pages.get().sections.get().body_html


def test_an_image_that_turns_up_beside_the_notes_comes_along(tmp_path: Path, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]
    (tmp_path / "plan.md").write_text("# Plan\n\n![A](a.png)\n")
    import_notes(tmp_path / "plan.md", slug="plan")
    assert sync() == (0, "", "")
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    assert sync()[0] == 0
    assert (tmp_path / "media").exists()
    assert "/media/" in Roadmap.objects.get().pages.get().sections.get().body_html
