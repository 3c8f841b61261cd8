"""Input that cannot be taken: a clear message, exit code 1, and nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from tests.importing.notes import all_rows, bring

pytestmark = pytest.mark.django_db


def write(name: str, data: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(data)
        return folder / name

    return make


def linked_image(folder: Path) -> Path:
    outside = folder.parent / f"{folder.name}-secret.png"
    outside.write_bytes(b"secret")
    (folder / "map.png").symlink_to(outside)
    (folder / "plan.md").write_text("# One\n\n![map](map.png)\n")
    return folder / "plan.md"


def linked_folder(folder: Path) -> Path:
    outside = folder.parent / f"{folder.name}-outside"
    outside.mkdir()
    (outside / "map.png").write_bytes(b"secret")
    (folder / "img").symlink_to(outside)
    (folder / "plan.md").write_text("# One\n\n<img src='img/map.png'>\n")
    return folder / "plan.md"


DEEP = 201
CASES = [
    ("no such path", lambda folder: folder / "nothing.md", "is not there"),
    ("a folder without notes", lambda folder: folder, "no Markdown file"),
    ("not UTF-8", write("plan.md", "# 一\n\n二".encode("big5")), "not UTF-8"),
    ("UTF-16", write("plan.md", "# One\n".encode("utf-16")), "not UTF-8"),
    ("a NUL", write("plan.md", b"# One\n\nTw\0o\n"), "plan.md:3: there is a NUL"),
    ("empty", write("plan.md", b""), "is empty"),
    ("blank", write("plan.md", b"\xef\xbb\xbf \r\n\n\t\n"), "is empty"),
    ("too large", write("plan.md", b"# One\n" + b"x" * 2000), "NOTES_MAX_BYTES"),
    ("an image out of the folder", write("plan.md", b"# One\n\n![p](../../etc/passwd)\n"), "plan.md:3: "),
    ("a link out of the folder", write("plan.md", b"# One\n\nTwo [p](../../etc/passwd)\n"), "out of the folder"),
    ("an encoded way out", write("plan.md", b"# One\n\n[p](%2e%2e/%2E./etc/passwd)\n"), "out of the folder"),
    ("a way out after a way in", write("plan.md", b"# One\n\n[p](docs/../../x.md)\n"), "out of the folder"),
    ("a raw image out of the folder", write("plan.md", b"<img src='..\\..\\etc\\passwd'>\n"), "out of the folder"),
    ("a symlink to an image", linked_image, "out of the folder"),
    ("a symlink to a folder of images", linked_folder, "out of the folder"),
    ("quotes too deep", write("plan.md", b">" * DEEP + b" a\n"), "200 deep"),
    ("lists too deep", write("plan.md", b"- " * DEEP + b"a\n"), "200 deep"),
    ("tags too deep", write("plan.md", b"<div>" * DEEP + b"a\n"), "200 deep"),
    ("inline tags too deep", write("plan.md", b"a " + b"<b>" * DEEP + b"a\n"), "200 deep"),
    ("emphasis too deep", write("plan.md", b"**" * DEEP + b"a" + b"**" * DEEP + b"\n"), "200 deep"),
    ("far too deep", write("plan.md", b">" * 1500 + b" a\n"), "200 deep"),
]


@pytest.mark.parametrize(("make", "said"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_it_is_refused_with_a_reason_and_changes_nothing(
    tmp_path: Path, settings: Settings, make: Callable[[Path], Path], said: str
) -> None:
    settings.NOTES_MAX_BYTES = 1600
    folder = tmp_path / "notes"
    folder.mkdir()
    bring(tmp_path, "# One\n\n- [Alpha](https://a.example)\n")
    before = all_rows()
    with pytest.raises(CommandError) as refused:
        call_command("import_notes", str(make(folder)), "--roadmap", "plan", stdout=StringIO())
    assert said in str(refused.value)
    assert all_rows() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--roadmap", "no slug"], "is not a slug"),
        (["--roadmap", "計畫"], "is not a slug"),
        (["--roadmap", "../x"], "is not a slug"),
        (["--roadmap", "x" * 101], "longer than 100"),
        (["--language", "tlh"], "choose one of zh-hant, en"),
        (["--title", "  "], "title is empty"),
        (["--source-url", "ftp://a.example/x"], "not an http(s) URL"),
        (["--source-url", "github.com/o/r"], "not an http(s) URL"),
    ],
)
def test_a_wrong_option_is_refused(tmp_path: Path, options: list[str], said: str) -> None:
    (tmp_path / "plan.md").write_text("# One\n")
    before = all_rows()
    with pytest.raises(CommandError) as refused:
        call_command("import_notes", str(tmp_path / "plan.md"), *options, stdout=StringIO())
    assert said in str(refused.value)
    assert all_rows() == before


def test_what_nests_as_deep_as_allowed_is_taken(tmp_path: Path) -> None:
    report = bring(tmp_path, b"# One\n\n" + b">" * (DEEP - 1) + b" [a](https://a.example)\n")
    assert report.counts["resources"]["added"] == 1


@pytest.mark.parametrize("href", ["../../issues", "../../wiki/Home", "../../pulls?q=x", "../../blob/main/LICENSE"])
def test_githubs_own_pages_of_a_repository_are_no_way_out(tmp_path: Path, href: str) -> None:
    report = bring(tmp_path, f"# One\n\n[a]({href})\n", source_url="https://github.com/o/r/blob/main/README.md")
    assert report.warnings == []
    assert [each.code for each in bring(tmp_path, f"# One\n\n[a]({href})\n", source_url="").warnings] == [
        "dead-relative-link"
    ]


def test_an_image_over_the_limit_is_refused(tmp_path: Path, settings: Settings) -> None:
    settings.NOTES_MAX_BYTES = 100
    (tmp_path / "map.png").write_bytes(b"x" * 101)
    (tmp_path / "plan.md").write_text("![map](map.png)")
    with pytest.raises(CommandError, match=r"map\.png is over 100 bytes"):
        call_command("import_notes", str(tmp_path / "plan.md"), stdout=StringIO())
