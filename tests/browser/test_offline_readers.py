"""Offline: no page that was made for one reader is shown to another on the same browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from roadmap.models import Resource, Roadmap
from tests.browser.delays import Hold, Proxy, delaying
from tests.browser.keeping import kept, read, until_gone, until_kept
from tests.browser.pages import address_of, button, let_in, until, violations
from tests.factories import make_admin, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]


@pytest.fixture
def workers() -> Literal["allow", "block"]:
    return "allow"


@pytest.fixture
def proxy(live_server: LiveServer) -> Iterator[Proxy]:
    with delaying(live_server.url) as proxy:
        yield proxy


def sign_out(page: Page) -> None:
    page.locator(".account-button").click()
    page.get_by_role("button", name=re.compile("Sign out|登出")).click()
    expect(page.locator(".account-button")).to_have_count(0)


def hard_reload(page: Page, context: BrowserContext) -> None:
    """Reload as browsers do with Shift held down: the worker is not asked."""
    with page.expect_navigation():
        context.new_cdp_session(page).send("Page.reload", {"ignoreCache": True})


def nobody_elses(page: Page, context: BrowserContext, plan: Roadmap, email: str) -> None:
    """Go offline and look everywhere for a learner's page."""
    until_gone(page, email)
    context.set_offline(True)
    for path in (address_of(plan), f"/roadmaps/{plan.slug}/", f"{address_of(plan)}print/", "/", "/en/me/"):
        page.goto(path)
        assert email not in page.content()
    context.set_offline(False)


def test_who_comes_next_does_not_see_it(
    page: Page, context: BrowserContext, site: str, plan: Roadmap, ada: User
) -> None:
    read(page, address_of(plan), ada.email)
    read(page, f"{address_of(plan)}print/", ada.email)
    sign_out(page)
    nobody_elses(page, context, plan, ada.email)
    bob = make_user("bob@example.org")
    let_in(context, bob, site)
    read(page, address_of(plan), bob.email)
    nobody_elses(page, context, plan, ada.email)
    context.set_offline(True)
    page.goto(address_of(plan))
    assert bob.email in page.content()


