"""The notes go back into files: byte for byte, but for what editors made on the site."""

from __future__ import annotations

import io
import zipfile
from difflib import unified_diff
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roadmap import editing
from roadmap.importing.exporting import export, packed
from roadmap.models import Listing, Page, Resource, Section
from roadmap.reading import TooDeep
from roadmap.reading.escaping import is_same_address
from tests.factories import make_listing, make_page, make_resource, make_roadmap, make_section
from tests.importing.exported import EDITED_AT, Rows, edit, exported, in_file, on_site, text
from tests.importing.notes import BUNDLED, bring
from tests.reading.test_against_github import FIXTURES, PLANS, text_of
from tests.reading.test_properties import pieced
from tests.reading.test_writer import titles

A, B = "https://example.com/a", "https://example.org/b"
BOM = b"\xef\xbb\xbf"
IMPORTED = [path for path in FIXTURES if path.stem != "relative-and-anchors"]
"""All but the one that leads out of its folder, which an import refuses."""
EVERY = [BUNDLED, *IMPORTED, *PLANS]
VARIATIONS = {
    "as it is": lambda data: data,
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "cr": lambda data: data.replace(b"\n", b"\r"),
    "mixed": lambda data: data.replace(b"\n", b"\r\n", 7),
    "bom": lambda data: BOM + data,
    "no line end": lambda data: data.rstrip(b"\n"),
    "blank lines": lambda data: b"\n \n" + data + b"\n\t\n\n",
    "odd blanks": lambda data: data.replace(b"\n", b"\x0c\n\xc2\xa0\n\xe2\x80\xa8", 3),
}


def with_placeholders(text: str) -> str:
    return text.replace("(a)", f"({A})").replace("(b)", f"({B})")


def changed_lines(before: str, after: str) -> list[str]:
    """What `git diff` would show: `-` and `+` lines alone."""
    _, _, *lines = unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), n=0)
    return [line for line in lines if line[0] in "-+"]


def section(title: str) -> Section:
    return Section.objects.get(page__roadmap__slug="plan", title=title, retired_at=None)


def add(title: str, url: str, to: str) -> Resource:
    """Add a resource by hand to the end of a section, as the admin does; without a URL a task."""
    made = Resource(title=title, url=url, kind="other" if url else "task")
    editing.add(made, section(to))
    return made


# Byte for byte


@pytest.mark.django_db
@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("path", IMPORTED, ids=lambda path: path.stem)
def test_what_nobody_edited_comes_out_byte_for_byte(path: Path, variation: str, tmp_path: Path) -> None:
    data = VARIATIONS[variation](path.read_bytes())
    bring(tmp_path, data, source_url=EDITED_AT)
    assert exported().files == [("README.md", data)]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [BUNDLED, *PLANS], ids=lambda path: path.stem)
def test_whole_plans_come_out_byte_for_byte_one_after_the_other(path: Path, tmp_path: Path) -> None:
    for variation in ("as it is", "crlf", "bom", "no line end"):
        data = VARIATIONS[variation](path.read_bytes())
        bring(tmp_path, data, source_url=EDITED_AT)
        assert exported().files == [("README.md", data)]


@pytest.mark.django_db
def test_edits_that_are_the_sites_own_stay_there(tmp_path: Path) -> None:
    notes = f"# A\n\n- [a]({A})\n- [b]({B})\n"
    bring(tmp_path, notes)
    edit("a", description="Read it *twice*.", kind="book")
    gone = edit("b", title="B", url="https://example.com/gone")
    editing.retire([gone])
    assert text() == notes


# Edits


@pytest.mark.django_db
def test_an_edited_title_changes_every_label_that_was_the_imported_one(tmp_path: Path) -> None:
    notes = with_placeholders("# A\n\n- [one](a), *said* of [one](a)\n- [other words](a)\n\n## B\n\n[one](a)\n")
    bring(tmp_path, notes)
    edit("one", title="1 & only")
    assert changed_lines(notes, text()) == [
        f"-- [one]({A}), *said* of [one]({A})\n",
        f"+- [1 & only]({A}), *said* of [1 & only]({A})\n",
        f"-[one]({A})\n",
        f"+[1 & only]({A})\n",
    ]
    assert in_file(text()) == on_site()


@pytest.mark.django_db
def test_an_edited_url_changes_every_place(tmp_path: Path) -> None:
    notes = f'# A\r\n\r\n- [one]({A}/?utm_source=x "t")\r\n\r\n- [two][r], {A}\r\n\r\n[r]: {A}\r\n'
    bring(tmp_path, notes)
    edit("one", url=B)
    assert changed_lines(notes, text()) == [
        f'-- [one]({A}/?utm_source=x "t")\r\n',
        f'+- [one]({B} "t")\r\n',
        f"-- [two][r], {A}\r\n",
        f"+- [two][r], [{A}]({B})\r\n",
        f"-[r]: {A}\r\n",
        f"+[r]: {B}\r\n",
    ]
    assert in_file(text()) == on_site()


