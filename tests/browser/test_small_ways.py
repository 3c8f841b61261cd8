"""Small ways through the pages that a keyboard, a phone or a change of language may bar."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from roadmap.models import Roadmap
from tests.browser.pages import address_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]


def test_the_slash_opens_the_search_from_a_box_to_check_and_not_from_a_choice(page: Page, plan: Roadmap) -> None:
    page.goto(address_of(plan))
    page.locator(".filter-fold > summary").click()
    page.locator(".filter [name=state]").focus()
    page.keyboard.press("/")
    expect(page.locator("#Finder")).not_to_be_visible()
    page.locator(".filter [name=kind]").first.focus()
    page.keyboard.press("/")
    expect(page.locator("#Finder [name=q]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".filter [name=kind]").first).to_be_focused()


@pytest.mark.parametrize("width", [320, 1280])
def test_how_much_a_filter_shows_is_not_taken_for_how_much_is_done(page: Page, plan: Roadmap, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for language, word in (("/en", "shown"), ("", "符合篩選條件")):
        page.goto(f"{language}/roadmaps/{plan.slug}/?state=left")
        total = page.locator(".masthead .share-shown")
        word_shown = total.get_by_text(word, exact=True)
        expect(word_shown).to_be_visible()
        box = word_shown.bounding_box()
        assert box
        assert box["width"] > 20  # Not for the ear alone.
        assert box["x"] + box["width"] <= width
        expect(total.locator(".bar")).not_to_be_visible()


def test_the_language_is_changed_without_typing_the_search_again(page: Page, plan: Roadmap) -> None:
    page.goto("/en/search/?q=Kernel+%E6%A9%9F%E5%99%A8")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("#Query")).to_have_value("Kernel 機器")
    expect(page).to_have_url("/search/?q=Kernel+%E6%A9%9F%E5%99%A8")
