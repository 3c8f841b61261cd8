"""A plan of several files: pages in order, links between them, and what moves from one to another."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from roadmap.importing import section_edits
from roadmap.importing.importer import Report, import_notes
from roadmap.models import ImportRun, Listing, Page, PageAlias, Resource, Section, SectionAlias
from tests.importing.notes import all_rows, plan, resource

pytestmark = pytest.mark.django_db

FILES = {
    "README.md": "# Plan\n\n- [Alpha](https://a.example/)\n- See [part one](docs/one.md#deep).\n",
    "docs/one.md": "# One\n\n## Deep\n\n- [Beta](https://b.example/)\n- [ ] Read\n- [Gamma](https://c.example/)\n",
    "docs/two.md": "# Two\n\n- [Delta](https://d.example/)\n- [Alpha](https://a.example/)\n- [ ] Read\n",
}


def bring(folder: Path, files: dict[str, str] | None = None, *, remove: tuple[str, ...] = (), **options: str) -> Report:
    """Write files into the folder's `notes` and import that."""
    home = folder / "notes"
    for path in remove:
        (home / path).unlink()
    for path, text in (FILES if files is None else files).items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text)
    return import_notes(home, slug="plan", **options)  # type: ignore[arg-type]


def counts(report: Report, of: str) -> dict[str, int]:
    return {action: number for action, number in report.counts[of].items() if number}


def test_every_markdown_file_is_a_page_the_readme_first(tmp_path: Path) -> None:
    bring(tmp_path)
    assert list(Page.objects.order_by("position").values_list("path", "title")) == [
        ("README.md", "Plan"),
        ("docs/one.md", "One"),
        ("docs/two.md", "Two"),
    ]
    assert (plan().title, Resource.objects.count(), Listing.objects.count()) == ("Plan", 6, 7)


def test_links_between_files_lead_from_page_to_page(tmp_path: Path, client: Client) -> None:
    bring(tmp_path)
    html = client.get("/roadmaps/plan/").content.decode()
    assert 'href="/roadmaps/plan/pages/docs/one.md/#deep"' in html
    assert client.get("/roadmaps/plan/pages/docs/one.md/").status_code == 200


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    bring(tmp_path)
    before = all_rows()
    assert not bring(tmp_path).changed
    assert all_rows() == before


