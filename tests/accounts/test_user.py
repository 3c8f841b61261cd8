from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from tests.factories import PASSWORD, make_admin, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("email", ["Ada@Example.ORG", " ada@example.org ", "ADA@EXAMPLE.ORG"])
def test_an_address_is_kept_in_lower_case(email: str) -> None:
    assert make_user(email).email == "ada@example.org"
    assert User.objects.get().email == "ada@example.org"


def test_an_address_that_changes_is_kept_in_lower_case() -> None:
    user = make_user()
    user.email = "Ada@Example.org"
    user.save(update_fields=["email"])
    user.refresh_from_db()
    assert user.email == "ada@example.org"


def test_two_accounts_never_have_one_address() -> None:
    make_user("ada@example.org")
    with pytest.raises(IntegrityError, match=r"user_once_per_email|accounts_user\.email"):
        make_user("ADA@example.org")


def test_an_address_in_capitals_reaches_no_row_by_any_way() -> None:
    make_user("ada@example.org")
    with pytest.raises(IntegrityError, match="user_email_in_lower_case"), transaction.atomic():
        User.objects.update(email="Ada@example.org")
    with pytest.raises(IntegrityError, match="user_email_in_lower_case"):
        User.objects.bulk_create([User(email="Bob@example.org")])


def test_a_form_says_that_an_address_is_taken() -> None:
    make_user("ada@example.org")
    with translation.override("en"), pytest.raises(ValidationError) as caught:
        User(email="Ada@Example.org", password="x").full_clean()
    assert caught.value.messages == ["There is an account with this e-mail address already."]


def test_the_letters_of_an_address_do_not_matter_for_signing_in() -> None:
    user = make_user("ada@example.org")
    assert User.objects.get_by_natural_key("ADA@Example.org") == user
    assert authenticate(username="ADA@Example.org", password=PASSWORD) == user
    assert authenticate(username="ADA@Example.org", password="wrong") is None


@pytest.mark.parametrize("email", ["", " "])
def test_a_user_needs_an_address(email: str) -> None:
    with pytest.raises(ValueError, match="address"):
        User.objects.create_user(email)


def test_a_user_may_do_nothing_special_and_an_admin_everything() -> None:
    user, admin = make_user(), make_admin()
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert (admin.is_staff, admin.is_superuser, admin.is_active) == (True, True, True)


def test_a_user_without_a_password_cannot_sign_in_with_one() -> None:
    user = User.objects.create_user("ada@example.org")
    assert not user.has_usable_password()


def test_djangos_own_command_makes_a_superuser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--no-input", "--email", "Ada@example.org", verbosity=0)
    assert User.objects.get(email="ada@example.org").is_superuser
