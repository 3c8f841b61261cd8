"""The looks of the main pages, measured: the column, reflow, touch, spacing, forced colours, motion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from roadmap.importing.importer import import_notes
from roadmap.models import Resource, Roadmap
from tests.browser.looking import OWN, PLAIN, pages_of, small_targets, study, unfold
from tests.browser.pages import address_of, let_in
from tests.factories import make_plan, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]

SPACING = """* {
  line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important;
} p { margin-block-end: 2em !important; }"""
"""WCAG 2.2, 1.4.12."""
WEAR = "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }"
CLIPPED = """() => [...document.querySelectorAll("main *, header *")].filter((element) => {
  const style = getComputedStyle(element);
  return element.checkVisibility() && style.overflow === "hidden" && style.textOverflow !== "ellipsis"
    && element.clientHeight > 1 && element.scrollHeight > element.clientHeight + 2;
}).map((element) => element.outerHTML.slice(0, 120))"""
HOVERS = """() => {
  const bad = [];
  const walk = (rules, fine) => {
    for (const rule of rules) {
      const here = fine || rule.media?.mediaText.includes("hover: hover");
      const selector = rule.selectorText ?? "";
      if (selector.includes(":hover") && !here && !selector.includes("td:hover")) bad.push(selector);
      if (rule.cssRules) walk(rule.cssRules, here);
    }
  };
  for (const sheet of document.styleSheets) walk(sheet.cssRules, false);
  return bad;
}"""


@pytest.fixture
def plan() -> Roadmap:
    return make_plan(resources=4)


@pytest.fixture
def studying(page: Page, plan: Roadmap, site: str) -> User:
    """A learner with marks and notes, signed in."""
    user = make_user(theme="system")
    study(user, plan)
    let_in(page.context, user, site)
    return user


@pytest.fixture
def finger(browser: Browser, site: str) -> Iterator[Page]:
    """A page on a phone."""
    context = browser.new_context(
        base_url=site, locale="zh-TW", has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("width", [820, 1024, 1280, 1600, 2560])
def test_a_line_has_38_to_44_chinese_characters(page: Page, plan: Roadmap, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address_of(plan))
    column, size = page.evaluate(
        "(() => { const body = document.querySelector('.notes .body');"
        "return [body.getBoundingClientRect().width, parseFloat(getComputedStyle(body).fontSize)]; })()"
    )
    assert 38 <= column / size <= 44


def test_the_text_stands_in_the_middle_however_wide_the_screen(page: Page, plan: Roadmap) -> None:
    for width in (1280, 1600, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(address_of(plan))
        box = page.locator(".notes").bounding_box()
        assert box
        assert abs(box["x"] + box["width"] / 2 - width / 2) < 10


@pytest.mark.parametrize("width", [320, 390, 640, 820, 1280])
def test_no_page_scrolls_sideways(page: Page, plan: Roadmap, studying: User, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for address in [*pages_of(plan)[:3], *OWN]:
        page.goto(address)
        unfold(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize("width", [320, 820])
def test_the_bundled_notes_do_not_scroll_sideways(page: Page, width: int) -> None:
    import_notes(Path(settings.BASE_DIR) / "notes" / "README.md", slug="notes")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/")
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_can_be_touched_is_large_enough_for_a_stranger(finger: Page, plan: Roadmap) -> None:
    for address in pages_of(plan):
        finger.goto(address)
        unfold(finger)
        assert small_targets(finger) == [], address


def test_what_can_be_touched_is_large_enough_for_a_learner(finger: Page, plan: Roadmap, site: str) -> None:
    user = make_user()
    study(user, plan)
    let_in(finger.context, user, site)
    for address in [*pages_of(plan)[:3], *OWN]:
        finger.goto(address)
        unfold(finger)
        assert small_targets(finger) == [], address


def test_the_readers_own_spacing_clips_nothing(page: Page, plan: Roadmap, studying: User) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    for address in [*pages_of(plan)[:3], *OWN[:4]]:
        page.goto(address)
        page.evaluate(WEAR, SPACING)
        unfold(page)
        assert page.evaluate(CLIPPED) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address


def test_large_text_alone_breaks_nothing(page: Page, plan: Roadmap, studying: User) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    for address in [*pages_of(plan)[:3], *OWN[:3]]:
        page.goto(address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, address


def test_in_forced_colours_states_bars_and_focus_are_seen(page: Page, plan: Roadmap, studying: User) -> None:
    page.emulate_media(forced_colors="active", color_scheme="dark")
    page.goto(address_of(plan))
    unfold(page)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    done = page.locator("[data-state=done]").first
    assert done.evaluate("element => getComputedStyle(element).color") != paper
    assert page.locator("main .bar").first.evaluate("bar => getComputedStyle(bar).outlineStyle") == "solid"
    fill = page.locator("main .bar rect").first.evaluate("rect => getComputedStyle(rect).fill")
    assert fill not in (paper, "none")
    done.focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_who_wants_no_motion_gets_none(page: Page, plan: Roadmap, studying: User) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto(address_of(plan))
    moving = page.evaluate(
        "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration.split(', ')"
        ".some(each => parseFloat(each) > 0)).length"
    )
    assert moving == 0


def test_only_a_pointer_that_hovers_makes_things_hover(page: Page, plan: Roadmap) -> None:
    page.goto(address_of(plan))
    assert page.evaluate(HOVERS) == []


@pytest.mark.parametrize("address", PLAIN)
def test_the_focus_is_seen_wherever_it_goes(page: Page, address: str) -> None:
    page.goto(address)
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            "return [document.activeElement.tagName, s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
        )
        assert style[0] == "BODY" or (style[1] != "none" and style[2] >= 2), style


def test_a_learner_sees_where_they_stand_and_what_is_next(page: Page, plan: Roadmap, studying: User) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address_of(plan))
    begun = Resource.objects.get(progress__state="in_progress", progress__user=studying)
    expect(page.locator("#Next")).to_contain_text(f"Go on with: {begun.title}")
    here = page.locator(".contents .onward > span:visible")
    expect(here).to_have_count(1)
    around = page.locator(".contents a").filter(has=page.locator(".onward > span:visible"))
    expect(around).to_contain_text("Deeper part")
    page.locator("#Next a").click()
    control = page.locator(f"#R-{begun.key} .state")
    expect(control).to_be_visible()
    control.click()
    expect(page.locator("#Next")).not_to_contain_text(begun.title)
    expect(page.locator("#Next")).to_contain_text("Next:")


def test_what_is_all_done_has_a_check_in_the_contents(page: Page, plan: Roadmap, studying: User) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address_of(plan))
    page.get_by_role("button", name="Mark the whole section done").last.click()
    entry = page.locator(".contents a", has_text="Second chapter")
    expect(entry.locator("[data-extent=full] .icon")).to_be_visible()
    expect(entry.locator(".percent")).to_be_hidden()
