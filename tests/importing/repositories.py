"""Real git repositories for tests, and small servers that give them out."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

WHO = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "protocol.file.allow=always")


def git(folder: Path, *command: str, given: bytes = b"") -> str:
    """Run git in `folder` and return what it prints."""
    done = subprocess.run(["git", *WHO, *command], cwd=folder, input=given, capture_output=True, check=True)
    return done.stdout.decode().strip()


def repository(folder: Path, files: dict[str, str]) -> Path:
    """Make a repository with a working tree and one commit of `files`."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, files)
    return folder


def commit(folder: Path, files: dict[str, str] | None = None) -> str:
    """Write `files`, commit everything that is there, and return the commit's id."""
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--no-verify", "--allow-empty", "--message=Change")
    return git(folder, "rev-parse", "HEAD")


class _Smart(BaseHTTPRequestHandler):
    """Serves what lies below `root` by way of git's own program for web servers, to those who know `login`."""

    def __init__(self, *args: object, root: Path, login: str = "") -> None:
        self.root, self.login = root, login
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        wanted = f"Basic {base64.b64encode(self.login.encode()).decode()}"
        if self.login and self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        given = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(given)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], env=os.environ | told, input=given, capture_output=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


class _Dumb(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def served(root: Path, login: str = "", *, dumb: bool = False) -> Iterator[str]:
    """Serve the repositories below `root` over http, as a code host does or as plain files; gives host and port."""
    handler = partial(_Dumb, directory=str(root)) if dumb else partial(_Smart, root=root, login=login)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
