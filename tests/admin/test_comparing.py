"""Two texts laid over each other: the lines that differ, and words in them."""

from __future__ import annotations

import time

from roadmap.admin.comparing import TextLine, differing


def told(before: str, after: str) -> list[tuple[str, str]]:
    return [(line.kind, str(line.text)) for line in differing(before, after)]


def test_lines_that_differ_stand_between_some_that_do_not() -> None:
    before = "".join(f"line {n}\n" for n in range(20))
    assert told(before, before.replace("line 10\n", "something else\n")) == [
        ("gap", "8"),
        ("same", "line 8"),
        ("same", "line 9"),
        ("gone", "line 10"),
        ("added", "something else"),
        ("same", "line 11"),
        ("same", "line 12"),
        ("gap", "8"),
    ]


def test_in_lines_that_are_much_alike_the_words_are_marked() -> None:
    assert told("| one | two | three |", "| one | 2 | three |") == [
        ("gone", "| one | <b>two</b> | three |"),
        ("added", "| one | <b>2</b> | three |"),
    ]


def test_what_is_gone_or_new_as_a_whole() -> None:
    assert told("a\nb\nc", "a\nc") == [("same", "a"), ("gone", "b"), ("same", "c")]
    assert told("", "new") == [("gone", ""), ("added", "new")]
    assert told("same\n", "same\n") == [("gap", "2")]


def test_line_ends_are_those_of_files_and_no_others() -> None:
    assert told("a\r\nb\x0cb\u2028b", "a\nb\x0cb\u2028b") == [("gap", "2")]


def test_markup_stays_text_in_marked_lines() -> None:
    gone, added = differing("<b>one</b> two three four", "<b>one</b> two three five")
    assert gone == TextLine("gone", "&lt;b&gt;one&lt;/b&gt; two three <b>four</b>")
    assert "<b>five</b>" in str(added.text)


def test_long_and_hostile_texts_do_not_hold_up_a_page() -> None:
    since = time.perf_counter()
    differing("x y " * 50_000, "y x " * 50_000)
    differing(
        "".join(f"a{n} " * 150 + "\n" for n in range(400)), "".join(f"b{n} a{n} " * 75 + "\n" for n in range(400))
    )
    assert time.perf_counter() - since < 10
