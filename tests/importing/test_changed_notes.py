"""What happens to rows, and so to learners' marks on them, when the notes change."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from roadmap.importing.importer import Report, import_notes
from roadmap.models import ImportRun, Listing, Page, Resource, Section, SectionAlias, Todo
from roadmap.reading.links import url_key
from tests.importing.notes import all_rows, bring, plan, resource

pytestmark = pytest.mark.django_db

A = "[Alpha](https://a.example/one)"
B = "[Beta](https://b.example/two)"
C = "[Gamma](https://c.example/three)"


def counts(report: Report, of: str) -> dict[str, int]:
    return {action: number for action, number in report.counts[of].items() if number}


def test_a_resource_that_leaves_is_retired_and_comes_back_with_its_key(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n- {B}\n")
    key = resource("Alpha").key
    assert counts(bring(tmp_path, f"# One\n\n- {B}\n"), "resources") == {"retired": 1, "unchanged": 1}
    gone = resource("Alpha")
    assert gone.retired_at is not None
    assert gone.listings.count() == 0
    assert counts(bring(tmp_path, f"# One\n\n- {B}\n- {A}\n"), "resources") == {"restored": 1, "unchanged": 1}
    back = resource("Alpha")
    assert (back.key, back.retired_at) == (key, None)


def test_a_resource_keeps_its_row_when_it_moves_to_another_section(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n- {B}\n\n# Two\n\n- {C}\n")
    pk = resource("Alpha").pk
    assert counts(bring(tmp_path, f"# One\n\n- {B}\n\n# Two\n\n- {C}\n- {A}\n"), "resources") == {
        "moved": 1,
        "unchanged": 2,
    }
    assert resource("Alpha").pk == pk
    assert resource("Alpha").listings.get().section.title == "Two"


def test_a_new_title_is_an_update_of_the_same_row(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n")
    pk = resource("Alpha").pk
    report = bring(tmp_path, "# One\n\n- [Alpha, second edition](https://a.example/one/)\n")
    assert counts(report, "resources") == {"updated": 1}
    assert Resource.objects.get().pk == pk
    assert Resource.objects.get().title == "Alpha, second edition"


def test_a_new_url_under_the_same_title_in_the_same_section_is_the_same_resource(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n- {B}\n")
    pk = resource("Alpha").pk
    report = bring(tmp_path, f"# One\n\n- [Alpha](https://elsewhere.example/)\n- {B}\n")
    assert counts(report, "resources") == {"updated": 1, "unchanged": 1}
    row = resource("Alpha")
    assert (row.pk, row.url) == (pk, "https://elsewhere.example/")
    assert row.url_key == url_key("https://elsewhere.example/")


def test_a_title_that_stands_twice_matches_nothing(tmp_path: Path) -> None:
    bring(tmp_path, "# One\n\n- [video](https://a.example/1)\n- [video](https://a.example/2)\n")
    report = bring(tmp_path, "# One\n\n- [video](https://a.example/1)\n- [video](https://a.example/3)\n")
    assert counts(report, "resources") == {"added": 1, "retired": 1, "unchanged": 1}


def test_what_never_shared_url_or_title_is_never_paired(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n")
    assert counts(bring(tmp_path, f"# One\n\n- {B}\n"), "resources") == {"added": 1, "retired": 1}


def test_an_empty_link_that_gets_its_url_stays_the_same_resource(tmp_path: Path) -> None:
    bring(tmp_path, "# One\n\n- [Alpha]()\n")
    pk = resource("Alpha").pk
    assert counts(bring(tmp_path, f"# One\n\n- {A}\n"), "resources") == {"updated": 1}
    assert resource("Alpha").pk == pk
    assert counts(bring(tmp_path, "# One\n\n- [Alpha]()\n"), "resources") == {"updated": 1}
    assert (resource("Alpha").pk, resource("Alpha").url_key) == (pk, None)


def test_tasks_are_found_again_by_their_words_in_their_section(tmp_path: Path) -> None:
    bring(tmp_path, "# One\n\n- [ ] Read\n- [ ] Write\n- [ ] Read\n\n# Two\n\n- [ ] Read\n")
    before = [listing.resource_id for listing in Listing.objects.order_by("section__position", "position")]
    report = bring(tmp_path, "# One\n\n- [x] Write\n- [ ] Read\n- [ ] Read\n\n# Two\n\n- [ ] Read\n")
    assert counts(report, "resources") == {"unchanged": 4}
    after = [listing.resource_id for listing in Listing.objects.order_by("section__position", "position")]
    assert after == [before[1], before[0], before[2], before[3]]


def test_a_retired_task_comes_back(tmp_path: Path) -> None:
    bring(tmp_path, "# One\n\n- [ ] Read\n- [ ] Write\n")
    key = resource("Read").key
    bring(tmp_path, "# One\n\n- [ ] Write\n")
    assert counts(bring(tmp_path, "# One\n\n- [ ] Read\n- [ ] Write\n"), "resources") == {"restored": 1, "unchanged": 1}
    assert resource("Read").key == key


def test_an_edit_survives_imports(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n")
    Resource.objects.update(title="My title", url="https://mine.example/", description="Mine", kind="book")
    bring(tmp_path, f"# One\n\nNews.\n\n- {A}\n")
    row = resource("Alpha")
    assert (row.title, row.url, row.description, row.kind) == ("My title", "https://mine.example/", "Mine", "book")
    assert row.edited_fields == ["title", "url", "kind", "description"]
    assert row.conflicts == {}


def test_where_both_changed_the_edit_stays_and_the_conflict_is_kept(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n")
    Resource.objects.update(title="My title")
    bring(tmp_path, "# One\n\n- [Alpha two](https://a.example/one)\n")
    row = resource("Alpha two")
    assert row.title == "My title"
    assert row.conflicts == {"title": {"base": "Alpha", "notes": "Alpha two"}}
    bring(tmp_path, "# One\n\n- [Alpha three](https://a.example/one)\n")
    assert resource("Alpha three").conflicts == {"title": {"base": "Alpha", "notes": "Alpha three"}}
    bring(tmp_path, "# One\n\n- [My title](https://a.example/one)\n")
    assert resource("My title").conflicts == {}


def test_an_edited_url_leaves_the_key_of_the_notes_alone(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n")
    Resource.objects.update(url="https://moved.example/")
    report = bring(tmp_path, f"# One\n\n- {A}\n- {B}\n")
    assert counts(report, "resources") == {"added": 1, "unchanged": 1}
    assert resource("Alpha").url_key == url_key("https://a.example/one")


def by_hand(title: str, url: str, section: str) -> Resource:
    row = Resource.objects.create(roadmap=plan(), title=title, url=url, url_key=url_key(url))
    Listing.objects.create(section=Section.objects.get(title=section), resource=row, label=title)
    return row


def test_what_was_added_by_hand_is_never_retired_and_finds_a_living_section(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n## Deep\n\n- {A}\n")
    row = by_hand("Mine", "https://mine.example/", "Deep")
    report = bring(tmp_path, f"# One\n\n- {B}\n")
    assert counts(report, "resources") == {"added": 1, "retired": 1}
    row.refresh_from_db()
    assert row.retired_at is None
    assert row.listings.get().section.title == "One"


def test_what_was_added_by_hand_is_adopted_when_its_url_comes_into_the_notes(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n")
    row = by_hand("My Beta", "https://b.example/two", "One")
    report = bring(tmp_path, f"# One\n\n- {A}\n- {B}\n")
    assert counts(report, "resources")["unchanged"] == 2
    row.refresh_from_db()
    assert row.imported is not None
    assert row.imported == {
        "title": "Beta",
        "url": "https://b.example/two",
        "kind": row.imported["kind"],
        "description": "",
    }
    assert row.title == "My Beta"
    assert row.conflicts == {}
    assert row.listings.get().slot == 1


def test_what_an_editor_retired_stays_retired(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n")
    Resource.objects.update(retired_at=timezone.now(), retired_by_editor=True)
    report = bring(tmp_path, f"# One\n\nNews.\n\n- {A}\n")
    assert counts(report, "resources") == {"unchanged": 1}
    assert resource("Alpha").retired_at is not None


def test_one_url_in_two_sections_is_one_resource_and_two_listings(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n\n# Two\n\n- [Alpha again](http://www.a.example/one/?utm_source=x)\n")
    assert Resource.objects.count() == 1
    assert list(Listing.objects.order_by("pk").values_list("label", flat=True)) == ["Alpha", "Alpha again"]


def test_a_listing_keeps_its_row_when_the_text_around_it_changes(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n- {B}\n")
    before = dict(Listing.objects.values_list("label", "pk"))
    bring(tmp_path, f"# One\n\nSome words.\n\n- {B}\n- {A}\n")
    assert dict(Listing.objects.values_list("label", "pk")) == before
    assert list(Listing.objects.order_by("position").values_list("label", "slot")) == [("Beta", 0), ("Alpha", 1)]


def test_two_headings_may_swap_their_anchors(tmp_path: Path) -> None:
    bring(tmp_path, f"# Top\n\n## A\n\n### Foo\n\n- {A}\n\n## B\n\n### Foo\n\n- {B}\n")
    before = {section.listings.get().label: section.pk for section in Section.objects.filter(title="Foo")}
    report = bring(tmp_path, f"# Top\n\n## B\n\n### Foo\n\n- {B}\n\n## A\n\n### Foo\n\n- {A}\n")
    assert counts(report, "sections") == {"unchanged": 5}
    assert {section.listings.get().label: section.pk for section in Section.objects.filter(title="Foo")} == before
    assert list(Section.objects.filter(title="Foo").order_by("position").values_list("slug", flat=True)) == [
        "foo",
        "foo-1",
    ]


def test_a_renamed_section_keeps_its_row_and_its_old_address(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n- {B}\n\n# Two\n\n- {C}\n")
    pk = Section.objects.get(title="One").pk
    report = bring(tmp_path, f"# First\n\n- {A}\n- {B}\n\n# Two\n\n- {C}\n")
    assert counts(report, "sections") == {"updated": 1, "unchanged": 1}
    assert Section.objects.get(title="First").pk == pk
    assert SectionAlias.objects.get(slug="one").section_id == pk
    bring(tmp_path, f"# First\n\n- {A}\n- {B}\n\n# Two\n\n- {C}\n\n# One\n\nNew.\n")
    assert not SectionAlias.objects.filter(slug="one").exists()


def test_a_section_that_leaves_is_retired_and_comes_back(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n\n# Two\n\n- {B}\n")
    pk = Section.objects.get(title="Two").pk
    assert counts(bring(tmp_path, f"# One\n\n- {A}\n"), "sections") == {"retired": 1, "unchanged": 1}
    assert counts(bring(tmp_path, f"# One\n\n- {A}\n\n# Two\n\n- {B}\n"), "sections") == {"restored": 1, "unchanged": 1}
    assert Section.objects.live().get(title="Two").pk == pk


def test_a_section_under_another_heading_has_moved(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n## Deep\n\n- {A}\n\n# Two\n\nText.\n")
    report = bring(tmp_path, f"# One\n\n# Two\n\nText.\n\n## Deep\n\n- {A}\n")
    assert counts(report, "sections")["moved"] == 1
    assert Section.objects.get(title="Deep").parent == Section.objects.get(title="Two")


def test_todos_are_found_again_by_their_words(tmp_path: Path) -> None:
    bring(tmp_path, "# TODO\n\n- [ ] Write\n- [ ] Draw\n")
    pk = Todo.objects.get(text="Write").pk
    report = bring(tmp_path, "# TODO\n\n- [ ] Sing\n- [x] Write\n")
    assert counts(report, "todos") == {"added": 1, "updated": 1, "retired": 1}
    assert (Todo.objects.get(text="Write").pk, Todo.objects.get(text="Write").done) == (pk, True)


def test_a_plan_of_one_file_stays_one_page_under_a_new_name(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n")
    (tmp_path / "plan.md").write_text(f"# One\n\n- {A}\n")
    report = import_notes(tmp_path / "plan.md", slug="plan")
    assert counts(report, "pages") == {"moved": 1}
    assert counts(report, "resources") == {"unchanged": 1}
    assert Page.objects.get().path == "plan.md"


def test_what_is_not_given_stays(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n", title="T", language="en", source_url="https://git.example/README.md")
    bring(tmp_path, f"# Other\n\n- {A}\n")
    roadmap = plan()
    assert (roadmap.title, roadmap.language, roadmap.source_url) == ("T", "en", "https://git.example/README.md")


def test_a_source_url_given_later_makes_relative_links_lead_somewhere(tmp_path: Path) -> None:
    text = "# One\n\nSee [there](docs/there.md).\n"
    assert [each.code for each in bring(tmp_path, text).warnings] == ["dead-relative-link"]
    report = bring(tmp_path, text, source_url="https://git.example/o/r/blob/main/README.md")
    assert report.warnings == []
    assert 'href="https://git.example/o/r/blob/main/docs/there.md"' in Section.objects.get().body_html


def test_an_image_that_turns_up_later_comes_along(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    text = "# One\n\n![A map](img/map.png)\n"
    assert [each.code for each in bring(tmp_path, text).warnings] == ["missing-image"]
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "map.png").write_bytes(b"\x89PNG fake")
    assert bring(tmp_path, text).warnings == []
    name = Page.objects.get().assets["img/map.png"]
    assert (tmp_path / "media" / name).read_bytes() == b"\x89PNG fake"
    assert f'<img src="/media/{name}" alt="A map"' in Section.objects.get().body_html
    before = all_rows()
    assert not bring(tmp_path, text).changed
    assert all_rows() == before


def test_rows_written_are_those_that_changed(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n\n# Two\n\n- {B}\n\n# Three\n\n- {C}\n")
    before = {row[0]: row for row in Section.objects.values_list()}
    report = bring(tmp_path, f"# One\n\n- {A}\n\n# Two\n\nHello.\n\n- {B}\n\n# Three\n\n- {C}\n")
    assert counts(report, "sections") == {"updated": 1, "unchanged": 2}
    assert report.plan is not None
    assert sum(bool(row.values) for row in report.plan.sections) == 1
    assert sum(bool(row.values) for row in report.plan.resources) == 0
    changed = [row for row in Section.objects.values_list() if before[row[0]] != row]
    assert len(changed) == 1
    assert ImportRun.objects.count() == 2


def test_a_section_whose_parent_leaves_stands_under_nothing(tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n## Deeper\n\n- {A}\n")
    report = bring(tmp_path, f"## Deeper\n\n- {A}\n")
    assert counts(report, "sections") == {"retired": 1, "unchanged": 1}
    assert Section.objects.live().get().parent is None
