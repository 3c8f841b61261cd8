"""Marking in a browser: the button, the menu, the keys, undo, guests, a broken network, no scripts."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import GuestTick, Progress, User
from roadmap.models import Resource, Roadmap, Section
from tests.browser.pages import address_of, button, hold, let_in, places, share, sign_in, violations
from tests.factories import PASSWORD, make_listing, make_plan, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan() -> Roadmap:
    """A plan of which the first resource of the folded section stands in the second chapter as well."""
    plan = make_plan(resources=2)
    twice = Section.objects.get(title="Deeper part").listings.get(slot=0).resource
    second = Section.objects.get(title="Second chapter")
    Section.objects.filter(pk=second.pk).update(body_html="<p><!--r:0--> and <!--r:1--></p><!--n:0--><!--n:1-->")
    make_listing(second, twice)
    plan.touch()
    return plan


@pytest.fixture
def first(plan: Roadmap) -> Resource:
    """What stands in the open first chapter."""
    return Section.objects.get(title="First chapter").listings.get().resource


@pytest.fixture
def twice(plan: Roadmap) -> Resource:
    """What stands in two places."""
    return Section.objects.get(title="Deeper part").listings.get(slot=0).resource


@pytest.fixture
def opened(page: Page, plan: Roadmap, learner: User) -> Page:
    """The plan's page as a learner has it."""
    page.goto(address_of(plan))
    return page


def state_of(user: User, resource: Resource) -> str:
    progress = Progress.objects.filter(user=user, resource=resource).first()
    return progress.state if progress else ""


def test_a_click_marks_every_place_of_a_resource_and_all_shares_above_it(
    opened: Page, learner: User, twice: Resource
) -> None:
    deeper, chapter, second = (
        Section.objects.get(title=title).pk for title in ("Deeper part", "First chapter", "Second chapter")
    )
    opened.get_by_role("heading", name="Deeper part").click()
    button(opened, twice).click()
    expect(places(opened, twice).locator(".state[data-state=done]")).to_have_count(2)
    expect(share(opened, deeper)).to_contain_text("50%")
    expect(share(opened, chapter)).to_contain_text("33%")
    expect(share(opened, second)).to_contain_text("50%")
    expect(share(opened, 0)).to_contain_text("25%")
    expect(button(opened, twice)).to_be_focused()
    expect(button(opened, twice)).to_have_accessible_name(f"done {twice.title}")
    assert state_of(learner, twice) == "done"
    opened.reload()
    expect(places(opened, twice).locator(".state[data-state=done]")).to_have_count(2)
    expect(share(opened, 0)).to_contain_text("25%")


def test_a_change_is_said_and_can_be_undone(opened: Page, learner: User, first: Resource) -> None:
    button(opened, first).click()
    said = opened.get_by_role("status").filter(has_text=f"{first.title}: Done")
    expect(said).to_be_visible()
    said.get_by_role("button", name="Undo").click()
    expect(button(opened, first)).to_have_attribute("data-state", "")
    expect(opened.get_by_role("status").filter(has_text="Taken back")).to_be_visible()
    assert state_of(learner, first) == ""


def test_a_second_click_takes_the_mark_back(opened: Page, learner: User, first: Resource) -> None:
    button(opened, first).click()
    expect(button(opened, first)).to_have_attribute("data-state", "done")
    button(opened, first).click()
    expect(button(opened, first)).to_have_attribute("data-state", "")
    assert state_of(learner, first) == ""


@pytest.mark.parametrize(("key", "state"), [("d", "done"), ("s", "in_progress"), ("k", "skipped"), ("D", "done")])
def test_keys_mark_what_has_the_focus(opened: Page, learner: User, first: Resource, key: str, state: str) -> None:
    button(opened, first).focus()
    opened.keyboard.press(key)
    expect(button(opened, first)).to_have_attribute("data-state", state)
    expect(button(opened, first)).to_be_focused()
    opened.keyboard.press("u")
    expect(button(opened, first)).to_have_attribute("data-state", "")
    assert state_of(learner, first) == ""


def test_keys_do_nothing_elsewhere_or_with_others(opened: Page, learner: User, first: Resource) -> None:
    opened.keyboard.press("d")
    button(opened, first).focus()
    opened.keyboard.press("Control+d")
    opened.keyboard.press("x")
    opened.keyboard.press("s")
    expect(button(opened, first)).to_have_attribute("data-state", "in_progress")
    assert Progress.objects.count() == 1


