"""`python -m benchmarks.seeding N`: make N learners who marked every resource, and print their sessions as JSON.

A third of the resources is done, a third in progress, a third skipped, all learners alike.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import cycle

import django


def main(count: int) -> None:
    """Print a list of the values of session cookies."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "aienotes.settings"
    django.setup()
    print(json.dumps([_learner(f"learner{number}@example.org") for number in range(count)]))


def _learner(email: str) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from accounts.models import Progress, State, User
    from roadmap.models import Resource

    user = User.objects.create_user(email)
    states = zip(Resource.objects.order_by("pk"), cycle(State.values))
    Progress.objects.bulk_create(
        Progress(user=user, resource=resource, state=state, since=timezone.now()) for resource, state in states
    )
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    main(int(sys.argv[1]))
