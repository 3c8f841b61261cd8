"""`make screens`: a picture of every page, in three widths, two themes and two languages, for each of those who see it.

They come into screens/, with index.html to leaf through and contact-sheet.png of the main pages; the README's pictures
come into docs/ on the way. `python -m tests.screens NAME…` takes those pages alone whose name holds a NAME.
"""

from __future__ import annotations

import html
import shutil
import sys
import time
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.addresses import ADDRESSES, EDITOR, LANGUAGES, LEARNER, Address, Site, Sort
from tests.browser.chromium import on_machine
from tests.processes import ROOT
from tests.rich_site import RichSite, rich_site

FOLDER = ROOT / "screens"
WIDTHS = (390, 820, 1280)
HEIGHTS = {390: 844, 820: 1180, 1280: 800}
THEMES = ("light", "dark")
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
QUALITY = 80
MAIN = ("front-guest", "roadmaps-slug-guest", "roadmaps-slug-learner", "roadmaps-slug-changes-many-learner",
        "resources-key-learner", "me-learner", "me-notes-learner", "me-settings-learner", "accounts-login-guest",
        "admin-editor", "admin-roadmap-roadmap-import-key-editor")  # fmt: skip
"""What the contact sheet shows."""
README = {
    "roadmap.png": ("roadmaps/{slug}/#{chapter}", 1280, "light"),
    "phone-dark.png": ("roadmaps/{slug}/#{chapter}", 390, "dark"),
    "study.png": ("me/", 1280, "light"),
}
"""File in docs/: address, width, theme; all as the learner of the seed sees it."""
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; caret-color: transparent }"


@dataclass(frozen=True, slots=True)
class Screen:
    """One picture."""

    address: Address
    who: str
    width: int
    theme: str
    prefix: str

    @property
    def page(self) -> str:
        """The page and who sees it: what pictures are grouped by."""
        return f"{self.address.name}-{self.who.replace(' ', '-')}"

    @property
    def file(self) -> str:
        """Its name in the folder."""
        return f"{self.page}-{self.width}-{self.theme}-{LANGUAGES[self.prefix]}.jpg"


def screens(wanted: list[str]) -> list[Screen]:
    """Return all pictures to be taken, those of one load of a page one after the other."""
    pages = [
        (address, who)
        for address in ADDRESSES
        if address.sort is Sort.PAGE
        for who in address.who
        if who != EDITOR or LEARNER not in address.who
    ]
    found = [Screen(address, who, width, theme, prefix)
             for (address, who), prefix, theme, width in product(pages, LANGUAGES, THEMES, WIDTHS)]  # fmt: skip
    return [screen for screen in found if not wanted or any(name in screen.page for name in wanted)]


def take(browser: Browser, site: RichSite, wanted: list[Screen]) -> None:
    """Take the pictures, each page loaded once a language."""
    contexts = {
        who: browser.new_context(locale="zh-TW", timezone_id="Asia/Taipei", reduced_motion="reduce")
        for who in {screen.who for screen in wanted}
    }
    pages = {who: context.new_page() for who, context in contexts.items()}
    begun = time.monotonic()
    groups = [list(group) for _, group in groupby(wanted, key=lambda screen: (screen.page, screen.prefix))]
    for number, group in enumerate(groups, 1):
        first = group[0]
        contexts[first.who].clear_cookies()
        contexts[first.who].add_cookies(site.cookies(first.who))  # type: ignore[arg-type]
        _open(pages[first.who], site.url(first.address, first.prefix))
        for screen in group:
            _photograph(pages[screen.who], screen.width, screen.theme, FOLDER / screen.file)
        if number % 20 == 0 or number == len(groups):
            print(f"{number} of {len(groups)} pages, {time.monotonic() - begun:.0f} s", flush=True)


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.evaluate(
        "css => { const still = new CSSStyleSheet(); still.replaceSync(css); document.adoptedStyleSheets.push(still) }",
        STILL,
    )


def _photograph(page: Page, width: int, theme: str, file: Path) -> None:
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    if file.suffix == ".png":
        page.screenshot(path=file)
    else:
        page.screenshot(path=file, type="jpeg", quality=QUALITY)


def for_readme(browser: Browser, site: RichSite) -> None:
    """Take the pictures of the README."""
    for name, (path, width, theme) in README.items():
        context = browser.new_context(locale="zh-TW", timezone_id="Asia/Taipei", reduced_motion="reduce")
        context.add_cookies(site.cookies(LEARNER))  # type: ignore[arg-type]
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        _open(page, f"{site.urls[Site.FULL]}/{path.format(**site.names)}")
        if "#" in path:
            _open_note(page, site.names)
        _photograph(page, width, theme, ROOT / "docs" / name)
        context.close()


