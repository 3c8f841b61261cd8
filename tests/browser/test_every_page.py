"""A walk over every page of the site (tests/addresses.py), in both languages, for each of those who see it.

Each is loaded once, and looked at in three widths and both themes. The rows and the server are
the walk's own, on SQLite whatever DATABASE_URL says: how a page looks depends on no database.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests.addresses import ADDRESSES, EDITOR, LANGUAGES, LEARNER, Address, Sort
from tests.rich_site import RichSite, rich_site

pytestmark = pytest.mark.looks

WIDTHS = (390, 820, 1280)
HEIGHT = 900
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOST_STEPS = 60
"""So often Tab is pressed on one page."""
WALKING = (Path(__file__).parent / "walking.js").read_text()
AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
# To look into style sheets axe would write them into the page, which the policy forbids.
AUDIT = """() => axe.run(document, {resultTypes: ["violations"], preload: false}).then((found) => found.violations.map(
    (each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html.slice(0, 140))}`))"""
DJANGOS_OWN = (
    # Its inlines are tables; what stands over the boxes that delete a row, and over the titles of rows, is empty.
    ("empty-table-header", '<th class="original">'),
    # The signs that explain how its lists of rights and groups are filtered, made by a script of its own.
    ("aria-prohibited-attr", '<span class="help-tooltip search-label-icon"'),
    # The boxes in which one chooses by typing are select2's, which names its parts only once something is chosen.
    ("aria-input-field-name", '<span class="select2-selection'),
)
"""In the admin alone: rules of axe that its own scripts and templates break, and where."""
PAGES = [
    (address, who)
    for address in ADDRESSES
    if address.sort is Sort.PAGE
    for who in address.who
    # What a learner sees an editor sees as well, with one link more in the menu.
    if who != EDITOR or LEARNER not in address.who
]


@pytest.fixture(scope="module")
def rich() -> Iterator[RichSite]:
    with rich_site() as site:
        yield site


@pytest.fixture(scope="module")
def windows(rich: RichSite, browser: Browser) -> Iterator[dict[str, Window]]:
    """A window of each of those who look: a new one for every page would take most of the time."""
    windows = {who: Window(rich, browser, who) for who in {who for _, who in PAGES}}
    yield windows
    for window in windows.values():
        window.page.context.close()


class Window:
    """A browser's window of somebody, and what its console and its requests tell of."""

    def __init__(self, rich: RichSite, browser: Browser, who: str) -> None:
        context = browser.new_context(locale="zh-TW", timezone_id="Asia/Taipei", reduced_motion="reduce")
        context.on("weberror", lambda error: self.told.append(f"script: {error.error}"))
        context.on("console", self._note_error)
        context.on("request", self._note_stranger)
        context.on("requestfailed", lambda request: self.told.append(f"failed: {request.url} {request.failure}"))
        context.on("response", self._note_status)
        self.told: list[str] = []
        self.page = context.new_page()
        self._rich, self._who = rich, who

    def open(self, url: str, status: int) -> Page:
        """Open a page as one who comes to it first. Raises AssertionError where it does not answer as it should."""
        self.page.context.clear_cookies()
        self.page.context.add_cookies(self._rich.cookies(self._who))  # type: ignore[arg-type]
        self.told.clear()
        response = self.page.goto(url)
        assert response is not None
        assert (response.status, self.page.url) == (status, url)
        # That the page itself is one of what went wrong is no fault.
        self.told[:] = [each for each in self.told if url not in each]
        self.page.evaluate(WALKING)
        return self.page

    def _note_error(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.told.append(f"console: {message.text} {message.location['url']}")

    def _note_stranger(self, request: Request) -> None:
        if request.url.startswith("http") and not request.url.startswith(tuple(self._rich.urls.values())):
            self.told.append(f"another host: {request.url}")

    def _note_status(self, response: Response) -> None:
        if response.status >= 400:
            self.told.append(f"{response.status}: {response.url}")


@pytest.mark.parametrize("prefix", LANGUAGES, ids=LANGUAGES.get)
@pytest.mark.parametrize(("address", "who"), PAGES, ids=lambda each: getattr(each, "name", each))
def test_a_page_is_without_fault(
    rich: RichSite, windows: dict[str, Window], address: Address, who: str, prefix: str
) -> None:
    page = windows[who].open(rich.url(address, prefix), address.status)
    faults: list[str] = page.evaluate("tag => walk.outline(tag)", LANGUAGES[prefix])
    faults += looked_at(page, english=bool(prefix))
    # By keys in both languages for learners, who have most to reach, or those who see it alone; once for all others.
    if prefix or (who != EDITOR and who == (LEARNER if LEARNER in address.who else address.who[0])):
        faults += walked(page, WIDTHS[0] if prefix else WIDTHS[-1])
    faults = [each for each in faults + windows[who].told if not is_djangos_own(address, each)]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def is_djangos_own(address: Address, fault: str) -> bool:
    """Return whether a fault is one that Django's admin has wherever it stands."""
    return address.route.startswith("admin/") and any(f"{rule}: {where}" in fault for rule, where in DJANGOS_OWN)


def looked_at(page: Page, *, english: bool) -> list[str]:
    """Return what is wrong in all widths and themes. axe sees a phone in one theme, a desk in the other."""
    page.evaluate(AXE)
    faults: list[str] = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            faults += page.evaluate("width => walk.shape(width)", width)
            if width == (WIDTHS[0] if english == (theme == "light") else WIDTHS[-1]):
                faults += [f"{theme} {width} {each}" for each in page.evaluate(AUDIT)]
    return faults


def walked(page: Page, width: int) -> list[str]:
    """Go through the page by Tab; return what is wrong with what has the focus, and what never gets it."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    page.evaluate("walk.begin()")
    faults: list[str] = []
    ends = 0
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        step: list[str] | str | None = page.evaluate("walk.step()")
        ends += step == "end"
        # Where a field had the focus from the start, the header comes after the end.
        if step is None or ends == 2:
            break
        faults += step if isinstance(step, list) else []
    missed: list[str] = page.evaluate("whole => walk.missed(whole)", step is None or ends == 2)
    return faults + missed[:5]
