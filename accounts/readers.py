"""Who is behind a request: a learner with an account, a guest with an id in the session, or a stranger."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest

from accounts.models import User
from accounts.tracking import Guest, Reader, sweep

GUEST = "guest"
"""The session's key of a guest's id."""


def of(request: HttpRequest) -> Reader | None:
    """Return the learner or guest, None for a stranger. Without a session nothing is asked of the database."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    if isinstance(request.user, User):
        return request.user
    guest = request.session.get(GUEST)
    return Guest(guest) if guest else None


def to_write(request: HttpRequest) -> Reader:
    """Return the learner or guest; a stranger becomes a guest, whose session lasts GUEST_AGE from the last tick on."""
    if isinstance(request.user, User):
        return request.user
    guest = request.session.get(GUEST)
    if not guest:
        sweep()
        guest = request.session[GUEST] = secrets.token_hex(16)
    request.session.set_expiry(settings.GUEST_AGE)
    return Guest(guest)


def is_another(request: HttpRequest, reader: Reader | None) -> bool:
    """Return whether the form that was posted was made for an account other than the one signed in now."""
    claimed = request.POST.get("reader", "")
    return bool(claimed) and not (isinstance(reader, User) and claimed == reader.reader)
