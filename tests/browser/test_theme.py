"""Light or dark: chosen in the header, kept in the account or the browser, and worn from the first paint."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from roadmap.models import Roadmap
from tests.browser.pages import address_of, sign_in
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]

FIRST = """
  new MutationObserver((_, observer) => {
    if (!document.body) return;
    window.first = document.documentElement.dataset.theme ?? "none";
    observer.disconnect();
  }).observe(document, { childList: true, subtree: true });
"""
"""Notes which theme the page has at the moment at which its body begins to be."""


def choose(page: Page, name: str) -> None:
    page.get_by_role("button", name="Display").click()
    page.locator("#Display").get_by_role("button", name=name).click()
    page.keyboard.press("Escape")


def paper(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    return colour


def is_dark(page: Page) -> bool:
    channels = list(map(int, re.findall(r"\d+", paper(page))[:3]))
    return sum(channels) < 300


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_a_choice_the_page_is_as_the_device(page: Page, plan: Roadmap, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address_of(plan))
    assert is_dark(page) is (scheme == "dark")
    page.get_by_role("button", name="Display").click()
    pressed = page.locator("#Display [aria-pressed=true]")
    expect(pressed).to_have_text("As the device")


def test_a_strangers_choice_is_kept_in_the_browser_and_worn_before_anything_is_painted(
    page: Page, plan: Roadmap
) -> None:
    page.goto(address_of(plan))
    choose(page, "Dark")
    assert is_dark(page)
    assert page.context.cookies() == []
    page.add_init_script(FIRST)
    for address in (address_of(plan), "/en/nothing/", "/en/accounts/login/"):
        page.goto(address)
        assert page.evaluate("window.first") == "dark"
        assert is_dark(page)
    media = page.locator("meta[name=theme-color]").evaluate_all("all => all.map(meta => [meta.content, meta.media])")
    assert media == [["#fbf9f4", "not all"], ["#1b1a18", "all"]]
    choose(page, "As the device")
    page.reload()
    assert not is_dark(page)


def test_the_script_that_sets_it_holds_up_the_painting_and_is_small(page: Page, plan: Roadmap) -> None:
    with page.expect_response("**/theme*.js") as answer:
        page.goto(address_of(plan))
    assert len(answer.value.body()) < 500
    script = page.locator("head > script[src*='/theme']")
    assert script.evaluate("script => [script.async, script.defer, script.type]") == [False, False, ""]
    before = script.evaluate("(script) => script.compareDocumentPosition(document.querySelector('[rel=stylesheet]'))")
    assert before & 4, "it stands before the stylesheet, so that nothing is painted without it"


def test_a_learners_choice_is_kept_in_the_account(page: Page, plan: Roadmap, learner: User) -> None:
    page.goto(address_of(plan))
    with page.expect_response("**/me/theme/") as answer:
        choose(page, "Dark")
    assert answer.value.status == 204
    assert is_dark(page)
    assert User.objects.get(pk=learner.pk).theme == "dark"
    page.add_init_script(FIRST)
    page.goto("/en/me/")
    assert page.evaluate("window.first") == "dark"
    assert is_dark(page)


def test_the_browsers_choice_does_not_override_the_accounts(page: Page, plan: Roadmap) -> None:
    user = make_user(theme="light")
    page.goto(address_of(plan))
    choose(page, "Dark")
    page.goto("/en/accounts/login/")
    sign_in(page, user)
    page.goto(address_of(plan))
    assert not is_dark(page)
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()
    page.goto(address_of(plan))
    assert is_dark(page), "the browser's own holds again"


def test_a_choice_that_does_not_reach_the_account_says_so(
    page: Page, context: BrowserContext, plan: Roadmap, learner: User
) -> None:
    page.goto(address_of(plan), wait_until="networkidle")
    context.set_offline(True)
    page.get_by_role("button", name="Display").click()
    page.locator("#Display").get_by_role("button", name="Dark").click()
    expect(page.locator("#Display [role=status]")).to_contain_text("could not be kept")
    assert is_dark(page)
    assert User.objects.get(pk=learner.pk).theme == "system"


def test_without_scripts_a_stranger_is_offered_nothing_and_a_learner_a_form(
    without_scripts: Page, plan: Roadmap
) -> None:
    page, user = without_scripts, make_user()
    page.goto(address_of(plan))
    expect(page.get_by_role("button", name="Display")).to_be_hidden()
    page.goto("/en/accounts/login/")
    sign_in(page, user)
    page.goto(address_of(plan))
    choose(page, "Dark")
    expect(page).to_have_url(re.compile(re.escape(address_of(plan))))
    assert is_dark(page)
