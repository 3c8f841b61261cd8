"""What is written into a section: the edited characters alone, in every form of a link, and read back as meant."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from roadmap.reading.escaping import folded, in_html, in_markdown, is_same_address
from roadmap.reading.outline import Listing, Section
from roadmap.reading.reader import read
from roadmap.reading.writer import Added, Edit, Unwritable, append, rewrite

A, B = "https://example.com/a", "https://example.org/b"


def section_of(text: str) -> Section:
    return read(text, "README.md").sections[0]


def edit_of(listing: Listing, section: Section, title: str | None, url: str | None, *, careful: bool = False) -> Edit:
    inside = []
    if listing.kind == "task":
        inside = [(each.link, each.title) for each in section.listings if each is not listing]
    spans = (listing.link, listing.label, listing.target)
    return Edit(*spans, title, url, listing.kind == "task", tuple(inside), careful)


def edited(text: str, title: str | None = None, url: str | None = None, *, careful: bool = False) -> str:
    """The text with the first of its links or tasks edited; `(a)` in it is an address."""
    section = section_of(text)
    return rewrite(section.source, [edit_of(section.listings[0], section, title, url, careful=careful)])


# fmt: off
TITLES = [
    # (the text, a new title)
    (f"- [a]({A})\n", f"- [N]({A})\n"),
    (f"- [a]({A} \"about\")\n", f"- [N]({A} \"about\")\n"),
    (f"x [a](<{A}>) y\r\n", f"x [N](<{A}>) y\r\n"),
    (f"[**a**]({A})\n", f"[**N**]({A})\n"),
    (f"[_a_]({A})\n", f"[_N_]({A})\n"),
    (f"[a **b**]({A})\n", f"[N]({A})\n"),
    (f"**[a]({A})**: b\n", f"**[N]({A})**: b\n"),
    (f"[![a](a.svg)]({A}) b\n", f"[N]({A}) b\n"),
    (f"[a [b] c]({A})\n", f"[N]({A})\n"),
    (f"[a\nb]({A})\n", f"[N]({A})\n"),
    (f"> - [a\n>   b]({A})\n", f"> - [N]({A})\n"),
    ("[a]()\n", "[N]()\n"),
    (f"數學：[甲]({A})，乙\r", f"數學：[N]({A})，乙\r"),
    (f"# 1. [a]({A}) #\n", f"# 1. [N]({A}) #\n"),
    (f"| [a]({A}) | b |\n|---|---|\n", f"| [N]({A}) | b |\n|---|---|\n"),
    (f"[a][r], [r]\n\n[r]: {A}\n", f"[N][r], [r]\n\n[r]: {A}\n"),
    (f"[r], b\n\n[r]: {A}\n", f"[N][r], b\n\n[r]: {A}\n"),
    (f"[r][]\n\n[r]: {A}\n", f"[N][r]\n\n[r]: {A}\n"),
    (f"see <{A}>.\n", f"see [N]({A}).\n"),
    (f"see {A}.\n", f"see [N]({A}).\n"),
    ("see www.example.com/a, b\n", "see [N](http://www.example.com/a), b\n"),
    (f"<a href=\"{A}\">a</a>\n", f"<a href=\"{A}\">N</a>\n"),
    (f"<p>\n<a class='x' href='{A}'><b>a</b></a> b\n</p>\n", f"<p>\n<a class='x' href='{A}'>N</a> b\n</p>\n"),
    ("- [ ] a **b**\n- c\n", "- [ ] N\n- c\n"),
    (f"- [x] [a]({A})\n", f"- [x] [N]({A})\n"),
]
URLS = [
    # (the text, a new URL)
    (f"- [a]({A})\n", f"- [a]({B})\n"),
    (f"- [a]({A} \"about\")\n", f"- [a]({B} \"about\")\n"),
    (f"x [a](<{A}>) y\r\n", f"x [a](<{B}>) y\r\n"),
    (f"[a *b*](  {A}  )\n", f"[a *b*](  {B}  )\n"),
    (f"[![a](a.svg)]({A}) b\n", f"[![a](a.svg)]({B}) b\n"),
    ("[a]()\n", f"[a]({B})\n"),
    (f"| [a]({A}) | b |\n|---|---|\n", f"| [a]({B}) | b |\n|---|---|\n"),
    (f"[a *b*][r], [r]\n\n[r]: {A}\n", f"[a *b*]({B}), [r]\n\n[r]: {A}\n"),
    (f"[r], b\n\n[r]: {A}\n", f"[r]({B}), b\n\n[r]: {A}\n"),
    (f"see <{A}>.\n", f"see [{A}]({B}).\n"),
    (f"see {A}.\n", f"see [{A}]({B}).\n"),
    (f"<a href=\"{A}\" title=\"t\">a</a>\n", f"<a href=\"{B}\" title=\"t\">a</a>\n"),
    (f"<p>\n<a href={A}>a</a>\n</p>\n", f"<p>\n<a href={B}>a</a>\n</p>\n"),
    ("- [ ] do *this*\n", f"- [ ] [do *this*]({B})\n"),
]
# fmt: on


@pytest.mark.parametrize(("text", "after"), TITLES, ids=[ascii(text) for text, _ in TITLES])
def test_a_title_changes_its_own_characters(text: str, after: str) -> None:
    assert edited(text, "N") == after
    assert section_of(after).listings[0].title == "N"
    assert section_of(after).listings[0].url == section_of(text).listings[0].url


@pytest.mark.parametrize(("text", "after"), URLS, ids=[ascii(text) for text, _ in URLS])
def test_a_url_changes_its_own_characters(text: str, after: str) -> None:
    assert edited(text, None, B) == after
    assert section_of(after).listings[0].url == B
    assert section_of(after).listings[0].title == section_of(text).listings[0].title


@pytest.mark.parametrize("text", [f"see <{A}>.\n", f"see {A}, b\n"])
def test_an_address_that_is_its_own_label_stays_one(text: str) -> None:
    assert edited(text, B, B) == text.replace(A, B)
    assert edited(text, "b", B) == text.replace(f"<{A}>", A).replace(A, f"[b]({B})")


@pytest.mark.parametrize(
    ("title", "after"),
    [
        ("read a and b", "read [a](a) and [b](b)"),
        ("b, but first a, then b", "b, but first [a](a), then [b](b)"),
        ("a banana: a, b", "[a](a) banana: a, [b](b)"),
        ("a [x] *y* b www.example.com", "[a](a) [x] \\*y\\* [b](b) www\\.example.com"),
    ],
)
def test_a_tasks_links_stay_in_its_new_words(title: str, after: str) -> None:
    text = "- [ ] see [a](a), [b](b)\n".replace("(a)", f"({A})").replace("(b)", f"({B})")
    new = edited(text, title)
    assert new == f"- [ ] {after}\n".replace("(a)", f"({A})").replace("(b)", f"({B})")
    assert [each.title for each in section_of(new).listings] == [title, "a", "b"]


@pytest.mark.parametrize("title", ["b, a", "something else"])
def test_a_tasks_links_are_never_dropped(title: str) -> None:
    with pytest.raises(Unwritable):
        edited(f"- [ ] see [a]({A}), [b]({B})\n", title)


def test_several_edits_are_made_at_once() -> None:
    section = section_of(f"- [ ] see [a]({A}) now\n- [b]({B})\n")
    task, link, other = section.listings
    inside = ((link.link, "A!"),)
    edits = [
        edit_of(other, section, "B!", None),
        edit_of(link, section, "A!", None),
        Edit(task.link, task.label, None, "read A! soon", None, True, inside),
    ]
    assert rewrite(section.source, edits) == f"- [ ] read [A!]({A}) soon\n- [B!]({B})\n"


def test_two_edits_of_one_place_are_refused() -> None:
    section = section_of(f"[a]({A})\n")
    edit = edit_of(section.listings[0], section, "N", None)
    with pytest.raises(Unwritable):
        rewrite(section.source, [edit, edit])


def test_what_stands_nowhere_cannot_be_edited() -> None:
    with pytest.raises(Unwritable):
        rewrite("a", [Edit(None, None, None, "N")])


# fmt: off
PLAIN = [
    "C++", "snake_case", "a_b_c", "#1", "1.", "AT&T", "2 * 3 * 4", "* a *", "C*", "~100", "中_文", "🚀", "a > b",
    "a < b", "[2024] a", "a (b)", "a: b", "$x$", "a\\b", "50%", "!", "x^2", "- a", "+ a", "= a",
]
# fmt: on


@pytest.mark.parametrize("title", PLAIN)
def test_what_is_no_markup_is_not_escaped(title: str) -> None:
    assert in_markdown(title) == in_html(title).replace("&lt;", "<").replace("&amp;", "&") == title
    assert section_of(f"[{title}]({A})").listings[0].title == title


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("*a* b", "\\*a\\* b"),
        ("__init__", "\\_\\_init\\_\\_"),
        ("~~a~~", "\\~\\~a\\~\\~"),
        ("`a`", "\\`a\\`"),
        ("a]", "a\\]"),
        ("[a](b)", "\\[a\\](b)"),
        ("<b>", "\\<b>"),
        ("&amp;", "\\&amp;"),
        ("a\\", "a\\\\"),
        ("\\*", "\\\\*"),
        ("[^1]", "\\[^1\\]"),
    ],
)
def test_what_is_markup_is_escaped(title: str, written: str) -> None:
    assert in_markdown(title) == written
    assert section_of(f"[{written}]({A})").listings[0].title == title


def test_a_pipe_ends_no_cell() -> None:
    text = f'| [a]({A}) | [b]({A}) | <a href="{A}">c</a> | {A} |\n|---|---|---|---|\n'
    section = section_of(text)
    new = rewrite(text, [edit_of(each, section, "x | y", f"{B}?c=d|e") for each in section.listings])
    assert [each.title for each in section_of(new).listings] == ["x | y"] * 4
    assert [each.url for each in section_of(new).listings] == [f"{B}?c=d|e"] * 4


@pytest.mark.parametrize(
    ("url", "written"),
    [
        (f"{B}(c)", f"{B}(c)"),
        (f"{B}(c", f"{B}\\(c"),
        (f"{B} c", f"{B}%20c"),
        (f"{B}?c&amp;d", f"{B}?c\\&amp;d"),
        (f"{B}?c&d=中", f"{B}?c&d=中"),
        (f"{B}\\_c", f"{B}\\\\_c"),
        (f"{B}<c>", f"{B}%3Cc>"),
        ("", ""),
    ],
)
def test_an_address_is_read_back(url: str, written: str) -> None:
    new = edited(f"[a]({A})", None, url)
    assert new == f"[a]({written})"
    assert is_same_address(section_of(new).listings[0].url, url)


# Additions


# fmt: off
ADDED = [
    ("# A\n", "# A\n\n- [N](n)\n- [ ] T\n"),
    ("# A", "# A\n\n- [N](n)\n- [ ] T"),
    ("# A\r\n\r\ntext\r\n\r\n\r\n", "# A\r\n\r\ntext\r\n\r\n- [N](n)\r\n- [ ] T\r\n\r\n\r\n"),
    ("# A\r- a\r", "# A\r- a\r- [N](n)\r- [ ] T\r"),
    ("* a\n* b\n", "* a\n* b\n* [N](n)\n* [ ] T\n"),
    (" + a\n   - b\n\n", " + a\n   - b\n + [N](n)\n + [ ] T\n\n"),
    ("- a\n\n- b\n", "- a\n\n- b\n\n- [N](n)\n\n- [ ] T\n"),
    ("1. a\n", "1. a\n\n- [N](n)\n- [ ] T\n"),
    ("> - a\n", "> - a\n\n- [N](n)\n- [ ] T\n"),
    ("- a\n\ntext  ", "- a\n\ntext  \n\n- [N](n)\n- [ ] T"),
    ("```\na\n```\n\x20\t\n", "```\na\n```\n\n- [N](n)\n- [ ] T\n\x20\t\n"),
    ("<details>\n\n- a\n\n</details>\n", "<details>\n\n- a\n\n</details>\n\n- [N](n)\n- [ ] T\n"),
]
# fmt: on


@pytest.mark.parametrize(("text", "after"), ADDED, ids=[ascii(text) for text, _ in ADDED])
def test_an_addition_is_an_item_of_the_list_at_the_end(text: str, after: str) -> None:
    new = append(text, [Added("N", B), Added("T", "", task=True)])
    assert new == after.replace("(n)", f"({B})")
    assert [(each.title, each.url) for each in section_of(new).listings] == [("N", B), ("T", "")]


@pytest.mark.parametrize("way", list(Added("N", B).ways()))
def test_there_are_other_ways(way: Added) -> None:
    new = append("- a\n", [way], "\r\n")
    assert new.startswith("- a\n")
    assert "\r" not in new
    assert section_of(new).listings[0].title == "N"
    assert ("* " in new) is way.apart


# Anything


words = st.text(st.sampled_from("ab1中é🚀 _*~`[]()<>&;#!|\\:/.\"'^-+=$@%\u00a0\u3000"), max_size=12)
titles = st.one_of(words, st.text(st.characters(exclude_categories=["C"]), max_size=12)).map(folded).filter(bool)
ends = st.text(st.sampled_from("ab中?&=()[]<>|\\_*~`'\" #;%"), max_size=8)
FORMS = [
    *(text for text, _ in TITLES),
    f'- a `b` *c* [a]({A} "about") **d** `e`\n',
    f"x [a]({A}) y [b]({A}) z\n",
    f"# h [a]({A})\n\ntext\n",
]


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(FORMS), titles, ends)
@example(FORMS[0], "a](b", "(")
@example(FORMS[0], "\\", "\\")
def test_whatever_is_written_is_read_back(text: str, title: str, end: str) -> None:
    section = section_of(text)
    listing = section.listings[0]
    links = listing.kind == "task" and len(section.listings) > 1
    url = None if links or listing.url == "" else B + end
    new = edited(text, title, url, careful=True)
    found = section_of(new)
    assert len(found.listings) == len(section.listings)
    assert found.listings[0].title == title
    assert url is None or is_same_address(found.listings[0].url, url)


@settings(deadline=None, max_examples=200)
@given(titles, ends)
def test_the_readable_way_is_read_back_where_nothing_is_around(title: str, end: str) -> None:
    for text in (f"[a]({A})\n", f"[a](<{A}>)\n", f'<p>\n<a href="{A}">a</a>\n</p>\n', f"see <{A}>\n"):
        found = section_of(edited(text, title, B + end)).listings
        assume(title != B + end)
        assert [each.title for each in found] == [title]
        assert is_same_address(found[0].url, B + end)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(FORMS), titles)
def test_nothing_else_is_touched(text: str, title: str) -> None:
    section = section_of(text)
    link = section.listings[0].link
    assert link is not None
    new = edited(text, title)
    assert new.startswith(text[: link.start])
    assert new.endswith(text[link.end :])


@settings(deadline=None, max_examples=100)
@given(titles, ends)
def test_an_addition_is_read_back(title: str, end: str) -> None:
    new = append("# A\n\n- b\n", [Added(title, B + end), Added(title, "", task=True)])
    link, task = section_of(new).listings
    assert (link.title, task.title, task.kind) == (title, title, "task")
    assert is_same_address(link.url, B + end)
