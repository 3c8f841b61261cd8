"""Making an admin, and moving an account to another address."""

from __future__ import annotations

from typing import NamedTuple

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.managers import UserManager
from accounts.models import User


class Promotion(NamedTuple):
    """What came of it."""

    user: User
    created: bool


def find(email: str) -> User | None:
    """Return the account with this address, however its letters are written."""
    return User.objects.filter(email=UserManager.normalize_email(email)).first()


def is_confirmed(user: User) -> bool:
    """Return whether the owner of an account's address is known to be the account's."""
    return bool(EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists())


@transaction.atomic
def promote(email: str, password: str | None) -> Promotion:
    """Return a superuser whose address is confirmed: the account that has it, or a new one.

    An account that is there keeps its password where `password` is None; that is for a confirmed address alone, since
    anybody may have signed up with another, whose own ways in are closed. Raises ValidationError where the password is
    missing or the address belongs to another account as its second one.
    """
    email = UserManager.normalize_email(email)
    user = find(email)
    if EmailAddress.objects.filter(email=email, verified=True).exclude(user=user).exists():
        raise ValidationError(f"{email} is a confirmed address of another account.")
    if user is None:
        promotion = Promotion(User.objects.create_superuser(email, password), created=True)
    elif is_confirmed(user):
        promotion = Promotion(_raised(user, password), created=False)
    elif password is None:
        raise ValidationError(f"Nobody confirmed that {email} is the account's. Give it a new password.")
    else:
        Authenticator.objects.filter(user=user).delete()
        SocialAccount.objects.filter(user=user).delete()
        promotion = Promotion(_raised(user, password), created=False)
    address, _ = EmailAddress.objects.update_or_create(user=promotion.user, email=email, defaults={"verified": True})
    address.set_as_primary()
    return promotion


@transaction.atomic
def move(user: User, email: str) -> None:
    """Give an account another address, its only one, which nobody confirmed. Raises IntegrityError if it is taken."""
    user.email = email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)


def _raised(user: User, password: str | None) -> User:
    user.is_staff = user.is_superuser = user.is_active = True
    if password is not None:
        user.set_password(password)
    user.save(update_fields=["is_staff", "is_superuser", "is_active", "password"])
    return user
