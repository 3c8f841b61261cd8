"""The check of links: how many in a second beside a bare client, and how long for a night's.

    python -m benchmarks.links

The first asks a server on this machine without a pause, database included, and beside it aiohttp alone asks for the
same URLs by HEAD and GET, as many at once: with a connection for each request, as the check has it, and with kept ones.
The second asks 10,000 links on 3,000 hosts, one of which has 1,500, with
time scaled: a pause of a second is a hundredth of one, and so is the time that the server takes; what this machine
reckons itself is not scaled, so that the night comes out longer than it would be. Its memory is the most that the
process ever held, beside that for a twentieth of the links.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.imports import ROOT, manage

ROUNDS = 3
SCALE = 100
PAUSE, LATENCY = 1.0, 0.3
"""Seconds, unscaled."""
NIGHT = 8
"""Hours."""
FEWER = 20
MOST_GROWTH = 20
"""MB."""


class Measured(NamedTuple):
    """What a process of link_client took."""

    seconds: float
    memory: float
    """In MB."""


@contextmanager
def serving(seconds: float) -> Iterator[int]:
    """Serve pages that take so many seconds; give the port."""
    command = [sys.executable, "-m", "benchmarks.link_server", str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def client(data: Path, *arguments: object) -> str:
    """Run link_client on a data folder; return what it prints."""
    command = [sys.executable, "-m", "benchmarks.link_client", *map(str, arguments)]
    environment = {**os.environ, "DATA_DIR": str(data)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def measured(data: Path, *arguments: object) -> Measured:
    """Run link_client and return what it took."""
    seconds, memory = client(data, *arguments).split()
    return Measured(float(seconds), float(memory))


@contextmanager
def links(empty: Path, count: int, hosts: int, largest: int, port: int) -> Iterator[Path]:
    """Give a copy of an empty site's data folder with so many links that were never checked."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(shutil.copytree(empty, folder, dirs_exist_ok=True))
        client(data, "seed", count, hosts, largest, port)
        yield data


def beside_a_bare_client(empty: Path, count: int = 400, hosts: int = 100) -> None:
    """Measure and print links per second."""
    whole, fresh, kept = [], [], []
    with serving(0) as port, links(empty, count, hosts, count // 50, port) as data:
        for _ in range(ROUNDS):
            kept.append(count / measured(data, "bare", 1).seconds)
            whole.append(count / measured(data, "check", 0).seconds)
            fresh.append(count / measured(data, "bare", 0).seconds)
    ours = median(whole)
    print(f"links: {count:,} on {hosts} hosts of this machine, no pause, HEAD and GET each")
    print(f"  the whole check  {ours:6.0f} links/s")
    for what, theirs in (("a connection each", median(fresh)), ("connections kept", median(kept))):
        print(f"  aiohttp alone    {theirs:6.0f} links/s   {ours / theirs:.2f} x   ({what})")


def a_night(empty: Path, count: int = 10_000, hosts: int = 3_000, largest: int = 1_500) -> None:
    """Measure and print the time for many links, and the memory."""
    with serving(LATENCY / SCALE) as port:
        with links(empty, count // FEWER, hosts // FEWER, largest // FEWER, port) as data:
            few = measured(data, "check", PAUSE / SCALE)
        with links(empty, count, hosts, largest, port) as data:
            many = measured(data, "check", PAUSE / SCALE)
    hours = many.seconds * SCALE / 3600
    print(f"links: {count:,} on {hosts:,} hosts, the largest with {largest:,}; time scaled 1:{SCALE}", end="")
    print(f" (pause {PAUSE} s as {PAUSE / SCALE} s, answers after {LATENCY} s as {LATENCY / SCALE} s)")
    print(f"  {many.seconds:.1f} s, unscaled {hours:.1f} h   (a night has {NIGHT})")
    grown = many.memory - few.memory
    print(f"  {many.memory:.0f} MB at most, {grown:+.0f} MB beside {count // FEWER:,} links   (at most {MOST_GROWTH})")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder)
        manage(empty, "migrate", "--verbosity", "0")
        beside_a_bare_client(empty)
        a_night(empty)


if __name__ == "__main__":
    main()
