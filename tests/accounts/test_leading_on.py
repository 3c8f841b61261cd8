"""What makes a page what it is stays with it: in another language, and where a sign-in leads back to it."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts import notes
from roadmap.models import Roadmap
from tests.factories import make_plan, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Roadmap:
    return make_plan(slug="plan")


@pytest.mark.parametrize("is_guest", [False, True])
def test_the_search_keeps_its_words(client: Client, plan: Roadmap, is_guest: bool) -> None:
    if is_guest:
        client.post(f"/resources/{plan.resources.earliest('pk').key}/state/", {"state": "done"})
    html = client.get("/en/search/", {"q": ' C++ & "K" '}).text
    assert 'href="/search/?q=C%2B%2B+%26+%22K%22"' in html
    assert "?next=/en/search/%3Fq%3DC%252B%252B%2B%2526%2B%2522K%2522" in html
    assert client.get("/search/", {"q": 'C++ & "K"'}).context["asked"].text == 'C++ & "K"'


def test_a_learners_theme_leads_back_to_the_words(client: Client, plan: Roadmap) -> None:
    client.force_login(make_user())
    html = client.get("/en/search/?q=part").text
    assert 'name="next" value="/en/search/?q=part"' in html


def test_a_search_for_nothing_keeps_nothing(client: Client, plan: Roadmap) -> None:
    html = client.get("/en/search/?q=+&part=x").text
    assert 'href="/search/"' in html
    assert '?next=/en/search/"' in html


def test_ones_notes_keep_their_words_and_page(client: Client, plan: Roadmap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.views.study.NOTES_ON_A_PAGE", 1)
    user = make_user()
    for resource in plan.resources.all()[:3]:
        notes.save(user, resource, "written here", 0)
    client.force_login(user)
    assert 'href="/me/notes/?q=written&amp;page=2"' in client.get("/en/me/notes/?q=written&page=2").text
    assert 'href="/me/notes/"' in client.get("/en/me/notes/?page=1").text


@pytest.mark.parametrize("path", ["login", "signup"])
def test_a_form_of_the_accounts_keeps_where_it_leads_on_to(client: Client, plan: Roadmap, path: str) -> None:
    html = client.get(f"/en/accounts/{path}/?next=/en/me/%3Fa%3Db%26c&junk=1").text
    assert f'href="/accounts/{path}/?next=%2Fen%2Fme%2F%3Fa%3Db%26c"' in html
