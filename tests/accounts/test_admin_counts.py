"""What the admin shows of learners: counts of their progress, nothing of their notes, no keys."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import notes, tracking
from accounts.models import GuestTick, Note, Progress, StudyEvent, User
from roadmap.editors import EDITORS
from roadmap.models import Resource, Roadmap
from tests.factories import make_admin, make_user

pytestmark = pytest.mark.django_db

SECRET = "what nobody else reads"


@pytest.fixture
def learner(plan: Roadmap, resource: Resource) -> User:
    user = make_user()
    others = plan.resources.exclude(pk=resource.pk)
    tracking.mark(user, [it.pk for it in others], "done")
    tracking.mark(user, [resource.pk], "in_progress")
    notes.save(user, resource, SECRET, 0)
    return user


@pytest.fixture
def boss(client: Client) -> User:
    user = make_admin()
    client.force_login(user)
    return user


@pytest.fixture
def editor(client: Client) -> User:
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=EDITORS))
    client.force_login(user)
    return user


def test_an_account_shows_its_progress_in_numbers(client: Client, boss: User, learner: User) -> None:
    page = client.get(reverse("admin:accounts_user_change", args=[learner.pk])).content.decode()
    assert "完成: 4, 進行中: 1" in page or "進行中: 1, 完成: 4" in page
    assert SECRET not in page


def test_a_resource_shows_how_many_learners_have_it_where(
    client: Client, editor: User, learner: User, resource: Resource
) -> None:
    page = client.get(reverse("admin:roadmap_resource_change", args=[resource.pk])).content.decode()
    assert "進行中: 1" in page
    assert learner.email not in page
    assert SECRET not in page


def test_what_learners_do_has_no_pages_of_its_own() -> None:
    registered = set(admin.site._registry)
    assert registered.isdisjoint({Progress, Note, GuestTick, StudyEvent, Session})


def test_nobody_sees_a_key_or_where_somebody_signs_in(client: Client, boss: User, learner: User) -> None:
    key = Authenticator.objects.create(user=learner, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    page = client.get(reverse("admin:mfa_authenticator_change", args=[key.pk]))
    assert page.status_code == 200
    assert b"JBSWY3DPEHPK3PXP" not in page.content
    assert client.get(reverse("admin:mfa_authenticator_add")).status_code == 403
    models = {model.__name__ for model in admin.site._registry}
    assert models.isdisjoint({"UserSession", "SocialToken", "SocialApp"})


def test_to_delete_an_account_shows_no_note_and_leaves_no_row(client: Client, boss: User, learner: User) -> None:
    Client().force_login(learner)
    address = reverse("admin:accounts_user_delete", args=[learner.pk])
    page = client.get(address).content.decode()
    assert SECRET not in page
    assert "in_progress" not in page
    assert client.post(address, {"post": "yes"}).status_code == 302
    for model in (Progress, Note, StudyEvent):
        assert not model._base_manager.filter(user=learner).exists()
    assert User.objects.get() == boss
    assert Session.objects.count() == 1


@pytest.mark.parametrize("kind", ["progress", "note", "undone", "guest"])
def test_what_somebody_marked_cannot_be_deleted(client: Client, editor: User, plan: Roadmap, kind: str) -> None:
    by_hand = Resource.objects.create(roadmap=plan, title="By hand", url="https://example.org/hand", imported=None)
    address = reverse("admin:roadmap_resource_delete", args=[by_hand.pk])
    assert client.get(address).status_code == 200
    user = make_user()
    if kind == "progress":
        tracking.mark(user, [by_hand.pk], "done")
    elif kind == "note":
        notes.save(user, by_hand, SECRET, 0)
        notes.save(user, by_hand, "", 1)
    elif kind == "undone":
        tracking.undo(user, tracking.mark(user, [by_hand.pk], "done").id)
    else:
        now = timezone.now()
        GuestTick.objects.create(guest="g", resource=by_hand, state="done", since=now, batch="b")
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert Resource.objects.filter(pk=by_hand.pk).exists()
