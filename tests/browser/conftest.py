"""A Chromium for tests that need one; what went wrong is kept as a picture in tests/screenshots/."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from roadmap.models import Resource, Roadmap
from tests.browser.chromium import on_machine
from tests.browser.pages import let_in
from tests.factories import make_plan, make_user

SCREENSHOTS = Path(__file__).resolve().parent.parent / "screenshots"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
ON_ITS_WAY = 0.05
"""Seconds: a request that was sent before its page was closed has begun by then."""
PATIENCE = 20_000
"""Milliseconds: how long something may take on a busy machine. What is there goes on at once."""
FIRST_ANSWER = 30_000
"""Milliseconds: the first page that a process is asked for waits until all is loaded and compiled."""
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note at the test itself whether it failed, for the fixture that takes the picture."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs an event loop in this thread, which makes Django refuse queries in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=on_machine(), args=SWITCHES)
        yield chromium
        chromium.close()


@pytest.fixture
def site(live_server: LiveServer) -> Iterator[str]:
    """Where the site is: in the test's own process. Modules that need it set up otherwise say another place."""
    with _all_answered():
        yield live_server.url


@pytest.fixture
def neighbours() -> list[str]:
    """Where else a page may lead: nowhere."""
    return []


@pytest.fixture
def workers() -> Literal["allow", "block"]:
    """Whether the profile may have a worker: Playwright's routes do not see what one asks for."""
    return "block"


@pytest.fixture
def context(
    browser: Browser,
    site: str,
    neighbours: list[str],
    workers: Literal["allow", "block"],
    request: pytest.FixtureRequest,
) -> Iterator[BrowserContext]:
    """A fresh browser profile, for which addresses begin at the site. At the end it fails the test if a page broke the
    content security policy, raised an error in a script, or asked another host for something."""
    wrong: list[str] = []
    context = browser.new_context(base_url=site, locale="zh-TW", timezone_id="Asia/Taipei", service_workers=workers)
    context.set_default_timeout(PATIENCE)
    context.set_default_navigation_timeout(FIRST_ANSWER)
    context.on("weberror", lambda error: wrong.append(f"script: {error.error}"))
    context.on("console", lambda message: _note_refusal(message, wrong))
    context.on("request", lambda asked: _note_stranger(asked, [site, *neighbours], wrong))
    yield context
    if request.node.stash.get(FAILED, False):
        _keep_pictures(context, request.node.nodeid)
    context.close()
    assert wrong == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of that profile."""
    return context.new_page()


@pytest.fixture
def without_scripts(browser: Browser, site: str) -> Iterator[Page]:
    """A page of a browser that runs no scripts."""
    context = browser.new_context(base_url=site, locale="zh-TW", java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def plan() -> Roadmap:
    return make_plan()


@pytest.fixture
def resource(plan: Roadmap) -> Resource:
    """What stands in the open first chapter."""
    first: Resource = plan.resources.earliest("pk")
    return first


@pytest.fixture
def learner(context: BrowserContext, site: str) -> User:
    """Somebody who is signed in in that profile."""
    user = make_user()
    let_in(context, user, site)
    return user


@pytest.fixture
def ada(context: BrowserContext, site: str) -> User:
    """A learner who has an address that one knows again, signed in in that profile."""
    user = make_user("ada@example.org")
    let_in(context, user, site)
    return user


@contextmanager
def _all_answered() -> Iterator[None]:
    """At the end wait for what the server is still at: a page that was closed may have asked for it, and the tables are
    emptied next, which PostgreSQL cannot do under a request that holds one and waits for another."""
    under_way = 0
    change = threading.Condition()

    def step(by: int) -> None:
        nonlocal under_way
        with change:
            under_way += by
            change.notify_all()

    def begun(**_: object) -> None:
        step(1)

    def ended(**_: object) -> None:
        step(-1)

    request_started.connect(begun)
    request_finished.connect(ended)
    try:
        yield
        time.sleep(ON_ITS_WAY)
        with change:
            assert change.wait_for(lambda: under_way <= 0, timeout=30), f"{under_way} requests were not answered"
    finally:
        request_started.disconnect(begun)
        request_finished.disconnect(ended)


def _note_refusal(message: ConsoleMessage, wrong: list[str]) -> None:
    if message.type == "error" and "Content Security Policy" in message.text:
        wrong.append(f"policy: {message.text}")


def _note_stranger(asked: Request, known: list[str], wrong: list[str]) -> None:
    parts = urlsplit(asked.url)
    if parts.scheme in ("http", "https") and parts.netloc not in [urlsplit(url).netloc for url in known]:
        wrong.append(f"another host: {asked.url}")


def _keep_pictures(context: BrowserContext, test: str) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.-]+", "-", test)
    for number, page in enumerate(context.pages):
        page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png", full_page=True)
