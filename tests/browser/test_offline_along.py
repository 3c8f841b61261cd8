"""Offline beside what else a page can do: filter, search, choose a theme, switch the language."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts import tracking
from accounts.models import State, User
from roadmap.models import Resource, Roadmap
from tests.browser.keeping import kept, read, until_gone, until_kept
from tests.browser.pages import address_of, button, places

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]


@pytest.fixture
def workers() -> Literal["allow", "block"]:
    return "allow"


@pytest.fixture
def plan(plan: Roadmap) -> Roadmap:
    """A plan whose first resource is a film among books."""
    plan.resources.update(kind="book")
    plan.resources.filter(pk=plan.resources.earliest("pk").pk).update(kind="video")
    plan.touch()
    return plan


# Under a filter


def test_a_filtered_page_is_kept_beside_the_whole_one(
    page: Page, context: BrowserContext, plan: Roadmap, resource: Resource, ada: User
) -> None:
    address = address_of(plan)
    read(page, address)
    read(page, f"{address}?kind=book")
    assert set(kept(page)) == {address, f"{address}?kind=book"}
    context.set_offline(True)
    page.goto(address)
    expect(page.locator(".kept-line")).to_be_visible()
    expect(button(page, resource)).to_be_visible()
    page.goto(f"{address}?kind=book")
    expect(page.locator(".kept-line")).to_be_visible()
    expect(places(page, resource)).to_have_count(0)
    expect(page.locator(".filter-on .chip")).to_have_count(1)
    page.locator(".kept-line").get_by_role("link", name="Try again").click()
    expect(page.locator(".kept-line")).to_be_visible()
    assert page.url.endswith("?kind=book")


@pytest.mark.parametrize(
    ("read_at", "asked_for"), [("?kind=book", ""), ("", "?kind=book"), ("?kind=book", "?kind=video")]
)
def test_it_stands_for_no_other_address(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User, read_at: str, asked_for: str
) -> None:
    address = address_of(plan)
    read(page, address + read_at)
    context.set_offline(True)
    response = page.goto(address + asked_for)
    assert response
    assert response.status == 503
    expect(page.locator(".notes")).to_have_count(0)
    page.locator("main li a").click()
    expect(page.locator(".kept-line")).to_be_visible()
    assert page.url.endswith(address + read_at)


def test_what_is_no_filter_in_an_address_makes_no_other_page_of_it(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    address = address_of(plan)
    page.goto(f"{address}?from=a-mail")
    until_kept(page, address)
    page.goto(f"{address}?state=&kind=book&from=a-mail")
    until_kept(page, f"{address}?kind=book")
    assert set(kept(page)) == {address, f"{address}?kind=book"}
    context.set_offline(True)
    for query in ("?from=elsewhere", "?state=&kind=", "?kind=book&only="):
        page.goto(address + query)
        expect(page.locator(".kept-line")).to_be_visible()
        expect(page.locator(".filter-on")).to_have_count(int("book" in query))


def test_the_list_of_what_is_kept_tells_filtered_pages_apart(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    address = address_of(plan)
    read(page, address)
    read(page, f"{address}?state=left&kind=book")
    context.set_offline(True)
    page.goto("/en/me/")
    links = page.locator("main li a")
    texts = links.all_inner_texts()
    assert len(set(texts)) == 2
    assert "book" in texts[1]
    links.nth(1).click()
    expect(page).to_have_url(re.compile(r"\?state=left&kind=book$"))
    expect(page.locator(".filter-on .chip")).to_have_count(2)


def test_what_is_ticked_under_a_filter_is_kept_under_it(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    address = f"{address_of(plan)}?state=left"
    read(page, address)
    first = plan.resources.earliest("pk")
    button(page, first).click()
    expect(button(page, first)).to_have_attribute("data-state", "done")
    until_gone(page, first.key)
    context.set_offline(True)
    page.goto(address)
    expect(page.locator(".kept-line")).to_be_visible()
    expect(places(page, first)).to_have_count(0)


# Search


def test_the_search_opens_on_a_kept_page_and_says_that_it_finds_nothing(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    read(page, address_of(plan))
    context.set_offline(True)
    page.reload()
    expect(page.locator(".kept-line")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("part")
    expect(page.locator("#Finder [role=status]")).to_contain_text("The site cannot be reached.")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("The site cannot be reached")
    assert page.url.endswith("/en/search/?q=part")
    context.set_offline(False)
    page.reload()
    expect(page.get_by_role("link", name="Deeper part")).to_be_visible()


# The theme


def test_a_choice_on_a_kept_page_says_that_it_holds_here_alone(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    read(page, address_of(plan))
    context.set_offline(True)
    page.reload()
    expect(page.locator(".kept-line")).to_be_visible()
    page.get_by_role("button", name="Display").click()
    page.locator("#Display").get_by_role("button", name="Dark").click()
    expect(page.locator("#Display [role=status]")).to_contain_text("could not be kept")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    context.set_offline(False)
    assert User.objects.get(pk=ada.pk).theme == "system"


def test_a_strangers_choice_on_a_kept_page_holds_on_all_of_them(
    page: Page, context: BrowserContext, plan: Roadmap
) -> None:
    read(page, address_of(plan))
    context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="Display").click()
    page.locator("#Display").get_by_role("button", name="Dark").click()
    expect(page.locator("#Display [role=status]")).to_be_empty()
    for path in (address_of(plan), "/en/me/"):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_accounts_theme_is_worn_by_the_copy_as_well(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User
) -> None:
    address = address_of(plan)
    read(page, address)
    page.get_by_role("button", name="Display").click()
    page.locator("#Display").get_by_role("button", name="Dark").click()
    until_kept(page, address, 'data-theme="dark"')
    context.set_offline(True)
    page.goto(address)
    expect(page.locator(".kept-line")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


# Languages and print


def test_the_other_language_is_a_page_of_its_own(page: Page, context: BrowserContext, plan: Roadmap, ada: User) -> None:
    read(page, f"{address_of(plan)}?kind=book")
    context.set_offline(True)
    page.reload()
    page.locator(".site-links").get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    assert page.url.endswith(f"/roadmaps/{plan.slug}/?kind=book")
    expect(page.locator(".notes")).to_have_count(0)


def test_a_guests_ticks_are_on_the_kept_page_for_print(
    page: Page, context: BrowserContext, plan: Roadmap, resource: Resource
) -> None:
    read(page, address_of(plan))
    button(page, resource).click()
    expect(page.locator("#Guest a").first).to_be_visible()
    address = f"{address_of(plan)}print/"
    read(page, address, 'data-state="done"')
    expect(page.locator(".sign[data-state=done]")).to_have_count(1)
    context.set_offline(True)
    page.goto(address)
    expect(page.locator(".kept-line")).to_be_visible()
    expect(page.locator(".sign[data-state=done]")).to_have_count(1)


def test_what_is_next_is_on_the_kept_page(
    page: Page, context: BrowserContext, plan: Roadmap, resource: Resource, ada: User
) -> None:
    tracking.mark(ada, [resource.pk], State.IN_PROGRESS)
    for query in ("", "?kind=book"):
        read(page, address_of(plan) + query)
        context.set_offline(True)
        page.reload()
        expect(page.locator("#Next")).to_contain_text(f"Go on with: {resource.title}")
        context.set_offline(False)
