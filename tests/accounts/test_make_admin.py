from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.promotion import promote
from tests.factories import PASSWORD, make_user
from tests.processes import manage

pytestmark = pytest.mark.django_db
NEW_PASSWORD = "another horse, another staple"


def make_admin(monkeypatch: pytest.MonkeyPatch, email: str, password: str | None = None) -> str:
    monkeypatch.setenv("EMAIL", email)
    if password is None:
        monkeypatch.delenv("PASSWORD", raising=False)
    else:
        monkeypatch.setenv("PASSWORD", password)
    out = StringIO()
    with translation.override(None):
        call_command("make_admin", stdout=out)
    return out.getvalue()


def test_a_new_admin_may_do_everything_and_has_a_confirmed_address(monkeypatch: pytest.MonkeyPatch) -> None:
    said = make_admin(monkeypatch, "Ada@Example.org", PASSWORD)
    user = User.objects.get()
    assert "ada@example.org is an admin." in said
    assert user.is_staff
    assert user.is_superuser
    assert user.check_password(PASSWORD)
    address = EmailAddress.objects.get()
    assert (address.user, address.email, address.verified, address.primary) == (user, "ada@example.org", True, True)


def test_an_account_becomes_an_admin_and_keeps_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user("ada@example.org", is_active=False)
    EmailAddress.objects.create(user=user, email="ada@example.org", verified=True, primary=True)
    said = make_admin(monkeypatch, "ADA@example.org")
    user.refresh_from_db()
    assert "had an account" in said
    assert (user.is_staff, user.is_superuser, user.is_active) == (True, True, True)
    assert user.check_password(PASSWORD)
    assert EmailAddress.objects.get().verified


def test_whoever_signed_up_first_with_the_address_does_not_come_in(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = make_user("ada@example.org")
    EmailAddress.objects.create(user=stranger, email="ada@example.org", verified=False, primary=True)
    SocialAccount.objects.create(user=stranger, provider="github", uid="1")
    Authenticator.objects.create(user=stranger, type=Authenticator.Type.WEBAUTHN, data={})
    client.force_login(stranger)
    monkeypatch.setattr("accounts.asking.getpass", lambda _: NEW_PASSWORD)
    make_admin(monkeypatch, "ada@example.org")
    stranger.refresh_from_db()
    assert stranger.is_superuser
    assert stranger.check_password(NEW_PASSWORD)
    assert client.get("/me/").status_code == 302
    assert not SocialAccount.objects.exists()
    assert not Authenticator.objects.exists()


def test_without_a_password_nobody_unconfirmed_is_made_an_admin() -> None:
    user = make_user("ada@example.org")
    with pytest.raises(ValidationError, match="new password"):
        promote("ada@example.org", None)
    user.refresh_from_db()
    assert not user.is_superuser


def test_an_account_gets_the_password_that_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user("ada@example.org")
    make_admin(monkeypatch, "ada@example.org", NEW_PASSWORD)
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)


def test_it_can_be_said_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    make_admin(monkeypatch, "ada@example.org", PASSWORD)
    make_admin(monkeypatch, "ada@example.org", PASSWORD)
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("not an address", PASSWORD, "valid email address"),
        ("ada@example.org", "12345678", "entirely numeric"),
        ("ada@example.org", "ada@example.org", "too similar"),
        ("ada@example.org", "a5Kx", "at least 8 characters"),
    ],
)
def test_a_wrong_answer_makes_nobody(monkeypatch: pytest.MonkeyPatch, email: str, password: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        make_admin(monkeypatch, email, password)
    assert not User.objects.exists()


def test_an_address_that_another_account_has_confirmed_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    EmailAddress.objects.create(user=make_user(), email="ada@example.org", verified=True, primary=False)
    with pytest.raises(CommandError, match="another account"):
        make_admin(monkeypatch, "ada@example.org", PASSWORD)
    assert not User.objects.filter(email="ada@example.org").exists()


def test_without_answers_it_says_how_to_give_them(tmp_path: Path) -> None:
    manage("migrate", "--verbosity", "0", DATA_DIR=str(tmp_path))
    done = manage("make_admin", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "EMAIL=… PASSWORD=… make admin" in done.stderr
    assert "Traceback" not in done.stderr
