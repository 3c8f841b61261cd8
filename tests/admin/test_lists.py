"""The lists: what they show, what they can be narrowed by, and that they do not ask more for more rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.templatetags.admin_list import result_headers
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from roadmap import editing
from roadmap.admin.filters import ChapterFilter
from roadmap.models import Change, ImportRun, Listing, Page, Resource, Roadmap, Section, Todo
from tests.factories import make_page, make_plan, make_resource, make_section
from tests.importing.notes import bring, resource

NOTES = """# Plan

Intro with a [dead](docs/none.md) link.

## Basics

- [Alpha](https://a.example/one)
- [Beta](https://www.youtube.com/watch?v=abcdefghijk)

### Deep

- [Gamma]()
- [ ] Read

## More

- [Delta](https://d.example/four)
- [Epsilon](https://e.example/five)

## TODO

- [ ] Draw
"""


def listed(client: Client, model: str, **query: Any) -> list[str]:
    response = client.get(reverse(f"admin:roadmap_{model}_changelist"), query)
    assert response.status_code == 200
    return [str(row) for row in response.context["cl"].result_list]


@pytest.fixture
def plan(db: None, tmp_path: Path) -> Roadmap:
    bring(tmp_path, NOTES)
    bring(tmp_path, NOTES.replace("- [Epsilon](https://e.example/five)\n", ""))
    editing.edit(resource("Alpha"), {"title": "Alpha, mine"})
    editing.retire([resource("Delta")])
    Resource.objects.filter(title="Read").update(conflicts={"title": {"base": "a", "notes": "b"}})
    by_hand = Resource(title="By hand", url="https://h.example/", kind="book")
    editing.add(by_hand, Section.objects.get(title="More"))
    return Roadmap.objects.get()


def chapter(title: str) -> int:
    return Section.objects.get(title=title).pk


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Alpha, mine", "Beta", "Gamma", "Read", "Delta", "Epsilon", "By hand"]),
        ({"q": "e.example"}, ["Epsilon"]),
        ({"q": "Alpha"}, ["Alpha, mine"]),
        ({"kind__exact": "video"}, ["Beta"]),
        ({"chapter": "Basics"}, ["Alpha, mine", "Beta", "Gamma", "Read"]),
        ({"chapter": "More"}, ["Delta", "By hand"]),
        ({"state": "live"}, ["Alpha, mine", "Beta", "Gamma", "Read", "By hand"]),
        ({"state": "retired"}, ["Delta", "Epsilon"]),
        ({"state": "by-editor"}, ["Delta"]),
        ({"state": "left"}, ["Epsilon"]),
        ({"origin": "edited"}, ["Alpha, mine"]),
        ({"origin": "unedited"}, ["Beta", "Gamma", "Read", "Delta", "Epsilon"]),
        ({"origin": "by-hand"}, ["By hand"]),
        ({"wants": "url"}, ["Gamma"]),
        ({"wants": "conflicts"}, ["Read"]),
        ({"wants": "nonsense"}, ["Alpha, mine", "Beta", "Gamma", "Read", "Delta", "Epsilon", "By hand"]),
        ({"state": "live", "origin": "by-hand", "chapter": "More"}, ["By hand"]),
    ],
)
def test_resources_are_narrowed(client: Client, plan: Roadmap, query: dict[str, str], expected: list[str]) -> None:
    if "chapter" in query:
        query = query | {"chapter": str(chapter(query["chapter"]))}
    assert listed(client, "resource", **query) == expected


def chapters(client: Client, **query: Any) -> list[str]:
    """Return the chapters that the list of resources offers."""
    response = client.get(reverse("admin:roadmap_resource_changelist"), query)
    specs = [spec for spec in response.context["cl"].filter_specs if isinstance(spec, ChapterFilter)]
    return [str(title) for spec in specs for _, title in spec.lookup_choices]


def test_the_chapters_are_the_highest_level_with_several_that_hold_resources(client: Client, plan: Roadmap) -> None:
    assert chapters(client) == ["Basics", "More"]


def test_of_several_roadmaps_each_has_its_chapters(client: Client, plan: Roadmap) -> None:
    other = make_plan(title="Other")
    every = ["Other · First chapter", "Other · Second chapter", "Plan · Basics", "Plan · More"]
    assert chapters(client) == every
    assert chapters(client, roadmap__id__exact=other.pk) == ["First chapter", "Second chapter"]
    assert chapters(client, roadmap__id__exact=plan.pk) == ["Basics", "More"]


@pytest.mark.parametrize(
    ("model", "query", "expected"),
    [
        ("section", {"resources": "some"}, ["Basics", "Deep", "More"]),
        ("section", {"resources": "none"}, ["Plan", "TODO"]),
        ("section", {"q": "Alpha"}, ["Basics"]),
        ("section", {"state": "retired"}, []),
        ("page", {"warnings": "some"}, ["README.md"]),
        ("page", {"warnings": "none"}, []),
        ("listing", {"origin": "by-hand"}, ["By hand"]),
        ("listing", {"origin": "notes", "q": "Beta"}, ["Beta"]),
        ("todo", {"done": "no"}, ["Draw"]),
        ("todo", {"done": "yes"}, []),
    ],
)
def test_other_lists_are_narrowed(
    client: Client, plan: Roadmap, model: str, query: dict[str, str], expected: list[str]
) -> None:
    assert listed(client, model, **query) == expected


def test_a_row_says_what_it_is_and_where(client: Client, plan: Roadmap) -> None:
    page = client.get(reverse("admin:roadmap_resource_changelist")).content.decode()
    beta = resource("Beta")
    assert f'href="/roadmaps/plan/#R-{beta.key}"' in page
    assert "youtube.com" in page
    assert "Basics" in page


def fill(count: int) -> None:
    """Add `count` of each thing: a roadmap with pages, sections, resources, places, TODOs, runs and changes."""
    for number in range(count):
        roadmap = make_plan(2)
        page = make_page(
            roadmap,
            path=f"more-{number}.md",
            position=1,
            warnings=[{"line": 1, "code": "dead-anchor", "subject": "#x"}],
        )
        section = make_section(page, parent=make_section(page, "Above"))
        edited = make_resource(roadmap, imported={"title": "t", "url": "u", "kind": "book", "description": ""})
        editing.place(Listing(section=section, resource=edited))
        make_resource(roadmap, retired_at=timezone.now())
        Todo.objects.create(section=section, position=0, text="Draw")
        run = ImportRun.objects.create(roadmap=roadmap, source="notes", version=1, counts={"resources": {"added": 1}})
        Change.objects.create(run=run, of="resource", action="updated", title="t", detail={"title": ["a", "b"]})


@pytest.mark.parametrize("model", [Roadmap, Page, Section, Resource, Listing, Todo, ImportRun, Change])
def test_twice_as_many_rows_take_no_more_queries(client: Client, model: type[Model]) -> None:
    url = reverse(f"admin:roadmap_{model.__name__.lower()}_changelist")
    fill(3)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    queries()
    few = queries()
    rows = model._default_manager.count()
    fill(3)
    assert model.objects.count() >= 2 * rows  # type: ignore[attr-defined]
    assert queries() == few


@pytest.mark.parametrize("model", [Roadmap, Page, Section, Resource, Listing, Todo, ImportRun])
def test_every_row_has_its_place_on_the_site(client: Client, plan: Roadmap, anyone: Client, model: type[Model]) -> None:
    rows = model._default_manager.filter(retired_at=None) if model is Resource else model._default_manager.all()
    response = client.get(reverse(f"admin:roadmap_{model.__name__.lower()}_change", args=[rows[0].pk]))
    assert anyone.get(response.context["absolute_url"].partition("#")[0]).status_code == 200


def test_what_is_retired_has_none(client: Client, plan: Roadmap) -> None:
    response = client.get(reverse("admin:roadmap_resource_change", args=[resource("Delta").pk]))
    assert response.context["absolute_url"] is None


def test_every_column_has_a_name_in_the_sites_language(client: Client, plan: Roadmap) -> None:
    response = client.get(reverse("admin:roadmap_resource_changelist"))
    _, *names = [str(header["text"]) for header in result_headers(response.context["cl"])]
    assert [name for name in names if name.isascii()] == []
