"""The report for the author: what it tells, of which lines, and that it is safe to paste."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import cmarkgfm  # type: ignore[import-untyped]
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from roadmap import editing
from roadmap.health.links import gather
from roadmap.health.reporting import LONGEST_TITLE, report
from roadmap.importing import section_edits
from roadmap.importing.importer import import_notes
from roadmap.models import Grade, Link, Listing, Reason, Resource, Section
from roadmap.reading.escaping import as_code, in_issue
from roadmap.upstream import line_url
from tests.factories import make_roadmap
from tests.importing.notes import bring, plan, resource

pytestmark = pytest.mark.django_db

NOTES = """\
# Plan

Begin with [Alpha](https://a.example/one).

## Basics

- [Alpha](https://a.example/one), once more [here](http://www.a.example/one/)
- [Beta](https://b.example/two#part)
- [Alpha](https://a.example/one)

## Further

- [Gamma](https://c.example/three)
- [Delta](https://d.example/four)
"""
A, B, C, D = (
    "https://a.example/one", "https://b.example/two#part", "https://c.example/three", "https://d.example/four",
)  # fmt: skip
SINCE = datetime(2026, 10, 1, 20, tzinfo=UTC)
"""In Taipei it is the next day."""


def grade(url: str, to: Grade, reason: Reason = Reason.NOT_FOUND, **fields: Any) -> Link:
    """Let the last check of a URL have found this."""
    gather()
    link = Link.objects.get(url=url.partition("#")[0])
    failing = {"failing_since": SINCE, "status": 404} if to in (Grade.DEAD, Grade.FAILING) else {}
    values = {"grade": to, "reason": reason, "checked_at": datetime(2026, 11, 1, 4, tzinfo=UTC)} | failing | fields
    Link.objects.filter(pk=link.pk).update(**values)
    return Link.objects.get(pk=link.pk)


def moved(url: str, target: str) -> Link:
    return grade(url, Grade.MOVED, Reason.MOVED, target=target, status=200)


def told() -> list[str]:
    """Return the lines of the report that are headings of sections, or tell of a link."""
    return [line for line in report([plan()]).split("\n") if line.startswith(("### ", "- "))]


# What is told


def test_what_is_dead_is_told_at_each_of_its_places_by_section(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    grade(A, Grade.DEAD)
    assert told() == [
        "### Plan",
        "- [ ] `README.md:3`: Alpha `https://a.example/one` is **dead** since 2026-10-02: it is not found (HTTP 404)",
        "### Basics",
        "- [ ] `README.md:7`, `README.md:9`: Alpha `https://a.example/one` is **dead** since 2026-10-02:"
        " it is not found (HTTP 404)",
    ]


def test_what_moved_is_told_with_where_to_and_keeps_its_fragment(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    moved(B, "https://new.example/b")
    assert told() == [
        "### Basics",
        "- [ ] `README.md:8`: Beta `https://b.example/two#part` has **moved** to `https://new.example/b#part`",
    ]


@pytest.mark.parametrize(("days", "is_told"), [(settings.LINKS_DEAD_DAYS, True), (settings.LINKS_DEAD_DAYS - 1, False)])
def test_what_fails_is_told_once_it_was_seen_to_fail_for_long(tmp_path: Path, days: int, is_told: bool) -> None:
    bring(tmp_path, NOTES)
    at = SINCE + timedelta(days=days)
    grade(C, Grade.FAILING, Reason.FRONT_PAGE, checked_at=at, status=200, target="https://c.example/")
    assert told() == (
        [
            "### Further",
            "- [ ] `README.md:13`: Gamma `https://c.example/three` is **failing** since 2026-10-02:"
            " it leads to a front page, `https://c.example/` (HTTP 200)",
        ]
        if is_told
        else []
    )


@pytest.mark.parametrize("to", [Grade.BLOCKED, Grade.OK, ""])
def test_what_is_well_blocked_or_unchecked_is_never_told(tmp_path: Path, to: Grade) -> None:
    bring(tmp_path, NOTES)
    grade(A, to, Reason.REFUSED, failing_since=SINCE, status=403)
    assert told() == []
    assert "Nothing to repair." in report([plan()])


def test_what_is_retired_or_added_by_hand_is_not_told(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    section = Section.objects.get(title="Basics")
    editing.add(Resource(title="Mine", url="https://mine.example/", kind="other"), section)
    grade("https://mine.example/", Grade.DEAD)
    grade(C, Grade.DEAD)
    editing.retire([resource("Gamma")])
    assert told() == []


def test_a_move_that_an_editor_left_as_it_is_is_not_told(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    link = moved(C, "https://c.example/zh/three")
    Link.objects.update(dismissed=link.verdict)
    assert told() == []
    Link.objects.filter(pk=link.pk).update(target="https://c.example/en/three")
    assert len(told()) == 2


def test_what_fails_and_an_editor_left_as_it_is_is_not_told_until_it_is_dead(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    link = grade(C, Grade.FAILING, Reason.SIGN_IN, failing_since=SINCE)
    assert len(told()) == 2
    Link.objects.filter(pk=link.pk).update(dismissed=link.verdict)
    assert told() == []
    Link.objects.filter(pk=link.pk).update(grade=Grade.DEAD, dismissed=Grade.DEAD)
    assert len(told()) == 2


# What an editor has repaired


def test_what_an_editor_repaired_is_told_with_what_is_used_since_when(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    grade(A, Grade.DEAD, died_at=SINCE)
    moved(C, "https://new.example/c")
    for title, url in (("Alpha", "https://mine.example/a"), ("Gamma", "https://new.example/c"), ("Delta", D + "?x")):
        editing.edit(resource(title), {"url": url})
    today = timezone.localdate().isoformat()
    lines = told()
    assert lines[1].endswith(f"it is not found (HTTP 404); this site uses `https://mine.example/a` since {today}")
    assert lines[-2:] == [
        "- [ ] `README.md:13`: Gamma `https://c.example/three` has **moved** to `https://new.example/c`;"
        " this site leads there already",
        "- [ ] `README.md:14`: Delta `https://d.example/four` stands as `https://d.example/four?x` on this site",
    ]
    text = report([plan()])
    assert "To repair: 1 dead, 1 moved, 1 replaced on this site." in text
    assert "What this site uses instead (3) can be had as a minimal diff of the notes" in text
    assert "`manage.py export_notes plan FOLDER`" in text


def test_another_url_that_is_dead_itself_is_not_proposed(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    grade(A, Grade.DEAD)
    editing.edit(resource("Alpha"), {"url": "https://mine.example/a"})
    grade("https://mine.example/a", Grade.DEAD)
    assert "mine.example" not in report([plan()])
    assert "is **dead**" in told()[1]


def test_a_url_that_an_editor_replaced_in_the_sections_text_is_told(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    grade(C, Grade.DEAD)
    section = Section.objects.get(title="Further")
    section_edits.edit(section.pk, section.source.replace(C, "https://mine.example/c"), None)
    assert told() == [
        "### Further",
        "- [ ] `README.md:13`: Gamma `https://c.example/three` is **dead** since 2026-10-02: it is not found"
        " (HTTP 404); this site uses `https://mine.example/c`",
    ]


# Lines


def test_lines_are_those_of_the_authors_files(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + NOTES.replace("\n", "\r\n").encode()
    bring(tmp_path, data)
    grade(C, Grade.DEAD)
    before = told()
    basics = Section.objects.get(title="Basics")
    section_edits.edit(
        basics.pk, basics.source + "\r\nMore.\r\n\r\n## Mine\r\n\r\n- [Gamma](https://c.example/three)\r\n", None
    )
    editing.place(Listing(resource=resource("Gamma"), section=Section.objects.get(title="Plan")))
    assert told() == before
    assert data.decode("utf-8-sig").split("\r\n")[12] == "- [Gamma](https://c.example/three)"


def test_each_file_has_its_own_lines_and_addresses(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    (folder / "更 多").mkdir(parents=True)
    (folder / "README.md").write_text(f"# One\n\n- [A]({A})\n")
    (folder / "更 多" / "x#y.md").write_text(f"# Two\n\nWords.\n\n- [A]({A})\n")
    import_notes(folder, slug="plan", source_url="https://github.com/o/r/edit/main/README.md")
    grade(A, Grade.DEAD)
    places = [line.split(": A `")[0] for line in told() if line.startswith("- ")]
    assert places == [
        "- [ ] [`README.md:3`](https://github.com/o/r/blob/main/README.md?plain=1#L3)",
        "- [ ] [`更 多/x#y.md:5`](https://github.com/o/r/blob/main/%E6%9B%B4%20%E5%A4%9A/x%23y.md?plain=1#L5)",
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("https://github.com/o/r/blob/main/a/b.md", "https://github.com/o/r/blob/main/a/b.md?plain=1#L7"),
        ("https://github.com/o/r/blob/main/b.md?plain=1#L1", "https://github.com/o/r/blob/main/b.md?plain=1#L7"),
        ("https://github.com/o/r/edit/main/b.md", "https://github.com/o/r/blob/main/b.md?plain=1#L7"),
        ("https://git.example/g/h/r/-/blob/main/b.md", "https://git.example/g/h/r/-/blob/main/b.md?plain=1#L7"),
        ("https://git.example/o/r/-/edit/main/b.md", "https://git.example/o/r/-/blob/main/b.md?plain=1#L7"),
        ("https://git.example/o/r/blob/main/b.md", ""),
        ("https://github.com/o/r", ""),
        ("https://example.org/README.md", ""),
        ("", ""),
    ],
)
def test_a_line_has_an_address_at_github_and_gitlab(file: str, expected: str) -> None:
    assert line_url(file, 7) == expected


# The text


def test_it_says_how_many_links_were_checked_and_since_when(tmp_path: Path) -> None:
    bring(tmp_path, NOTES, title="The plan")
    today = timezone.localdate().isoformat()
    assert report([plan()]) == (f"## The plan: links on {today}\n\nNo link has been checked yet. Nothing to repair.\n")
    grade(A, Grade.OK, Reason.WELL)
    assert "\n1 link was checked, all of them since 2026-11-01. Nothing to repair.\n" in report([plan()])
    grade(C, Grade.OK, Reason.WELL, checked_at=datetime(2026, 10, 30, 20, tzinfo=UTC))
    assert "\n2 links were checked, all of them since 2026-10-31. Nothing to repair.\n" in report([plan()])


def test_roadmaps_stand_one_after_the_other(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    grade(A, Grade.DEAD)
    other = make_roadmap(title="Other")
    text = report([plan(), other])
    assert text == f"{report([plan()])}\n{report([other])}"
    assert re.findall(r"^## (.*): links", text, re.MULTILINE) == ["Plan", "Other"]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_the_command_prints_it_and_asks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bring(tmp_path, NOTES)
    grade(A, Grade.DEAD)
    other = make_roadmap(title="Other")
    before = list(Link.objects.order_by("pk").values())
    for slugs, roadmaps in ((["--roadmap", "plan"], [plan()]), ([], [other, plan()])):
        call_command("check_links", "--report", *slugs)
        assert capsys.readouterr().out == report(roadmaps)
    assert list(Link.objects.order_by("pk").values()) == before


def test_it_costs_as_many_queries_however_many_links_there_are(tmp_path: Path) -> None:
    counts = []
    for number in (3, 60):
        bring(tmp_path, "# Plan\n\n" + "".join(f"- [L{n}](https://l{n}.example/)\n" for n in range(number)))
        gather()
        Link.objects.update(grade=Grade.DEAD, reason=Reason.GONE, failing_since=SINCE, checked_at=SINCE)
        with CaptureQueriesContext(connection) as queries:
            assert report([plan()]).count("**dead**") == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


titles = st.text(
    st.sampled_from("ab1 @#!$&`*_~[]()<>|\\\n:/.-+^=%") | st.characters(exclude_categories=["Cs", "Cc", "Cf"]),
    min_size=1,
).filter(str.strip)


def rendered(markdown: str) -> str:
    html: str = cmarkgfm.github_flavored_markdown_to_html(markdown)
    return html


def words(html: str) -> str:
    """Return what is read, without what no eye sees."""
    return unescape(re.sub("<[^>]+>", "", html)).replace("\u200b", "").strip()


@example("C #")
@example("@ada `x` #1 owner/name#2 GH-3 !4 [a](b) |c| <b> &amp; $x$ https://example.org/ www.example.org")
@example("```")
@example("- [x] a\n# b")
@given(titles)
@tries(deadline=None, max_examples=300)
def test_any_title_is_shown_as_it_is_and_calls_nobody(title: str) -> None:
    folded = " ".join(title.split())
    for frame in ("- [ ] `a`: {}", "### {}"):
        html = rendered(frame.format(in_issue(title)))
        assert words(html).removeprefix("[ ] ").removeprefix("a: ").strip() == folded.strip()
        assert "<a" not in html
        shown = unescape(re.sub("<[^>]+>", "", html))
        assert not re.search(r"[@#!](?=\w)|\bGH-(?=\d)", shown, re.IGNORECASE)


@example("a``b`")
@given(st.text(st.sampled_from("ab `\\|<@#\n"), min_size=1))
def test_any_text_is_code(text: str) -> None:
    folded = " ".join(text.split())
    if folded:
        assert rendered(f"- x {as_code(text)} y") == f"<ul>\n<li>x <code>{_escaped(folded)}</code> y</li>\n</ul>\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def test_hostile_notes_make_lines_of_text(tmp_path: Path) -> None:
    url = "https://github.com/o/r/issues/1?a=`|@ada"
    bring(
        tmp_path,
        f"# Plan\n\n## @team \\<img> \\`x\n\n- [\\<script> @ada fixes #12 | \\`]({url})\n- [{'x' * 400}]({C})\n",
    )
    Resource.objects.update(title="@ada\n\n# Big")
    gather()
    Link.objects.update(grade=Grade.DEAD, reason=Reason.GONE, failing_since=SINCE, checked_at=SINCE)
    html = rendered(report([plan()]))
    assert html.count("<h") == 2
    assert "<a" not in html
    assert "<script" not in html
    outside = unescape(re.sub(r"<code>.*?</code>", "", html))
    assert "@ada" not in outside
    assert "@team" not in outside
    assert "#12" not in outside
    assert f"{'x' * (LONGEST_TITLE - 1)}…" in html


def test_no_escape_sequence_reaches_a_terminal() -> None:
    assert in_issue("a\x1b[2Jb\u202ec") == "a\\[2Jbc"
    assert as_code("a\x1b[2Jb") == "`a[2Jb`"