def _open_note(page: Page, names: dict[str, str]) -> None:
    """Open the note of the chapter that is shown, and let the chapter stand at the top."""
    page.locator(f"[data-resource='{names['shown resource']}'] .state").press("n")
    page.locator(".note-text").first.wait_for()
    page.evaluate("document.activeElement.blur()")
    page.locator(f"[id='{names['chapter']}']").evaluate("chapter => chapter.scrollIntoView({block: 'start'})")


# The contact sheets


def index(taken: list[Screen]) -> str:
    """Return the page to leaf through: thumbnails by page, and boxes that hide a width, a theme or a language."""
    choices = [*(str(width) for width in WIDTHS), *THEMES, *LANGUAGES.values()]
    boxes = "".join(
        f'<input type="checkbox" id="x{choice}" checked><label for="x{choice}">{choice}</label>' for choice in choices
    )
    hides = "".join(f"body:has(#x{choice}:not(:checked)) .x{choice}{{display:none}}" for choice in choices)
    groups = "".join(_group(name, list(group)) for name, group in groupby(taken, key=lambda screen: screen.page))
    return f"""<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Screens</title><style>
:root{{color-scheme:light dark}}body{{font:15px/1.5 system-ui;margin:0 1rem 4rem}}
header{{position:sticky;top:0;background:Canvas;padding:.75rem 0;z-index:1}}label{{margin-inline-end:1rem}}
section>div{{display:flex;flex-wrap:wrap;gap:.75rem;align-items:start}}h2{{font-size:1rem;margin:1.5rem 0 .5rem}}
figure{{margin:0}}img{{height:260px;width:auto;border:1px solid #8886;display:block}}figcaption{{font-size:12px}}
{hides}</style><header>{boxes}</header><main>{groups}</main></html>"""


def _group(name: str, group: list[Screen]) -> str:
    title = f"{group[0].address.path(_Names(), '')} · {group[0].who}"
    figures = "".join(_figure(screen) for screen in group)
    heading = f"<h2>{html.escape(name)} <small>{html.escape(title)}</small></h2>"
    return f'<section id="{name}">{heading}<div>{figures}</div></section>'


def _figure(screen: Screen) -> str:
    kinds = f"x{screen.width} x{screen.theme} x{LANGUAGES[screen.prefix]}"
    caption = f"{screen.width} · {screen.theme} · {LANGUAGES[screen.prefix]}"
    return (
        f'<figure class="{kinds}"><a href="{screen.file}"><img loading="lazy" src="{screen.file}" alt="{caption}"></a>'
        f"<figcaption>{caption}</figcaption></figure>"
    )


class _Names(dict[str, str]):
    """Names a parameter by itself."""

    def __missing__(self, name: str) -> str:
        return f"<{name}>"


def contact_sheet(browser: Browser, taken: list[Screen]) -> None:
    """Write one picture of the main pages: phone and desk, light and dark."""
    shown = [screen for screen in taken if screen.page in MAIN and screen.width != 820 and not screen.prefix]
    if not shown:
        return
    figures = "".join(_figure(screen).replace(' loading="lazy"', "") for screen in shown)
    sheet = FOLDER / "contact-sheet.html"
    sheet.write_text(
        '<!DOCTYPE html><meta charset="utf-8"><style>body{font:12px system-ui;display:grid;gap:16px;padding:16px;'
        "grid-template-columns:repeat(2,auto auto);justify-content:center;background:#fff;margin:0}figure{margin:0}"
        f"img{{height:420px;border:1px solid #ccc;display:block}}</style>{figures}"
    )
    page = browser.new_page(viewport={"width": 1880, "height": 1000})
    page.goto(sheet.as_uri())
    page.screenshot(path=FOLDER / "contact-sheet.png", full_page=True)
    page.close()
    sheet.unlink()


def main(names: list[str]) -> int:
    """Take all pictures, or those of the pages named."""
    wanted = screens(names)
    if not names:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    print(f"{len(wanted)} pictures ...", flush=True)
    with rich_site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_machine(), args=SWITCHES)
        take(browser, site, wanted)
        for_readme(browser, site)
        contact_sheet(browser, wanted)
        browser.close()
    (FOLDER / "index.html").write_text(index(wanted))
    print(f"Leaf through {FOLDER / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
