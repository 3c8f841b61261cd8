"""`manage.py make_admin`: an account that may do everything."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts.asking import ask_password
from accounts.models import User
from accounts.promotion import find, is_confirmed, promote


class Command(BaseCommand):
    """Asks, makes one call, says what came of it."""

    help = (
        "Make an admin, whose e-mail address counts as confirmed. Asks for address and password, or takes them from "
        "the environment variables EMAIL and PASSWORD. An account that exists becomes an admin; it keeps its password "
        "unless PASSWORD is given, or nobody confirmed its address: anybody may have signed up with that."
    )

    def handle(self, **options: Any) -> None:
        """Make the admin. Exits with 1 and a message where the answers cannot be taken."""
        try:
            email = os.environ.get("EMAIL") or input("E-mail address: ")
            validate_email(email.strip())
            promotion = promote(email, _password(email.strip(), find(email)))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except (EOFError, KeyboardInterrupt):
            raise CommandError("No answer. Scripts give it as EMAIL=… PASSWORD=… make admin.") from None
        said = "{} is an admin." if promotion.created else "{} had an account, which is an admin's now."
        self.stdout.write(self.style.SUCCESS(said.format(promotion.user.email)))


def _password(email: str, user: User | None) -> str | None:
    if os.environ.get("PASSWORD") is None and user is not None and is_confirmed(user):
        return None
    return ask_password(user or User(email=email))
