"""A proxy before the site that lets answers wait: what a worker asks for, Playwright's routes do not see."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PATIENCE = 30
"""Seconds after which an answer is let go that nobody lets go."""
OWN = ("connection", "transfer-encoding", "keep-alive", "date", "server")


@dataclass
class Hold:
    """Answers to a path that wait until they are let go; `unasked`: before the site hears of them."""

    path: str
    unasked: bool
    waits: threading.Event = field(default_factory=threading.Event)
    """Set once something waits."""
    open: threading.Event = field(default_factory=threading.Event)

    def let_go(self) -> None:
        """Send what waits, and let nothing wait any more."""
        self.open.set()


class Proxy(ThreadingHTTPServer):
    """Passes everything on; what `hold` names waits here until it is let go."""

    daemon_threads = True

    def __init__(self, site: str) -> None:
        super().__init__(("localhost", 0), _Handler)
        self.site = urlsplit(site).netloc
        self.url = f"http://localhost:{self.server_address[1]}"
        self.holds: list[Hold] = []

    def hold(self, path: str, *, unasked: bool = False) -> Hold:
        """Let answers to a path wait from now on, finished as they are; `unasked`: before the site hears of them."""
        hold = Hold(path, unasked)
        self.holds.append(hold)
        return hold


class _Handler(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        site = http.client.HTTPConnection(self.server.site, timeout=PATIENCE)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        self._wait(unasked=True)
        site.request(self.command, self.path, body, headers)
        answer = site.getresponse()
        content = answer.read()
        site.close()
        self._wait(unasked=False)
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in (*OWN, "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815

    def _wait(self, *, unasked: bool) -> None:
        for hold in self.server.holds:
            if hold.path == self.path and hold.unasked == unasked and not hold.open.is_set():
                hold.waits.set()
                hold.open.wait(PATIENCE)
                return

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def delaying(site: str) -> Iterator[Proxy]:
    """Run a proxy before a site."""
    proxy = Proxy(site)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        for hold in proxy.holds:
            hold.let_go()
        proxy.shutdown()
        proxy.server_close()
