"""A learner's own pages in a browser: the way to them, settings, data, and the end of an account."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts import notes, tracking
from accounts.models import Note, Progress, User
from roadmap.models import Resource, Roadmap
from tests.browser.pages import address_of, hold, let_in, places, violations
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def learner(context: BrowserContext, live_server: LiveServer, plan: Roadmap, resource: Resource) -> User:
    """Somebody who marked all but one thing and wrote a note."""
    user = make_user()
    others = plan.resources.exclude(pk=resource.pk).order_by("pk")
    tracking.mark(user, [others[0].pk, others[1].pk], "done")
    tracking.mark(user, [others[2].pk], "in_progress")
    tracking.mark(user, [others[3].pk], "skipped")
    notes.save(user, others[0], "A *thought* about the first.", 0)
    let_in(context, user, live_server.url)
    return user


def test_the_menu_leads_to_what_is_mine(page: Page, plan: Roadmap, learner: User) -> None:
    page.goto(address_of(plan))
    for name, heading in [("My study", "My study"), ("My notes", "My notes"), ("Settings", "Settings")]:
        page.get_by_role("button", name=learner.email).click()
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def test_the_study_goes_on_where_it_was_left(page: Page, plan: Roadmap, learner: User) -> None:
    page.goto("/en/me/")
    begun = Progress.objects.get(user=learner, state="in_progress").resource
    page.get_by_role("link", name=begun.title).first.click()
    expect(places(page, begun).first).to_be_in_viewport()


def test_notes_are_found_while_typing(page: Page, learner: User) -> None:
    page.goto("/en/me/notes/")
    search = page.get_by_role("searchbox")
    search.press_sequentially("THOUGHT fir")
    expect(page.get_by_text("1 note found")).to_be_visible()
    expect(page.locator("em")).to_have_text("thought")
    search.press_sequentially("x")
    expect(page.get_by_text("In no note")).to_be_visible()
    expect(page.locator("main em")).to_have_count(0)


def test_a_theme_is_kept_in_the_account(page: Page, plan: Roadmap, learner: User) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/en/me/settings/")
    light = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(address_of(plan))
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != light
    learner.refresh_from_db()
    assert learner.theme == "dark"


def test_ticks_of_a_fork_are_seen_before_they_are_saved(page: Page, learner: User, resource: Resource) -> None:
    page.goto("/en/me/forks/")
    page.get_by_label("Paste it here").fill(f"# My fork\n\n- [x] [{resource.title}]({resource.url})\n")
    page.get_by_role("button", name="See what it would mark").click()
    expect(page.get_by_role("checkbox", name=resource.title)).to_be_checked()
    assert not Progress.objects.filter(user=learner, resource=resource).exists()
    page.get_by_role("button", name="Mark as done").click()
    expect(places(page, resource).first.locator(".state")).to_have_attribute("data-state", "done")
    page.get_by_role("button", name="Undo").click()
    expect(places(page, resource).first.locator(".state")).to_have_attribute("data-state", "")


def test_what_was_brought_is_taken_back_while_the_script_is_on_its_way(
    page: Page, learner: User, resource: Resource
) -> None:
    page.goto("/en/me/forks/")
    page.get_by_label("Paste it here").fill(f"# My fork\n\n- [x] [{resource.title}]({resource.url})\n")
    page.get_by_role("button", name="See what it would mark").click()
    let_go = hold(page.context, "**/js/acts*")
    page.get_by_role("button", name="Mark as done").click()
    page.locator(".messages").get_by_role("button", name="Undo").click()
    let_go()
    state = places(page, resource).first.locator(".state")
    expect(state).to_have_attribute("data-state", "")
    state.click()  # What comes after is not kept waiting either.
    expect(state).to_have_attribute("data-state", "done")
    assert Progress.objects.filter(user=learner, resource=resource, state="done").exists()


def test_what_is_mine_comes_along_and_is_read_back(page: Page, learner: User, tmp_path: Path) -> None:
    page.goto("/en/me/data/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Everything").click()
    file = tmp_path / "mine.json"
    download.value.save_as(file)
    Progress.objects.all().delete()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Read it in").click()
    expect(page.get_by_text(re.compile("Read in: states: 4"))).to_be_visible()
    assert Progress.objects.filter(user=learner, state="done").count() == 2


def test_an_account_is_deleted_by_its_address(page: Page, plan: Roadmap, learner: User) -> None:
    page.goto("/en/me/settings/")
    page.get_by_role("link", name="Delete my account").click()
    page.get_by_label("Your e-mail address").fill("someone@example.org")
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("This is not the address")).to_be_visible()
    assert User.objects.filter(pk=learner.pk).exists()
    page.get_by_label("Your e-mail address").fill(learner.email)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_text("Your account is deleted")).to_be_visible()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert not User.objects.exists()
    assert not Progress.objects.exists()
    assert not Note.objects.exists()


def test_who_is_elsewhere_is_told_where_days_are_counted(
    page: Page, learner: User, browser: Browser, site: str
) -> None:
    page.goto("/en/me/")
    expect(page.get_by_role("heading", name="Days of study")).to_be_visible()
    expect(page.get_by_text("Days begin and end as in")).to_be_hidden()
    elsewhere = browser.new_context(base_url=site, timezone_id="America/New_York")
    let_in(elsewhere, learner, site)
    other = elsewhere.new_page()
    other.goto("/en/me/")
    expect(other.get_by_text("Days begin and end as in Asia/Taipei.")).to_be_visible()
    other.get_by_role("link", name="Set another time zone").click()
    other.get_by_role("button", name="America/New_York").click()
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("Saved.")).to_be_visible()
    elsewhere.close()
    learner.refresh_from_db()
    assert learner.time_zone == "America/New_York"


def test_whoever_goes_back_after_signing_out_sees_nothing_of_it(page: Page, plan: Roadmap, learner: User) -> None:
    page.goto(address_of(plan))
    expect(page.locator(".state[data-state=done]").first).to_be_attached()
    page.get_by_role("button", name=learner.email).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    expect(page.locator(".state[data-state=done]")).to_have_count(0)
    assert learner.email not in page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_a_learners_pages(page: Page, plan: Roadmap, learner: User, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    for path in ("", "notes/", "settings/", "data/", f"forks/{plan.slug}/", "delete/"):
        for prefix in ("", "/en"):
            page.goto(f"{prefix}/me/{path}")
            assert violations(page) == [], path


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_reaches_beyond_the_window(page: Page, plan: Roadmap, learner: User, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("", "notes/", "settings/", "data/", f"forks/{plan.slug}/", "delete/"):
        page.goto(f"/me/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
