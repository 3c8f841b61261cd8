"""What is one text to the search, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.folding import coded, fold, folded, sought

ALIKE = [
    ("Ｐｙｔｈｏｎ", "python"),
    ("ｶﾞｲﾄﾞ", "ガイド"),
    ("機器學習與資料結構", "机器学习与资料结构"),
    ("後來", "后来"),
    ("Café", "cafe"),
    ("Straße", "STRASSE"),
    ("①", "1"),
    ("Ⅳ", "iv"),
    ("a\n\t b", "A B"),
]
APART = [("貓", "狗"), ("C++", "C"), ("C#", "C"), ("node", "mode")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_is_one_word_in_other_letters_folds_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_are_two_words_do_not(one: str, other: str) -> None:
    assert folded(one) != folded(other)


def test_chinese_and_latin_are_words_of_their_own() -> None:
    assert folded("從AI到LLM基礎，第2章") == "从 ai 到 llm 基础 第 2 章"


@pytest.mark.parametrize(
    ("text", "word", "is_in"),
    [
        ("深度學習入門", "學習", True),
        ("深度學習入門", "学习", True),
        ("深度學習入門", "度習", False),
        ("深度學習入門", "學", True),
        ("PyTorch", "torch", True),
        ("AI 簡介", "ai", True),
        ("FAIR", "ai", False),
        ("Airflow", "ai", True),
        ("C 語言", "c", True),
        ("CUDA", "c", False),
        ("C++ primer", "c++", True),
        ("機", "abc", False),
    ],
)
def test_a_word_is_found_where_it_stands(text: str, word: str, is_in: bool) -> None:
    assert (sought(folded(word)) in coded(folded(text))) is is_in


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(texts)
def test_a_text_is_folded_letter_by_letter(text: str) -> None:
    assert folded("".join(map(fold, text))) == folded(text)


@given(texts, st.data())
def test_every_word_of_a_text_is_found_in_it_and_in_a_longer_one(text: str, data: st.DataObject) -> None:
    whole = coded(folded(f"{data.draw(texts)} {text} {data.draw(texts)}"))
    assert all(sought(word) in whole for word in folded(text).split())


@given(texts)
def test_an_index_gets_nothing_but_ascii_and_a_search_three_letters_at_least(text: str) -> None:
    assert coded(folded(text)).isascii()
    assert all(len(sought(word)) >= 3 for word in folded(text).split())
