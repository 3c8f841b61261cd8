"""“This link is broken”: who may say so, how often, what it does, what is told of it, and what becomes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts import broken, deleting, exporting, tracking
from accounts.broken import ENOUGH, Said
from accounts.models import BrokenReport, User
from roadmap.health import links
from roadmap.models import Link, LinkCheck, Resource, Roadmap
from roadmap.stamps import of_roadmap
from tests.accounts.exported import bring, everything
from tests.accounts.test_at_once import Browser, all_at_once, signed_in, site
from tests.broken_links import let_be
from tests.factories import make_resource, make_user

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def path_of(resource: Resource, name: str = "broken") -> str:
    with translation.override("en"):
        return reverse(f"accounts:{name}", args=[resource.key])


def page_of(client: Client, resource: Resource) -> str:
    """What a resource's page says of its link."""
    text = client.get(path_of(resource, "resource")).text
    found = re.search(r'<div id="Link".*?</div>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[0]).split()) if found else ""


def link_of(resource: Resource) -> Link:
    link = links.known(resource.url)
    assert link
    return link


def checked(resource: Resource, grade: str = "ok") -> Link:
    """Let a check of the link have come to a grade just now."""
    at = timezone.now()
    link = let_be(resource, grade, checked_at=at)
    LinkCheck.objects.create(link=link, at=at, grade=grade, reason=link.reason)
    return link


# What it does


def test_one_report_is_kept_and_brings_nothing_forward(resource: Resource) -> None:
    user = make_user()
    assert broken.report(user, resource) == Said.TAKEN
    row = BrokenReport.objects.get()
    assert (row.user, row.link, row.closed_at) == (user, link_of(resource), None)
    assert link_of(resource).hurried_at is None


def test_three_learners_bring_the_check_forward(resource: Resource) -> None:
    for number in range(1, ENOUGH + 1):
        broken.report(make_user(), resource)
        assert (link_of(resource).hurried_at is not None) == (number == ENOUGH)
    hurried_at = link_of(resource).hurried_at
    broken.report(make_user(), resource)
    assert link_of(resource).hurried_at == hurried_at


def test_one_learner_counts_once_however_often(resource: Resource) -> None:
    user = make_user()
    said = [broken.report(user, resource) for _ in range(ENOUGH + 1)]
    assert said == [Said.TAKEN, *[Said.ALREADY] * ENOUGH]
    assert link_of(resource).hurried_at is None


def test_after_a_check_it_takes_three_again(resource: Resource) -> None:
    users = [make_user() for _ in range(ENOUGH)]
    for user in users:
        broken.report(user, resource)
    hurried_at = checked(resource).hurried_at
    for user in users:
        assert link_of(resource).hurried_at == hurried_at
        assert broken.report(user, resource) == Said.TAKEN
    assert link_of(resource).hurried_at == BrokenReport.objects.latest("at").at
    assert BrokenReport.objects.count() == ENOUGH


def test_reports_from_before_a_check_do_not_count(resource: Resource) -> None:
    for _ in range(ENOUGH - 1):
        broken.report(make_user(), resource)
    checked(resource)
    broken.report(make_user(), resource)
    assert link_of(resource).hurried_at is None


def test_resources_of_one_address_are_one_link(plan: Roadmap, resource: Resource) -> None:
    part = make_resource(plan, url=f"{resource.url}#part")
    user = make_user()
    assert broken.report(user, resource) == Said.TAKEN
    assert broken.report(user, part) == Said.ALREADY


@pytest.mark.parametrize("grade", ["failing", "dead"])
def test_what_is_known_needs_no_report(resource: Resource, grade: str) -> None:
    let_be(resource, grade)
    assert broken.report(make_user(), resource) == Said.KNOWN
    assert not BrokenReport.objects.exists()


@pytest.mark.parametrize("url", ["", "mailto:ada@example.org"])
def test_where_there_is_no_link_there_is_nothing_to_report(plan: Roadmap, url: str) -> None:
    assert broken.report(make_user(), make_resource(plan, url=url)) == Said.NO_LINK
    assert not Link.objects.exists()


def test_what_left_the_notes_is_not_checked_any_more(resource: Resource) -> None:
    user = make_user()
    tracking.mark(user, [resource.pk], "done")
    resource.retired_at = timezone.now()
    resource.save()
    assert broken.report(user, resource) == Said.NO_LINK


def test_a_report_of_a_link_that_is_known_elsewhere_shows_it_on_the_page(plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "dead")
    Resource.objects.filter(pk=resource.pk).update(link=None)
    resource.refresh_from_db()
    before = of_roadmap(plan.slug, None)
    with CaptureQueriesContext(connection) as caught:
        assert broken.report(make_user(), resource) == Said.KNOWN
    assert of_roadmap(plan.slug, None) != before
    # Who unites two resources holds the roadmap first and the learners then.
    queries = [query["sql"] for query in caught.captured_queries]
    held = [number for number, sql in enumerate(queries) if "SELECT" in sql and '"accounts_user"' in sql]
    made_anew = [number for number, sql in enumerate(queries) if 'UPDATE "roadmap_roadmap"' in sql]
    assert made_anew < held


# What editors are told


def test_editors_see_how_many_call_a_link_broken_the_most_first(plan: Roadmap, resource: Resource) -> None:
    other = make_resource(plan)
    users = [make_user() for _ in range(2)]
    broken.report(users[0], other)
    for user in users:
        broken.report(user, resource)
    expected = [{"link": link_of(resource).pk, "count": 2}, {"link": link_of(other).pk, "count": 1}]
    assert list(broken.open_reports()) == expected
    assert broken.close([link_of(resource).pk]) == 2
    assert list(broken.open_reports()) == expected[1:]


def test_a_check_that_disagrees_leaves_the_report_open(resource: Resource) -> None:
    broken.report(make_user(), resource)
    checked(resource, "ok")
    assert len(broken.open_reports()) == 1


def test_a_check_that_agrees_settles_it_also_once_the_link_is_mended(resource: Resource) -> None:
    broken.report(make_user(), resource)
    checked(resource, "dead")
    assert not broken.open_reports()
    checked(resource, "ok")
    assert not broken.open_reports()
    broken.report(make_user(), resource)
    assert [row["count"] for row in broken.open_reports()] == [1]


def test_what_an_editor_put_aside_can_be_said_again_after_the_next_check(resource: Resource) -> None:
    user = make_user()
    broken.report(user, resource)
    broken.close(Link.objects.all())
    assert broken.report(user, resource) == Said.ALREADY
    assert not broken.open_reports()
    checked(resource)
    assert broken.report(user, resource) == Said.TAKEN
    assert len(broken.open_reports()) == 1


# By the site's form


def test_a_plain_form_leads_back_and_the_page_says_what_follows(
    client: Client, learner: User, resource: Resource
) -> None:
    assert page_of(client, resource) == "Not checked yet. This link is broken"
    own = path_of(resource, "resource")
    response = client.post(path_of(resource), {"next": own}, follow=True)
    assert response.redirect_chain == [(own, 302)]
    assert "Thank you. Once three learners say so" in response.text
    said = page_of(client, resource)
    assert "that this link is broken. Once three learners say so, it is checked before its turn." in said
    assert "This link is broken" not in said


def test_htmx_is_answered_by_the_line_at_the_foot_alone(client: Client, learner: User, resource: Resource) -> None:
    texts = [client.post(path_of(resource), headers=HTMX).text for _ in range(2)]
    assert all(text.startswith('<div hx-swap-oob="innerHTML:#Toast"><span>') for text in texts)
    assert "Thank you" in texts[0]
    assert "You have said so already" in texts[1]
    let_be(resource, "dead")
    assert "That is known already" in client.post(path_of(resource), headers=HTMX).text


def test_a_task_has_no_link_to_report(client: Client, learner: User, plan: Roadmap) -> None:
    task = make_resource(plan, url="", kind="task")
    assert "There is no link here" in client.post(path_of(task), headers=HTMX).text
    assert page_of(client, task) == ""


@pytest.mark.parametrize("guest", [False, True])
def test_who_has_no_account_is_refused_with_the_way_to_sign_in(client: Client, resource: Resource, guest: bool) -> None:
    if guest:
        client.post(path_of(resource, "state"), {"state": "done"})
    for headers in ({}, HTMX):
        response = client.post(path_of(resource), {"next": "/en/"}, headers=headers)
        assert response.status_code == 409
        assert f"{reverse('account_login')}?next=%2Fen%2F" in response.text
    assert not BrokenReport.objects.exists()
    text = client.get(path_of(resource, "resource")).text
    assert f'href="/en/accounts/login/?next={path_of(resource, "resource")}"' in text
    assert "This link is broken" not in page_of(client, resource)


def test_a_page_of_another_account_reports_nothing(client: Client, learner: User, resource: Resource) -> None:
    response = client.post(path_of(resource), {"reader": make_user().reader}, headers=HTMX)
    assert response.status_code == 409
    assert not BrokenReport.objects.exists()


# What the resource's page says


@pytest.mark.parametrize(
    ("grade", "said"),
    [
        ("ok", "Checked on Nov. 20, 2026: it answers. This link is broken"),
        ("moved", "Checked on Nov. 20, 2026: it leads to another address for good. This link is broken"),
        (
            "blocked",
            "Checked on Nov. 20, 2026: it refuses robots. Whether people see it cannot be told from here."
            " This link is broken",
        ),
        (
            "failing",
            "Failing since Nov. 2, 2026: it does not answer in time. It is asked again at the next check."
            " The Internet Archive’s copy from about Oct. 25, 2026, when it was last well",
        ),
        (
            "dead",
            "Dead since Nov. 2, 2026: it is gone. It does not count in your percentage unless you are done with it."
            " The Internet Archive’s copy from about Oct. 25, 2026, when it was last well",
        ),
    ],
)
def test_the_page_says_how_the_link_is(
    client: Client, learner: User, resource: Resource, grade: str, said: str
) -> None:
    let_be(resource, grade)
    assert page_of(client, resource) == said


def test_a_link_that_was_never_well_has_the_list_of_copies(client: Client, resource: Resource) -> None:
    let_be(resource, "dead", well_at=None)
    assert "What the Internet Archive has of it" in page_of(client, resource)
    assert f"https://web.archive.org/web/*/{resource.url}" in client.get(path_of(resource, "resource")).text


def test_after_a_later_check_it_says_what_came_of_it(client: Client, learner: User, resource: Resource) -> None:
    broken.report(learner, resource)
    BrokenReport.objects.update(at=datetime.fromisoformat("2026-11-19T04:00:00+00:00"))
    let_be(resource, "ok")
    assert page_of(client, resource) == (
        "You said on Nov. 19, 2026 that this link is broken. Checked since, on Nov. 20, 2026: it answers."
        " This link is broken"
    )
    let_be(resource, "failing")
    assert "You said on Nov. 19, 2026 that it is broken: thank you." in page_of(client, resource)


def test_what_an_editor_put_aside_is_told(client: Client, learner: User, resource: Resource) -> None:
    broken.report(learner, resource)
    broken.close(Link.objects.all())
    said = page_of(client, resource)
    assert said.endswith("An editor has looked at it since and left it as it is.")


def test_nobody_is_told_of_the_reports_of_others(client: Client, learner: User, resource: Resource) -> None:
    before = page_of(client, resource)
    for _ in range(ENOUGH):
        broken.report(make_user(), resource)
    assert page_of(client, resource) == before


def test_the_page_of_what_left_the_notes_says_nothing(client: Client, learner: User, resource: Resource) -> None:
    tracking.mark(learner, [resource.pk], "done")
    let_be(resource, "dead")
    Resource.objects.filter(pk=resource.pk).update(retired_at=timezone.now())
    assert page_of(client, resource) == ""


def test_the_page_asks_as_much_whoever_reported(client: Client, learner: User, resource: Resource) -> None:
    broken.report(learner, resource)
    client.get(path_of(resource, "resource"))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as caught:
            client.get(path_of(resource, "resource"))
        counts.append(len(caught))
        for _ in range(5):
            broken.report(make_user(), resource)
    assert counts[0] == counts[1]


# What becomes of it


def test_an_account_takes_its_reports_along_when_it_goes(resource: Resource) -> None:
    user, other = make_user(), make_user()
    broken.report(user, resource)
    broken.report(other, resource)
    deleting.delete(user)
    assert BrokenReport.objects.get().user == other
    with pytest.raises(tracking.Gone):
        broken.report(user, resource)


def test_reports_can_be_taken_along_and_are_not_read_back(resource: Resource) -> None:
    user, other = make_user(), make_user()
    broken.report(user, resource)
    broken.report(other, resource)
    BrokenReport.objects.update(at=timezone.now() - timedelta(days=1))
    text = exporting.as_json(user)
    [row] = json.loads(text)["broken_links"]
    assert row == {"url": resource.url, "at": BrokenReport.objects.get(user=user).at.isoformat()}
    newcomer = make_user()
    before = everything(newcomer)
    bring(newcomer, text)
    assert everything(newcomer) == before
    assert not BrokenReport.objects.filter(user=newcomer).exists()


# At once


def saying(browsers: list[Browser], resource: Resource, said: list[str]) -> list[Callable[[], None]]:
    """What each browser does: report the link, and keep what is answered."""
    return [lambda browser=browser: said.append(browser.post(path_of(resource))[1]) for browser in browsers]  # type: ignore[misc]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("learners", [ENOUGH, 4 * ENOUGH])
def test_many_at_the_same_moment_bring_the_check_forward_once(resource: Resource, learners: int) -> None:
    users = [make_user() for _ in range(learners)]
    said: list[str] = []
    with site() as here:
        all_at_once(saying([here.browser(signed_in(user)) for user in users], resource, said))
    assert ["Thank you" in text for text in said] == [True] * learners
    times = sorted(BrokenReport.objects.values_list("at", flat=True))
    assert len(times) == learners
    assert Link.objects.get().hurried_at == times[ENOUGH - 1]


@pytest.mark.django_db(transaction=True)
def test_many_clicks_of_one_learner_at_once_are_one_report(resource: Resource) -> None:
    session = signed_in(make_user())
    said: list[str] = []
    with site() as here:
        all_at_once(saying([here.browser(session) for _ in range(8)], resource, said))
    assert sum("Thank you" in text for text in said) == 1
    assert sum("You have said so already" in text for text in said) == 7
    assert BrokenReport.objects.count() == 1
