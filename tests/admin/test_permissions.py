"""Who may do what in the admin."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from roadmap.editors import EDITORS, grant
from roadmap.models import Change, ImportRun, Listing, Page, Proposal, Resource, Roadmap, Section, Todo
from tests.factories import make_admin, make_user
from tests.importing.notes import bring

SHOWN = (Roadmap, Page, Section, Resource, Listing, Todo, ImportRun, Change, Proposal)
NOTES = "# One\n\n- [Alpha](https://a.example/one)\n- [Dead](docs/none.md)\n\n# TODO\n\n- [ ] Draw\n"


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    row = Resource.objects.get()
    Proposal.objects.create(roadmap=row.roadmap, resource=row, key="-", title="Beta", reason=Proposal.Reason.SIMILAR)


def pages(model: type[Model]) -> list[str]:
    """Return the addresses of a model's list and of the page and the history of its first row."""
    name = f"admin:roadmap_{model.__name__.lower()}"
    pk = model._default_manager.all()[0].pk
    return [reverse(f"{name}_changelist"), *(reverse(f"{name}_{view}", args=[pk]) for view in ("change", "history"))]


@pytest.mark.parametrize("model", SHOWN)
def test_an_editor_reaches_every_page_of_roadmaps(client: Client, model: type[Model]) -> None:
    for url in pages(model):
        assert client.get(url).status_code == 200, url


def test_the_admin_shows_roadmaps_alone_to_an_editor(client: Client) -> None:
    page = client.get(reverse("admin:index"))
    assert [app["app_label"] for app in page.context["app_list"]] == ["roadmap"]
    assert "AIE Notes" in page.content.decode()


def test_an_editor_reaches_nothing_else(client: Client) -> None:
    others = [model for model in admin.site._registry if model._meta.app_label != "roadmap"]
    assert others
    for model in others:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 403
        assert client.get(reverse(f"{name}_add")).status_code == 403


@pytest.mark.parametrize("model", SHOWN)
@pytest.mark.parametrize("staff", ["editor", "admin"])
def test_nobody_deletes_what_learners_may_hang_on(client: Client, model: type[Model], staff: str) -> None:
    if staff == "admin":
        client.force_login(make_admin())
    name = f"admin:roadmap_{model.__name__.lower()}"
    row = model._default_manager.all()[0]
    assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"}
    client.post(reverse(f"{name}_changelist"), data)
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", SHOWN)
@pytest.mark.parametrize("staff", ["editor", "admin"])
def test_only_resources_are_added_and_only_they_sections_and_roadmaps_changed(
    client: Client, model: type[Model], staff: str
) -> None:
    if staff == "admin":
        client.force_login(make_admin())
    name = f"admin:roadmap_{model.__name__.lower()}"
    assert client.get(reverse(f"{name}_add")).status_code == (200 if model is Resource else 403)
    row = model._default_manager.all()[0]
    status = client.post(reverse(f"{name}_change", args=[row.pk]), {}).status_code
    assert status == (200 if model in (Resource, Roadmap, Section) else 403)


@pytest.mark.parametrize("rights", [[], ["view_resource"]])
def test_staff_without_the_right_to_change_presses_no_button(rights: list[str]) -> None:
    looker = make_user(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(looker)
    row = Resource.objects.get()
    assert client.get(reverse("admin:roadmap_resource_change", args=[row.pk])).status_code == (200 if rights else 403)
    for name in ("retire", "bring-back", "reset"):
        assert client.post(reverse(f"admin:roadmap_resource_{name}", args=[row.pk])).status_code == 403
    for name in ("keep-mine", "take-notes"):
        assert client.post(reverse(f"admin:roadmap_resource_{name}", args=[row.pk, "title"])).status_code == 403
    for name in ("same", "not-same"):
        address = reverse(f"admin:roadmap_proposal_{name}", args=[Proposal.objects.get().pk])
        assert client.post(address).status_code == 403
    assert client.post(reverse("admin:roadmap_resource_change", args=[row.pk]), {}).status_code == 403
    field = {"app_label": "roadmap", "model_name": "listing", "field_name": "section", "term": ""}
    assert client.get(reverse("admin:roadmap_section_choose"), field).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "learner"])
def test_who_is_not_staff_sees_nothing(anyone: Client, who: str) -> None:
    if who == "learner":
        learner = make_user()
        learner.groups.add(Group.objects.get(name=EDITORS))
        anyone.force_login(learner)
    row = Resource.objects.get()
    for url in [url for model in SHOWN for url in pages(model)]:
        assert anyone.get(url).status_code in (302, 403)
    anyone.post(reverse("admin:roadmap_resource_retire", args=[row.pk]))
    row.refresh_from_db()
    assert row.retired_at is None


def rights(group: Group) -> set[str]:
    return {f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.all()}


def test_the_group_may_do_with_roadmaps_what_it_should_and_nothing_else(db: None) -> None:
    found = rights(Group.objects.get(name=EDITORS))
    assert {right.split(".")[0] for right in found} == {"roadmap"}
    assert {right.split(".")[1] for right in found if "view" not in right} == {
        "change_roadmap",
        "change_section",
        "change_proposal",
        "add_importrun",
        *(
            f"{act}_{model}"
            for act in ("add", "change", "delete")
            for model in ("resource", "resourcealias", "listing")
        ),
    }
    assert {f"roadmap.view_{model.__name__.lower()}" for model in SHOWN} <= found


def test_every_migrate_leaves_one_group_and_the_rights_that_an_admin_gave_it(editor: User) -> None:
    group = Group.objects.get(name=EDITORS)
    group.permissions.add(Permission.objects.get(codename="view_user"))
    before = rights(group)
    call_command("migrate", verbosity=0)
    grant(apps, "default", {"resource": ("view", "add")})
    assert rights(Group.objects.get(name=EDITORS)) == before
    names = Permission.objects.filter(content_type__app_label="roadmap").values_list("codename", flat=True)
    assert len(names) == len(set(names))
    assert editor.groups.get() == group


def test_the_group_is_made_where_permissions_are_missing_too(db: None) -> None:
    Group.objects.all().delete()
    Permission.objects.filter(content_type__app_label="roadmap").delete()
    grant(apps, "default", {"resource": ("view",)})
    assert rights(Group.objects.get(name=EDITORS)) == {"roadmap.view_resource"}
    assert Permission.objects.get(codename="view_resource").name == "Can view resource"
