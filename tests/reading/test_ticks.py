"""What counts as done in a copy of the notes, however its learner marked it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from roadmap.reading import NotesError
from roadmap.reading.links import url_key
from roadmap.reading.marks import unmarked
from roadmap.reading.reader import read
from roadmap.reading.ticks import Tick, ticked
from tests.reading.test_properties import pieced

A, B, C = (f"https://example.com/{name}" for name in "abc")
NAMES = {url_key(f"https://example.com/{name}"): name for name in "abcdef"}


def links(text: str) -> tuple[str, str]:
    """The names of the links of a text, and of those that are done."""
    ticks = [tick for tick in ticked(text) if tick.url_key]
    names = [(NAMES[tick.url_key or ""], tick.done) for tick in ticks]
    return "".join(name for name, _ in names), "".join(name for name, done in names if done)


def tasks(text: str) -> list[tuple[str, bool]]:
    return [(tick.title, tick.done) for tick in ticked(text) if not tick.url_key]


# fmt: off
LINKS = {
    # check boxes
    f"- [x] [a]({A})": "a",
    f"- [X] [a]({A})": "a",
    f"- [ ] [a]({A})": "",
    f"- [] [a]({A})": "",
    f"- [a]({A})": "",
    f"* [x] **[a]({A})**: what it is": "a",
    f"+ [x] {A}": "a",
    f"1. [x] [a]({A})\n2. [ ] [b]({B})": "a",
    f"10) [x] [a]({A})": "a",
    f"- [x] text and [a]({A}), [b]({B})": "ab",
    f"- [x]\t[a]({A})": "a",
    f"> - [x] [a]({A})": "a",
    f"- [x] [a]\n- [ ] [b][]\n\n[a]: {A}\n[b]: {B}": "a",
    f'- [x] <a href="{A}">a</a>': "a",
    f"- [x] [![badge](b.svg)]({A})": "a",
    f"- [ ] [a]({A})\n\n      [x] no box": "",
    f"- [x] loose\n\n  [a]({A})": "a",
    f"- [x] [a](\n  {A})": "a",
    f"[x] [a]({A})": "a",
    f"[a]({A}) [x]": "a",
    f"- [a]({A}) [x]": "a",
    f"- [a]({A}) [ ]": "",
    f"- [a]({A}) [x](#anchor)": "",
    f"- [x]({A})": "",
    f"`- [x]` [a]({A})": "",
    # nested: a box holds for what stands under it, unless that has a mark of its own
    f"- [x] chapter\n  - [a]({A})\n  - [b]({B})": "ab",
    f"- [x] chapter\n  - [ ] [a]({A})\n  - [x] [b]({B})": "b",
    f"- [ ] chapter\n  - [x] [a]({A})\n  - [b]({B})": "a",
    f"- [x] [a]({A})\n- [b]({B})": "a",
    f"- plain\n  1. [x] deep\n     - [a]({A})\n  2. [b]({B})": "a",
    f"- - [x] [a]({A})\n- [b]({B})": "a",
    f"- [x] [a]({A}) ⬜": "",
    # check marks
    f"- ✅ [a]({A})": "a",
    f"- [a]({A}) ✅": "a",
    f"- [a]({A})✅": "a",
    f"- [a]({A}): ✅": "a",
    f"- **[a]({A})** ✅": "a",
    f"- ✅ **[a]({A})**": "a",
    f"- [a]({A}) ✔️ and text": "a",
    f"- [a]({A}) (✓)": "a",
    f"- [a]({A}) ☑": "a",
    f"- [a]({A}) :white_check_mark:": "a",
    f"- :heavy_check_mark: [a]({A})": "a",
    f"- [a]({A}) ☐": "",
    f"- [a]({A}) ❌": "",
    f"- [✅ a]({A})": "a",
    f"- [a ✔️]({A})": "a",
    f"- [[x] a]({A})": "",
    f"- [a]({A}): what it is ✅": "a",
    f"- ✅ Watch [a]({A}) first": "a",
    f"1. ✅ Watch [a]({A})": "a",
    f"[a]({A}) is a link. We are done ✅": "",
    f"text [a]({A}) ✅ text": "a",
    f"線性代數：[a]({A})✅，很好": "a",
    f"# [a]({A}) ✅\n\n[b]({B})": "a",
    f"## ✅ [a]({A})\n": "a",
    f"{A} ✅": "a",
    f"<{A}> ✅": "a",
    f'<p align="center">\n<a href="{A}">a</a> ✅\n<a href="{B}">b</a>\n</p>': "a",
    f"✅\n\n[a]({A})": "",
    f"[a]({A})\n✅ [b]({B})": "b",
    # two links in one line
    f"[a]({A}) ✅ [b]({B})": "a",
    f"[a]({A}) ✅, [b]({B}) ✅": "ab",
    f"✅ [a]({A}) [b]({B})": "a",
    f"✅ [a]({A}), ✅ [b]({B})": "ab",
    f"[a]({A}) - ✅ [b]({B})": "b",
    f"[a]({A})  ✔️ [b]({B})": "b",
    f"[a]({A}) ✔️[b]({B})": "b",
    f"[a]({A})✅[b]({B})": "a",
    f"[a]({A}) ✅✅  [b]({B})": "ab",
    f"[a]({A}), [b]({B}): both ✅": "",
    f"- [a]({A}) and [b]({B}) ✅": "b",
    f"- [x] [a]({A}) ⬜ and [b]({B})": "b",
    # struck through
    f"- ~~[a]({A})~~": "a",
    f"- [~~a~~]({A})": "a",
    f"- [**~~a~~**]({A})": "a",
    f"- [~~a~~ b]({A})": "",
    f"- ~~**[a]({A})**: what it is~~ [b]({B})": "a",
    f"- <del>[a]({A})</del> [b]({B})": "a",
    f"- <S>[a]({A})</S>, <strike class='x'><a href='{B}'>b</a></strike>": "ab",
    f"- [<del>a</del>]({A})": "a",
    f"<p>\n<del><a href='{A}'>a</a></del>\n<a href='{B}'>b</a>\n</p>": "a",
    f"- ~[a]({A})~": "a",
    f"- \\~\\~[a]({A})\\~\\~": "",
    f"- ~~old~~ [a]({A})": "",
    f"- ~~[a]({A})~~ ⬜": "",
    f"- </del>[a]({A})": "",
    f"- <span>[a]({A})</span>": "",
    # tables
    f"| done | what |\n|---|---|\n| x | [a]({A}) |\n| [X] | [b]({B}) |\n|  | [c]({C}) |": "ab",
    f"| what | done |\n|:--|--:|\n| [a]({A}) | ✅ |\n| [b]({B}) | ⬜ |\n| [c]({C}) | [ ] |": "a",
    f"| what |\n|---|\n| [a]({A}) ✅ |\n| ✅ [b]({B}) |\n| [c]({C}) |": "ab",
    f"| a | b |\n|---|---|\n| [a]({A}) ✅ | [b]({B}) |": "a",
    f"| a | b |\n|---|---|\n| ~~[a]({A})~~ | b ~~[a]({A})~~ [b]({B}) |": "aa",
    f"| a | b |\n|---|---|\n| :white_check_mark: | [a]({A}) [b]({B}) ⬜ |": "a",
    f"| a |\n|---|\n| x [a]({A}) |": "",
    # not Markdown
    f"```\n- [x] [a]({A})\n```\n[b]({B})": "",
    f"<!-- - [x] [a]({A}) -->\n[b]({B})": "",
    f"<details><summary>✅</summary>\n\n- [x] [a]({A})\n- [b]({B})\n\n</details>": "a",
    f"# TODO\n\n- [x] [a]({A})\n- [ ] [b]({B})": "a",
}
TASKS = {
    "- [x] read": [("read", True)],
    "- [ ] read": [("read", False)],
    "1. [X] **read** `this`": [("read this", True)],
    "- [ ] read ✅": [("read", True)],
    "- [ ] ✅ read": [("read", True)],
    "- [ ] ~~read~~": [("read", True)],
    "- [ ] ~~read~~ this": [("read this", False)],
    "- [ ] <del>read</del>": [("read", True)],
    "- [x] read ⬜": [("read", False)],
    "- [x] one\n  - [ ] two\n    - [x] three": [("one", True), ("two", False), ("three", True)],
    f"- [ ] read [a]({A}) ✅": [("read a", False)],
    f"- [ ] ~~[a]({A})~~ and more": [("a and more", False)],
    "- [x] ": [],
    "- [x]read": [],
    "- read ✅": [],
    "# TODO\n\n- [x] the author's": [],
    "- [x] [to here](#here)": [("to here", True)],
    "- [x] \n  below": [("below", True)],
}
# fmt: on


@pytest.mark.parametrize(("text", "done"), LINKS.items(), ids=LINKS)
def test_a_link_counts_as_done_by_the_mark_nearest_to_it(text: str, done: str) -> None:
    assert links(text)[1] == done


@pytest.mark.parametrize("line_end", ["\r\n", "\r"], ids=["crlf", "cr"])
@pytest.mark.parametrize(("text", "done"), LINKS.items(), ids=LINKS)
def test_line_ends_and_a_bom_make_no_difference(text: str, done: str, line_end: str) -> None:
    assert links("\ufeff" + text.replace("\n", line_end))[1] == done


@pytest.mark.parametrize(("text", "expected"), TASKS.items(), ids=TASKS)
def test_a_task_counts_as_done_by_its_box_or_its_words(text: str, expected: list[tuple[str, bool]]) -> None:
    assert tasks(text) == expected
    assert tasks(text.replace("\n", "\r\n")) == expected


def test_a_copy_is_read_in_its_order_with_the_sections_of_its_links() -> None:
    text = f"\ufeff# Plan ✅\n\n- [x] [a]({A})\n\n## 數學 ✔️\n\n- [ ] do it: [b]({B})\n"
    assert ticked(text) == [
        Tick(url_key(A), "a", "Plan", 3, True, False),
        Tick(None, "do it: b", "數學", 7, False, True),
        Tick(url_key(B), "b", "數學", 7, False, False),
    ]


def test_one_address_is_one_resource_however_it_is_written() -> None:
    text = "- [x] [a](http://www.example.com/a/?utm_source=x)\n- [a](https://example.com/a)"
    assert [(tick.url_key, tick.done) for tick in ticked(text)] == [(url_key(A), True), (url_key(A), False)]


@pytest.mark.parametrize(
    "text",
    [f"- [x] [here](#here)\n- [x] [file](b.md)\n- ✅ [a]({A})", f"![image](https://example.com/i.png) ✅ [a]({A})"],
)
def test_anchors_files_and_images_are_no_resources(text: str) -> None:
    assert links(text) == ("a", "a")


@pytest.mark.parametrize("below", [f"  [a]({A})", f"  and [a]({A})\n  - nested", f"\n  [a]({A})"])
def test_a_task_knows_of_links_below_its_first_line(below: str) -> None:
    assert [tick.has_links for tick in ticked(f"- [x] read\n{below}")] == [True, False]
    assert [tick.has_links for tick in ticked(f"- [x] read\n  - [a]({A})")] == [False, False]


@pytest.mark.parametrize(
    ("title", "bare"),
    [("✅ Go ", "Go"), ("Go ✔️ on", "Go on"), ("[x] Go [ ]", "Go"), ("Go", "Go"), ("✅", ""), ("[x](y)", "[x](y)")],
)
def test_a_title_without_its_marks(title: str, bare: str) -> None:
    assert unmarked(title) == bare


@settings(settings.get_profile("reader"), max_examples=300)
@given(pieced)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        ticks = ticked(text)
    except NotesError:
        return
    listings = [one for _, one in read(text.removeprefix("\ufeff"), "a.md").listings()]
    assert [tick.url_key for tick in ticks] == [one.url_key for one in listings if one.url_key or one.kind == "task"]
    assert [tick.line for tick in ticks] == sorted(tick.line for tick in ticks)


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] [a](https://example.com/a) 中\n" * 4_000,
        "[a](https://example.com/a) ✅ " * 4_000,
        "- [a](https://example.com/a)" + "✅ " * 50_000 + "x",
        "- [a](https://example.com/a)" + " " * 100_000 + "x",
        "- " + "[ ] " * 30_000 + "[a](https://example.com/a)",
        "<del>" * 150 + "[a](https://example.com/a)",
        "~~a " * 10_000 + "[a](https://example.com/a)",
        "| x |" * 5_000 + "\n" + "|---" * 5_000,
        "| a | b |\n|---|---|\n" + "| [x] | [a](https://example.com/a) |\n" * 1_000,
        "- [x] a" + "\0" * 10_000,
    ],
    ids=lambda text: ascii(text[:20]),
)
def test_a_text_made_to_hurt_is_read_all_the_same(text: str) -> None:
    ticked(text)


def test_what_nests_too_deep_is_refused() -> None:
    with pytest.raises(NotesError, match="200"):
        ticked("- " * 300 + "a")
