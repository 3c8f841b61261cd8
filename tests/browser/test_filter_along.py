"""The filter beside what else a page can do: tick, name what is next, search, switch the language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Progress, State, User
from roadmap.models import Resource, Roadmap, Section
from tests.browser.pages import address_of, button, places, share

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def plan(plan: Roadmap) -> Roadmap:
    """A plan whose first resource is a film among books."""
    plan.resources.update(kind="book")
    plan.resources.filter(pk=plan.resources.earliest("pk").pk).update(kind="video")
    plan.touch()
    return plan


def books(plan: Roadmap) -> list[Resource]:
    return list(plan.resources.filter(kind="book").order_by("pk"))


def test_a_tick_under_a_filter_moves_what_is_next_and_nothing_else(
    page: Page, plan: Roadmap, resource: Resource, learner: User
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address_of(plan)}?state=left")
    after = books(plan)
    expect(page.locator("#Next")).to_contain_text(f"Next: {resource.title}")
    deeper = page.locator(f"#Contents [data-next='{Section.objects.get(title='Deeper part').pk}']")
    expect(deeper).to_be_empty()
    before = places(page, resource).bounding_box()
    button(page, resource).click()
    expect(page.locator("#Next")).to_contain_text(f"Next: {after[0].title}")
    expect(share(page, 0)).to_contain_text(re.compile(r"^\d+ of \d+ resources"))
    assert places(page, resource).bounding_box() == before
    expect(deeper).to_have_text("next")
    page.keyboard.press("z")
    expect(page.locator("#Next")).to_contain_text(f"Next: {resource.title}")
    expect(deeper).to_be_empty()
    assert page.url.endswith("?state=left")


def test_what_is_next_is_named_though_the_filter_leaves_it_out(
    page: Page, plan: Roadmap, resource: Resource, learner: User
) -> None:
    page.goto(f"{address_of(plan)}?kind=book")
    expect(places(page, resource)).to_have_count(0)
    page.locator("#Next").get_by_role("link", name=resource.title).click()
    expect(page).to_have_url(re.compile(f"{plan.slug}/#R-{resource.key}$"))
    expect(button(page, resource)).to_be_in_viewport()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_language_switch_keeps_the_filter_and_what_was_ticked(
    page: Page, plan: Roadmap, resource: Resource, learner: User, prefix: str
) -> None:
    page.goto(f"{prefix}/roadmaps/{plan.slug}/?state=left")
    button(page, resource).click()
    expect(button(page, resource)).to_have_attribute("data-state", "done")
    page.locator(".site-links").get_by_role("link", name="中文" if prefix else "English").click()
    expect(page).to_have_url(re.compile(r"\?state=left$"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant" if prefix else "en")
    expect(places(page, resource)).to_have_count(0)
    expect(page.locator(".filter-on .chip")).to_have_count(1)


def test_the_keys_of_marks_are_letters_in_the_search_and_marks_again_after_it(
    page: Page, plan: Roadmap, resource: Resource, learner: User
) -> None:
    page.goto(f"{address_of(plan)}?state=left")
    button(page, resource).focus()
    page.keyboard.press("s")
    expect(page.locator("#Toast button.undo")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("dskunz")
    expect(page.locator("#Finder input")).to_have_value("dskunz")
    page.keyboard.press("Escape")
    expect(page.locator("#Finder")).to_be_hidden()
    # Escape was meant for the search: the way back from the mark still stands.
    expect(page.locator("#Toast button.undo")).to_be_visible()
    expect(button(page, resource)).to_be_focused()
    states = Progress.objects.filter(user=learner).values_list("state", flat=True)
    assert list(states) == [State.IN_PROGRESS]
    page.keyboard.press("z")
    expect(button(page, resource)).to_have_attribute("data-state", "")


def test_a_result_that_the_filter_leaves_out_leads_to_the_whole_page(
    page: Page, plan: Roadmap, resource: Resource, learner: User
) -> None:
    page.goto(f"{address_of(plan)}?kind=book")
    page.keyboard.press("/")
    page.keyboard.type(resource.title)
    expect(page.locator("#Finder [role=option]").first).to_be_visible()
    page.locator("#Finder [role=option]", has_text=resource.title).first.click()
    expect(page).to_have_url(re.compile(f"{plan.slug}/#R-{resource.key}$"))
    expect(button(page, resource)).to_be_in_viewport()


def test_the_search_in_the_other_language_is_of_the_same_words(page: Page, plan: Roadmap) -> None:
    page.goto("/en/search/?q=Deeper%20part%20%26")
    page.locator(".site-links").get_by_role("link", name="中文").click()
    expect(page.locator("#Query")).to_have_value("Deeper part &")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
