"""Notes that cannot be saved as they are typed: what becomes of every word."""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts import notes
from accounts.models import NOTE_LENGTH, Note, User
from roadmap.models import Resource, Roadmap
from tests.browser.note_pages import WAITS, area, open_note, status, text_of, write
from tests.browser.pages import address_of, let_in, places, sign_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opened(page: Page, plan: Roadmap, learner: User, resource: Resource) -> Page:
    """The plan's page with a resource's note open."""
    return open_note(page, plan, resource)


def test_a_network_cut_while_typing_loses_nothing(opened: Page, context: BrowserContext, learner: User) -> None:
    context.set_offline(True)
    write(opened, "written in a tunnel")
    expect(status(opened)).to_contain_text("kept in this browser")
    write(opened, ", and more")
    assert not Note.objects.exists()
    context.set_offline(False)
    expect(status(opened)).to_have_text("Saved", timeout=WAITS)
    assert text_of(learner) == "written in a tunnel, and more"


def test_what_was_not_saved_is_sent_when_the_site_is_opened_again(
    opened: Page, context: BrowserContext, plan: Roadmap, learner: User, resource: Resource
) -> None:
    context.set_offline(True)
    write(opened, "before the battery died")
    expect(status(opened)).to_contain_text("kept in this browser")
    opened.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address_of(plan))
    expect(places(page, resource).first.locator(".more[data-noted]")).to_be_visible()
    assert text_of(learner) == "before the battery died"
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('note:')).length") == 0


def test_what_two_tabs_left_unsaved_is_all_sent(
    opened: Page, context: BrowserContext, plan: Roadmap, learner: User, resource: Resource
) -> None:
    other = context.new_page()
    open_note(other, plan, resource)
    context.set_offline(True)
    for page, text in ((opened, "from the first"), (other, "from the second")):
        page.bring_to_front()
        area(page).focus()
        write(page, text)
        expect(status(page)).to_contain_text("kept in this browser")
    opened.close()
    other.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address_of(plan))
    expect(places(page, resource).first.locator(".more[data-noted]")).to_be_visible()
    assert text_of(learner) == "from the first\n\n---\n\nfrom the second"


def test_going_back_does_not_bring_an_old_text_over_a_newer_note(
    page: Page, plan: Roadmap, learner: User, resource: Resource
) -> None:
    page.goto(f"/en/resources/{resource.key}/")
    area(page).focus()
    write(page, "from here")
    expect(status(page)).to_have_text("Saved")
    page.goto("/en/me/")
    notes.save(learner, resource, "from here and from the phone", 1)
    page.go_back()
    expect(page.locator(".note-shown")).to_have_text(re.compile("from here and from the phone"))
    expect(area(page)).to_have_value("from here and from the phone")
    page.evaluate("document.querySelector('.note-form textarea').dispatchEvent(new Event('blur'))")
    page.wait_for_timeout(500)
    assert text_of(learner) == "from here and from the phone"


def test_a_long_chinese_note_is_saved_when_the_page_is_left(opened: Page, learner: User) -> None:
    text = "深度學習" * 2_500
    write(opened, text)
    opened.evaluate(
        """Object.defineProperty(document, 'hidden', { value: true });
        document.dispatchEvent(new Event('visibilitychange'))"""
    )
    expect(status(opened)).to_have_text("Saved")
    assert text_of(learner) == text


def test_a_save_that_the_server_fails_is_tried_again(opened: Page, context: BrowserContext, learner: User) -> None:
    context.route("**/note/", lambda route: route.fulfill(status=502, body="bad gateway"))
    write(opened, "patience")
    expect(status(opened)).to_contain_text("kept in this browser")
    context.unroute("**/note/")
    expect(status(opened)).to_have_text("Saved", timeout=WAITS)
    assert text_of(learner) == "patience"


def test_what_is_written_after_the_session_ended_is_kept_until_the_next_sign_in(
    opened: Page, plan: Roadmap, learner: User, resource: Resource
) -> None:
    Session.objects.all().delete()
    write(opened, "the session was over")
    expect(status(opened)).to_contain_text("signed out")
    assert not Note.objects.exists()
    status(opened).get_by_role("link", name="Sign in").click()
    sign_in(opened, learner)
    expect(opened).to_have_url(re.compile(re.escape(address_of(plan))))
    expect(places(opened, resource).first.locator(".more[data-noted]")).to_be_visible()
    assert text_of(learner) == "the session was over"


def test_what_one_account_wrote_is_not_sent_to_another(
    opened: Page, context: BrowserContext, live_server: LiveServer, plan: Roadmap, learner: User, resource: Resource
) -> None:
    Session.objects.all().delete()
    write(opened, "mine alone")
    expect(status(opened)).to_contain_text("signed out")
    other = make_user()
    let_in(context, other, live_server.url)
    open_note(opened, plan, resource)
    expect(area(opened)).to_have_value("")
    opened.wait_for_timeout(1500)
    assert not Note.objects.exists()
    let_in(context, learner, live_server.url)
    open_note(opened, plan, resource)
    expect(opened.locator(".note-text").or_(area(opened)).first).to_be_visible()
    expect(status(opened).or_(places(opened, resource).first.locator(".more[data-noted]")).first).to_be_attached()
    opened.goto(address_of(plan))
    expect(places(opened, resource).first.locator(".more[data-noted]")).to_be_visible()
    assert text_of(learner) == "mine alone"


def test_a_guest_is_asked_to_sign_in_and_the_draft_comes_along(page: Page, plan: Roadmap, resource: Resource) -> None:
    user = make_user()
    open_note(page, plan, resource)
    write(page, "a guest's thought")
    expect(status(page)).to_have_text("Kept in this browser until you sign in.")
    page.get_by_role("button", name="Sign in and save").click()
    sign_in(page, user)
    expect(page.get_by_role("textbox", name="My note on")).to_have_value("a guest's thought")
    expect(status(page)).to_have_text("Saved")
    assert text_of(user) == "a guest's thought"


def test_a_guests_draft_comes_along_by_any_other_sign_in_too(page: Page, plan: Roadmap, resource: Resource) -> None:
    user = make_user()
    open_note(page, plan, resource)
    write(page, "left lying")
    expect(status(page)).to_have_text("Kept in this browser until you sign in.")
    page.goto("/en/accounts/login/?next=" + address_of(plan))
    sign_in(page, user)
    expect(places(page, resource).first.locator(".more[data-noted]")).to_be_visible()
    assert text_of(user) == "left lying"


def test_a_note_that_is_too_long_is_said_and_not_cut(opened: Page, learner: User) -> None:
    area(opened).fill("字" * (NOTE_LENGTH - 10))
    expect(status(opened)).to_have_text("10 characters left")
    expect(status(opened)).to_have_text("Saved · 10 characters left")
    write(opened, "more than fits")
    expect(status(opened)).to_have_text("Not saved: 4 characters too long")
    opened.wait_for_timeout(1500)
    assert len(text_of(learner)) == NOTE_LENGTH - 10
    for _ in range(4):
        opened.keyboard.press("Backspace")
    expect(status(opened)).to_have_text("Saved · 0 characters left")
    assert len(text_of(learner)) == NOTE_LENGTH
