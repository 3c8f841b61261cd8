"""What is kept of an import comes back byte for byte."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.importing.keeping import pack, unpack
from roadmap.importing.loaded import SourceFile
from roadmap.reading import NotesError

MAX = 10**6
PIECES = st.sampled_from([b"\xef\xbb\xbf", b"\r\n", b"\r", b"\n", b"\f", b"\0", b" ", "一".encode(), b"# One"])
DATA = st.one_of(st.binary(), st.lists(PIECES).map(b"".join))
PATHS = st.text(st.characters(codec="utf-8"), min_size=1)
FILES = st.dictionaries(PATHS, DATA).map(lambda found: [SourceFile(*each) for each in found.items()])
ASSETS = st.dictionaries(st.text(st.characters()), st.one_of(st.none(), st.text()))


@given(FILES, ASSETS)
def test_everything_comes_back_as_it_was(files: list[SourceFile], assets: dict[str, str | None]) -> None:
    kept = pack(files, assets)
    loaded = unpack(kept, MAX)
    assert loaded.files == files
    assert {path: loaded.images.asset(path) for path in assets} == assets
    assert pack(loaded.files, loaded.images.asked) == kept


def test_the_order_of_images_makes_no_other_bytes() -> None:
    files = [SourceFile("b.md", b"x"), SourceFile("a.md", b"y")]
    assert pack(files, {"a": "1", "b": None}) == pack(files, {"b": None, "a": "1"})
    assert [file.path for file in unpack(pack(files, {}), MAX).files] == ["b.md", "a.md"]


def test_images_are_not_copied_again(tmp_path: Path) -> None:
    images = unpack(pack([SourceFile("a.md", b"x")], {"a.png": "1.png", "b.png": None}), MAX).images
    assert [images.asset(path) for path in ("a.png", "b.png", "c.png")] == ["1.png", None, None]
    images.copy_to(tmp_path / "media")
    assert list((tmp_path / "media").iterdir()) == []


def test_it_is_small() -> None:
    data = b"- [a link](https://example.com/somewhere)\n" * 1000
    assert len(pack([SourceFile(f"{number}.md", data) for number in range(10)], {})) < len(data) / 10


KEPT = pack([SourceFile("a.md", b"# One")], {})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        KEPT[:-1],
        KEPT[:10] + b"\0" + KEPT[11:],
        zlib.compress(b""),
        zlib.compress(b"[]\n"),
        zlib.compress(b"null\n"),
        zlib.compress(b'{"form":2,"files":[],"assets":{}}\n'),
        zlib.compress(b'{"form":1,"files":[["a.md",9]],"assets":{}}\nx'),
        zlib.compress(b'{"form":1,"files":[["a.md","9"]],"assets":{}}\nx'),
        zlib.compress(b'{"form":1,"files":[],"assets":{}}\nx'),
        zlib.compress(b"\0" * 100_000_000),
    ],
    ids=lambda data: f"{len(data)} bytes",
)
def test_what_is_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(NotesError, match="damaged"):
        unpack(data, MAX)


def test_a_file_over_the_limit_is_refused() -> None:
    with pytest.raises(NotesError, match="NOTES_MAX_BYTES"):
        unpack(KEPT, 4)