def test_the_menu_has_the_other_states(opened: Page, learner: User, first: Resource) -> None:
    place = places(opened, first).first
    place.hover()
    place.locator(".more").click()
    menu = opened.locator("#Menu")
    expect(menu).to_contain_text(first.title)
    expect(menu.get_by_role("button", name="Not started")).to_have_attribute("aria-pressed", "true")
    menu.get_by_role("button", name="In progress").click()
    expect(menu).to_be_hidden()
    expect(button(opened, first)).to_have_attribute("data-state", "in_progress")
    expect(button(opened, first)).to_have_accessible_name(f"in progress {first.title}")
    assert state_of(learner, first) == "in_progress"


def test_the_menu_works_by_keyboard(opened: Page, learner: User, first: Resource) -> None:
    more = places(opened, first).first.locator(".more")
    more.focus()
    opened.keyboard.press("Enter")
    menu = opened.locator("#Menu")
    expect(menu.get_by_role("button", name="Done")).to_be_focused()
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("ArrowDown")
    expect(menu.get_by_role("button", name="Skipped")).to_be_focused()
    opened.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(more).to_be_focused()
    opened.keyboard.press("Enter")
    opened.keyboard.press("k")
    expect(button(opened, first)).to_have_attribute("data-state", "skipped")
    assert state_of(learner, first) == "skipped"


def test_a_whole_section_is_marked_taken_back_and_reset(opened: Page, learner: User) -> None:
    chapter = Section.objects.get(title="First chapter")
    opened.get_by_role("button", name="Mark the whole section done First chapter").click()
    expect(share(opened, chapter.pk)).to_contain_text("100%")
    assert Progress.objects.filter(user=learner, state="done").count() == 3
    opened.get_by_role("button", name="Undo").click()
    expect(share(opened, chapter.pk)).to_have_text(re.compile("^0%"))
    assert not Progress.objects.filter(user=learner).exclude(state="").exists()
    opened.get_by_role("button", name="Mark the whole section done First chapter").click()
    expect(share(opened, chapter.pk)).to_contain_text("100%")
    opened.get_by_role("button", name="Reset this section First chapter").click()
    expect(share(opened, chapter.pk)).to_have_text(re.compile("^0%"))
    assert not Progress.objects.filter(user=learner).exists()


def test_a_broken_network_is_said_and_the_mark_can_be_tried_again(
    opened: Page, context: BrowserContext, learner: User, first: Resource
) -> None:
    opened.wait_for_load_state("networkidle")
    context.set_offline(True)
    button(opened, first).click()
    expect(opened.get_by_role("status").filter(has_text="The site cannot be reached")).to_be_visible()
    expect(button(opened, first)).to_have_attribute("data-state", "")
    context.set_offline(False)
    opened.get_by_role("button", name="Try again").click()
    expect(button(opened, first)).to_have_attribute("data-state", "done")
    assert state_of(learner, first) == "done"


def test_a_slow_answer_shows_that_it_is_awaited(opened: Page, context: BrowserContext, first: Resource) -> None:
    let_go = hold(context, "**/state/")
    button(opened, first).click()
    expect(places(opened, first).first).to_have_attribute("aria-busy", "true")
    let_go()
    expect(button(opened, first)).to_have_attribute("data-state", "done")
    expect(places(opened, first).first).not_to_have_attribute("aria-busy", "true")


def test_a_page_of_another_account_changes_nothing_in_this_one(
    opened: Page, context: BrowserContext, live_server: LiveServer, first: Resource
) -> None:
    let_in(context, make_user(), live_server.url)
    button(opened, first).click()
    expect(opened.get_by_role("status").filter(has_text="Nothing was changed")).to_be_visible()
    assert not Progress.objects.exists()


def test_the_last_change_is_taken_back_by_a_key(opened: Page, learner: User, first: Resource) -> None:
    button(opened, first).focus()
    opened.keyboard.press("d")
    expect(button(opened, first)).to_have_attribute("data-state", "done")
    opened.keyboard.press("d")
    expect(places(opened, first).first).not_to_have_attribute("aria-busy", "true")
    opened.keyboard.press("z")
    expect(button(opened, first)).to_have_attribute("data-state", "")
    expect(opened.get_by_role("status").filter(has_text="Taken back")).to_be_visible()
    assert state_of(learner, first) == ""


