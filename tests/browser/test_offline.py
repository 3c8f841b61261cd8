"""Offline: the plan that was read last is there with its reader's marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Error, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts import notes, tracking
from accounts.models import Progress, State, User
from roadmap import release
from roadmap.models import Resource, Roadmap
from tests.browser.delays import Proxy, delaying
from tests.browser.keeping import kept, read, until_kept
from tests.browser.pages import address_of, button, violations
from tests.factories import make_listing, make_page, make_plan, make_section

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]

OFFLINE = "You are offline"


@pytest.fixture
def workers() -> Literal["allow", "block"]:
    return "allow"


@pytest.fixture
def proxy(live_server: LiveServer) -> Iterator[Proxy]:
    with delaying(live_server.url) as proxy:
        yield proxy


# The walk


def test_an_offline_walk(page: Page, context: BrowserContext, plan: Roadmap, resource: Resource, ada: User) -> None:
    tracking.mark(ada, [resource.pk], State.DONE)
    address = address_of(plan)
    read(page, address)

    context.set_offline(True)
    page.reload()
    expect(page.locator(".kept-line")).to_contain_text(OFFLINE)
    expect(page.locator(".kept-line time")).to_have_attribute("datetime", re.compile(r"^\d{4}-\d\d-\d\dT"))
    expect(button(page, resource)).to_have_attribute("data-state", "done")
    expect(page.locator("html")).to_have_css("line-break", "strict")  # Its dress was kept as well,

    inner = plan.resources.order_by("pk")[1]
    expect(button(page, inner)).to_be_hidden()
    page.get_by_role("heading", name="Deeper part").click()  # and it unfolds.
    button(page, inner).click()
    expect(page.locator("#Toast")).to_contain_text("The site cannot be reached; nothing was changed.")
    assert not Progress.objects.filter(resource=inner).exists()

    context.set_offline(False)
    page.locator("#Toast").get_by_role("button", name="Try again").click()
    expect(button(page, inner)).to_have_attribute("data-state", "done")
    assert Progress.objects.filter(user=ada, resource=inner, state=State.DONE).exists()
    page.locator(".kept-line").get_by_role("link", name="Try again").click()
    expect(page.locator(".kept-line")).to_have_count(0)
    expect(button(page, inner)).to_have_attribute("data-state", "done")


def test_what_was_marked_since_is_kept_too(
    page: Page, context: BrowserContext, plan: Roadmap, resource: Resource, ada: User
) -> None:
    address = address_of(plan)
    read(page, address)
    button(page, resource).click()
    until_kept(page, address, 'data-state="done"')
    context.set_offline(True)
    page.reload()
    expect(page.locator(".kept-line")).to_be_visible()
    expect(button(page, resource)).to_have_attribute("data-state", "done")


def test_the_page_for_print_is_kept_with_the_notes(
    page: Page, context: BrowserContext, plan: Roadmap, resource: Resource, ada: User
) -> None:
    notes.save(ada, resource, "in my own words", 0)
    read(page, f"{address_of(plan)}print/")
    context.set_offline(True)
    page.goto(f"{address_of(plan)}print/")
    expect(page.locator(".kept-line")).to_contain_text(OFFLINE)
    expect(page.get_by_text("in my own words")).to_be_visible()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_any_other_page_says_what_is_kept_and_leads_there(
    page: Page, context: BrowserContext, plan: Roadmap, ada: User, prefix: str
) -> None:
    address = f"{prefix}/roadmaps/{plan.slug}/"
    read(page, address)
    context.set_offline(True)
    response = page.goto(f"{prefix}/me/")
    assert response
    assert response.status == 503
    expect(page.locator("html")).to_have_attribute("lang", "en" if prefix else "zh-Hant")
    page.locator("main").get_by_role("link", name=plan.title).click()
    expect(page.locator(".kept-line")).to_be_visible()


def test_the_front_page_is_kept_where_it_is_the_plan(page: Page, context: BrowserContext, plan: Roadmap) -> None:
    read(page, "/")
    context.set_offline(True)
    page.goto("/")
    expect(page.locator(".kept-line")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")


def test_of_the_plan_that_was_read_last_all_pages_are_kept_that_were_read(
    page: Page, plan: Roadmap, context: BrowserContext
) -> None:
    further = make_page(plan, path="more.md", position=1, title="More")
    make_listing(make_section(further, "More", body_html="<p><!--r:0--></p><!--n:0-->"))
    other = make_plan()
    read(page, address_of(plan))
    read(page, f"{address_of(plan)}pages/more.md/")
    assert set(kept(page)) == {address_of(plan), f"{address_of(plan)}pages/more.md/"}
    read(page, address_of(other))
    assert set(kept(page)) == {address_of(other)}


def test_no_page_of_ones_own_is_kept(page: Page, plan: Roadmap, resource: Resource, ada: User) -> None:
    read(page, address_of(plan))
    for path in (
        "/en/me/",
        "/en/me/notes/",
        "/en/me/settings/",
        f"/en/resources/{resource.key}/",
        "/en/accounts/email/",
    ):
        page.goto(path)
    assert set(kept(page)) == {address_of(plan)}


# The worker itself


def test_a_new_release_brings_a_new_worker(
    page: Page, plan: Roadmap, ada: User, context: BrowserContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(page, address_of(plan), ada.email)
    before = page.evaluate("caches.keys()")
    monkeypatch.setattr(release, "FOLDERS", ("templates",))
    release.release.cache_clear()
    try:
        page.reload()
        for _ in range(500):
            if all(release.release() in name for name in page.evaluate("caches.keys()")):
                break
            page.wait_for_timeout(20)
        assert not set(before) & set(page.evaluate("caches.keys()"))
        until_kept(page, address_of(plan), ada.email)
        context.set_offline(True)
        page.reload()
        expect(page.locator(".kept-line")).to_be_visible()
    finally:
        monkeypatch.undo()
        release.release.cache_clear()


def test_the_admin_is_left_alone(page: Page, context: BrowserContext, plan: Roadmap) -> None:
    read(page, address_of(plan))
    context.set_offline(True)
    with pytest.raises(Error, match="ERR_INTERNET_DISCONNECTED"):
        page.goto("/en/admin/")


def test_downloads_come_as_ever(page: Page, plan: Roadmap, ada: User) -> None:
    read(page, address_of(plan))
    page.goto("/en/me/data/")
    with page.expect_download() as download:
        page.locator("a[href$='aie-notes.json']").click()
    assert b"ada@example.org" in download.value.path().read_bytes()


def test_an_address_that_is_not_there_is_not_kept(page: Page, plan: Roadmap, ada: User) -> None:
    read(page, address_of(plan))
    response = page.goto("/en/roadmaps/none/")
    assert response
    assert response.status == 404
    assert set(kept(page)) == {address_of(plan)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_axe_finds_nothing(
    page: Page, context: BrowserContext, plan: Roadmap, resource: Resource, ada: User, scheme: Any, prefix: str
) -> None:
    notes.save(ada, resource, "# mine\n\n- a [link](https://e.example/)", 0)
    tracking.mark(ada, [resource.pk], State.DONE)
    page.emulate_media(color_scheme=scheme)
    address = f"{prefix}/roadmaps/{plan.slug}/"
    read(page, f"{address}print/")
    assert violations(page) == []
    read(page, address)
    context.set_offline(True)
    for path in (address, f"{address}print/", f"{prefix}/me/"):
        page.goto(path)
        assert violations(page) == []
