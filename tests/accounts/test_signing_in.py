from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, make_admin, make_user
from tests.processes import manage

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> int:
    """Post the sign-in form and return the status of the answer."""
    return client.post(reverse("account_login"), {"login": email, "password": password, **more}).status_code


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.org"])
def test_a_learner_signs_in_with_address_and_password(client: Client, email: str) -> None:
    user = make_user("ada@example.org")
    assert sign_in(client, email) == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(("language", "place"), [("", "/"), ("en", "/en/"), ("zh-hant", "/")])
def test_who_comes_from_nowhere_is_led_to_the_front_page_in_their_language(
    client: Client, language: str, place: str
) -> None:
    make_user("ada@example.org", language=language)
    response = client.post("/accounts/login/", {"login": "ada@example.org", "password": PASSWORD})
    assert response.headers["Location"] == place


def test_a_wrong_password_opens_nothing(client: Client) -> None:
    make_user("ada@example.org")
    assert sign_in(client, "ada@example.org", "wrong") == 200
    assert "_auth_user_id" not in client.session


def test_guessing_passwords_is_stopped(client: Client) -> None:
    make_user("ada@example.org")
    for _ in range(10):
        sign_in(client, "ada@example.org", "wrong")
    sign_in(client, "ada@example.org")
    assert "_auth_user_id" not in client.session


def test_who_signs_up_is_signed_in_where_no_mail_can_be_sent(client: Client) -> None:
    form = {"email": "Ada@Example.org", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post(reverse("account_signup"), form)
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(email="ada@example.org").pk)


def test_without_mail_and_keys_no_way_in_is_offered_that_needs_them(client: Client) -> None:
    page = client.get("/en" + reverse("account_login")).text
    for word in ("GitHub", "Google", "sign-in code"):
        assert word not in page
    assert "passkey" in page
    assert client.get("/accounts/login/code/").status_code == 404
    assert "make password EMAIL=you@example.org" in client.get("/en" + reverse("account_reset_password")).text


@pytest.mark.parametrize("password", ["12345678", "password", "short", "ada@example.org", "98761234567"])
def test_a_weak_password_is_refused(client: Client, password: str) -> None:
    form = {"email": "ada@example.org", "password1": password, "password2": password}
    assert client.post(reverse("account_signup"), form).status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize("url", ["/admin/", "/admin/accounts/user/", "/en/admin/"])
def test_the_admin_sends_strangers_to_the_sites_own_sign_in(client: Client, url: str) -> None:
    response = client.get(url, follow=True)
    final = response.redirect_chain[-1][0]
    assert final.startswith("/en/accounts/login/?" if url.startswith("/en/") else "/accounts/login/?")
    assert f"next={url}" in final.replace("%2F", "/")


def test_the_admins_own_form_signs_nobody_in(client: Client) -> None:
    make_admin("ada@example.org")
    client.post("/admin/login/", {"username": "ada@example.org", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_an_admin_comes_in_by_the_sites_own_sign_in(client: Client) -> None:
    make_admin("ada@example.org")
    assert sign_in(client, "ada@example.org", next="/admin/") == 302
    assert client.get("/admin/").status_code == 200


def test_a_learner_does_not_come_into_the_admin(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_strangers_pages_are_there_in_both_languages(client: Client, name: str, prefix: str) -> None:
    assert client.get(prefix + reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["account_logout", "accounts:email", "account_change_password"])
def test_a_learners_pages_are_there(client: Client, name: str) -> None:
    client.force_login(make_user())
    assert client.get(reverse(name)).status_code == 200


def test_users_are_made_and_found_in_the_admin(client: Client) -> None:
    client.force_login(make_admin())
    url = reverse("admin:accounts_user_add")
    assert client.get(url).status_code == 200
    form = {"email": "Bob@Example.org", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert client.post(url, form).status_code == 302
    bob = User.objects.get(email="bob@example.org")
    assert bob.check_password(PASSWORD)
    assert "bob@example.org" in client.get(reverse("admin:accounts_user_changelist"), {"q": "BOB"}).text
    assert client.get(reverse("admin:accounts_user_change", args=[bob.pk])).status_code == 200


def test_the_admin_says_that_an_address_is_taken(client: Client) -> None:
    make_user("bob@example.org")
    client.force_login(make_admin())
    form = {"email": "BOB@example.org", "password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    response = client.post(reverse("admin:accounts_user_add"), form)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors


def test_every_table_of_the_accounts_is_in_a_migration(tmp_path: Path) -> None:
    done = manage("makemigrations", "--check", "--dry-run", "accounts", DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stdout