def test_what_is_typed_fast_is_done_in_order_and_undo_is_of_the_last(
    opened: Page, context: BrowserContext, learner: User, first: Resource, twice: Resource
) -> None:
    let_go = hold(context, "**/state/")
    button(opened, first).focus()
    for key in ("d", "u", "d"):
        opened.keyboard.press(key)
    opened.get_by_role("heading", name="Deeper part").click()
    button(opened, twice).focus()
    opened.keyboard.press("s")
    opened.keyboard.press("z")
    let_go()
    expect(opened.get_by_role("status").filter(has_text=f"Taken back: {twice.title}")).to_be_visible()
    expect(button(opened, twice)).to_have_attribute("data-state", "")
    expect(button(opened, first)).to_have_attribute("data-state", "done")
    assert (state_of(learner, first), state_of(learner, twice)) == ("done", "")


def test_all_that_did_not_reach_the_site_is_tried_again(
    opened: Page, context: BrowserContext, learner: User, first: Resource
) -> None:
    opened.wait_for_load_state("networkidle")
    opened.clock.install()
    second = Section.objects.get(title="Second chapter").listings.get(slot=0).resource
    context.set_offline(True)
    for resource in (first, second):
        button(opened, resource).click()
    expect(opened.get_by_role("status").filter(has_text="(2)")).to_be_visible()
    opened.clock.run_for(60_000)
    context.set_offline(False)
    opened.get_by_role("button", name="Try again").click()
    for resource in (first, second):
        expect(button(opened, resource)).to_have_attribute("data-state", "done")
    assert Progress.objects.filter(user=learner, state="done").count() == 2


def test_what_did_not_reach_the_site_goes_along_with_the_next_that_does(
    opened: Page, context: BrowserContext, learner: User, first: Resource
) -> None:
    opened.wait_for_load_state("networkidle")
    second = Section.objects.get(title="Second chapter").listings.get(slot=0).resource
    context.set_offline(True)
    button(opened, first).click()
    expect(opened.get_by_role("button", name="Try again")).to_be_visible()
    context.set_offline(False)
    button(opened, second).click()
    for resource in (first, second):
        expect(button(opened, resource)).to_have_attribute("data-state", "done")
    assert Progress.objects.filter(user=learner, state="done").count() == 2


def test_a_double_click_is_one(opened: Page, learner: User, first: Resource) -> None:
    button(opened, first).dblclick()
    expect(button(opened, first)).to_have_attribute("data-state", "done")
    opened.wait_for_timeout(300)
    assert state_of(learner, first) == "done"


def test_the_focus_comes_back_from_what_is_said(opened: Page, first: Resource) -> None:
    button(opened, first).focus()
    for name in ("Undo", "Close"):
        opened.keyboard.press("d")
        opened.locator("#Toast").get_by_role("button", name=name).focus()
        opened.keyboard.press("Enter")
        expect(button(opened, first)).to_be_focused()


def test_what_is_said_goes_when_it_was_read(opened: Page, first: Resource) -> None:
    opened.clock.install()
    toast = opened.locator("#Toast")
    button(opened, first).click()
    expect(toast).to_contain_text("done")
    opened.clock.run_for(60_000)
    expect(toast).to_be_empty()
    button(opened, first).click()
    expect(toast).to_contain_text("not started")
    toast.get_by_role("button", name="Close").click()
    expect(toast).to_be_empty()


# Guests


def test_what_a_guest_ticks_joins_the_account_at_sign_in(page: Page, plan: Roadmap, first: Resource) -> None:
    user = make_user()
    page.goto(address_of(plan))
    expect(page.locator("#Guest a")).to_have_count(0)
    button(page, first).click()
    expect(button(page, first)).to_have_attribute("data-state", "done")
    expect(page.locator("#Guest")).to_contain_text("kept in this browser")
    assert GuestTick.objects.count() == 1
    page.locator("#Guest").get_by_role("link", name="Sign in").click()
    sign_in(page, user)
    expect(page).to_have_url(re.compile(re.escape(address_of(plan))))
    expect(button(page, first)).to_have_attribute("data-state", "done")
    expect(page.get_by_text("1 tick from this browser joined")).to_be_visible()
    assert state_of(user, first) == "done"
    assert not GuestTick.objects.exists()
    page.get_by_role("button", name="Undo").click()
    expect(button(page, first)).to_have_attribute("data-state", "")
    assert state_of(user, first) == ""


