"""One request and what comes of it: an answer, with the title where it is a page, or the reason why none came."""

from __future__ import annotations

import asyncio
import math
import re
import socket
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import CookieJar, DummyCookieJar
from django.conf import settings
from multidict import CIMultiDictProxy
from yarl import URL

from roadmap.health.addresses import Inside, PublicResolver, Resolve, public_socket
from roadmap.health.titles import title_of
from roadmap.models import Reason

MOST_BYTES = 64 * 1024
"""Of a page, decompressed: its title stands before, or is not looked for."""
_MOST_RECEIVED = 4 * MOST_BYTES
_HEADER_BYTES, _HEADERS = 32 * 1024, 200
_CLOSING = 0.05
_TITLE_ENDS = re.compile(rb"</title", re.IGNORECASE)
_HTML = ("text/html", "application/xhtml+xml")
_NO_HOST = (socket.EAI_NONAME, socket.EAI_NODATA)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered."""

    method: str
    url: str
    status: int
    headers: CIMultiDictProxy[str]
    title: str = ""
    """Of the page, where it was asked for with GET and has one."""

    @property
    def kind(self) -> str:
        """Its media type in lower case; empty where it names none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_page(self) -> bool:
        """Whether it says that it is HTML."""
        return self.kind in _HTML

    @property
    def is_well(self) -> bool:
        """Whether its status says that all is well."""
        return 200 <= self.status < 300


class Broken(Exception):
    """A request that should not be made again by itself."""


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keep aiohttp from asking again at once where a connection breaks off."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise Broken from error


class Client:
    """Makes single requests: it follows no redirect, keeps no cookie and no connection. An async context manager."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=PublicResolver(self._resolve),
            socket_factory=public_socket,
            ssl=ssl.create_default_context(),
            use_dns_cache=False,
            force_close=True,
            limit=0,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            headers={
                "User-Agent": f"AIENotes-LinkCheck/1.0 (+{settings.SITE_URL})",
                "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
                "Accept-Encoding": "gzip, deflate",
            },
            timeout=aiohttp.ClientTimeout(total=None, connect=settings.LINKS_TIMEOUT / 2, ceil_threshold=math.inf),
            auto_decompress=False,
            trust_env=False,
            max_line_size=_HEADER_BYTES,
            max_field_size=_HEADER_BYTES,
            max_headers=_HEADERS,
            middlewares=[_once],
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()
        # Connections whose TLS failed are closed by the loop a moment later.
        await asyncio.sleep(_CLOSING)

    async def request(self, method: str, url: str, headers: Mapping[str, str], cookies: CookieJar) -> Answer | Reason:
        """Ask an absolute URL (roadmap.health.locations) within settings.LINKS_TIMEOUT, cookies taken from the jar and
        put into it. Of a page that is asked with GET the first bytes are read."""
        place = URL(url, encoded=True)
        answer, beginning = None, Beginning()
        try:
            async with asyncio.timeout(settings.LINKS_TIMEOUT):
                sent = {**headers, **_cookie_header(cookies, place)}
                response = await self._session.request(method, place, headers=sent, allow_redirects=False)
                try:
                    answer = Answer(method, url, response.status, response.headers)
                    cookies.update_cookies(response.cookies, place)
                    if method == "GET" and answer.is_page:
                        beginning.starts(response.headers)
                        await beginning.read(response.content)
                finally:
                    response.close()
        except Exception as error:
            # A page that breaks off was there all the same.
            if answer is None or (answer.is_well and answer.is_page and not beginning.received):
                return reason_of(error)
        return replace(answer, title=beginning.title)


def _cookie_header(cookies: CookieJar, url: URL) -> dict[str, str]:
    kept = cookies.filter_cookies(url)
    return {"Cookie": "; ".join(f"{name}={morsel.coded_value}" for name, morsel in kept.items())} if kept else {}


class Beginning:
    """The first bytes of a page, decompressed, as far as its title."""

    def __init__(self) -> None:
        self.received = 0
        """Bytes that came, as they came."""
        self._type = ""
        self._data = bytearray()
        self._unpacker: Unpacker | None = None

    def starts(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers what is coming."""
        self._type = headers.get("Content-Type", "")
        encoding = headers.get("Content-Encoding", "").strip().lower()
        self._unpacker = Unpacker(encoding) if encoding in ("gzip", "x-gzip", "deflate") else None

    async def read(self, content: aiohttp.StreamReader) -> None:
        """Read until the title has come, or enough without one."""
        while self.received < _MOST_RECEIVED and len(self._data) < MOST_BYTES:
            chunk = await content.readany()
            if not chunk:
                return
            self.received += len(chunk)
            seen = max(0, len(self._data) - len(b"</title"))
            self._data += self._unpacker.unpack(chunk, MOST_BYTES - len(self._data)) if self._unpacker else chunk
            if _TITLE_ENDS.search(self._data, seen) and self.title:
                return

    @property
    def title(self) -> str:
        """What was read of the title; empty while there is none."""
        return title_of(bytes(self._data[:MOST_BYTES]), self._type)


class Unpacker:
    """Decompresses what comes in pieces, never more than is wanted; what is not compressed after all stays as it is."""

    def __init__(self, encoding: str) -> None:
        self._is_raw = encoding == "deflate"
        self._stream = zlib.decompressobj(32 + zlib.MAX_WBITS)
        self._has_begun = False

    def unpack(self, chunk: bytes, most: int) -> bytes:
        """Return what a piece holds, at most so many bytes."""
        try:
            data = self._stream.decompress(self._stream.unconsumed_tail + chunk, most)
        except zlib.error:
            return b"" if self._has_begun else self._otherwise(chunk, most)
        self._has_begun = True
        return data

    def _otherwise(self, chunk: bytes, most: int) -> bytes:
        """Some servers leave the frame of deflate away, others compress nothing."""
        self._has_begun = True
        if self._is_raw:
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self.unpack(chunk, most)
        return chunk[:most]


def reason_of(error: Exception) -> Reason:
    """Return why no answer came, of what was raised while one was asked for."""
    cause = getattr(error, "os_error", None) or error.__cause__ or error
    match cause:
        case Inside():
            return Reason.INSIDE
        case ssl.SSLError() | ssl.CertificateError():
            return Reason.TLS
        case socket.gaierror():
            return Reason.NO_HOST if cause.errno in _NO_HOST else Reason.UNRESOLVED
    match error:
        case aiohttp.ClientSSLError():
            return Reason.TLS
        case aiohttp.ConnectionTimeoutError():
            return Reason.UNREACHABLE
        case TimeoutError():
            return Reason.SLOW
        case aiohttp.ClientConnectorDNSError():
            return Reason.UNRESOLVED
        case aiohttp.ClientConnectorError():
            return Reason.BROKEN_OFF if isinstance(cause, ConnectionResetError) else Reason.UNREACHABLE
        case Broken() | aiohttp.ClientPayloadError() | aiohttp.ClientConnectionError():
            return Reason.BROKEN_OFF
        case aiohttp.InvalidURL():
            return Reason.BAD_URL
    return Reason.NOT_HTTP
