"""An editor's way through links that want a hand: narrow the list, take over one, take over many.

The `context` fixture fails a test whose page breaks the content security policy, or asks another host for something.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from roadmap.models import Grade, Resource
from tests.browser.pages import let_in
from tests.browser.test_admin_import import barriers
from tests.factories import make_admin
from tests.graded_links import call_broken, checked, graded
from tests.importing.notes import bring, resource

pytestmark = pytest.mark.django_db(transaction=True)

NAMES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta")
NOTES = "# Plan\n\n" + "".join(f"- [{name}](https://{name.lower()}.example/)\n" for name in NAMES)
NEW = "https://new.example/" + "path-without-end/" * 20


@pytest.fixture
def editor(context: BrowserContext, site: str, tmp_path: Path) -> Page:
    """A page of an editor's browser; of six links two moved, one is dead, one fails, one is not shown to robots."""
    bring(tmp_path, NOTES)
    for name in ("Alpha", "Beta"):
        checked(graded(resource(name), Grade.MOVED, target=f"{NEW}{name}"), Grade.MOVED, target=f"{NEW}{name}")
    dead = graded(resource("Gamma"), Grade.DEAD, status=404)
    for grade in (Grade.OK, Grade.FAILING, Grade.DEAD):
        checked(dead, grade, status=200)
    graded(resource("Delta"), Grade.FAILING)
    graded(resource("Epsilon"), Grade.BLOCKED)
    call_broken(graded(resource("Zeta"), Grade.OK))
    let_in(context, make_admin("ada@example.org"), site)
    return context.new_page()


def in_the_way(page: Page) -> list[str]:
    """Return the barriers but one: the label of Django's search box is a picture."""
    return [each for each in barriers(page) if "searchbar" not in each]


def urls() -> dict[str, str]:
    return dict(Resource.objects.values_list("title", "url"))


def test_one_moved_link_from_the_front_page_to_the_new_address(editor: Page) -> None:
    editor.goto("/en/admin/")
    assert in_the_way(editor) == []
    editor.get_by_role("link", name="2 resources with links that moved").click()
    expect(editor.locator("#result_list tbody tr")).to_have_count(2)
    assert in_the_way(editor) == []
    editor.get_by_role("link", name="Alpha", exact=True).click()
    expect(editor.get_by_text("it leads to another address for good").first).to_be_visible()
    assert in_the_way(editor) == []
    editor.get_by_role("button", name=f"Take over the new address: {NEW}Alpha").click()
    expect(editor.locator(".messagelist .success")).to_have_text("1 resource has another URL.")
    expect(editor.get_by_label("URL:", exact=True)).to_have_value(f"{NEW}Alpha")
    expect(editor.get_by_text("It was not checked yet.")).to_be_visible()
    assert (urls()["Alpha"], urls()["Beta"]) == (f"{NEW}Alpha", "https://beta.example/")
    editor.get_by_role("button", name="Reset to the notes").click()
    expect(editor.get_by_label("URL:", exact=True)).to_have_value("https://alpha.example/")


def test_many_moved_links_at_once(editor: Page) -> None:
    editor.goto("/en/admin/roadmap/resource/")
    expect(editor.locator("#result_list tbody tr")).to_have_count(6)
    assert in_the_way(editor) == []
    editor.locator("#changelist-filter").get_by_role("link", name="moved", exact=True).click()
    expect(editor.locator("#result_list tbody tr")).to_have_count(2)
    editor.locator("#action-toggle").check()
    editor.get_by_label("Action:").select_option(label="Take over where links moved to")
    editor.get_by_role("button", name="Go").click()
    expect(editor.locator(".messagelist .success")).to_have_text("2 resources have other URLs.")
    assert (urls()["Alpha"], urls()["Beta"]) == (f"{NEW}Alpha", f"{NEW}Beta")
    assert urls()["Gamma"] == "https://gamma.example/"
    assert in_the_way(editor) == []


def test_a_dead_link_gives_way_to_a_copy_or_is_left(editor: Page) -> None:
    editor.goto(f"/en/admin/roadmap/resource/{resource('Gamma').pk}/change/")
    expect(editor.locator(".checks li")).to_have_count(3)
    assert in_the_way(editor) == []
    editor.get_by_role("button", name="Check again soon").click()
    expect(editor.get_by_text("The next check asks for it.")).to_be_visible()
    editor.get_by_role("button", name="Leave as it is").click()
    expect(editor.get_by_text("An editor left it as it is.")).to_be_visible()
    expect(editor.get_by_role("button", name="Leave as it is")).to_have_count(0)
    assert in_the_way(editor) == []
    editor.get_by_role("button", name="Take the Internet Archive’s copy:").click()
    expect(editor.locator(".messagelist .success")).to_have_text("1 resource has another URL.")
    assert urls()["Gamma"] == "https://web.archive.org/web/20260102030405/https://gamma.example/"


def test_what_was_found_meanwhile_is_shown_before_anything_is_done(editor: Page) -> None:
    editor.goto(f"/en/admin/roadmap/resource/{resource('Alpha').pk}/change/")
    graded(resource("Alpha"), Grade.DEAD)
    editor.get_by_role("button", name="Take over the new address:").click()
    expect(editor.locator(".messagelist .warning")).to_contain_text("something else is found of the link by now")
    expect(editor.get_by_text("dead · it is not found")).to_be_visible()
    assert urls()["Alpha"] == "https://alpha.example/"


def test_the_list_fits_a_phone(editor: Page) -> None:
    editor.set_viewport_size({"width": 390, "height": 800})
    editor.goto("/en/admin/roadmap/resource/?o=2")
    marks = editor.locator("#result_list .grade")
    expect(marks).to_have_count(6)
    expect(marks.first).to_have_text("✕ dead")
    box = marks.first.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
