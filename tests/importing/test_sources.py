"""Notes on the disk or typed in: which files become pages, in which order, and what is refused."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from roadmap.importing import limits
from roadmap.importing.importer import import_notes
from roadmap.importing.paths import order, shown
from roadmap.importing.sources import load, probe, typed
from roadmap.models import Page, Section
from roadmap.reading import NotesError
from roadmap.reading.reader import read

MAX = 1_000_000


def put(folder: Path, *names: str, text: str = "# One\n") -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def paths(folder: Path) -> list[str]:
    return [file.path for file in load(folder, max_bytes=MAX).files]


def refused(location: str | Path, max_bytes: int = MAX) -> str:
    with pytest.raises(NotesError) as error:
        load(location, max_bytes=max_bytes)
    return str(error.value)


def test_every_markdown_file_becomes_a_page_in_natural_order(tmp_path: Path) -> None:
    wanted = [
        "README.md",
        "index.md",
        "1-start.md",
        "2-Go.MD",
        "10-end.md",
        "a/Readme.md",
        "a/b.md",
        "a/deep/er/x.md",
        "Part 2/x.md",
        "Part 10/x.md",
        "章/一.md",
    ]
    put(tmp_path, *reversed(wanted), "notes.txt", "plan.markdown", ".hidden.md", ".git-not/x.md", "node_modules/p/x.md")
    assert paths(tmp_path) == wanted


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), unique=True))
def test_every_path_has_its_own_place_in_the_order(names: list[str]) -> None:
    other_way = names[::-1]
    assert sorted(names, key=order) == sorted(other_way, key=order)


def test_numbers_of_any_length_have_an_order() -> None:
    huge = f"{'9' * 5000}.md"
    assert sorted(["b.md", huge, "02.md", "2.md", "1.md", "²٣.md"], key=order)[-1] == "²٣.md"
    assert sorted([huge, "10.md"], key=order) == ["10.md", huge]


def test_a_folders_notes_know_where_they_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "AI Plan", "README.md", "b.md")
    monkeypatch.chdir(tmp_path)
    loaded = load("AI Plan", max_bytes=MAX)
    assert (loaded.name, loaded.slug, loaded.location) == ("AI Plan", "ai-plan", str(tmp_path / "AI Plan"))
    assert (loaded.commit, loaded.ref, loaded.path, loaded.warnings) == ("", "", "", [])
    assert probe(tmp_path / "AI Plan") == ""


@pytest.mark.parametrize(
    ("name", "slug"),
    [("plan/README.md", "plan"), ("plan/index.MD", "plan"), ("plan/My Way.md", "my-way"), ("學/學.md", "notes")],
)
def test_a_file_is_called_by_its_name_and_a_readme_by_its_folder(tmp_path: Path, name: str, slug: str) -> None:
    put(tmp_path, name)
    loaded = load(tmp_path / name, max_bytes=MAX)
    assert (loaded.slug, loaded.location, paths(tmp_path / name)) == (slug, str(tmp_path / name), [Path(name).name])


def test_the_digest_tells_whether_any_path_or_byte_differs(tmp_path: Path) -> None:
    seen = {load(put(tmp_path, "a.md", "b.md"), max_bytes=MAX).digest}
    assert load(tmp_path, max_bytes=MAX).digest in seen
    put(tmp_path, "b.md", text="# One\r\n")
    seen.add(load(tmp_path, max_bytes=MAX).digest)
    (tmp_path / "b.md").rename(tmp_path / "c.md")
    seen.add(load(tmp_path, max_bytes=MAX).digest)
    assert len(seen) == 3


def test_images_are_asked_for_by_path_and_copied(tmp_path: Path) -> None:
    notes = put(tmp_path / "notes", "README.md")
    put(notes, "img/a.png", "img/same.png", ".github/b.SVG", text="picture")
    put(notes, "secret.txt")
    (notes / "link.png").symlink_to("img/a.png")
    images = load(notes, max_bytes=MAX).images
    name = sha256(b"picture").hexdigest()[:32]
    assert [images.asset(path) for path in ("img/a.png", "img/same.png", ".github/b.SVG", "link.png")] == [
        f"{name}.png",
        f"{name}.png",
        f"{name}.svg",
        f"{name}.png",
    ]
    assert [images.asset(path) for path in ("no.png", "secret.txt", "a\0.png", "img", f"{'x' * 9999}.png")] == [
        None
    ] * 5
    images.copy_to(tmp_path / "media")
    assert {each.name: each.read_bytes() for each in (tmp_path / "media").iterdir()} == {
        f"{name}.png": b"picture",
        f"{name}.svg": b"picture",
    }
    assert images.asked["img/a.png"] == f"{name}.png"


def test_an_image_that_changes_meanwhile_is_not_copied_under_a_wrong_name(tmp_path: Path) -> None:
    notes = put(tmp_path / "notes", "README.md", "a.png")
    images = load(notes, max_bytes=MAX).images
    images.asset("a.png")
    (notes / "a.png").write_text("another")
    with pytest.raises(NotesError, match="changed while"):
        images.copy_to(tmp_path / "media")
    assert list((tmp_path / "media").iterdir()) == []


def test_images_have_a_limit_each_and_one_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "README.md")
    for number in range(3):
        put(tmp_path, f"{number}.png", text=str(number) * 100)
    images = load(tmp_path, max_bytes=99).images
    with pytest.raises(NotesError, match=r"0\.png is over 99 bytes"):
        images.asset("0.png")
    monkeypatch.setattr(limits, "MOST_IMAGES", 250)
    images = load(tmp_path, max_bytes=100).images
    assert images.asset("0.png")
    assert images.asset("1.png")
    with pytest.raises(NotesError, match="300 bytes or more; at most 250"):
        images.asset("2.png")


def linked_page(folder: Path) -> None:
    (folder / "b.md").symlink_to(put(folder.parent / "out", "b.md") / "b.md")


def dangling_page(folder: Path) -> None:
    (folder / "b.md").symlink_to("nowhere")


def linked_folder(folder: Path) -> None:
    (folder / "b").symlink_to(put(folder.parent / "out", "b.md"))


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "b.md")


def door(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(folder / "b.md"))


def latin(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.md")).write_text("# One")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (linked_page, "b.md is a symbolic link"),
        (dangling_page, "b.md is a symbolic link"),
        (linked_folder, "b is a symbolic link to a folder"),
        (pipe, "b.md is no ordinary file"),
        (door, "b.md is no ordinary file"),
        (latin, "caf\\udce9.md is not UTF-8"),
        (lambda folder: put(folder, "a\nb.md"), "a\\nb.md holds a control character"),
        (lambda folder: put(folder, "a\x9bb/c.md"), "control character"),
        (lambda folder: put(folder, "b.md", text="x\0"), "b.md:1: there is a NUL"),
        (lambda folder: (folder / "b.md").write_bytes(b"\xff"), "b.md:1: not UTF-8"),
        (lambda folder: put(folder, "b.md", text="x" * 101), "b.md is over 100 bytes; split it, or raise NOTES_MAX"),
    ],
)
def test_what_cannot_be_a_page_is_refused(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    folder = put(tmp_path / "n", "README.md")
    make(folder)
    assert said in refused(folder, 100)


def test_what_is_no_page_is_let_be(tmp_path: Path) -> None:
    folder = put(tmp_path / "notes", "README.md")
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    (folder / "LICENSE").symlink_to("/etc/hostname")
    (folder / ".linked").symlink_to("/etc")
    (folder / ".b.md").symlink_to("README.md")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("x")
    assert paths(folder) == ["README.md"]


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("pipe.md", "is no ordinary file"),
        ("nothing.md", "is not there"),
        ("README.md/x", "is not there"),
        ("x" * 5000, "cannot be read: File name too long"),
        ("empty", "no Markdown file"),
        ("", "no place to read from"),
    ],
)
def test_a_place_without_notes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, location: str, said: str
) -> None:
    put(tmp_path, "README.md")
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    monkeypatch.chdir(tmp_path)
    assert said in refused(location)


def test_a_file_that_the_owner_named_may_be_a_link(tmp_path: Path) -> None:
    put(tmp_path, "real/plan.md")
    (tmp_path / "plan.md").symlink_to("real/plan.md")
    assert paths(tmp_path / "plan.md") == ["plan.md"]


def test_a_branch_is_for_repositories(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="is no git repository"):
        load(put(tmp_path, "README.md"), ref="main", max_bytes=MAX)


def test_a_folder_of_too_many_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(10_000):
        (tmp_path / "many" / f"{number}.txt").touch()
    put(tmp_path, "README.md")
    said = refused(tmp_path)
    assert "over 5,000 files" in said
    assert "name a smaller folder" in said


def test_too_much_markdown_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_MARKDOWN", 100)
    put(tmp_path, "a.md", "b.md", text="x" * 50)
    assert len(paths(tmp_path)) == 2
    put(tmp_path, "b.md", text="x" * 51)
    assert "101 bytes of Markdown or more; at most 100" in refused(tmp_path)


def test_a_deep_folder_with_a_long_path_is_taken(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(15):
        deep = deep / ("x" * 200)
    put(deep, "a.md")
    assert len(paths(tmp_path)[0]) == 15 * 201 + 4


# Blank pages


def test_a_blank_file_is_a_page_with_a_warning(tmp_path: Path) -> None:
    put(tmp_path, "README.md")
    put(tmp_path, "a.md", text=" \r\n\f\n")
    put(tmp_path, "b.md", text="")
    loaded = load(tmp_path, max_bytes=MAX)
    assert [file.path for file in loaded.files] == ["README.md", "a.md", "b.md"]
    assert [str(warning) for warning in loaded.warnings] == [
        "a.md:1: there is nothing in this file",
        "b.md:1: there is nothing in this file",
    ]


def test_notes_of_nothing_but_blank_files_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.md", text=" ")
    put(tmp_path, "b.md", text="\ufeff\n")
    assert "every Markdown file in" in refused(tmp_path)


@pytest.mark.parametrize("text", [" ", "\n", "\r\n\r\n", "\t\f\n \v", "\u3000\n", "\u2028"])
def test_a_blank_text_is_one_section_of_that_text(text: str) -> None:
    (section,) = read(text, "a.md").sections
    assert (section.source, section.level, section.slug) == (text, 0, "")


@pytest.mark.django_db
def test_a_folder_with_blank_files_is_imported_and_served(tmp_path: Path, client: Client) -> None:
    put(tmp_path, "README.md", text="# One\n\n[b](b.md) [c](c.md) [d](d/e.md#two)\n")
    put(tmp_path, "b.md", text=" \r\n")
    put(tmp_path, "c.md", text="")
    put(tmp_path, "d/e.md", text="# Two\n\n- [x](https://x.example)\n")
    import_notes(tmp_path, slug="plan")
    assert list(Page.objects.order_by("position").values_list("path", flat=True)) == [
        "README.md",
        "b.md",
        "c.md",
        "d/e.md",
    ]
    assert list(Section.objects.filter(page__path="b.md").values_list("source", flat=True)) == [" \r\n"]
    assert not Section.objects.filter(page__path="c.md").exists()
    assert not import_notes(tmp_path, slug="plan").changed
    for page in Page.objects.all():
        assert client.get(page.get_absolute_url()).status_code == 200


@pytest.mark.django_db
def test_a_page_that_becomes_blank_retires_what_was_on_it(tmp_path: Path) -> None:
    put(tmp_path, "README.md")
    put(tmp_path, "b.md", text="# Two\n\n- [x](https://x.example)\n")
    import_notes(tmp_path, slug="plan")
    put(tmp_path, "b.md", text="")
    assert import_notes(tmp_path, slug="plan").counts["resources"]["retired"] == 1
    put(tmp_path, "b.md", text="# Two\n\n- [x](https://x.example)\n")
    assert import_notes(tmp_path, slug="plan").counts["resources"]["restored"] == 1


# Typed


def test_typed_text_is_one_page() -> None:
    loaded = typed("# 一\r\n", "pasted text", MAX)
    assert (loaded.files[0].path, loaded.files[0].data) == ("README.md", "# 一\r\n".encode())
    assert (loaded.name, loaded.slug, loaded.location) == ("pasted text", "notes", "")
    assert loaded.images.asset("a.png") is None


def test_an_uploaded_file_keeps_its_bytes() -> None:
    loaded = typed(b"\xef\xbb\xbf# One", "Plan.md", MAX, "docs/Plan.md")
    assert (loaded.files[0].data, loaded.files[0].had_bom, loaded.slug) == (b"\xef\xbb\xbf# One", True, "plan")


@pytest.mark.parametrize(
    ("text", "path", "said"),
    [
        ("", "a.md", "is empty"),
        (b"\xff", "a.md", "not UTF-8"),
        ("\ud800", "a.md", "not UTF-8"),
        ("a\0", "a.md", "NUL"),
        ("x" * 101, "a.md", "over 100 bytes"),
        ("x", "../a.md", "no path within"),
        ("x", "/a.md", "no path within"),
        ("x", "a\n.md", "control character"),
        ("x", "\udcff.md", "not UTF-8"),
    ],
)
def test_typed_text_that_cannot_be_taken_is_refused(text: str | bytes, path: str, said: str) -> None:
    with pytest.raises(NotesError) as error:
        typed(text, "upload", 100, path)
    assert said in str(error.value)


def test_any_name_can_be_shown() -> None:
    assert shown("a\x1b[31m\udcff\u202e一.md") == "a\\x1b[31m\\udcff\\u202e一.md"
