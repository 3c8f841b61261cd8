"""The notes with a learner's marks: what is written, and that it is read back as what it says."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from roadmap.reading import NotesError, outline
from roadmap.reading.boxes import with_marks
from roadmap.reading.marks import unmarked
from roadmap.reading.reader import read
from roadmap.reading.ticks import Place, places, ticked
from tests.importing.notes import BUNDLED
from tests.reading.test_against_github import CORPUS, FIXTURES, text_of
from tests.reading.test_properties import mutilated, pieced

PLANS = [BUNDLED, *sorted((CORPUS / "llm-course").glob("2*.md"))]
EVERY = [*PLANS, *FIXTURES]
MARKS_AND_BLANKS = re.compile(r"\[[ xX]\]|[✅⬜✔✓☑🗹☐]\ufe0f?| ")

IsDone = Callable[[outline.Section, outline.Listing], bool]


def only(*names: str) -> IsDone:
    """Done is what ends on one of these names."""
    return lambda _, listing: listing.url.endswith(names) if listing.url else listing.title in names


def again(is_done: IsDone) -> IsDone:
    """The same for a text with marks: an item that was given a box and has more words than its link is a task now."""
    return lambda section, listing: listing.done if listing.kind == "task" else is_done(section, listing)


def example_of(text: str) -> str:
    """A text in which `(a)` is a link's address."""
    return re.sub(r"\(([a-f])\)", r"(https://example.com/\1)", text)


