"""The roadmap's page as people use it: folds, anchors, memory, the drawer, narrow windows, themes and languages."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from roadmap.importing.importer import import_notes
from tests.browser.pages import until, violations
from tests.factories import make_listing, make_page, make_plan, make_resource, make_section, make_user

pytestmark = pytest.mark.django_db(transaction=True)

FOLDED = "1. 機器學習數學基礎"
INNER = "3Blue1Brown - 線性代數的本質"
SCHEMES = ("light", "dark")
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def notes() -> None:
    """The bundled notes."""
    import_notes(
        Path(settings.BASE_DIR) / "notes" / "README.md", slug="notes", source_url="https://example.org/README.md"
    )


# Folding


def test_chapters_are_open_and_what_is_below_is_folded(page: Page, notes: None) -> None:
    page.goto("/")
    expect(page.get_by_text("這個 Notes 主要是我自己")).to_be_visible()
    expect(page.get_by_text("在掌握機器學習之前")).to_be_hidden()
    page.get_by_role("heading", name=FOLDED).click()
    expect(page.get_by_text("在掌握機器學習之前")).to_be_visible()


def test_everything_expands_and_folds(page: Page, notes: None) -> None:
    page.goto("/")
    folds = page.locator(".notes details")
    page.get_by_role("button", name="全部展開").click()
    assert folds.evaluate_all("all => all.every(fold => fold.open)")
    expect(page.get_by_role("link", name=INNER, exact=True)).to_be_visible()
    page.get_by_role("button", name="全部收合").click()
    assert folds.evaluate_all("all => all.every(fold => !fold.open)")
    expect(page.locator("[data-resource]:visible")).to_have_count(0)


def test_what_is_open_is_remembered(page: Page, notes: None) -> None:
    page.goto("/")
    page.get_by_role("heading", name=FOLDED).click()
    page.get_by_role("heading", name="簡介", exact=True).click()
    expect(page.get_by_text("這個 Notes 主要是我自己")).to_be_hidden()
    until(page, "Object.keys(JSON.parse(Object.values(localStorage)[0] ?? '{}')).length === 2")
    page.reload()
    expect(page.get_by_text("在掌握機器學習之前")).to_be_visible()
    expect(page.get_by_text("這個 Notes 主要是我自己")).to_be_hidden()


def test_a_fold_of_the_notes_own_is_remembered_too(page: Page, notes: None) -> None:
    page.goto("/")
    page.get_by_role("button", name="全部展開").click()
    until(page, "localStorage.length > 0")
    page.reload()
    assert page.locator(".notes details:not([open])").count() == 0


def test_what_is_remembered_of_one_roadmap_is_no_other_ones(page: Page, notes: None) -> None:
    plan = make_plan()
    page.goto("/roadmaps/notes/")
    page.get_by_role("button", name="全部收合").click()
    until(page, "localStorage.length > 0")
    page.goto(f"/roadmaps/{plan.slug}/")
    expect(page.get_by_role("link", name=re.compile(r"^Resource \d+$")).first).to_be_visible()


@pytest.mark.parametrize("kept", ["nonsense", "[]", "null", '{"簡介": false, "gone": true}'])
def test_a_damaged_or_old_memory_breaks_nothing(page: Page, notes: None, kept: str) -> None:
    page.goto("/")
    page.evaluate("kept => localStorage.setItem('folds:notes/README.md', kept)", kept)
    page.reload()
    page.get_by_role("heading", name=FOLDED).click()
    expect(page.get_by_text("在掌握機器學習之前")).to_be_visible()


def test_folding_works_by_keyboard_alone(page: Page, notes: None) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到內文")).to_be_focused()
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading", name=FOLDED)
    for _ in range(300):
        page.keyboard.press("Tab")
        if page.locator("summary:focus").filter(has=heading).count():
            break
    expect(page.locator("summary:focus").filter(has=heading)).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_text("在掌握機器學習之前")).to_be_visible()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_printing_opens_everything(page: Page, notes: None) -> None:
    page.goto("/")
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name=INNER, exact=True)).to_be_visible()
    expect(page.locator(".site-header")).to_be_hidden()


# Anchors


def on_top(page: Page, name: str) -> None:
    """The heading is in the window's upper half, not under the header."""
    box = page.get_by_role("heading", name=name, exact=True).bounding_box()
    header = page.locator(".site-header").bounding_box()
    assert box
    assert header
    assert max(0, header["y"] + header["height"]) <= box["y"] + 1 < page.viewport_size["height"] / 2  # type: ignore[index]


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_an_address_with_an_anchor_opens_what_hides_it(page: Page, notes: None, viewport: dict[str, int]) -> None:
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    page.goto("/#" + quote("4-自然語言處理nlp"))
    expect(page.get_by_text("NLP 是人工智慧的一個令人著迷的分支")).to_be_visible()
    on_top(page, "4. 自然語言處理(NLP)")


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_anchors_open_folds_without_scripts(without_scripts: Page, notes: None, viewport: dict[str, int]) -> None:
    page = without_scripts
    page.set_viewport_size(viewport)  # type: ignore[arg-type]
    page.goto("/#" + quote("4-自然語言處理nlp"))
    expect(page.get_by_text("NLP 是人工智慧的一個令人著迷的分支")).to_be_visible()
    on_top(page, "4. 自然語言處理(NLP)")


