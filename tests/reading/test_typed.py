"""What people type on the site, as HTML: as on GitHub where they would expect it, and nothing that does harm."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from roadmap.reading.html import from_markdown


def bare(html: str) -> str:
    """HTML without what makes no difference to the eye."""
    return re.sub(r"\s+|<br ?/?>|</?p>| class=\"[^\"]*\"", "", html)


@pytest.mark.parametrize(
    "text",
    [
        "- a\n  - b\n    - c\n- d",
        "- a\n    - b\n        - c\n- d",
        "1. a\n   - b\n   - c\n2. d",
        "1. a\n2. b\n   1. c\n   2. d",
        "10. a\n    - b\n11. c",
        "* a\n* b\n\n  * c\n",
        "- a\n\n  more of a\n\n- b",
        "- a\n  and on\n- b",
        "words:\n- a\n- b",
        "words:\n1. a\n2. b",
        "- a\n\nwords\n\n- b",
        "    code\n      more",
        "```\n- a\n  - b\n```",
        "words\n\n- a\n  - b\n\nwords\n\n    code",
    ],
)
def test_lists_are_those_of_github(text: str) -> None:
    assert bare(from_markdown(text)) == bare(MarkdownIt().render(text))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("~~gone~~ and ~ that ~~ stays", "<p><del>gone</del> and ~ that ~~ stays</p>"),
        ("`~~code~~`", "<p><code>~~code~~</code></p>"),
        ("- [x] done\n- [ ] to do", "<ul>\n<li>☑ done</li>\n<li>☐ to do</li>\n</ul>"),
        ("[x] no item", "<p>[x] no item</p>"),
        ('`a<b` & "c"', '<p><code>a&lt;b</code> &amp; "c"</p>'),
        ('```py\nx = "a" & b < c\n```', '<pre><code>x = "a" &amp; b &lt; c\n</code></pre>'),
        ("`&amp;`", "<p><code>&amp;amp;</code></p>"),
        ("`https://a.example`", "<p><code>https://a.example</code></p>"),
        ("1 < 2 && 3 > 2", "<p>1 &lt; 2 &amp;&amp; 3 &gt; 2</p>"),
        ("一\n二", "<p>一<br>\n二</p>"),
    ],
)
def test_what_is_typed_is_what_is_shown(text: str, html: str) -> None:
    assert from_markdown(text) == html


@pytest.mark.parametrize(
    ("text", "href", "words"),
    [
        ("https://a.example/?x=1&y=2", "https://a.example/?x=1&amp;y=2", "https://a.example/?x=1&amp;y=2"),
        ("見https://a.example/路徑，然後", "https://a.example/路徑", "https://a.example/路徑"),
        ("[words](https://a.example)", "https://a.example", "words"),
        ("![a cat](https://a.example/cat.png)", "https://a.example/cat.png", "a cat"),
        ("![](https://a.example/cat.png)", "https://a.example/cat.png", "https://a.example/cat.png"),
        ("[![badge](https://b.example/b.svg)](https://a.example)", "https://a.example", "<span>badge</span>"),
    ],
)
def test_links_lead_out_without_a_trace_and_images_are_links(text: str, href: str, words: str) -> None:
    assert f'<a href="{href}" rel="noopener nofollow ugc">{words}</a>' in from_markdown(text)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "![a](javascript:alert(1))",
        "![a](data:text/html,x)",
        "<a href=' javascript:alert(1)'>a</a>",
        "<svg onload=alert(1)>",
        "<b style='x' onclick='y' class='z' id='Main'>a</b>",
        "<form action='/me/delete/'><input name=email></form>",
        "~~<img src=x onerror=alert(1)>~~",
        "- [x] <iframe src=https://a.example>",
        "`<script>`<script>",
    ],
)
def test_nothing_runs_loads_or_dresses_up(text: str) -> None:
    html = from_markdown(text)
    found = re.findall(r"<(\w+)([^>]*)>", html)
    assert not {tag for tag, _ in found} & {"script", "img", "svg", "form", "input", "iframe"}
    assert not [more for _, more in found if re.search(r"\b(on\w+|style|class|id|src)=|javascript:|data:", more)]


@settings(deadline=None)
@given(st.text(st.sampled_from("ab 12\n\t-*+.)[]x~`<>&!(#深|_"), max_size=60))
def test_any_text_is_rendered_and_none_of_its_letters_are_lost(text: str) -> None:
    html = from_markdown(text)
    assert re.findall("深", html) == re.findall("深", text)


@pytest.mark.parametrize(
    "text",
    [
        "~~a " * 5_000,
        "- a\n" * 5_000,
        "- [x] " * 3_333,
        "~" * 20_000,
        "![" * 10_000,
        "- " * 1_000,
        "1. " * 6_000,
        "> " * 10_000,
        "<a " * 6_600,
        "<b>" * 1_900,
    ],
    ids=lambda text: text[:6],
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    assert from_markdown(text)
