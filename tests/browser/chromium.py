"""`python -m tests.browser.chromium`: see to it that there is a Chromium for the browser tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def on_machine() -> str | None:
    """Return the path of the machine's own Chromium; None where only Playwright's can be used."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def is_there() -> bool:
    """Return whether there is one to start: the machine's own, or the one Playwright keeps."""
    if on_machine():
        return True
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def main() -> int:
    """Install one where there is none: as root by apt, else Playwright's own."""
    if is_there():
        return 0
    print("Installing Chromium for the browser tests ...", flush=True)
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quietly = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=quietly, check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-cjk"]
        subprocess.run(install, env=quietly, check=False, stdout=subprocess.DEVNULL)
    if not is_there():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if is_there():
        return 0
    print("There is no Chromium, and none could be installed. Install chromium and try again.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
