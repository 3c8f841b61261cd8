"""What a filtered page says: counts, reasons, addresses, and the form that asks for another."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from roadmap.models import Roadmap, Section
from tests.factories import make_page, make_roadmap, make_section, make_user
from tests.roadmap.sifting import URL, article, keys_of, make_kinds, pk, plain, resources_of, share, shown, whys

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Roadmap:
    return make_kinds()


def test_all_counts_follow(client: Client, plan: Roadmap) -> None:
    html = client.get(f"{URL}?kind=book").text
    assert share(html, 0) == "3 of 5 resources"
    for title, count in (("First chapter", "3 of 4"), ("Deeper part", "3 of 3"), ("Second chapter", "0 of 1")):
        assert share(html, pk(title)) == count
    contents, _, _ = html.partition("<main")
    assert share(contents, pk("First chapter")) == "3 of 4"
    assert share(contents, pk("Second chapter")) == "0 of 1"
    assert "<span>5 resources</span>" not in html
    assert "<span>5 resources</span>" in client.get(URL).text


def test_a_section_with_nothing_to_show_says_why(client: Client, plan: Roadmap) -> None:
    html = article(client, f"{URL}?kind=book")
    assert whys(html) == {"Second chapter": "no book: 1 other resource"}
    html = article(client, f"{URL}?kind=paper")
    assert whys(html) == {"First chapter": "no paper among 4 resources"}
    html = article(client, f"{URL}?kind=video")
    assert whys(html) == {
        "Deeper part": "no video among 3 resources",
        "Second chapter": "no video: 1 other resource",
    }


def test_sections_with_something_to_show_are_open(client: Client, plan: Roadmap) -> None:
    html = article(client, f"{URL}?kind=book")
    assert re.findall(r'<details class="section section-\w+"([^>]*)>', html) == [" open"] * 3


def test_sections_without_a_resource_go(client: Client, plan: Roadmap) -> None:
    make_section(plan.pages.get(), "Words alone", parent=Section.objects.get(slug="plan"), body_html="<p>Words.</p>")
    plan.touch()
    html = article(client, f"{URL}?kind=book")
    assert "Words alone</h" not in html
    assert "Words." not in html


def test_every_address_on_the_page_still_leads_somewhere(client: Client, plan: Roadmap) -> None:
    for address in ("?kind=book", "?kind=paper", "?kind=course"):
        html = client.get(URL + address).text
        for slug in Section.objects.values_list("slug", flat=True):
            assert html.count(f'id="{slug}"') == 1, (address, slug)
        assert set(re.findall(r'href="#([^"I][^"]*)"', html)) <= set(re.findall(r'id="([^"]+)"', html))


def test_an_empty_page_says_why_once_and_offers_the_whole(client: Client, plan: Roadmap) -> None:
    html = client.get(f"{URL}?kind=course").text
    assert "Nothing to show: no course among 5 resources." in plain(html)
    assert whys(html) == {}
    assert f">{plan.title}</h1>" in html
    assert f'<a class="button button-quiet" href="{URL}">Show all</a>' in html


def test_a_page_without_resources_says_so(client: Client) -> None:
    make_section(make_page(make_roadmap(slug="plan")), "Words", body_html="<p>Words.</p>")
    assert "Nothing to show: no resource stands on this page." in plain(client.get(f"{URL}?state=left").text)


def test_a_roadmap_without_pages_takes_a_filter(client: Client) -> None:
    make_roadmap(slug="plan", checked_at=None, version=0)
    response = client.get(f"{URL}?state=left&only=broken")
    assert response.status_code == 200
    assert "manage.py import_notes" in response.text


def test_nobody_marks_a_whole_section_of_which_they_see_a_part(client: Client, plan: Roadmap) -> None:
    assert "section-tools" in article(client, URL)
    assert "section-tools" not in article(client, f"{URL}?kind=book")


def test_the_page_remembers_no_folds_under_a_filter(client: Client, plan: Roadmap) -> None:
    assert "data-memory" in article(client, URL)
    assert "data-memory" not in article(client, f"{URL}?kind=book")


# The form


def test_the_form_offers_the_kinds_on_the_page_with_their_numbers(client: Client, plan: Roadmap) -> None:
    html = client.get(URL).text
    offered = re.findall(r'name="kind"\s+value="(\w+)">.*?class="count">(\d+)<', html, re.DOTALL)
    assert offered == [("video", "1"), ("book", "3"), ("paper", "1")]
    assert 'name="only"' not in html


def test_the_form_shows_what_is_asked_for(client: Client, plan: Roadmap) -> None:
    html = client.get(f"{URL}?state=left&kind=course&kind=book&only=broken").text
    assert re.findall(r'<option value="(\w+)" selected', html) == ["left"]
    assert re.findall(r'value="(\w+)" checked', html) == ["course", "book", "broken"]


def test_a_learner_is_offered_what_is_new(client: Client, plan: Roadmap) -> None:
    client.force_login(make_user())
    assert re.findall(r'name="only"\s+value="(\w+)"', client.get(URL).text) == ["new"]


def test_each_thing_that_is_asked_for_can_be_taken_away(client: Client, plan: Roadmap) -> None:
    html = client.get(f"{URL}?kind=book&state=left").text
    assert re.findall(r'class="chip" href="([^"]+)"', html) == [f"{URL}?kind=book", f"{URL}?state=left"]
    assert f'class="filter-all" href="{URL}"' in html
    html = client.get(f"{URL}?kind=book").text
    assert re.findall(r'class="chip" href="([^"]+)"', html) == [URL]
    assert "filter-on" not in client.get(URL).text


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_is_not_understood_is_said_and_left_out(client: Client, plan: Roadmap, signed_in: bool) -> None:
    if signed_in:
        client.force_login(make_user())
    response = client.get(f"{URL}?state=<b>&kind=book&kind=%00")
    assert response.status_code == 200
    assert "left out: state=&lt;b&gt; kind=" in plain(response.text)
    assert [key for key, _ in resources_of(response.text)] == keys_of("Deeper part")
    response = client.get(f"{URL}?only=x")
    assert "left out: only=x" in plain(response.text)
    assert len(resources_of(response.text)) == 5


def test_an_endless_address_is_no_error_of_the_sites(client: Client, plan: Roadmap) -> None:
    assert shown(client, f"{URL}?{'&'.join(['kind=video'] * 2000)}") == keys_of("First chapter")
