"""A resource's note as it opens in the plan: its parts, and typing in it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from accounts.models import Note, User
from roadmap.models import Resource, Roadmap
from tests.browser.pages import address_of, button

WAITS = 15_000
"""Milliseconds: longer than the pause after which a save that failed is tried again."""


def open_note(page: Page, plan: Roadmap, resource: Resource) -> Page:
    page.goto(address_of(plan))
    button(page, resource).focus()
    page.keyboard.press("n")
    expect(page.locator(".note-box")).to_be_visible()
    return page


def area(page: Page) -> Locator:
    return page.locator(".note-form textarea")


def status(page: Page) -> Locator:
    return page.locator(".note-status")


def write(page: Page, text: str) -> None:
    """Type at the end of the note."""
    expect(area(page)).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)


def text_of(user: User) -> str:
    return Note.objects.get(user=user).text
