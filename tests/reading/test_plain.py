"""The words of cleaned HTML."""

from __future__ import annotations

import pytest

from roadmap.reading.plain import plain


@pytest.mark.parametrize(
    ("cleaned", "words"),
    [
        ("", ""),
        ("<p><strong>機器</strong>學習</p>", "機器學習"),
        ("<p>one</p><p>two</p>", "one two"),
        ("<li>one<br>two</li>", "one two"),
        ("see <!--r:0-->, then <!--n:0-->", "see , then"),
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ('<a href="/x>y" title="&quot;">there</a>', "there"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_tags_go_and_words_stay(cleaned: str, words: str) -> None:
    assert " ".join(plain(cleaned).split()) == words


def test_what_only_looks_like_a_tag_costs_no_more_than_its_length() -> None:
    assert plain("<a" * 50_000) == "<a" * 50_000
    assert plain('<a "' * 20_000) == '<a "' * 20_000
