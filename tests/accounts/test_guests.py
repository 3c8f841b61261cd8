"""Guests who tick by the site's forms: what joins at the sign-in, and the token that pages for everyone lack."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import GuestTick, Progress, User
from roadmap.models import Resource, Roadmap
from tests.factories import (
    PASSWORD,
    make_user,
)

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def state_url(resource: Resource) -> str:
    return reverse("accounts:state", args=[resource.key])


# Guests who sign in


def sign_up(client: Client) -> User:
    email = f"new{User.objects.count()}@example.org"
    client.post(reverse("account_signup"), {"email": email, "password1": PASSWORD, "password2": PASSWORD})
    return User.objects.get(email=email)


def sign_in(client: Client) -> User:
    user = make_user()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return user


@pytest.mark.parametrize("way_in", [sign_up, sign_in])
def test_a_guests_ticks_join_the_account(client: Client, plan: Roadmap, way_in: Callable[[Client], User]) -> None:
    resources = list(plan.resources.all()[:2])
    for resource in resources:
        client.post(state_url(resource), {"state": "done"})
    user = way_in(client)
    assert set(Progress.objects.filter(user=user).values_list("resource", flat=True)) == {each.pk for each in resources}
    assert not GuestTick.objects.exists()
    text = client.get("/").text
    assert "已把這個瀏覽器裡的 2 個勾選併入帳號" in text
    *_, undo = re.findall(r'formaction="(/undo/\w+/)"', text)
    client.post(undo, {"next": "/"})
    assert not Progress.objects.exists()


def test_a_guest_who_ticked_nothing_hears_nothing(client: Client, plan: Roadmap) -> None:
    client.get(reverse("account_login"))
    sign_in(client)
    assert "/undo/" not in client.get("/").text


def test_signing_out_leaves_nothing_behind(client: Client, resource: Resource) -> None:
    client.post(state_url(resource), {"state": "done"})
    sign_in(client)
    client.post(reverse("account_logout"))
    assert 'data-state="done"' not in client.get("/").text


def test_a_guests_session_lasts_from_the_last_tick_and_a_learners_does_not(client: Client, resource: Resource) -> None:
    client.post(state_url(resource), {"state": "done"})
    assert client.session.get_expiry_age() > settings.GUEST_AGE - 60
    user = make_user()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD, "remember": "on"})
    assert client.session.get_expiry_age() <= settings.SESSION_COOKIE_AGE


# The token


def test_a_strangers_page_holds_no_token_and_the_token_is_fetched(resource: Resource) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert "csrfmiddlewaretoken" not in strict.get("/").text
    token = strict.get(reverse("accounts:token")).json()["token"]
    form = {"state": "done", "csrfmiddlewaretoken": token}
    assert strict.post(state_url(resource), form).status_code == 302
    assert "csrfmiddlewaretoken" in strict.get("/").text


def test_a_tick_without_a_token_takes_one_click_more(resource: Resource) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(state_url(resource), {"state": "done", "next": "/en/"})
    assert response.status_code == 403
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', response.text))
    assert form["state"] == "done"
    assert strict.post(state_url(resource), form)["Location"] == f"/en/#R-{resource.key}"
    assert GuestTick.objects.get().state == "done"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}, HTMX]
)
def test_what_another_site_posted_is_not_offered(resource: Resource, headers: dict[str, str]) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(state_url(resource), {"state": "done"}, headers=headers)
    assert response.status_code == 403
    assert 'name="state"' not in response.text


def test_a_note_that_was_typed_in_an_old_tab_is_shown_again(resource: Resource) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(f"/resources/{resource.key}/note/", {"text": "My <words>", "version": "0"})
    assert response.status_code == 403
    assert "My &lt;words&gt;</textarea>" in response.text


def test_other_forms_are_refused_plainly(plan: Roadmap) -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a", "password": "secret"})
    assert response.status_code == 403
    assert "secret" not in response.text
