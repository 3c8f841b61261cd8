"""Proposals: shown side by side, and answered with one click."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import notes, tracking, uniting
from accounts.models import Note, Progress, User
from accounts.tracking import Guest
from roadmap import answering, editing
from roadmap.importing.titles import title_key
from roadmap.models import Change, Listing, Proposal, Resource, ResourceAlias, Section
from roadmap.reading.links import url_key
from tests.admin.forms import change_url, page
from tests.factories import make_listing, make_page, make_resource, make_roadmap, make_section, make_user
from tests.importing.notes import bring, plan, resource

OLD = "[Attention is all you need](https://old.example/paper)"
NEW = "[Attention, the paper](https://new.example/pdf)"
BETA = "[Beta](https://b.example/two)"
BEFORE = f"# One\n\n- {OLD}\n- {BETA}\n\n# Two\n\nWords.\n"
AFTER = f"# One\n\n- {BETA}\n\n# Two\n\n- {NEW}\n"
LIST = "admin:roadmap_proposal_changelist"


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, BEFORE)


@pytest.fixture
def old() -> Resource:
    return resource("Attention is all you need")


@pytest.fixture
def proposal(old: Resource, tmp_path: Path) -> Proposal:
    """What an import asks: the old one has left, the new one has come."""
    bring(tmp_path, AFTER)
    old.refresh_from_db()
    return ask(old, resource("Attention, the paper"))


def ask(old: Resource, new: Resource, **fields: Any) -> Proposal:
    key = new.url_key or title_key(new.title)
    values = {"key": key, "url": new.url, "title": new.title, "reason": Proposal.Reason.SIMILAR} | fields
    return Proposal.objects.create(roadmap=old.roadmap, resource=old, found=new, **values)


def press(client: Client, proposal: Proposal, name: str) -> list[str]:
    response = client.post(reverse(f"admin:roadmap_proposal_{name}", args=[proposal.pk]), follow=True)
    assert response.redirect_chain == [(reverse(LIST), 302)]
    return [str(message) for message in response.context["messages"]]


def test_both_sides_stand_beside_each_other(client: Client, proposal: Proposal, old: Resource) -> None:
    for name in "ab":
        tracking.mark(Guest(name), [old.pk], "done")
    tracking.mark(make_user(), [proposal.found_id or 0], "done")
    for url in (reverse(LIST), reverse("admin:roadmap_proposal_change", args=[proposal.pk])):
        shown = page(client, url, "en")
        for words in (
            "Attention is all you need", "https://old.example/paper", "2 learners have a mark on it", ">One<",
            "https://new.example/pdf", "1 learner has a mark on it", ">Two<", "same place, similar title",
            "The same", "Not the same",
        ):  # fmt: skip
            assert words in shown, (url, words)
        for name in ("same", "not-same"):
            assert f'formaction="/en{reverse(f"admin:roadmap_proposal_{name}", args=[proposal.pk])}"' in shown


def test_the_page_of_either_says_that_it_is_asked_about(client: Client, proposal: Proposal, old: Resource) -> None:
    address = reverse("admin:roadmap_proposal_change", args=[proposal.pk])
    new = proposal.found
    assert new
    for row in (old, new):
        assert f'href="{address}"' in page(client, change_url(row), "zh-hant")
    assert address not in page(client, change_url(resource("Beta")), "zh-hant")
    answering.refuse(proposal)
    for row in (old, new):
        assert address not in page(client, change_url(row), "zh-hant")


def test_the_list_shows_the_open_ones_first_and_the_others_when_asked(client: Client, proposal: Proposal) -> None:
    done = ask(proposal.resource, resource("Beta"), answer=Proposal.Answer.REFUSED)

    def listed(**query: str) -> set[int]:
        return {row.pk for row in client.get(reverse(LIST), query).context["cl"].result_list}

    assert listed() == listed(answer="open") == listed(answer="nonsense") == {proposal.pk}
    assert listed(answer="refused") == {done.pk}
    assert listed(answer="confirmed") == set()
    assert listed(answer="all") == {proposal.pk, done.pk}
    other = make_roadmap()
    another = ask(make_resource(other, retired_at=timezone.now()), make_resource(other))
    assert listed() == {proposal.pk, another.pk}
    assert listed(roadmap__id__exact=str(other.pk)) == {another.pk}


def test_twice_as_many_proposals_take_no_more_queries(client: Client) -> None:
    def fill() -> None:
        for _ in range(3):
            section = make_section(make_page())
            one, other = (make_listing(section).resource for _ in range(2))
            Resource.objects.filter(pk__in=[one.pk, other.pk]).update(home=section)
            tracking.mark(make_user(), [one.pk, other.pk], "done")
            ask(one, other)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse(LIST)).status_code == 200
        return len(captured)

    fill()
    queries()
    few = queries()
    fill()
    assert queries() == few


# Not the same


def test_not_the_same_is_kept_and_leaves_both(client: Client, proposal: Proposal) -> None:
    before = list(Resource.objects.order_by("pk").values())
    assert press(client, proposal, "not-same")
    proposal.refresh_from_db()
    assert proposal.answer == Proposal.Answer.REFUSED
    assert list(Resource.objects.order_by("pk").values()) == before
    assert LogEntry.objects.get().object_id == str(proposal.pk)


# The same


def test_the_old_row_lives_on_as_what_the_notes_say_now(
    client: Client, proposal: Proposal, old: Resource, anyone: Client
) -> None:
    new, version = proposal.found, plan().version
    assert new
    user = make_user()
    tracking.mark(user, [old.pk], "in_progress")
    tracking.mark(user, [new.pk], "done")
    notes.save(user, old, "Old", 0)
    notes.save(user, new, "New", 0)
    assert press(client, proposal, "same")
    row = Resource.objects.get(imported__title="Attention, the paper")
    assert (row.pk, row.key, row.url, row.url_key) == (old.pk, old.key, new.url, new.url_key)
    assert (row.title, row.kind, row.imported, row.conflicts) == (new.title, new.kind, new.imported, {})
    assert (row.retired_at, row.home, row.edited_fields) == (None, Section.objects.get(title="Two"), [])
    assert row.listings.get().section.title == "Two"
    assert not Resource.objects.filter(pk=new.pk).exists()
    assert list(Progress.objects.values_list("resource", "state")) == [(old.pk, "done")]
    assert Note.objects.get().text == "Old\n\n---\n\nNew"
    assert plan().version > version
    proposal.refresh_from_db()
    assert (proposal.answer, proposal.found) == (Proposal.Answer.CONFIRMED, None)
    assert set(Change.objects.filter(of="resource").values_list("title", "resource")) == {
        ("Attention is all you need", old.pk), ("Attention, the paper", old.pk), ("Beta", resource("Beta").pk),
    }  # fmt: skip
    shown = anyone.get(reverse("roadmap:roadmap", args=["plan"])).content.decode()
    assert old.key in shown
    assert new.key not in shown
    entries = LogEntry.objects.values_list("content_type__model", "object_id")
    assert set(entries) == {("proposal", str(proposal.pk)), ("resource", str(old.pk))}
    told = {(alias.url, alias.url_key) for alias in row.aliases.filter(key=None)}
    assert told == {(url, url_key(url)) for url in ("https://old.example/paper", "https://new.example/pdf")}


def test_going_back_to_the_earlier_notes_and_forth_finds_the_one(
    client: Client, proposal: Proposal, old: Resource, tmp_path: Path
) -> None:
    press(client, proposal, "same")
    for text, title in ((AFTER + "\n", "Attention, the paper"), (BEFORE, "Attention is all you need"), (AFTER, None)):
        bring(tmp_path, text)
        row = resource(title or "Attention, the paper")
        assert (row.pk, row.retired_at) == (old.pk, None)
        assert Resource.objects.count() == 2


def test_what_has_no_url_is_known_by_its_titles(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, "# One\n\n- [ ] Read it\n")
    old = resource("Read it")
    bring(tmp_path, "# Two\n\n- [ ] Read it all\n\n# Three\n\nWords.\n")
    press(client, ask(old, resource("Read it all")), "same")
    row = resource("Read it all")
    assert (row.pk, row.url_key) == (old.pk, None)
    titles = set(row.aliases.filter(key=None).values_list("title", "title_key", "url_key"))
    assert titles == {(title, title_key(title), None) for title in ("Read it", "Read it all")}


@pytest.mark.parametrize(
    ("mine", "theirs", "title", "conflicts"),
    [
        ({}, {}, "Attention, the paper", {}),
        ({"title": "Mine"}, {}, "Mine", {"title": ("Attention is all you need", "Attention, the paper")}),
        ({}, {"title": "Theirs"}, "Theirs", {}),
        (
            {"title": "Mine"},
            {"title": "Theirs"},
            "Mine",
            {"title": ("Attention is all you need", "Attention, the paper")},
        ),
        ({"title": "Attention, the paper"}, {}, "Attention, the paper", {}),
    ],
)
def test_an_editors_words_stay(
    client: Client, proposal: Proposal, old: Resource, mine: Any, theirs: Any, title: str, conflicts: Any
) -> None:
    assert proposal.found
    editing.edit(old, mine)
    editing.edit(proposal.found, theirs)
    press(client, proposal, "same")
    old.refresh_from_db()
    assert old.title == title
    assert old.conflicts == {name: {"base": base, "notes": said} for name, (base, said) in conflicts.items()}
    if mine and theirs:
        assert all("Theirs" in entry.change_message for entry in LogEntry.objects.all())


def test_a_description_of_either_stays_and_is_rendered(client: Client, proposal: Proposal, old: Resource) -> None:
    assert proposal.found
    editing.edit(proposal.found, {"description": "**Good**"})
    press(client, proposal, "same")
    old.refresh_from_db()
    assert (old.description, old.description_html) == ("**Good**", "<p><strong>Good</strong></p>")


def test_what_an_editor_retired_stays_off_the_site(client: Client, proposal: Proposal, old: Resource) -> None:
    editing.retire([old])
    press(client, proposal, "same")
    old.refresh_from_db()
    assert old.retired_at
    assert old.retired_by_editor
    assert old.url == "https://new.example/pdf"


def test_a_place_by_hand_stays_but_not_beside_the_notes_own(client: Client, proposal: Proposal, old: Resource) -> None:
    for title in ("One", "Two"):
        editing.place(Listing(resource=old, section=Section.objects.get(title=title)))
    press(client, proposal, "same")
    found = old.listings.order_by("section__position").values_list("section__title", "label")
    assert list(found) == [("One", "Attention, the paper")] * 1 + [("Two", "Attention, the paper")]


def test_other_questions_follow(client: Client, proposal: Proposal, old: Resource) -> None:
    new, beta = proposal.found, resource("Beta")
    assert new
    third = make_resource(old.roadmap, retired_at=timezone.now())
    same_old = ask(old, beta)
    same_new = ask(third, new)
    from_new = ask(new, beta, key="k")
    doubled = ask(new, beta)
    editing.save_alias(ResourceAlias(resource=new, url="https://alias.example/"))
    press(client, proposal, "same")
    rows = {row.pk: row for row in Proposal.objects.all()}
    # It cannot be Beta as well; whether something else is the same as it is still asked.
    assert rows[same_old.pk].answer == Proposal.Answer.REFUSED
    assert (rows[same_new.pk].answer, rows[same_new.pk].found_id) == ("", old.pk)
    assert rows[from_new.pk].resource_id == old.pk
    assert doubled.pk not in rows
    assert ResourceAlias.objects.get(url="https://alias.example/").resource == old


def stale(proposal: Proposal, how: str, folder: Path) -> None:
    if how == "there again":
        bring(folder, BEFORE.replace("Words.", f"- {NEW}"))
    elif how == "new one gone":
        bring(folder, f"# One\n\n- {BETA}\n")
    elif how == "new one retired":
        assert proposal.found
        editing.retire([proposal.found])
    elif how == "new one deleted":
        Listing.objects.filter(resource=proposal.found_id).delete()
        Resource.objects.filter(title=proposal.title).delete()
    else:
        answering.refuse(Proposal.objects.get(pk=proposal.pk))


@pytest.mark.parametrize("how", ["there again", "new one gone", "new one retired", "new one deleted", "answered"])
def test_what_is_not_so_any_more_is_said_and_changes_nothing(
    client: Client, proposal: Proposal, tmp_path: Path, how: str
) -> None:
    user = make_user()
    tracking.mark(user, [proposal.resource_id], "done")
    stale(proposal, how, tmp_path)
    before = [list(model._default_manager.order_by("pk").values()) for model in (Resource, Proposal, Progress)]
    assert len(press(client, proposal, "same")) == 1
    after = [list(model._default_manager.order_by("pk").values()) for model in (Resource, Proposal, Progress)]
    assert after == before
    assert not LogEntry.objects.exists()


def test_a_second_press_of_either_button_is_told_that_it_is_answered(client: Client, proposal: Proposal) -> None:
    press(client, proposal, "same")
    rows = list(Resource.objects.values())
    for name in ("same", "not-same"):
        assert len(press(client, proposal, name)) == 1
    assert list(Resource.objects.values()) == rows
    assert Proposal.objects.get(pk=proposal.pk).answer == Proposal.Answer.CONFIRMED


def test_what_fails_in_between_leaves_all_as_it_was(proposal: Proposal) -> None:
    def unite(old: Resource, new: Resource) -> None:
        uniting.unite(old, new)
        raise uniting.Busy

    user = make_user()
    tracking.mark(user, [proposal.found_id or 0], "done")
    with pytest.raises(uniting.Busy):
        answering.confirm(proposal, unite)
    assert Progress.objects.get().resource_id == proposal.found_id
    assert Proposal.objects.get().answer == ""


@pytest.mark.parametrize("name", ["same", "not-same"])
def test_a_get_answers_nothing_and_what_is_not_there_is_not_found(
    client: Client, proposal: Proposal, name: str
) -> None:
    assert client.get(reverse(f"admin:roadmap_proposal_{name}", args=[proposal.pk])).status_code == 405
    assert client.post(reverse(f"admin:roadmap_proposal_{name}", args=[99999])).status_code == 404
    assert Proposal.objects.get().answer == ""


@pytest.mark.parametrize("name", ["same", "not-same"])
@pytest.mark.parametrize("missing", ["change_proposal", "change_resource"])
def test_who_lacks_a_right_sees_no_button_and_presses_none(
    client: Client, editor: User, proposal: Proposal, name: str, missing: str
) -> None:
    editor.groups.clear()
    rights = {"view_proposal", "view_resource", "change_proposal", "change_resource"} - {missing}
    editor.user_permissions.set(Permission.objects.filter(codename__in=rights))
    assert "formaction" not in page(client, reverse(LIST), "en")
    assert client.post(reverse(f"admin:roadmap_proposal_{name}", args=[proposal.pk])).status_code == 403
    assert Proposal.objects.get().answer == ""
