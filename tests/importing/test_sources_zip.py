"""Notes in a zip: what comes out of it, and the zips that are refused."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.importing import limits
from roadmap.importing.sources import load, probe, unzip
from roadmap.reading import NotesError

MAX = 1_000_000
Entry = tuple[str | ZipInfo, bytes | str]


def made(*entries: Entry, compression: int = ZIP_DEFLATED) -> bytes:
    into = BytesIO()
    with ZipFile(into, "w", compression) as archive:
        for name, data in entries:
            info = name if isinstance(name, ZipInfo) else ZipInfo(name)
            archive.writestr(info, data, compression)
    return into.getvalue()


def of_kind(name: str, kind: int) -> ZipInfo:
    info = ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o644) << 16
    return info


def link(name: str) -> ZipInfo:
    return of_kind(name, stat.S_IFLNK)


def paths(data: bytes) -> list[str]:
    return [file.path for file in unzip(data, "plan.zip", MAX).files]


def refused(data: bytes, max_bytes: int = MAX) -> str:
    with pytest.raises(NotesError) as error:
        unzip(data, "plan.zip", max_bytes)
    return str(error.value)


def test_a_zips_markdown_files_are_pages_in_order() -> None:
    names = ["README.md", "2.md", "10.MD", "a/README.md", "a/b.md", "學/一.md"]
    rest = ["a/", "x.txt", ".h.md", "node_modules/p.md", "__MACOSX/._2.md", "a/__MACOSX/y.md", ".DS_Store"]
    assert paths(made(*((name, "# One") for name in [*rest, *reversed(names)]))) == names


def test_one_folder_around_everything_is_no_part_of_the_paths() -> None:
    around = ["plan-main/", "plan-main/README.md", "plan-main/docs/a.md", "plan-main/.github/x.md", "plan-main/a.png"]
    data = made(*((name, "x") for name in [*around, "__MACOSX/plan-main/._README.md", ".DS_Store"]))
    loaded = unzip(data, "folder/AI Plan.ZIP", MAX)
    assert [file.path for file in loaded.files] == ["README.md", "docs/a.md"]
    assert (loaded.name, loaded.slug, loaded.location) == ("folder/AI Plan.ZIP", "ai-plan", "")
    assert loaded.images.asset("a.png")
    assert paths(made(("a/README.md", "x"), ("b/README.md", "x"))) == ["a/README.md", "b/README.md"]
    assert paths(made(("a/README.md", "x"), ("b.txt", "x"))) == ["a/README.md"]
    assert paths(made(("./a.md", "x"), ("./b/c.md", "x"))) == ["a.md", "b/c.md"]


def test_images_come_out_of_the_zip(tmp_path: Path) -> None:
    images = unzip(made(("a.md", "x"), ("img/a.PNG", b"picture"), ("b.txt", "x")), "plan.zip", MAX).images
    name = f"{sha256(b'picture').hexdigest()[:32]}.png"
    assert [images.asset(path) for path in ("img/a.PNG", "img/b.png", "b.txt", "img")] == [name, None, None, None]
    images.copy_to(tmp_path / "media")
    assert [each.read_bytes() for each in (tmp_path / "media").iterdir()] == [b"picture"]


def test_a_zip_on_the_disk_is_told_by_its_name_or_its_content(tmp_path: Path) -> None:
    for name in ("plan.zip", "plan.ZIP", "plan"):
        (tmp_path / name).write_bytes(made(("a.md", "# One")))
        loaded = load(tmp_path / name, max_bytes=MAX)
        assert [file.path for file in loaded.files] == ["a.md"]
        assert (loaded.slug, loaded.location, probe(tmp_path / name)) == ("plan", str(tmp_path / name), "")


def test_a_zip_within_a_zip_stays_closed() -> None:
    assert paths(made(("a.md", "x"), ("b.zip", made(("c.md", "x"))))) == ["a.md"]


def test_blank_pages_are_told_of_and_nothing_else_is_refused() -> None:
    loaded = unzip(made(("a.md", "x"), ("b.md", "")), "plan.zip", MAX)
    assert [(each.path, each.code) for each in loaded.warnings] == [("b.md", "blank-page")]
    assert "every Markdown file in plan.zip is empty" in refused(made(("a.md", ""), ("b.md", " ")))
    assert "no Markdown file" in refused(made(("a.txt", "")))
    assert "no Markdown file" in refused(made())


def without_utf8_flag(name: bytes) -> bytes:
    return made(("n" * len(name), "# One"), compression=ZIP_STORED).replace(b"n" * len(name), name)


def test_names_in_utf8_that_do_not_say_so_are_read() -> None:
    assert paths(without_utf8_flag("學.md".encode())) == ["學.md"]
    assert "is not UTF-8" in refused(without_utf8_flag("學.md".encode("big5")))


@pytest.mark.parametrize(
    "name",
    [
        "/etc/a.md",
        "../a.md",
        "a/../../b.md",
        "a/..",
        "..",
        "a\\b.md",
        "..\\a.md",
        "C:a.md",
        "c:/a.md",
        "a//b.md",
        "a\nb.md",
        "a\x7f.md",
        "/",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert "not safe" in refused(made(("ok.md", "x"), (name, "x")))


def test_a_name_with_a_nul_is_refused() -> None:
    assert "a\\x00b.md" in refused(made(("a_b.md", "x")).replace(b"a_b.md", b"a\0b.md"))


def test_a_name_that_says_utf8_and_is_not_is_refused() -> None:
    assert "is not a zip, or a broken one" in refused(made(("é.md", "x")).replace("é".encode(), b"\xff\xff"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_refused() -> None:
    assert "a.md twice" in refused(made(("a.md", "x"), ("a.md", "y")))
    assert "a.md twice" in refused(made(("a.md", "x"), ("./a.md", "y")))


def encrypted() -> bytes:
    data = bytearray(made(("a.md", "# One")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def unknown_method() -> bytes:
    data = bytearray(made(("a.md", "# One")))
    data[8] = data[data.index(b"PK\x01\x02") + 10] = 99
    return bytes(data)


def wrong_sum() -> bytes:
    return made(("a.md", "# One"), compression=ZIP_STORED).replace(b"# One", b"# Two")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (encrypted(), "make the zip without a password"),
        (unknown_method(), "unusual way"),
        (made(("a.md", "# One"), compression=ZIP_BZIP2), "unusual way"),
        (made(("a.md", "# One"), compression=ZIP_LZMA), "unusual way"),
        (wrong_sum(), "Bad CRC-32"),
        (b"", "is not a zip"),
        (b"PK\x05\x06" + b"\0" * 18, "no Markdown file"),
        (b"PK\x05\x06" + b"\xff" * 18, "is not a zip"),
        (made(("a.md", "# One"))[:-30], "is not a zip"),
        (made(("a.md", "# One"))[20:], "broken"),
        (made((of_kind("a.md", stat.S_IFIFO), "")), "no ordinary file"),
        (made((link("a.md"), "b.md"), ("b.md", "x")), "a.md is a symbolic link"),
        (made((link("x/a"), "../b"), ("b/c.md", "x")), "x/a is a symbolic link to a folder"),
        (made((link("a"), "."), ("b/c.md", "x"), ("d", "")), "a is a symbolic link to a folder"),
        (made((link("a"), "x" * 5000), ("b.md", "x")), "over 4,096"),
    ],
    ids=lambda value: value if isinstance(value, str) else "zip",
)
def test_a_zip_that_cannot_be_taken_is_refused(data: bytes, said: str) -> None:
    assert said in refused(data)


def test_a_link_to_a_file_or_nowhere_is_let_be() -> None:
    data = made((link("LICENSE"), "../LICENSE"), (link("b.png"), "a.png"), ("a.png", "x"), ("a.md", "x"))
    loaded = unzip(data, "plan.zip", MAX)
    assert [file.path for file in loaded.files] == ["a.md"]
    with pytest.raises(NotesError, match="symbolic link"):
        loaded.images.asset("b.png")


def test_a_file_over_the_limit_is_refused_unread() -> None:
    assert "NOTES_MAX_BYTES" in refused(made(("a.md", "x" * 101)), 100)
    images = unzip(made(("a.md", "x"), ("b.png", b"\0" * 10**7)), "plan.zip", MAX).images
    with pytest.raises(NotesError, match=r"b\.png is over"):
        images.asset("b.png")


def test_a_file_that_is_larger_than_it_says_is_refused() -> None:
    data = bytearray(made(("a.md", b"#" * 10**7)))
    listed = data.index(b"PK\x01\x02")
    data[listed + 24 : listed + 28] = struct.pack("<I", 50)
    data[22:26] = struct.pack("<I", 50)
    assert "broken" in refused(bytes(data))


def test_too_much_markdown_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_MARKDOWN", 100)
    assert "101 bytes of Markdown" in refused(made(("a.md", "x" * 50), ("b.md", "x" * 51)))


def test_too_many_files_are_refused() -> None:
    assert "5,001 files; at most 5,000" in refused(made(*((f"{number}.txt", "") for number in range(5001))))


def test_far_too_many_files_are_refused_before_they_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made(("a.md", "x")) + b"PK\x01\x02" * 1000
    monkeypatch.setattr(limits, "MOST_FILES", 10)
    monkeypatch.setattr(zipfile.ZipFile, "infolist", None)
    assert "over 10 files" in refused(data)


def test_files_that_share_their_bytes_are_refused() -> None:
    """A small zip of this kind holds a huge amount of files: each entry of the list names the same bytes."""
    data = made(("a.md", "x" * 1000), ("b.md", "y"))
    start = data.index(b"PK\x01\x02")
    entry = data[start : data.index(b"PK\x01\x02", start + 1)]
    entries = b"".join(entry.replace(b"a.md", f"{number}.md".encode()) for number in range(4))
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 4, 4, len(entries), start, 0)
    assert "overlap" in refused(data[:start] + entries + end)


def test_a_zip_on_the_disk_has_a_limit(tmp_path: Path) -> None:
    with (tmp_path / "plan.zip").open("wb") as file:
        os.truncate(file.fileno(), limits.MOST_ZIP + 1)
    with pytest.raises(NotesError, match="a zip may have"):
        load(tmp_path / "plan.zip", max_bytes=MAX)


GOOD = made(("plan/README.md", "# One\n" * 20), ("plan/a.png", b"x" * 50), (link("plan/l"), "a.png"))


def cut(at: int, piece: bytes) -> bytes:
    return GOOD[:at] + piece + GOOD[at + len(piece) :]


def dropped(at: int, piece: bytes) -> bytes:
    return GOOD[:at] + GOOD[at + len(piece) :]


@given(st.sampled_from([cut, dropped]), st.integers(0, len(GOOD)), st.binary(min_size=1, max_size=8))
def test_any_damage_is_told_in_our_own_words(damage: Callable[[int, bytes], bytes], at: int, piece: bytes) -> None:
    with suppress(NotesError):
        images = unzip(damage(at, piece), "plan.zip", MAX).images
        images.asset("a.png")
        images.asset("plan/a.png")
