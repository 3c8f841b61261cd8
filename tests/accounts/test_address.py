"""Another address for an account, where no mail can confirm it."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts import promotion
from accounts.models import User
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

NEW = "new@example.org"
URL = "/en/me/email/"


@pytest.fixture
def learner(client: Client) -> User:
    """Somebody who signed up, is signed in and has just typed the password again."""
    form = {"email": "ada@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post(reverse("account_signup"), form)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return User.objects.get()


@pytest.mark.parametrize("typed", [NEW, " New@Example.ORG "])
def test_the_new_address_counts_at_once_and_the_old_one_no_more(client: Client, learner: User, typed: str) -> None:
    response = client.post(URL, {"email": typed}, follow=True)
    assert f"<strong>{NEW}</strong>" in response.text
    assert [(row.user, row.email, row.primary) for row in EmailAddress.objects.all()] == [(learner, NEW, True)]
    other = Client()
    for email, status in (("ada@example.org", 200), (NEW, 302)):
        assert other.post(reverse("account_login"), {"login": email, "password": PASSWORD}).status_code == status


def test_one_after_another_may_change_theirs(client: Client, learner: User) -> None:
    client.post(URL, {"email": NEW})
    client.post(URL, {"email": "ada@example.org"})
    learner.refresh_from_db()
    assert learner.email == "ada@example.org"
    promotion.move(make_user(), NEW)
    assert set(EmailAddress.objects.values_list("email", flat=True)) == {"ada@example.org", NEW}


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "Ada@example.org", "a b@example.org", "bob@example.org", "BOB@example.org", "x@second.example"],
)
def test_what_is_no_address_or_anothers_is_refused(client: Client, learner: User, email: str) -> None:
    bob = make_user("bob@example.org")
    EmailAddress.objects.create(user=bob, email="x@second.example")
    assert client.post(URL, {"email": email}).status_code == 422
    learner.refresh_from_db()
    assert learner.email == "ada@example.org"


def test_the_password_is_asked_for_first(client: Client) -> None:
    user = make_user("ada@example.org")
    client.force_login(user)
    response = client.post(URL, {"email": NEW})
    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]
    user.refresh_from_db()
    assert user.email == "ada@example.org"
    client.post(response["Location"], {"password": PASSWORD}, follow=True)
    user.refresh_from_db()
    assert user.email == NEW


def test_allauths_own_page_leads_here(client: Client, learner: User) -> None:
    assert client.get("/en/accounts/email/").headers["Location"] == URL
    client.post("/accounts/email/", {"email": NEW, "action_add": ""})
    learner.refresh_from_db()
    assert learner.email == "ada@example.org"
