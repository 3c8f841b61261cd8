"""Who reaches what: every address of a learner's, with its owner, another learner, a guest, a stranger, a wrong method,
a bad key, bad data; and that nothing of it is kept by a shared cache."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import timezone

from accounts import notes, tracking
from accounts.models import BrokenReport, GuestTick, Note, Progress, Seen, StudyEvent, User
from accounts.urls import urlpatterns
from roadmap.models import ImportRun, Resource, Roadmap, Section
from tests.factories import make_listing, make_page, make_plan, make_resource, make_section, make_user

pytestmark = pytest.mark.django_db

SECRET = "what nobody else reads"
HTMX = {"HX-Request": "true"}
EVERY_METHOD = ("get", "post", "put", "patch", "delete")


class View(NamedTuple):
    """An address: what it is for, and who is let in."""

    name: str
    methods: tuple[str, ...]
    """Those it answers; every other is 405."""
    key: str = ""
    """What its address holds: a resource, a section, a roadmap, a run, a batch."""
    own: bool = True
    """Whether one must be signed in."""
    data: dict[str, str] = {}
    """What is posted to it."""
    bad: dict[str, str] = {}
    """What is posted to it and refused."""


TOO_LONG = {"text": "x" * 20_001}
VIEWS = [
    View("resource", ("get",), "resource", own=False),
    View("note", ("get", "post"), "resource", own=False, data={"text": "x", "version": "1"}, bad=TOO_LONG),
    View("preview", ("post",), "resource", own=False, data={"text": "x"}, bad=TOO_LONG),
    View("state", ("post",), "resource", own=False, data={"state": "done"}, bad={"state": "finished"}),
    View("broken", ("post",), "resource", own=False),
    View("section", ("post",), "section", own=False, data={"state": "done"}, bad={"state": "skipped"}),
    View("undo", ("post",), "batch", own=False),
    View("token", ("get",), own=False),
    View("seen", ("post",), "run", own=False),
    View("me", ("get",)),
    View("notes", ("get",)),
    View("settings", ("get", "post"), data={"theme": "dark"}, bad={"theme": "pink"}),
    View("theme", ("post",), data={"theme": "dark"}, bad={"theme": "pink"}),
    View("email", ("get", "post"), data={"email": "other@example.org"}, bad={"email": "nobody"}),
    View("data", ("get", "post"), bad={"text": "{"}),
    View("json", ("get",)),
    View("csv", ("get",)),
    View("markdown", ("get",)),
    View("fork", ("get",)),
    View("bring", ("get", "post"), "roadmap", data={"text": "- [x] [a](https://example.org/1)"}, bad={"text": ""}),
    View("confirm", ("post",), "roadmap"),
    View("marked", ("get",), "roadmap"),
    View("delete", ("get", "post"), bad={"email": "someone@example.org"}),
]
TABLE = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)


@pytest.fixture
def owner(plan: Roadmap, resource: Resource) -> User:
    """A learner with a state, a note and an event."""
    user = make_user(name="Ada of the notes")
    tracking.mark(user, [resource.pk], "in_progress")
    notes.save(user, resource, SECRET, 0)
    return user


def signed_in(user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or make_user())
    return client


def address(view: View, plan: Roadmap, resource: Resource, **keys: Any) -> str:
    """The English address of a view, with the key of something that there is unless another is given."""
    there: dict[str, dict[str, Any]] = {
        "resource": {"key": resource.key},
        "roadmap": {"slug": plan.slug},
        "batch": {"batch": "nothing"},
    }
    there["run"] = {"run": ImportRun.objects.get_or_create(roadmap=plan, source="-", version=1, counts={})[0].pk}
    there["section"] = {"pk": Section.objects.get(title="First chapter").pk}
    path = reverse(f"accounts:{view.name}", kwargs=there.get(view.key, {}) | keys)
    return translate_url(path, "en")


def rows() -> list[Any]:
    """Everything that is a learner's."""
    models = (Progress, Note, StudyEvent, GuestTick, Seen, BrokenReport, User)
    return [sorted(map(repr, model._base_manager.values_list())) for model in models]


def without_sign_in(rows: list[Any]) -> list[Any]:
    """All but the accounts, in which the time of the last sign-in stands."""
    return rows[:-1]


def test_the_table_has_every_address() -> None:
    assert [view.name for view in VIEWS if view.own] == [
        pattern.name for pattern in urlpatterns if str(pattern.pattern).startswith("me/")
    ]
    assert {view.name for view in VIEWS} == {pattern.name for pattern in urlpatterns}


@TABLE
def test_any_other_method_is_refused(view: View, plan: Roadmap, resource: Resource, owner: User) -> None:
    client = signed_in(owner)
    before = rows()
    for method in set(EVERY_METHOD) - set(view.methods):
        response = getattr(client, method)(address(view, plan, resource))
        assert response.status_code == 405, method
        assert set(response.headers["Allow"].lower().split(", ")) == set(view.methods) | (
            {"head"} if "get" in view.methods else set()
        )
    assert without_sign_in(rows()) == without_sign_in(before)


@TABLE
def test_the_owner_is_let_in_and_no_cache_keeps_it(view: View, plan: Roadmap, resource: Resource, owner: User) -> None:
    client = signed_in(owner)
    for method in view.methods:
        response = getattr(client, method)(address(view, plan, resource), view.data)
        refused = method == "post" and view.name in ("data", "delete")  # Nothing is posted to them here.
        assert response.status_code in ((422,) if refused else (200, 302)), method
        control = response.headers["Cache-Control"]
        assert "private" in control or "no-store" in control, method
        assert "public" not in control


