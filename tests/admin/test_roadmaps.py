"""Roadmaps in the admin: their order, whether they are published, and where they come from."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from roadmap.models import Roadmap
from tests.admin.forms import change_url, errors, page, save, shown
from tests.factories import make_plan

LIST = "admin:roadmap_roadmap_changelist"


@pytest.fixture
def plan(db: None) -> Roadmap:
    return make_plan(title="Plan", source="https://user:pass@host.example/o/r", source_ref="main", source_path="docs")


def test_order_and_publication_are_saved_and_raise_the_version(client: Client, plan: Roadmap) -> None:
    save(client, plan, position="7")
    plan.refresh_from_db()
    assert (plan.position, plan.published, plan.version) == (7, True, 2)
    form = shown(client, change_url(plan))
    del form["published"]
    assert client.post(change_url(plan), form).status_code == 302
    plan.refresh_from_db()
    assert (plan.position, plan.published, plan.version) == (7, False, 3)
    save(client, plan, published="on")
    plan.refresh_from_db()
    assert plan.published


def test_saving_without_a_change_writes_nothing(client: Client, plan: Roadmap) -> None:
    before = Roadmap.objects.values().get()
    save(client, plan)
    assert Roadmap.objects.values().get() == before


def test_a_form_that_was_open_meanwhile_leaves_what_another_saved(client: Client, plan: Roadmap) -> None:
    form = shown(client, change_url(plan))
    Roadmap.objects.update(published=False, position=3)
    assert client.post(change_url(plan), form | {"title": "Renamed"}).status_code == 302
    plan.refresh_from_db()
    assert (plan.title, plan.published, plan.position) == ("Renamed", False, 3)


@pytest.mark.parametrize("position", ["-1", "x", ""])
def test_an_order_is_a_number(client: Client, plan: Roadmap, position: str) -> None:
    response = client.post(change_url(plan), shown(client, change_url(plan)) | {"position": position})
    assert list(errors(response)) == ["position"]


def test_the_list_stands_in_order_and_shows_it(client: Client, plan: Roadmap) -> None:
    for title, position, published in (("First", 1, True), ("Before", 0, False), ("After", 0, True)):
        make_plan(title=title, position=position, published=published)
    rows = client.get(reverse(LIST)).context["cl"].result_list
    assert [str(row) for row in rows] == ["After", "Before", "Plan", "First"]
    listed = page(client, reverse(LIST), "en")
    assert listed.count("icon-no") == 1
    assert '<td class="field-position">1</td>' in listed


def test_the_page_says_where_it_comes_from_and_keeps_the_secret(client: Client, plan: Roadmap) -> None:
    found = page(client, change_url(plan), "en")
    assert "https://host.example/o/r" in found
    assert "main" in found
    assert "docs" in found
    assert "pass@" not in found