def test_nor_where_the_sign_out_was_in_another_tab(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    read(page, address_of(plan), ada.email)
    other = context.new_page()
    other.goto("/en/me/")
    sign_out(other)
    context.set_offline(True)
    page.reload()
    assert ada.email not in page.content()
    context.set_offline(False)
    nobody_elses(page, context, plan, ada.email)


def test_nor_where_the_sign_out_was_in_the_admin(page: Page, context: BrowserContext, site: str, plan: Roadmap) -> None:
    editor = make_admin("editor@example.org")
    let_in(context, editor, site)
    read(page, address_of(plan), editor.email)
    page.goto("/en/admin/")
    page.locator("#logout-form button").click()
    expect(page.locator("#logout-form")).to_have_count(0)
    context.set_offline(True)
    page.goto(address_of(plan))
    assert editor.email not in page.content()


def test_nor_where_the_sign_out_never_reached_the_site(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    read(page, address_of(plan), ada.email)
    context.set_offline(True)
    page.locator(".account-button").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("The site cannot be reached")
    assert kept(page) == {}
    page.goto(address_of(plan))
    assert ada.email not in page.content()


def test_who_signs_out_in_vain_is_told_and_led_to_do_so_again(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    read(page, address_of(plan), ada.email)
    context.set_offline(True)
    page.locator(".account-button").click()
    page.get_by_role("button", name="Sign out").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Perhaps you are still signed in")
    assert violations(page) == []
    context.set_offline(False)
    alert.get_by_role("link", name="Sign out").click()
    page.locator("main").get_by_role("button", name="Sign out").click()
    expect(page.locator("main")).to_contain_text("You have signed out.")
    assert not Session.objects.exists()
    page.goto("/en/nothing/")
    context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text("The site cannot be reached")
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("path", ["/en/accounts/login/", "/en/nothing/", "/en/roadmaps/{}/changes/"])
def test_nor_where_the_session_ended_on_the_site(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User, path: str
) -> None:
    read(page, address_of(plan), ada.email)
    Session.objects.all().delete()
    page.goto(path.format(plan.slug))
    assert kept(page) == {}
    nobody_elses(page, context, plan, ada.email)


def test_nor_where_a_reload_passed_the_worker_by(
    page: Page, context: BrowserContext, site: str, plan: Roadmap, ada: User
) -> None:
    read(page, address_of(plan), ada.email)
    bob = make_user("bob@example.org")
    let_in(context, bob, site)
    hard_reload(page, context)
    until(page, "email => document.body.textContent.includes(email)", bob.email)
    assert page.evaluate("navigator.serviceWorker.controller") is None
    until_kept(page, address_of(plan), bob.email)
    nobody_elses(page, context, plan, ada.email)


def test_nor_where_another_page_of_hers_passed_the_worker_by(
    page: Page, context: BrowserContext, site: str, plan: Roadmap, ada: User
) -> None:
    read(page, address_of(plan), ada.email)
    page.goto("/en/me/")
    let_in(context, make_user("bob@example.org"), site)
    hard_reload(page, context)
    nobody_elses(page, context, plan, ada.email)


def test_nor_what_a_guest_ticked(page: Page, context: BrowserContext, plan: Roadmap, resource: Resource) -> None:
    address = address_of(plan)
    read(page, address)
    button(page, resource).click()
    until_kept(page, address, 'data-state="done"')
    context.set_offline(True)
    page.goto(address)
    expect(button(page, resource)).to_have_attribute("data-state", "done")
    context.set_offline(False)
    context.clear_cookies()
    page.goto("/en/accounts/login/")
    assert kept(page) == {}


def test_who_signs_in_is_not_shown_a_strangers_page(
    page: Page, context: BrowserContext, site: str, plan: Roadmap
) -> None:
    read(page, address_of(plan))
    ada = make_user("ada@example.org")
    let_in(context, ada, site)
    page.goto("/en/me/")
    assert kept(page) == {}
    read(page, address_of(plan), ada.email)


class TestLate:
    """Answers that come late."""

    @pytest.fixture
    def site(self, proxy: Proxy) -> str:
        return proxy.url

    def test_an_answer_that_comes_after_the_sign_out_is_not_kept(
        self, page: Page, context: BrowserContext, proxy: Proxy, plan: Roadmap, ada: User
    ) -> None:
        address = address_of(plan)
        read(page, address, ada.email)
        other = context.new_page()
        other.goto("/en/me/")
        held = proxy.hold(address)
        other.evaluate("address => { location.href = address }", address)
        assert _in_time(page, held)
        page.goto("/en/me/")
        sign_out(page)
        held.let_go()
        expect(other.locator(".notes")).to_be_visible()
        until_kept(other, address)  # The page asked anew what it is now.
        assert not any(ada.email in text for text in kept(page).values())
        nobody_elses(page, context, plan, ada.email)

    def test_one_that_nothing_is_kept_of_keeps_no_other_from_being_kept(
        self, page: Page, context: BrowserContext, proxy: Proxy, plan: Roadmap, ada: User
    ) -> None:
        address = address_of(plan)
        read(page, address, ada.email)
        hers, strangers = context.new_page(), context.new_page()
        hers.goto("/en/me/")
        strangers.goto("/en/offline/")
        held = proxy.hold(address)
        hers.evaluate("address => { location.href = address }", address)
        assert _in_time(page, held)
        page.goto("/en/me/")
        sign_out(page)
        until_kept(page, "/en/")
        early = proxy.hold(f"{address}print/")
        strangers.evaluate("address => { location.href = address }", early.path)
        assert _in_time(page, early)
        late = proxy.hold(address)
        held.let_go()
        assert _in_time(hers, late)  # The page asks anew what it is now.
        early.let_go()
        expect(strangers.locator("h1")).to_have_text(plan.title)
        late.let_go()
        until_kept(hers, address)

    def test_nor_one_that_comes_while_the_sign_out_is_under_way(
        self, page: Page, context: BrowserContext, proxy: Proxy, plan: Roadmap, ada: User
    ) -> None:
        read(page, address_of(plan), ada.email)
        other = context.new_page()
        held = proxy.hold("/en/accounts/logout/", unasked=True)
        page.locator(".account-button").click()
        page.get_by_role("button", name="Sign out").click(no_wait_after=True)
        assert _in_time(other, held)
        other.goto(f"/roadmaps/{plan.slug}/")
        assert ada.email in other.content()
        other.goto("/en/offline/")
        assert not any(ada.email in text for text in kept(other).values())
        held.let_go()
        expect(page.locator(".account-button")).to_have_count(0)
        nobody_elses(other, context, plan, ada.email)

    def test_a_site_that_does_not_answer_leaves_the_copy(
        self, page: Page, proxy: Proxy, plan: Roadmap, ada: User
    ) -> None:
        read(page, address_of(plan), ada.email)
        held = proxy.hold(address_of(plan))
        page.goto(address_of(plan), timeout=20_000)
        expect(page.locator(".kept-line")).to_contain_text("The site does not answer.")
        held.let_go()
        page.locator(".kept-line").get_by_role("link").click()
        expect(page.locator(".kept-line")).to_have_count(0)


def _in_time(page: Page, held: Hold) -> bool:
    """Return whether an answer waits, letting the browser go on until one does."""
    for _ in range(500):
        if held.waits.is_set():
            return True
        page.wait_for_timeout(20)
    return False
