"""Marking by the site's forms: with and without htmx, as a learner, a guest, a stranger, and as one who must not."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import notes, tracking
from accounts.models import GuestTick, Progress, State, StudyEvent, User
from roadmap.models import Resource, Roadmap, Section
from tests.factories import (
    make_listing,
    make_page,
    make_plan,
    make_resource,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def state_url(resource: Resource) -> str:
    return reverse("accounts:state", args=[resource.key])


def section_url(section: Section) -> str:
    return reverse("accounts:section", args=[section.pk])


def page_of(plan: Roadmap) -> str:
    return str(plan.pages.get().pk)


def percents(text: str) -> dict[str, str]:
    """The shares of an answer or a page, by section."""
    return dict(re.findall(r'data-share="(\d+)"[^>]*><svg.*?<span class="percent"[^>]*>([^<]*)<', text))


# One resource


@pytest.mark.parametrize("state", ["done", "in_progress", "skipped"])
def test_a_learner_marks_a_resource(client: Client, learner: User, resource: Resource, state: str) -> None:
    response = client.post(state_url(resource), {"state": state, "next": "/roadmaps/x/"})
    assert response.status_code == 302
    assert response["Location"] == f"/roadmaps/x/#R-{resource.key}"
    assert Progress.objects.get(user=learner).state == state


def test_not_started_again_leaves_no_row(client: Client, learner: User, resource: Resource) -> None:
    client.post(state_url(resource), {"state": "done"})
    client.post(state_url(resource), {"state": ""})
    assert not Progress.objects.exists()


def test_the_page_shows_the_state_by_icon_and_word_at_every_place(client: Client, learner: User) -> None:
    page = make_page()
    resource = make_resource(page.roadmap, "A film")
    for title in ("One", "Two"):
        make_listing(make_section(page, title, body_html="<p><!--r:0--></p>"), resource)
    client.post(state_url(resource), {"state": "in_progress"})
    text = client.get(page.roadmap.get_absolute_url()).text
    assert text.count('data-state="in_progress"><svg class="icon" aria-hidden="true"><use href="#I-half"/></svg>') == 2
    assert (
        len(re.findall(r'data-state="in_progress">.*?>進行中</span> <span class="visually-hidden">A film<', text)) == 2
    )


@pytest.mark.parametrize(
    ("state", "leads_to"), [("", "done"), ("in_progress", "done"), ("skipped", "done"), ("done", "")]
)
def test_a_click_makes_done_what_is_not_and_starts_over_what_is(
    client: Client, learner: User, resource: Resource, state: str, leads_to: str
) -> None:
    client.post(state_url(resource), {"state": state})
    text = client.get("/").text
    assert f'formaction="{state_url(resource)}" name="state" value="{leads_to}" data-state="{state}"' in text


def test_a_task_is_marked_like_a_link(client: Client, learner: User) -> None:
    page = make_page()
    task = make_resource(page.roadmap, "Write a tokenizer", url="", kind="task")
    make_listing(make_section(page, body_html="<ul><li><!--r:0--></li></ul>"), task)
    assert client.post(state_url(task), {"state": "done"}).status_code == 302
    assert 'data-state="done"' in client.get("/").text


def test_htmx_gets_the_control_and_every_percentage_above_it(client: Client, learner: User, plan: Roadmap) -> None:
    title, chapter, deeper, second = plan.pages.get().sections.order_by("position")
    resource = deeper.listings.first().resource
    text = client.post(state_url(resource), {"state": "done", "page": page_of(plan)}, headers=HTMX).text
    assert f"innerHTML:[data-resource='{resource.key}'] &gt; .control" in text.replace(" > ", " &gt; ")
    assert 'data-state="done"' in text
    assert percents(text) == {"0": "20%", str(title.pk): "20%", str(chapter.pk): "25%", str(deeper.pk): "33%"}
    assert percents(client.get("/").text).items() >= percents(text).items()
    assert 'hx-swap-oob="innerHTML:#Toast"' in text
    assert str(second.pk) not in percents(text)


def test_the_first_tick_of_a_guest_turns_counts_into_percentages(client: Client, plan: Roadmap) -> None:
    resource = plan.resources.first()
    assert resource
    assert percents(client.get("/").text) == {}
    text = client.post(state_url(resource), {"state": "done", "page": page_of(plan)}, headers=HTMX).text
    assert percents(text) == percents(client.get("/").text)
    assert 'hx-swap-oob="innerHTML:#Guest"' in text
    assert reverse("account_login") in text
    again = client.post(state_url(resource), {"state": "", "page": page_of(plan)}, headers=HTMX).text
    assert "#Guest" not in again


def test_htmx_without_a_known_page_gets_words_alone(client: Client, learner: User, resource: Resource) -> None:
    for page in ("", "x", "0", "9" * 30, "-1"):
        response = client.post(state_url(resource), {"state": "done", "page": page}, headers=HTMX)
        assert response.status_code == 200
        assert "data-resource" not in response.text


def test_a_change_is_said_and_can_be_undone_without_scripts(client: Client, learner: User, resource: Resource) -> None:
    client.post(state_url(resource), {"state": "done", "next": "/"})
    text = client.get("/").text
    found = re.search(r'formaction="(/undo/\w+/)"', text)
    assert found
    assert f"{resource.title}：完成" in text
    response = client.post(found[1], {"next": "/"})
    assert response["Location"] == f"/#R-{resource.key}"
    assert not Progress.objects.exists()


def test_undo_answers_htmx_with_the_state_before(client: Client, learner: User, plan: Roadmap) -> None:
    resource = plan.resources.first()
    assert resource
    post = {"page": page_of(plan)}
    client.post(state_url(resource), {"state": "in_progress", **post}, headers=HTMX)
    answer = client.post(state_url(resource), {"state": "done", **post}, headers=HTMX).text
    found = re.search(r'formaction="(/undo/\w+/)"', answer)
    assert found
    undone = client.post(found[1], post, headers=HTMX).text
    assert 'data-state="in_progress"' in undone
    assert set(percents(undone).values()) == {"0%"}
    assert "/undo/" not in undone


def test_a_state_that_is_set_already_offers_no_undo(client: Client, learner: User, resource: Resource) -> None:
    client.post(state_url(resource), {"state": "done"})
    assert "/undo/" not in client.post(state_url(resource), {"state": "done"}, headers=HTMX).text


def test_the_way_back_leads_nowhere_else(client: Client, learner: User, resource: Resource) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil.example"):
        response = client.post(state_url(resource), {"state": "done", "next": elsewhere})
        assert response["Location"].startswith("/#R-")


# A whole section


def test_a_section_is_marked_with_its_subsections_but_for_what_is_skipped(
    client: Client, learner: User, plan: Roadmap
) -> None:
    _, chapter, deeper, second = plan.pages.get().sections.order_by("position")
    skipped = deeper.listings.first().resource
    client.post(state_url(skipped), {"state": "skipped"})
    response = client.post(section_url(chapter), {"state": "done", "next": "/"})
    assert response["Location"] == f"/#{chapter.slug}"
    states = dict(Progress.objects.values_list("resource__key", "state"))
    assert states.pop(skipped.key) == "skipped"
    assert list(states.values()) == ["done"] * 3
    assert percents(client.get("/").text)[str(chapter.pk)] == "100%"
    assert percents(client.get("/").text)[str(second.pk)] == "0%"


def test_a_section_is_reset_and_one_undo_brings_all_of_it_back(client: Client, learner: User, plan: Roadmap) -> None:
    chapter = plan.pages.get().sections.get(slug="first-chapter")
    post = {"page": page_of(plan)}
    client.post(section_url(chapter), {"state": "done"})
    before = set(Progress.objects.values_list("resource", "state", "since"))
    answer = client.post(section_url(chapter), {"state": "", **post}, headers=HTMX).text
    assert not Progress.objects.exists()
    assert answer.count("> .control") == 4
    found = re.search(r'formaction="(/undo/\w+/)"', answer)
    assert found
    client.post(found[1], post, headers=HTMX)
    assert set(Progress.objects.values_list("resource", "state", "since")) == before


def test_a_section_cannot_be_skipped_as_a_whole(client: Client, learner: User, plan: Roadmap) -> None:
    chapter = plan.pages.get().sections.get(slug="first-chapter")
    assert client.post(section_url(chapter), {"state": "skipped"}).status_code == 422


# Who may, and who may not


def test_a_guests_ticks_are_the_guests_alone(client: Client, resource: Resource) -> None:
    client.post(state_url(resource), {"state": "done"})
    assert 'data-state="done"' in client.get("/").text
    assert 'data-state="done"' not in Client().get("/").text
    other = Client()
    other.force_login(make_user())
    assert 'data-state="done"' not in other.get("/").text


def test_each_learner_has_states_of_their_own(client: Client, learner: User, resource: Resource) -> None:
    client.post(state_url(resource), {"state": "done"})
    other = Client()
    other.force_login(make_user())
    assert 'data-state="done"' not in other.get("/").text
    other.post(state_url(resource), {"state": "skipped"})
    assert Progress.objects.get(user=learner).state == "done"


def test_nobody_undoes_what_another_marked(client: Client, learner: User, resource: Resource) -> None:
    client.post(state_url(resource), {"state": "done"})
    url = reverse("accounts:undo", args=[StudyEvent.objects.get().batch])
    other = Client()
    other.force_login(make_user())
    assert other.post(url).status_code == 302
    assert Client().post(url).status_code == 409
    assert Progress.objects.get(user=learner).state == "done"


def test_a_page_of_another_account_changes_nothing(client: Client, learner: User, resource: Resource) -> None:
    """Someone signed out in another tab, or signed in as someone else."""
    form = {"state": "done", "reader": make_user().reader}
    for headers in ({}, HTMX):
        response = client.post(state_url(resource), form, headers=headers)
        assert response.status_code == 409
        assert reverse("account_login") in response.text
    assert Client().post(state_url(resource), {"state": "done", "reader": learner.reader}).status_code == 409
    assert not Progress.objects.exists()
    assert not GuestTick.objects.exists()
    assert client.post(state_url(resource), {"state": "done", "reader": learner.reader}).status_code == 302


def test_an_account_that_was_deleted_meanwhile_is_told(client: Client, learner: User, resource: Resource) -> None:
    def gone(*_: object) -> None:
        User.objects.filter(pk=learner.pk).delete()

    original = tracking.hold
    tracking.hold, restore = lambda user: (gone(), original(user))[1], original  # type: ignore[func-returns-value]
    try:
        assert client.post(state_url(resource), {"state": "done"}).status_code == 409
    finally:
        tracking.hold = restore


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("state", ["finished", "DONE", None, "done\0"])
def test_a_state_that_there_is_not_is_refused(
    client: Client, resource: Resource, signed_in: bool, state: str | None
) -> None:
    if signed_in:
        client.force_login(make_user())
    for headers in ({}, HTMX):
        form = {} if state is None else {"state": state}
        assert client.post(state_url(resource), form, headers=headers).status_code == 422
    assert not Progress.objects.exists()
    assert not GuestTick.objects.exists()


@pytest.mark.parametrize("key", ["nothingthere", "x" * 500, "%00", "'; --", "漢字"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_key_that_there_is_not_leads_nowhere(client: Client, plan: Roadmap, key: str, signed_in: bool) -> None:
    if signed_in:
        client.force_login(make_user())
    assert client.post(f"/resources/{key}/state/", {"state": "done"}).status_code == 404


def test_what_left_the_notes_is_there_for_those_who_marked_it(
    client: Client, learner: User, resource: Resource
) -> None:
    client.post(state_url(resource), {"state": "in_progress"})
    from django.utils import timezone

    Resource.objects.filter(pk=resource.pk).update(retired_at=timezone.now())
    assert client.post(state_url(resource), {"state": "done"}).status_code == 302
    other = Client()
    assert other.post(state_url(resource), {"state": "done"}).status_code == 404
    other.force_login(make_user())
    assert other.post(state_url(resource), {"state": "done"}).status_code == 404


@pytest.mark.parametrize("which", ["retired", "missing", "on a retired page"])
def test_a_section_that_is_not_shown_leads_nowhere(client: Client, learner: User, plan: Roadmap, which: str) -> None:
    section = plan.pages.get().sections.get(slug="first-chapter")
    if which == "retired":
        Section.objects.filter(pk=section.pk).update(retired_at=timezone.now())
    elif which == "on a retired page":
        plan.pages.update(retired_at=timezone.now())
    url = section_url(section) if which != "missing" else "/sections/999999/state/"
    assert client.post(url, {"state": "done"}).status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head"])
def test_marking_is_posting(client: Client, learner: User, plan: Roadmap, method: str) -> None:
    resource = plan.resources.first()
    assert resource
    urls = [state_url(resource), "/undo/abc/", section_url(plan.pages.get().sections.all()[0])]
    for url in urls:
        assert getattr(client, method)(url).status_code == 405


def test_no_answer_is_stored_by_a_shared_cache(client: Client, learner: User, plan: Roadmap) -> None:
    resource = plan.resources.first()
    assert resource
    for response in (
        client.post(state_url(resource), {"state": "done"}, headers=HTMX),
        client.post(state_url(resource), {"state": "done"}),
        client.post("/undo/abc/"),
        client.get("/token/"),
        client.get("/"),
    ):
        assert "private" in response["Cache-Control"]


def test_a_learners_page_takes_at_most_six_queries_however_many_marks(client: Client) -> None:
    counts = []
    for number in (20, 40):
        plan, user = make_plan(resources=number), make_user()
        tracking.mark(user, list(plan.resources.values_list("pk", flat=True)), State.DONE)
        for resource in plan.resources.all():
            notes.save(user, resource, "A thought", 0)
        client.force_login(user)
        address = f"/roadmaps/{plan.slug}/"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            text = client.get(address).text
        counts.append(len(queries))
        assert text.count('data-state="done"') == text.count("data-noted") == number + 2
    assert counts[0] == counts[1] <= 6
