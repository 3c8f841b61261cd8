"""Deleting an account with everything that is its learner's."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction

from accounts.models import User
from accounts.tracking import hold


@transaction.atomic
def delete(user: User) -> None:
    """Delete an account: states, notes, events, addresses, keys, and the sessions in which it is signed in.

    Raises tracking.Gone if it is gone already.
    """
    hold(user)
    keys = set(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys | set(_signed_in(user))).delete()
    user.delete()


def _signed_in(user: User) -> list[str]:
    """Return the keys of all sessions of an account; those from before sessions were listed can only be looked into."""
    sessions = Session.objects.iterator()
    return [each.session_key for each in sessions if each.get_decoded().get("_auth_user_id") == str(user.pk)]