# fmt: off
WRITTEN = [
    # a box where there is one, or where an item opens with the link; a mark behind any other
    ("- [ ] [a](a)\n- [ ] [b](b)\n", "- [x] [a](a)\n- [ ] [b](b)\n"),
    ("- [a](a)\n- [b](b)\n", "- [x] [a](a)\n- [b](b)\n"),
    ("* **[a](a)**: what it is\n", "* [x] **[a](a)**: what it is\n"),
    ("1. [a](a)\n2. [b](b)\n", "1. [x] [a](a)\n2. [b](b)\n"),
    ("-\t[a](a)\n", "-\t[x] [a](a)\n"),
    ("> - [a](a)\n", "> - [x] [a](a)\n"),
    ("- see [a](a), [b](b)\n", "- see [a](a) ✅, [b](b)\n"),
    ("text **[a](a)** text\n", "text **[a](a) ✅** text\n"),
    ("| [a](a) | [b](b) |\n|---|---|\n", "| [a](a) ✅ | [b](b) |\n|---|---|\n"),
    ("https://example.com/a, text\n", "https://example.com/a ✅, text\n"),
    ("[![a](a.svg)](a) text\n", "[![a](a.svg)](a) ✅ text\n"),
    ("[a][1]\n\n[1]: https://example.com/a\n", "[a][1] ✅\n\n[1]: https://example.com/a\n"),
    ('<p>\n<a href="https://example.com/a">a</a>\n</p>\n', '<p>\n<a href="https://example.com/a">a</a> ✅\n</p>\n'),
    ("數學：[a](a)，[b](b)\r\n", "數學：[a](a) ✅，[b](b)\r\n"),
    ("[a](a)[b](b)\n", "[a](a) ✅ [b](b)\n"),
    ("[a](a) and [a](a)\n", "[a](a) ✅ and [a](a) ✅\n"),
    # an anchor stays what it was
    ("# [a](a)\n", "# [a](a)✅\n"),
    ("# **[a](a)** text\n", "# **[a](a)✅** text\n"),
    ("[a](a)\n===\n", "[a](a)✅\n===\n"),
    ('<h2 align="center">\n  <a href="https://example.com/a">a</a>\n</h2>\n',
     '<h2 align="center">\n  <a href="https://example.com/a">a</a>✅\n</h2>\n'),
    ("## https://example.com/a\n", "## https://example.com/a ✅\n"),
    # where a box would not be one
    ("- # [a](a)\n", "- # [a](a)✅\n"),
    ("- > [a](a)\n", "- > [a](a) ✅\n"),
    ("-\n  [a](a)\n", "-\n  [a](a) ✅\n"),
    ("- | [a](a) |\n  |---|\n", "- | [a](a) ✅ |\n  |---|\n"),
    ("- text\n\n  [a](a)\n", "- text\n\n  [a](a) ✅\n"),
    ("- <div>x</div>\n\n  [a](a)\n", "- <div>x</div>\n\n  [a](a) ✅\n"),
    ("- - [a](a)\n  - [b](b)\n", "- - [x] [a](a)\n  - [b](b)\n"),
    # what a box says of more than is so, a mark beside the link mends
    ("- [ ] [a](a) and [b](b)\n", "- [ ] [a](a) ✅ and [b](b)\n"),
    ("- [ ] task\n  - [a](a)\n  - [b](b)\n", "- [ ] task\n  - [x] [a](a)\n  - [b](b)\n"),
    ("- [ ] t\n  - [a](a)\n  - [b](b)\n", "- [x] t\n  - [a](a)\n  - [ ] [b](b)\n"),
    ("- [ ] text [a](a)\n", "- [ ] text [a](a) ✅\n"),
    # marks that stand in the notes are the author's: they give way
    ("- [x] [b](b)\n- [X] task\n", "- [ ] [b](b)\n- [ ] task\n"),
    ("- [b](b) ✅\n- ✅ [a](a)\n", "- [b](b) ⬜\n- ✅ [a](a)\n"),
    ("- ~~[b](b)~~ [c](c)\n", "- ~~[b](b) ⬜~~ [c](c)\n"),
    ("- [✅ b](b)\n", "- [✅ b](b) ⬜\n"),
    ("- [ ] ~~task~~\n", "- [ ] ~~task~~ ⬜\n"),
    ("- [b](b): text ✅\n", "- [b](b): text ⬜\n"),
    ("- [b](b): (text ✔️).\n", "- [b](b): (text ⬜).\n"),
    ("- (✅) **[b](b)**\n", "- (⬜) **[b](b)**\n"),
    ("- [ ] **task ✅**:\n", "- [ ] **task ⬜**:\n"),
    ("| x | [b](b) |\n|---|---|\n", "| x | [b](b) ⬜ |\n|---|---|\n"),
    ("- [a](a) ✅ text\n", "- [a](a) ✅ text\n"),
    ("- ~~[a](a)~~\n", "- ~~[a](a)~~\n"),
    ("- [X] [a](a)\n", "- [X] [a](a)\n"),
    # no resources
    ("# TODO\n\n- [x] the author's\n- [ ] t\n", "# TODO\n\n- [x] the author's\n- [ ] t\n"),
    ("```\n- [ ] [a](a)\n```\n", "```\n- [ ] [a](a)\n```\n"),
    ("- [x] \n", "- [x] \n"),
    ("", ""),
]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), WRITTEN, ids=[text for text, _ in WRITTEN])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_a_and_t_are_done(text: str, expected: str, line_end: str) -> None:
    text, expected = (example_of(one).replace("\n", line_end) for one in (text, expected))
    assert with_marks(text, only("/a", "t")) == expected
    assert with_marks(expected, again(only("/a", "t"))) == expected


def test_a_bom_stays_and_hides_no_heading() -> None:
    text = example_of("\ufeff# [a](a)\r\n\r\n- [b](b)\r\n")
    assert with_marks(text, only("/a", "/b")) == example_of("\ufeff# [a](a)✅\r\n\r\n- [x] [b](b)\r\n")


def name(section: outline.Section, listing: outline.Listing) -> Hashable:
    """What two places have in common that are ticked together."""
    return listing.url_key or (section.slug, listing.slot)


def told(place: Place) -> bool:
    """Whether something can be said of a place."""
    return place.start >= 0 if not place.is_task else place.item is not None and place.item.box >= 0


