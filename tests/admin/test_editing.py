"""An editor's changes to a resource: seen on the page at once, kept by imports, undone by a reset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from roadmap.models import Resource
from roadmap.reading.links import url_key
from tests.admin.forms import FormReader, act, change_url, errors, save, shown
from tests.importing.notes import bring, plan, resource

NOTES = "# One\n\n- [Alpha](https://a.example/one)\n- [Beta](https://b.example/two)\n- [Gamma]()\n- [ ] Read\n"
ALPHA = {"title": "Alpha", "url": "https://a.example/one", "kind": "other", "description": ""}


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)


def page(anyone: Client) -> str:
    response = anyone.get(reverse("roadmap:roadmap", args=["plan"]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("field", "value", "on_page"),
    [
        ("title", "Alpha & more", "Alpha &amp; more</a>"),
        ("url", "https://new.example/?a=1&b=2", 'href="https://new.example/?a=1&amp;b=2"'),
        ("kind", "book", "#I-book"),
        ("description", "Read **this**\n\nfirst.", "<strong>this</strong>"),
    ],
)
def test_an_edit_shows_at_once_and_survives_the_next_import(
    client: Client, anyone: Client, tmp_path: Path, field: str, value: str, on_page: str
) -> None:
    assert on_page not in page(anyone)
    save(client, resource("Alpha"), **{field: value})
    row = resource("Alpha")
    assert getattr(row, field) == value
    assert (row.edited_fields, row.imported, row.conflicts) == ([field], ALPHA, {})
    assert on_page in page(anyone)
    bring(tmp_path, NOTES.replace("- [Beta]", "News.\n\n- [Beta]"))
    assert getattr(resource("Alpha"), field) == value
    assert on_page in page(anyone)


def test_an_edited_url_leaves_the_key_of_the_notes_alone(client: Client) -> None:
    save(client, resource("Alpha"), url="https://elsewhere.example/")
    assert resource("Alpha").url_key == url_key("https://a.example/one")


def test_saving_without_a_change_writes_nothing(client: Client) -> None:
    before = Resource.objects.filter(imported__title="Alpha").values().get(), plan().version
    save(client, resource("Alpha"))
    assert (Resource.objects.filter(imported__title="Alpha").values().get(), plan().version) == before


def test_a_description_cannot_bring_script_or_images_in(client: Client) -> None:
    save(client, resource("Alpha"), description="<script>x</script> ![i](https://x.example/i.png) [a](javascript:x)")
    html = resource("Alpha").description_html
    assert not any(piece in html for piece in ("<script", "<img", "javascript:"))


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "javascript:alert(1)",
        "ftp://a.example/",
        "//a.example/",
        "https://",
        "https://a.example/a b",
        "mailto:a@b.c",
        "",
    ],
)
def test_a_url_that_leads_nowhere_is_refused_with_an_error(client: Client, url: str) -> None:
    response = client.post(change_url(resource("Alpha")), shown(client, change_url(resource("Alpha"))) | {"url": url})
    assert list(errors(response)) == ["url"]
    assert resource("Alpha").url == "https://a.example/one"


@pytest.mark.parametrize("title", ["Gamma", "Read"])
def test_what_has_no_url_in_the_notes_can_be_saved_without_and_be_given_one(client: Client, title: str) -> None:
    save(client, resource(title), title="Other words")
    assert (resource(title).title, resource(title).url) == ("Other words", "")
    save(client, resource(title), url="https://found.example/")
    assert resource(title).url == "https://found.example/"
    assert resource(title).url_key is None
    save(client, resource(title), url="")
    assert resource(title).edited_fields == ["title"]


def test_a_url_of_the_notes_that_no_form_would_take_does_not_hinder_an_edit(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, "# One\n\n- [Odd](<https://o.example/a b>)\n")
    url = resource("Odd").url
    save(client, resource("Odd"), title="Even")
    assert (resource("Odd").title, resource("Odd").url) == ("Even", url)


def test_a_reset_brings_all_of_the_notes_values_back(client: Client, anyone: Client) -> None:
    save(client, resource("Alpha"), title="Mine", url="https://mine.example/", kind="book", description="Mine")
    response = act(client, resource("Alpha"), "reset")
    assert response.status_code == 200
    row = resource("Alpha")
    assert {name: getattr(row, name) for name in ALPHA} == ALPHA
    assert (row.edited_fields, row.description_html) == ([], "")
    assert "https://mine.example/" not in page(anyone)
    assert "https://mine.example/" in LogEntry.objects.first().change_message  # type: ignore[union-attr]


def test_many_are_reset_by_a_list_action(client: Client) -> None:
    save(client, resource("Alpha"), title="Mine")
    save(client, resource("Beta"), kind="book")
    run_action(client, "reset_selected", Resource.objects.all())
    assert [row.edited_fields for row in Resource.objects.all()] == [[], [], [], []]


def run_action(client: Client, action: str, rows: Any) -> None:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    response = client.post(reverse("admin:roadmap_resource_changelist"), data)
    assert response.status_code == 302


def test_a_conflict_is_shown_and_a_reset_takes_the_notes(client: Client, tmp_path: Path) -> None:
    save(client, resource("Alpha"), title="Mine")
    bring(tmp_path, NOTES.replace("[Alpha]", "[Alpha two]"))
    row = resource("Alpha two")
    assert row.conflicts == {"title": {"base": "Alpha", "notes": "Alpha two"}}
    form = client.get(change_url(row)).content.decode()
    assert "<span>Alpha</span>" in form
    assert "<span>Alpha<ins> two</ins></span>" in form
    assert "⚠" in client.get(reverse("admin:roadmap_resource_changelist")).content.decode()
    act(client, row, "reset")
    row = resource("Alpha two")
    assert (row.title, row.conflicts) == ("Alpha two", {})


@pytest.mark.parametrize(
    ("typed", "conflicts"),
    [
        ({"kind": "book"}, {"title": {"base": "Alpha", "notes": "Alpha two"}}),
        ({"title": "Mine, again"}, {"title": {"base": "Alpha", "notes": "Alpha two"}}),
        ({"title": "Alpha two"}, {}),
    ],
)
def test_saving_keeps_a_conflict_until_the_field_is_as_the_notes_have_it(
    client: Client, tmp_path: Path, typed: dict[str, str], conflicts: dict[str, Any]
) -> None:
    save(client, resource("Alpha"), title="Mine")
    bring(tmp_path, NOTES.replace("[Alpha]", "[Alpha two]"))
    save(client, resource("Alpha two"), **typed)
    assert resource("Alpha two").conflicts == conflicts


def test_the_form_says_what_the_notes_say_and_escapes_it(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, "# One\n\n- [&lt;i&gt;Alpha](https://a.example/one)\n")
    row = resource("<i>Alpha")
    assert "from-notes" not in client.get(change_url(row)).content.decode()
    save(client, row, title="<b>Mine")
    form = client.get(change_url(row)).content.decode()
    assert "<q>&lt;i&gt;Alpha</q>" in form
    assert "<b>Mine" not in form


def test_a_save_leaves_what_an_import_changed_meanwhile(client: Client, tmp_path: Path) -> None:
    form = shown(client, change_url(resource("Alpha")))
    bring(tmp_path, NOTES.replace("https://a.example/one", "https://a.example/moved"))
    assert client.post(change_url(resource("Alpha")), form | {"title": "Mine"}).status_code == 302
    row = resource("Alpha")
    assert (row.title, row.url, row.edited_fields) == ("Mine", "https://a.example/moved", ["title"])


def test_what_both_changed_is_asked_again_and_saved_on_the_second_try(client: Client, tmp_path: Path) -> None:
    form = shown(client, change_url(resource("Alpha")))
    bring(tmp_path, NOTES.replace("[Alpha]", "[Alpha two]"))
    row = resource("Alpha two")
    response = client.post(change_url(row), form | {"title": "Mine"})
    assert "Alpha two" in errors(response)["title"][0]
    assert resource("Alpha two").title == "Alpha two"
    reader = FormReader("resource_form")
    reader.feed(response.content.decode())
    assert reader.values["title"] == "Mine"
    assert client.post(change_url(row), reader.values).status_code == 302
    assert (resource("Alpha two").title, resource("Alpha two").conflicts) == ("Mine", {})


def test_an_import_that_was_planned_before_an_edit_is_planned_anew(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from roadmap.importing import importer

    apply = vars(importer)["apply"]
    tries: list[int] = []

    def edited_first(*args: Any, **kwargs: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            save(client, resource("Alpha"), title="Mine")
        return apply(*args, **kwargs)

    monkeypatch.setattr(importer, "apply", edited_first)
    bring(tmp_path, NOTES.replace("[Alpha]", "[Alpha two]"))
    row = resource("Alpha two")
    assert len(tries) == 2
    assert (row.title, row.conflicts) == ("Mine", {"title": {"base": "Alpha", "notes": "Alpha two"}})