def test_the_notes_own_contents_work_without_scripts(without_scripts: Page, notes: None) -> None:
    page = without_scripts
    page.goto("/")
    page.locator(".notes summary", has_text=re.compile("^LLM應用工程$")).click()
    expect(page.get_by_text("這邊主要就是 LLM 部署")).to_be_hidden()
    page.locator(".notes").get_by_role("link", name="LLM應用工程").click()
    expect(page.get_by_text("這邊主要就是 LLM 部署")).to_be_visible()
    expect(page.get_by_role("button", name="全部展開")).to_be_hidden()


def test_the_same_anchor_opens_its_section_a_second_time(page: Page, notes: None) -> None:
    page.goto("/")
    link = page.locator(".notes").get_by_role("link", name="LLM應用工程")
    for _ in range(2):
        link.click()
        expect(page.get_by_text("這邊主要就是 LLM 部署")).to_be_visible()
        page.locator(".notes summary", has_text=re.compile("^LLM應用工程$")).click()
        expect(page.get_by_text("這邊主要就是 LLM 部署")).to_be_hidden()


def test_an_anchor_wins_over_what_was_remembered(page: Page, notes: None) -> None:
    page.goto("/")
    page.get_by_role("button", name="全部收合").click()
    until(page, "localStorage.length > 0")
    page.goto("about:blank")
    page.goto("/#" + quote("4-自然語言處理nlp"))
    expect(page.get_by_text("NLP 是人工智慧的一個令人著迷的分支")).to_be_visible()
    on_top(page, "4. 自然語言處理(NLP)")


def test_the_anchor_of_a_resource_opens_what_hides_it(page: Page, notes: None) -> None:
    page.goto("/")
    anchor = page.locator("a[target]", has_text=INNER).evaluate("link => link.closest('[data-resource]').id")
    page.goto(f"/#{anchor}")
    expect(page.get_by_role("link", name=INNER, exact=True)).to_be_in_viewport()


# The contents


def test_the_contents_stand_beside_the_text_and_mark_what_is_read(page: Page, notes: None) -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto("/")
    contents = page.get_by_role("navigation", name="目錄")
    contents.get_by_role("link", name="LLM應用工程").click()
    expect(contents.locator("[aria-current]")).to_have_text(re.compile("LLM應用工程"))
    expect(contents).to_be_in_viewport()
    column = page.get_by_role("main").bounding_box()
    margin = contents.bounding_box()
    assert column
    assert margin
    assert margin["x"] + margin["width"] <= column["x"]


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_contents_are_a_drawer(page: Page, without_scripts: Page, notes: None, scripts: bool) -> None:
    page = page if scripts else without_scripts
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/")
    contents = page.locator("#Contents")
    expect(contents).to_be_hidden()
    page.get_by_role("button", name="目錄", exact=True).click()
    expect(contents).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(contents).to_be_hidden()
    page.get_by_role("button", name="目錄", exact=True).click()
    contents.get_by_role("link", name="4. 自然語言處理(NLP)").click()
    expect(page.get_by_text("NLP 是人工智慧的一個令人著迷的分支")).to_be_visible()
    if scripts:
        expect(contents).to_be_hidden()


# Languages and accounts


