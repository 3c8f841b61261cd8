"""What an editor does about links: take over, take a copy, leave, check again; one at a time and many at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import BrokenReport, User
from roadmap import editing, repairs
from roadmap.models import Grade, Link, LinkEvent, Resource, Section
from tests.admin.forms import change_url, page, shown
from tests.factories import make_resource, make_user
from tests.graded_links import WELL, call_broken, graded
from tests.importing.notes import bring, plan, resource

NOTES = "# Plan\n\n- [Alpha](https://a.example/one#part)\n- [Beta](https://b.example/two)\n- [Gamma]()\n"
NEW = "https://new.example/one"
COPY = f"https://web.archive.org/web/{WELL:%Y%m%d%H%M%S}/https://a.example/one#part"
ACTS = ("take-over", "take-copy", "leave-link", "check-soon")


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)


def press(client: Client, row: Resource, name: str, decided_on: str | None = None) -> list[str]:
    """Press a button of a resource's page; return what is said."""
    data = {} if decided_on is None else {"shown": decided_on}
    return _said(client, reverse(f"admin:roadmap_resource_{name}", args=[row.pk]), data)


def choose(client: Client, action: str, *rows: Resource) -> list[str]:
    """Carry out an action of the list; return what is said."""
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return _said(client, reverse("admin:roadmap_resource_changelist"), data)


def _said(client: Client, url: str, data: dict[str, Any]) -> list[str]:
    response = client.post(f"/en{url}", data, follow=True)
    translation.activate("zh-hant")
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def logged(row: Resource) -> str:
    return LogEntry.objects.filter(object_id=str(row.pk)).latest("pk").get_change_message()


def by_hand(title: str, url: str) -> Resource:
    made = Resource(title=title, url=url, kind="book")
    editing.add(made, Section.objects.get(title="Plan"))
    return made


@pytest.mark.parametrize(
    ("url", "target", "offered"),
    [
        ("https://a.example/one#part", NEW, f"{NEW}#part"),
        ("https://a.example/one#part", f"{NEW}#own", f"{NEW}#own"),
        ("https://a.example/one", NEW, NEW),
        ("https://a.example/one#", NEW, f"{NEW}#"),
        ("https://a.example/one", "https://new.example/a b", ""),
        ("https://a.example/one", "javascript:alert(1)", ""),
        ("https://a.example/one", "", ""),
        ("https://a.example/one", "https://a.example/one", ""),
    ],
)
def test_the_fragment_is_kept_and_what_cannot_be_typed_is_not_offered(url: str, target: str, offered: str) -> None:
    Resource.objects.filter(title="Alpha").update(url=url)
    row = resource("Alpha")
    graded(row, Grade.MOVED, target=target)
    assert repairs.moved_to(row) == offered


@pytest.mark.parametrize("grade", [grade for grade in Grade if grade != Grade.MOVED])
def test_only_where_it_moved_is_an_address_offered(grade: str) -> None:
    graded(resource("Alpha"), grade, target=NEW)
    assert repairs.moved_to(resource("Alpha")) == ""


def test_what_is_known_of_another_address_offers_nothing() -> None:
    row = resource("Alpha")
    graded(row, Grade.MOVED, target=NEW)
    row.url = "https://typed.example/"
    assert repairs.moved_to(row) == ""


@pytest.mark.parametrize(
    ("grade", "fields", "offered"),
    [
        (Grade.DEAD, {}, COPY),
        (Grade.FAILING, {}, COPY),
        (Grade.DEAD, {"well_at": None}, ""),
        (Grade.BLOCKED, {}, ""),
        (Grade.OK, {}, ""),
    ],
)
def test_the_copy_is_that_of_the_day_it_was_last_well(grade: str, fields: dict[str, Any], offered: str) -> None:
    graded(resource("Alpha"), grade, **fields)
    assert repairs.archived(resource("Alpha")) == offered


def test_a_copy_of_a_copy_is_not_offered(client: Client) -> None:
    row = make_resource(plan(), url=COPY)
    graded(row, Grade.DEAD)
    assert repairs.archived(row) == ""
    found = page(client, change_url(row), "en")
    assert "Internet Archive" not in found
    assert "Or type another address into the field “URL” above." in found


