"""How the search shows what it found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import tracking
from roadmap.models import Listing, Resource, Roadmap, Section
from tests.factories import make_listing, make_page, make_resource, make_roadmap, make_section, make_user
from tests.roadmap.searched import make_searched_plan

pytestmark = pytest.mark.django_db

URL = "/en/search/"


@pytest.fixture
def plan() -> Roadmap:
    return make_searched_plan()


def titles(text: str) -> list[str]:
    return [re.sub(r"\s+", " ", each) for each in re.findall(r'class="hit-title"[^>]*>(.*?)</span>', text)]


def test_hits_show_what_was_found_and_where_it_stands(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "python"}).text
    assert titles(text) == ["<mark>Ｐｙｔｈｏｎ</mark> 教學", "Learning <mark>Python</mark> the hard way"]
    key = Resource.objects.get(title__startswith="Learning").key
    assert f'href="/en/roadmaps/plan/#R-{key}"' in text
    assert '<span lang="zh-Hant">深度學習入門</span>' in text
    assert "#I-article" in text
    assert "example.org" in text
    assert "2 results" in text


def test_a_hit_says_why_where_its_title_does_not(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "线性代数"}).text
    assert titles(text) == ["深度學習入門"]
    assert "先看 <mark>線性代數</mark>" in text
    assert 'href="/en/roadmaps/plan/#deep"' in text
    text = client.get(URL, {"q": "教學 数据库"}).text
    assert titles(text) == ["Ｐｙｔｈｏｎ <mark>教學</mark>"]
    assert "<mark>資料庫</mark>與網路" in text


def test_everything_is_escaped(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "script bold"}).text
    assert titles(text) == ["&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; primer"]
    assert "a &lt;b&gt;<mark>bold</mark>&lt;/b&gt; context" in text
    text = client.get(URL, {"q": '"><script>alert(2)</script>'}).text
    assert "<script>alert" not in text


def test_roadmap_and_page_are_named_where_there_are_several(plan: Roadmap, client: Client) -> None:
    assert "The plan ›" not in client.get(URL, {"q": "python"}).text
    second = make_page(plan, path="second.md", position=1, title="Second")
    make_section(second, "Kernels")
    other = make_page(make_roadmap(title="Another plan"))
    make_section(other, "Kernels too")
    for roadmap in Roadmap.objects.all():
        roadmap.touch()
    text = client.get(URL, {"q": "kernels"}).text
    assert "The plan › Second" in text
    assert "Another plan</span>" in text
    assert 'href="/en/roadmaps/plan/pages/second.md/#kernels"' in text


def test_the_sort_of_the_best_hit_comes_first(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "教學 資料"}).text
    assert "Sections <span" not in text
    Section.objects.filter(slug="tools").update(body_html="<p>Python</p>")
    plan.touch()
    text = client.get(URL, {"q": "python"}).text
    assert text.index("Resources <span") < text.index("Sections <span")
    Section.objects.filter(slug="tools").update(title="Python")
    plan.touch()
    text = client.get(URL, {"q": "python"}).text
    assert text.index("Sections <span") < text.index("Resources <span")


def test_readers_see_their_states(plan: Roadmap, client: Client) -> None:
    assert "#I-done" not in client.get(URL, {"q": "hard way"}).text.split('class="sprite"')[0]
    user = make_user()
    resource = Resource.objects.get(title__startswith="Learning")
    tracking.mark(user, [resource.pk], "done")
    client.force_login(user)
    assert 'href="#I-done"' in client.get(URL, {"q": "hard way"}).text
    guest = Client()
    guest.post(f"/resources/{resource.key}/state/", {"state": "skipped"})
    assert 'href="#I-skipped"' in guest.get(URL, {"q": "hard way"}).text


def test_a_strangers_page_is_for_everyone_and_a_learners_for_nobody_else(plan: Roadmap, client: Client) -> None:
    for query in ({}, {"q": "python"}, {"q": "python", "part": "list"}):
        response = Client().get(URL, query)
        assert "public" in response.headers["Cache-Control"]
        assert "Cookie" in response.headers["Vary"]
        assert not response.cookies
        assert "csrf" not in response.text
    client.force_login(make_user())
    response = client.get(URL, {"q": "python"})
    assert response.headers["Cache-Control"] == "private, no-store"


def test_search_engines_leave_it_alone(client: Client) -> None:
    assert '<meta name="robots" content="noindex">' in client.get(URL, {"q": "python"}).text


def test_nothing_typed_invites_and_nothing_found_says_what_to_do(plan: Roadmap, client: Client) -> None:
    assert "Chinese is found by any two characters" in client.get(URL).text
    text = client.get(URL, {"q": "python nowhere"}).text
    assert "0 results" in text
    assert 'href="/en/search/?q=nowhere"' in text
    assert "Try a shorter word" in client.get(URL, {"q": "nowhere"}).text
    assert "There is no word in it" in client.get(URL, {"q": "?!"}).text


def test_what_is_too_long_is_cut_and_says_so(plan: Roadmap, client: Client) -> None:
    for typed in ("python " * 40, "python " + "貓" * 5000, " ".join(f"w{number}" for number in range(30))):
        response = client.get(URL, {"q": typed})
        assert response.status_code == 200
        assert "Only the first 200 characters, and 12 words of them, were looked for." in response.text
    assert titles(client.get(URL, {"q": "python " * 40}).text)
    assert "Only the first" not in client.get(URL, {"q": "python"}).text


def test_the_list_alone_leads_to_the_page(plan: Roadmap, client: Client) -> None:
    text = client.get(URL, {"q": "python", "part": "list"}).text
    assert "<html" not in text
    assert text.count('role="option"') == 3
    assert 'href="/en/search/?q=python"' in text
    assert titles(text) == titles(client.get(URL, {"q": "python"}).text)


def test_more_are_counted_than_shown(plan: Roadmap, client: Client) -> None:
    section = Section.objects.get(slug="tools")
    for number in range(40):
        make_listing(section, make_resource(plan, f"Vector {number}"))
    plan.touch()
    text = client.get(URL, {"q": "vector"}).text
    assert "40 results" in text
    assert len(titles(text)) == 30
    assert "The first 30 are shown. Add a word to find fewer." in text
    for number in range(70):
        make_listing(section, make_resource(plan, f"Vector again {number}"))
    plan.touch()
    assert "More than 100 results; the best are shown. Add a word." in client.get(URL, {"q": "vector"}).text


@pytest.mark.parametrize("part", ["", "list"])
def test_more_hits_need_no_more_queries(plan: Roadmap, client: Client, part: str) -> None:
    client.force_login(make_user())

    def count() -> int:
        client.get(URL, {"q": "python", "part": part})
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, {"q": "python", "part": part})
        return len(queries)

    section = Section.objects.get(slug="deep")

    def add(number: int) -> None:
        for _ in range(number):
            make_listing(section, make_resource(plan), context="on Python")
            make_section(section.page, "Section", slug=f"s{section.page.sections.count()}", body_html="<p>Python</p>")
        plan.touch()

    add(2)
    before = count()
    add(4)
    assert count() == before


def test_the_scripts_of_the_search_are_small() -> None:
    folder = Path(__file__).parents[2] / "static" / "js"
    assert (folder / "search.js").stat().st_size < 4000


def test_a_listing_that_is_not_live_tells_nothing(plan: Roadmap, client: Client) -> None:
    gone = make_section(Section.objects.get(slug="deep").page, "Gone", retired_at=timezone.now())
    resource = Resource.objects.get(title__startswith="Learning")
    Listing.objects.create(section=gone, resource=resource, label="Kernels of Python")
    make_listing(Section.objects.get(slug="tools"), resource, context="more on kernels")
    plan.touch()
    text = client.get(URL, {"q": "kernels"}).text
    assert "more on <mark>kernels</mark>" in text
    assert "of Python" not in text
