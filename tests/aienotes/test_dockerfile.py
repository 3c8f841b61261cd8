"""No engine builds the image here, so its files, commands, port and variables are held against what is there."""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from aienotes import environment
from tests.processes import ROOT, bare, python

TEXT = (ROOT / "Dockerfile").read_text("utf-8")
NOT_OURS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_CACHE_DIR"}


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile as (word, rest) pairs, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines() if line)]


def all_of(word: str) -> list[str]:
    return [rest for found, rest in instructions() if found == word]


def copied() -> list[str]:
    """Return what is copied from the project."""
    sources = [shlex.split(rest)[:-1] for rest in all_of("COPY") if not rest.startswith("--from")]
    return [source for line in sources for source in line]


def variables() -> dict[str, str]:
    return dict(part.split("=", 1) for rest in all_of("ENV") for part in shlex.split(rest))


def is_let_through(path: str) -> bool:
    """Return whether .dockerignore lets a file through: the last line that fits it or a folder above it decides."""
    passed = True
    above = [path, *map(str, Path(path).parents)][:-1]
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.removeprefix("!")
        if line.startswith("**/"):
            fits = any(fnmatch(Path(part).name, pattern[3:]) for part in above)
        else:
            fits = any(fnmatch(part, pattern) and part.count("/") == pattern.count("/") for part in above)
        if line and not line.startswith("#") and fits:
            passed = line.startswith("!")
    return passed


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with exactly the files that the image gets."""
    folder = tmp_path_factory.mktemp("image")
    for source in copied():
        files = [ROOT / source] if (ROOT / source).is_file() else sorted((ROOT / source).rglob("*"))
        for path in files:
            name = path.relative_to(ROOT)
            if path.is_file() and is_let_through(str(name)):
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(path.read_bytes())
    return folder


def test_what_is_copied_is_there_and_let_through() -> None:
    assert copied()
    for source in copied():
        assert (ROOT / source).exists(), source
        assert is_let_through(source), source


def test_all_the_apps_and_folders_of_the_settings_are_copied() -> None:
    needed = {path.parent.name for path in ROOT.glob("*/apps.py")} | {
        "aienotes",
        "templates",
        "static",
        "locale",
        "notes",
    }
    assert needed <= set(copied())


@pytest.mark.parametrize(
    "path",
    [
        "data/db.sqlite3",
        "data/secret_key",
        ".git/config",
        ".env",
        "tests/settings.py",
        ".venv/bin/python",
        "Makefile",
        "aienotes/__pycache__/settings.cpython-311.pyc",
        "staticfiles/staticfiles.json",
    ],
)
def test_nothing_else_is_let_through(path: str) -> None:
    assert not is_let_through(path)


def test_the_variables_are_ones_that_the_site_reads(tmp_path: Path) -> None:
    ours = {name: value for name, value in variables().items() if name not in NOT_OURS}
    read = environment.read({**ours, "DATA_DIR": str(tmp_path)})
    assert (read.host, str(read.port)) == (ours["HOST"], ours["PORT"])
    assert set(ours) == {"HOST", "PORT", "DATA_DIR"}


def test_the_port_is_the_one_that_is_exposed_and_the_folder_the_one_that_is_kept() -> None:
    assert all_of("EXPOSE") == [variables()["PORT"]]
    assert all_of("VOLUME") == [variables()["DATA_DIR"]]


def test_there_are_two_stages_and_the_last_does_not_run_as_root() -> None:
    assert len(all_of("FROM")) == 2
    last = [word for word, _ in instructions()]
    assert "USER" in last[len(last) - last[::-1].index("FROM") :]
    assert all_of("USER") not in (["root"], ["0"])


def test_the_commands_run_with_the_files_of_the_image(image: Path, tmp_path: Path) -> None:
    """In the order of the image: static files at build, then what the start says, up to the server's own check."""
    build = next(rest for rest in all_of("RUN") if "collectstatic" in rest)
    start = json.loads(all_of("CMD")[0])
    assert start[:2] == ["sh", "-c"]
    assert start[2].endswith("aienotes.wsgi")
    for command in (build.replace("/tmp/data", str(tmp_path / "build")), start[2] + " --check-config"):
        path = f"{Path(sys.executable).parent}:{bare()['PATH']}"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=image,
            env=bare(PATH=path, DATA_DIR=str(tmp_path)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert (image / "staticfiles" / "staticfiles.json").exists()
    assert "Imported" in done.stdout


@pytest.fixture(params=[200, 503])
def status(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def port(status: int) -> Iterator[int]:
    """A server whose health is `status`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def health_check(port: int) -> int:
    command = json.loads(all_of("HEALTHCHECK")[0].partition("CMD ")[2])
    assert command[0] == "python"
    return python(*command[1:], PORT=str(port)).returncode


def test_the_health_check_tells_well_from_ill(port: int, status: int) -> None:
    assert (health_check(port) == 0) == (status == 200)


def test_the_health_check_fails_where_nothing_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert health_check(unused.getsockname()[1]) != 0
