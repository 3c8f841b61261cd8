"""Old addresses of sections and pages, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from roadmap.models import Roadmap
from tests.browser.pages import until
from tests.factories import make_listing, make_page, make_section

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.looks]


def test_the_old_address_of_a_section_gives_way_to_the_new(page: Page, plan: Roadmap) -> None:
    section = plan.pages.get().sections.get(slug="deeper-part")
    section.page.aliases.create(slug="früher-so", section=section)
    url = f"/en/roadmaps/{plan.slug}/"
    page.goto(f"{url}#früher-so")
    expect(page.get_by_role("heading", name="Deeper part")).to_be_in_viewport()
    assert page.evaluate("location.hash") == "#deeper-part"
    page.evaluate("location.hash = 'first-chapter'")
    page.evaluate("location.hash = 'früher-so'")
    expect(page.locator("details.section:has(> #deeper-part)")).to_have_attribute("open", "")
    until(page, "location.hash === '#deeper-part'")
    page.go_back()
    assert page.evaluate("location.hash") == "#first-chapter"


@pytest.fixture
def moved(plan: Roadmap) -> str:
    """The old address of a section that stands on another page now; the new one is returned."""
    second = make_page(plan, path="second.md", position=1, title="Second page")
    section = make_section(second, "Moved part", slug="moved-part")
    make_listing(section)
    plan.pages.get(position=0).aliases.create(slug="was-here", section=section)
    return f"/en/roadmaps/{plan.slug}/pages/second.md/#moved-part"


@pytest.mark.parametrize("slug", ["was-here", "was-there"])
def test_a_section_on_another_page_is_opened_there(page: Page, plan: Roadmap, moved: str, site: str, slug: str) -> None:
    first = plan.pages.get(position=0)
    first.aliases.create(slug="was-there", section=first.aliases.get().section)
    page.goto("/en/accounts/login/")
    page.goto(f"/en/roadmaps/{plan.slug}/#{slug}")
    expect(page).to_have_url(site + moved)
    expect(page.get_by_role("heading", name="Moved part")).to_be_in_viewport()
    page.go_back()
    expect(page).to_have_url(f"{site}/en/accounts/login/")


def test_a_section_on_another_page_is_named_without_scripts(
    without_scripts: Page, plan: Roadmap, moved: str, site: str
) -> None:
    without_scripts.goto(f"/en/roadmaps/{plan.slug}/#was-here")
    line = without_scripts.locator("#was-here")
    expect(line).to_have_text("“Moved part” now stands in Second page.")
    expect(line).to_be_in_viewport()
    line.get_by_role("link").click()
    expect(without_scripts).to_have_url(site + moved)


def test_the_old_path_of_a_page_keeps_the_anchor(page: Page, plan: Roadmap, moved: str, site: str) -> None:
    plan.page_aliases.create(path="old.md", page=plan.pages.get(position=1))
    page.goto(f"/en/roadmaps/{plan.slug}/pages/old.md/#moved-part")
    expect(page).to_have_url(site + moved)
