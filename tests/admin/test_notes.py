"""Roadmaps, and what the admin shows of the notes and their imports."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from roadmap.models import ImportRun, Page, Roadmap, Section
from tests.admin.forms import change_url, errors, save, shown
from tests.importing.notes import bring, plan

NOTES = "# One\n\n- [Alpha](https://a.example/one)\n- [Dead <b>](docs/none.md)\n"


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)


def show(client: Client, row: object) -> str:
    with override("en"):
        url = reverse(f"admin:roadmap_{type(row).__name__.lower()}_change", args=[row.pk])  # type: ignore[attr-defined]
        return client.get(url).content.decode()


def test_a_section_shows_its_source_as_written(client: Client) -> None:
    page = show(client, Section.objects.get())
    assert ">\n# One\n\n- [Alpha](https://a.example/one)\n" in page
    assert "[Dead &lt;b&gt;](docs/none.md)" in page
    assert f"{reverse('admin:roadmap_resource_add')}?section={Section.objects.get().pk}" in page


def test_the_add_form_begins_with_the_section_one_came_from(client: Client) -> None:
    section = Section.objects.get()
    values = shown(client, f"{reverse('admin:roadmap_resource_add')}?section={section.pk}")
    assert values["section"] == str(section.pk)


def test_a_page_tells_its_warnings_in_sentences(client: Client) -> None:
    page = show(client, Page.objects.get())
    assert "Line 4: the link to docs/none.md leads nowhere" in page


def test_a_warning_of_an_older_reader_is_shown_all_the_same(client: Client) -> None:
    Page.objects.update(warnings=[{"line": 7, "code": "long-gone", "subject": "<x>"}])
    assert "Line 7: long-gone &lt;x&gt;" in show(client, Page.objects.get())


def test_a_run_shows_its_counts_and_changes(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES.replace("[Alpha]", "[Alpha &lt;two&gt;]"))
    page = show(client, ImportRun.objects.first())
    assert '<th scope="col">resources</th>' in page
    assert "<del>Alpha</del> → <ins>Alpha &lt;two&gt;</ins>" in page


def test_a_long_run_shows_the_first_changes_and_the_way_to_all(client: Client, tmp_path: Path) -> None:
    links = "".join(f"- [Link {n}](https://l.example/{n})\n" for n in range(120))
    bring(tmp_path, f"# One\n\n{links}")
    run = ImportRun.objects.first()
    assert run
    page = show(client, run)
    assert "Link 90<" in page
    assert "Link 119<" not in page
    url = f"/en/admin/roadmap/change/?run__id__exact={run.pk}"
    assert f'href="{url}"' in page
    assert client.get(url).context["cl"].result_count == run.changes.count()


def test_the_list_of_roadmaps_says_how_to_import(client: Client) -> None:
    page = client.get(reverse("admin:roadmap_roadmap_changelist")).content.decode()
    assert "manage.py import_notes" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "Mine"), ("slug", "mine"), ("language", "en"), ("source_url", "https://git.example/a")],
)
def test_a_roadmap_is_renamed_at_once_and_imports_keep_that(
    client: Client, anyone: Client, tmp_path: Path, field: str, value: str
) -> None:
    version = plan().version
    save(client, plan(), **{field: value})
    roadmap = Roadmap.objects.get()
    assert getattr(roadmap, field) == value
    assert roadmap.version > version
    assert anyone.get(roadmap.get_absolute_url()).status_code == 200
    if field != "slug":
        bring(tmp_path, NOTES + "\nNews.\n")
        assert getattr(Roadmap.objects.get(), field) == value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("slug", "a b"),
        ("slug", "taken"),
        ("language", "xx"),
        ("source_url", "javascript:x"),
        ("source_url", "ftp://a.example/"),
    ],
)
def test_a_wrong_value_of_a_roadmap_is_refused(client: Client, field: str, value: str) -> None:
    Roadmap.objects.create(slug="taken", title="Other")
    response = client.post(change_url(plan()), shown(client, change_url(plan())) | {field: value})
    assert list(errors(response)) == [field]


def test_a_roadmap_in_a_language_that_is_no_longer_offered_can_be_saved(client: Client) -> None:
    Roadmap.objects.update(language="fr")
    save(client, plan(), title="Mine")
    assert (plan().title, plan().language) == ("Mine", "fr")


def test_a_roadmaps_form_leaves_what_an_import_changed_meanwhile(client: Client, tmp_path: Path) -> None:
    form = shown(client, change_url(plan()))
    bring(tmp_path, NOTES, source_url="https://git.example/new")
    assert client.post(change_url(plan()), form | {"title": "Mine"}).status_code == 302
    assert (plan().title, plan().source_url) == ("Mine", "https://git.example/new")
