"""What can be taken along: the JSON, the table, the notes; and what a spreadsheet or a browser makes of them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts import exporting, notes, tracking
from accounts.models import Progress, StudyEvent, User
from roadmap.models import Listing, Resource, Roadmap, Section
from tests.factories import make_listing, make_page, make_plan, make_resource, make_section, make_user

pytestmark = pytest.mark.django_db

DOWNLOADS = {"json": "aie-notes.json", "csv": "progress.csv", "markdown": "notes.md"}
LONG_AGO = datetime(2026, 1, 31, 23, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def plan() -> Roadmap:
    return make_plan(slug="plan", title="The plan")


@pytest.fixture
def user() -> User:
    return make_user("ada@example.org", name="Ada", language="en", time_zone="Asia/Taipei", theme="dark")


def exported(user: User) -> dict[str, Any]:
    data = json.loads(exporting.as_json(user))
    assert isinstance(data, dict)
    return data


def table(user: User) -> list[list[str]]:
    text = exporting.as_csv(user)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def titled(title: str, **fields: Any) -> Resource:
    """A resource in a plan of its own."""
    page = make_page()
    resource = make_resource(page.roadmap, title, **fields)
    make_listing(make_section(page, "Basics"), resource)
    return resource


# JSON


def test_the_json_says_what_it_is_and_whose(user: User) -> None:
    data = exported(user)
    assert list(data)[:4] == ["format", "version", "exported_at", "account"]
    assert list(data)[4:] == ["resources", "progress", "notes", "events", "broken_links"]
    assert (data["format"], data["version"]) == ("aie-notes", 1)
    assert datetime.fromisoformat(data["exported_at"]).tzinfo
    assert data["account"] == {
        "email": "ada@example.org",
        "joined_at": user.date_joined.isoformat(),
        "name": "Ada",
        "language": "en",
        "time_zone": "Asia/Taipei",
        "theme": "dark",
        "shows_streak": True,
    }
    assert data["resources"] == data["progress"] == data["notes"] == data["events"] == []


def test_the_json_has_every_mark_and_the_resources_they_are_on(user: User, plan: Roadmap) -> None:
    first, second, third, *_ = plan.resources.order_by("pk")
    tracking.mark(user, [first.pk], "done")
    tracking.mark(user, [second.pk], "in_progress")
    tracking.mark(user, [second.pk], "")
    notes.save(user, third, "*Mine*\n\n第二行 🙂", 0)
    data = exported(user)
    assert [row["key"] for row in data["resources"]] == [first.key, second.key, third.key]
    assert data["resources"][0] == {
        "key": first.key,
        "roadmap": "plan",
        "title": first.title,
        "url": first.url,
        "url_in_notes": first.url,
    }
    since = Progress.objects.get().since.isoformat()
    assert data["progress"] == [{"resource": first.key, "state": "done", "since": since}]
    assert [(row["resource"], row["text"]) for row in data["notes"]] == [(third.key, "*Mine*\n\n第二行 🙂")]
    acts = [(row["resource"], row["kind"], row["before"], row["after"]) for row in data["events"]]
    assert acts == [
        (first.key, "state", "", "done"),
        (second.key, "state", "", "in_progress"),
        (second.key, "state", "in_progress", ""),
        (third.key, "note", "", ""),
    ]
    assert all(datetime.fromisoformat(row["at"]).tzinfo for row in data["events"])


def test_the_json_keeps_both_urls_of_a_resource_that_an_editor_moved(user: User, resource: Resource) -> None:
    old = resource.url
    Resource.objects.filter(pk=resource.pk).update(url="https://example.org/moved")
    tracking.mark(user, [resource.pk], "done")
    row = exported(user)["resources"][0]
    assert (row["url"], row["url_in_notes"]) == ("https://example.org/moved", old)


def test_the_json_has_no_row_of_what_was_taken_back_or_emptied(user: User, resource: Resource) -> None:
    tracking.undo(user, tracking.mark(user, [resource.pk], "done").id)
    notes.save(user, resource, "Mine", 0)
    notes.save(user, resource, "", 1)
    StudyEvent.objects.filter(kind="note").delete()
    data = exported(user)
    assert data["resources"] == data["progress"] == data["notes"] == data["events"] == []


def test_what_left_the_notes_comes_along(user: User, resource: Resource) -> None:
    tracking.mark(user, [resource.pk], "done")
    Listing.objects.filter(resource=resource).delete()
    Resource.objects.filter(pk=resource.pk).update(retired_at=LONG_AGO)
    assert exported(user)["progress"][0]["resource"] == resource.key
    assert [row[2] for row in table(user)[1:]] == [resource.title]


def test_nothing_of_another_learner_comes_along(user: User, resource: Resource) -> None:
    other = make_user("bob@example.org")
    tracking.mark(other, [resource.pk], "done")
    notes.save(other, resource, "Bob’s", 0)
    assert exported(user)["resources"] == []
    assert len(table(user)) == 1
    assert exporting.as_markdown(user) == ""
    assert "bob" not in exporting.as_json(user)


@pytest.mark.parametrize("write", [exporting.as_json, exporting.as_csv, exporting.as_markdown])
def test_the_queries_do_not_grow_with_the_marks(user: User, write: Any) -> None:
    plan = make_plan(resources=12)
    few, many = list(plan.resources.all())[:2], list(plan.resources.all())
    tracking.mark(user, [it.pk for it in few], "done")
    notes.save(user, few[0], "Mine", 0)
    write(user)  # the contents of the plan are kept from here on
    with CaptureQueriesContext(connection) as before:
        write(user)
    tracking.mark(user, [it.pk for it in many], "done")
    for it in many[1:]:
        notes.save(user, it, "Mine", 0)
    with CaptureQueriesContext(connection) as after:
        write(user)
    assert len(after) == len(before)


# The table


def test_the_table_has_a_row_for_each_state_in_the_order_of_the_plan(user: User, plan: Roadmap) -> None:
    first = Section.objects.get(title="First chapter").listings.get().resource
    last = Section.objects.get(title="Second chapter").listings.get().resource
    tracking.mark(user, [last.pk], "skipped")
    tracking.mark(user, [first.pk], "done")
    Progress.objects.update(since=LONG_AGO)
    assert table(user) == [
        ["roadmap", "section", "title", "url", "state", "since"],
        ["The plan", "First chapter", first.title, first.url, "done", "2026-02-01T07:30:15+08:00"],
        ["The plan", "Second chapter", last.title, last.url, "skipped", "2026-02-01T07:30:15+08:00"],
    ]


@pytest.mark.parametrize(
    "title",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        '=HYPERLINK("https://evil.example","x")',
        "＝1+1",
        "＠x",
        " =1",
        "\t=1",
        "\r\n=1",
        "\n-1",
    ],
)
def test_no_cell_is_a_formula(user: User, title: str) -> None:
    resource = titled(title, url="=cmd|' /C calc'!A0")
    Roadmap.objects.filter(pk=resource.roadmap_id).update(title=title)
    Section.objects.update(title=title)
    resource.roadmap.touch()
    tracking.mark(user, [resource.pk], "done")
    [_, row] = table(user)
    assert all(cell.startswith("'") for cell in row[:4])
    assert row[2] == f"'{title.strip()}"


@pytest.mark.parametrize("title", ["1=1", "C++", "a-b", "x@y", "'quoted'"])
def test_other_cells_stay_as_they_are(user: User, title: str) -> None:
    tracking.mark(user, [titled(title).pk], "done")
    assert table(user)[1][2] == title


@pytest.mark.parametrize("title", ['a, "b"; c', "two\nlines", "two\r\nlines", "深度學習，第一章"])
def test_commas_quotes_and_line_ends_keep_to_their_cell(user: User, title: str) -> None:
    tracking.mark(user, [titled(title).pk], "done")
    [_, row] = table(user)
    assert row[2] == " ".join(title.split())
    assert len(row) == 6


# The notes


def test_the_notes_stand_under_their_sections_in_the_order_of_the_plan(user: User, plan: Roadmap) -> None:
    first = Section.objects.get(title="First chapter").listings.get().resource
    last = Section.objects.get(title="Second chapter").listings.get().resource
    task = make_resource(plan, "A task", url="", kind="task")
    make_listing(last.listings.get().section, task)
    plan.touch()
    for resource, text in ((last, "The last"), (task, "Done it"), (first, "- the\n- first")):
        notes.save(user, resource, text, 0)
    assert exporting.as_markdown(user) == (
        "# The plan\n\n"
        f"## First chapter\n\n### [{first.title}](<{first.url}>)\n\n- the\n- first\n\n"
        f"## Second chapter\n\n### [{last.title}](<{last.url}>)\n\nThe last\n\n"
        "### A task\n\nDone it\n"
    )


def test_a_note_on_what_left_the_plan_stands_under_no_section_of_it(user: User, plan: Roadmap) -> None:
    first, gone = plan.resources.order_by("pk")[:2]
    notes.save(user, gone, "Still mine", 0)
    notes.save(user, first, "Mine", 0)
    Listing.objects.filter(resource=gone).delete()
    Resource.objects.filter(pk=gone.pk).update(retired_at=LONG_AGO)
    plan.touch()
    text = exporting.as_markdown(user)
    assert text.count("## No longer in the roadmap\n") == 1
    assert text.index("Mine\n") < text.index("## No longer") < text.index("Still mine")


def test_titles_and_addresses_stay_what_they_are_in_markdown(user: User) -> None:
    notes.save(user, titled("a [b] *c* `d` <e> \\ f\ng", url="https://example.org/<x>\\y"), "Mine", 0)
    assert (
        "### [a \\[b\\] \\*c\\* \\`d\\` \\<e> \\\\ f g](<https://example.org/%3Cx%3E%5Cy>)\n"
        in exporting.as_markdown(user)
    )


# The downloads


@pytest.mark.parametrize(("name", "file"), DOWNLOADS.items())
def test_a_download_is_a_file_that_no_cache_keeps(client: Client, user: User, name: str, file: str) -> None:
    client.force_login(user)
    response = client.get(reverse(f"accounts:{name}"))
    assert response.status_code == 200
    assert response["Content-Disposition"] == f'attachment; filename="{file}"'
    assert response["Content-Type"].endswith("; charset=utf-8")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_guest_is_led_to_the_sign_in(client: Client, name: str) -> None:
    address = reverse(f"accounts:{name}")
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/en/accounts/login/")
    assert address in response["Location"]


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_download_is_nothing_to_post_to(client: Client, user: User, name: str) -> None:
    client.force_login(user)
    assert client.post(reverse(f"accounts:{name}")).status_code == 405


@pytest.mark.parametrize("name", DOWNLOADS)
def test_the_page_leads_to_each_download(client: Client, user: User, name: str) -> None:
    client.force_login(user)
    assert f'href="{reverse(f"accounts:{name}")}"' in client.get(reverse("accounts:data")).text
