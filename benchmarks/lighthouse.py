"""What Lighthouse says of the roadmap page, on a phone: `make lighthouse`, or

    python -m benchmarks.lighthouse

Needs node, npm and a Chromium. Lighthouse itself is installed into node_modules/ at VERSION. The site is served as in
production but for https, which Lighthouse does not ask of localhost; the notes are the bundled ones. Each page is
measured ROUNDS times with Lighthouse's own preset for phones, a slow one on a slow network, and the median of each
score counts. Each must reach LEAST on the pages for everyone; what costs points is listed. A learner's own page is for
no search engine, so there that score does not count.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.imports import ROOT, manage
from benchmarks.pages import served
from benchmarks.plans import BUNDLED

VERSION = "12.8.2"
"""The last that runs on node 20."""
PROGRAM = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
SLUG = "ai-engineer"
ROUNDS = 3
TRIES = 4
"""Chromium does not always get its trace going, which Lighthouse answers by asking to be run again."""
LEAST = 95
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
Report = dict[str, Any]


def install() -> None:
    """Install Lighthouse where it is not, or is of another version. Raises SystemExit."""
    if not shutil.which("npm"):
        raise SystemExit("Lighthouse needs node and npm; on Debian and Ubuntu: apt install nodejs npm")
    package = PROGRAM.parents[1] / "package.json"
    if package.exists() and json.loads(package.read_text())["version"] == VERSION:
        return
    print(f"Installing Lighthouse {VERSION} ...", flush=True)
    quietly = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "install", "--prefix", ROOT, *quietly, f"lighthouse@{VERSION}"], check=True)


def measured(url: str, cookie: str = "") -> Report:
    """Return Lighthouse's report on a page, asked for with a cookie if one is given."""
    command = ["node", str(PROGRAM), url, "--output=json", "--output-path=stdout", "--quiet", f"--chrome-flags={FLAGS}"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    if cookie:
        command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
    for _ in range(TRIES):
        done = subprocess.run(command, env={**os.environ, "CHROME_PATH": _chromium()}, capture_output=True, check=False)
        if done.returncode == 0:
            report: Report = json.loads(done.stdout)
            return report
    raise SystemExit(done.stderr.decode())


def scores(reports: list[Report]) -> dict[str, int]:
    """Return the median of each category's score, of 100."""
    return {
        name: round(100 * median(float(report["categories"][name]["score"]) for report in reports))
        for name in CATEGORIES
    }


def costs(report: Report, category: str) -> list[str]:
    """Return the audits that cost a category points, with what they show."""
    weights = {each["id"]: each["weight"] for each in report["categories"][category]["auditRefs"]}
    audits = [report["audits"][name] for name, weight in weights.items() if weight]
    missed = [audit for audit in audits if audit["score"] is not None and audit["score"] < 1]
    return [f"{audit['id']} {audit['score']:.2f} {audit.get('displayValue', '')}".rstrip() for audit in missed]


def show(name: str, reports: list[Report], counted: tuple[str, ...] = CATEGORIES) -> list[str]:
    """Print what came of a page; return what is below LEAST of what counts."""
    found = scores(reports)
    print(f"  {name:<34}" + "".join(f"{found[category]:>16}" for category in CATEGORIES), flush=True)
    for category in counted:
        for cost in costs(reports[-1], category):
            print(f"      {category}: {cost}")
    return [f"{name}: {category} {found[category]}" for category in counted if found[category] < LEAST]


def _chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise SystemExit("Lighthouse needs a Chromium; on Debian and Ubuntu: apt install chromium")
    return found


def _session(data: Path) -> str:
    """Make a learner who marked everything; return the session's cookie."""
    environment = {**os.environ, "DATA_DIR": str(data)}
    command = [sys.executable, "-m", "benchmarks.seeding", "1"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return f"session={json.loads(done.stdout)[0]}"


def main() -> int:
    """Measure and print; return 1 where a page for everyone is below LEAST."""
    install()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manage(folder / "data", "migrate", "--verbosity", "0")
        manage(folder / "data", "import_notes", str(BUNDLED), "--roadmap", SLUG, "--language", "zh-hant", "--json")
        manage(folder / "data", "collectstatic", "--no-input", "--verbosity", "0")
        cookie = _session(folder / "data")
        print(f"Lighthouse {VERSION} for phones, median of {ROUNDS} (at least {LEAST}):")
        print(" " * 36 + "".join(f"{category:>16}" for category in CATEGORIES))
        with served(folder, SLUG, DJANGO_SETTINGS_MODULE="aienotes.settings") as port:
            site = f"http://localhost:{port}"
            low: list[str] = []
            for path in (f"/roadmaps/{SLUG}/", f"/en/roadmaps/{SLUG}/"):
                low += show(path, [measured(site + path) for _ in range(ROUNDS)])
            for path in (f"/roadmaps/{SLUG}/", "/me/"):
                show(f"{path} (signed in)", [measured(site + path, cookie) for _ in range(ROUNDS)], CATEGORIES[:3])
    for each in low:
        print(f"Below {LEAST}: {each}", file=sys.stderr)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
