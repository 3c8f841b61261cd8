"""Deleting an account with everything that is its learner's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CASCADE, Q
from django.utils import timezone

from accounts.models import User
from accounts.tracking import hold


def delete(user: User) -> None:
    """Delete an account: states, notes, events, addresses, keys, what the admin's history says of it, and the sessions
    in which it is signed in or was about to be.

    Raises tracking.Gone if it is gone already.
    """
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    # To look into all sessions takes a while, in which others may write. One that begins now is listed by its user.
    begun = _sessions(user, addresses)
    with transaction.atomic():
        hold(user)
        listed = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
        Session.objects.filter(session_key__in={*begun, *listed}).delete()
        LogEntry.objects.filter(pk__in=_history(user, addresses)).delete()
        user.delete()


def _sessions(user: User, addresses: set[str]) -> list[str]:
    """Return the keys of the sessions that name an account."""
    ids = {
        "_auth_user_id": str(user.pk),
        "account_authentication_methods_user": str(user.pk),
        "user_id": str(user.pk),
        "user_pk": user_pk_to_url_str(user),
    }
    return [
        session.session_key
        for session in Session.objects.filter(expire_date__gte=timezone.now()).iterator()
        if any(
            ids.get(name) == value or value.lower() in addresses for name, value in _values("", session.get_decoded())
        )
    ]


def _values(name: str, data: Any) -> Iterator[tuple[str, str]]:
    """Yield each text in a session, however deep, with its name."""
    if isinstance(data, str):
        yield name, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _values(key, value)
    elif isinstance(data, list):
        for value in data:
            yield from _values(name, value)


def _history(user: User, addresses: set[str]) -> list[int]:
    """Return the entries of the admin's history that are about an account's rows, or name its addresses."""
    about = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
    for relation in user._meta.related_objects:
        if relation.on_delete is CASCADE:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: user})
            kind = ContentType.objects.get_for_model(relation.related_model)
            entries = LogEntry.objects.filter(content_type=kind)
            if entries.exists():
                about |= Q(content_type=kind, object_id__in=[str(pk) for pk in rows.values_list("pk", flat=True)])
    written = addresses | {json.dumps(address)[1:-1] for address in addresses}
    naming = reduce(or_, (Q(object_repr__icontains=one) | Q(change_message__icontains=one) for one in written))
    # An address is a part of others: da@example.org of ada@example.org.
    whole = re.compile(rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, written))})(?![\w-]|\.\w)", re.IGNORECASE)
    texts = LogEntry.objects.filter(naming).values_list("pk", "object_repr", "change_message")
    named = [pk for pk, *each in texts if any(map(whole.search, each))]
    return [*LogEntry.objects.filter(about).values_list("pk", flat=True), *named]
