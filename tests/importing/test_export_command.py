"""`manage.py export_notes`: into which folder, what is touched there, and what is refused."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from roadmap import editing
from roadmap.models import Resource, Roadmap
from tests.factories import make_page, make_roadmap, make_section
from tests.importing.exported import edit
from tests.importing.notes import bring

pytestmark = pytest.mark.django_db

NOTES = "# A\r\n\r\n- [a](https://example.com/a)\r\n"


def run(folder: Path, slug: str = "plan") -> tuple[list[str], list[str]]:
    """Export into `folder`; return the lines on stdout and on stderr."""
    out, error = StringIO(), StringIO()
    call_command("export_notes", slug, str(folder), stdout=out, stderr=error, no_color=True)
    return out.getvalue().splitlines(), error.getvalue().splitlines()


def make_pages(*paths: str) -> Roadmap:
    roadmap = make_roadmap(slug="plan")
    for position, path in enumerate(paths):
        make_section(make_page(roadmap, path=path, position=position), source=f"# {path}\n")
    return roadmap


def test_it_writes_every_page_under_its_own_path(tmp_path: Path) -> None:
    make_pages("README.md", "docs/a b.md", "docs/深/中.md")
    folder = tmp_path / "new" / "folder"
    out, error = run(folder)
    assert (folder / "README.md").read_bytes() == b"# README.md\n"
    assert (folder / "docs" / "深" / "中.md").read_text() == "# docs/深/中.md\n"
    assert out == [
        "README.md  changed",
        "docs/a b.md  changed",
        "docs/深/中.md  changed",
        f"3 of 3 files in {folder} changed.",
    ]
    assert error == []


def test_a_file_that_is_so_already_is_not_touched(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    os.utime(tmp_path / "README.md", (1, 1))
    (tmp_path / "else.md").write_text("else")
    out, _ = run(tmp_path)
    assert out == ["README.md  unchanged", f"0 of 1 files in {tmp_path} changed."]
    assert (tmp_path / "README.md").stat().st_mtime == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "else.md"]


def test_an_edited_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    (tmp_path / "README.md").chmod(0o600)
    edit("a", title="B")
    out, _ = run(tmp_path)
    assert out[0] == "README.md  changed"
    assert (tmp_path / "README.md").read_bytes() == NOTES.replace("[a]", "[B]").encode()
    assert (tmp_path / "README.md").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path) -> None:
    make_pages("README.md")
    before = os.umask(0o027)
    try:
        run(tmp_path / "new")
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "README.md").stat().st_mode & 0o777 == 0o640


def test_what_could_not_be_written_is_a_warning(tmp_path: Path) -> None:
    bring(tmp_path, "# A\n\n```\n")
    made = Resource(title="b", url="https://example.com/b", kind="other")
    editing.add(made, Roadmap.objects.get().pages.get().sections.get())
    out, error = run(tmp_path)
    assert out[0] == "README.md  unchanged"
    assert error == [
        "README.md: “b” could not be added in the section “A” so that it is read back as that; the file goes without."
    ]


def test_a_roadmap_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is none yet"):
        run(tmp_path, "nothing")
    make_roadmap(slug="b")
    make_roadmap(slug="a")
    with pytest.raises(CommandError, match="there is no roadmap “nothing”; there are: a, b"):
        run(tmp_path, "nothing")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    with pytest.raises(CommandError, match="is not a folder"):
        run(tmp_path / "README.md")


@pytest.mark.parametrize("path", ["../out.md", "/etc/out.md", "docs/../../out.md", "link/out.md", "file.md", "."])
def test_nothing_is_written_out_of_the_folder(path: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    (tmp_path / "target.md").write_text("target")
    (folder / "file.md").symlink_to(tmp_path / "target.md")
    roadmap = make_pages("README.md")
    make_section(make_page(roadmap, path=path, position=1))
    with pytest.raises(CommandError, match="leads out of"):
        run(folder)
    assert sorted(path.name for path in tmp_path.rglob("*.md")) == ["file.md", "target.md"]
    assert (tmp_path / "target.md").read_text() == "target"


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    make_pages("README.md", "docs/a.md")
    (tmp_path / "real").mkdir()
    (tmp_path / "docs").symlink_to("real")
    (tmp_path / "README.md").symlink_to("real/first.md")
    run(tmp_path)
    assert (tmp_path / "README.md").is_symlink()
    assert (tmp_path / "real" / "first.md").read_text() == "# README.md\n"
    assert (tmp_path / "real" / "a.md").read_text() == "# docs/a.md\n"


@pytest.mark.parametrize(("there", "path"), [("a.md/x", "a.md"), ("docs", "docs/a.md")])
def test_a_folder_in_the_place_of_a_file_and_the_other_way_round_are_told(
    there: str, path: str, tmp_path: Path
) -> None:
    make_pages(path)
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")
    with pytest.raises(CommandError):
        run(tmp_path)
    assert (tmp_path / there).read_text() == "mine"