def test_what_did_not_change_is_not_read_and_plans_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(tmp_path)
    before = {row[0]: row for row in Section.objects.values_list()}
    read: list[str] = []
    from roadmap.importing import gathering
    from roadmap.reading.reader import read as real

    def recording(text: str, path: str, *rest: object) -> object:
        read.append(path)
        return real(text, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(gathering, "read", recording)
    report = bring(tmp_path, {"docs/two.md": FILES["docs/two.md"].replace("Delta", "Delta 2")})
    assert read == ["docs/two.md"]
    assert counts(report, "resources") == {"updated": 1, "unchanged": 5}
    assert counts(report, "sections") == {"updated": 1, "unchanged": 3}
    changed = [row for row in Section.objects.values_list() if before[row[0]] != row]
    assert len(changed) == 1
    assert report.plan is not None
    # Those behind the longer title on its page stand a little further on.
    assert sum(bool(row.values or row.moved) for row in report.plan.listings) == 3


def test_one_page_in_rows_is_what_reading_it_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from roadmap.importing import gathering

    bring(tmp_path)
    changed = {"docs/two.md": FILES["docs/two.md"].replace("Two", "Second")}
    told = bring(tmp_path, changed, dry_run=True)  # type: ignore[arg-type]
    monkeypatch.setattr(gathering, "is_unchanged", lambda *arguments: False)
    read = bring(tmp_path, changed, dry_run=True)  # type: ignore[arg-type]
    assert told.plan is not None
    assert read.plan is not None
    for name in ("pages", "sections", "resources", "listings", "todos", "retired", "changes", "counts", "warnings"):
        assert getattr(told.plan, name) == getattr(read.plan, name), name


def test_a_resource_and_a_section_move_to_another_page_and_keep_their_rows(tmp_path: Path) -> None:
    bring(tmp_path)
    keys = dict(Resource.objects.values_list("title", "key"))
    deep = Section.objects.get(title="Deep")
    report = bring(
        tmp_path,
        {
            "docs/one.md": "# One\n\nNothing left.\n",
            "docs/two.md": FILES["docs/two.md"] + "\n" + FILES["docs/one.md"].partition("\n\n")[2],
        },
    )
    assert counts(report, "resources") == {"unchanged": 6}
    assert counts(report, "sections") == {"moved": 1, "updated": 1, "unchanged": 2}
    assert dict(Resource.objects.values_list("title", "key")) == keys
    deep.refresh_from_db()
    assert deep.page.path == "docs/two.md"
    change = ImportRun.objects.get(version=plan().version).changes.get(of="section", action="moved")
    assert change.detail == {"sections": [["One"], ["Two"]]}
    alias = SectionAlias.objects.get()
    assert (alias.page.path, alias.slug, alias.section) == ("docs/one.md", "deep", deep)


def test_a_file_under_a_new_name_stays_its_page_and_keeps_its_old_address(tmp_path: Path) -> None:
    bring(tmp_path)
    pk = Page.objects.get(path="docs/one.md").pk
    report = bring(tmp_path, {"first.md": FILES["docs/one.md"]}, remove=("docs/one.md",))
    assert counts(report, "pages") == {"moved": 1, "unchanged": 2}
    assert Page.objects.get(path="first.md").pk == pk
    assert PageAlias.objects.get(path="docs/one.md").page_id == pk
    bring(tmp_path, {"docs/one.md": FILES["docs/one.md"]}, remove=("first.md",))
    assert list(PageAlias.objects.values_list("path", "page")) == [("first.md", pk)]


def test_a_file_that_leaves_is_retired_and_comes_back_with_everything(tmp_path: Path) -> None:
    bring(tmp_path)
    before = set(Resource.objects.values_list("pk", flat=True))
    report = bring(tmp_path, {}, remove=("docs/one.md",))
    assert counts(report, "pages") == {"retired": 1, "unchanged": 2}
    assert counts(report, "resources") == {"retired": 3, "unchanged": 3}
    assert resource("Beta").retired_at is not None
    bring(tmp_path)
    assert set(Resource.objects.live().values_list("pk", flat=True)) == before
    assert Page.objects.live().count() == 3


def test_an_edit_on_one_page_leaves_the_others_alone(tmp_path: Path) -> None:
    bring(tmp_path)
    row = Section.objects.get(title="Deep")
    section_edits.edit(row.pk, row.source + "\nMine.\n", None)
    run = ImportRun.objects.first()
    assert run is not None
    assert sorted(run.changes.values_list("of", "title")) == [("page", "One"), ("section", "Deep")]
    report = bring(tmp_path, {"README.md": FILES["README.md"] + "\nMore.\n"})
    assert counts(report, "sections") == {"updated": 1, "unchanged": 3}
    row.refresh_from_db()
    assert row.source.endswith("\nMine.\n")
    report = bring(tmp_path, {"docs/one.md": "Before.\n\n" + FILES["docs/one.md"]})
    row.refresh_from_db()
    assert row.source.endswith("\nMine.\n")
    assert report.plan is not None
    assert report.plan.conflicts == []


def test_an_edited_section_moves_to_another_page_with_its_edit_and_what_was_added_behind_it(tmp_path: Path) -> None:
    bring(tmp_path)
    row = Section.objects.get(title="Deep")
    section_edits.edit(row.pk, row.source + "\nMine.\n\n### Own\n\nOwn words.\n", None)
    bring(
        tmp_path,
        {
            "docs/one.md": "# One\n\nNothing left.\n",
            "docs/two.md": FILES["docs/two.md"] + "\n" + FILES["docs/one.md"].partition("\n\n")[2],
        },
    )
    row.refresh_from_db()
    own = Section.objects.live().get(title="Own")
    assert [(each.page.path, each.retired_at) for each in (row, own)] == [("docs/two.md", None)] * 2
    assert own.parent == row
    assert "Mine." in row.source


def test_the_order_of_files_is_that_of_their_names(tmp_path: Path) -> None:
    bring(tmp_path, {"b10.md": "# B10\n", "b2.md": "# B2\n", "a/index.md": "# AI\n", "a/a.md": "# AA\n"})
    assert list(Page.objects.order_by("position").values_list("path", flat=True)) == [
        "b2.md",
        "b10.md",
        "a/index.md",
        "a/a.md",
    ]


def test_a_blank_file_is_a_page_and_a_warning(tmp_path: Path) -> None:
    report = bring(tmp_path, {"README.md": "# Plan\n", "blank.md": "\n\n", "empty.md": ""})
    assert [(each.path, each.code) for each in report.warnings] == [
        ("blank.md", "blank-page"),
        ("empty.md", "blank-page"),
    ]
    assert Page.objects.live().count() == 3
    before = all_rows()
    assert not bring(tmp_path, {}).changed
    assert all_rows() == before
