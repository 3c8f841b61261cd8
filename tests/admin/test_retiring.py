"""Retire and bring back, by button and by list action."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from roadmap.models import Resource
from tests.admin.forms import act, change_url
from tests.importing.notes import bring, plan, resource

A = "[Alpha](https://a.example/one)"
B = "[Beta](https://b.example/two)"
NOTES = f"# One\n\n- {A}\n- {B}\n"


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)


def state(title: str) -> tuple[bool, bool]:
    row = resource(title)
    return row.retired_at is not None, row.retired_by_editor


def test_what_is_retired_leaves_the_page_and_no_import_undoes_it(
    client: Client, anyone: Client, tmp_path: Path
) -> None:
    act(client, resource("Alpha"), "retire")
    assert state("Alpha") == (True, True)
    page = anyone.get(reverse("roadmap:roadmap", args=["plan"])).content.decode()
    assert resource("Alpha").key not in page
    assert resource("Beta").key in page
    for text in (NOTES + "\nNews.\n", f"# One\n\n- {B}\n", NOTES):
        bring(tmp_path, text)
        assert state("Alpha") == (True, True)
    act(client, resource("Alpha"), "bring-back")
    assert state("Alpha") == (False, False)
    assert resource("Alpha").key in anyone.get(reverse("roadmap:roadmap", args=["plan"])).content.decode()


def test_what_left_the_notes_meanwhile_waits_until_they_list_it_again(client: Client, tmp_path: Path) -> None:
    act(client, resource("Alpha"), "retire")
    bring(tmp_path, f"# One\n\n- {B}\n")
    response = act(client, resource("Alpha"), "bring-back")
    assert "Alpha" in next(str(message) for message in response.context["messages"])
    assert state("Alpha") == (True, False)
    bring(tmp_path, NOTES)
    assert state("Alpha") == (False, False)


def test_many_at_once_raise_the_version(client: Client) -> None:
    rows = Resource.objects.all()
    for action, expected in (("retire_selected", (True, True)), ("bring_back_selected", (False, False))):
        version = plan().version
        data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
        assert client.post(reverse("admin:roadmap_resource_changelist"), data).status_code == 302
        assert [state("Alpha"), state("Beta")] == [expected, expected]
        assert plan().version > version


def test_doing_it_twice_changes_nothing_more(client: Client) -> None:
    act(client, resource("Alpha"), "retire")
    before = resource("Alpha").retired_at, plan().version
    act(client, resource("Alpha"), "retire")
    assert (resource("Alpha").retired_at, plan().version) == before


@pytest.mark.parametrize("name", ["retire", "bring-back", "reset"])
def test_a_get_changes_nothing(client: Client, name: str) -> None:
    assert client.get(reverse(f"admin:roadmap_resource_{name}", args=[resource("Alpha").pk])).status_code == 405


@pytest.mark.parametrize("name", ["retire", "bring-back", "reset"])
def test_what_is_not_there_is_not_found(client: Client, name: str) -> None:
    assert client.post(reverse(f"admin:roadmap_resource_{name}", args=[99999])).status_code == 404


def test_the_buttons_are_those_that_make_sense(client: Client) -> None:
    row = resource("Alpha")

    def buttons() -> list[str]:
        page = client.get(change_url(row)).content.decode()
        names = ("retire", "bring-back", "reset")
        return [
            name for name in names if f'action="{reverse(f"admin:roadmap_resource_{name}", args=[row.pk])}"' in page
        ]

    assert buttons() == ["retire"]
    Resource.objects.filter(pk=row.pk).update(title="Mine")
    assert buttons() == ["retire", "reset"]
    act(client, row, "retire")
    assert buttons() == ["bring-back", "reset"]
