"""What a search shows first of what it found in texts, which line says why, and what of it lasts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from roadmap.marking import excerpt
from roadmap.models import Section
from tests.factories import make_listing, make_page, make_resource, make_roadmap, make_section

pytestmark = pytest.mark.django_db

URL = "/en/search/"


@pytest.fixture
def section() -> Section:
    """A section that names a host's words apart, and before it nothing that holds them."""
    plan = make_roadmap(slug="plan")
    body = "<p>Videos of YouTube.</p><p>A crucial component.</p>"
    section = make_section(make_page(plan), "Attention", slug="attention", body_html=body)
    make_listing(section, make_resource(plan, "A talk", url="https://www.youtube.com/watch?v=abc"))
    plan.touch()
    return section


def titles(text: str) -> list[str]:
    return re.findall(r'class="hit-title"[^>]*>(.*?)</span>', text)


def test_words_that_stand_side_by_side_come_before_those_that_stand_apart(section: Section) -> None:
    assert titles(Client().get(URL, {"q": "youtube.com"}).text) == ["A talk", "Attention"]
    assert titles(Client().get(URL, {"q": "com youtube"}).text) == ["Attention", "A talk"]


def test_the_line_that_holds_most_of_the_words_says_why() -> None:
    lines = ["a crucial component", "a video of YouTube", "see www.youtube.com", "https://youtube.com/watch"]
    assert excerpt(lines, ["youtube", "com"]) == "see www.<mark>youtube</mark>.<mark>com</mark>"
    assert excerpt(lines[:2], ["youtube", "com"]) == "a crucial <mark>com</mark>ponent"


@pytest.mark.parametrize("typed", ["youtube", "C++ & 機器", "nothing of it"])
def test_the_other_language_and_the_sign_in_keep_what_was_searched(section: Section, typed: str) -> None:
    text = Client().get(URL, {"q": typed}).text
    chinese = re.search(r'href="(/search/[^"]*)"[^>]*>\s*中文', text)
    assert chinese
    field = re.search(r'id="Query"[^>]*value="([^"]*)"', text)
    assert field
    assert f'value="{field[1]}"' in Client().get(chinese[1]).text
    there = re.search(r'href="(/en/accounts/login/\?next=[^"]*)"', text)
    assert there
    assert "search/%3Fq%3D" in there[1]


def test_one_word_that_is_not_found_is_not_called_several(section: Section) -> None:
    assert "Nothing holds “nowhere”." in Client().get(URL, {"q": "nowhere"}).text
    assert "Nothing holds all of “nowhere at all”." in Client().get(URL, {"q": "nowhere at all"}).text
