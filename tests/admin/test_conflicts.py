"""Conflicts between an editor and the notes: shown side by side, settled with one click, either way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from roadmap import editing
from roadmap.admin.comparing import marked
from roadmap.models import Resource
from roadmap.reading.links import url_key
from tests.admin.forms import FormReader, change_url, page, save, shown
from tests.importing.notes import bring, plan, resource

NOTES = "# One\n\n- [Alpha](https://a.example/one)\n- [Beta](https://b.example/two)\n"
CHANGES = {
    # field: what the editor and what the notes make of it, and how the notes then read
    "title": ("Mine", "Alpha two", NOTES.replace("[Alpha]", "[Alpha two]")),
    "url": ("https://mine.example/", "https://a.example/moved", NOTES.replace("a.example/one", "a.example/moved")),
    "kind": ("book", "video", NOTES.replace("https://a.example/one", "https://youtu.be/abcdefghijk")),
}
KEEP, TAKE = "keep-mine", "take-notes"


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)


def conflict(folder: Path, field: str) -> Resource:
    """Return a resource with a conflict about a field."""
    row = resource("Alpha")
    mine, _, text = CHANGES[field]
    editing.edit(row, {field: mine})
    bring(folder, text)
    row.refresh_from_db()
    assert list(row.conflicts) == [field]
    return row


def press(client: Client, row: Resource, name: str, field: str, **typed: str) -> list[str]:
    """Press a button; return what is said."""
    response = client.post(reverse(f"admin:roadmap_resource_{name}", args=[row.pk, field]), typed, follow=True)
    assert response.redirect_chain == [(change_url(row), 302)]
    row.refresh_from_db()
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("field", CHANGES)
def test_keep_mine_leaves_the_edit_and_does_not_ask_again(client: Client, tmp_path: Path, field: str) -> None:
    row = conflict(tmp_path, field)
    mine, notes, text = CHANGES[field]
    version = plan().version
    assert press(client, row, KEEP, field)
    assert (getattr(row, field), row.conflicts, row.edited_fields) == (mine, {}, [field])
    assert plan().version > version
    bring(tmp_path, text + "\nNews.\n")
    row.refresh_from_db()
    assert (getattr(row, field), row.conflicts) == (mine, {})
    bring(tmp_path, NOTES)
    row.refresh_from_db()
    # The notes changed anew.
    assert row.conflicts[field]["base"] == notes


@pytest.mark.parametrize("field", CHANGES)
def test_take_the_notes_takes_what_they_say_now(client: Client, tmp_path: Path, field: str) -> None:
    row = conflict(tmp_path, field)
    mine, notes, _ = CHANGES[field]
    version = plan().version
    press(client, row, TAKE, field)
    assert (getattr(row, field), row.conflicts, row.edited_fields) == (notes, {}, [])
    assert row.imported is not None
    assert row.url_key == url_key(row.imported["url"])
    assert plan().version > version
    assert {"title": "Mine", "url": mine, "kind": "書"}[field] in LogEntry.objects.latest("pk").change_message


def test_a_description_is_settled_likewise(client: Client) -> None:
    row = resource("Alpha")
    imported = {**(row.imported or {}), "description": "Their *words*"}
    both = {"description": {"base": "", "notes": "Their *words*"}}
    Resource.objects.filter(pk=row.pk).update(description="Mine", conflicts=both, imported=imported)
    press(client, row, TAKE, "description")
    assert (row.description, row.conflicts) == ("Their *words*", {})
    assert "<em>words</em>" in row.description_html


def test_one_field_is_settled_and_the_other_waits(client: Client, tmp_path: Path) -> None:
    row = resource("Alpha")
    editing.edit(row, {"title": "Mine", "url": "https://mine.example/"})
    bring(tmp_path, NOTES.replace("[Alpha](https://a.example/one)", "[Alpha](https://a.example/x)"))
    bring(tmp_path, NOTES.replace("[Alpha](https://a.example/one)", "[Alpha two](https://a.example/x)"))
    row.refresh_from_db()
    assert set(row.conflicts) == {"title", "url"}
    press(client, row, TAKE, "url")
    assert (row.url, row.title, list(row.conflicts)) == ("https://a.example/x", "Mine", ["title"])


@pytest.mark.parametrize("name", [KEEP, TAKE])
@pytest.mark.parametrize("field", ["title", "url", "nonsense", "pk"])
def test_what_was_settled_meanwhile_is_said_and_changes_nothing(
    client: Client, tmp_path: Path, name: str, field: str
) -> None:
    row = conflict(tmp_path, "title")
    editing.settle(row, "title", take_notes=False)
    before = Resource.objects.filter(pk=row.pk).values().get(), plan().version
    assert "沒有" in press(client, row, name, field)[0] or "no conflict" in press(client, row, name, field)[0]
    assert (Resource.objects.filter(pk=row.pk).values().get(), plan().version) == before
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("name", [KEEP, TAKE])
@pytest.mark.parametrize("whose", ["notes", "editor"])
def test_nobody_settles_what_they_have_not_seen(client: Client, tmp_path: Path, name: str, whose: str) -> None:
    row = conflict(tmp_path, "title")
    seen = editing.fingerprint(row, "title")
    if whose == "notes":
        bring(tmp_path, NOTES.replace("[Alpha]", "[Alpha three]"))
    else:
        editing.edit(row, {"title": "Another editor's"})
    row.refresh_from_db()
    before = Resource.objects.filter(pk=row.pk).values().get(), plan().version
    assert press(client, row, name, "title", shown=seen)
    assert (Resource.objects.filter(pk=row.pk).values().get(), plan().version) == before
    press(client, row, name, "title", shown=editing.fingerprint(row, "title"))
    assert row.conflicts == {}


@pytest.mark.parametrize("name", [KEEP, TAKE])
def test_a_get_settles_nothing(client: Client, tmp_path: Path, name: str) -> None:
    row = conflict(tmp_path, "title")
    address = reverse(f"admin:roadmap_resource_{name}", args=[row.pk, "title"])
    assert client.get(address).status_code == 405
    assert client.post(reverse(f"admin:roadmap_resource_{name}", args=[99999, "title"])).status_code == 404
    row.refresh_from_db()
    assert row.conflicts


class Buttons(FormReader):
    """Gathers the buttons that belong to another form than that in which they stand."""

    def __init__(self) -> None:
        super().__init__("resource_form")
        self.buttons: list[dict[str, str]] = []
        self.forms: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        found = {name: value or "" for name, value in attrs}
        if tag == "button" and "formaction" in found:
            assert self.inside
            self.buttons.append(found)
        if tag == "form":
            self.forms.append(found.get("id", ""))


def test_the_buttons_send_nothing_of_the_form_around_them(client: Client, tmp_path: Path) -> None:
    row = conflict(tmp_path, "title")
    reader = Buttons()
    reader.feed(client.get(change_url(row)).content.decode())
    assert {button["form"] for button in reader.buttons} == {"Settle"}
    assert "Settle" in reader.forms
    [take] = [button for button in reader.buttons if TAKE in button["formaction"]]
    # What a browser sends: the button's own name and value, and what stands in the form it names.
    assert client.post(take["formaction"], {take["name"]: take["value"]}).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.conflicts) == ("Alpha two", {})
    assert TAKE not in client.get(change_url(row)).content.decode()


def test_a_form_that_was_open_meanwhile_saves_what_was_typed_alone(client: Client, tmp_path: Path) -> None:
    row = conflict(tmp_path, "title")
    form = shown(client, change_url(row))
    press(client, row, TAKE, "title")
    assert client.post(change_url(row), form | {"description": "Words"}).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.description, row.conflicts) == ("Alpha two", "Words", {})


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["Keep mine", "Take the notes", "The notes said", "Yours"])],
)
def test_three_values_stand_side_by_side_escaped(
    client: Client, tmp_path: Path, language: str, words: list[str]
) -> None:
    bring(tmp_path, NOTES.replace("[Alpha]", "[Alpha &lt;b&gt; one]"))
    row = resource("Alpha <b> one")
    save(client, row, title="Alpha <i> one")
    bring(tmp_path, NOTES.replace("[Alpha]", "[Alpha &lt;b&gt; two]"))
    found = page(client, change_url(row), language)
    assert "<span>Alpha &lt;b&gt; one</span>" in found
    assert "<span>Alpha &lt;b&gt; <del>one</del><ins>two</ins></span>" in found
    assert "<span>Alpha &lt;<del>b</del><ins>i</ins>&gt; one</span>" in found
    assert all(word in found for word in words)


@pytest.mark.parametrize(
    ("before", "after", "html"),
    [
        ("a b", "a b", "a b"),
        ("a b c", "a x c", "a <del>b</del><ins>x</ins> c"),
        ("機器學習入門", "機器學習進階", "機器學習<del>入門</del><ins>進階</ins>"),
        ("one", "other", "<ins>other</ins>"),
        ("", "new", "<ins>new</ins>"),
        ("https://a.example/one/two", "https://b.org/x", "<ins>https://b.org/x</ins>"),
        ("https://a.example/x?y=1", "https://a.example/x?y=2", "https://a.example/x?y=<del>1</del><ins>2</ins>"),
        ("<a>", "<a>&", "&lt;a&gt;<ins>&amp;</ins>"),
        ("w " * 3000, "v " * 3000, f"<ins>{'v ' * 3000}</ins>"),
    ],
)
def test_what_differs_is_marked(before: str, after: str, html: str) -> None:
    assert marked(before, after) == html


def test_what_is_gone_altogether_is_said() -> None:
    assert marked("old", "").startswith("<del>old</del> ")


def test_the_log_says_how_it_was_settled(client: Client, tmp_path: Path) -> None:
    row = conflict(tmp_path, "title")
    press(client, row, KEEP, "title")
    entry: Any = LogEntry.objects.get()
    assert "Mine" in entry.change_message
    assert entry.object_id == str(row.pk)
