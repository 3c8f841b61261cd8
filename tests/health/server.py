"""A web server on this machine that misbehaves as it is told, and remembers all that was asked of it.

It runs in a thread of its own, so that a test can drive a client in the same process or in another one.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

LONGEST_HEAD = 1024 * 1024
_NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

_NOT_UNDERSTOOD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_HANDSHAKE = b"\x16"
"""With which a client begins that speaks TLS."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked."""

    at: float
    """By time.monotonic()."""
    method: str
    path: str
    """With its query."""
    host: str
    """As the client named it, with the port where it did."""
    headers: dict[str, str]
    """Names in lower case."""
    address: str
    """Of this machine: the one on which it came in."""
    server_name: str | None
    """As TLS was told; None without TLS or where the client named none."""


class Exchange:
    """The way back to a client."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def send(self, data: bytes) -> None:
        """Send bytes as they are. Raises ConnectionError once the client is gone."""
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """End the connection with a reset instead of in order."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Behaviour = Callable[[Request, Exchange], Awaitable[None]]


async def not_found(request: Request, exchange: Exchange) -> None:
    """What lies behind a path of which nothing was said."""
    await exchange.send(_NOT_FOUND)


class Server:
    """A context manager: from its start to its end it listens on one port of one or more addresses of this machine."""

    def __init__(
        self,
        addresses: Sequence[str] = ("127.0.0.1",),
        *,
        otherwise: Behaviour = not_found,
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        """`otherwise` is what paths do of which nothing is said; port 0 takes a free one."""
        self.addresses = addresses
        self.otherwise = otherwise
        self.port = port
        self.requests: list[Request] = []
        """In the order in which their heads were complete."""
        self.connections: list[str] = []
        """The addresses that were connected to, in order, whether anything was asked or not."""
        self._tls = tls
        self._table: dict[tuple[str, str], Behaviour] = {}
        self._at_once: dict[str, int] = {}
        self._most_at_once: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="misbehaving server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen()).result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._stop()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def url(self, path: str = "/", host: str = "") -> str:
        """Return the URL of a path, by the first address or by a name that stands for one."""
        scheme = "https" if self._tls else "http"
        return f"{scheme}://{host or self.addresses[0]}:{self.port}{path}"

    def behave(self, path: str, behaviour: Behaviour, *, host: str = "") -> str:
        """Say what a path does from now on, with any query where it has none of its own, for all hosts or for one
        (without port); return its URL."""
        self._table[host, path] = behaviour
        return self.url(path, host)

    def asked(self, path: str) -> list[Request]:
        """Return the requests of a path (with its query) until now."""
        return [request for request in self.requests if request.path == path]

    def forget(self) -> None:
        """Forget what was asked until now."""
        self.requests.clear()
        self.connections.clear()
        self._most_at_once.clear()

    @property
    def most_at_once(self) -> dict[str, int]:
        """How many requests of each host (as the client named it) were open at the same time at most."""
        return dict(self._most_at_once)

    @property
    def still_open(self) -> int:
        """How many connections are served at this moment."""
        return len(self._tasks)

    def _call(self, coroutine: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _listen(self) -> None:
        self._servers = []
        for address in self.addresses:
            server = await asyncio.start_server(self._serve, address, self.port, ssl=self._tls, limit=LONGEST_HEAD)
            self.port = server.sockets[0].getsockname()[1]
            self._servers.append(server)

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, do with it as the table says, and hang up."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            self.connections.append(writer.get_extra_info("sockname")[0])
            first = await reader.readexactly(1)
            if first == _HANDSHAKE:
                writer.write(_NOT_UNDERSTOOD)
            else:
                head = first + await reader.readuntil(b"\r\n\r\n")
                await _unless(reader.read(), self._answer(head, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            pass  # The client is gone, or the server is at its end.
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(OSError):
                writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        request = _request_of(head, writer)
        self.requests.append(request)
        host = request.host.rpartition(":")[0] or request.host
        behaviour = self._behaviour_of(host, request.path)
        self._at_once[request.host] = self._at_once.get(request.host, 0) + 1
        most = self._most_at_once.get(request.host, 0)
        self._most_at_once[request.host] = max(most, self._at_once[request.host])
        try:
            await behaviour(request, Exchange(writer))
        finally:
            self._at_once[request.host] -= 1

    def _behaviour_of(self, host: str, path: str) -> Behaviour:
        for known in ((host, path), ("", path), (host, path.partition("?")[0]), ("", path.partition("?")[0])):
            if known in self._table:
                return self._table[known]
        return self.otherwise


async def _unless(gone: Coroutine[Any, Any, bytes], work: Coroutine[Any, Any, None]) -> None:
    """Do some work to its end, or until the client is gone."""
    tasks = [asyncio.ensure_future(gone), asyncio.ensure_future(work)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _request_of(head: bytes, writer: asyncio.StreamWriter) -> Request:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = f"{first}  ".split(" ", 2)
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    tls = writer.get_extra_info("ssl_object")
    return Request(
        at=time.monotonic(),
        method=method,
        path=path,
        host=headers.get("host", ""),
        headers=headers,
        address=writer.get_extra_info("sockname")[0],
        server_name=getattr(tls, "named", None),
    )
