"""Addresses that pages and sections once had."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from roadmap.models import PageAlias
from tests.factories import make_listing, make_page, make_plan, make_section

pytestmark = pytest.mark.django_db


def test_an_old_path_leads_to_the_page_now_but_not_for_good(client: Client) -> None:
    plan = make_plan(slug="plan")
    page = make_page(plan, path="new/name.md", position=1)
    PageAlias.objects.create(roadmap=plan, path="old name.md", page=page)
    PageAlias.objects.create(roadmap=plan, path="first.md", page=plan.pages.get(position=0))
    response = client.get("/en/roadmaps/plan/pages/old name.md/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/en/roadmaps/plan/pages/new/name.md/"
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get("/roadmaps/plan/pages/first.md/").headers["Location"] == "/roadmaps/plan/"


def test_an_old_path_of_what_is_retired_or_elsewhere_leads_nowhere(client: Client) -> None:
    plan = make_plan(slug="plan")
    page = make_page(plan, path="new.md", position=1, retired_at=timezone.now())
    PageAlias.objects.create(roadmap=plan, path="old.md", page=page)
    assert client.get("/roadmaps/plan/pages/old.md/").status_code == 404
    other = make_plan()
    PageAlias.objects.create(roadmap=other, path="other.md", page=other.pages.get())
    assert client.get("/roadmaps/plan/pages/other.md/").status_code == 404


def test_a_page_that_has_the_path_now_comes_first(client: Client) -> None:
    plan = make_plan(slug="plan")
    page = make_page(plan, path="new.md", position=1)
    make_page(plan, path="old.md", position=2, title="Another")
    PageAlias.objects.create(roadmap=plan, path="old.md", page=page)
    response = client.get("/roadmaps/plan/pages/old.md/")
    assert response.status_code == 200
    assert "Another" in response.text


def test_a_section_that_moved_to_another_page_is_named_at_its_old_place(client: Client) -> None:
    plan = make_plan(slug="plan", language="en")
    second = make_page(plan, path="second.md", position=1, title="Second <page>")
    section = make_section(second, "Moved <b>", slug="moved-now")
    make_listing(section)
    first = plan.pages.get(position=0)
    first.aliases.create(slug="was-here", section=section)
    page = client.get("/en/roadmaps/plan/").text
    assert (
        '<p class="moved" id="was-here" lang="en" data-moved>“<span lang="en">Moved &lt;b&gt;</span>” now stands in '
        '<a href="/en/roadmaps/plan/pages/second.md/#moved-now" lang="en">Second &lt;page&gt;</a>.</p>'
    ) in page
    assert "was-here" not in client.get("/en/roadmaps/plan/pages/second.md/").text


def test_a_section_that_had_two_addresses_on_a_page_is_named_there_once(client: Client) -> None:
    plan = make_plan(slug="plan")
    section = make_section(make_page(plan, path="second.md", position=1, title="Second"), "Moved")
    for slug in ("first-name", "second-name"):
        plan.pages.get(position=0).aliases.create(slug=slug, section=section)
    page = client.get("/en/roadmaps/plan/").text
    assert page.count("now stands in") == 1
    assert 'id="first-name"' in page
    assert 'id="second-name"' in page


@pytest.mark.parametrize("which", ["section", "page"])
def test_a_section_that_is_retired_is_named_nowhere(client: Client, which: str) -> None:
    plan = make_plan(slug="plan")
    second = make_page(plan, path="second.md", position=1, title="Second")
    section = make_section(second, "Moved")
    plan.pages.get(position=0).aliases.create(slug="was-here", section=section)
    row = section if which == "section" else second
    row.retired_at = timezone.now()
    row.save()
    assert "was-here" not in client.get("/en/roadmaps/plan/").text
