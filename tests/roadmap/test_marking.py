"""The letters that a search marks, and the excerpts it shows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap import folding, search
from roadmap.marking import excerpt, marked, spans


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("機器學習", "学习", "機器<mark>學習</mark>"),
        ("ＰｙＴｏｒｃｈ!", "torch", "Ｐｙ<mark>Ｔｏｒｃｈ</mark>!"),
        ("Cafe\u0301s", "cafe", "<mark>Cafe\u0301</mark>s"),
        ("Straße", "strasse", "<mark>Straße</mark>"),
        ("a < b & python", "python", "a &lt; b &amp; <mark>python</mark>"),
        ("AI 與 FAIR", "ai", "<mark>AI</mark> 與 FAIR"),
        ("C, C++ and CUDA", "c", "<mark>C</mark>, C++ and CUDA"),
        ("學習學習", "學習", "<mark>學習學習</mark>"),
        ("ﬁle", "file", "<mark>ﬁle</mark>"),
        ("㈱ b", "株", "<mark>㈱</mark> b"),
        ("nothing", "python", "nothing"),
        ("", "python", ""),
    ],
)
def test_letters_are_marked_as_they_are_written(text: str, typed: str, shown: str) -> None:
    assert marked(text, search.query(typed).words) == shown


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(deadline=None)
@given(texts)
def test_a_trace_is_the_coded_text_and_leads_back_to_it(text: str) -> None:
    coding, places = folding.traced(text)
    assert coding == folding.coded(folding.folded(text))
    assert len(coding) == len(places)
    assert places == sorted(places)
    assert all(0 <= place < len(text) for place in places)


@settings(deadline=None)
@given(texts, texts, texts)
def test_marks_take_nothing_from_a_text(before: str, word: str, after: str) -> None:
    text = before + " " + word + " " + after
    words = search.query(word).words
    shown = re.sub("</?mark>", "", marked(text, words))
    assert shown == marked(text, [])
    held = folding.coded(folding.folded(text))
    assert bool(spans(text, words)) == any(folding.sought(word) in held for word in words)


def test_an_excerpt_is_around_what_its_title_does_not_show() -> None:
    lines = ["nothing here", "x " * 100 + "the Kernel of it & " + "y " * 200, "kernel again"]
    shown = excerpt(lines, ["kernel", "vector"], "Vectors")
    assert re.fullmatch(r"…(x )+the <mark>Kernel</mark> of it &amp; (y )*y…", shown)
    assert len(shown) < 200
    assert excerpt(lines, ["vector"], "Vectors") == ""
    assert excerpt(["貓" * 5000 + "機器學習" + "狗" * 5000], ["学习"]).count("<mark>學習</mark>") == 1