@TABLE
def test_who_is_not_signed_in_is_led_there_and_sees_nothing(
    view: View, plan: Roadmap, resource: Resource, owner: User
) -> None:
    if not view.own:
        return
    before = rows()
    for method in view.methods:
        response = getattr(Client(), method)(address(view, plan, resource), view.data)
        assert response.status_code == 302, method
        assert response.headers["Location"].startswith("/en/accounts/login/?next=/en/me/")
        assert "no-store" in response.headers["Cache-Control"]
    assert rows() == before


@TABLE
def test_another_learner_sees_and_changes_nothing_of_the_owners(
    view: View, plan: Roadmap, resource: Resource, owner: User
) -> None:
    other = signed_in()
    mine = [Progress.objects.filter(user=owner), Note.objects.filter(user=owner), StudyEvent.objects.filter(user=owner)]
    before = [sorted(map(repr, query.values_list())) for query in mine]
    batch = StudyEvent.objects.filter(user=owner).first()
    assert batch
    keys = {"batch": batch.batch} if view.key == "batch" else {}
    for method in view.methods:
        for headers in ({}, HTMX):
            body = getattr(other, method)(address(view, plan, resource, **keys), view.data, headers=headers).content
            for private in (SECRET, owner.email, owner.name):
                assert private.encode() not in body, method
    assert [sorted(map(repr, query.all().values_list())) for query in mine] == before


@TABLE
@pytest.mark.parametrize("stranger", [False, True])
def test_a_key_that_there_is_not_is_not_found(
    view: View, plan: Roadmap, resource: Resource, owner: User, stranger: bool
) -> None:
    bad: dict[str, tuple[Any, ...]] = {
        "resource": ("nothing", "a" * 300, "%00", "é", resource.key.upper()),
        "section": (999_999, 2**63, 2**70),
        "run": (999_999, 2**63, 2**70),
        "roadmap": ("nothing", "a" * 300),
    }
    client, before = Client() if stranger else signed_in(owner), rows()
    name = {"resource": "key", "section": "pk", "run": "run", "roadmap": "slug"}.get(view.key, "")
    for key in bad.get(view.key, ()):
        for method in view.methods:
            try:
                path = address(view, plan, resource, **{name: key})
            except NoReverseMatch:
                continue
            status = getattr(client, method)(path, view.data).status_code
            assert status == (302 if view.own and stranger else 404), (method, key)
    assert without_sign_in(rows()) == without_sign_in(before)


@TABLE
def test_bad_data_is_refused_and_changes_nothing(view: View, plan: Roadmap, resource: Resource, owner: User) -> None:
    if not view.bad:
        return
    client = signed_in(owner)
    before = rows()
    for headers in ({}, HTMX, {"Accept": "application/json"}):
        response = client.post(address(view, plan, resource), view.bad, headers=headers)
        assert response.status_code == 422, headers
    assert without_sign_in(rows()) == without_sign_in(before)


@TABLE
def test_what_changes_something_needs_a_token(view: View, plan: Roadmap, resource: Resource, owner: User) -> None:
    if "post" not in view.methods:
        return
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    before = rows()
    assert client.post(address(view, plan, resource), view.data).status_code == 403
    assert without_sign_in(rows()) == without_sign_in(before)


@TABLE
def test_who_has_no_page_yet_and_only_looks_leaves_no_trace(view: View, plan: Roadmap, resource: Resource) -> None:
    client = Client()
    before = rows()
    if "get" in view.methods:
        response = client.get(address(view, plan, resource))
        assert response.status_code in (200, 302)
    assert rows() == before
    assert "session" not in client.cookies


# What is retired


@pytest.fixture
def retired(plan: Roadmap, resource: Resource) -> Resource:
    Resource.objects.filter(pk=resource.pk).update(retired_at=timezone.now())
    plan.touch()
    return resource


def test_what_is_retired_is_found_by_those_alone_who_marked_it(owner: User, retired: Resource) -> None:
    path = reverse("accounts:resource", args=[retired.key])
    assert signed_in(owner).get(path).status_code == 200
    assert signed_in().get(path).status_code == 404
    assert Client().get(path).status_code == 404
    state = reverse("accounts:state", args=[retired.key])
    assert signed_in().post(state, {"state": "done"}).status_code == 404
    assert signed_in(owner).post(state, {"state": "done"}).status_code == 302


def test_a_guest_does_not_reach_another_guests_ticks(plan: Roadmap, resource: Resource) -> None:
    one, other = Client(), Client()
    one.post(reverse("accounts:state", args=[resource.key]), {"state": "done"})
    batch = GuestTick.objects.get().batch
    other.post(reverse("accounts:state", args=[plan.resources.last().key]), {"state": "done"})  # type: ignore[union-attr]
    other.post(reverse("accounts:undo", args=[batch]))
    assert GuestTick.objects.get(batch=batch).state == "done"
    assert (
        'data-state="done"'
        not in other.get(reverse("accounts:resource", args=[resource.key]))
        .content.decode()
        .split('aria-pressed="true"')[0]
        .rsplit("<button", 1)[-1]
    )


def test_keys_of_another_roadmap_are_not_brought(owner: User, plan: Roadmap) -> None:
    elsewhere = make_listing(make_section(make_page()), make_resource(plan)).resource
    other = make_plan().resources.first()
    assert other
    path = reverse("accounts:confirm", args=[plan.slug])
    signed_in(owner).post(path, {"key": [other.key, elsewhere.key, "nothing", "\0"]})
    assert not Progress.objects.filter(user=owner, state="done").exists()
