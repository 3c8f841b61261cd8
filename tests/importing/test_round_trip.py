"""What an export writes and an import reads back: nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from roadmap import editing
from roadmap.importing import section_edits
from roadmap.importing.exporting import export
from roadmap.importing.importer import import_notes
from roadmap.models import ImportRun, Listing, Resource, Section
from tests.importing.notes import bring, plan, resource

pytestmark = pytest.mark.django_db

NOTES = "# Plan\n\n## One\n\n- [Alpha](https://a.example/)\n- [ ] Read\n\n## Two\n\n- [Beta](https://b.example/)"


def by_hand(title: str, url: str, section: str) -> Resource:
    row = Resource(title=title, url=url, kind="other" if url else "task")
    editing.add(row, Section.objects.live().get(title=section))
    return row


def exported(folder: Path) -> Path:
    [(path, data)] = export(plan()).files
    file = folder / "exported" / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    return file


def test_importing_the_export_of_an_editors_work_changes_nothing(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    editing.edit(resource("Alpha"), {"title": "My Alpha", "url": "https://mine.example/"})
    mine, task = by_hand("Mine", "https://own.example/", "Two"), by_hand("Do it", "", "One")
    section_edits.edit(Section.objects.get(title="Plan").pk, "# Plan\n\nWelcome.\n\n", None)
    file, runs = exported(tmp_path), ImportRun.objects.count()
    report = import_notes(file, slug="plan")
    assert report.plan is not None
    assert report.plan.changes == []
    assert not report.changed
    assert all(sum(counts.values()) == counts["unchanged"] for counts in report.counts.values())
    assert (ImportRun.objects.count(), Resource.objects.live().count()) == (runs, 5)
    assert not Section.objects.exclude(notes_source=None).exists()
    for row in (mine, task):
        row.refresh_from_db()
        assert (row.imported is not None, row.edited_fields) == (True, [])
    assert Listing.objects.filter(slot=None).count() == 0
    assert import_notes(file, slug="plan").plan is not None
    assert exported(tmp_path).read_bytes() == file.read_bytes()


def test_the_next_change_of_an_adopted_export_comes_in(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    row = by_hand("Mine", "https://own.example/", "Two")
    file = exported(tmp_path)
    import_notes(file, slug="plan")
    file.write_text(file.read_text().replace("- [Mine](https://own.example/)", ""))
    report = import_notes(file, slug="plan")
    assert report.counts["resources"]["retired"] == 1
    row.refresh_from_db()
    assert row.retired_at is not None


def test_an_edit_that_waits_is_no_change_of_the_notes(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    editing.edit(resource("Alpha"), {"title": "My Alpha"})
    report = bring(tmp_path, NOTES.replace("Beta", "Better"))
    assert {action: number for action, number in report.counts["sections"].items() if number} == {
        "updated": 1,
        "unchanged": 2,
    }


def test_a_heading_that_is_a_link_with_a_new_title_and_url_keeps_its_section(tmp_path: Path) -> None:
    bring(tmp_path, "# Plan\n\n## [Alpha](https://a.example/)\n\nWords.\n\n## Two\n\nWords.\n")
    row = resource("Alpha")
    pk = row.listings.get().section_id
    editing.edit(row, {"title": "My Alpha", "url": "https://mine.example/"})
    report = import_notes(exported(tmp_path), slug="plan")
    assert {action: number for action, number in report.counts["resources"].items() if number} == {"unchanged": 1}
    assert row.listings.get().section_id == pk
    assert Section.objects.get(pk=pk).title == "My Alpha"


def test_pages_of_nothing_but_blanks_come_out_as_they_are(tmp_path: Path) -> None:
    home = tmp_path / "notes"
    home.mkdir()
    files = {"README.md": b"# Plan\n", "blank.md": b"\n \r\n", "bom.md": b"\xef\xbb\xbf", "empty.md": b""}
    for path, data in files.items():
        (home / path).write_bytes(data)
    import_notes(home, slug="plan")
    assert dict(export(plan()).files) == files


def test_an_edited_title_in_an_edited_section_comes_back_without_a_conflict(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    one = Section.objects.get(title="One")
    section_edits.edit(one.pk, f"{one.source}- [New](https://new.example/)\n\n", None)
    editing.edit(Resource.objects.get(title="New"), {"title": "My new one"})
    assert not import_notes(exported(tmp_path), slug="plan").changed
    one = Section.objects.live().get(title="One")
    assert (one.conflicts, one.notes_source) == ({}, None)
    assert "[My new one]" in one.source


def test_a_url_that_another_resource_has_is_left_out_so_that_the_two_stay_two(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    alpha, beta = resource("Alpha"), resource("Beta")
    editing.edit(alpha, {"title": "My Alpha", "url": beta.url})
    found = export(plan())
    assert len(found.left_out) == 1
    assert beta.url in found.left_out[0]
    assert found.files == [("README.md", NOTES.replace("[Alpha]", "[My Alpha]").encode())]
    assert not import_notes(exported(tmp_path), slug="plan").changed
    assert not Resource.objects.retired().exists()


def test_of_two_resources_with_one_new_url_one_is_given_it(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    for title in ("Alpha", "Beta"):
        editing.edit(resource(title), {"url": "https://both.example/"})
    assert len(export(plan()).left_out) == 1
    assert not import_notes(exported(tmp_path), slug="plan").changed
    assert not Resource.objects.retired().exists()


def test_a_place_that_an_editor_gave_a_link_is_no_move_once_the_notes_have_it(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    editing.place(Listing(resource=resource("Alpha"), section=Section.objects.get(title="Two")))
    report = import_notes(exported(tmp_path), slug="plan")
    assert not report.changed
    assert resource("Alpha").listings.exclude(slot=None).count() == 2


def test_a_task_stays_one_where_an_editor_gave_it_a_second_place(tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    editing.place(Listing(resource=resource("Read"), section=Section.objects.get(title="Two")))
    found = export(plan())
    assert found.left_out == [
        "README.md: “Read” could not be added in the section “Two” so that it is read back as that; the file goes"
        " without."
    ]
    assert dict(found.files) == {"README.md": NOTES.encode()}
    assert not import_notes(exported(tmp_path), slug="plan").changed
    assert resource("Read").listings.count() == 2


def test_a_task_that_left_and_that_an_editor_placed_elsewhere_is_known_there(tmp_path: Path) -> None:
    bring(tmp_path, "# Plan\n\n## One\n\n- [ ] link\n\n## Two\n\nWords.\n")
    row = resource("link")
    bring(tmp_path, "# Plan\n\n## One\n\nWords.\n\n## Two\n\nWords.\n")
    row.refresh_from_db()
    editing.place(Listing(resource=row, section=Section.objects.live().get(title="Two")))
    assert not import_notes(exported(tmp_path), slug="plan").changed
    assert Resource.objects.get() == row


def test_a_task_by_hand_whose_section_left_is_known_where_it_found_a_place(tmp_path: Path) -> None:
    bring(tmp_path, "# Plan\n\n## One\n\nWords.\n\n### Deep\n\nMore.\n")
    row = by_hand("link", "", "Deep")
    bring(tmp_path, "# Plan\n\n## One\n\nOther words.\n")
    assert row.listings.get().section.title == "One"
    assert not import_notes(exported(tmp_path), slug="plan").changed
    assert Resource.objects.get() == row
