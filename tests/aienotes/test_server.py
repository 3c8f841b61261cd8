from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.processes import GUNICORN, ROOT, bare, free_port, manage, python


@contextmanager
def serving(port: int, **values: str) -> Iterator[str]:
    """Start the server and give the first line it prints; stop it at the end and see that it went well."""
    process = subprocess.Popen(
        [sys.executable, *GUNICORN], cwd=ROOT, env=bare(PORT=str(port), **values), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.fixture
def data_dir(tmp_path: Path) -> str:
    for command in (["migrate", "--verbosity", "0"], ["collectstatic", "--no-input", "--verbosity", "0"]):
        done = manage(*command, DATA_DIR=str(tmp_path))
        assert done.returncode == 0, done.stderr
    return str(tmp_path)


def test_the_server_says_where_it_is_and_answers_there(data_dir: str) -> None:
    port = free_port()
    with serving(port, DATA_DIR=data_dir) as line:
        assert f"http://localhost:{port} " in line
        assert "make admin" in line
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        for path in ("/healthz", "/accounts/login/", "/static/favicon.svg"):
            connection.request("GET", path)
            response = connection.getresponse()
            assert (path, response.status) == (path, 200)
            response.read()
        connection.close()


def test_a_connection_that_says_nothing_holds_nobody_up(data_dir: str) -> None:
    port = free_port()
    with serving(port, DATA_DIR=data_dir), socket.create_connection(("127.0.0.1", port)):
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(6)]
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/healthz")
        assert connection.getresponse().status == 200
        connection.close()
        for one in idle:
            one.close()


def test_a_worker_that_has_only_begun_is_stopped_too(data_dir: str, tmp_path: Path) -> None:
    configuration = tmp_path / "stopped_at_once.py"
    configuration.write_text(
        "import os, signal, time\n"
        "from aienotes.gunicorn import *\n"
        "graceful_timeout = 600\n"
        "def post_fork(server, worker):\n"
        "    os.kill(worker.ppid, signal.SIGTERM)\n"
        "    time.sleep(2)\n"
    )
    environment = bare(PORT=str(free_port()), DATA_DIR=data_dir)
    with subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", str(configuration), "aienotes.wsgi"], cwd=ROOT, env=environment
    ) as process:
        try:
            assert process.wait(timeout=60) == 0
        finally:
            process.kill()


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = python(*GUNICORN, DATA_DIR=str(tmp_path), PORT=str(port))
    assert done.returncode == 1
    assert done.stderr.startswith(f"Cannot listen on 127.0.0.1:{port}: ")
    assert f"PORT={port + 1} make run" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_server_can_listen_on_an_ipv6_address(tmp_path: Path) -> None:
    done = python(*GUNICORN, "--print-config", DATA_DIR=str(tmp_path), HOST="::1", PORT="8123")
    assert "['[::1]:8123']" in done.stdout
