"""/styleguide/ in a browser: no part of the site, in any state, breaks a rule of axe in either theme."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from pytest_django import Settings

from tests.browser.pages import violations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]

# All parts stand there twice, once in each theme: of names that are to be there once each half has its own.
ALONE = "theme => document.querySelectorAll(`[data-wears]:not([data-wears=${theme}])`).forEach(half => half.remove())"
RULES = {"landmark-unique": {"enabled": False}}
"""The states of one part stand side by side, as on no page."""


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_every_part_in_every_state_passes(page: Page, settings: Settings, theme: str, width: int) -> None:
    settings.DEBUG = True
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/en/styleguide/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(ALONE, theme)
    assert page.locator(".guide-part").count() > 20
    assert violations(page, rules=RULES) == []
