"""What can really be deleted: what nobody marked, and the notes have nothing to do with any more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from accounts import notes, tracking
from accounts.holders import learners_of
from accounts.models import Progress
from accounts.tracking import Guest
from roadmap import editing
from roadmap.models import Change, Proposal, Resource, ResourceAlias
from tests.admin.forms import change_url, page
from tests.factories import make_admin, make_user
from tests.importing.notes import bring, plan, resource

A = "[Alpha](https://a.example/one)"
B = "[Beta](https://b.example/two)"
NOTES = f"# One\n\n- {A}\n- {B}\n"


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)


def delete(client: Client, row: Resource) -> Any:
    return client.post(reverse("admin:roadmap_resource_delete", args=[row.pk]), {"post": "yes"}, follow=True)


def left(folder: Path) -> Resource:
    """Return a resource that has left the notes."""
    bring(folder, f"# One\n\n- {B}\n")
    return resource("Alpha")


def test_what_has_left_the_notes_is_deleted_with_all_that_is_said_of_it(client: Client, tmp_path: Path) -> None:
    row = left(tmp_path)
    beta = resource("Beta")
    editing.save_alias(ResourceAlias(resource=row, url="https://other.example/"))
    for old, new in ((row, beta), (beta, row)):
        Proposal.objects.create(roadmap=plan(), resource=old, found=new, key=old.title, title="x", reason="similar")
    told = set(Change.objects.filter(resource=row).values_list("pk", "title"))
    assert told
    version = plan().version
    assert client.get(reverse("admin:roadmap_resource_delete", args=[row.pk])).status_code == 200
    assert delete(client, row).status_code == 200
    assert not Resource.objects.filter(pk=row.pk).exists()
    assert plan().version > version
    assert set(Change.objects.filter(resource=None, of="resource").values_list("pk", "title")) == told
    assert Proposal.objects.get(found=None).resource == beta
    assert not ResourceAlias.objects.exists()
    bring(tmp_path, NOTES)
    assert resource("Alpha").pk != row.pk


@pytest.mark.parametrize("how", ["listed", "retired by an editor", "both"])
def test_what_is_listed_or_retired_by_an_editor_is_only_retired(client: Client, tmp_path: Path, how: str) -> None:
    row = resource("Alpha")
    if how != "listed":
        editing.retire([row])
    if how == "retired by an editor":
        row = left(tmp_path)
    assert delete(client, row).status_code == 403
    with pytest.raises(editing.StaleError):
        editing.delete(row)
    assert Resource.objects.filter(pk=row.pk).exists()
    if how == "retired by an editor":
        editing.bring_back([row])
        delete(client, row)
        assert not Resource.objects.filter(pk=row.pk).exists()


def mark(row: Resource) -> None:
    """Leave marks of seven learners: each sort alone, and several of one."""
    one, other, third, fourth = (make_user() for _ in range(4))
    tracking.mark(one, [row.pk], "done")
    notes.save(one, row, "Words", 0)
    notes.save(other, row, "Words", 0)
    tracking.undo(third, tracking.mark(third, [row.pk], "done").id)
    notes.save(fourth, row, "Words", 0)
    notes.save(fourth, row, "", 1)
    for name in "abc":
        tracking.mark(Guest(name), [row.pk], "skipped")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "7 learners have a mark on it, so it can be retired, not deleted.")]
)
def test_the_page_says_how_many_stand_in_the_way(client: Client, tmp_path: Path, language: str, words: str) -> None:
    row = left(tmp_path)
    mark(row)
    mark(resource("Beta"))
    assert learners_of([row.pk, resource("Beta").pk]) == {row.pk: 7, resource("Beta").pk: 7}
    assert words in page(client, change_url(row), language)
    assert delete(client, row).status_code == 403


def test_the_page_says_one_where_it_is_one_and_nothing_where_it_is_none(client: Client, tmp_path: Path) -> None:
    row = left(tmp_path)
    assert "not deleted" not in page(client, change_url(row), "en")
    assert "it can be retired, not deleted" in page(client, change_url(resource("Beta")), "en")
    tracking.mark(make_user(), [row.pk], "done")
    assert "1 learner has a mark on it" in page(client, change_url(row), "en")


def test_who_may_not_delete_is_told_nothing_of_it(client: Client, editor: Any, tmp_path: Path) -> None:
    row = left(tmp_path)
    editor.groups.clear()
    editor.user_permissions.set(Permission.objects.filter(codename__in=["view_resource", "change_resource"]))
    tracking.mark(make_user(), [row.pk], "done")
    assert "not deleted" not in page(client, change_url(row), "en")
    Progress.objects.all().delete()
    assert delete(client, row).status_code == 403


def elsewhere(act: Callable[[], Any]) -> None:
    """Do something on another connection, and have it done."""

    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets nobody write in between")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["before the list of what goes", "before the act"])
def test_a_tick_in_that_moment_is_kept_and_said(
    anyone: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    row, user = left(tmp_path), make_user()
    anyone.force_login(make_admin())
    name = "is_marked" if moment == "before the list of what goes" else "delete"
    real = vars(editing)[name]

    def ticked_meanwhile(found: Resource) -> Any:
        if name == "delete":
            elsewhere(lambda: tracking.mark(user, [row.pk], "done"))
            return real(found)
        answer = real(found)
        elsewhere(lambda: tracking.mark(user, [row.pk], "done"))
        return answer

    monkeypatch.setattr(editing, name, ticked_meanwhile)
    response = delete(anyone, row)
    assert response.redirect_chain == [(change_url(row), 302)]
    assert ["1" in str(message) for message in response.context["messages"]] == [True]
    assert Progress.objects.get().resource_id == row.pk


def test_the_act_itself_refuses_what_is_marked(tmp_path: Path) -> None:
    row = left(tmp_path)
    tracking.mark(Guest("g"), [row.pk], "done")
    with pytest.raises(ProtectedError):
        editing.delete(row)
