"""What most tests of the learners' side begin with."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from roadmap.models import Resource, Roadmap
from tests.factories import make_plan, make_user


@pytest.fixture
def plan() -> Roadmap:
    return make_plan()


@pytest.fixture
def resource(plan: Roadmap) -> Resource:
    """What stands in the first chapter."""
    first: Resource = plan.resources.earliest("pk")
    return first


@pytest.fixture
def learner(client: Client) -> User:
    """Somebody who is signed in."""
    user = make_user()
    client.force_login(user)
    return user