@pytest.mark.django_db
def test_what_the_bundled_notes_lacked_is_a_small_diff(tmp_path: Path) -> None:
    notes = text_of(BUNDLED)
    bring(tmp_path, notes)
    edit("人工智慧到生成式AI的發展(2010 ~2024)", url="https://example.com/2024")
    assert [line for line in changed_lines(notes, text()) if line[0] == "+"] == [
        line.replace("]()", "](https://example.com/2024)").replace("-", "+", 1)
        for line in changed_lines(notes, text())
        if line[0] == "-"
    ]
    assert len(changed_lines(notes, text())) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["title", "url"])
@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_whatever_is_edited_reads_as_the_site_shows_it(path: Path, field: str, tmp_path: Path) -> None:
    bring(tmp_path, path.read_bytes(), source_url=EDITED_AT)
    for number, resource in enumerate(Resource.objects.all()):
        if field == "title":
            resource.title = f"{number} C++ a_b *x* [2024] AT&T"
        elif resource.kind != "task":
            resource.url = f"https://example.net/{number}_(a)?b=c&d"
        resource.save()
    found = exported()
    left = {sentence.split("“")[1].split("”")[0] for sentence in found.left_out}
    assert len(left) <= 6, found.left_out
    shown = on_site()
    read_back = in_file(found.files[0][1].decode("utf-8-sig"))
    assert len(read_back) == len(shown)
    differing = [(here, there) for here, there in zip(shown, read_back, strict=True) if here != there]
    assert len(differing) <= len(found.left_out)


@pytest.mark.django_db
def test_a_task_is_renamed_around_its_links(tmp_path: Path) -> None:
    notes = with_placeholders("# A\n\n- [ ] see [a](a) and [b](b)\n- [ ] plain\n")
    bring(tmp_path, notes)
    edit("see a and b", title="Read a, then b!")
    edit("plain", title="Plainer")
    assert text() == with_placeholders("# A\n\n- [ ] Read [a](a), then [b](b)!\n- [ ] Plainer\n")


@pytest.mark.django_db
def test_a_link_in_a_task_gets_another_url_and_a_title_with_the_task(tmp_path: Path) -> None:
    notes = with_placeholders("# A\n\n- [ ] see [a](a) now\n- [ ] see [b](b) now\n")
    bring(tmp_path, notes)
    edit("a", url=f"{B}/new")
    edit("b", title="B!")
    edit("see b now", title="see B! soon")
    assert text() == f"# A\n\n- [ ] see [a]({B}/new) now\n- [ ] see [B!]({B}) soon\n"


@pytest.mark.django_db
def test_a_links_title_does_not_rename_the_task_or_todo_around_it(tmp_path: Path) -> None:
    """By its words an import knows a task again; learners' marks hang on that."""
    notes = with_placeholders("# TODO\n\n- [ ] look at [a](a)\n\n# A\n\n- [ ] see [b](b) and more\n- [ ] [c](c)\n")
    bring(tmp_path, notes.replace("(c)", "(https://example.com/c)"))
    for called in "abc":
        edit(called, title=called.upper())
    found = exported()
    assert found.files[0][1].decode() == notes.replace("[c](c)", "[C](https://example.com/c)")
    assert [sentence.split(" so ")[0] for sentence in found.left_out] == [
        "README.md: “a” could not be given the title “A” in the section “TODO”",
        "README.md: “b” could not be given the title “B” in the section “A”",
    ]


@pytest.mark.django_db
def test_what_cannot_be_written_is_left_out_and_said(tmp_path: Path) -> None:
    notes = with_placeholders("# A\n\n- [ ] see [a](a) and more\n- [b](b)\n")
    bring(tmp_path, notes)
    edit("see a and more", title="See less")
    edit("b", title="B")
    found = exported()
    assert found.files == [("README.md", notes.replace("[b]", "[B]").encode())]
    assert found.left_out == [
        "README.md: “see a and more” could not be given the title “See less” in the section “A” so that it is read back"
        " as that; the file goes without."
    ]


@pytest.mark.django_db
def test_of_two_edits_one_is_written_where_the_other_cannot_be(tmp_path: Path) -> None:
    bring(tmp_path, f'# A\n\n<div>\n<a href="{A}">\n\na\n\n</a>\n</div>\n')
    [resource] = Resource.objects.all()
    edit(resource.title, title="B", url=B)
    found = exported()
    assert found.files[0][1].decode() == f'# A\n\n<div>\n<a href="{B}">\n\na\n\n</a>\n</div>\n'
    [sentence] = found.left_out
    assert "could not be given the title “B” in" in sentence


