"""What editors and imports do, the search follows."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from roadmap import search, stamps
from roadmap.models import Listing, Resource, Roadmap, Section
from tests.admin import test_sections as sections
from tests.admin.forms import act, save
from tests.importing import laws
from tests.importing.notes import bring, plan, resource

NOTES = "# One\n\nWords of the section.\n\n- [Alpha](https://a.example/): what it is\n- [Beta](https://b.example/)\n"


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)


def found(typed: str) -> int:
    """Return how many entries a search finds, and check that they are those of what stands now."""
    for roadmap in Roadmap.objects.all():
        laws.entries_are_those_made_anew(roadmap)
    return len(search.find(search.query(typed), stamps.open_to(None)).matches)


def test_it_follows_imports(tmp_path: Path) -> None:
    assert (found("alpha"), found("words of the section"), found("a.example")) == (1, 1, 1)
    bring(tmp_path, NOTES.replace("Alpha", "Gamma").replace("Words", "Sentences"))
    assert (found("alpha"), found("gamma"), found("words"), found("sentences")) == (0, 1, 0, 1)
    bring(tmp_path, "# Two\n\n- [Beta](https://b.example/)\n")
    assert (found("gamma"), found("one"), found("two"), found("beta")) == (0, 0, 1, 1)
    bring(tmp_path, NOTES)
    assert (found("alpha"), found("one")) == (1, 1)


def test_it_follows_retiring_and_bringing_back(client: Client) -> None:
    act(client, resource("Alpha"), "retire")
    assert found("alpha") == 0
    act(client, resource("Alpha"), "bring-back")
    assert found("alpha") == 1


def test_it_follows_edits(client: Client) -> None:
    save(client, resource("Alpha"), title="Delta", description="On **kernels**.")
    assert (found("delta"), found("kernels")) == (1, 1)
    # The notes still call it so.
    assert found("alpha") == 1
    section = Section.objects.live().get(title="One")
    sections.save(client, section, section.source.replace("Words", "Sentences"))
    assert (found("words"), found("sentences")) == (0, 1)


def test_it_follows_deletion(client: Client) -> None:
    hand = Resource.objects.create(roadmap=plan(), title="By hand", url="https://hand.example/", url_key="x")
    Listing.objects.create(section=Section.objects.live().get(), resource=hand, label="By hand")
    plan().touch()
    assert found("by hand") == 1
    client.post(reverse("admin:roadmap_resource_delete", args=[hand.pk]), {"post": "yes"})
    assert not Resource.objects.filter(pk=hand.pk).exists()
    assert found("by hand") == 0
    Roadmap.objects.all().delete()
    assert found("alpha") == 0
