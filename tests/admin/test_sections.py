"""An editor changes the text of a section."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from roadmap.importing import section_edits
from roadmap.models import ImportRun, Section
from tests.admin.forms import shown
from tests.factories import make_user
from tests.importing.notes import bring

NOTES = "# Plan\n\nIntro.\n\n## One\n\nFirst.\n\n- [Alpha](https://a.example/)\n\n## Two\n\nLast.\n"


def section(title: str) -> Section:
    found: Section = Section.objects.live().get(title=title)
    return found


def address(row: Section) -> str:
    return reverse("admin:roadmap_section_change", args=[row.pk])


def save(client: Client, row: Section, text: str, **values: str) -> Any:
    url = address(row)
    return client.post(url, shown(client, url) | {"source": text.replace("\n", "\r\n")} | values)


def press(client: Client, row: Section, name: str) -> Any:
    return client.post(reverse(f"admin:roadmap_section_{name}", args=[row.pk]), follow=True)


def test_a_text_is_saved_as_it_was_typed(client: Client, editor: User, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    row = section("One")
    assert save(client, row, "## One\n\nSecond.\n\n- [Alpha](https://a.example/)\n\n").status_code == 302
    row.refresh_from_db()
    assert row.source == "## One\n\nSecond.\n\n- [Alpha](https://a.example/)\n\n"
    run = ImportRun.objects.first()
    assert run is not None
    assert (run.by, run.source) == (editor, "admin")
    assert LogEntry.objects.filter(object_id=str(row.pk)).exists()


def test_saving_without_a_change_changes_nothing(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES.replace("\n", "\r\n").encode())
    row = section("One")
    assert save(client, row, row.source.replace("\r\n", "\n")).status_code == 302
    assert ImportRun.objects.count() == 1
    assert section("One").notes_source is None


def test_a_text_that_begins_with_blank_lines_keeps_them(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, "\n\n" + NOTES)
    row = section("Plan")
    url = address(row)
    assert shown(client, url)["source"].replace("\r\n", "\n") == row.source
    client.post(url, shown(client, url))
    assert ImportRun.objects.count() == 1


@pytest.mark.parametrize("text", ["", "no heading\n", "## One\n\n```\n"])
def test_what_is_no_section_is_said_at_the_field(client: Client, tmp_path: Path, text: str) -> None:
    bring(tmp_path, NOTES)
    response = save(client, section("One"), text)
    assert response.status_code == 200
    assert "source" in response.context["adminform"].form.errors
    assert ImportRun.objects.count() == 1


def test_what_somebody_else_saved_meanwhile_is_asked_about(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    row = section("One")
    values = shown(client, address(row))
    section_edits.edit(row.pk, "## One\n\nTheirs.\n\n", None)
    mine = {"source": "## One\n\nMine.\n\n"}
    response = client.post(address(row), values | mine)
    assert response.status_code == 200
    assert "source" in response.context["adminform"].form.errors
    assert "Theirs." in section("One").source
    again = {"seen": response.context["adminform"].form["seen"].value()}
    assert client.post(address(row), values | mine | again).status_code == 302
    assert "Mine." in section("One").source


def test_what_somebody_changes_between_the_check_and_the_end_is_checked_again(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(tmp_path, NOTES)
    row, real, calls = section("One"), section_edits.edit, []

    def raced(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 1:
            raise section_edits.Changed("somebody changed the section meanwhile")
        return real(*arguments)

    monkeypatch.setattr(section_edits, "edit", raced)
    assert save(client, row, "## One\n\nMine.\n\n").status_code == 302
    assert "Mine." in section("One").source
    assert len(calls) == 2


def test_a_conflict_is_settled_by_either_button(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    for name, expected in (("keep", "Mine."), ("take", "Theirs 2.")):
        row = section("One")
        section_edits.edit(row.pk, "## One\n\nMine.\n\n", None)
        bring(tmp_path, NOTES.replace("First.", "Theirs." if name == "keep" else "Theirs 2."))
        html = client.get(address(row)).content.decode()
        assert "conflict" in html
        press(client, row, name)
        row.refresh_from_db()
        assert (row.conflicts, expected in row.source) == ({}, True)
    assert press(client, row, "take").status_code == 200


def test_a_section_by_hand_is_taken_away(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    row = section("One")
    section_edits.edit(row.pk, row.source + "### Own\n\nWords.\n\n", None)
    response = press(client, section("Own"), "take")
    assert [str(message) for message in response.context["messages"]] == ["章節已從網站移除。"]
    assert not Section.objects.live().filter(title="Own").exists()
    assert "".join(Section.objects.live().order_by("position").values_list("source", flat=True)) == NOTES


def test_who_may_only_look_changes_nothing(tmp_path: Path, db: None) -> None:
    bring(tmp_path, NOTES)
    looker = make_user(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_section"))
    client, row = Client(), section("One")
    client.force_login(looker)
    html = client.get(address(row)).content.decode()
    assert "<textarea" not in html
    assert "First." in html
    assert client.post(address(row), {"source": "## One\n"}).status_code == 403
    for name in ("keep", "take"):
        url = reverse(f"admin:roadmap_section_{name}", args=[row.pk])
        assert client.post(url).status_code == 403
    assert ImportRun.objects.count() == 1


def test_who_may_only_look_sees_both_sides_and_no_buttons(tmp_path: Path, client: Client, db: None) -> None:
    bring(tmp_path, NOTES)
    row = section("One")
    section_edits.edit(row.pk, "## One\n\nMine.\n\n", None)
    bring(tmp_path, NOTES.replace("First.", "Theirs."))
    looker = make_user(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_section"))
    other = Client()
    other.force_login(looker)
    for browser, buttons in ((client, 2), (other, 0)):
        html = browser.get(address(row)).content.decode()
        assert "<ins>Mine.</ins>" in html
        assert "<ins>Theirs.</ins>" in html
        assert html.count('name="shown"') == buttons


def test_a_section_that_left_cannot_be_changed(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    row = section("Two")
    bring(tmp_path, "# Plan\n")
    assert client.post(address(row), {"source": "## Two\n"}).status_code == 403
    assert press(client, row, "take").status_code == 200
    assert client.get(reverse("admin:roadmap_section_keep", args=[row.pk])).status_code == 405
    assert client.post(reverse("admin:roadmap_section_keep", args=[99999])).status_code == 404