def test_what_was_never_well_is_led_to_all_copies(client: Client) -> None:
    graded(resource("Alpha"), Grade.DEAD, well_at=None)
    found = page(client, change_url(resource("Alpha")), "en")
    assert "https://web.archive.org/web/*/https://a.example/one" in found
    assert "Take the Internet Archive" not in found


@pytest.mark.parametrize(
    ("name", "grade", "fields", "url"),
    [("take-over", Grade.MOVED, {"target": NEW}, f"{NEW}#part"), ("take-copy", Grade.DEAD, {}, COPY)],
)
def test_a_button_is_an_edit_that_is_logged_and_taken_back_by_reset(
    client: Client, name: str, grade: str, fields: dict[str, Any], url: str
) -> None:
    graded(resource("Alpha"), grade, **fields)
    assert f'value="{url}"' in page(client, change_url(resource("Alpha")), "en")
    version = plan().version
    assert press(client, resource("Alpha"), name, url) == ["1 resource has another URL."]
    row = resource("Alpha")
    assert (row.url, row.link, row.edited_fields, plan().version) == (url, None, ["url"], version + 1)
    assert f"“https://a.example/one#part” became “{url}”" in logged(row)
    press(client, row, "reset")
    row = resource("Alpha")
    assert (row.url, row.link) == ("https://a.example/one#part", Link.objects.get(url="https://a.example/one"))


def test_what_was_not_shown_is_not_taken_over(client: Client) -> None:
    graded(resource("Alpha"), Grade.MOVED, target=NEW)
    other = "https://other.example/"
    for decided_on in (NEW, other, ""):
        said = press(client, resource("Alpha"), "take-over", decided_on)
        assert said == ["Nothing was changed: something else is found of the link by now. Look at it once more."]
    graded(resource("Alpha"), Grade.DEAD)
    press(client, resource("Alpha"), "take-over", f"{NEW}#part")
    assert resource("Alpha").url == "https://a.example/one#part"
    assert not LogEntry.objects.exists()


def test_a_resource_by_hand_takes_no_url_of_another_and_the_others_go_on(client: Client) -> None:
    first, second = by_hand("First", "https://f.example/"), by_hand("Second", "https://s.example/")
    graded(first, Grade.MOVED, target="https://b.example/two/")
    graded(second, Grade.MOVED, target="https://free.example/")
    graded(resource("Alpha"), Grade.MOVED, target=NEW)
    done, taken = choose(client, "take_over_selected", first, second, resource("Alpha"), resource("Gamma"))
    assert done == "2 resources have other URLs."
    assert taken.startswith("Nothing was changed where another resource has the new URL already: <a")
    assert ">First</a> (<a" in taken
    assert ">Beta</a>)" in taken
    urls = dict(Resource.objects.values_list("title", "url"))
    assert (urls["First"], urls["Second"]) == ("https://f.example/", "https://free.example/")
    assert urls["Alpha"] == f"{NEW}#part"
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {str(second.pk), str(resource("Alpha").pk)}


def test_two_of_the_notes_that_moved_to_one_place_both_follow_and_it_is_said(client: Client) -> None:
    for title in ("Alpha", "Beta"):
        graded(resource(title), Grade.MOVED, target=f"{NEW}#")
    done, doubled = choose(client, "take_over_selected", resource("Alpha"), resource("Beta"))
    assert done == "2 resources have other URLs."
    assert doubled.startswith("Another resource has the new URL too, so an export leaves it out: <a")
    assert ">Beta</a> (<a" in doubled


def test_copies_are_taken_of_many_where_there_are_some(client: Client) -> None:
    graded(resource("Alpha"), Grade.DEAD)
    graded(resource("Beta"), Grade.OK)
    said = choose(client, "take_copies_selected", resource("Alpha"), resource("Beta"), resource("Gamma"))
    assert said == ["1 resource has another URL."]
    assert (resource("Alpha").url, resource("Beta").url) == (COPY, "https://b.example/two")
    assert choose(client, "take_copies_selected", resource("Beta")) == ["Nothing to do there."]


def test_leaving_a_link_puts_it_and_the_reports_aside(client: Client) -> None:
    link, other = graded(resource("Alpha"), Grade.DEAD), graded(resource("Beta"), Grade.OK)
    call_broken(link, learners=2)
    call_broken(other)
    assert press(client, resource("Alpha"), "leave-link", "dead") == [
        "1 link is left as it is until something else is found."
    ]
    link.refresh_from_db()
    assert link.dismissed == link.verdict == "dead"
    assert [each.link for each in BrokenReport.objects.filter(closed_at=None)] == [other]
    assert logged(resource("Alpha"))
    said = choose(client, "leave_links_selected", resource("Alpha"), resource("Beta"), resource("Gamma"))
    assert said == ["2 links are left as they are until something else is found."]
    assert not BrokenReport.objects.filter(closed_at=None).exists()


