"""What the site talks to: a server that takes its mail, and one that signs people in as GitHub does."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aiosmtpd.controller import Controller
from playwright.sync_api import Page

from tests.processes import free_port

PROFILE = {"id": 583231, "login": "octo", "name": "Octo Cat", "email": None}


class Post:
    """A mail server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd asks for it
        """Take one mail."""
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"

    def newest(self, page: Page, to: str, number: int = 1) -> str:
        """Return the text of the mail to an address that comes as its `number`th, waiting for it."""
        for _ in range(500):
            mine = [mail for mail in self.mails if mail["To"] == to]
            if len(mine) >= number:
                return text_of(mine[number - 1])
            page.wait_for_timeout(20)
        raise AssertionError(f"no mail to {to}")


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """Return a mail's plain text, or another kind of its text."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def code_in(text: str) -> str:
    """Return the code that a mail holds, on a line of its own."""
    found = re.search(r"^([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\r?$", text, re.MULTILINE)
    assert found, text
    return found[1]


@contextmanager
def post_office() -> Iterator[tuple[Post, str]]:
    """Take mail; give what was taken, and the server's address as EMAIL_URL wants it."""
    post, port = Post(), free_port()
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield post, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


class _GitHub(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        url = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/login/oauth/authorize":
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{urlencode({'code': 'c', 'state': asked['state']})}")
            self.end_headers()
        elif url.path == "/api/v3/user":
            self._answer(PROFILE)
        else:
            self._answer([{"email": "octo@example.org", "primary": True, "verified": True}])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"access_token": "t", "token_type": "bearer", "scope": "user:email"})

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, data: Any) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(data).encode())


@contextmanager
def github() -> Iterator[str]:
    """Sign everybody in as octo@example.org; give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _GitHub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
