"""The admin under the strict content security policy: the `context` fixture fails a test whose page breaks it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, make_admin, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def come_in(page: Page) -> None:
    """Sign in as an admin, by way of the page an admin asks for."""
    make_admin("ada@example.org")
    page.goto("/en/admin/")
    page.locator("input[name=login]").fill("ada@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("#site-name")).to_be_visible()


def test_an_admin_signs_in_and_edits_a_user(page: Page) -> None:
    bob = make_user("bob@example.org")
    come_in(page)
    page.goto("/en/admin/accounts/user/")
    page.get_by_role("link", name="bob@example.org").click()
    # The two lists of permissions are made by the admin's own scripts.
    expect(page.locator("#id_user_permissions_to")).to_be_visible()
    page.locator("#id_is_staff").check()
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    bob.refresh_from_db()
    assert bob.is_staff


@pytest.mark.parametrize(
    "path", ["", "accounts/user/add/", "auth/group/add/", "account/emailaddress/", "password_change/"]
)
def test_a_page_of_the_admin_keeps_to_the_policy(page: Page, path: str) -> None:
    come_in(page)
    response = page.goto(f"/en/admin/{path}")
    assert response is not None
    assert response.status == 200
    expect(page.locator("#content")).to_be_visible()
