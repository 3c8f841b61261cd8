"""Notes by the site's forms: who may save what over which version, and what becomes of what is not saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import notes
from accounts.models import NOTE_LENGTH, Note, StudyEvent, User
from accounts.notes import Conflict, TooLong
from accounts.views.notes import MOST_DRAFTS
from accounts.views.resources import DRAFTS
from roadmap.models import Resource, Roadmap
from tests.factories import PASSWORD, make_plan, make_user

pytestmark = pytest.mark.django_db

DATA = {"Accept": "application/json"}


def url(resource: Resource) -> str:
    return "/en" + reverse("accounts:note", args=[resource.key]).removeprefix("/en")


def post(client: Client, resource: Resource, text: str, version: Any = 0, *, data: bool = False, **more: str) -> Any:
    fields = {"text": text, "version": str(version), **more}
    return client.post(url(resource), fields, headers=DATA if data else {})


def stands(user: User) -> list[tuple[str, int]]:
    return list(Note.objects.filter(user=user).values_list("text", "version"))


# Saving


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("a\0b", "ab"),
        ("  kept as typed  ", "  kept as typed  "),
        ("字" * NOTE_LENGTH, "字" * NOTE_LENGTH),
        ("a\r\n" * (NOTE_LENGTH // 2), "a\n" * (NOTE_LENGTH // 2)),
        ("🙂" * NOTE_LENGTH, "🙂" * NOTE_LENGTH),
    ],
    ids=lambda text: text[:6],
)
@pytest.mark.parametrize("data", [True, False])
def test_a_note_is_kept_as_it_was_typed(
    client: Client, learner: User, resource: Resource, typed: str, kept: str, data: bool
) -> None:
    response = post(client, resource, typed, data=data)
    assert response.status_code == (200 if data else 302)
    assert stands(learner) == [(kept, 1)]
    if data:
        assert (response.json()["version"], response.json()["text"]) == (1, kept)


@pytest.mark.parametrize("data", [True, False])
def test_a_note_that_is_too_long_is_said_and_not_saved(
    client: Client, learner: User, resource: Resource, data: bool
) -> None:
    text = "x" * (NOTE_LENGTH + 3)
    response = post(client, resource, text, data=data)
    assert response.status_code == 422
    assert "3 characters too long" in (response.json()["said"] if data else response.text)
    assert data or text in response.text
    assert stands(learner) == []
    with pytest.raises(TooLong):
        notes.save(learner, resource, text, 0)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_version_that_is_none_counts_as_none(client: Client, learner: User, resource: Resource, version: str) -> None:
    assert post(client, resource, "first", version, data=True).status_code == 200
    assert post(client, resource, "second", version, data=True).status_code == 409
    assert stands(learner) == [("first", 1)]


# Two at once


@pytest.mark.parametrize("data", [True, False])
def test_a_save_on_an_old_version_is_shown_both_and_overwrites_nothing(
    client: Client, learner: User, resource: Resource, data: bool
) -> None:
    notes.save(learner, resource, "from the phone", 0)
    response = post(client, resource, "<from> the laptop", 0, data=data)
    assert response.status_code == 409
    assert "from the phone" in response.text
    assert "&lt;from&gt; the laptop" in response.text
    assert stands(learner) == [("from the phone", 1)]


@pytest.mark.parametrize(("choice", "kept"), [("mine", "mine"), ("theirs", "theirs"), ("joined", "both"), ("", "both")])
def test_what_is_chosen_of_two_is_saved_on_top(
    client: Client, learner: User, resource: Resource, choice: str, kept: str
) -> None:
    notes.save(learner, resource, "theirs", 0)
    post(client, resource, "both", 1, mine="mine", theirs="theirs", choice=choice)
    assert stands(learner)[0][0] == kept


def test_a_third_version_that_came_meanwhile_is_not_overwritten_by_the_choice(
    client: Client, learner: User, resource: Resource
) -> None:
    notes.save(learner, resource, "theirs", 0)
    notes.save(learner, resource, "a third", 1)
    response = post(client, resource, "both", 1, mine="mine", theirs="theirs", choice="mine")
    assert response.status_code == 409
    assert stands(learner) == [("a third", 2)]


def test_a_save_that_is_sent_twice_is_one(client: Client, learner: User, resource: Resource) -> None:
    for _ in range(2):
        assert post(client, resource, "once", 0, data=True).json()["version"] == 1
    assert stands(learner) == [("once", 1)]
    assert StudyEvent.objects.count() == 1


def test_an_emptied_note_keeps_its_version_and_comes_back(learner: User, resource: Resource) -> None:
    notes.save(learner, resource, "first", 0)
    notes.save(learner, resource, "", 1)
    notes.save(learner, resource, "again", 0)
    assert stands(learner) == [("again", 3)]
    with pytest.raises(Conflict) as caught:
        notes.save(learner, resource, "", 2)
    assert caught.value.note.text == "again"


# Another account, and none


@pytest.mark.parametrize("data", [True, False])
def test_what_one_account_wrote_is_not_saved_in_another(
    client: Client, learner: User, resource: Resource, data: bool
) -> None:
    notes.save(learner, resource, "mine", 0)
    response = post(client, resource, "of another", 1, data=data, reader=make_user().reader)
    assert response.status_code == (401 if data else 409)
    assert stands(learner) == [("mine", 1)]
    if not data:
        assert "of another" in response.text
        assert 'name="version" value="0"' in response.text
        assert post(client, resource, "of another", 0).status_code == 409
        assert stands(learner) == [("mine", 1)]


def test_who_is_signed_out_is_told_where_to_sign_in(client: Client, resource: Resource) -> None:
    response = post(client, resource, "text", data=True)
    assert response.status_code == 401
    assert response.json()["sign_in"].startswith("/en/accounts/login/?next=")
    assert DRAFTS not in client.session


def sign_in(client: Client, user: User) -> None:
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def test_the_drafts_of_a_guest_come_along_and_go_one_by_one(client: Client, plan: Roadmap) -> None:
    one, other = plan.resources.order_by("pk")[:2]
    user = make_user()
    for resource in (one, other):
        response = post(client, resource, f"A thought on {resource.title}")
        assert response["Location"].startswith("/en/accounts/login/?next=")
    sign_in(client, user)
    for resource in (one, other):
        assert f"A thought on {resource.title}" in client.get(f"/en/resources/{resource.key}/").text
    post(client, one, f"A thought on {one.title}")
    assert list(client.session[DRAFTS]) == [other.key]
    assert len(stands(user)) == 1


def test_a_draft_does_not_overwrite_the_note_that_the_account_has(client: Client, resource: Resource) -> None:
    user = make_user()
    notes.save(user, resource, "from long ago", 0)
    post(client, resource, "written as a guest")
    sign_in(client, user)
    assert 'name="version" value="0"' in client.get(f"/en/resources/{resource.key}/").text
    assert post(client, resource, "written as a guest", 0).status_code == 409
    assert stands(user) == [("from long ago", 1)]


def test_a_guests_session_keeps_no_more_than_it_should(client: Client) -> None:
    plan = make_plan(resources=MOST_DRAFTS + 5)
    for resource in plan.resources.all():
        post(client, resource, "x" * NOTE_LENGTH)
    assert len(client.session[DRAFTS]) == MOST_DRAFTS
    assert post(client, resource, "x" * (NOTE_LENGTH + 1)).status_code == 422


# Seeing


def test_the_note_is_given_to_its_owner_alone(client: Client, learner: User, resource: Resource) -> None:
    notes.save(learner, resource, "A **secret**", 0)
    piece = client.get(url(resource), headers={"HX-Request": "true"}).text
    assert "A <strong>secret</strong>" in piece
    for other in (Client(), Client()):
        assert "secret" not in other.get(url(resource), headers={"HX-Request": "true"}).text
        other.force_login(make_user())


def test_a_preview_saves_nothing_and_is_cleaned(client: Client, learner: User, resource: Resource) -> None:
    address = reverse("accounts:preview", args=[resource.key])
    text = "**bold** <script>alert(1)</script>"
    for headers in ({"HX-Request": "true"}, {}):
        shown = client.post(address, {"text": text}, headers=headers).text
        assert "<strong>bold</strong>" in shown
        assert "<script>alert" not in shown
    assert stands(learner) == []
