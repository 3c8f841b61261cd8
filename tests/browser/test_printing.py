"""The page for print in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from roadmap.models import Resource, Roadmap
from tests.browser.pages import address_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]

OFFLINE = "You are offline"


def test_the_button_prints(page: Page, plan: Roadmap) -> None:
    page.add_init_script("window.print = () => { document.title = 'printed' }")
    page.goto(f"{address_of(plan)}print/")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")


def test_on_paper_there_is_the_plan_alone_in_black_on_white(page: Page, plan: Roadmap, resource: Resource) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{address_of(plan)}print/")
    for hidden in (".site-header", ".print-bar", ".print-bar button"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".address").first).to_be_visible()
    expect(page.locator("html")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")
