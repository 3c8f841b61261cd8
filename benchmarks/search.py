"""How long a search takes at 1,000 and at 50,000 resources, on SQLite and on PostgreSQL.

    python -m benchmarks.search

Two processes, one with either number of resources, are asked in turn, in short rounds, so that what else the machine
does falls on both alike; times are medians. Fifty times the rows should cost far less than fifty times the time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from benchmarks.imports import ROOT
from benchmarks.searching import QUERIES
from tests.postgres import server

SIZES = (1_000, 50_000)
ROUNDS = 15
"""After one that warms up."""


@contextmanager
def asked(size: int, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Start a process that fills a database with so many resources."""
    command = [sys.executable, "-m", "benchmarks.searching", str(size)]
    environment = {**os.environ, **variables}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        process.wait(60)


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what a process says next."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise SystemExit("the search could not be measured")
    found: dict[str, Any] = json.loads(line)
    return found


def ask(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Return the times of one round."""
    assert process.stdin
    process.stdin.write("\n")
    process.stdin.flush()
    return answer(process)


def measure(name: str, few: subprocess.Popen[str], many: subprocess.Popen[str]) -> None:
    """Measure and print one database."""
    for process in (few, many):
        answer(process)
    times = [(ask(few), ask(many)) for _ in range(ROUNDS + 1)][1:]
    print(f"search on {name}, ms at {SIZES[0]:,} and {SIZES[1]:,} resources; a plain LIKE over all rows:")
    ratios = []
    for what in QUERIES:
        small, large, plain = (
            median(each[size][what][way] for each in times) for size, way in ((0, 0), (1, 0), (1, 1))
        )
        ratios.append(large / small)
        gained = f"LIKE {plain:7.1f}   {plain / large:5.1f} x"
        print(f"  {what:<26} {small:6.1f} {large:7.1f}   {large / small:5.1f} x   {gained}")
    print(f"  {SIZES[1] // SIZES[0]} times the rows: {median(ratios):.1f} times the time, {max(ratios):.1f} at most")


@contextmanager
def databases(url: str) -> Iterator[list[str]]:
    """Make a database for each size on the server of an address (one with a socket in its path); give theirs."""
    place, _, name = url.rpartition("/")
    addresses = [f"{place}/search_{size}" for size in SIZES]
    with psycopg.connect(host=place.split("@", 1)[1], user="postgres", dbname=name, autocommit=True) as connection:
        for address in addresses:
            connection.execute(f"CREATE DATABASE {address.rpartition('/')[2]}")
    yield addresses


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folders = [str(Path(name) / str(size)) for size in SIZES]
        few, many = ({"DATA_DIR": folder, "DATABASE_URL": ""} for folder in folders)
        with asked(SIZES[0], **few) as one, asked(SIZES[1], **many) as other:
            measure("SQLite", one, other)
        with server() as url, databases(url) as urls:
            few, many = ({"DATA_DIR": folder, "DATABASE_URL": url} for folder, url in zip(folders, urls, strict=True))
            with asked(SIZES[0], **few) as one, asked(SIZES[1], **many) as other:
                measure("PostgreSQL", one, other)


if __name__ == "__main__":
    main()
