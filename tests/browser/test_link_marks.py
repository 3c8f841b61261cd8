"""Links that fail, in a browser: the mark, skipping what is dead, and saying that a link is broken."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.models import BrokenReport, GuestTick, Progress, User
from roadmap.models import Resource, Roadmap
from tests.broken_links import let_be
from tests.browser.pages import address_of, button, places, share, violations
from tests.factories import make_listing, make_page, make_plan, make_resource, make_section

pytestmark = pytest.mark.django_db(transaction=True)

BODY = """<p>See <!--r:0--> and <!--r:1--> first.</p><!--n:0--><!--n:1-->
<ul><li><!--r:2-->: what it is<!--n:2--></li><li><!--r:3--><!--n:3--></li><li><!--r:4--><!--n:4--></li></ul>
<table><thead><tr><th>Film</th></tr></thead><tbody><tr><td><!--r:5--></td></tr></tbody></table><!--n:5-->
<blockquote><h3><!--r:6--></h3></blockquote><!--n:6-->"""
SHOWN = ["dead", "failing", "dead", "failing", "ok", "dead", "dead", "dead"]
"""How the links of BODY are, and of one that was added by hand."""
SIZES = [{"width": 390, "height": 844}, {"width": 1280, "height": 900}]


@pytest.fixture
def everywhere() -> Roadmap:
    """A plan with broken links in all sorts of places."""
    plan = make_plan(language="en")
    page = make_page(plan, path="more.md", position=1)
    section = make_section(page, "Everywhere", body_html=BODY)
    for number, grade in enumerate(SHOWN):
        resource = make_resource(plan, f"A resource with a title of some length, number {number}")
        make_listing(section, resource, **({} if number < 7 else {"slot": None}))
        let_be(resource, grade)
    return plan


def mark(page: Page, resource: Resource) -> Locator:
    """The mark of a link at its first place."""
    return places(page, resource).first.locator(".broken")


def menu_of(page: Page, resource: Resource) -> Locator:
    """The menu, opened at a resource."""
    place = places(page, resource).first
    place.hover()
    place.locator(".more").click()
    menu = page.locator("#Menu")
    expect(menu).to_be_visible()
    return menu


# The mark


def test_a_broken_link_has_a_mark_and_stays_a_link(page: Page, plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "dead")
    page.goto(address_of(plan))
    expect(mark(page, resource)).to_contain_text("dead since Nov. 2, 2026")
    expect(mark(page, resource).get_by_role("link", name=f"archive {resource.title}")).to_have_attribute(
        "href", f"https://web.archive.org/web/20261025030405/{resource.url}"
    )
    expect(places(page, resource).get_by_role("link", name=resource.title, exact=True)).to_have_attribute(
        "href", resource.url
    )
    expect(page.locator(".broken")).to_have_count(1)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wherever_it_stands(
    page: Page, everywhere: Roadmap, learner: User, scheme: Any, size: Any
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(size)
    page.goto(f"{address_of(everywhere)}pages/more.md/")
    expect(page.locator(".broken")).to_have_count(7)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", SIZES, ids=["phone", "wide"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("grade", ["ok", "failing"])
def test_axe_finds_nothing_on_the_resources_own_page(
    page: Page, resource: Resource, learner: User, grade: str, scheme: Any, size: Any
) -> None:
    let_be(resource, grade)
    Progress.objects.create(user=learner, resource=resource, state="in_progress", since=learner.date_joined)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size(size)
    for address in (f"/en/resources/{resource.key}/", "/en/me/"):
        page.goto(address)
        assert violations(page) == []


def test_the_menus_dots_do_not_lie_over_the_mark(page: Page, everywhere: Roadmap) -> None:
    page.goto(f"{address_of(everywhere)}pages/more.md/")
    for place in page.locator(".resource:has(> .broken)").all():
        place.hover()
        dots = place.locator(".more .icon").last.bounding_box()
        sign = place.locator(".fault .icon").bounding_box()
        assert dots
        assert sign
        beside = dots["x"] + dots["width"] <= sign["x"] or sign["x"] + sign["width"] <= dots["x"]
        assert beside or dots["y"] + dots["height"] <= sign["y"] + 1


# Skipping


def test_what_is_dead_is_skipped_by_one_click_in_place(
    page: Page, plan: Roadmap, resource: Resource, learner: User
) -> None:
    let_be(resource, "dead")
    page.goto(address_of(plan))
    skip = mark(page, resource).get_by_role("button", name=f"Skip {resource.title}")
    skip.click()
    expect(button(page, resource)).to_have_attribute("data-state", "skipped")
    expect(skip).to_be_hidden()
    expect(button(page, resource)).to_be_focused()
    expect(share(page, 0)).to_contain_text("0 of 4 done")
    assert Progress.objects.get(user=learner).state == "skipped"
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(skip).to_be_visible()
    expect(mark(page, resource)).to_be_visible()


def test_it_is_skipped_by_the_keyboard_too(page: Page, plan: Roadmap, resource: Resource, learner: User) -> None:
    let_be(resource, "dead")
    page.goto(address_of(plan))
    mark(page, resource).get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(button(page, resource)).to_have_attribute("data-state", "skipped")
    expect(button(page, resource)).to_be_focused()


def test_what_is_done_has_no_skip_button(page: Page, plan: Roadmap, resource: Resource, learner: User) -> None:
    let_be(resource, "dead")
    Progress.objects.create(user=learner, resource=resource, state="done", since=learner.date_joined)
    page.goto(address_of(plan))
    expect(mark(page, resource)).to_be_visible()
    expect(mark(page, resource).locator("button")).to_be_hidden()


def test_nothing_jumps_when_an_item_is_skipped(page: Page, everywhere: Roadmap, learner: User) -> None:
    page.goto(f"{address_of(everywhere)}pages/more.md/")
    item = page.locator(".resource-item:has(.pass)").first
    places_before = page.evaluate("[...document.querySelectorAll('.resource')].map(e => e.getBoundingClientRect().y)")
    item.locator(".pass").click()
    expect(item.locator(".state")).to_have_attribute("data-state", "skipped")
    places_after = page.evaluate("[...document.querySelectorAll('.resource')].map(e => e.getBoundingClientRect().y)")
    assert places_after == places_before


def test_no_hole_is_left_in_a_line_that_goes_on_behind_the_mark(
    page: Page, plan: Roadmap, resource: Resource, learner: User
) -> None:
    section = make_section(
        make_page(plan, path="more.md", position=1), body_html="<ul><li><!--r:0--> at last</li></ul>"
    )
    make_listing(section, resource)
    let_be(resource, "dead")
    page.goto(f"{address_of(plan)}pages/more.md/")
    skip = mark(page, resource).get_by_role("button")
    before, room = mark(page, resource).bounding_box(), skip.bounding_box()
    skip.click()
    expect(skip).to_be_hidden()
    after = mark(page, resource).bounding_box()
    assert before
    assert room
    assert after
    assert after["width"] <= before["width"] - room["width"]


def test_without_scripts_the_same_button_posts_a_form(without_scripts: Page, plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "dead")
    page = without_scripts
    page.goto(address_of(plan))
    page.get_by_role("button", name=f"Skip {resource.title}").click()
    if page.get_by_role("main").locator("form").count():  # A stranger's page holds no token: one click more.
        page.get_by_role("main").get_by_role("button").click()
    expect(button(page, resource)).to_have_attribute("data-state", "skipped")
    assert GuestTick.objects.get().state == "skipped"


# Saying that a link is broken


def test_it_is_said_from_the_menu_in_place(page: Page, plan: Roadmap, resource: Resource, learner: User) -> None:
    page.goto(address_of(plan))
    menu_of(page, resource).get_by_role("button", name="This link is broken").click()
    said = page.get_by_role("status").filter(has_text="Thank you. Once three learners say so")
    expect(said).to_be_visible()
    expect(page.locator("#Menu")).to_be_hidden()
    expect(button(page, resource)).to_have_attribute("data-state", "")
    expect(button(page, resource)).not_to_have_attribute("aria-busy", "true")
    assert BrokenReport.objects.get().user == learner
    menu_of(page, resource).get_by_role("button", name="This link is broken").click()
    expect(page.get_by_role("status").filter(has_text="You have said so already")).to_be_visible()
    assert BrokenReport.objects.count() == 1


def test_the_menu_marks_as_ever_after_that(page: Page, plan: Roadmap, resource: Resource, learner: User) -> None:
    page.goto(address_of(plan))
    menu_of(page, resource).get_by_role("button", name="This link is broken").click()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    menu_of(page, resource).get_by_role("button", name="In progress").click()
    expect(button(page, resource)).to_have_attribute("data-state", "in_progress")


def test_the_menu_offers_it_by_the_keyboard(page: Page, plan: Roadmap, resource: Resource, learner: User) -> None:
    page.goto(address_of(plan))
    menu = menu_of(page, resource)
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("link", name="A page of its own")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("button", name="This link is broken")).to_be_focused()


def test_the_menu_offers_it_only_where_there_is_a_link_that_is_not_known_to_be_broken(
    page: Page, plan: Roadmap, resource: Resource, learner: User
) -> None:
    let_be(resource, "failing")
    more = make_page(plan, path="more.md", position=1)
    section = make_section(more, body_html="<ul><li><!--r:0--><!--n:0--></li></ul>")
    task = make_resource(plan, "Do it", url="", kind="task")
    make_listing(section, task)
    for address, each in ((address_of(plan), resource), (f"{address_of(plan)}pages/more.md/", task)):
        page.goto(address)
        menu = menu_of(page, each)
        expect(menu.get_by_role("button", name="Skipped")).to_be_visible()
        expect(menu.get_by_role("button", name="This link is broken")).to_be_hidden()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        expect(menu.get_by_role("button", name="My note")).to_be_focused()


def test_the_menu_of_who_is_not_signed_in_does_not_offer_it(page: Page, plan: Roadmap, resource: Resource) -> None:
    page.goto(address_of(plan))
    menu = menu_of(page, resource)
    expect(menu.get_by_role("button", name="Skipped")).to_be_visible()
    expect(menu.get_by_role("button", name="This link is broken")).to_have_count(0)


def test_it_is_said_on_the_resources_own_page(
    context: BrowserContext, page: Page, resource: Resource, learner: User
) -> None:
    page.goto(f"/en/resources/{resource.key}/")
    page.get_by_role("button", name="This link is broken").click()
    expect(page.locator(".link-health")).to_contain_text("it is checked before its turn")
    expect(page.get_by_role("button", name="This link is broken")).to_have_count(0)
    expect(page).to_have_url(f"{page.url.split('/en/')[0]}/en/resources/{resource.key}/")
    assert BrokenReport.objects.get().user == learner


def test_who_is_not_signed_in_is_led_there_and_back(without_scripts: Page, resource: Resource) -> None:
    page = without_scripts
    page.goto(f"/en/resources/{resource.key}/")
    page.get_by_role("link", name="Sign in to say that this link is broken").click()
    expect(page.locator("[name=login]")).to_be_visible()
    assert page.url.endswith(f"/en/accounts/login/?next=/en/resources/{resource.key}/")
