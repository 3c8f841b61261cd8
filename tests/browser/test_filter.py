"""The filter in a browser: what is seen of a page, with and without scripts, while marking, in another browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from roadmap.models import Resource, Roadmap, Section
from tests.browser.pages import address_of, button, places, share, violations
from tests.factories import make_listing, make_page, make_plan, make_resource, make_section

pytestmark = pytest.mark.django_db(transaction=True)

BODY = (
    "<p>Before <!--r:0--> and <!--r:1-->.</p><!--n:0--><!--n:1-->"
    "<ul><li><!--r:2-->: a gloss<!--n:2--><ul><li><!--r:3--><!--n:3--></li><li><!--r:4--><!--n:4--></li></ul></li></ul>"
    "<table><thead><tr><th>Head</th></tr></thead><tbody><tr><td><!--r:5--></td></tr><tr><td><!--r:6--></td></tr>"
    "</tbody></table><!--n:5--><!--n:6-->"
    "<details><summary>A fold</summary><p>deep <!--r:7--></p><!--n:7--></details>"
)
BOOKS = (1, 4, 5, 7)
SIZES = [{"width": 390, "height": 844}, {"width": 1280, "height": 900}]
SCHEMES = ["light", "dark"]


@pytest.fixture
def plan() -> Roadmap:
    """A plan whose folded section holds books beside films in all sorts of places; in the second chapter is a paper."""
    plan = make_plan(language="en", resources=0)
    section = Section.objects.get(title="Deeper part")
    Section.objects.filter(pk=section.pk).update(body_html=BODY)
    for number in range(8):
        make_listing(section, make_resource(plan, f"R{number}", kind="book" if number in BOOKS else "video"))
    Resource.objects.filter(listings__section__title="Second chapter").update(kind="paper")
    plan.touch()
    return plan


def resources(plan: Roadmap, *numbers: int) -> list[Resource]:
    return [plan.resources.get(title=f"R{number}") for number in numbers]


def seen(page: Page) -> list[str]:
    """Return the labels of the resources that are seen in the notes."""
    links = page.locator(".notes [data-resource] > a[target]")
    return [link.inner_text() for link in links.all() if link.is_visible()]


def url_of(page: Page, plan: Roadmap) -> str:
    """Return the page's address without the site and the plan."""
    return page.url.split(f"/roadmaps/{plan.slug}/")[1]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_it_is_asked_for_by_the_form(page: Page, plan: Roadmap, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(address_of(plan))
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^book")).check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page).to_have_url(re.compile("kind=book"))
    # R0 and R2 are muted: they stand in one sentence, or around, what matches.
    assert seen(page) == ["R0", "R1", "R2", "R4", "R5", "R7"]
    expect(page.get_by_text("no book: 1 other resource")).to_be_visible()
    expect(share(page, 0)).to_have_text("4 of 10 resources shown")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_it_works_without_scripts(without_scripts: Page, plan: Roadmap, size: dict[str, int]) -> None:
    page = without_scripts
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(address_of(plan))
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("State").select_option("left")
    page.get_by_role("checkbox", name=re.compile("^paper")).check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".notes [data-resource]")).to_have_count(1)
    page.get_by_role("link", name="Take away: paper").click()
    expect(page.locator(".notes [data-resource]")).to_have_count(10)
    page.get_by_role("link", name="Show all").click()
    assert url_of(page, plan) == ""


