"""A folder of 200 files, 2 MB and 15,000 links: its first import, and one after one line of it was changed.

    python -m benchmarks.folders

Each import is a process of its own, as people start it; its seconds are those that `--json` prints, its memory the most
that the process ever held. A first import may take 10 times what markdown-it-py alone takes for the same files, and
500 MB; one changed line 1.5 times what reading the whole folder takes. The rows that differ afterwards are counted.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from markdown_it import MarkdownIt

from benchmarks.imports import ROOT, manage

FILES, LINKS = 200, 75
ROUNDS = 3
MOST_FIRST, MOST_CHANGED, MOST_MEMORY = 10, 1.5, 500
TABLES = ("page", "section", "resource", "listing", "todo", "change", "importrun")


def text_of(number: int) -> str:
    """Return one file: about 10 KB, 75 links, a link to the next file."""
    pieces = [f"# Page {number} 頁\n\nSee [the next](page{(number + 1) % FILES}.md).\n"]
    for link in range(number * LINKS, (number + 1) * LINKS):
        if link % 10 == 0:
            pieces.append(
                f"\n## Topic {link // 10} 主題\n\n- **Read first**: what it is about, and *why* it matters.\n"
            )
        url = f"https://host{link % 300}.example/a/{link}"
        pieces.append(
            f"- [Reading {link} 讀物]({url}): a few words on what it says, and how long it takes, all in all.\n"
        )
    return "".join(pieces)


def imported(data: Path, folder: Path, slug: str) -> tuple[dict[str, float], float]:
    """Import a folder; return the seconds of each station, and the most memory in MB."""
    command = [sys.executable, "manage.py", "import_notes", str(folder), "--roadmap", slug, "--json"]
    environment = {**os.environ, "DATA_DIR": str(data)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("the import failed")
    seconds: dict[str, float] = json.loads(printed)["seconds"]
    return seconds, usage.ru_maxrss / 1024


def alone(folder: Path) -> float:
    """Return the seconds that markdown-it-py takes to render all files."""
    parser = MarkdownIt("gfm-like2", {"linkify": False})
    texts = [path.read_text() for path in folder.glob("*.md")]
    parser.render(texts[0])
    begun = time.perf_counter()
    for text in texts:
        parser.render(text)
    return time.perf_counter() - begun


def rows(data: Path) -> dict[str, set[str]]:
    """Return all rows of the roadmaps' tables, as text."""
    connection = sqlite3.connect(data / "db.sqlite3")
    try:
        return {table: {repr(row) for row in connection.execute(f"SELECT * FROM roadmap_{table}")} for table in TABLES}
    finally:
        connection.close()


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        data, folder = Path(home) / "data", Path(home) / "notes"
        folder.mkdir()
        for number in range(FILES):
            (folder / f"page{number}.md").write_text(text_of(number))
        manage(data, "migrate", "--verbosity", "0")
        size = sum(path.stat().st_size for path in folder.glob("*.md"))
        bare, first, changed, memory, differing = [], [], [], [], 0
        for number in range(ROUNDS):
            bare.append(alone(folder))
            seconds, most = imported(data, folder, f"plan-{number}")
            first.append(seconds)
            memory.append(most)
            bare.append(alone(folder))
            before = rows(data)
            file = folder / f"page{number}.md"
            file.write_text(file.read_text().replace("a few words", "some words", 1))
            changed.append(sum(imported(data, folder, f"plan-{number}")[0].values()))
            after = rows(data)
            differing = sum(len(after[table] - before[table]) for table in TABLES)
    unit, reading = median(bare), median(each["read"] for each in first)
    total, again = median(sum(each.values()) for each in first), median(changed)
    standing = sum(map(len, after.values())) // ROUNDS
    print(f"folder: {FILES} files, {size:,} bytes, {FILES * LINKS:,} links; markdown-it-py alone {unit:.2f} s")
    print(f"  first import  {total:6.2f} s  {total / unit:5.2f} x   (at most {MOST_FIRST})")
    print(f"     {median(memory):.0f} MB at most (at most {MOST_MEMORY})")
    print(f"  one line changed {again:6.2f} s  {again / reading:5.2f} x reading it all   (at most {MOST_CHANGED})")
    print(f"     {differing} of about {standing:,} rows differ")


if __name__ == "__main__":
    main()