def test_the_language_switch_stays_where_it_leads(browser: Browser, live_server: LiveServer, notes: None) -> None:
    context = browser.new_context(base_url=live_server.url, locale="en-US")
    page = context.new_page()
    page.goto("/")
    expect(page).to_have_url(f"{live_server.url}/en/")
    page.get_by_role("link", name="中文").click()
    expect(page).to_have_url(f"{live_server.url}/")
    expect(page.get_by_role("button", name="全部展開")).to_be_visible()
    page.reload()
    expect(page).to_have_url(f"{live_server.url}/")
    context.close()


def test_a_learner_signs_out_from_the_menu(page: Page, notes: None) -> None:
    user = make_user()
    page.goto("/")
    page.get_by_role("link", name="登入").click()
    page.locator("[name=login]").fill(user.email)
    page.locator("[name=password]").fill("correct horse battery staple")
    page.get_by_role("button", name="登入", exact=True).click()
    expect(page.get_by_role("heading", name=FOLDED)).to_be_visible()
    page.get_by_role("button", name=user.email).click()
    page.get_by_role("button", name="登出").click()
    expect(page.get_by_role("link", name="登入")).to_be_visible()


# For everyone


@pytest.mark.parametrize("width", [320, 390, 820, 1280])
def test_nothing_is_wider_than_the_window(page: Page, notes: None, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    plan = make_plan()
    section = plan.pages.get().sections.first()
    assert section
    section.body_html = (
        f"<p>{'long' * 60} <a href='https://example.org'>https://example.org/{'x' * 200}</a></p>"
        f"<pre><code>{'code ' * 80}</code></pre><p><code>{'y' * 200}</code></p>"
        f"<table><thead><tr>{'<th>head</th>' * 12}</tr></thead><tbody><tr>{'<td>value</td>' * 12}</tr></tbody></table>"
        f'<p><span class="frame">{"picture" * 40}</span></p>'
    )
    section.save()
    make_listing(section, make_resource(plan, "r" * 200, url="https://" + "sub." * 40 + "example.org/"), slot=None)
    for path in ("/roadmaps/notes/", f"/roadmaps/{plan.slug}/", "/", "/accounts/login/"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('.notes details').forEach(fold => fold.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_axe_finds_nothing(page: Page, notes: None, scheme: str, prefix: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    plan = make_plan(language="en")
    further = make_page(plan, path="further.md", position=1, title="Further")
    body = (
        "<table><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
        '<pre><code><span class="k">def</span> <span class="nf">f</span>(): <span class="s1">"x"</span> '
        '<span class="c1"># why</span> <span class="mi">1</span></code></pre>'
        '<div class="alert alert-note"><p class="alert-title">Note</p><p>text <kbd>K</kbd></p></div>'
        "<details><summary>More</summary><p>x</p></details><blockquote><p>said</p></blockquote>"
    )
    make_listing(make_section(further, "Further", level=1, body_html=body), slot=None)
    addresses = ["/roadmaps/notes/", "/", "/nothing", "/accounts/login/", "/accounts/signup/"]
    addresses += [f"/roadmaps/{plan.slug}/", further.get_absolute_url()]
    for address in addresses:
        page.goto(prefix + address)
        assert violations(page) == [], address


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_the_drawer_on_a_phone(page: Page, notes: None, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/")
    assert violations(page) == []
    page.get_by_role("button", name="目錄", exact=True).click()
    assert violations(page) == []


def test_the_page_and_all_it_needs_weigh_under_60_kb(context: BrowserContext, notes: None) -> None:
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto("/", wait_until="networkidle")
    assert sum(sizes.values()) < 60_000, sizes
    files = (Path(settings.BASE_DIR) / "static/js").glob("*.js")
    scripts = [path.stat().st_size for path in files if any(f"/{path.stem}." in url for url in sizes)]
    assert len(scripts) > 1
    assert sum(scripts) < 15_000


def test_nothing_jumps_when_the_page_loads(page: Page, notes: None) -> None:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.goto("/")
    page.get_by_role("button", name="全部展開").click()
    until(page, "localStorage.length > 0")
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(list => list.getEntries().forEach(e => window.shift += e.value))"
        ".observe({type: 'layout-shift', buffered: true})"
    )
    page.reload(wait_until="networkidle")
    assert page.evaluate("window.shift") < 0.02
