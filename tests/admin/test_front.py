"""The admin's front page: what wants a hand, each line leading to where it is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts import tracking
from accounts.models import User
from roadmap import editing
from roadmap.models import Page, Proposal, Resource, Roadmap, Section
from tests.admin.forms import page
from tests.factories import make_admin, make_page, make_resource, make_roadmap, make_section, make_user
from tests.importing.notes import bring, plan, resource

CLEAN = "# Plan\n\n- [Alpha](https://a.example/one)\n- [Beta](https://b.example/two)\n- [ ] Read\n"
BOTH = {"title": {"base": "a", "notes": "b"}}
Lines = list[tuple[str, list[str], list[str]]]
"""Of each line its words, what its link lists, and the words of its items."""


def wants(client: Client) -> Lines:
    """Return the lines in English, their links followed."""
    with translation.override("en"):
        address = reverse("admin:index")
        lines = client.get(address).context["wants"]
        return [(line.words, followed(client, line.address), [item.words for item in line.items]) for line in lines]


def followed(client: Client, address: str) -> list[str]:
    """Return what a list shows."""
    response = client.get(address)
    assert response.status_code == 200
    return [str(row) for row in response.context["cl"].result_list]


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, CLEAN)


def skip(row: Resource, skipping: int, others: int = 0) -> None:
    for number in range(skipping + others):
        tracking.mark(make_user(), [row.pk], "skipped" if number < skipping else "done")


@pytest.mark.parametrize(("language", "said"), [("en", "Nothing just now: all is settled.")])
def test_it_says_that_nothing_wants_a_hand(client: Client, language: str, said: str) -> None:
    skip(resource("Alpha"), 1)
    shown = page(client, reverse("admin:index"), language)
    assert said in shown
    assert wants(client) == []


def test_conflicts_are_counted_of_resources_and_of_sections(client: Client) -> None:
    Resource.objects.filter(title="Alpha").update(conflicts=BOTH)
    Section.objects.update(conflicts={"source": {"base": "a", "notes": "b"}})
    make_section(make_page(), "Other")
    assert wants(client) == [
        ("1 resource that both an editor and the notes changed", ["Alpha"], []),
        ("1 section that both an editor and the notes changed", ["Plan"], []),
    ]


def test_open_questions_are_counted(client: Client) -> None:
    row, new = make_resource(plan(), "Old", retired_at=timezone.now()), resource("Alpha")
    for number, answer in enumerate(("", "", Proposal.Answer.REFUSED)):
        title = f"New {number}"
        Proposal.objects.create(
            roadmap=plan(), resource=row, found=new, key=title, title=title, reason="twice", answer=answer
        )
    [(said, rows, _)] = wants(client)
    assert said == "2 questions whether something new is what has left the notes"
    assert sorted(rows) == ["Old = New 0?", "Old = New 1?"]


def test_what_has_no_url_and_should_is_counted(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, CLEAN + "- [Gamma]()\n- [Delta]()\n")
    editing.retire([resource("Delta")])
    lines = wants(client)
    assert lines[0] == ("1 resource without a URL", ["Gamma"], [])
    assert lines[1:] == [("1 page with other warnings", ["README.md"], [])]


def test_one_url_under_two_titles_is_shown_with_page_and_line(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, CLEAN + "- [Something else](https://b.example/two)\n")
    [(said, rows, items)] = wants(client)
    assert (said, rows) == ("1 URL under two titles", ["README.md"])
    assert items == ["README.md, line 6: “Beta”, “Something else”"]


def test_of_several_roadmaps_the_place_says_which(client: Client) -> None:
    warning = {"line": 3, "code": "two-titles", "subject": "“A”, “B”"}
    for title in ("One", "Two"):
        make_page(make_roadmap(title=title), warnings=[warning] * 7)
    make_page(make_roadmap(), warnings=[warning], retired_at=timezone.now())
    [(said, rows, items)] = wants(client)
    assert (said, rows) == ("14 URLs under two titles", ["README.md", "README.md"])
    assert items == ["One · README.md, line 3: “A”, “B”"] * 7 + ["Two · README.md, line 3: “A”, “B”"] * 3


@pytest.mark.parametrize(
    ("subject", "lists"),
    [('says "two-titles"', {"other": ["README.md"], "two-titles": []}), ("x", {"other": ["README.md"]})],
)
def test_a_warning_is_known_by_its_code_not_by_its_words(
    client: Client, subject: str, lists: dict[str, list[str]]
) -> None:
    Page.objects.update(warnings=[{"line": 1, "code": "dead-anchor", "subject": subject}])
    address = reverse("admin:roadmap_page_changelist")
    for value, rows in lists.items():
        assert followed(client, f"{address}?warnings={value}") == rows
    assert wants(client) == [("1 page with other warnings", ["README.md"], [])]


def test_what_learners_skip_most_comes_first_with_how_many_marked_it(client: Client) -> None:
    rows = [make_resource(plan(), f"R{number}") for number in range(7)]
    for number, row in enumerate(rows):
        skip(row, number, others=2)
    gone = make_resource(plan(), "Gone", retired_at=timezone.now())
    skip(gone, 9)
    [(said, listed, items)] = wants(client)
    assert said == "5 resources that several learners skip"
    assert set(listed) == {"R2", "R3", "R4", "R5", "R6"}
    assert items == [f"“R{n}”: {n} of the {n + 2} learners who marked it" for n in (6, 5, 4, 3, 2)]


def test_all_of_it_is_in_the_page_with_links_and_escaped(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, CLEAN + "- [Some <b>thing](https://b.example/two)\n")
    skip(resource("Alpha"), 2)
    shown = page(client, reverse("admin:index"), "en")
    assert "What wants a hand" in shown
    assert f'href="/en{reverse("admin:roadmap_page_changelist")}?warnings=two-titles&amp;state=live"' in shown
    assert f'href="/en{reverse("admin:roadmap_resource_change", args=[resource("Alpha").pk])}"' in shown
    assert "“Alpha”: 2 of the 2 learners who marked it" in shown
    assert "<b>thing" not in shown


def fill(roadmap: Roadmap) -> None:
    for number in range(3):
        row = make_resource(roadmap, url="", conflicts=BOTH)
        skip(row, 3)
        section = make_section(
            make_page(
                roadmap,
                path=f"{row.pk}.md",
                warnings=[{"line": number, "code": code, "subject": "x"} for code in ("two-titles", "dead-anchor")],
            )
        )
        Section.objects.filter(pk=section.pk).update(conflicts=BOTH)
        gone = make_resource(roadmap, retired_at=timezone.now())
        Proposal.objects.create(roadmap=roadmap, resource=gone, found=row, key="k", title="t", reason="similar")


def test_twice_as_many_rows_take_no_more_queries(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("admin:index")).status_code == 200
        return len(captured)

    fill(make_roadmap())
    queries()
    few = queries()
    fill(make_roadmap())
    fill(plan())
    assert len(wants(client)) == 7
    assert queries() == few


@pytest.mark.parametrize(
    ("rights", "lines"),
    [(["view_user"], None), (["view_resource"], 3), (["view_resource", "view_page", "view_section"], 6)],
)
def test_each_sees_what_they_may_view(client: Client, editor: User, rights: list[str], lines: int | None) -> None:
    fill(plan())
    editor.groups.clear()
    editor.user_permissions.set(Permission.objects.filter(codename__in=rights))
    found = client.get(reverse("admin:index")).context["wants"]
    assert (found if found is None else len(found)) == lines
    assert ('class="wants"' in page(client, reverse("admin:index"), "en")) == (lines is not None)


def test_an_admin_sees_all_and_a_stranger_nothing(client: Client, anyone: Client) -> None:
    fill(plan())
    client.force_login(make_admin())
    assert len(wants(client)) == 7
    assert anyone.get(reverse("admin:index")).status_code == 302
