"""Where a filtered page leads, how marks on it are answered, and what it costs."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import tracking
from roadmap.models import Roadmap
from roadmap.views import answering
from tests.factories import make_plan, make_user
from tests.roadmap.sifting import URL, make_kinds, of, pk, share, shown

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Roadmap:
    return make_kinds()


# The ways on


def test_the_language_switch_keeps_the_filter(client: Client, plan: Roadmap) -> None:
    assert 'href="/roadmaps/plan/?state=left&amp;kind=book"' in client.get(f"{URL}?kind=book&state=left").text
    client.force_login(make_user())
    assert 'href="/?kind=book"' in client.get("/en/?kind=book").text


def test_signing_in_leads_back_to_the_filtered_page(client: Client, plan: Roadmap) -> None:
    assert f'?next={URL}%3Fkind%3Dbook"' in client.get(f"{URL}?kind=book").text


def test_a_first_visit_that_is_led_to_english_keeps_the_filter(client: Client, plan: Roadmap) -> None:
    response = client.get("/?kind=book&state=left", headers={"Accept-Language": "en"})
    assert response.headers["Location"] == "/en/?kind=book&state=left"
    response = client.get("/en/roadmaps/plan/pages/README.md/?kind=book")
    assert response.headers["Location"] == f"{URL}?kind=book"


def test_a_plain_form_leads_back_to_the_filtered_page(client: Client, plan: Roadmap) -> None:
    client.force_login(make_user())
    html = client.get(f"{URL}?state=left").text
    fields = dict(re.findall(r'<input type="hidden" name="(next|page)" value="([^"]*)"', html))
    assert fields["next"] == f"{URL}?state=left"
    first, second, _ = of("Deeper part")
    response = client.post(f"/en/resources/{first.key}/state/", fields | {"state": "in_progress"})
    assert response.headers["Location"] == f"{URL}?state=left#R-{first.key}"
    # What is gone from the page cannot be led back to.
    response = client.post(f"/en/resources/{second.key}/state/", fields | {"state": "done"})
    assert response.headers["Location"] == f"{URL}?state=left#deeper-part"
    assert second.key not in shown(client, f"{URL}?state=left")


# Marking on a filtered page


@pytest.mark.parametrize("is_guest", [False, True])
def test_the_counts_that_come_back_are_the_filters(client: Client, plan: Roadmap, is_guest: bool) -> None:
    if not is_guest:
        client.force_login(make_user())
    fields = {"next": f"{URL}?state=left", "page": plan.pages.get().pk, "state": "done"}
    (film,) = of("First chapter")
    answer = client.post(f"/en/resources/{film.key}/state/", fields, headers=HTMX).text
    assert share(answer, 0) == "4 of 5 resources"
    assert share(answer, pk("First chapter")) == "3 of 4"
    assert "%</span>" not in answer
    assert 'data-state="done"' in answer
    reloaded = client.get(f"{URL}?state=left").text
    assert share(reloaded, 0) == "4 of 5 resources"
    whole = client.post(f"/en/resources/{film.key}/state/", fields | {"next": URL}, headers=HTMX).text
    assert share(whole, 0) == "20%"


def test_a_mark_on_the_whole_page_takes_no_query_more(client: Client, plan: Roadmap) -> None:
    """News cost queries; only what filters by them asks for them."""
    client.force_login(make_user())
    (film,) = of("First chapter")
    counts = []
    for query in ("", "?kind=book", "?state=left", "?only=new"):
        fields = {"next": URL + query, "page": plan.pages.get().pk, "state": "done"}
        client.post(f"/en/resources/{film.key}/state/", fields, headers=HTMX)
        with CaptureQueriesContext(connection) as queries:
            client.post(f"/en/resources/{film.key}/state/", fields, headers=HTMX)
        counts.append(len(queries))
    *others, new = counts
    assert len(set(others)) == 1
    assert new > others[0]


# Strangers, and what a page costs


def test_a_strangers_filtered_page_is_the_same_for_everyone(client: Client, plan: Roadmap) -> None:
    response = client.get(f"{URL}?kind=book&state=left")
    assert response.headers["Cache-Control"] == answering.FOR_EVERYONE["Cache-Control"]
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.text
    etag = response.headers["ETag"]
    again = client.get(f"{URL}?state=left&kind=book&kind=book", headers={"If-None-Match": etag})
    assert again.status_code == 304
    for other in ("?kind=book", "?kind=paper&state=left", ""):
        assert client.get(URL + other, headers={"If-None-Match": etag}).status_code == 200


def test_what_only_looks_like_a_filter_is_the_page_as_ever(client: Client, plan: Roadmap) -> None:
    whole = client.get(URL)
    for query in ("?state=&kind=&only=", "?utm_source=x"):
        response = client.get(URL + query)
        assert response.content == whole.content
        assert response.headers["ETag"] == whole.headers["ETag"]


def test_a_strange_address_is_answered_to_strangers_without_a_name(client: Client, plan: Roadmap) -> None:
    response = client.get(f'{URL}?state="')
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == answering.FOR_EVERYONE["Cache-Control"]
    assert not response.cookies


def test_filters_drive_no_whole_page_out_of_memory(client: Client, plan: Roadmap) -> None:
    client.get(URL)
    before = answering._whole.cache_info()
    for state in ("left", "done", "skipped", "not_started", "in_progress"):
        for kind in ("video", "book", "paper", "course"):
            assert client.get(f"{URL}?state={state}&kind={kind}").status_code == 200
    assert answering._whole.cache_info() == before
    assert answering._filtered.cache_info().currsize <= answering.KEPT_FILTERED < 20


def test_a_learners_filtered_page_is_kept_by_no_cache(client: Client, plan: Roadmap) -> None:
    client.force_login(make_user())
    response = client.get(f"{URL}?kind=book")
    assert "no-store" in response.headers["Cache-Control"]
    assert "ETag" not in response.headers


@pytest.mark.parametrize("query", ["?state=left", "?kind=article&only=broken", "?only=new"])
def test_a_filtered_page_takes_as_many_queries_for_twice_the_resources(client: Client, query: str) -> None:
    counts = []
    for number in (20, 40):
        plan, user = make_plan(resources=number), make_user()
        tracking.mark(user, list(plan.resources.values_list("pk", flat=True)[: number // 2]), "done")
        client.force_login(user)
        made = {}
        for address in (f"/en/roadmaps/{plan.slug}/", f"/en/roadmaps/{plan.slug}/{query}"):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            made[address] = len(queries)
        whole, filtered = made.values()
        assert filtered <= whole
        counts.append(filtered)
    assert counts[0] == counts[1]
