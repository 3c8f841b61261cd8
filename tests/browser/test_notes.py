"""Notes in a browser: saved while typing, two tabs on one note, the keyboard, no scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts import notes
from accounts.models import Progress, User
from roadmap.models import Resource, Roadmap
from tests.browser.note_pages import WAITS, area, open_note, status, text_of, write
from tests.browser.pages import address_of, button, hold, places, sign_in, violations
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(page: Page, plan: Roadmap, learner: User, resource: Resource) -> Page:
    """The plan's page with a resource's note open."""
    return open_note(page, plan, resource)


def test_a_note_is_saved_by_itself_and_shown_after_a_reload(
    opened: Page, plan: Roadmap, learner: User, resource: Resource
) -> None:
    write(opened, "Read **twice**.\n\n![a picture](https://elsewhere.example/a.png)")
    expect(status(opened)).to_have_text("Saved")
    assert text_of(learner).startswith("Read **twice**.")
    expect(places(opened, resource).first.locator(".more[data-noted]")).to_be_visible()
    open_note(opened, plan, resource)
    shown = opened.locator(".note-text").first
    expect(shown.locator("strong")).to_have_text("twice")
    expect(shown.locator("img")).to_have_count(0)
    expect(area(opened)).to_be_hidden()


def test_the_page_holds_a_mark_and_not_the_text(opened: Page, plan: Roadmap) -> None:
    write(opened, "what nobody else reads")
    expect(status(opened)).to_have_text("Saved")
    opened.goto(address_of(plan))
    assert "what nobody else reads" not in opened.content()


def test_typing_goes_on_while_a_save_is_on_its_way(opened: Page, context: BrowserContext, learner: User) -> None:
    let_go = hold(context, "**/note/")
    write(opened, "one")
    expect(status(opened)).to_have_text("Saving…")
    write(opened, " two")
    let_go()
    expect(status(opened)).to_have_text("Saved")
    opened.wait_for_timeout(1500)
    expect(status(opened)).to_have_text("Saved")
    assert text_of(learner) == "one two"


def test_the_button_saves_and_shows_the_note(opened: Page, learner: User) -> None:
    write(opened, "# Title\n\n- a point")
    opened.get_by_role("button", name="Save", exact=True).click()
    expect(opened.locator(".note-text li")).to_have_text("a point")
    assert text_of(learner) == "# Title\n\n- a point"
    opened.get_by_role("link", name="Edit").click()
    expect(area(opened)).to_have_value("# Title\n\n- a point")


def test_a_preview_saves_nothing(opened: Page) -> None:
    write(opened, "a *preview*")
    opened.get_by_role("button", name="Preview").click()
    expect(opened.locator(".note-preview em")).to_have_text("preview")


def test_closing_saves_and_gives_the_focus_back(opened: Page, learner: User, resource: Resource) -> None:
    write(opened, "in haste")
    opened.keyboard.press("Escape")
    expect(opened.locator(".note-box")).to_have_count(0)
    expect(places(opened, resource).first.locator(".more")).to_be_focused()
    expect(places(opened, resource).first.locator(".more[data-noted]")).to_be_visible()
    assert text_of(learner) == "in haste"


def test_an_emptied_note_is_no_note(opened: Page, plan: Roadmap, learner: User, resource: Resource) -> None:
    write(opened, "soon gone")
    expect(status(opened)).to_have_text("Saved")
    area(opened).fill("")
    expect(places(opened, resource).first.locator(".more[data-noted]")).to_have_count(0)
    assert text_of(learner) == ""


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("Save both as one", "theirs\n\n---\n\nmine"), ("Keep yours", "mine"), ("Keep this one", "theirs")],
)
def test_two_tabs_on_one_note_lose_neither(
    opened: Page, context: BrowserContext, plan: Roadmap, learner: User, resource: Resource, choice: str, kept: str
) -> None:
    other = open_note(context.new_page(), plan, resource)
    write(other, "theirs")
    expect(status(other)).to_have_text("Saved")
    opened.bring_to_front()
    write(opened, "mine")
    versions = opened.locator(".note-conflict")
    expect(versions.get_by_role("alert")).to_contain_text("saved elsewhere")
    expect(versions.locator("pre")).to_have_text("theirs")
    expect(versions.locator("[name=mine]")).to_have_value("mine")
    assert text_of(learner) == "theirs"
    assert violations(opened) == []
    versions.get_by_role("button", name=choice).click()
    expect(versions).to_have_count(0)
    expect(area(opened)).to_have_value(kept)
    if kept != "theirs":
        expect(status(opened)).to_have_text("Saved")
    assert text_of(learner) == kept
    opened.reload()
    open_note(opened, plan, resource)
    assert text_of(learner) == kept


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ("Save both as one", "from the phone\n\n---\n\nmine and on and further "),
        ("Keep yours", "mine and on and further "),
    ],
)
def test_who_goes_on_typing_into_a_conflict_loses_no_word(
    opened: Page, context: BrowserContext, learner: User, resource: Resource, choice: str, kept: str
) -> None:
    notes.save(learner, resource, "from the phone", 0)
    let_go = hold(context, "**/note/")
    write(opened, "mine")
    expect(status(opened)).to_have_text("Saving…")
    write(opened, " and on")
    let_go()
    mine, both = opened.locator("[name=mine]"), opened.locator(".note-conflict [name=text]")
    expect(mine).to_have_value("mine and on")
    expect(mine).to_be_focused()
    opened.keyboard.insert_text(" and further")
    opened.keyboard.press("Space")
    expect(both).to_have_value("from the phone\n\n---\n\nmine and on and further ")
    opened.get_by_role("button", name=choice).click()
    expect(opened.locator(".note-conflict")).to_have_count(0)
    expect(status(opened)).to_have_text("Saved")
    assert text_of(learner) == kept


def test_a_conflict_can_be_left_for_later(opened: Page, learner: User, resource: Resource) -> None:
    notes.save(learner, resource, "from the phone", 0)
    write(opened, "mine")
    expect(opened.locator(".note-conflict")).to_be_visible()
    opened.locator(".note-conflict [name=text]").fill("from the phone, mine")
    opened.keyboard.press("Escape")
    expect(opened.locator(".note-box")).to_have_count(0)
    opened.reload()
    opened.get_by_role("link", name="Open it").click()
    expect(opened.locator(".note-conflict pre").first).to_have_text("from the phone")
    assert text_of(learner) == "from the phone"
    expect(opened.locator("[name=mine]")).to_have_value("from the phone, mine")
    opened.get_by_role("button", name="Keep yours").click()
    expect(status(opened)).to_have_text("Saved")
    assert text_of(learner) == "from the phone, mine"


def test_a_note_that_was_closed_unsaved_goes_on_where_it_was(
    opened: Page, context: BrowserContext, learner: User, resource: Resource
) -> None:
    context.route("**/note/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    write(opened, "first words")
    expect(status(opened)).to_contain_text("kept in this browser")
    opened.keyboard.press("Escape")
    button(opened, resource).focus()
    opened.keyboard.press("n")
    expect(area(opened)).to_have_value("first words")
    context.unroute("**/note/")
    write(opened, ", and more")
    expect(status(opened)).to_have_text("Saved", timeout=WAITS)
    opened.wait_for_timeout(6_000)
    expect(opened.locator(".note-conflict")).to_have_count(0)
    assert text_of(learner) == "first words, and more"


def test_escape_within_a_word_that_is_being_composed_leaves_the_note_open(opened: Page) -> None:
    write(opened, "注音")
    area(opened).dispatch_event("keydown", {"key": "Escape", "isComposing": True, "bubbles": True})
    expect(area(opened)).to_have_value("注音")
    expect(opened.locator(".note-box")).to_be_visible()


def test_what_is_typed_while_a_note_is_on_its_way_marks_nothing(
    page: Page, context: BrowserContext, plan: Roadmap, learner: User, resource: Resource
) -> None:
    page.goto(address_of(plan))
    let_go = hold(context, "**/note/")
    button(page, resource).focus()
    page.keyboard.press("n")
    page.keyboard.type("disk")
    let_go()
    expect(area(page)).to_be_focused()
    assert not Progress.objects.exists()


def test_the_icon_of_a_note_opens_it(page: Page, plan: Roadmap, learner: User, resource: Resource) -> None:
    notes.save(learner, resource, "a thought", 0)
    page.goto(address_of(plan))
    places(page, resource).first.locator(".more > .icon").first.click()
    expect(page.locator(".note-shown .note-text")).to_have_text("a thought")
    expect(page.locator("#Menu")).to_be_hidden()


# Without scripts


def test_a_note_is_written_without_scripts(without_scripts: Page, plan: Roadmap, resource: Resource) -> None:
    page, user = without_scripts, make_user()
    page.goto(address_of(plan))
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, user)
    places(page, resource).first.locator(".more").click()
    area(page).fill("by *hand*")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".note-preview em")).to_have_text("hand")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".note-shown em")).to_have_text("hand")
    assert text_of(user) == "by *hand*"


def test_two_notes_at_once_are_joined_without_scripts(without_scripts: Page, plan: Roadmap, resource: Resource) -> None:
    page, user = without_scripts, make_user()
    page.goto(f"/en/accounts/login/?next=/en/resources/{resource.key}/")
    sign_in(page, user)
    area(page).fill("mine")
    notes.save(user, resource, "theirs", 0)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("saved elsewhere")
    page.get_by_role("button", name="Save both as one").click()
    assert text_of(user) == "theirs\n\n---\n\nmine"


def test_a_strangers_note_comes_along_without_scripts(without_scripts: Page, plan: Roadmap, resource: Resource) -> None:
    page, user = without_scripts, make_user()
    page.goto(f"/en/resources/{resource.key}/")
    area(page).fill("taken along")
    page.get_by_role("button", name="Sign in and save").click()
    if page.locator("[name=login]").count() == 0:
        page.locator("main button[type=submit]").first.click()
    sign_in(page, user)
    expect(area(page)).to_have_value("taken along")
    page.get_by_role("button", name="Save", exact=True).click()
    assert text_of(user) == "taken along"
