"""A roadmap that is not published: there for editors alone, its learners keep what is theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts import notes, tracking
from accounts.models import Progress, User
from roadmap.models import PageAlias, Resource, Roadmap
from tests.factories import make_admin, make_page, make_plan, make_section, make_user

pytestmark = pytest.mark.django_db

PATHS = [
    "/roadmaps/plan/",
    "/en/roadmaps/plan/",
    "/roadmaps/plan/pages/second.md/",
    "/roadmaps/plan/pages/old.md/",
    "/roadmaps/plan/changes/",
    "/roadmaps/plan/changes/feed/",
]
HIDDEN = "Not published: only editors see this."


@pytest.fixture
def plan() -> Roadmap:
    """A roadmap of two pages that is not published."""
    plan = make_plan(slug="plan", title="The hidden plan", published=False)
    second = make_page(plan, path="second.md", position=1, title="Second")
    make_section(second, "Second")
    PageAlias.objects.create(roadmap=plan, path="old.md", page=second)
    return plan


def viewer(**fields: Any) -> User:
    user = make_user(**fields)
    user.user_permissions.add(Permission.objects.get(codename="view_roadmap"))
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", PATHS)
def test_nobody_but_editors_sees_it(plan: Roadmap, path: str) -> None:
    for client in (
        Client(),
        signed_in(make_user()),
        signed_in(make_user(is_staff=True)),
        signed_in(viewer()),
        signed_in(viewer(is_staff=True, is_active=False)),
    ):
        response = client.get(path)
        assert response.status_code == 404
        assert "hidden plan" not in response.text
        assert "public" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", PATHS)
def test_editors_see_it_and_no_cache_keeps_it(plan: Roadmap, path: str) -> None:
    for user in (make_admin(), viewer(is_staff=True)):
        response = signed_in(user).get(path)
        assert response.status_code == (302 if path.endswith("old.md/") else 200)
        assert "no-store" in response.headers["Cache-Control"]
        assert "public" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/en/roadmaps/plan/", "/en/roadmaps/plan/changes/"])
def test_editors_are_told_that_nobody_else_sees_it(plan: Roadmap, path: str) -> None:
    client = signed_in(make_admin())
    assert HIDDEN in client.get(path).text
    Roadmap.objects.update(published=True)
    assert HIDDEN not in client.get(path).text


def test_a_strangers_copy_does_not_outlive_it(client: Client, plan: Roadmap) -> None:
    Roadmap.objects.update(published=True)
    for path in ("/roadmaps/plan/", "/roadmaps/plan/changes/", "/roadmaps/plan/changes/feed/"):
        etag = client.get(path).headers["ETag"]
        Roadmap.objects.update(published=False)
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 404
        Roadmap.objects.update(published=True)
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("editor", [True, False])
def test_it_is_neither_listed_nor_counted_at_the_front(client: Client, plan: Roadmap, editor: bool) -> None:
    if editor:
        client.force_login(make_admin())
    assert "manage.py import_notes" in client.get("/en/").text
    shown = make_plan(title="The one that is shown")
    assert f">{shown.title}</h1>" in client.get("/en/").text
    make_plan()
    text = client.get("/en/").text
    assert shown.title in text
    assert plan.title not in text


def test_roadmaps_stand_in_their_order(client: Client) -> None:
    make_plan(title="Plan last", position=2)
    make_plan(title="Plan first", position=1)
    make_plan(title="Plan second", position=1)
    learner = make_user()
    client.force_login(learner)
    tracking.mark(learner, list(Resource.objects.values_list("pk", flat=True)), "done")
    for path in ("/", "/me/", "/me/forks/", "/me/data/"):
        text = client.get(path).text
        assert text.index("Plan first") < text.index("Plan second") < text.index("Plan last"), path


def test_the_list_says_how_large_each_is_and_how_far_the_reader(client: Client) -> None:
    first, _second = make_plan(resources=6), make_plan(resources=1)
    Resource.objects.filter(pk=first.resources.latest("pk").pk).update(retired_at=first.checked_at)
    text = client.get("/en/").text
    assert "7 resources" in text
    assert "3 resources" in text
    assert "%</span>" not in text
    learner = make_user()
    client.force_login(learner)
    done = list(first.resources.filter(retired_at=None).values_list("pk", flat=True)[:3])
    tracking.mark(learner, done, "done")
    assert '<span class="percent">43%</span>' in client.get("/en/").text
    guest = Client()
    guest.post(reverse("accounts:state", args=[first.resources.first().key]), {"state": "done"})  # type: ignore[union-attr]
    assert '<span class="percent">14%</span>' in guest.get("/en/").text


# Who has marks in it


@pytest.fixture
def resource(plan: Roadmap) -> Resource:
    """What the learner marked."""
    first: Resource = plan.resources.earliest("pk")
    return first


@pytest.fixture
def learner(client: Client, resource: Resource) -> User:
    user = make_user()
    tracking.mark(user, [resource.pk], "done")
    notes.save(user, resource, "My own words", 0)
    client.force_login(user)
    return user


def test_a_learner_keeps_tick_and_note(client: Client, learner: User, resource: Resource) -> None:
    for path in ("/en/me/", "/en/me/notes/"):
        text = client.get(path).text
        assert resource.title in text
        assert "My own words" in text
        assert "/roadmaps/plan/" not in text
    assert "“The hidden plan” is not published now" in client.get("/en/me/").text


def test_what_a_learner_marked_has_its_page(client: Client, learner: User, resource: Resource) -> None:
    url = reverse("accounts:resource", args=[resource.key])
    text = client.get(f"/en{url}").text
    assert "My own words" in text
    assert "is not published now. Your state and your note stay." in text
    assert "/roadmaps/plan/" not in text
    note = client.post(reverse("accounts:note", args=[resource.key]), {"text": "New words", "version": "1"})
    assert note.status_code == 302
    assert client.post(reverse("accounts:state", args=[resource.key]), {"state": "skipped"}).status_code == 302
    assert Progress.objects.get().state == "skipped"


def test_a_learner_takes_it_along(client: Client, learner: User, resource: Resource) -> None:
    data = json.loads(client.get(reverse("accounts:json")).content)
    assert [row["resource"] for row in data["progress"]] == [resource.key]
    assert [row["text"] for row in data["notes"]] == ["My own words"]
    assert resource.title in client.get(reverse("accounts:csv")).content.decode()
    assert "My own words" in client.get(reverse("accounts:markdown")).content.decode()
    assert "hidden plan" not in client.get(reverse("accounts:data")).text
    assert client.get(reverse("accounts:marked", args=["plan"])).status_code == 404


def test_what_a_learner_did_not_mark_is_not_there(client: Client, learner: User, plan: Roadmap) -> None:
    other = plan.resources.latest("pk")
    section = plan.pages.get(position=0).sections.get(slug="first-chapter")
    assert client.get(reverse("accounts:resource", args=[other.key])).status_code == 404
    assert client.post(reverse("accounts:state", args=[other.key]), {"state": "done"}).status_code == 404
    assert client.post(reverse("accounts:section", args=[section.pk]), {"state": "done"}).status_code == 404
    assert client.get(reverse("accounts:bring", args=["plan"])).status_code == 404
    assert client.post(reverse("accounts:confirm", args=["plan"])).status_code == 404
    assert Progress.objects.count() == 1
    page = plan.pages.get(position=0).pk
    answer = client.post(
        reverse("accounts:state", args=[plan.resources.earliest("pk").key]),
        {"state": "done", "page": page},
        headers={"HX-Request": "true"},
    )
    assert "data-share" not in answer.text


def test_editors_mark_in_it_as_anywhere(plan: Roadmap, resource: Resource) -> None:
    client = signed_in(make_admin())
    section = plan.pages.get(position=0).sections.get(slug="first-chapter")
    assert client.get(reverse("accounts:resource", args=[resource.key])).status_code == 200
    assert client.post(reverse("accounts:state", args=[resource.key]), {"state": "done"}).status_code == 302
    assert client.post(reverse("accounts:section", args=[section.pk]), {"state": "done"}).status_code == 302
    assert Progress.objects.count() == 4
