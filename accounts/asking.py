"""Passwords given to commands."""

from __future__ import annotations

import os
from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User


def ask_password(user: User) -> str:
    """Return the password in the environment variable PASSWORD, or one that is typed twice.

    Raises ValidationError where the site takes no such password for `user`.
    """
    password = os.environ.get("PASSWORD")
    if not password:
        password = getpass("Password: ")
        if getpass("Password again: ") != password:
            raise ValidationError("The two passwords are not the same.")
    validate_password(password, user)
    return password
