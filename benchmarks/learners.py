"""Requests a second of a signed-in learner's roadmap page and of a tick, beside the plain Django way to do either.

    python -m benchmarks.learners

One gunicorn with two sync workers answers all; the two ways are asked in turn, in short rounds, so that what else the
machine does falls on both alike; a ratio is the median over rounds. The page should reach 4 times the rate of three ORM
queries and a template that loops over the same rows, the tick half the rate of a bare `update_or_create`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from benchmarks.imports import ROOT, manage
from benchmarks.load import WRK, Request, rate
from benchmarks.pages import served
from benchmarks.plans import made_up

RESOURCES = 110
ROUNDS = 15
"""After one that warms up."""
SYNC = ("--worker-class", "sync", "--threads", "1", "--workers", "2")
PAGE = "/roadmaps/plan/"
ROWS = re.compile(r'(?s)<article class="notes"[^>]*>(.*)</article>')
NEARLY = 0.05
"""By how much the sizes of the two pages may differ."""


def seeded(data: Path) -> list[str]:
    """Make two learners; return the values of their session cookies."""
    command = [sys.executable, "-m", "benchmarks.seeding", "2"]
    environment = {**os.environ, "DATA_DIR": str(data)}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    sessions: list[str] = json.loads(done.stdout)
    return sessions


def get(port: int, path: str, session: str) -> tuple[str, str]:
    """Return a page as a learner gets it, and the value of the CSRF cookie that comes with it."""
    connection = HTTPConnection("localhost", port, timeout=20)
    connection.request("GET", path, headers={"Cookie": f"session={session}"})
    response = connection.getresponse()
    text = response.read().decode()
    cookie = re.search(r"csrf=(\w+)", response.headers.get("Set-Cookie", ""))
    if response.status != 200 or not cookie:
        raise SystemExit(f"{path} answered {response.status}")
    return text, cookie[1]


def ticks(page: str, session: str, token: str, prefix: str = "") -> list[Request]:
    """Return posts that bring all resources to done, then all to not started, as a browser sends them from `page`."""
    form = page[page.index('<form id="Marks"') :]
    fields = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}
    fields["csrfmiddlewaretoken"] = token
    headers = {"Cookie": f"session={session}; csrf={token}", "HX-Request": "true", "Accept": "*/*"}
    keys = re.findall(r' id="R-(\w+)"', page)
    return [
        Request(f"{prefix}/resources/{key}/state/", headers, urlencode({**fields, "state": state}))
        for state in ("done", "")
        for key in keys
    ]


def measure(what: str, port: int, asked: Mapping[str, Sequence[Request]], folder: Path, aim: str) -> None:
    """Measure and print how the first of `asked`, the site's own, compares with the second."""
    rounds = [[rate(port, requests, folder) for requests in asked.values()] for _ in range(ROUNDS + 1)][1:]
    print(f"{what}, requests/s (2 sync workers, asked by {'wrk' if WRK else 'Python: there is no wrk here'}):")
    for name, rates in zip(asked, zip(*rounds, strict=True), strict=True):
        print(f"  {name:<18} {median(rates):7.0f}")
    ratios = sorted(ours / plain for ours, plain in rounds)
    print(f"  {'ratio':<18} {median(ratios):7.2f}   ({aim}; rounds {ratios[0]:.2f} to {ratios[-1]:.2f})")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data, plan = folder / "data", folder / "plan.md"
        plan.write_text(made_up(RESOURCES))
        manage(data, "migrate", "--verbosity", "0")
        manage(data, "import_notes", str(plan), "--roadmap", "plan", "--json")
        manage(data, "collectstatic", "--no-input", "--verbosity", "0")
        ours, plain = seeded(data)
        with served(folder, "plan", *SYNC, BENCHMARK_AROUND=name) as port:
            page, token = get(port, PAGE, ours)
            head, rows, foot = cut(page)
            (folder / "head.html").write_text(head)
            (folder / "foot.html").write_text(foot)
            other, other_token = get(port, f"/plain{PAGE}", plain)
            _compare(rows, cut(other)[1])
            pages = {
                "roadmap page": [Request(PAGE, {"Cookie": f"session={ours}; csrf={token}"})],
                "plain Django": [Request(f"/plain{PAGE}", {"Cookie": f"session={plain}; csrf={other_token}"})],
            }
            title = f"signed-in roadmap page of {len(page.encode()):,} bytes, {RESOURCES} resources and states"
            measure(title, port, pages, folder, "at least 4")
            posts = {
                "tick": ticks(page, ours, token),
                "update_or_create": ticks(page, plain, other_token, "/plain"),
            }
            measure("tick", port, posts, folder, "at least 0.5")


def cut(page: str) -> tuple[str, str, str]:
    """Return what stands above the rows of a page, the rows, and what stands below them."""
    found = ROWS.search(page)
    if not found:
        raise SystemExit("the page holds no notes")
    return page[: found.start(1)], found[1], page[found.end(1) :]


def _compare(rows: str, others: str) -> None:
    """Stop unless two pages show the same resources in the same states, in about as many bytes."""
    shown, also = (re.findall(r' id="R-(\w+)".*?data-state="(\w*)"', text) for text in (rows, others))
    sizes = len(rows.encode()), len(others.encode())
    if len(shown) != RESOURCES or shown != also or abs(sizes[0] - sizes[1]) > NEARLY * sizes[0]:
        raise SystemExit(f"the two pages are not alike: {len(shown)} and {len(also)} rows of {sizes} bytes")


if __name__ == "__main__":
    main()
