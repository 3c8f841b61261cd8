"""What editors make of sections, and what becomes of it when the notes change."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.utils.translation import override

from roadmap.importing import section_edits
from roadmap.importing.laying import merge
from roadmap.models import Change, ImportRun, Page, Resource, Section
from roadmap.reading import NotesError
from tests.importing.notes import all_rows, bring, plan

pytestmark = pytest.mark.django_db

NOTES = (
    "# Plan\n\nIntro.\n\n## One\n\nFirst.\n\n- [Alpha](https://a.example/)\n\n## Two\n\n- [Beta](https://b.example/)\n"
)


def section(title: str) -> Section:
    found: Section = Section.objects.live().get(title=title)
    return found


def text() -> str:
    """The roadmap's first page as it stands."""
    page = Page.objects.get(roadmap=plan(), position=0, retired_at=None)
    return "".join(page.sections.filter(retired_at=None).order_by("position").values_list("source", flat=True))


def edit(title: str, new: str) -> None:
    section_edits.edit(section(title).pk, new, None)


def test_an_edit_changes_its_section_alone(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    before = {row.title: row.pk for row in Section.objects.all()}
    edit("One", "## One\n\nSecond.\n\n- [Alpha](https://a.example/)\n- [Gamma](https://c.example/)\n\n")
    assert text() == NOTES.replace("First.", "Second.").replace(
        "a.example/)\n", "a.example/)\n- [Gamma](https://c.example/)\n"
    )
    assert {row.title: row.pk for row in Section.objects.all()} == before
    assert section("One").notes_source == "## One\n\nFirst.\n\n- [Alpha](https://a.example/)\n\n"
    assert section("Two").notes_source is None
    assert Resource.objects.live().count() == 3
    run = ImportRun.objects.first()
    assert run is not None
    assert sorted(run.changes.values_list("of", "action", "title")) == [
        ("page", "updated", "Plan"),
        ("resource", "added", "Gamma"),
        ("section", "updated", "One"),
    ]


def test_an_edit_back_to_the_notes_is_none(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    before = section("One").source
    edit("One", "## One\n\nMine.\n\n")
    edit("One", before)
    assert section("One").notes_source is None
    assert text() == NOTES


def test_an_edit_survives_the_next_import_and_the_notes_come_in_around_it(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("One", "## One\n\nMine.\n\n- [Alpha](https://a.example/)\n\n")
    report = bring(tmp_path, NOTES.replace("Intro.", "New intro.").replace("Beta", "Better"))
    assert text() == NOTES.replace("First.", "Mine.").replace("Intro.", "New intro.").replace("Beta", "Better")
    assert section("One").conflicts == {}
    assert report.plan is not None
    assert report.plan.conflicts == []


def test_both_changed_other_lines_of_a_section(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("One", "## One\n\nMine.\n\n- [Alpha](https://a.example/)\n\n")
    bring(tmp_path, NOTES.replace("a.example/)\n", "a.example/)\n- [Gamma](https://c.example/)\n"))
    assert section("One").source == (
        "## One\n\nMine.\n\n- [Alpha](https://a.example/)\n- [Gamma](https://c.example/)\n\n"
    )
    assert section("One").conflicts == {}
    assert Resource.objects.live().filter(title="Gamma").exists()


def conflict(folder: Path) -> Section:
    bring(folder, NOTES)
    edit("One", "## One\n\nMine.\n\n- [Alpha](https://a.example/)\n\n")
    bring(folder, NOTES.replace("First.", "Theirs."))
    return section("One")


def test_where_both_changed_a_line_the_edit_stays_and_the_conflict_is_kept(tmp_path: Path) -> None:
    row = conflict(tmp_path)
    assert "Mine." in row.source
    assert [value.split("\n")[2] for value in (row.conflicts["source"]["base"], row.conflicts["source"]["notes"])] == [
        "First.",
        "Theirs.",
    ]
    before = ImportRun.objects.count()
    assert not bring(tmp_path, NOTES.replace("First.", "Theirs.")).changed
    assert ImportRun.objects.count() == before


def test_a_conflict_is_settled_for_the_editor(tmp_path: Path) -> None:
    row = conflict(tmp_path)
    version = plan().version
    assert section_edits.keep(row.pk)
    assert not section_edits.keep(row.pk)
    assert plan().version == version + 1
    row.refresh_from_db()
    assert (row.conflicts, "Mine." in row.source) == ({}, True)
    bring(tmp_path, NOTES.replace("First.", "Theirs.").replace("Beta", "Better"))
    assert section("One").conflicts == {}


def test_a_conflict_is_settled_for_the_notes(tmp_path: Path) -> None:
    row = conflict(tmp_path)
    section_edits.take_notes(row.pk, None)
    row.refresh_from_db()
    assert (row.conflicts, row.notes_source) == ({}, None)
    assert text() == NOTES.replace("First.", "Theirs.")


def test_a_section_added_within_another_stays_behind_it(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("One", section("One").source + "### Mine\n\n- [Own](https://own.example/)\n\n")
    assert section("Mine").notes_source == ""
    bring(tmp_path, NOTES.replace("## One", "## First").replace("Intro.", "Welcome."))
    assert [row.title for row in Section.objects.live().order_by("position")] == ["Plan", "First", "Mine", "Two"]
    assert section("Mine").parent == section("First")
    section_edits.take_notes(section("Mine").pk, None)
    assert not Section.objects.live().filter(title="Mine").exists()
    assert text() == NOTES.replace("## One", "## First").replace("Intro.", "Welcome.")


def test_an_edited_section_that_left_the_notes_is_a_conflict_and_stays(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("One", "## One\n\nMine.\n\n")
    bring(tmp_path, "# Plan\n\nIntro.\n\n## Two\n\n- [Beta](https://b.example/)\n")
    row = section("One")
    assert row.conflicts["source"]["notes"] == ""
    assert text() == "# Plan\n\nIntro.\n\n## One\n\nMine.\n\n## Two\n\n- [Beta](https://b.example/)\n"
    section_edits.take_notes(row.pk, None)
    assert text() == "# Plan\n\nIntro.\n\n## Two\n\n- [Beta](https://b.example/)\n"


def test_the_notes_take_an_edit_over(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("One", "## One\n\nMine.\n\n- [Alpha](https://a.example/)\n\n")
    edited = text()
    before = ImportRun.objects.count()
    report = bring(tmp_path, edited)
    assert not report.changed
    assert (section("One").notes_source, ImportRun.objects.count()) == (None, before)
    assert text() == edited


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_are_those_of_the_file(tmp_path: Path, end: str) -> None:
    bring(tmp_path, NOTES.replace("\n", end).encode())
    edit("One", "## One\r\n\r\nMine.\r\n\r\n- [Alpha](https://a.example/)\r\n\r\n")
    assert text() == NOTES.replace("First.", "Mine.").replace("\n", end)


def test_a_missing_last_line_end_does_not_glue_sections(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("One", "## One\n\nMine.")
    assert text() == "# Plan\n\nIntro.\n\n## One\n\nMine.\n## Two\n\n- [Beta](https://b.example/)\n"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("", "emptied"),
        ("   \n", "emptied"),
        ("No heading.\n", "heading"),
        ("## One\n\n```\nnever closed\n", "not closed"),
        ("## One\n\n<!-- never closed\n", "not closed"),
        ("## One\n\nNUL \0\n", "NUL"),
    ],
)
def test_what_is_no_section_of_its_own_is_refused_and_nothing_changes(tmp_path: Path, new: str, said: str) -> None:
    bring(tmp_path, NOTES)
    with override("en"), pytest.raises(NotesError, match=said):
        edit("One", new)
    assert (text(), ImportRun.objects.count()) == (NOTES, 1)


def test_a_section_that_is_gone_cannot_be_edited(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    pk = section("Two").pk
    bring(tmp_path, "# Plan\n\nIntro.\n")
    with pytest.raises(section_edits.Gone):
        section_edits.edit(pk, "## Two\n", None)


def test_what_somebody_else_saved_since_it_was_seen_stays(tmp_path: Path) -> None:
    """Two who save at the same moment both pass the form's own look."""
    bring(tmp_path, NOTES)
    row = section("One")
    section_edits.edit(row.pk, row.source.replace("First.", "Hers."), None, row.source)
    before = all_rows()
    with pytest.raises(section_edits.Changed):
        section_edits.edit(row.pk, row.source.replace("First.", "Mine."), None, row.source)
    assert all_rows() == before


def test_line_ends_of_a_long_section_take_no_long_time() -> None:
    text = "".join(f"line {number}\n\n" for number in range(20_000))
    begun = time.process_time()
    assert section_edits.with_line_ends(text + "more\n", text, text) == text + "more\n"
    assert time.process_time() - begun < 5


def test_changes_of_an_edit_are_told_like_those_of_an_import(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("One", "## One\n\nFirst.\n\n- [Alpha, 2nd edition](https://a.example/)\n\n")
    change = Change.objects.get(of="resource", action="updated")
    assert change.detail == {"title": ["Alpha", "Alpha, 2nd edition"]}


def test_merging_keeps_what_either_changed() -> None:
    assert merge("a\r\nb\r\nc", "A\r\nb\r\nc", "a\r\nb\r\nC") == "A\r\nb\r\nC"
    assert merge("a\nb\n", "a\nx\n", "a\ny\n") is None


def test_a_section_that_was_renamed_and_changed_is_found_by_what_the_notes_said(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("One", "## Mine\n\nOther words.\n\n- [Gamma](https://c.example/)\n\n")
    pk = section("Mine").pk
    bring(tmp_path, NOTES.replace("Intro.", "New intro."))
    assert (section("Mine").pk, section("Mine").conflicts) == (pk, {})
    assert list(Section.objects.live().order_by("position").values_list("title", flat=True)) == ["Plan", "Mine", "Two"]
    bring(tmp_path, text())
    assert section("Mine").notes_source is None


def test_what_is_written_above_a_heading_leaves_the_section_as_the_notes_have_it(tmp_path: Path) -> None:
    bring(tmp_path, "Before.\n\n## One\n\nFirst.\n")
    edit("", "Before.\n\n# New\n\n")
    assert list(Section.objects.order_by("position").values_list("title", "notes_source")) == [
        ("", None),
        ("New", ""),
        ("One", None),
    ]


def test_two_sections_that_an_editor_made_of_one_are_found_in_the_export(tmp_path: Path) -> None:
    bring(tmp_path, "# One\n\nFirst.\n\n- [Alpha](https://a.example/)\n")
    edit("One", "- [Alpha](https://a.example/)\n\n# One\n\nFirst.\n\n- [Alpha](https://a.example/)\n")
    rows = list(Section.objects.order_by("position").values_list("pk", "source"))
    assert len(rows) == 2
    bring(tmp_path, text())
    assert list(Section.objects.order_by("position").values_list("pk", "source")) == rows
    assert not Section.objects.exclude(notes_source=None).exists()


def test_what_stays_is_put_behind_text_without_a_heading(tmp_path: Path) -> None:
    bring(tmp_path, "## One\n\nFirst.\n")
    edit("One", "## One\n\nMine.\n")
    for _ in range(2):
        bring(tmp_path, "Before.\n")
        assert text() == "Before.\n## One\n\nMine.\n"
        Page.objects.update(checksum="-")


def test_an_editors_section_does_not_pass_for_one_of_the_notes_with_its_title(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("Plan", "# Plan\n\nIntro.\n\n## Two\n\nMine.\n\n")
    rows = list(Section.objects.order_by("position").values_list("pk", "source", "notes_source"))
    Page.objects.update(checksum="-")
    bring(tmp_path, NOTES)
    assert list(Section.objects.order_by("position").values_list("pk", "source", "notes_source")) == rows


def test_a_section_that_an_editor_wrote_above_another_stays_there(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    edit("Two", "# Mine\n\n## Two\n\n- [Beta](https://b.example/)\n")
    rows = list(Section.objects.order_by("position").values_list("pk", "source", "notes_source"))
    Page.objects.update(checksum="-")
    bring(tmp_path, NOTES)
    assert list(Section.objects.order_by("position").values_list("pk", "source", "notes_source")) == rows
    bring(tmp_path, text())
    assert list(Section.objects.order_by("position").values_list("pk", "source")) == [row[:2] for row in rows]
    assert not Section.objects.exclude(notes_source=None).exists()


def test_what_stands_under_an_editors_section_is_found_where_the_notes_have_it(tmp_path: Path) -> None:
    notes = "# Plan\n\n### Same\n\nFirst.\n\n# Same\n\nSecond.\n"
    bring(tmp_path, notes)
    edit("Plan", "# Plan\n\n## Mine\n\n")
    rows = list(Section.objects.order_by("position").values_list("pk", "source"))
    Page.objects.update(checksum="-")
    bring(tmp_path, notes)
    assert list(Section.objects.order_by("position").values_list("pk", "source")) == rows