@pytest.mark.django_db
def test_text_around_that_makes_markup_of_a_title_is_told(tmp_path: Path) -> None:
    bring(tmp_path, f"# A\n\nx ` y [a]({A}) z\n\nb <i title=' [b]({B}) c\n")
    edit("a", title="it`s")
    edit("b", title="d'>")
    assert "".join(changed_lines("", text())) == (
        f"+# A\n+\n+x ` y [it&#96;s]({A}) z\n+\n+b <i title=' [d&#39;&gt;]({B}) c\n"
    )
    assert in_file(text()) == on_site()


@pytest.mark.django_db
def test_a_row_that_does_not_fit_its_text_spoils_nothing(tmp_path: Path) -> None:
    notes = with_placeholders("# A\n\n- [a](a)\n- [b](b)\n")
    bring(tmp_path, notes)
    Listing.objects.filter(label="a").update(label_start=5, label_end=9)
    edit("a", title="N")
    found = exported()
    assert found.files == [("README.md", notes.encode())]
    assert len(found.left_out) == 1


# Additions


@pytest.mark.django_db
def test_what_was_added_is_a_line_of_its_own(tmp_path: Path) -> None:
    notes = with_placeholders("# A\r\n\r\n* [a](a)\r\n\r\n## B\r\ntext\r\n\r\n\r\n## C\r\n\r\n1. [b](b)")
    bring(tmp_path, notes)
    add("More [of] it", f"{B}/1", to="A")
    add("Do `it`", "", to="A")
    add("二", f"{B}/2", to="B")
    add("3", f"{B}/3", to="C")
    assert changed_lines(notes, text()) == [
        f"+* [More [of] it]({B}/1)\r\n",
        "+* [ ] Do \\`it\\`\r\n",
        f"+- [二]({B}/2)\r\n",
        "+\r\n",
        f"-1. [b]({B})",
        f"+1. [b]({B})\r\n",
        "+\r\n",
        f"+- [3]({B}/3)",
    ]
    assert in_file(text()) == on_site()


@pytest.mark.django_db
def test_a_resource_of_the_notes_is_listed_once_more(tmp_path: Path) -> None:
    notes = with_placeholders("# A\n\n- [a](a)\n\n# B\n\n- [b](b)\n")
    bring(tmp_path, notes)
    listed = edit("a", title="A!")
    editing.place(Listing(resource=listed, section=section("B")))
    assert text() == notes.replace("[a]", "[A!]") + f"- [A!]({A})\n"


@pytest.mark.django_db
def test_what_an_editor_retired_again_is_not_added(tmp_path: Path) -> None:
    bring(tmp_path, f"# A\n\n- [a]({A})\n")
    editing.retire([add("b", B, to="A")])
    assert text() == f"# A\n\n- [a]({A})\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "last",
    ["```\ncode\n", "<!-- a\n", "<pre>\na\n", "<script>\n"],
)
def test_what_the_end_of_a_section_swallows_is_left_out(last: str, tmp_path: Path) -> None:
    notes = f"# A\n\n- [a]({A})\n\n{last}"
    bring(tmp_path, notes)
    add("b", B, to="A")
    edit("a", title="N")
    found = exported()
    assert found.files == [("README.md", notes.replace("[a]", "[N]").encode())]
    assert found.left_out == [
        "README.md: “b” could not be added in the section “A” so that it is read back as that; the file goes without."
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("notes", "after"),
    [
        ("# A\nB\n---\n", "# A\n\n- [n](b)\n\nB\n---\n"),
        ("# A\n<h2>B</h2>\n", "# A\n\n- [n](b)\n<h2>B</h2>\n"),
        ("- ## A\n  - [a](a)\n- ## B\n", "- ## A\n  - [a](a)\n- [n](b)\n- ## B\n"),
        (
            "# A\n<details>\n\n[a](a)\n\n# B\n\n</details>\n",
            "# A\n<details>\n\n[a](a)\n\n- [n](b)\n\n# B\n\n</details>\n",
        ),
    ],
)
def test_the_next_section_is_left_whole(notes: str, after: str, tmp_path: Path) -> None:
    bring(tmp_path, with_placeholders(notes))
    add("n", B, to="A")
    assert text() == with_placeholders(after)
    assert in_file(text()) == on_site()


@pytest.mark.django_db
def test_a_task_is_not_made_a_todo_of_the_authors(tmp_path: Path) -> None:
    bring(tmp_path, "# TODO\n\n- [ ] mine\n")
    add("yours", "", to="TODO")
    assert len(exported().left_out) == 1
    assert exported().files == [("README.md", b"# TODO\n\n- [ ] mine\n")]


# Importing it again