def test_all_of_it_goes_by_keyboard(page: Page, plan: Roadmap) -> None:
    page.goto(address_of(plan))
    page.locator(".filter-fold > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("State")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("kind=video"))
    expect(page.locator(".filter-on .chip")).to_have_text(re.compile("video"))


def test_a_shared_address_shows_the_same_in_another_browser(
    page: Page, browser: Browser, site: str, plan: Roadmap
) -> None:
    page.goto(f"{address_of(plan)}?kind=book")
    context = browser.new_context(base_url=site, locale="en-US")
    other = context.new_page()
    other.goto("/?kind=book&state=left")
    expect(other).to_have_url(re.compile(r"/en/\?kind=book&state=left$"))
    assert seen(other) == seen(page)
    context.close()


def test_what_is_ticked_stays_until_the_page_is_loaded_again(page: Page, plan: Roadmap, learner: User) -> None:
    page.goto(f"{address_of(plan)}?state=left&kind=book")
    (book,) = resources(plan, 4)
    section = Section.objects.get(title="Deeper part")
    expect(share(page, section.pk)).to_contain_text("4 of 8")
    before = places(page, book).bounding_box()
    button(page, book).click()
    expect(share(page, section.pk)).to_contain_text("3 of 8")
    expect(share(page, 0)).to_contain_text("3 of 10")
    expect(page.locator("main .percent", has_text="%")).to_have_count(0)
    assert places(page, book).bounding_box() == before
    page.get_by_role("button", name="Undo").click()
    expect(share(page, section.pk)).to_contain_text("4 of 8")
    button(page, book).click()
    expect(share(page, section.pk)).to_contain_text("3 of 8")
    page.reload()
    expect(places(page, book)).to_have_count(0)
    expect(share(page, section.pk)).to_contain_text("3 of 8")


def test_a_muted_resource_can_be_marked_and_stays_muted(page: Page, plan: Roadmap, learner: User) -> None:
    page.goto(f"{address_of(plan)}?kind=book")
    (film,) = resources(plan, 0)
    color = places(page, film).locator("a[target]").evaluate("link => getComputedStyle(link).color")
    assert color != page.locator(".notes").evaluate("notes => getComputedStyle(notes).color")
    button(page, film).click()
    expect(places(page, film).locator(".state[data-state=done]")).to_have_count(1)
    assert places(page, film).locator("a[target]").evaluate("link => getComputedStyle(link).color") == color


def test_a_guests_first_tick_keeps_the_filters_counts(page: Page, plan: Roadmap) -> None:
    page.goto(f"{address_of(plan)}?state=left")
    button(page, resources(plan, 4)[0]).click()
    expect(share(page, 0)).to_contain_text("9 of 10")
    link = page.locator("#Guest a").first
    assert (link.get_attribute("href") or "").endswith("%3Fstate%3Dleft")


def test_a_plain_form_leads_back_to_the_filtered_page(without_scripts: Page, plan: Roadmap) -> None:
    page = without_scripts
    page.goto(f"{address_of(plan)}?state=left")
    book = resources(plan, 4)[0]
    button(page, book).click()
    # Without a token the site asks once more.
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(re.compile(r"\?state=left#deeper-part$"))
    expect(places(page, book)).to_have_count(0)


def test_folds_are_remembered_only_for_the_whole_page(page: Page, plan: Roadmap) -> None:
    page.goto(address_of(plan))
    page.get_by_role("heading", name="Second chapter").click()
    expect(page.locator("details", has=page.locator("> #second-chapter"))).not_to_have_attribute("open", "")
    page.goto(f"{address_of(plan)}?kind=paper")
    expect(page.locator("details", has=page.locator("> #second-chapter"))).to_have_attribute("open", "")
    page.get_by_role("button", name="Fold all").click()
    page.goto(f"{address_of(plan)}?kind=paper")
    expect(page.locator("details", has=page.locator("> #second-chapter"))).to_have_attribute("open", "")
    page.goto(address_of(plan))
    expect(page.locator("details", has=page.locator("> #first-chapter"))).to_have_attribute("open", "")
    expect(page.locator("details", has=page.locator("> #second-chapter"))).not_to_have_attribute("open", "")


def test_the_contents_lead_to_what_says_why_nothing_is_there(page: Page, plan: Roadmap) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address_of(plan)}?kind=paper")
    page.locator("#Contents").get_by_role("link", name=re.compile("First chapter")).click()
    expect(page.get_by_text("no paper among 9 resources")).to_be_in_viewport()
    page.locator("#Contents").get_by_role("link", name="Deeper part").click()
    assert url_of(page, plan) == "?kind=paper#deeper-part"


def test_further_pages_keep_the_filter(page: Page, plan: Roadmap) -> None:
    further = make_page(plan, path="more.md", position=1, title="More")
    make_listing(
        make_section(further, "Further", body_html="<p><!--r:0--></p>"), make_resource(plan, "Far", kind="book")
    )
    plan.touch()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address_of(plan)}?kind=book")
    page.locator("#Contents .pages").get_by_role("link", name="More").click()
    assert seen(page) == ["Far"]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("query", ["?kind=book&state=left", "?kind=course&state=x"])
def test_axe_finds_nothing(page: Page, plan: Roadmap, scheme: str, query: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    for size in SIZES:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(address_of(plan) + query)
        page.locator(".filter-fold > summary").click()
        assert violations(page) == []


def test_what_is_touched_is_large_enough(page: Page, plan: Roadmap) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address_of(plan)}?kind=book&state=left")
    page.locator(".filter-fold > summary").click()
    for part in page.locator(".filter :is(summary, .chip, select, .button, .filter-all)").all():
        box = part.bounding_box()
        assert box
        assert box["height"] >= 44, part.inner_text()
