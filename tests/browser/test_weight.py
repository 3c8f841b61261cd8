"""What the roadmap's page weighs, and that nothing in it jumps."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, Response, expect

from accounts.models import User
from roadmap.importing.importer import import_notes
from roadmap.models import Resource
from tests.browser.pages import button, hold, let_in, places
from tests.factories import make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]

JS = Path(settings.BASE_DIR) / "static" / "js"
COMMENT = re.compile(r"^ *// .*\n| +// .*$", re.MULTILINE)
SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => (window.shift += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def resource() -> Resource:
    """What stands first in the bundled notes."""
    import_notes(Path(settings.BASE_DIR) / "notes" / "README.md", slug="notes")
    return Resource.objects.earliest("pk")


@pytest.fixture(params=[False, True], ids=["signed out", "signed in"])
def reader(request: pytest.FixtureRequest, page: Page, site: str) -> User | None:
    """Who reads: a stranger, and a learner."""
    if not request.param:
        return None
    user = make_user()
    let_in(page.context, user, site)
    return user


def test_what_the_page_loads_is_light(page: Page, reader: User | None, resource: Resource) -> None:
    came: list[Response] = []
    page.on("response", lambda response: came.append(response))
    page.goto("/", wait_until="domcontentloaded")
    tags = page.locator("script[src]").evaluate_all("scripts => scripts.map(script => script.src)")
    own = {path.name: path.stat().st_size for path in _named_in(tags)}
    assert own.keys() == {"marks.js", "folds.js", "site.js", "theme.js"}
    assert sum(own.values()) < 15_000, own
    page.wait_for_load_state("networkidle")
    names = {Path(each.url).name.partition(".")[0] for each in came}
    # Whoever is signed in will mark: what posts comes once the page stands, what opens a note when one is opened.
    assert [name for name in ("acts", "htmx-2", "notes") if name in names] == (["acts", "htmx-2"] if reader else [])
    sizes = {each.url: len(gzip.compress(each.body(), mtime=0)) for each in came if each.ok}
    assert sum(sizes.values()) < 60_000, sizes


def _named_in(addresses: Iterable[str]) -> list[Path]:
    """Return the site's own scripts among what was loaded."""
    names = {Path(address).name.partition(".")[0] for address in addresses if "/js/" in address}
    return [path for path in JS.glob("*.js") if path.stem in names]


def test_all_scripts_together_are_small() -> None:
    """Also those that come when they are asked for; apart from the worker, which no page waits for."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in JS.glob("*.js")}
    assert sum(_gzipped(text) for text in texts.values()) < 16_500
    code = {name: _gzipped(COMMENT.sub("", text)) for name, text in texts.items()}
    assert sum(code.values()) < 13_500, code


def _gzipped(text: str) -> int:
    return len(gzip.compress(text.encode(), mtime=0))


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_nothing_jumps_while_it_loads_nor_while_one_marks(
    page: Page, reader: User | None, resource: Resource, width: int
) -> None:
    page.add_init_script(SHIFTS)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/", wait_until="networkidle")
    assert page.evaluate("window.shift") < 0.02
    places(page, resource).first.scroll_into_view_if_needed()
    button(page, resource).click()
    expect(button(page, resource)).to_have_attribute("data-state", "done")
    assert page.evaluate("window.shift") < 0.02


def test_what_is_pressed_while_the_script_is_on_its_way_is_done(page: Page, resource: Resource, site: str) -> None:
    user = make_user()
    let_in(page.context, user, site)
    let_go = hold(page.context, "**/js/acts*")
    page.goto("/", wait_until="domcontentloaded")
    button(page, resource).focus()
    page.keyboard.press("s")
    expect(places(page, resource).first).to_have_attribute("aria-busy", "true")
    page.keyboard.press("d")
    let_go()
    expect(button(page, resource)).to_have_attribute("data-state", "done")
    assert list(user.study_events.order_by("pk").values_list("after", flat=True)) == ["in_progress", "done"]


def test_a_script_that_does_not_come_is_asked_for_again(page: Page, resource: Resource) -> None:
    page.goto("/", wait_until="networkidle")
    page.context.set_offline(True)
    button(page, resource).click()
    expect(page.locator("#Toast button").first).to_be_visible()
    expect(button(page, resource)).to_have_attribute("data-state", "")
    page.context.set_offline(False)
    page.locator("#Toast button").first.click()
    expect(button(page, resource)).to_have_attribute("data-state", "done")
