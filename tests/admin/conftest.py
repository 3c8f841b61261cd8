"""An editor at work."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from roadmap.editors import EDITORS
from tests.factories import make_user


@pytest.fixture
def editor(db: None) -> User:
    user = make_user(is_staff=True)
    user.groups.add(Group.objects.get(name=EDITORS))
    return user


@pytest.fixture
def client(editor: User) -> Client:
    """A browser in which the editor is signed in."""
    client = Client()
    client.force_login(editor)
    return client


@pytest.fixture
def anyone() -> Client:
    """A browser in which nobody is signed in."""
    return Client(headers={"accept-language": "zh-TW"})