def test_what_was_not_shown_is_not_left(client: Client) -> None:
    link = graded(resource("Alpha"), Grade.DEAD)
    call_broken(link)
    said = press(client, resource("Alpha"), "leave-link", f"moved {NEW}")
    assert said == ["Nothing was changed: something else is found of the link by now. Look at it once more."]
    link.refresh_from_db()
    assert link.dismissed == ""
    assert BrokenReport.objects.filter(closed_at=None).exists()


def test_the_next_check_is_brought_forward(client: Client) -> None:
    before = timezone.now()
    graded(resource("Alpha"), Grade.OK, checked_at=before)
    gone = make_resource(plan(), retired_at=before)
    assert press(client, resource("Alpha"), "check-soon") == ["The next check asks for 1 link."]
    link = resource("Alpha").link
    assert link
    assert link.hurried_at
    assert link.hurried_at > before
    assert "The next check asks for it." in page(client, change_url(resource("Alpha")), "en")
    said = choose(client, "check_soon_selected", resource("Alpha"), resource("Beta"), resource("Gamma"), gone)
    assert said == ["The next check asks for 2 links."]
    beta = resource("Beta").link
    assert beta
    assert (beta.url, bool(beta.hurried_at)) == ("https://b.example/two", True)


def test_to_ask_for_many_takes_no_more_reads() -> None:
    def reads(count: int) -> int:
        rows = [make_resource(plan()) for _ in range(count)]
        with CaptureQueriesContext(connection) as captured:
            assert repairs.hurry(rows) == rows
        return sum(query["sql"].startswith("SELECT") for query in captured)

    assert reads(1) == reads(7)
    assert Link.objects.filter(hurried_at=None).count() == 0


@pytest.mark.parametrize(
    ("grade", "events"), [(Grade.DEAD, [("mended", "https://typed.example/")]), (Grade.FAILING, []), (Grade.MOVED, [])]
)
def test_a_dead_link_that_gets_another_url_is_told_as_mended_once(
    client: Client, grade: str, events: list[tuple[str, str]]
) -> None:
    graded(resource("Alpha"), grade, target=NEW)
    url = change_url(resource("Alpha"))
    form = shown(client, url) | {"url": "https://typed.example/"}
    for _ in range(2):
        assert client.post(url, form).status_code == 302
    assert list(LinkEvent.objects.values_list("kind", "url")) == events
    if events:
        assert LinkEvent.objects.get().replaced == "https://a.example/one"


def test_another_broken_url_mends_nothing(client: Client) -> None:
    graded(make_resource(plan(), url=NEW), Grade.DEAD)
    graded(resource("Alpha"), Grade.DEAD)
    editing.edit(resource("Alpha"), {"url": NEW})
    assert not LinkEvent.objects.exists()


@pytest.mark.parametrize("rights", [[], ["view_resource"]])
def test_who_may_not_change_presses_nothing(rights: list[str]) -> None:
    looker: User = make_user(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(looker)
    link = graded(resource("Alpha"), Grade.MOVED, target=NEW)
    for name in ACTS:
        assert client.post(reverse(f"admin:roadmap_resource_{name}", args=[resource("Alpha").pk])).status_code == 403
    data = {"action": "take_over_selected", "_selected_action": [str(resource("Alpha").pk)]}
    client.post(reverse("admin:roadmap_resource_changelist"), data)
    link.refresh_from_db()
    assert (resource("Alpha").url, link.dismissed, link.hurried_at) == ("https://a.example/one#part", "", None)


@pytest.mark.parametrize("name", ACTS)
def test_a_get_does_nothing(client: Client, anyone: Client, name: str) -> None:
    address = reverse(f"admin:roadmap_resource_{name}", args=[resource("Alpha").pk])
    assert client.get(address).status_code == 405
    assert anyone.post(address).status_code == 302
    assert client.post(reverse(f"admin:roadmap_resource_{name}", args=[99999])).status_code == 404
