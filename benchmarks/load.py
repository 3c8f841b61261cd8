"""A load on one server: a few connections that ask one request after the other."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import NamedTuple

CONNECTIONS = 4
SECONDS = 1
WRK = shutil.which("wrk")
SCRIPT = """
local requests, at = {{{requests}}}, 0
request = function() at = at % #requests + 1; return requests[at] end
done = function(summary, latency, requests)
  print(string.format("counted %d in %d", summary.requests, summary.duration))
end
"""


class Request(NamedTuple):
    """One request: a path and headers; with a body it is a POST."""

    path: str
    headers: dict[str, str]
    body: str = ""

    def raw(self, host: str) -> str:
        """Return it as it goes over the wire."""
        headers = {"Host": host, **self.headers}
        if self.body:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(self.body))}
        lines = [f"{'POST' if self.body else 'GET'} {self.path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
        return "\r\n".join([*lines, "", self.body])


def rate(port: int, requests: Sequence[Request], folder: Path) -> float:
    """Return how many of `requests`, asked in turn and over again, are answered 200 in a second; no other answer may
    come. Asked by wrk, or where there is none by threads of this process."""
    raw = [request.raw(f"localhost:{port}") for request in requests]
    return _by_wrk(port, raw, folder) if WRK else _by_threads(port, raw)


def _by_wrk(port: int, raw: Sequence[str], folder: Path) -> float:
    script = folder / "requests.lua"
    script.write_text(SCRIPT.format(requests=",".join(json.dumps(each) for each in raw)))
    command = [str(WRK), "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), f"http://127.0.0.1:{port}/"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"counted (\d+) in (\d+)", text)
    if not found or "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"not all was answered 200:\n{text}")
    return int(found[1]) / int(found[2]) * 1e6


def _by_threads(port: int, raw: Sequence[str]) -> float:
    turn = count()
    until = time.perf_counter() + SECONDS

    def ask() -> int:
        asked = 0
        while time.perf_counter() < until:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
                peer.sendall(raw[next(turn) % len(raw)].replace("\r\n", "\r\nConnection: close\r\n", 1).encode())
                answer = peer.recv(1 << 20)
                if not answer.startswith(b"HTTP/1.1 200"):
                    raise SystemExit(f"not all was answered 200: {answer[:200]!r}")
                while peer.recv(1 << 20):
                    pass
            asked += 1
        return asked

    begun = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        asked = sum(future.result() for future in [threads.submit(ask) for _ in range(CONNECTIONS)])
    return asked / (time.perf_counter() - begun)