def pairs(before: str, after: str) -> Iterable[tuple[Place, Place]]:
    """The places of a text, and the same ones with marks; an item that was given a box may be a task now."""
    old, new = places(before.removeprefix("\ufeff")), places(after.removeprefix("\ufeff"))
    for tasks in (False, True):
        there = [place for place in old if place.is_task is tasks]
        here = [place for place in new if place.is_task is tasks]
        assert tasks or len(here) == len(there)
        rest = iter(here)
        for place in there:
            title = bare(place.listing.title)
            found = next((it for it in rest if not tasks or bare(it.listing.title) == title), None)
            assert found, title
            yield place, found


def shape(text: str) -> list[Any]:
    """The outline of a text: its sections, anchors and links."""
    return [
        (it.level, unmarked(it.title), it.slug, it.parent, [one.url_key for one in it.listings if one.kind != "task"])
        for it in read(text.removeprefix("\ufeff"), "a.md").sections
    ]


def bare(text: str) -> str:
    return MARKS_AND_BLANKS.sub("", text)


def check(text: str, chosen: Callable[[int], bool]) -> str:
    """Everything that holds for whatever is done."""
    found = places(text.removeprefix("\ufeff"))
    names = dict.fromkeys(name(place.section, place.listing) for place in found)
    done = {each for number, each in enumerate(names) if chosen(number)}
    marked = with_marks(text, lambda *at: name(*at) in done)
    for old, new in pairs(text, marked):
        assert not told(old) or new.done == (name(old.section, old.listing) in done), old.listing
    assert bare(marked) == bare(text)
    assert re.findall(r"\r\n|\r|\n", marked) == re.findall(r"\r\n|\r|\n", text)
    return marked


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("every", [1, 3])
def test_files_say_what_is_done_and_are_the_same_otherwise(path: Any, line_end: str, every: int) -> None:
    text = text_of(path).replace("\n", line_end)
    marked = check(text, lambda number: number % every == 0)
    if path.stem != "badges-and-images":  # A badge that ends a heading leaves a blank there, and the anchor a hyphen.
        assert shape(marked) == shape(text)


@pytest.mark.skipif(len(PLANS) < 5, reason="the corpus is not there")
@settings(deadline=None, max_examples=15)
@given(st.sampled_from(PLANS), st.integers(0, 2**300))
def test_plans_give_back_exactly_what_is_done(path: Any, bits: int) -> None:
    text = text_of(path)
    keys = sorted({tick.url_key for tick in ticked(text) if tick.url_key})
    done = {key for number, key in enumerate(keys) if bits >> number & 1}

    def is_done(_: outline.Section, listing: outline.Listing) -> bool:
        return listing.url_key in done

    marked = with_marks(text, is_done)
    assert {tick.url_key for tick in ticked(marked) if tick.done and tick.url_key} == done
    assert with_marks(marked, again(is_done)) == marked
    assert with_marks("\ufeff" + text, is_done) == "\ufeff" + marked


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_where_nothing_is_done_and_nothing_marked_the_text_stays_as_it_is(path: Any) -> None:
    text = text_of(path)
    if any(tick.done for tick in ticked(text)):
        assert with_marks(text, lambda *_: False) != text
        assert not any(tick.done for tick in ticked(with_marks(text, lambda *_: False)) if tick.url_key)
    else:
        assert with_marks(text, lambda *_: False) == text


@settings(settings.get_profile("reader"), max_examples=300)
@given(pieced, st.integers(0, 255))
@example("[a](https://example.com/a)[b](https://example.com/b)", 1)
def test_any_text_can_be_marked(text: str, bits: int) -> None:
    try:
        places(text)
    except NotesError:
        return
    with_marks(text, lambda _, listing: bool(bits >> listing.slot % 8 & 1))


@settings(settings.get_profile("reader"), max_examples=100)
@given(mutilated(), st.integers(0, 255))
def test_mutilated_notes_give_back_what_is_done(text: str, bits: int) -> None:
    check(text, lambda number: bool(bits >> number % 8 & 1))
