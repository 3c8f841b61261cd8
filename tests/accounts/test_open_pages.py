"""A page that was open while an editor said that two resources are one: what is marked there finds the one."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import access, uniting
from accounts.tracking import Reader
from roadmap import answering
from roadmap.models import Proposal, Resource, Roadmap, Section
from tests.factories import make_listing, make_resource, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def united(plan: Roadmap) -> tuple[Resource, str]:
    """Return a resource that was united with another, and the other's key."""
    old = make_resource(plan, "Old", retired_at=timezone.now())
    new = make_listing(Section.objects.filter(page__roadmap=plan)[0], make_resource(plan, "New")).resource
    proposal = Proposal.objects.create(
        roadmap=plan, resource=old, found=new, key=str(new.url_key), title="New", reason=Proposal.Reason.SIMILAR
    )
    key = new.key
    return answering.confirm(proposal, uniting.unite), key


def test_a_tick_and_a_note_by_the_former_key_are_on_the_one_that_lives_on(client: Client, plan: Roadmap) -> None:
    row, key = united(plan)
    user = make_user()
    client.force_login(user)
    client.post(reverse("accounts:state", args=[key]), {"state": "done"})
    client.post(reverse("accounts:note", args=[key]), {"text": "Mine.", "version": "0"})
    assert user.progress.get().resource == row
    assert user.notes.get().resource == row
    assert client.get(reverse("accounts:resource", args=[key])).status_code == 200


def test_what_is_gone_between_the_look_and_the_tick_is_looked_for_again(
    client: Client, plan: Roadmap, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, key = united(plan)
    gone = Resource(pk=10**6, key=key, roadmap=plan, title="New")
    looks = iter([gone])
    real = access.resource

    def look(reader: Reader | None, wanted: str) -> Resource:
        return next(looks, None) or real(reader, wanted)

    monkeypatch.setattr(access, "resource", look)
    user = make_user()
    client.force_login(user)
    assert client.post(reverse("accounts:state", args=[key]), {"state": "done"}).status_code == 302
    assert user.progress.get().resource == row
    looks = iter([gone])
    client.post(reverse("accounts:note", args=[key]), {"text": "Mine.", "version": "0"})
    assert user.notes.get().resource == row
