"""A guest's ticks join the account that the guest signs in to, whichever way in it was."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts import tracking
from accounts.models import User
from accounts.readers import GUEST
from accounts.tracking import Guest
from accounts.views.answers import UNDO, undoable


def join_guest(sender: Any, request: HttpRequest, user: User, **more: Any) -> None:
    """Receive `user_logged_in`: join the ticks of the guest in the session, and say how many came along."""
    guest = request.session.pop(GUEST, None)
    if guest is None:
        return
    if request.session.get_expiry_age() > settings.SESSION_COOKIE_AGE:
        # A guest's session lasts longer than a learner's.
        request.session.set_expiry(None)
    batch = tracking.adopt(user, Guest(guest))
    if batch.changed:
        text = ngettext(
            "%(count)d tick from this browser joined.", "%(count)d ticks from this browser joined.", batch.changed
        )
        said = undoable(text % {"count": batch.changed}, batch)
        messages.success(request, said, extra_tags=UNDO, fail_silently=True)