@pytest.mark.django_db
@pytest.mark.parametrize("path", [BUNDLED, *PLANS[:1]], ids=lambda path: path.stem)
def test_importing_an_export_changes_nothing_for_readers(path: Path, tmp_path: Path) -> None:
    bring(tmp_path, path.read_bytes(), source_url=EDITED_AT)
    for number, resource in enumerate(Resource.objects.exclude(url="")[:40]):
        editing.edit(resource, {"title": f"Better {number}"})
    add("More", f"{B}/more", to=Section.objects.exclude(title="")[1].title)
    before, rows = on_site(), set(Resource.objects.live().values_list("key", "title", "url"))
    found = exported()
    assert found.left_out == []
    report = bring(tmp_path, found.files[0][1], source_url=EDITED_AT)
    assert on_site() == before
    assert set(Resource.objects.live().values_list("key", "title", "url")) == rows
    assert report.counts["resources"]["added"] == report.counts["resources"]["retired"] == 0
    assert exported().files == found.files


# All


@pytest.mark.django_db
def test_the_files_are_the_live_pages_in_order() -> None:
    roadmap = make_roadmap()
    for position, path in enumerate(["README.md", "b/a.md", "a.md"]):
        make_section(make_page(roadmap, path=path, position=position, had_bom=position == 1), source=f"# {path}\n")
    gone = make_page(roadmap, path="gone.md", position=3, retired_at="2026-01-01T00:00Z")
    make_section(gone, retired_at="2026-01-01T00:00Z")
    make_section(Page.objects.get(path="a.md"), "Gone", retired_at="2026-01-01T00:00Z")
    make_section(make_page())
    assert export(roadmap).files == [
        ("README.md", b"# README.md\n"),
        ("b/a.md", BOM + b"# b/a.md\n"),
        ("a.md", b"# a.md\n"),
    ]


@pytest.mark.django_db
def test_a_page_without_an_edit_is_not_even_read() -> None:
    page = make_page()
    deep = "> " * 300 + "a\n"
    section = make_section(page, source=deep)
    assert export(page.roadmap).files == [("README.md", deep.encode())]
    with pytest.raises(TooDeep):
        Rows(deep)
    make_listing(section, make_resource(page.roadmap, imported=None), slot=None)
    assert export(page.roadmap).files == [("README.md", deep.encode())]
    assert len(export(page.roadmap).left_out) == 1


@pytest.mark.django_db
def test_the_queries_do_not_grow_with_the_rows() -> None:
    def queries(pages: int) -> int:
        roadmap = make_roadmap()
        for number in range(pages):
            section = make_section(make_page(roadmap, path=f"{number}.md", position=number))
            for _ in range(pages):
                make_listing(section, make_resource(roadmap, imported=None), slot=None)
        with CaptureQueriesContext(connection) as captured:
            assert len(export(roadmap).files) == pages
        return len(captured)

    assert queries(2) == queries(6)


def test_a_zip_of_the_same_files_is_the_same() -> None:
    files = [("README.md", "# 中\r\n".encode()), ("docs/a b.md", BOM)]
    assert packed(files) == packed(list(files))
    with zipfile.ZipFile(io.BytesIO(packed(files))) as archive:
        assert [(each.filename, archive.read(each)) for each in archive.infolist()] == files
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


# Anything


addresses = st.text(st.sampled_from("ab中?&=()[]<>|\\_*~`'\" #;%"), max_size=8).map(lambda end: B + end)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.sampled_from([text_of(path) for path in FIXTURES]), pieced), st.data())
def test_what_is_written_reads_back_and_nothing_else_changes(notes: str, data: st.DataObject) -> None:
    """Edits of anything in any text: each is there or left out, all other listings are as they were."""
    try:
        rows = Rows(notes)
    except TooDeep:
        return
    if not rows.resources:
        return
    picked = data.draw(st.sets(st.sampled_from(sorted(rows.resources)), min_size=1, max_size=4))
    edits = {pk: {"title": data.draw(titles), "url": data.draw(addresses)} for pk in picked}
    for pk in picked:
        if rows.resources[pk].kind == "task":
            del edits[pk]["url"]
    shown = rows.shown(edits)
    left = {(wish.section, wish.slot) for wish in shown.left_out}
    after = Rows("".join(shown.sources))
    assert [each.source for each in after.page.sections] == shown.sources
    number = 0
    for index, (old, new) in enumerate(zip(rows.page.sections, after.page.sections, strict=True)):
        assert len(old.listings) == len(new.listings)
        for was, now in zip(old.listings, new.listings, strict=True):
            number += 1
            if (index, was.slot) in left:
                continue
            made = edits.get(number, {})
            assert is_same_address(now.url, made.get("url", was.url))
            assert now.title == made.get("title", was.title)
