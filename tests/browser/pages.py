"""What the tests do on many pages: sign in, find a resource's parts, look for barriers."""

from __future__ import annotations

from collections.abc import Callable

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from accounts.models import User
from roadmap.models import Resource, Roadmap
from tests.factories import PASSWORD

FADED = """async () => {
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  const fading = document.getAnimations().filter((each) => each instanceof CSSTransition);
  await Promise.allSettled(fading.map((each) => each.finished));
}"""
"""Waits until what has begun to fade from one colour to another has come to its end."""


def violations(page: Page, **options: object) -> list[str]:
    """Return what axe finds wrong, with everything unfolded: the rules, and where they are broken.

    `options` go to axe.
    """
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('.notes details').forEach(fold => fold.open = true)")
    page.evaluate(FADED)
    found = Axe().run(page, options=options).response["violations"]
    return [f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}" for each in found]


def until(page: Page, holds: str, given: object = None) -> None:
    """Wait until an expression of JavaScript, or a function of what is given, holds on a page.

    Playwright's own `wait_for_function` asks a second time from within the page, where the content security policy
    forbids it to.
    """
    for _ in range(500):
        if page.evaluate(holds, given):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"never came to hold: {holds}")


def address_of(plan: Roadmap) -> str:
    """Return a roadmap's page in English."""
    return f"/en/roadmaps/{plan.slug}/"


def sign_in(page: Page, user: User) -> None:
    """Sign in by the form that the page shows now."""
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form:has([name=password]) button[type=submit]").first.click()
    expect(page.locator("[name=password]")).to_have_count(0)


def let_in(context: BrowserContext, user: User, url: str) -> None:
    """Give a browser the session of a learner, as if they had signed in before."""
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


def hold(context: BrowserContext, address: str) -> Callable[[], None]:
    """Let no request to an address (a glob) through; return what waits until one was made and lets all through."""
    held: list[Route] = []
    opened = False

    def keep(route: Route) -> None:
        if opened:
            route.continue_()
        else:
            held.append(route)

    def let_go() -> None:
        nonlocal opened
        for _ in range(500):
            if held:
                break
            context.pages[0].wait_for_timeout(20)
        assert held, f"nothing was asked of {address}"
        opened = True
        for route in held:
            route.continue_()

    context.route(address, keep)
    return let_go


def places(page: Page, resource: Resource) -> Locator:
    """Return everything on a page that stands for a resource."""
    return page.locator(f"[data-resource='{resource.key}']")


def button(page: Page, resource: Resource) -> Locator:
    """Return the state button of a resource at its first place."""
    return places(page, resource).first.locator(".state")


def share(page: Page, section: int) -> Locator:
    """Return the share of a section at its heading, 0 for the whole roadmap's."""
    return page.locator(f"main [data-share='{section}']").first
