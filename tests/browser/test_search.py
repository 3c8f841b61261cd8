"""The search in a browser: opened from anywhere, results as one types, and all of it without scripts."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts import notes
from accounts.models import User
from roadmap.models import Resource, Roadmap, Section
from tests.browser.pages import address_of, hold, violations
from tests.factories import make_listing, make_resource

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "**/search/?q=**part=list"
PAUSE = 400
"""Milliseconds: longer than the search waits for the next key."""


@pytest.fixture(autouse=True)
def kernels(plan: Roadmap) -> list[Resource]:
    """Resources that are found, in a section that is folded."""
    section = Section.objects.get(slug="deeper-part")
    found = [make_resource(plan, title) for title in ("Kernel 機器學習", "Kernel methods", "A kernel of truth")]
    for resource in found:
        make_listing(section, resource, slot=None)
    plan.touch()
    return found


def finder(page: Page) -> Locator:
    return page.locator("#Finder")


def field(page: Page) -> Locator:
    return finder(page).locator("[name=q]")


def options(page: Page) -> Locator:
    return finder(page).get_by_role("option")


def chosen(page: Page) -> Locator:
    return finder(page).get_by_role("option", selected=True)


def opened(page: Page, url: str) -> None:
    """Open a page and the search on it, ready to be typed into."""
    page.goto(url)
    page.keyboard.press("/")
    expect(field(page)).to_have_attribute("role", "combobox")


def asked(page: Page) -> list[str]:
    """Return the list that grows by each query that the page asks for from now on."""
    queries: list[str] = []

    def note(url: str) -> None:
        if "part=list" in url:
            queries.append(parse_qs(urlsplit(url).query)["q"][0])

    page.on("request", lambda request: note(request.url))
    return queries


# Opening


@pytest.mark.parametrize("keys", ["/", "Control+k", "Meta+k"])
def test_keys_open_it_from_any_page_and_escape_leads_back(page: Page, plan: Roadmap, keys: str) -> None:
    for url in (address_of(plan), "/en/search/?q=x", "/en/accounts/login/"):
        page.goto(url)
        link = page.get_by_role("link", name="Skip to the text")
        link.focus()
        page.keyboard.press(keys)
        expect(field(page)).to_be_focused()
        page.keyboard.press("Escape")
        expect(finder(page)).not_to_be_visible()
        expect(link).to_be_focused()


def test_its_button_opens_it(page: Page, plan: Roadmap) -> None:
    page.goto(address_of(plan))
    button = page.get_by_role("link", name="Search", exact=True)
    button.click()
    expect(field(page)).to_be_focused()
    finder(page).get_by_role("button", name="Close").click()
    expect(finder(page)).not_to_be_visible()
    expect(button).to_be_focused()
    button.click()
    page.mouse.click(5, 5)
    expect(finder(page)).not_to_be_visible()


@pytest.mark.parametrize(
    ("key", "more", "opens"),
    [
        ("/", {"code": "Digit7", "shiftKey": True}, True),
        ("л", {"code": "KeyK", "ctrlKey": True}, True),
        ("k", {"code": "KeyV", "ctrlKey": True}, True),
        ("v", {"code": "KeyK", "ctrlKey": True}, False),
        ("k", {"code": "KeyK", "ctrlKey": True, "shiftKey": True}, False),
        ("k", {"code": "KeyK"}, False),
        ("/", {"code": "Slash", "altKey": True}, False),
        ("/", {"code": "Slash", "isComposing": True}, False),
        ("Process", {"code": "Slash"}, False),
    ],
)
def test_other_keyboards_have_the_keys_too(
    page: Page, plan: Roadmap, key: str, more: dict[str, object], opens: bool
) -> None:
    page.goto(address_of(plan))
    page.evaluate(
        "([key, more]) => document.body.dispatchEvent("
        "new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more }))",
        [key, more],
    )
    expect(finder(page)).to_be_visible(visible=opens)


def test_a_field_keeps_its_keys(page: Page) -> None:
    page.goto("/en/accounts/login/")
    login = page.locator("[name=login]")
    login.press_sequentially("a/b")
    expect(login).to_have_value("a/b")
    expect(finder(page)).not_to_be_visible()
    login.press("Control+k")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(login).to_be_focused()
    expect(login).to_have_value("a/b")


def test_the_marks_keep_their_keys(page: Page, plan: Roadmap, kernels: list[Resource], learner: User) -> None:
    page.goto(address_of(plan))
    resource: Resource = plan.resources.earliest("pk")
    state = page.locator(f"[data-resource='{resource.key}'] .state").first
    state.focus()
    page.keyboard.press("Control+k")
    expect(field(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(state).to_be_focused()
    expect(state).to_have_attribute("data-state", "")
    page.keyboard.press("k")
    expect(state).to_have_attribute("data-state", "skipped")


# Typing


def test_results_come_as_one_types_and_arrows_and_enter_lead_to_one(
    page: Page, plan: Roadmap, kernels: list[Resource]
) -> None:
    opened(page, "/en/search/?q=x")
    queries = asked(page)
    page.keyboard.type("kernel", delay=15)
    expect(options(page)).to_have_count(4)
    assert queries == ["kernel"]
    expect(finder(page).get_by_role("status")).to_have_text("3 results")
    expect(finder(page).locator("mark")).to_have_text(["Kernel", "Kernel", "kernel"])
    expect(chosen(page)).to_contain_text("Kernel methods")
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_contain_text("Kernel 機器學習")
    expect(field(page)).to_have_attribute("aria-activedescendant", re.compile("^Hit-1$"))
    expect(chosen(page)).to_have_id("Hit-1")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_contain_text("All results on a page")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/en/roadmaps/{plan.slug}/#R-{kernels[1].key}")
    expect(page.locator(f"#R-{kernels[1].key}")).to_be_in_viewport()


def test_a_result_on_this_very_page_is_opened_out_of_its_fold(
    page: Page, plan: Roadmap, kernels: list[Resource]
) -> None:
    opened(page, address_of(plan))
    page.evaluate("window.stays = true")
    place = page.locator(f"#R-{kernels[1].key}")
    expect(place).not_to_be_visible()
    page.keyboard.type("kernel methods")
    expect(chosen(page)).to_contain_text("Kernel methods")
    page.keyboard.press("Enter")
    expect(finder(page)).not_to_be_visible()
    expect(place).to_be_in_viewport()
    assert page.evaluate("window.stays")


def test_enter_before_the_answer_leads_to_the_page_of_all(page: Page, context: BrowserContext, plan: Roadmap) -> None:
    opened(page, address_of(plan))
    page.keyboard.type("kernel")
    expect(options(page)).to_have_count(4)
    hold(context, "**/search/?q=kernel+truth&part=list")
    page.keyboard.type(" truth")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search/?q=kernel+truth")
    expect(page.locator("main .hit-title")).to_have_text(["A kernel of truth"])


def test_letters_that_are_not_chosen_yet_are_not_looked_for(page: Page, context: BrowserContext, plan: Roadmap) -> None:
    opened(page, address_of(plan))
    queries = asked(page)
    keyboard = context.new_cdp_session(page)
    for text in ("ㄐ", "ㄐㄧ", "機"):
        keyboard.send("Input.imeSetComposition", {"text": text, "selectionStart": 1, "selectionEnd": 1})
    expect(field(page)).to_have_value("機")
    page.wait_for_timeout(PAUSE)
    assert queries == []
    keyboard.send("Input.insertText", {"text": "機器"})
    expect(chosen(page)).to_contain_text("Kernel 機器學習")
    assert queries == ["機器"]


def test_enter_and_arrows_of_an_input_method_are_its_own(page: Page, plan: Roadmap) -> None:
    opened(page, address_of(plan))
    page.keyboard.type("kernel")
    expect(options(page)).to_have_count(4)
    before = page.url
    for key in ("ArrowDown", "Enter"):
        field(page).evaluate(
            "(field, key) => field.dispatchEvent("
            "new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true, cancelable: true }))",
            key,
        )
    expect(chosen(page)).to_have_id("Hit-0")
    assert page.url == before


def test_a_slow_answer_is_awaited_and_never_overtakes_a_later_one(
    page: Page, context: BrowserContext, plan: Roadmap
) -> None:
    opened(page, address_of(plan))
    let_go = hold(context, "**/search/?q=kernel+methods&part=list")
    page.keyboard.type("kernel methods")
    expect(finder(page)).to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(PAUSE)
    for _ in range(len(" methods")):
        page.keyboard.press("Backspace")
    expect(options(page)).to_have_count(4)
    expect(finder(page)).not_to_have_attribute("aria-busy", "true")
    let_go()
    page.wait_for_timeout(PAUSE)
    expect(options(page)).to_have_count(4)


def test_what_is_typed_just_before_an_answer_comes_is_asked_for_as_well(
    page: Page, context: BrowserContext, plan: Roadmap
) -> None:
    opened(page, address_of(plan))
    let_go = hold(context, "**/search/?q=kernel&part=list")
    page.keyboard.type("kernel")
    expect(finder(page)).to_have_attribute("aria-busy", "true")
    page.evaluate("""() => {
      const soon = setTimeout;
      window.setTimeout = (act, time) => soon(act, time === 150 ? 2000 : time);
    }""")
    page.keyboard.type(" truth")
    let_go()
    expect(options(page)).to_have_count(4)
    expect(options(page)).to_have_count(2)


def test_a_broken_network_is_told_and_what_is_typed_is_kept(page: Page, context: BrowserContext, plan: Roadmap) -> None:
    opened(page, address_of(plan))
    context.set_offline(True)
    page.keyboard.type("kernel")
    expect(finder(page).get_by_role("status")).to_contain_text("The site cannot be reached. What you typed is kept")
    expect(field(page)).to_have_value("kernel")
    expect(options(page)).to_have_count(0)
    context.set_offline(False)
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search/?q=kernel")
    expect(page.locator("main .hit-title")).to_have_count(3)


def test_without_what_shows_results_the_form_leads_to_their_page(
    page: Page, context: BrowserContext, plan: Roadmap
) -> None:
    context.route("**/js/search*.js", lambda route: route.abort())
    page.goto(address_of(plan))
    page.keyboard.press("/")
    page.keyboard.type("kernel")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search/?q=kernel")


def test_an_error_of_the_site_is_no_list(page: Page, context: BrowserContext, plan: Roadmap) -> None:
    opened(page, address_of(plan))
    context.route(LIST, lambda route: route.fulfill(status=500, body="<h1>Oops</h1><p>x</p>"))
    page.keyboard.type("kernel")
    expect(finder(page).get_by_role("status")).to_contain_text("cannot be reached")


def test_what_was_typed_is_still_there_and_selected_the_next_time(page: Page, plan: Roadmap) -> None:
    opened(page, address_of(plan))
    page.keyboard.type("kernel")
    expect(options(page)).to_have_count(4)
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(field(page)).to_have_value("kernel")
    page.keyboard.type("truth")
    expect(field(page)).to_have_value("truth")
    expect(options(page)).to_have_count(2)
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    expect(options(page)).to_have_count(0)
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    expect(field(page)).not_to_have_attribute("aria-activedescendant", re.compile("."))


def test_what_was_closed_before_its_answer_is_asked_again(page: Page, context: BrowserContext, plan: Roadmap) -> None:
    opened(page, address_of(plan))
    let_go = hold(context, "**/search/?q=kernel&part=list")
    page.keyboard.type("kernel")
    expect(finder(page)).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Escape")
    let_go()
    page.keyboard.press("/")
    expect(options(page)).to_have_count(4)


def test_a_learner_finds_own_notes(page: Page, plan: Roadmap, learner: User, kernels: list[Resource]) -> None:
    notes.save(learner, kernels[0], "My words on 資料結構", 0)
    opened(page, address_of(plan))
    page.keyboard.type("数据结构")
    expect(chosen(page)).to_contain_text("My words on 資料結構")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/en/resources/{kernels[0].key}/")


# For everyone


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["", "/en"])
def test_there_are_no_barriers(
    page: Page, plan: Roadmap, learner: User, kernels: list[Resource], scheme: str, language: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    notes.save(learner, kernels[0], "A note on kernels", 0)
    for query in ("?q=kernel", "?q=nothing+here", "", "?q=%3F"):
        page.goto(f"{language}/search/{query}")
        assert violations(page) == []
    opened(page, f"{language}/roadmaps/{plan.slug}/")
    assert violations(page) == []
    page.keyboard.type("kernel")
    expect(options(page)).to_have_count(5)
    assert violations(page) == []


def test_on_a_phone_it_fills_the_window_and_is_for_thumbs(page: Page, plan: Roadmap) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, address_of(plan))
    page.keyboard.type("kernel")
    expect(options(page)).to_have_count(4)
    box = finder(page).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (390, 844)
    for each in [*options(page).all(), *finder(page).get_by_role("button").all(), field(page)]:
        target = each.bounding_box()
        assert target is not None
        assert target["height"] >= 44, each
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    button = page.locator(".finder-link").bounding_box()
    assert button is not None
    assert min(button["width"], button["height"]) >= 44


def test_it_works_without_scripts(without_scripts: Page, plan: Roadmap) -> None:
    page = without_scripts
    page.goto(address_of(plan))
    expect(page.locator("#Finder")).not_to_be_visible()
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("What to look for").fill("kernel methods")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page).to_have_title(re.compile("kernel methods · Search"))
    expect(page.locator("main .hit-title")).to_have_text(["Kernel methods"])
    page.get_by_label("What to look for").fill("kernel nowhere")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="kernel", exact=True).click()
    expect(page.locator("main .hit-title")).to_have_count(3)
