"""How links are: the column and the filters of the list, the block of the page, the lines of the front page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape

from accounts import broken
from accounts.models import User
from roadmap import editing
from roadmap.admin import front
from roadmap.admin.links import MOST_CHECKS
from roadmap.models import Grade, Link, Resource
from tests.admin.forms import change_url, page
from tests.factories import make_resource
from tests.graded_links import call_broken, checked, graded
from tests.importing.notes import bring, plan, resource

NAMES = ("Dead", "Failing", "Moved", "Blocked", "Well", "Unchecked")
LINKED = "".join(f"- [{name}](https://{name.lower()}.example/a#b)\n" for name in NAMES)
NOTES = f"# Plan\n\n{LINKED}- [Nowhere]()\n"
LIST = "admin:roadmap_resource_changelist"
NEW = "https://new.example/<i>"
WORDS = {
    "dead": "1 resource with a dead link",
    "failing": "1 resource with a link that has failed for 7 days or longer",
    "moved": "1 resource with a link that moved",
    "called": "1 resource whose link learners call broken, while the check does not",
}


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)
    for name, grade in (("Dead", Grade.DEAD), ("Failing", Grade.FAILING), ("Blocked", Grade.BLOCKED), ("Well", "ok")):
        graded(resource(name), grade)
    graded(resource("Moved"), Grade.MOVED, target=NEW)


def listed(client: Client, **query: str) -> list[str]:
    response = client.get(reverse(LIST), query)
    assert response.status_code == 200
    return [str(row) for row in response.context["cl"].result_list]


def wanted(client: Client) -> dict[str, list[str]]:
    """Return the lines of the front page about links, with what the list shows that each leads to."""
    with translation.override("en"):
        lines = client.get(reverse("admin:index")).context["wants"]
    found = [line for line in lines if "link" in line.words]
    return {line.words: [str(row) for row in client.get(line.address).context["cl"].result_list] for line in found}


@pytest.mark.parametrize("grade", [*Grade, "unchecked"])
def test_the_list_is_narrowed_to_a_grade(client: Client, grade: str) -> None:
    expected = {"ok": "Well"}.get(grade, str(grade).capitalize())
    assert listed(client, grade=grade) == [expected]
    Link.objects.filter(grade="").update(url="-")
    Resource.objects.filter(title="Unchecked").update(link=None)
    assert listed(client, grade=grade) == [expected]


def test_the_list_is_narrowed_to_what_learners_call_broken(client: Client) -> None:
    for name in ("Dead", "Well", "Blocked"):
        link = resource(name).link
        assert link
        call_broken(link, learners=2)
    assert listed(client, grade="called-broken") == ["Blocked", "Well"]
    broken.close(Link.objects.filter(resources__title="Well"))
    assert listed(client, grade="called-broken") == ["Blocked"]


def test_the_list_is_sorted_by_how_bad_links_are(client: Client) -> None:
    worst_first = listed(client, o="2")
    assert worst_first[:5] == ["Dead", "Failing", "Moved", "Blocked", "Well"]
    assert set(worst_first[5:]) == {"Unchecked", "Nowhere"}
    assert listed(client, o="-2")[2:] == ["Well", "Blocked", "Moved", "Failing", "Dead"]


def test_the_list_says_since_when_and_where_to(client: Client) -> None:
    day = timezone.localtime(timezone.now() - timedelta(days=10)).date()
    shown = page(client, reverse(LIST), "en")
    assert shown.count(f'<time class="since" datetime="{day.isoformat()}">since ') == 2
    assert "→ new.example" in shown
    assert f'href="{escape(NEW)}"' in shown
    assert "<i>" not in shown.partition("result_list")[2]
    for grade, word in (("dead", "dead"), ("ok", "well"), ("blocked", "not shown to robots")):
        assert f'<span class="grade grade-{grade}">' in shown
        assert f"</span> {word}</span>" in shown
    assert shown.count('class="grade grade-') == 5


def test_more_links_take_no_more_queries(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(LIST)).status_code == 200
        return len(captured)

    queries()
    few = queries()
    for grade in Grade:
        graded(make_resource(plan()), grade, target=NEW)
    assert queries() == few


def test_the_page_says_all_that_is_known(client: Client) -> None:
    link = graded(resource("Dead"), Grade.DEAD, status=404, target="https://dead.example/there")
    call_broken(link, learners=3)
    shown = page(client, change_url(resource("Dead")), "en")
    for words in (
        "· it is not found",
        "· HTTP 404",
        "https://dead.example/there",
        "Jan. 2, 2026, 11:04 a.m.",
        "Well last",
        "Failing since",
        "Found dead",
        "3 learners call it broken.",
        "https://web.archive.org/web/20260102030405/https://dead.example/a",
    ):
        assert words in shown


def test_reports_that_a_check_agreed_with_are_over_once_the_link_is_mended(client: Client) -> None:
    link = graded(resource("Well"), Grade.OK)
    call_broken(link, learners=2)
    shown = page(client, change_url(resource("Well")), "en")
    assert "2 learners call it broken." in shown
    assert "Leave as it is" in shown
    checked(link, "failing")
    checked(link, "ok")
    assert WORDS["called"] not in wanted(client)
    shown = page(client, change_url(resource("Well")), "en")
    assert "it broken." not in shown
    assert "Leave as it is" not in shown


@pytest.mark.parametrize("grade", [Grade.MOVED, Grade.FAILING])
def test_what_is_no_web_address_is_not_linked(client: Client, grade: str) -> None:
    graded(resource("Moved"), grade, target="javascript:alert(1)")
    for address in (change_url(resource("Moved")), reverse(LIST)):
        assert 'href="javascript' not in page(client, address, "en")
    assert "javascript:alert(1)" in page(client, change_url(resource("Moved")), "en")


def test_what_was_not_checked_yet_says_so_and_what_has_no_url_nothing(client: Client) -> None:
    shown = page(client, change_url(resource("Unchecked")), "en")
    assert "It was not checked yet." in shown
    assert "Check again soon" in shown
    assert "link-health" not in page(client, change_url(resource("Nowhere")), "en")


def test_the_history_is_shown_newest_first_and_not_without_end(client: Client) -> None:
    link = graded(resource("Dead"), Grade.DEAD)
    now = timezone.now()
    for days in range(MOST_CHECKS):
        checked(link, "failing", at=now - timedelta(days=days), status=500 + days, target=f"https://x.example/{days}")
    shown = page(client, change_url(resource("Dead")), "en")
    assert "there are older ones" not in shown
    places = [shown.index(f"· HTTP {500 + days}") for days in range(MOST_CHECKS)]
    assert places == sorted(places)
    assert "→ https://x.example/7" in shown
    checked(link, "ok", at=now - timedelta(days=99), status=299)
    shown = page(client, change_url(resource("Dead")), "en")
    assert f"These are the {MOST_CHECKS} newest; there are older ones." in shown
    assert "HTTP 299" not in shown


def test_who_may_only_look_sees_it_without_buttons(client: Client, editor: User) -> None:
    graded(resource("Moved"), Grade.MOVED, target="https://new.example/")
    before = page(client, change_url(resource("Moved")), "en")
    editor.groups.clear()
    editor.user_permissions.set(Permission.objects.filter(codename="view_resource"))
    shown = page(client, change_url(resource("Moved")), "en")
    for words in ("Take over the new address:", "Leave as it is", "Check again soon", "formaction"):
        assert words in before
        assert words not in shown
    assert "it leads to another address for good" in shown
    assert "take_over_selected" not in page(client, reverse(LIST), "en")


def test_the_front_page_leads_to_exactly_what_it_counts(client: Client) -> None:
    call_broken(graded(resource("Well"), Grade.OK))
    for grade in (Grade.DEAD, Grade.FAILING, Grade.MOVED):
        graded(make_resource(plan(), retired_at=timezone.now()), grade, target=NEW)
    call_broken(graded(make_resource(plan(), retired_at=timezone.now()), Grade.OK))
    assert wanted(client) == {
        WORDS["dead"]: ["Dead"],
        WORDS["failing"]: ["Failing"],
        WORDS["moved"]: ["Moved"],
        WORDS["called"]: ["Well"],
    }


def test_what_has_failed_for_a_short_time_is_not_counted(client: Client) -> None:
    graded(resource("Failing"), Grade.FAILING, days=6)
    assert WORDS["failing"] not in wanted(client)


def test_what_was_put_aside_is_not_counted_until_something_else_is_found(client: Client) -> None:
    for name in ("Dead", "Failing", "Moved"):
        link = resource(name).link
        assert link
        Link.objects.filter(pk=link.pk).update(dismissed=link.verdict)
    assert wanted(client) == {}
    graded(resource("Moved"), Grade.MOVED, target="https://other.example/")
    graded(resource("Failing"), Grade.DEAD)
    assert wanted(client) == {WORDS["dead"]: ["Failing"], WORDS["moved"]: ["Moved"]}


def test_where_a_failing_link_leads_makes_no_difference(client: Client) -> None:
    link = graded(resource("Failing"), Grade.FAILING, target="https://in.example/?once=1")
    Link.objects.filter(pk=link.pk).update(dismissed=link.verdict)
    graded(resource("Failing"), Grade.FAILING, target="https://in.example/?once=2")
    assert WORDS["failing"] not in wanted(client)
    shown = page(client, change_url(resource("Failing")), "en")
    assert "An editor left it as it is." in shown
    assert "Leave as it is" not in shown


def test_what_is_retired_is_not_counted(client: Client) -> None:
    call_broken(graded(resource("Well"), Grade.OK))
    editing.retire(Resource.objects.all())
    assert wanted(client) == {}


def test_it_takes_a_fixed_number_of_queries(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len([line for line in front.lines() if line.model == "resource"]) == 5
        return len(captured)

    call_broken(graded(resource("Well"), Grade.OK))
    few = queries()
    for grade in (Grade.DEAD, Grade.FAILING, Grade.MOVED):
        graded(make_resource(plan()), grade, target=NEW)
    call_broken(graded(make_resource(plan()), Grade.OK), learners=4)
    assert queries() == few == 6


def test_a_url_that_was_checked_already_has_its_grade_at_once(client: Client) -> None:
    known = graded(make_resource(plan(), url="https://known.example/"), Grade.OK)
    editing.edit(resource("Dead"), {"url": "https://known.example/#part"})
    assert resource("Dead").link == known
    added = Resource(title="Added", url="https://known.example/#other", kind="book")
    listing = resource("Dead").listings.get()
    editing.add(added, listing.section)
    assert added.link == known
