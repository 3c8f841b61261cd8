"""Our reader sees what GitHub's own library sees: headings, links, list depth, tasks, images, folds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roadmap.reading.reader import read
from tests.reading.oracle import Facts, by_github, by_reader, differences

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NOTES = ROOT.parent / "shared" / "notes" / "README.md"
CORPUS = ROOT.parent / "shared" / "corpus"
FIXTURES = sorted((HERE / "fixtures").glob("*.md"))
PLANS = sorted(CORPUS.rglob("*.md"))

BYTES = {
    "crlf": "# A\r\n\r\n- [a](https://example.com/a)\r\n  - [b](https://example.com/b)\r\n\r\nB\r\n---\r\n\r\n[c](https://example.com/c)\r\n",
    "cr": "# A\r\r- [a](https://example.com/a)\r  - [b](https://example.com/b)\r\rB\r---\r\r[c](https://example.com/c)\r",
    "mixed line ends": "# A\n\r[a](https://example.com/a)\r\n\r## B\n[b](https://example.com/b)\r# C\r\n",
    "no line end": "# A\n[a](https://example.com/a)\n## B",
    "form feed": "# A\x0cB\n[a](https://example.com/a)\x0c# not a heading\n\x0c\n## C\n",
    "vertical tab": "# A\x0bB\n[a](https://example.com/a)\x0b# not a heading\n",
    "line separators": "# A\u2028B\n[a](https://example.com/a)\u2029# no\u2028\u2029\x85# no\x1c# no\x1d\x1e\n## C\n",
    "nul": "# A\0B\n[a\0](https://example.com/a)\n",
    "tabs": "#\tA\n-\t[a](https://example.com/a)\n\t-\t[b](https://example.com/b)\n\n\t\t[c](https://example.com/c)\n",
    "blank": "",
    "only line ends": "\n\r\n\r",
    "non-breaking blanks": "#\u00a0not a heading\n# A\u00a0B\u3000\n-\u3000[a](https://example.com/a)\n- [a](https://example.com/b)\u3000\n",
    "replacement": "# \ufffd\n[\ufffd](https://example.com/\ufffd)\n",
}


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8-sig")


def assert_same(text: str) -> None:
    page = read(text, "README.md")
    assert list(differences(text, page)) == []
    assert "".join(section.source for section in page.sections) == text


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_quirk_is_read_as_github_reads_it(path: Path) -> None:
    assert_same(text_of(path))


@pytest.mark.parametrize("line_end", ["\r\n", "\r"], ids=["crlf", "cr"])
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_line_ends_make_no_difference(path: Path, line_end: str) -> None:
    text = text_of(path)
    other = text.replace("\n", line_end)
    assert_same(other)
    assert by_reader(read(other, "a.md")) == by_reader(read(text, "a.md"))


@pytest.mark.parametrize("text", BYTES.values(), ids=BYTES.keys())
def test_odd_bytes_are_read_as_github_reads_them(text: str) -> None:
    assert_same(text)


def test_the_bundled_notes_are_read_as_github_reads_them() -> None:
    assert_same(text_of(NOTES))


def test_the_bundled_notes_hold_what_they_are_known_to_hold() -> None:
    for facts in (by_github(text_of(NOTES)), by_reader(read(text_of(NOTES), "README.md"))):
        assert [each.level for each in facts.headings] == [1, 2, 1, 2, 2, 2, 3, 3, 3, 3, 3, 2, 2, 2, 2]
        assert all(each.section for each in facts.headings)
        assert len(web_links(facts)) == 64
        assert len({each.href for each in web_links(facts)}) == 62
        assert [each.text for each in facts.links if not each.href] == ["人工智慧到生成式AI的發展(2010 ~2024)"]
        assert [(each.checked, each.todo) for each in facts.tasks] == [(False, True)] * 5
        assert len(facts.images) == 4
        assert facts.folds == 3


def web_links(facts: Facts) -> list[Any]:
    return [each for each in facts.links if each.href.startswith("http")]


@pytest.mark.skipif(not PLANS, reason="the study plans beside the repository are not here")
@pytest.mark.parametrize("path", PLANS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_study_plan_is_read_as_github_reads_it(path: Path) -> None:
    assert_same(text_of(path))
