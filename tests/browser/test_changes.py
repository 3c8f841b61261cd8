"""What changed, in a browser: the box, and the marks of what is new."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts import tracking
from accounts.models import Progress, Seen, User
from roadmap.models import ImportRun
from tests.browser.pages import let_in, places, violations
from tests.roadmap.changing import bring, resource, text

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/en/roadmaps/plan/"
NEW = "- [First new](https://new.example/1)"
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def news(learner: User, tmp_path: Path) -> ImportRun:
    """What a learner who has done half of a plan has not seen yet."""
    bring(tmp_path, text("Alpha", "Beta"), ago=10)
    mark(learner)
    return bring(tmp_path, text("Alpha", "Beta", NEW), ago=1)


def mark(user: User) -> None:
    tracking.mark(user, [resource(title).pk for title in ("Alpha", "Beta")], "done")
    Progress.objects.update(since=timezone.now() - timedelta(hours=9))


def box(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Since")


def put_away(page: Page) -> None:
    box(page).get_by_role("button", name="Got it").click()


# The box


def test_the_news_are_put_away_in_place_and_stay_away(page: Page, news: ImportRun) -> None:
    page.goto(URL)
    expect(box(page)).to_contain_text("1 new resource in “Basics”: First new")
    link = places(page, resource("First new")).locator(".more")
    expect(link).to_have_accessible_name("New more on First new")
    page.evaluate("window.stays = true")
    put_away(page)
    expect(box(page)).to_have_count(0)
    expect(link).to_have_accessible_name("more on First new")
    assert page.evaluate("window.stays")
    expect(page.get_by_role("heading", name="Plan").locator("..")).to_be_focused()
    place = places(page, resource("First new"))
    place.locator(".state").click()
    expect(place.locator(".state")).to_have_attribute("data-state", "done")
    assert Seen.objects.get().at == news.at
    page.reload()
    expect(box(page)).to_have_count(0)
    expect(page.locator("[data-new]")).to_have_count(0)


def test_the_box_leads_to_what_is_new(page: Page, news: ImportRun) -> None:
    page.goto(URL)
    box(page).get_by_role("link", name="First new").click()
    expect(places(page, resource("First new"))).to_be_in_viewport()
    page.goto(URL)
    box(page).get_by_role("link", name="All that changed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What changed")


def test_the_news_are_put_away_without_scripts(
    without_scripts: Page, learner: User, news: ImportRun, site: str
) -> None:
    let_in(without_scripts.context, learner, site)
    without_scripts.goto(URL)
    put_away(without_scripts)
    expect(without_scripts).to_have_url(site + URL)
    expect(box(without_scripts)).to_have_count(0)
    assert Seen.objects.get().at == news.at


def test_another_tab_puts_away_what_it_shows_and_no_more(
    context: BrowserContext, news: ImportRun, tmp_path: Path
) -> None:
    old, new = context.new_page(), context.new_page()
    old.goto(URL)
    bring(tmp_path, text("Alpha", "Beta", NEW, "- [Second new](https://new.example/2)"))
    put_away(old)
    expect(box(old)).to_have_count(0)
    new.goto(URL)
    expect(box(new)).to_contain_text("1 new resource in “Basics”: Second new")
    put_away(new)
    expect(box(new)).to_have_count(0)


def test_what_is_marked_meanwhile_changes_nothing_in_the_box(page: Page, news: ImportRun) -> None:
    page.goto(URL)
    place = places(page, resource("First new"))
    place.locator(".state").click()
    expect(place.locator(".state")).to_have_attribute("data-state", "done")
    expect(box(page)).to_be_visible()
    expect(place.locator("[data-new]")).to_have_count(1)


def test_a_site_that_cannot_be_reached_leaves_the_box(page: Page, context: BrowserContext, news: ImportRun) -> None:
    page.goto(URL)
    context.route("**/seen/", lambda route: route.abort())
    put_away(page)
    expect(page.get_by_text("The site cannot be reached")).to_be_visible()
    expect(box(page)).to_be_visible()
    context.unroute("**/seen/")
    page.get_by_role("button", name="Try again").click()
    expect(box(page)).to_have_count(0)


@pytest.mark.parametrize("size", [WIDE, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_the_way(page: Page, news: ImportRun, size: dict[str, int], scheme: str) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for url in (URL, URL + "changes/", "/en/me/"):
        page.goto(url)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
