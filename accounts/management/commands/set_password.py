"""`manage.py set_password`: a new password for an account whose owner forgot it, where no mail can be sent."""

from __future__ import annotations

import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.asking import ask_password
from accounts.promotion import find


class Command(BaseCommand):
    """Asks, sets, says so."""

    help = (
        "Set an account's password. Asks for address and password, or takes them from the environment variables EMAIL "
        "and PASSWORD. Whoever is signed in to the account is signed out."
    )

    def handle(self, **options: Any) -> None:
        """Set the password. Exits with 1 and a message where the answers cannot be taken."""
        try:
            email = os.environ.get("EMAIL") or input("E-mail address: ")
            user = find(email)
            if user is None:
                raise CommandError(f"There is no account with the address {email.strip()}.")
            user.set_password(ask_password(user))
            user.save(update_fields=["password"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except (EOFError, KeyboardInterrupt):
            raise CommandError("No answer. Scripts give it as EMAIL=… PASSWORD=… make password.") from None
        self.stdout.write(self.style.SUCCESS(f"{user.email} has a new password."))