def test_what_a_guest_ticks_joins_the_account_at_sign_up(page: Page, plan: Roadmap, first: Resource) -> None:
    page.goto(address_of(plan))
    button(page, first).click()
    page.locator("#Guest").get_by_role("link", name="sign up").click()
    page.locator("[name=email]").fill("new@example.org")
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.locator("main form:has([name=password1]) button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(re.escape(address_of(plan))))
    expect(button(page, first)).to_have_attribute("data-state", "done")
    assert state_of(User.objects.get(email="new@example.org"), first) == "done"


def test_a_strangers_first_ticks_are_all_kept_however_quick(
    page: Page, context: BrowserContext, plan: Roadmap, first: Resource
) -> None:
    second = Section.objects.get(title="Second chapter").listings.get(slot=0).resource
    page.goto(address_of(plan))
    let_go = hold(context, "**/token/")
    button(page, first).click()
    button(page, second).click()
    let_go()
    for resource in (first, second):
        expect(button(page, resource)).to_have_attribute("data-state", "done")
    page.reload()
    for resource in (first, second):
        expect(button(page, resource)).to_have_attribute("data-state", "done")
    assert GuestTick.objects.values("guest").distinct().count() == 1


def test_two_acts_on_one_resource_are_both_done_in_their_order(
    opened: Page, context: BrowserContext, learner: User, first: Resource
) -> None:
    let_go = hold(context, "**/state/")
    button(opened, first).focus()
    opened.keyboard.press("d")
    opened.keyboard.press("s")
    let_go()
    expect(button(opened, first)).to_have_attribute("data-state", "in_progress")
    opened.reload()
    expect(button(opened, first)).to_have_attribute("data-state", "in_progress")


def test_a_stranger_has_no_cookie_until_the_first_tick(page: Page, plan: Roadmap, first: Resource) -> None:
    page.goto(address_of(plan))
    assert page.context.cookies() == []
    button(page, first).click()
    expect(button(page, first)).to_have_attribute("data-state", "done")
    cookies = {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}
    assert {cookie["name"] for cookie in page.context.cookies()} == cookies


# Without scripts


def test_all_of_it_works_without_scripts(without_scripts: Page, plan: Roadmap, first: Resource) -> None:
    page, user = without_scripts, make_user()
    page.goto(address_of(plan))
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, user)
    expect(page).to_have_url(re.compile(re.escape(address_of(plan))))
    button(page, first).click()
    expect(button(page, first)).to_have_attribute("data-state", "done")
    expect(page).to_have_url(re.compile(f"#R-{first.key}$"))
    page.get_by_role("button", name="Undo").click()
    expect(button(page, first)).to_have_attribute("data-state", "")
    places(page, first).first.locator(".more").click()
    page.get_by_role("button", name="Skipped").click()
    expect(page.get_by_role("button", name="Skipped")).to_have_attribute("aria-pressed", "true")
    assert state_of(user, first) == "skipped"


def test_a_stranger_ticks_without_scripts(without_scripts: Page, plan: Roadmap, first: Resource) -> None:
    without_scripts.goto(address_of(plan))
    button(without_scripts, first).click()
    without_scripts.locator("main button[type=submit]").first.click()
    expect(button(without_scripts, first)).to_have_attribute("data-state", "done")
    assert GuestTick.objects.get().resource == first


# For everyone


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_things_are_marked(opened: Page, first: Resource, twice: Resource, scheme: str) -> None:
    opened.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    button(opened, first).click()
    expect(button(opened, first)).to_have_attribute("data-state", "done")
    opened.get_by_role("heading", name="Deeper part").click()
    button(opened, twice).focus()
    opened.keyboard.press("k")
    expect(button(opened, twice)).to_have_attribute("data-state", "skipped")
    assert violations(opened) == []
    places(opened, first).first.locator(".more").focus()
    opened.keyboard.press("Enter")
    assert violations(opened) == []
    opened.goto(f"/en/resources/{first.key}/")
    assert violations(opened) == []
