"""Where our rule goes beyond what GitHub's library says, the expected reading is written out."""

from __future__ import annotations

import re

import pytest

from roadmap.reading.outline import Listing, Page
from roadmap.reading.reader import Surroundings, read
from tests.reading.oracle import shown_html


def outline(text: str) -> list[tuple[int, str, list[str]]]:
    """Return (level, title, URLs or titles of what is listed) of each section."""
    return [
        (each.level, each.title, [one.url or one.title for one in each.listings])
        for each in read(text, "a.md").sections
    ]


def listing(text: str) -> Listing:
    """Return the one listing of a text."""
    (found,) = [one for _, one in read(text, "a.md").listings()]
    return found


def codes(page: Page) -> list[tuple[int, str]]:
    return [(warning.line, warning.code) for warning in page.warnings]


def words(html: str) -> str:
    """Return the text of HTML, white space folded."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


# Sections


def test_section_sources_are_slices_at_the_headings() -> None:
    text = "intro\r\n# A\r\n\r\ntext\r\rB\n---\n- ## C\n  x\n"
    assert [each.source for each in read(text, "a.md").sections] == [
        "intro\r\n",
        "# A\r\n\r\ntext\r\r",
        "B\n---\n",
        "- ## C\n  x\n",
    ]


def test_blank_lines_before_the_first_heading_belong_to_it() -> None:
    (section,) = read("\n \r\n# A\n", "a.md").sections
    assert (section.source, section.line) == ("\n \r\n# A\n", 3)


def test_text_before_the_first_heading_is_a_section_without_one() -> None:
    first, second = read("[a](https://example.com/a)\n# A\n", "a.md").sections
    assert (first.level, first.title, first.slug, first.parent, first.depth) == (0, "", "", None, 0)
    assert (second.parent, second.depth) == (None, 0)


def test_sections_nest_as_the_levels_say_even_where_one_is_skipped() -> None:
    page = read("### A\n# B\n### C\n## D\n### E\n# F\n", "a.md")
    assert [(each.title, each.parent, each.depth) for each in page.sections] == [
        ("A", None, 0),
        ("B", None, 0),
        ("C", 1, 1),
        ("D", 1, 1),
        ("E", 3, 2),
        ("F", None, 0),
    ]


def test_lists_around_a_heading_are_closed_and_opened_at_the_border() -> None:
    page = read("- ## A\n  - [a](https://example.com/a)\n- ## B\n  text\n", "a.md")
    assert [(each.title, words(shown_html(each))) for each in page.sections] == [("A", "a"), ("B", "text")]
    assert [one.depth for _, one in page.listings()] == [2]
    assert page.sections[0].body_html.count("<li") == page.sections[0].body_html.count("</li>")


def test_a_numbered_list_goes_on_counting_behind_a_heading_in_it() -> None:
    page = read("1. a\n2. ## B\n   b\n3. c\n", "a.md")
    assert 'start="2"' in page.sections[1].body_html


# Raw headings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<h2>A</h2>\n\n[a](https://example.com/a)\n", [(2, "A", ["https://example.com/a"])]),
        ('<h1 align="center">\n  A <b>B</b>\n</h1>\n', [(1, "A B", [])]),
        ("<H3>A</H3>\n", [(3, "A", [])]),
        ("# A\ntext <h2>B</h2>\n", [(1, "A", [])]),
        ("# A\n<div><h2>B</h2></div>\n", [(1, "A", [])]),
        ("# A\n<div>\n  <h2>B</h2>\n  <p>x</p>\n</div>\n", [(1, "A", []), (2, "B", [])]),
        ("> <h2>A</h2>\n", [(0, "", [])]),
        ("# A\n<table><tr><td>\n<h2>B</h2>\n</td></tr></table>\n", [(1, "A", [])]),
        ("# A\n<blockquote>\n<h2>B</h2>\n</blockquote>\n", [(1, "A", [])]),
        ("# A\n<!--\n<h2>B</h2>\n-->\n", [(1, "A", [])]),
        ("# A\n```\n<h2>B</h2>\n```\n", [(1, "A", [])]),
        ("- <h2>A</h2>\n\n  [a](https://example.com/a)\n", [(2, "A", ["https://example.com/a"])]),
        ("- x\n\n  <h2>A</h2>\n", [(0, "", [])]),
        ("<h2>A</h2><h3>B</h3>\n", [(2, "A", [])]),
        ('<h2><a href="https://example.com/a">A</a></h2>\n', [(2, "A", ["https://example.com/a"])]),
        ("<h4>A\n\ntext **b**\n\n## C\n", [(4, "A", []), (2, "C", [])]),
        ("<h2>\n\n- <h3>B</h3>\n", [(2, "", []), (3, "B", [])]),
        ("<h2>\n\n> <h3>\n", [(2, "", [])]),
        ("<h2>A</h3>\n", [(2, "A", [])]),
    ],
)
def test_a_raw_heading_at_the_start_of_a_line_opens_a_section(
    text: str, expected: list[tuple[int, str, list[str]]]
) -> None:
    assert outline(text) == expected


# Folds


def test_a_fold_around_sections_leaves_the_html_but_not_the_source() -> None:
    text = "# A\n<details>\n<summary>More words</summary>\n\n## B\n\nb\n\n</details>\n\nc\n"
    page = read(text, "a.md")
    assert [each.folds for each in page.sections] == [0, 0]
    assert not any("<details" in each.body_html or "</details" in each.body_html for each in page.sections)
    assert '<p class="fold-label">More words</p>' in page.sections[0].body_html
    assert "".join(each.source for each in page.sections) == text
    assert page.warnings == []


def test_a_fold_within_one_section_stays_a_fold() -> None:
    page = read("# A\n<details open>\n<summary>S</summary>\n\nb\n\n</details>\n", "a.md")
    assert page.sections[0].folds == 1
    assert re.search(
        r"<details open(?:=\"\")?>\s*<summary>S</summary>.*b.*</details>", page.sections[0].body_html, re.DOTALL
    )


def test_a_fold_inside_a_fold_around_sections_stays() -> None:
    page = read("<details>\n\n# A\n\n<details><summary>S</summary>\n\nb\n\n</details>\n\n# B\n\n</details>\n", "a.md")
    assert [each.folds for each in page.sections if each.level] == [1, 0]


@pytest.mark.parametrize(
    ("text", "line"),
    [("# A\n\n<details>\n\na\n\n# B\n\nb\n", 3), ("# A\n\na\n\n</details>\n\n# B\n\nb\n", 5)],
)
def test_an_unbalanced_fold_never_swallows_the_rest(text: str, line: int) -> None:
    page = read(text, "a.md")
    assert [(each.title, words(each.body_html)) for each in page.sections] == [("A", "a"), ("B", "b")]
    assert codes(page) == [(line, "unbalanced-fold")]
    assert page.sections[1].folds == 0


@pytest.mark.parametrize(
    "opening", ["<div>", "<center>", "<ul><li>", "<table><tr><td>", "<b>", "<p>", "<blockquote>", "<dl><dd>"]
)
def test_a_container_left_open_is_closed_at_the_border(opening: str) -> None:
    page = read(f"# A\n\n{opening}\n\na\n\n# B\n\n[b](https://example.com/b)\n", "a.md")
    assert [(each.title, words(shown_html(each))) for each in page.sections] == [("A", "a"), ("B", "b")]
    assert [one.depth for _, one in page.listings()] == [0]


# Slugs


@pytest.mark.parametrize(
    ("headings", "slugs"),
    [
        (["A", "A", "A"], ["a", "a-1", "a-2"]),
        (["從AI到LLM基礎"], ["從ai到llm基礎"]),
        (["DeepLearningAI短課程學習紀錄"], ["deeplearningai短課程學習紀錄"]),
        (["深入LLM模型工程與LLM運維"], ["深入llm模型工程與llm運維"]),
        (["🚀 Go"], ["-go"]),
        (["Go 🚀"], ["go-"]),
        (["C++ & .NET!"], ["c--net"]),
        (["a_b-c d"], ["a_b-c-d"]),
        (["標點：全形，（括號）"], ["標點全形括號"]),
        (["**Bold** `code` [link](https://example.com)"], ["bold-code-link"]),
        (["1. 機器學習數學基礎"], ["1-機器學習數學基礎"]),
    ],
)
def test_slugs_are_as_github_makes_them(headings: list[str], slugs: list[str]) -> None:
    page = read("".join(f"## {heading}\n" for heading in headings), "a.md")
    assert [each.slug for each in page.sections] == slugs


def test_slugs_stay_unique_where_an_explicit_number_clashes() -> None:
    page = read("# A\n# A\n# A-1\n# A\n# A-1\n", "a.md")
    assert len({each.slug for each in page.sections}) == 5
    assert [each.slug for each in page.sections][:2] == ["a", "a-1"]


def test_headings_in_bodies_and_sections_share_one_set_of_slugs() -> None:
    page = read("# A\n> ## A\n\n# A\n", "a.md")
    assert [each.slug for each in page.sections] == ["a", "a-2"]
    assert 'id="a-1"' in page.sections[0].body_html


# Links


@pytest.mark.parametrize(
    ("text", "url", "label", "target"),
    [
        ("[a](https://example.com/a)", "https://example.com/a", "a", "https://example.com/a"),
        ("x [a [b] c](https://example.com/a) y", "https://example.com/a", "a [b] c", "https://example.com/a"),
        ("[**a** `b`](https://example.com/a 't')", "https://example.com/a", "**a** `b`", "https://example.com/a"),
        ("[a](<https://example.com/a b>)", "https://example.com/a b", "a", "https://example.com/a b"),
        ("[a](https://example.com/a_(b))", "https://example.com/a_(b)", "a", "https://example.com/a_(b)"),
        ("[中文](https://example.com/中文)。", "https://example.com/中文", "中文", "https://example.com/中文"),
        ("[a]()", "", "a", ""),
        ("[a][r]\n\n[r]: https://example.com/a", "https://example.com/a", "a", None),
        ("<https://example.com/a>", "https://example.com/a", "https://example.com/a", "https://example.com/a"),
        ("x https://example.com/a.", "https://example.com/a", "https://example.com/a", "https://example.com/a"),
        ("www.example.com", "http://www.example.com", "www.example.com", "www.example.com"),
        ("[![b](b.svg)](https://example.com/a)", "https://example.com/a", "![b](b.svg)", "https://example.com/a"),
        ('<a href="https://example.com/a">b</a>', "https://example.com/a", "b", "https://example.com/a"),
        ("x\n<a\n  href='https://example.com/a'>b</a>", "https://example.com/a", "b", "https://example.com/a"),
        ("<p>\n<a href=https://example.com/a>b</a>\n</p>", "https://example.com/a", "b", "https://example.com/a"),
        ("# A [b](https://example.com/a)", "https://example.com/a", "b", "https://example.com/a"),
        ("> - x\n>   [a](https://example.com/a)", "https://example.com/a", "a", "https://example.com/a"),
        ("- x\r\n\r\n\t[a](https://example.com/a)\r\n", "https://example.com/a", "a", "https://example.com/a"),
        ("| x | y |\n|--|--|\n| [a](https://example.com/1) z |", "https://example.com/1", "a", "https://example.com/1"),
        ("| x |\n|--|\n| [a\\|b](https://example.com/1) |", "https://example.com/1", "a\\|b", "https://example.com/1"),
        (
            "[a](https://example.com/?a=1&amp;b=2)",
            "https://example.com/?a=1&b=2",
            "a",
            "https://example.com/?a=1&amp;b=2",
        ),
        ("- [ ] [a](https://example.com/a)", "https://example.com/a", "a", "https://example.com/a"),
        ("[x](#x) [a](https://example.com/a)", "https://example.com/a", "a", "https://example.com/a"),
        ("[a](https://example.com/a) [x](mailto:a@example.com)", "https://example.com/a", "a", "https://example.com/a"),
    ],
)
def test_spans_tell_where_label_and_url_stand(text: str, url: str, label: str, target: str | None) -> None:
    page = read(f"# Before\n\n{text}\n", "a.md")
    ((section, found),) = page.listings()
    assert found.url == url
    assert found.label is not None
    assert found.label.of(section.source) == label
    assert (found.target.of(section.source) if found.target else found.target) == target
    if not text.startswith(("www.", "x https:")):
        assert found.link is not None
        assert found.link.start < found.label.start <= found.label.end < found.link.end


def test_one_url_in_two_cells_of_a_row_has_two_places() -> None:
    page = read("| a | b |\n|---|---|\n| [x](https://example.com/) | [x](https://example.com/) |\n", "a.md")
    (section, first), (_, second) = page.listings()
    assert first.link is not None
    assert second.link is not None
    assert first.link.end < second.link.start
    assert first.link.of(section.source) == second.link.of(section.source) == "[x](https://example.com/)"


def test_a_link_in_a_heading_stands_at_the_start_of_the_body() -> None:
    (section,) = read("# A [b](https://example.com/b) ![c](c.png)\n\ntext\n", "a.md").sections
    assert section.title == "A b"
    assert "<a" not in section.title_html
    assert section.body_html.startswith('<p class="heading-links"><!--r:0-->')


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("[  a \n b ](https://example.com/)", "a b"),
        ("[**a** <b>b</b> `c` ~~d~~](https://example.com/)", "a b c d"),
        ("[![b](c.svg)](https://example.com/)", "b"),
        ('<a href="https://example.com/"><img src="c.svg" alt="b"></a>', "b"),
        ("[&lt;b&gt; &amp;](https://example.com/)", "<b> &"),
    ],
)
def test_a_title_is_the_label_as_plain_text(text: str, title: str) -> None:
    assert listing(text).title == title


@pytest.mark.parametrize(
    "text",
    [
        "[](https://example.com/x)",
        "[![](c.svg)](https://example.com/x)",
        '<a href="https://example.com/x"></a>',
        "[<!-- -->](https://example.com/x)",
    ],
)
def test_a_link_without_words_still_has_a_title(text: str) -> None:
    assert listing(text).title.strip()


@pytest.mark.parametrize(
    "text",
    [
        "[a](#a)",
        "[a](mailto:a@example.com)",
        "a@example.com",
        "![a](https://example.com/a.png)",
        "`https://example.com/a`",
        "<!-- https://example.com/a -->",
        "[a](./b.md)",
        "Deeplearning.ai",
        "[a](javascript:alert(1))",
        "    [a](https://example.com/a)",
        "[a](ftp://example.com/a)",
        '<a name="a">a</a>',
        '<img src="https://example.com/a.png">',
    ],
)
def test_only_links_to_the_web_are_listed(text: str) -> None:
    assert list(read(f"# A\n\n{text}\n", "a.md").listings()) == []


# Tasks


def test_a_task_that_is_nothing_but_a_link_is_that_resource() -> None:
    found = listing("- [x] [a](https://example.com/a)")
    assert (found.url, found.title, found.done, found.depth) == ("https://example.com/a", "a", True, 1)
    assert found.kind != "task"


def test_a_bold_link_alone_is_the_resource_too() -> None:
    assert listing("- [ ] **[a](https://example.com/a)**").url == "https://example.com/a"


def test_a_task_with_words_and_a_link_is_both() -> None:
    page = read("- [ ] read [a](https://example.com/a) first\n", "a.md")
    task, link = (one for _, one in page.listings())
    assert (task.kind, task.title, task.url, task.url_key) == ("task", "read a first", "", None)
    assert link.url == "https://example.com/a"
    assert task.label_html.count(f"<!--r:{link.slot}-->") == 1
    assert page.sections[0].body_html.count("<!--r:") == 1


def test_a_check_box_with_nothing_behind_it_is_nothing_to_study() -> None:
    assert listing("- [ ] \n- [x] a\n").title == "a"


@pytest.mark.parametrize(
    "title",
    ["TODO", "todo", "To-Do", "to do", "TODO:", "**TODO**", "📝 TODO", "待辦", "待办", "待辦事項", "待辦事項："],
)
def test_tasks_under_a_todo_heading_are_the_authors_own(title: str) -> None:
    page = read(
        f"# {title}\n\n- [ ] one\n- [x] [two](https://example.com/2)\n\n## Below\n\n- [ ] three\n\n"
        "# Other\n\n- [ ] four\n",
        "a.md",
    )
    assert [(todo.text, todo.done, todo.line) for each in page.sections for todo in each.todos] == [
        ("one", False, 3),
        ("two", True, 4),
        ("three", False, 8),
    ]
    assert [(one.kind == "task", one.title) for _, one in page.listings()] == [(False, "two"), (True, "four")]
    assert "<!--t:0-->one" in page.sections[0].body_html
    assert "<!--t:1-->" in page.sections[0].body_html


@pytest.mark.parametrize("title", ["Todos los cursos", "My TODO app", "不待辦", "Methods to do research"])
def test_a_heading_that_only_mentions_todo_is_no_todo_list(title: str) -> None:
    assert listing(f"# {title}\n\n- [ ] one\n").kind == "task"


# Where links and images lead

AROUND = Surroundings(
    pages=frozenset({"README.md", "docs/intro.md", "docs/中文.md"}),
    source_url="https://github.com/a/b/blob/main/docs/intro.md",
    asset=lambda path: {"img/a b.png": "0a.png", "docs/c.png": "0c.png"}.get(path),
)


@pytest.mark.parametrize(
    ("href", "resolved"),
    [
        ("#here", "#here"),
        ("#Here", "#here"),
        ("#%E4%B8%AD%E6%96%87", "#中文"),
        ("#中文", "#中文"),
        ("../README.md", "page:README.md"),
        ("/README.md", "page:README.md"),
        ("../README.md#part", "page:README.md#part"),
        ("intro.md#here", "#here"),
        ("./中文.md", "page:docs/%E4%B8%AD%E6%96%87.md"),
        ("../code/x.py", "https://github.com/a/b/blob/main/code/x.py"),
        ("mailto:a@example.com", "mailto:a@example.com"),
    ],
)
def test_links_that_are_no_resources_lead_where_github_leads(href: str, resolved: str) -> None:
    page = read(f"# Here\n\n[x]({href})\n\n# 中文\n", "docs/intro.md", AROUND)
    assert f'href="{resolved}"' in page.sections[0].body_html
    assert page.warnings == []


@pytest.mark.parametrize(
    ("href", "code"),
    [("#nowhere", "dead-anchor"), ("missing.md", "dead-relative-link"), ("", "empty-link")],
)
def test_what_leads_nowhere_is_a_warning_with_its_line(href: str, code: str) -> None:
    page = read(f"# A\n\ntext\n[x]({href})\n", "a.md")
    assert codes(page) == [(4, code)]


@pytest.mark.parametrize("href", ["../../x.md", "/../x.md", "..%2F..%2Fx.md", "../../../etc/passwd"])
def test_a_link_out_of_the_folder_leads_nowhere(href: str) -> None:
    page = read(f"# A\n\n[x]({href})\n", "docs/intro.md", AROUND)
    assert "href" not in page.sections[0].body_html
    assert len(page.warnings) == 1


@pytest.mark.parametrize(
    "image",
    [
        "![a](c.png)",
        '<img src="c.png" alt="a">',
        "![a](./c.png 't')",
        "![a](../docs/c.png?raw=true)",
        "![a](/docs/c.png)",
    ],
)
def test_an_image_that_came_along_is_shown(image: str) -> None:
    page = read(f"# A\n\n{image}\n", "docs/intro.md", AROUND)
    assert '<img src="/media/0c.png" alt="a"' in page.sections[0].body_html
    assert [each.asset for each in page.sections[0].images] == ["0c.png"]


@pytest.mark.parametrize(
    "image",
    [
        "![a](https://example.com/a.png)",
        '<img src="//example.com/a.png" alt="a">',
        "![a](missing.png)",
        "![a](data:image/png;base64,AA)",
        "![a](../../x.png)",
    ],
)
def test_any_other_image_is_a_frame_that_asks_no_other_host(image: str) -> None:
    page = read(f"# A\n\n{image}\n", "docs/intro.md", AROUND)
    body = page.sections[0].body_html
    assert "<img" not in body
    assert "data:" not in body
    assert words(body) == "a"


def test_a_picture_shows_one_of_its_images_and_asks_no_other_host() -> None:
    text = '<picture><source srcset="https://example.com/d.png"><img src="https://example.com/a.png" alt="a"></picture>'
    body = read(f"# A\n\n{text}\n", "a.md").sections[0].body_html
    assert "srcset" not in body
    assert words(body) == "a"


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="JaVa&#10;Script:alert(1)">x</a>',
        '<p style="color:red" onclick="x()">x</p>',
        "<iframe src='https://example.com'></iframe>",
        "<svg onload=alert(1)>",
        '<form action="https://example.com"><input name="a"></form>',
        '<math><a xlink:href="javascript:alert(1)">x</a></math>',
        "<style>body{display:none}</style>",
        '<base href="https://example.com">',
        '<meta http-equiv="refresh" content="0">',
        '<span data-l="t0">x</span>',
        '<a href="page:secret">x</a>',
        '<p class="fold-label heading-links" id="Main">x</p>',
        "<video src='https://example.com/a.mp4' autoplay></video>",
        "<!--r:0--><!--n:0--><!--t:1-->",
        "[x](page:secret)",
        "[x](vbscript:a) [x](data:text/html,a)",
    ],
)
def test_nothing_dangerous_gets_through(html: str) -> None:
    body = read(f"# A\n\n{html}\n\n text {html}\n", "a.md").sections[0].body_html
    tags = "".join(found[0] for found in re.finditer(r"<[^>]*>", body)).lower()
    assert not re.search(
        r"<(script|iframe|svg|math|form|input|style|base|meta|video|img)|\son\w+=|javascript:|style=|data-l|page:|<!--|vbscript|data:",
        tags,
    )
    assert 'id="Main"' not in body


# Line ends and odd characters


def test_only_line_ends_end_lines() -> None:
    page = read("# A\x0cB\u2028C\n[a](https://example.com/a)\x0b\x85# no\n## D\n", "a.md")
    assert [(each.level, each.line) for each in page.sections] == [(1, 1), (2, 3)]
    assert [one.line for _, one in page.listings()] == [2]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_alike_whatever_ends_them(line_end: str) -> None:
    text = "# A\n\n- [a](https://example.com/a)\n\n[b]()\n\n## C\n".replace("\n", line_end)
    page = read(text, "a.md")
    assert [each.line for each in page.sections] == [1, 7]
    assert [one.line for _, one in page.listings()] == [3, 5]
    assert codes(page) == [(5, "empty-link")]


# Tables, alerts, code


def test_alignment_of_a_table_is_a_class() -> None:
    body = read("| a | b | c | d |\n|:-|:-:|-:|-|\n| 1 | 2 | 3 | 4 |\n", "a.md").sections[0].body_html
    assert "style=" not in body
    for side in ("left", "center", "right"):
        assert f'<th class="align-{side}">' in body
        assert f'<td class="align-{side}">' in body


@pytest.mark.parametrize("kind", ["NOTE", "tip", "Important", "WARNING", "CAUTION"])
def test_an_alert_is_shown_as_one(kind: str) -> None:
    body = read(f"> [!{kind}]\n> text\n", "a.md").sections[0].body_html
    assert f'<div class="alert alert-{kind.lower()}">' in body
    assert 'class="alert-title"' in body
    assert f"[!{kind}]" not in body


def test_code_is_highlighted_and_escaped() -> None:
    body = read("```python\nx = '<b>'\n```\n", "a.md").sections[0].body_html
    assert '<span class="n">x</span>' in body
    assert "<b>" not in body


# What stands above a link


@pytest.mark.parametrize(
    ("text", "context"),
    [
        ("- **Lead**: x\n  - [a](https://example.com/a)", "Lead"),
        ("- **Lead**: [a](https://example.com/a)", "Lead"),
        ("Books:\n\n- [a](https://example.com/a)", "Books"),
        ("電子書：\n\n- [a](https://example.com/a)", "電子書"),
        ("<details><summary>Sets</summary>\n\n- [a](https://example.com/a)\n\n</details>", "Sets"),
        ("[a](https://example.com/a)", ""),
    ],
)
def test_the_words_above_a_link_are_its_context(text: str, context: str) -> None:
    assert listing(f"# A\n\n{text}\n").context == context
