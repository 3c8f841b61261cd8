"""`python -m tests.browser.touch_icon`: draw static/icons/apple-touch-icon.png anew from maskable.svg; iOS takes no
SVG."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import on_machine

FOLDER = Path(__file__).resolve().parents[2] / "static" / "icons"
SIZE = 180


def main() -> None:
    """Draw it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=on_machine(), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": SIZE, "height": SIZE})
        page.set_content(f"<style>body {{ margin: 0 }}</style>{(FOLDER / 'maskable.svg').read_text()}")
        page.screenshot(path=FOLDER / "apple-touch-icon.png")
        browser.close()


if __name__ == "__main__":
    main()
