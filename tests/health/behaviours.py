"""What a server may do with a request, one function each."""

from __future__ import annotations

import asyncio
import gzip
import itertools
from collections.abc import Iterable

from tests.health.server import Behaviour, Exchange, Request

Headers = Iterable[tuple[str, str]]
HTML = "text/html; charset=utf-8"


def head_of(status: int, headers: Headers = (), reason: str = "Said") -> bytes:
    """Return the head of an answer; headers may hold any character of Latin-1."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return f"HTTP/1.1 {status} {reason}\r\n{lines}Connection: close\r\n\r\n".encode("latin-1")


def raw(data: bytes) -> Behaviour:
    """Send bytes, whatever they are, and hang up."""

    async def behave(request: Request, exchange: Exchange) -> None:
        await exchange.send(data)

    return behave


def answer(status: int, body: bytes = b"", headers: Headers = (), *, kind: str = HTML) -> Behaviour:
    """Answer as one should: with the body's length, and without the body where HEAD asks. No Content-Type where
    `kind` is empty."""

    async def behave(request: Request, exchange: Exchange) -> None:
        kinds = [("Content-Type", kind)] if kind else []
        head = head_of(status, [*kinds, ("Content-Length", str(len(body))), *headers])
        await exchange.send(head if request.method == "HEAD" else head + body)

    return behave


def page(title: str = "A page", status: int = 200, headers: Headers = ()) -> Behaviour:
    """Answer with a page of this title."""
    return answer(status, html(title), headers)


def html(title: str) -> bytes:
    """Return a page of this title."""
    return f"<!doctype html><html><head><title>{title}</title></head><body><p>Text.</p></body></html>".encode()


def redirect(location: str, status: int = 302, headers: Headers = ()) -> Behaviour:
    """Lead elsewhere; the location may hold any character of Latin-1."""
    return answer(status, b"", [("Location", location), *headers])


def by_method(*, head: Behaviour, get: Behaviour) -> Behaviour:
    """Answer HEAD in one way, all else in another."""

    async def behave(request: Request, exchange: Exchange) -> None:
        await (head if request.method == "HEAD" else get)(request, exchange)

    return behave


def one_after_another(*behaviours: Behaviour) -> Behaviour:
    """Do the first with the first request, and so on; the last with all that come after."""
    left = itertools.chain(behaviours, itertools.repeat(behaviours[-1]))

    async def behave(request: Request, exchange: Exchange) -> None:
        await next(left)(request, exchange)

    return behave


def late(seconds: float, behaviour: Behaviour) -> Behaviour:
    """Take its time before anything is answered."""

    async def behave(request: Request, exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await behaviour(request, exchange)

    return behave


async def hang(request: Request, exchange: Exchange) -> None:
    """Take the request and never answer."""
    await asyncio.sleep(3600)


async def hang_in_headers(request: Request, exchange: Exchange) -> None:
    """Begin a good answer and fall silent within its headers."""
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/ht")
    await hang(request, exchange)


async def hang_before_body(request: Request, exchange: Exchange) -> None:
    """Promise a page and never begin it."""
    await exchange.send(head_of(200, [("Content-Type", HTML), ("Content-Length", "1000")]))
    await hang(request, exchange)


async def drip_headers(request: Request, exchange: Exchange) -> None:
    """Send header after header, slowly, without an end."""
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    for number in itertools.count():
        await exchange.send(f"X-{number}: {number}\r\n".encode())
        await asyncio.sleep(0.1)


async def drip_body(request: Request, exchange: Exchange) -> None:
    """Send a page without a title, one byte after the other, without an end."""
    await exchange.send(head_of(200, [("Content-Type", HTML)]))
    await exchange.send(b"<html><head><meta name=x content=")
    while True:
        await exchange.send(b"x")
        await asyncio.sleep(0.05)


async def endless_headers(request: Request, exchange: Exchange) -> None:
    """Send header after header as fast as they are taken."""
    await exchange.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await exchange.send(b"X-More: " + b"x" * 1000 + b"\r\n")


async def endless_header(request: Request, exchange: Exchange) -> None:
    """Send one header without an end."""
    await exchange.send(b"HTTP/1.1 200 OK\r\nX-More: ")
    while True:
        await exchange.send(b"x" * 1000)


async def endless_body(request: Request, exchange: Exchange) -> None:
    """Send a page without an end and without a title, as fast as it is taken."""
    await exchange.send(head_of(200, [("Content-Type", HTML)]))
    while True:
        await exchange.send(b"<meta name=x content=x>" * 1000)


async def reset(request: Request, exchange: Exchange) -> None:
    """Cut the connection off before anything is answered."""
    exchange.reset()


async def hang_up(request: Request, exchange: Exchange) -> None:
    """Close the connection in order, without an answer."""


async def reset_in_headers(request: Request, exchange: Exchange) -> None:
    """Cut the connection off within the headers."""
    await exchange.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/ht")
    await asyncio.sleep(0.05)
    exchange.reset()


async def reset_before_body(request: Request, exchange: Exchange) -> None:
    """Cut the connection off after the headers."""
    await exchange.send(head_of(200, [("Content-Type", HTML), ("Content-Length", "1000")]))
    await asyncio.sleep(0.05)
    exchange.reset()


async def reset_in_body(request: Request, exchange: Exchange) -> None:
    """Cut the connection off within the body, before its title."""
    await exchange.send(head_of(200, [("Content-Type", HTML), ("Content-Length", "1000")]) + b"<html><head>")
    await asyncio.sleep(0.05)
    exchange.reset()


def of_length(declared: str, body: bytes) -> Behaviour:
    """Answer with a Content-Length that need not be true."""

    async def behave(request: Request, exchange: Exchange) -> None:
        head = head_of(200, [("Content-Type", HTML), ("Content-Length", declared)])
        await exchange.send(head if request.method == "HEAD" else head + body)

    return behave


def conditional(etag: str = "", modified: str = "", title: str = "A page") -> Behaviour:
    """Answer with validators, and with 304 to who has them."""
    validators = [("ETag", etag), ("Last-Modified", modified)]
    headers = [(name, value) for name, value in validators if value]

    async def behave(request: Request, exchange: Exchange) -> None:
        asked = (request.headers.get("if-none-match", ""), request.headers.get("if-modified-since", ""))
        is_known = asked[0] == etag if etag else asked[1] == modified
        await (answer(304, b"", headers, kind="") if is_known else page(title, 200, headers))(request, exchange)

    return behave


def bomb(megabytes: int) -> Behaviour:
    """Answer with a page of blanks that is much smaller while it is compressed."""
    body = gzip.compress(b"<html><head>" + b" " * (megabytes * 1024 * 1024))
    return answer(200, body, [("Content-Encoding", "gzip")])


def with_cookie(behaviour: Behaviour) -> Behaviour:
    """Lead whoever has no cookie to the same address, with one."""

    async def behave(request: Request, exchange: Exchange) -> None:
        if "seen=yes" in request.headers.get("cookie", ""):
            await behaviour(request, exchange)
        else:
            await redirect(request.path, 302, [("Set-Cookie", "seen=yes; Path=/")])(request, exchange)

    return behave


async def endless_redirects(request: Request, exchange: Exchange) -> None:
    """Lead from each address to one more."""
    path, _, number = request.path.partition("?")
    await redirect(f"{path}?{int(number or 0) + 1}")(request, exchange)
