"""Whatever is fed to the reader: it never raises, loses no byte, and its spans and slots hold."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from roadmap.reading import NotesError, TooDeep
from roadmap.reading.outline import Listing, Page, Section
from roadmap.reading.reader import read
from tests.reading.test_against_github import BYTES, FIXTURES, NOTES, text_of

# fmt: off
PIECES = [
    "# ", "## ", "### A", "###### ", "A\n---\n", "A\n===\n", "- ", "  - ", "    - ", "\t- ", "* ", "+ ", "1. ",
    "10) ", "- [ ] ", "- [x] ", "> ", ">", "> - # ", "- ## ", "1. # ", "---\n", "\n", "\n\n", "\r\n", "\r",
    "\n    ", "  \n", "\\\n", " ", "  ", "\t", "```\n", "~~~md\n", "`", "``", "```", "[", "]", "(", ")", "](",
    "[]()", "![", "![a](b.png)", "[a](https://example.com/a)", "[a](<https://example.com/a b>)",
    "[![a](b.svg)](https://example.com/b)", "[a][b]", "[b]: https://example.com/ref\n", "[a] [b]",
    "https://example.com/bare", "www.example.com", "a@example.com", "<https://example.com/auto>",
    "[中](https://example.com/中)", "[a](#a)", "[a](b.md)", "[a](../../../b)", "[a]()", "[a](//b)", "[a](https://[)",
    "<a href=\"https://example.com/raw\">", "<a href=https://example.com/raw2>a</a>", "<a href='", "</a>",
    "<a name=\"A\"></a>", "<img src=\"a.png\" alt=\"<b>\">", "<details>", "<details open><summary>", "<summary>",
    "</summary>", "</details>", "\n</details>\n", "<h2>", "\n<h3 align=\"center\">", "</h2>", "</h3>\n",
    "<div align=\"center\">\n", "</div>\n", "<p>", "</p>", "<ul><li>", "</ul>", "<table><tr><td>\n",
    "</td></tr></table>", "<pre>\n", "</pre>", "<!--", "-->", "<!--r:0-->", "<!--n:0-->", "<?", "?>", "<![CDATA[",
    "]]>", "<script>", "</script>", "<style>", "<textarea>", "<plaintext>", "<svg>", "<math>", "<br>", "<", ">",
    "| a | b |\n|---|:-:|\n", "| [a](https://example.com/a\\|b) | ", "|", "\\|", "a | b\n", "**", "*", "_", "~~",
    "\\", "&amp;", "&#0;", "&lt;b&gt;", "&", "中文", "，", "。", "🚀", "👩\u200d💻", "a", "TODO\n", "# 待辦\n",
    "\0", "\x0c", "\x0b", "\x1c", "\x85", "\u2028", "\u00a0", "\u3000", "\ufeff", "\u200b", "\u202e", "> [!NOTE]\n",
    "[^1]", "[^1]: a\n", "$$", "data-l=\"", "<span data-l=\"t0\">", ":smile:",
]
# fmt: on
TEXTS = [text_of(path) for path in (NOTES, *FIXTURES)] + list(BYTES.values())
MARK = re.compile(r"<!--(.*?)-->", re.DOTALL)
TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?: [a-z-]+="[^"]*")*>')
PLAIN = re.compile(r"(?:[^\W_]|[ ,.()–—-])*")

pieced = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=40).map("".join)
settings.register_profile("reader", deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def mutilated(draw: st.DrawFn) -> str:
    """A piece of real notes with a hole and something odd put in."""
    text = draw(st.sampled_from(TEXTS))
    places = sorted(draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    start, hole, after, end = places
    end = min(end, start + 4000)
    return text[start:hole] + draw(st.one_of(st.sampled_from(PIECES), pieced)) + text[after:end]


def read_or_refuse(text: str) -> Page | None:
    try:
        return read(text, "docs/README.md")
    except TooDeep:
        return None


def check(text: str) -> None:
    """Everything that holds for whatever was read."""
    page = read_or_refuse(text)
    if page is None:
        return
    joined = "".join(section.source for section in page.sections)
    assert joined == text or (not joined and not text.strip())
    _check_order(page, text)
    _check_names(page)
    for section in page.sections:
        _check_slots(section)
        for listing in section.listings:
            _check_spans(section, listing)


def _check_order(page: Page, text: str) -> None:
    lines = len(re.findall(r"\r\n|\r|\n", text)) + 1
    at = 0
    for number, section in enumerate(page.sections):
        assert at <= section.line <= lines
        at = section.line
        assert 1 <= section.level <= 6 or (section.level, number, section.slug, section.title) == (0, 0, "", "")
        assert all(at <= listing.line <= lines for listing in section.listings)
        if section.parent is None:
            assert section.depth == 0
        else:
            parent = page.sections[section.parent]
            assert section.parent < number
            assert 0 < parent.level < section.level
            assert section.depth == parent.depth + 1
    assert all(1 <= warning.line <= lines and warning.message for warning in page.warnings)


def _check_names(page: Page) -> None:
    slugs = [section.slug for section in page.sections if section.level]
    tags = [found[0] for section in page.sections for found in TAG.finditer(section.body_html)]
    ids = [found for tag in tags for found in re.findall(r' id="([^"]*)"', tag)]
    assert all(slugs)
    assert len({*slugs, *ids}) == len(slugs) + len(ids)
    assert all(found == found.lower() for found in slugs + ids)


def _check_slots(section: Section) -> None:
    assert [listing.slot for listing in section.listings] == list(range(len(section.listings)))
    everywhere = section.body_html + "".join(listing.label_html for listing in section.listings)
    notes = [f"n:{listing.slot}" for listing in section.listings]
    places = [f"r:{listing.slot}" for listing in section.listings]
    found = MARK.findall(everywhere)
    assert sorted(mark for mark in found if mark not in ("t:0", "t:1")) == sorted(notes + places)
    assert sorted(mark for mark in MARK.findall(section.body_html) if mark[0] == "n") == sorted(notes)
    assert sum(mark[0] == "t" for mark in found) == len(section.todos)
    assert not any(" data-l=" in found[0] for found in TAG.finditer(everywhere))
    for html in (section.body_html, section.title_html, *(listing.label_html for listing in section.listings)):
        _check_well_formed(html)


def _check_well_formed(html: str) -> None:
    open_names: list[str] = []
    for closing, name in TAG.findall(html):
        if closing:
            assert open_names.pop() == name
        elif name not in ("br", "hr", "img", "wbr"):
            open_names.append(name)
    assert open_names == []


def _check_spans(section: Section, listing: Listing) -> None:
    assert listing.title.strip()
    assert (listing.url_key is None) == (listing.url == "")
    for span in (listing.link, listing.label, listing.target):
        if span is not None:
            assert 0 <= span.start <= span.end <= len(section.source)
    if listing.link and listing.label:
        assert listing.link.start <= listing.label.start <= listing.label.end <= listing.link.end
    if listing.link and listing.target:
        assert listing.link.start <= listing.target.start <= listing.target.end <= listing.link.end
    if listing.target:
        written = listing.target.of(section.source)
        if PLAIN.fullmatch(written.replace("/", "").replace(":", "")):
            assert unescape(listing.url).endswith(written.strip())
    if listing.label:
        written = listing.label.of(section.source)
        # HTML allows no text right inside a table: a cleaner takes the label out of a link that stands there.
        in_order = listing.kind != "task" and "<table" not in section.source.lower()
        if in_order and PLAIN.fullmatch(written) and written.strip():
            assert listing.title == " ".join(written.split())


@settings(settings.get_profile("reader"), max_examples=300)
@given(pieced)
@example("- a\n  <details>\n\n# b\n")
@example("[a](https://example.com/a\n)")
def test_any_text_is_read(text: str) -> None:
    check(text)


@settings(settings.get_profile("reader"), max_examples=150)
@given(mutilated())
def test_mutilated_notes_are_read(text: str) -> None:
    check(text)


@pytest.mark.parametrize("number", range(len(TEXTS)))
def test_whole_notes_hold_too(number: int) -> None:
    check(TEXTS[number])


@settings(settings.get_profile("reader"), max_examples=50)
@given(st.sampled_from([text for text in TEXTS if text.strip()]), st.integers(0, 10**6))
def test_reading_what_was_cut_off_never_raises(text: str, at: int) -> None:
    check(text[: at % len(text)])
    check(text[at % len(text) :])


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "![" * 10_000,
        "[a](" * 10_000,
        "<a href=" * 10_000,
        "<" * 50_000,
        "<!--" * 10_000,
        "<details>" * 150,
        "<b>" * 20_000,
        "*a " * 20_000,
        "**a" * 10_000,
        "`" * 20_000,
        "`a``b" * 5_000,
        "|a" * 10_000 + "\n" + "|-" * 10_000 + "\n",
        "- a\n" * 10_000,
        "# a\n" * 5_000,
        "a\n" * 20_000,
        "https://" * 10_000,
        "www." * 10_000,
        "a@" * 10_000,
        "[a]: b\n" * 10_000,
        "[a]\n" * 10_000,
        "\\" * 50_000,
        "&" * 50_000,
        "> " * 190 + "a",
        "\r" * 50_000,
        "中" * 100_000,
        "<a title='" + "x" * 50_000,
        "<a " + "b " * 20_000,
        "</details>" * 5_000,
        "<h2>" * 2_000,
        "[![" * 5_000,
        "- [ ] [a](https://example.com)\n" * 2_000,
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_a_text_made_to_hurt_is_read_or_refused(text: str) -> None:
    check(text)


@pytest.mark.parametrize("opening", ["> ", "- ", "* 1. ", "<div>", "<details>\n\n", "<blockquote>\n\n", "[", "*a **b "])
@pytest.mark.parametrize("times", [100, 300, 5_000])
def test_what_nests_too_deep_is_refused_with_a_reason(opening: str, times: int) -> None:
    text = opening * times + "a"
    if times == 100:
        assert read(text, "a.md").sections[0].source == text
    elif opening in ("> ", "- ", "* 1. ", "<div>", "<blockquote>\n\n"):
        with pytest.raises(NotesError, match="200"):
            read(text, "a.md")
    else:
        check(text)
