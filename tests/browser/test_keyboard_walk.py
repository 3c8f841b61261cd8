"""A learner's evening without a mouse: from the front page to a note, by keys alone, with the focus always in sight."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Note, Progress, User
from roadmap.models import Resource, Roadmap
from tests.factories import PASSWORD, make_plan, make_user

pytestmark = pytest.mark.django_db(transaction=True)

WALKING = (Path(__file__).parent / "walking.js").read_text()
MOST_STEPS = 120
WORDS = "read twice"


@pytest.fixture
def learner() -> User:
    """Somebody who has yet to sign in."""
    return make_user("ada@example.org")


@pytest.fixture
def sought(plan: Roadmap) -> Resource:
    """What the learner is after: in the second chapter."""
    row: Resource = plan.resources.latest("pk")
    row.title = "Attention, explained"
    row.save()
    row.listings.update(label=row.title, label_html=row.title)
    plan.touch()
    return row


@pytest.fixture
def front(page: Page, sought: Resource) -> Page:
    """The front page. There are two plans, so that it lists them."""
    make_plan(title="Another plan").touch()
    page.emulate_media(reduced_motion="reduce")
    page.goto("/en/")
    return page


def in_sight(page: Page) -> None:
    """See that what has the focus can be seen, is not covered, and shows that it has it."""
    page.evaluate(f"window.walk || {WALKING}")
    assert page.evaluate("walk.again(), walk.step()") in ([], "end")


def press(page: Page, key: str) -> None:
    page.keyboard.press(key)
    in_sight(page)


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until a part of the page has the focus."""
    for _ in range(MOST_STEPS):
        press(page, "Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not reach {target}")


def state(page: Page, resource: Resource) -> Locator:
    return page.locator(f"[data-resource='{resource.key}'] .state").first


def test_the_first_tab_leads_past_the_header(front: Page) -> None:
    press(front, "Tab")
    expect(front.get_by_role("link", name="Skip to the text")).to_be_focused()
    front.keyboard.press("Enter")
    expect(front).to_have_url("/en/#Main")
    press(front, "Tab")
    assert front.evaluate("document.activeElement.closest('main') !== null")


def test_from_the_front_page_to_a_tick_and_a_note(front: Page, plan: Roadmap, sought: Resource, learner: User) -> None:
    tab_to(front, front.locator("main").get_by_role("link", name=plan.title).first)
    front.keyboard.press("Enter")
    expect(front).to_have_url(f"/en/roadmaps/{plan.slug}/")
    # Ticked as a guest: the chapter is unfolded, the button reached, Space and Enter both press it.
    tab_to(front, front.locator("summary").filter(has_text="Second chapter"))
    if not state(front, sought).is_visible():
        press(front, "Enter")
    tab_to(front, state(front, sought))
    press(front, "Space")
    expect(state(front, sought)).to_have_attribute("data-state", "done")
    press(front, "Enter")
    expect(state(front, sought)).not_to_have_attribute("data-state", "done")
    press(front, "d")
    expect(state(front, sought)).to_have_attribute("data-state", "done")
    sign_in(front, learner)
    expect(state(front, sought)).to_have_attribute("data-state", "done")
    assert Progress.objects.get(user=learner).state == "done"
    # The menu, and a note.
    more = front.locator(f"[data-resource='{sought.key}'] .more").first
    tab_to(front, more)
    press(front, "Enter")
    press(front, "ArrowDown")
    expect(front.locator("#Menu").get_by_role("button", name="In progress")).to_be_focused()
    front.keyboard.press("Escape")
    expect(more).to_be_focused()
    write(front, learner)


def test_from_the_front_page_by_search_to_a_note(front: Page, sought: Resource, learner: User) -> None:
    sign_in(front, learner)
    in_sight(front)
    front.evaluate("walk.begin()")
    front.keyboard.press("/")
    box = front.get_by_role("dialog").locator("input")
    expect(box).to_be_focused()
    in_sight(front)
    # Enter leads to the result that is chosen once the list is of all that was typed, and to a page of all until then.
    with front.expect_response("**/search/?q=attention&part=list"):
        front.keyboard.type("attention")
    expect(front.get_by_role("dialog")).not_to_have_attribute("aria-busy", "true")
    options = front.get_by_role("dialog").get_by_role("option")
    expect(options.filter(has_text=sought.title).first).to_be_visible()
    chosen = options.and_(front.locator("[aria-selected=true]"))
    for _ in range(options.count()):
        if chosen.filter(has_text=sought.title).count():
            break
        front.keyboard.press("ArrowDown")
    expect(chosen).to_contain_text(sought.title)
    front.keyboard.press("Enter")
    expect(state(front, sought)).to_be_visible()
    tab_to(front, state(front, sought))
    press(front, "s")
    expect(state(front, sought)).to_have_attribute("data-state", "in_progress")
    write(front, learner)
    assert Progress.objects.get(user=learner).state == "in_progress"


def sign_in(page: Page, learner: User) -> None:
    """Sign in from where one is, and be there again."""
    before = page.url
    for _ in range(MOST_STEPS):
        # Backwards, as one comes from the text to the header.
        press(page, "Shift+Tab")
        if page.locator("header a:focus").filter(has_text="Sign in").count():
            break
    page.keyboard.press("Enter")
    expect(page.locator("[name=login]")).to_be_visible()
    tab_to(page, page.locator("[name=login]"))
    page.keyboard.type(learner.email)
    tab_to(page, page.locator("[name=password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(before.split("#")[0])
    expect(page.get_by_role("button", name=learner.email)).to_be_visible()


def write(page: Page, learner: User) -> None:
    """Write a note on the resource that has the focus, save it, and be at the resource again."""
    page.keyboard.press("n")
    text = page.locator(".note-form textarea")
    expect(text).to_be_focused()
    in_sight(page)
    page.keyboard.type(WORDS)
    tab_to(page, page.locator(".note-form").get_by_role("button", name="Save", exact=True))
    page.keyboard.press("Enter")
    expect(page.locator(".note-text").first).to_have_text(WORDS)
    in_sight(page)
    assert Note.objects.get(user=learner).text == WORDS
