"""Requests a second of the signed-out roadmap page beside a constant view of the same bytes, and what a 304 costs.

    python -m benchmarks.pages

One gunicorn with the site's own configuration answers all three; a client on the same machine asks them in turn, in
short rounds, so that what else the machine does falls on all alike; shares are medians over rounds. The page should
reach 60 % of the constant view.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.imports import ROOT, manage
from benchmarks.plans import BUNDLED

ROUNDS = 60
REQUESTS = 40


class Client:
    """One connection, kept open, as a browser or a proxy keeps it."""

    def __init__(self, port: int) -> None:
        self._host = f"localhost:{port}"
        self._peer = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path: str, headers: str = "") -> tuple[int, str, bytes]:
        """Ask once; return status, headers and body."""
        self._peer.sendall(f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n{headers}\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += self._receive()
        return int(head[9:12]), head.decode("latin-1"), body

    def _receive(self) -> bytes:
        piece = self._peer.recv(1 << 20)
        if not piece:
            raise OSError("the server closed the connection")
        return piece


def ask(port: int, path: str) -> tuple[int, str, bytes]:
    """Ask once, on a connection of its own; return status, headers and body."""
    return Client(port).ask(path)


def rate(port: int, path: str, headers: str, status: int) -> float:
    """Return requests a second; every answer must have `status`."""
    client = Client(port)
    begun = time.perf_counter()
    for _ in range(REQUESTS):
        if client.ask(path, headers)[0] != status:
            raise SystemExit(f"{path} did not answer {status}")
    return REQUESTS / (time.perf_counter() - begun)


@contextmanager
def served(folder: Path, slug: str, *options: str, **variables: str) -> Iterator[int]:
    """Serve the site of `folder`, with further options of gunicorn and variables of the environment; yield its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    body = folder / "page.html"
    environment = {
        **os.environ,
        "DATA_DIR": str(folder / "data"),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "BENCHMARK_BYTES": str(body),
        **variables,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "aienotes/gunicorn.py", *options, "aienotes.wsgi"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        body.write_bytes(ask(port, f"/roadmaps/{slug}/")[2])
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            if ask(port, "/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manage(folder / "data", "migrate", "--verbosity", "0")
        manage(folder / "data", "import_notes", str(BUNDLED), "--roadmap", "plan", "--json")
        manage(folder / "data", "collectstatic", "--no-input", "--verbosity", "0")
        with served(folder, "plan") as port:
            path = "/roadmaps/plan/"
            _, head, body = ask(port, path)
            found = re.search(r"(?im)^etag: (.+?)\r?$", head)
            if not found or ask(port, "/constant/")[2] != body:
                raise SystemExit("the two views do not answer alike")
            known = f"If-None-Match: {found[1]}\r\n"
            asked = {
                "constant view": ("/constant/", "", 200),
                "roadmap page": (path, "", 200),
                "304": (path, known, 304),
            }
            rates: dict[str, list[float]] = {what: [] for what in asked}
            for _ in range(ROUNDS):
                for what, (where, headers, status) in asked.items():
                    rates[what].append(rate(port, where, headers, status))
        unit = rates["constant view"]
        print(f"signed-out roadmap page of {len(body):,} bytes, requests/s (one client, one connection):")
        for what, each in rates.items():
            share = median(mine / constant for mine, constant in zip(each, unit, strict=True))
            print(f"  {what:<14} {median(each):7.0f}  {share:4.0%}")


if __name__ == "__main__":
    main()
