"""Resources added by hand, and other places and URLs of what is there already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from roadmap import editing
from roadmap.models import Listing, Resource, ResourceAlias, Section
from roadmap.reading.links import url_key
from tests.admin.forms import act, add, change_url, errors, inline, save, shown
from tests.importing.notes import bring, plan, resource

A = "[Alpha](https://a.example/one)"
B = "[Beta](https://b.example/two)"
NOTES = f"# One\n\n- {A}\n\n## Deep\n\nWords.\n\n# Two\n\n- {B}\n"
VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"


@pytest.fixture(autouse=True)
def _notes(db: None, tmp_path: Path) -> None:
    bring(tmp_path, NOTES)


def section(title: str) -> Section:
    return Section.objects.get(title=title, retired_at=None)


def added(client: Client, **typed: Any) -> Resource:
    values = {"section": section("One").pk, "title": "Mine & ours", "url": VIDEO} | typed
    response = add(client, **values)
    assert response.status_code == 302, errors(response)
    return Resource.objects.get(imported__isnull=True)


def test_it_stands_at_the_end_of_its_section_on_the_page(client: Client, anyone: Client) -> None:
    row = added(client, description="**Good**")
    listing = row.listings.get()
    assert (listing.slot, listing.label, listing.label_html) == (None, "Mine & ours", "Mine &amp; ours")
    assert (row.kind, row.url_key, row.description_html) == ("video", url_key(VIDEO), "<p><strong>Good</strong></p>")
    page = anyone.get(reverse("roadmap:roadmap", args=["plan"])).content.decode()
    places = [page.index(piece) for piece in ("https://a.example/one", f'data-resource="{row.key}"', "Words.")]
    assert places == sorted(places)


def test_no_import_retires_it_and_a_retired_section_hands_it_on(client: Client, tmp_path: Path) -> None:
    row = added(client, section=section("Deep").pk)
    for text in (NOTES + "\nMore.\n", "# One\n\nAll gone.\n", "# Other\n\nQuite other.\n"):
        bring(tmp_path, text)
        row.refresh_from_db()
        assert (row.retired_at, row.by_hand) == (None, True)
        assert row.listings.get().section.retired_at is None


def test_the_second_stands_after_the_first(client: Client) -> None:
    added(client)
    add(client, section=section("One").pk, title="Second", url="https://second.example/")
    by_hand = Listing.objects.filter(slot=None).values_list("label", flat=True)
    assert list(by_hand) == ["Mine & ours", "Second"]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"section": ""}, ["section"]),
        ({"section": "999999"}, ["section"]),
        ({"title": ""}, ["title"]),
        ({"url": ""}, ["url"]),
        ({"url": "javascript:x"}, ["url"]),
        ({"url": "https://www.a.example/one/?utm_source=x"}, ["url"]),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(client: Client, typed: dict[str, str], wrong: list[str]) -> None:
    values = {"section": section("Two").pk, "title": "T", "url": "https://t.example/"} | typed
    assert list(errors(add(client, **values))) == wrong
    assert not Resource.objects.filter(imported__isnull=True).exists()


def test_a_section_that_left_the_notes_is_no_choice(client: Client, tmp_path: Path) -> None:
    gone = section("Two")
    bring(tmp_path, f"# One\n\n- {A}\n")
    assert list(errors(add(client, section=gone.pk, title="T", url="https://t.example/"))) == ["section"]


def test_a_task_needs_no_url(client: Client) -> None:
    row = added(client, title="Do it", url="", kind="task")
    assert (row.kind, row.url_key) == ("task", None)


def test_a_url_that_is_there_already_can_be_listed_in_the_section_too(client: Client, tmp_path: Path) -> None:
    typed = {"section": section("Two").pk, "title": "Again", "url": "https://a.example/one?utm_source=x"}
    response = add(client, **typed)
    alpha = resource("Alpha")
    page = response.content.decode()
    assert f'<a href="{change_url(alpha)}">“Alpha”</a>' in page
    assert f'name="_list_it_too" value="{alpha.pk}"' in page
    response = add(client, **typed, _list_it_too=alpha.pk)
    assert response.url == change_url(alpha)
    listing = alpha.listings.get(slot=None)
    assert (listing.section, listing.label) == (section("Two"), "Alpha")
    assert Resource.objects.count() == 2
    bring(tmp_path, f"# Two\n\n- {B}\n")
    alpha.refresh_from_db()
    assert (alpha.retired_at, alpha.listings.get()) == (None, listing)


def test_a_url_that_stands_in_the_section_already_is_not_listed_twice(client: Client) -> None:
    typed = {"section": section("One").pk, "title": "Again", "url": "https://a.example/one"}
    response = add(client, **typed, _list_it_too=resource("Alpha").pk)
    assert list(errors(response)) == ["url"]
    assert "_list_it_too" not in response.content.decode()


def test_listing_a_retired_resource_brings_it_back(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, f"# One\n\n- {A}\n\n# Two\n\nWords.\n")
    beta = resource("Beta")
    assert beta.retired_at
    add(client, section=section("Two").pk, title="x", url=beta.url, _list_it_too=beta.pk)
    assert (resource("Beta").retired_at, resource("Beta").listings.get().section) == (None, section("Two"))


def test_an_edit_of_the_url_moves_its_key_along(client: Client) -> None:
    row = added(client)
    save(client, row, url="https://other.example/", title="Renamed <b>")
    row.refresh_from_db()
    assert row.url_key == url_key("https://other.example/")
    assert (row.listings.get().label, row.listings.get().label_html) == ("Renamed <b>", "Renamed &lt;b&gt;")


@pytest.mark.parametrize("url", ["https://a.example/one/", "https://alias.example/"])
def test_it_cannot_take_the_url_or_alias_of_another(client: Client, url: str) -> None:
    alpha = resource("Alpha")
    editing.save_alias(ResourceAlias(resource=alpha, url="https://alias.example/"))
    row = added(client)
    response = client.post(change_url(row), shown(client, change_url(row)) | {"url": url})
    assert list(errors(response)) == ["url"]
    assert change_url(alpha) in errors(response)["url"][0]
    row.refresh_from_db()
    assert row.url == VIDEO
    with pytest.raises(editing.TakenError):
        editing.edit(row, {"url": url})


def test_it_cannot_lose_its_url_but_as_a_task(client: Client) -> None:
    row = added(client)
    url = change_url(row)
    assert list(errors(client.post(url, shown(client, url) | {"url": ""}))) == ["url"]
    save(client, row, url="", kind="task")
    row.refresh_from_db()
    assert row.url_key is None
    assert list(errors(client.post(url, shown(client, url) | {"kind": "book"}))) == ["kind"]


def test_it_can_be_deleted_and_what_the_notes_give_cannot(client: Client) -> None:
    row = added(client)
    version = plan().version
    delete = reverse("admin:roadmap_resource_delete", args=[row.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert not Resource.objects.filter(pk=row.pk).exists()
    assert plan().version > version
    alpha = resource("Alpha")
    assert client.post(reverse("admin:roadmap_resource_delete", args=[alpha.pk]), {"post": "yes"}).status_code == 403
    with pytest.raises(editing.StaleError):
        editing.delete(alpha)


def test_a_resource_is_listed_elsewhere_and_taken_away_again_on_its_page(client: Client) -> None:
    alpha = resource("Alpha")
    version = plan().version
    place = inline(client, alpha, PLACES, section=str(section("Two").pk))
    assert client.post(change_url(alpha), place).status_code == 302
    assert alpha.listings.get(slot=None).section == section("Two")
    assert plan().version > version
    version = plan().version
    values = shown(client, change_url(alpha)) | {f"{PLACES}-0-DELETE": "on"}
    assert client.post(change_url(alpha), values).status_code == 302
    assert alpha.listings.get().slot is not None
    assert resource("Alpha").retired_at is None
    assert plan().version > version


def test_a_place_is_refused_where_it_stands_already(client: Client) -> None:
    alpha = resource("Alpha")
    response = client.post(change_url(alpha), inline(client, alpha, PLACES, section=str(section("One").pk)))
    assert list(errors(response)) == ["section"]


def test_what_loses_its_last_place_is_retired_until_it_has_one_again(client: Client) -> None:
    row = added(client)
    values = shown(client, change_url(row)) | {f"{BY_HAND_PLACES}-0-DELETE": "on"}
    assert client.post(change_url(row), values).status_code == 302
    row.refresh_from_db()
    assert (row.retired_at is not None, row.retired_by_editor) == (True, False)
    act(client, row, "bring-back")
    row.refresh_from_db()
    assert row.retired_at is not None
    client.post(change_url(row), inline(client, row, BY_HAND_PLACES, section=str(section("Two").pk)))
    row.refresh_from_db()
    assert row.retired_at is None


PLACES = "listings-2"
"""The inline of what is listed by hand; the first one holds what the notes list."""
BY_HAND_PLACES = "listings"


def test_a_re_import_knows_a_resource_by_its_other_url(client: Client, tmp_path: Path) -> None:
    alpha = resource("Alpha")
    values = inline(client, alpha, "aliases", url="http://www.new.example/place/?utm_source=x")
    assert client.post(change_url(alpha), values).status_code == 302
    assert ResourceAlias.objects.get().url_key == url_key("https://new.example/place")
    bring(tmp_path, NOTES.replace(A, "[Quite another title](https://new.example/place)"))
    row = resource("Quite another title")
    assert (row.pk, row.key, row.url) == (alpha.pk, alpha.key, "https://new.example/place")
    assert Resource.objects.count() == 2


@pytest.mark.parametrize(
    "url", ["https://b.example/two", "https://taken.example/", "https://a.example/one", "javascript:x", ""]
)
def test_another_url_must_be_nobodys(client: Client, url: str) -> None:
    editing.save_alias(ResourceAlias(resource=resource("Beta"), url="https://taken.example/"))
    alpha = resource("Alpha")
    values = inline(client, alpha, "aliases", url=url)
    if not url:
        assert client.post(change_url(alpha), values).status_code == 302
    else:
        assert list(errors(client.post(change_url(alpha), values))) == ["url"]
    assert alpha.aliases.count() == 0


def test_two_other_urls_that_are_one_are_refused(client: Client) -> None:
    alpha = resource("Alpha")
    values = inline(client, alpha, "aliases", url="https://new.example/")
    values |= {"aliases-TOTAL_FORMS": "2", "aliases-1-url": "http://www.new.example"}
    assert "__all__" in errors(client.post(change_url(alpha), values))
    assert alpha.aliases.count() == 0


def test_the_box_of_sections_finds_them_by_heading_and_shows_what_stands_above(client: Client) -> None:
    url = reverse("admin:roadmap_section_choose")
    field = {"app_label": "roadmap", "model_name": "listing", "field_name": "section"}
    found = client.get(url, field | {"term": "deep"}).json()["results"]
    assert found == [{"id": str(section("Deep").pk), "text": "One › Deep"}]
    assert client.get(url, field | {"term": "", "roadmap": "999"}).json()["results"] == []
