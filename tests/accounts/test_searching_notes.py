"""The search in one's own notes: on their page and beside what the study plans hold; never in another's."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import notes
from accounts.models import Note, User
from roadmap.models import Resource, Roadmap
from tests.factories import make_listing, make_resource, make_user

pytestmark = pytest.mark.django_db

SEARCH = "/en/search/"
NOTES = "/en/me/notes/"


def write(user: User, resource: Resource, text: str) -> None:
    notes.save(user, resource, text, 0)


def noted(client: Client, typed: str, url: str = SEARCH) -> str:
    """Return what a page shows of notes."""
    text = client.get(url, {"q": typed}).text
    if url == NOTES:
        return text.split('id="Found"')[1]
    return text.split(">My notes <", 1)[1] if ">My notes <" in re.sub(r">\s+", ">", text) else ""


def notes_in(client: Client, typed: str, part: str = "") -> list[str]:
    """Return the excerpts of the notes that the search shows."""
    text = client.get(SEARCH, {"q": typed, "part": part}).text
    pieces = re.split(r'<a class="hit"', text)
    return [
        found[1]
        for piece in pieces
        if "/en/resources/" in piece and (found := re.search(r'class="hit-excerpt">(.*?)</span>', piece))
    ]


@pytest.mark.parametrize(
    ("text", "typed", "shown"),
    [
        ("梯度下降法要先看", "下降", "梯度<mark>下降</mark>法要先看"),
        ("梯度下降法要先看", "梯度 先看", "<mark>梯度</mark>下降法要<mark>先看</mark>"),
        ("资料库 notes", "資料庫", "<mark>资料库</mark> notes"),
        ("数据库 notes", "資料庫", "<mark>数据库</mark> notes"),
        ("Ｐｙｔｈｏｎ **basics**", "python BASICS", "<mark>Ｐｙｔｈｏｎ</mark> <mark>basics</mark>"),
        ("Über alles", "uber", "<mark>Über</mark> alles"),
        ("a <b> & kernel", "kernel", "a  &amp; <mark>kernel</mark>"),
    ],
)
@pytest.mark.parametrize("part", ["", "list"])
def test_own_notes_are_found(
    client: Client, learner: User, resource: Resource, text: str, typed: str, shown: str, part: str
) -> None:
    write(learner, resource, text)
    assert [" ".join(each.split()) for each in notes_in(client, typed, part)] == [" ".join(shown.split())]
    assert resource.title in noted(client, typed, NOTES)


@pytest.mark.parametrize("typed", ["AHHH", "ahhh", "bits", "'", "%", "_", "\\", '"', "\0"])
def test_signs_and_codes_find_nothing(client: Client, learner: User, resource: Resource, typed: str) -> None:
    """A note that holds every letter of Chinese whose code could be taken for a word."""
    write(learner, resource, "機器學習")
    note = Note.objects.get()
    note.folded = " BITS AHHH "
    note.save(update_fields=["folded"])
    assert notes_in(client, typed) == []


def test_nobody_finds_anothers_notes(client: Client, learner: User, resource: Resource, plan: Roadmap) -> None:
    other = make_user()
    write(other, resource, "secret kernel words")
    write(learner, plan.resources.latest("pk"), "my kernel words")
    stranger, guest = Client(), Client()
    guest.post(f"/resources/{resource.key}/state/", {"state": "done"})
    for part in ("", "list"):
        assert notes_in(client, "kernel words", part) == ["my <mark>kernel</mark> <mark>words</mark>"]
        for reader in (client, stranger, guest):
            assert "secret" not in reader.get(SEARCH, {"q": "kernel words", "part": part}).text
            assert "secret <mark>" not in reader.get(SEARCH, {"q": "secret", "part": part}).text
        for reader in (stranger, guest):
            assert notes_in(reader, "kernel", part) == []
    assert "secret kernel" not in client.get(NOTES, {"q": "kernel"}).text


def test_an_admin_finds_no_learners_notes(client: Client, resource: Resource) -> None:
    write(make_user(), resource, "secret kernel words")
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert "secret" not in client.get(SEARCH, {"q": "kernel"}).text


def test_a_note_stays_found_when_its_resource_has_left(
    client: Client, learner: User, resource: Resource, plan: Roadmap
) -> None:
    write(learner, resource, "on kernels")
    Resource.objects.filter(pk=resource.pk).update(retired_at=timezone.now())
    plan.touch()
    text = client.get(SEARCH, {"q": "kernels"}).text
    assert "on <mark>kernels</mark>" in text
    assert "No longer in the roadmap" in text
    assert f'href="/en/resources/{resource.key}/"' in text
    Roadmap.objects.update(published=False)
    assert "on <mark>kernels</mark>" in client.get(SEARCH, {"q": "kernels"}).text


def test_a_word_may_stand_in_the_title_and_another_in_the_note(
    client: Client, learner: User, resource: Resource
) -> None:
    Resource.objects.filter(pk=resource.pk).update(title="線性代數 Linear algebra")
    write(learner, resource, "on kernels")
    for typed in ("代数 kernels", "linear kernels"):
        assert notes_in(client, typed) == ["on <mark>kernels</mark>"]
        assert "on kernels" in client.get(NOTES, {"q": typed}).text
    # What stands in the title alone is the resource, which has its own place among the results.
    assert notes_in(client, "線性代數") == []
    assert "on kernels" in client.get(NOTES, {"q": "線性代數"}).text
    assert notes_in(client, "kernels nowhere") == []
    assert "on kernels" not in client.get(NOTES, {"q": "kernels nowhere"}).text


def test_an_emptied_note_is_not_found(client: Client, learner: User, resource: Resource) -> None:
    write(learner, resource, "on kernels")
    notes.save(learner, resource, "", 1)
    assert notes_in(client, "kernels") == []


def test_what_is_no_word_finds_no_note(client: Client, learner: User, resource: Resource) -> None:
    write(learner, resource, "on kernels")
    assert "on kernels" not in client.get(NOTES, {"q": "?!"}).text
    assert "on kernels" in client.get(NOTES, {"q": "  "}).text


@pytest.mark.parametrize(("url", "typed"), [(SEARCH, "kernels"), (NOTES, "kernels")])
def test_more_notes_need_no_more_queries(client: Client, learner: User, plan: Roadmap, url: str, typed: str) -> None:
    section = plan.pages.get(position=0).sections.get(slug="first-chapter")

    def add(number: int) -> None:
        for _ in range(number):
            write(learner, make_listing(section, make_resource(plan)).resource, "on kernels")
        plan.touch()

    def count() -> int:
        client.get(url, {"q": typed})
        with CaptureQueriesContext(connection) as queries:
            client.get(url, {"q": typed})
        return len(queries)

    add(2)
    before = count()
    add(5)
    assert count() == before
