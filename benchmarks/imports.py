"""How long an import takes beside markdown-it-py alone on the same text: medians of one run, side by side.

    python -m benchmarks.imports

Each import is a process of its own, as people start it, and counts the seconds that `--json` prints; markdown-it-py is
warm. A first import should take 5 times as long and never over 10; the same bytes again, half as long.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from markdown_it import MarkdownIt

from benchmarks.plans import BUNDLED, made_up

ROOT = Path(__file__).parents[1]
ROUNDS = 7


def manage(data: Path, *arguments: str) -> str:
    """Run manage.py on a data folder of its own; return what it prints."""
    environment = {**os.environ, "DATA_DIR": str(data)}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


def seconds(data: Path, path: Path, slug: str) -> dict[str, float]:
    """Import `path` and return the seconds of each station."""
    found: dict[str, float] = json.loads(manage(data, "import_notes", str(path), "--roadmap", slug, "--json"))[
        "seconds"
    ]
    return found


def alone(parser: MarkdownIt, text: str) -> float:
    """Return the seconds that markdown-it-py takes to render `text`."""
    begun = time.perf_counter()
    parser.render(text)
    return time.perf_counter() - begun


def measure(name: str, path: Path, data: Path) -> None:
    """Measure and print one plan."""
    text = path.read_text()
    parser = MarkdownIt("gfm-like2", {"linkify": False})
    parser.render(text)
    bare, first, again = [], [], []
    for number in range(ROUNDS):
        bare.append(alone(parser, text))
        first.append(seconds(data, path, f"{name}-{number}"))
        bare.append(alone(parser, text))
        again.append(sum(seconds(data, path, f"{name}-{number}").values()))
    unit = median(bare)
    stations = {station: median(each[station] for each in first) for station in first[0]}
    total = median(sum(each.values()) for each in first)
    print(f"{name}: {len(text.encode()):,} bytes; markdown-it-py alone {unit * 1000:.1f} ms")
    print(f"  first import  {total * 1000:7.1f} ms  {total / unit:5.2f} x   (aim 5, never over 10)")
    print("     " + ", ".join(f"{station} {value / unit:.2f} x" for station, value in stations.items()))
    print(f"  same bytes    {median(again) * 1000:7.1f} ms  {median(again) / unit:5.2f} x   (at most 0.5)")


def main() -> None:
    """Measure the bundled notes and a made-up plan of 1,000 links."""
    with tempfile.TemporaryDirectory() as folder:
        data, plan = Path(folder) / "data", Path(folder) / "plan.md"
        plan.write_text(made_up(1000))
        manage(data, "migrate", "--verbosity", "0")
        measure("bundled", BUNDLED, data)
        measure("made-up", plan, data)


if __name__ == "__main__":
    main()
