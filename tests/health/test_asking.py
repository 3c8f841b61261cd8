"""Each way in which a server may behave, and what is found."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from roadmap.health.asking import Asker
from roadmap.health.findings import Finding
from roadmap.models import Reason
from tests.health import behaviours
from tests.health.askers import PATIENCE, ask, at_once
from tests.health.behaviours import answer, by_method, html, of_length, page, raw, redirect
from tests.health.certificates import Authority
from tests.health.server import Behaviour, Server

WELL = page()
METHODS = ["HEAD", "GET"]


def methods(server: Server) -> list[str]:
    return [request.method for request in server.requests]


def found(server: Server, behaviour: Behaviour, timeout: float = PATIENCE) -> tuple[Reason, int | None]:
    finding = ask(server.behave("/page", behaviour), timeout=timeout)
    return finding.reason, finding.status


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (behaviours.hang, Reason.SLOW),
        (behaviours.hang_in_headers, Reason.SLOW),
        (behaviours.hang_before_body, Reason.SLOW),
        (behaviours.drip_headers, Reason.SLOW),
        (behaviours.endless_header, Reason.NOT_HTTP),
        (behaviours.endless_headers, Reason.NOT_HTTP),
        (behaviours.reset, Reason.BROKEN_OFF),
        (behaviours.reset_in_headers, Reason.BROKEN_OFF),
        (behaviours.reset_before_body, Reason.BROKEN_OFF),
        (behaviours.hang_up, Reason.BROKEN_OFF),
        (raw(b"\x00\x01\x02\r\n\r\n"), Reason.NOT_HTTP),
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), Reason.NOT_HTTP),
        (raw(b"<html><title>No head</title></html>\r\n\r\n"), Reason.NOT_HTTP),
        (raw(b"HTTP/1.1 twohundred OK\r\n\r\n"), Reason.NOT_HTTP),
        (raw(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), Reason.NOT_HTTP),
        (of_length("many", html("A page")), Reason.NOT_HTTP),
        (of_length("-1", html("A page")), Reason.NOT_HTTP),
        (of_length("5\r\nContent-Length: 6", html("A page")), Reason.NOT_HTTP),
    ],
)
def test_no_answer_comes(server: Server, behaviour: Behaviour, reason: Reason) -> None:
    timeout = 1 if reason is Reason.SLOW else PATIENCE
    assert found(server, behaviour, timeout) == (reason, None)
    assert methods(server) == METHODS


@pytest.mark.parametrize(
    "behaviour",
    [
        behaviours.endless_body,
        behaviours.reset_in_body,
        of_length("100000", html("A page")),
        of_length("10", html("A page")),
        of_length("0", html("A page")),
        answer(200),
        answer(200, html("A page"), [("Content-Encoding", "gzip")]),
        answer(200, html("A page"), [("Content-Encoding", "br")]),
        answer(200, html("A page"), [("X-Big", "x" * 30_000)]),
        answer(200, html("A page"), [("Set-Cookie", "\xff=\xfe; rubbish"), ("ETag", "\xe9"), ("X-Odd", "\xff")]),
        raw(b"HTTP/1.0 200\r\nContent-Type: text/html\r\n\r\n" + html("A page")),
        raw(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
        ),
    ],
)
def test_what_people_would_see_all_the_same_is_well(server: Server, behaviour: Behaviour) -> None:
    assert found(server, behaviour) == (Reason.WELL, 200)


def test_a_page_that_comes_very_slowly_is_well(server: Server) -> None:
    assert found(server, behaviours.drip_body, timeout=1) == (Reason.WELL, 200)


def test_a_page_that_is_huge_once_unpacked_is_not_unpacked(server: Server) -> None:
    bomb = behaviours.bomb(50)
    tracemalloc.start()
    assert found(server, bomb) == (Reason.WELL, 200)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 10_000_000


def test_nobody_is_there() -> None:
    with Server() as server:
        url = server.url()
    assert ask(url) == Finding(Reason.UNREACHABLE)


@pytest.mark.parametrize(
    "url", ["", "mailto:a@b.c", "http://", "http://[x]/", "http://a b/", "http://x:99999/", "x" * 9]
)
def test_what_cannot_be_asked(url: str) -> None:
    assert ask(url) == Finding(Reason.BAD_URL)


def test_a_page_is_asked_with_head_and_then_for_its_title(server: Server) -> None:
    assert found(server, page("404 Not Found")) == (Reason.SAYS_NOT_FOUND, 200)
    assert methods(server) == METHODS


def test_of_other_files_head_is_enough(server: Server) -> None:
    assert found(server, answer(200, b"%PDF", kind="application/pdf")) == (Reason.WELL, 200)
    assert methods(server) == ["HEAD"]


@pytest.mark.parametrize(
    "head",
    [
        answer(404), answer(403), answer(405), answer(501), answer(500), answer(304), answer(200, kind=""),
        answer(302, b""), raw(b"rubbish\r\n\r\n"), behaviours.hang, behaviours.reset, WELL,
    ],
)  # fmt: skip
def test_where_head_tells_nothing_good_get_decides(server: Server, head: Behaviour) -> None:
    timeout = 1 if head is behaviours.hang else PATIENCE
    assert found(server, by_method(head=head, get=WELL), timeout) == (Reason.WELL, 200)
    assert found(server, by_method(head=head, get=answer(404)), timeout) == (Reason.NOT_FOUND, 404)
    assert methods(server) == METHODS * 2


def test_a_busy_server_is_not_asked_once_more(server: Server) -> None:
    finding = ask(server.behave("/page", answer(429, b"", [("Retry-After", "120")])))
    assert finding == Finding(Reason.BUSY, 429, wait=120, host=f"127.0.0.1:{server.port}")
    assert methods(server) == ["HEAD"]


def test_a_redirect_that_head_alone_is_given_is_not_believed(server: Server) -> None:
    server.behave("/", WELL)
    assert found(server, by_method(head=redirect("/"), get=WELL)) == (Reason.WELL, 200)
    assert found(server, by_method(head=redirect("/nowhere"), get=WELL)) == (Reason.WELL, 200)
    assert found(server, redirect("/")) == (Reason.FRONT_PAGE, 200)
    server.behave("/broken", answer(500))
    server.behave("/reset", behaviours.reset)
    for place in ("/broken", "/reset", "http://10.0.0.1/", "http://no.invalid:0/", f"https://127.0.0.1:{server.port}/"):
        assert found(server, by_method(head=redirect(place), get=WELL)) == (Reason.WELL, 200)


def test_it_says_who_it_is(server: Server, settings: Any) -> None:
    settings.SITE_URL = "https://notes.example"
    found(server, WELL)
    for request in server.requests:
        assert "https://notes.example" in request.headers["user-agent"]
        assert request.headers["connection"] == "close"
        assert "cookie" not in request.headers


def test_it_leads_in_a_circle(server: Server) -> None:
    server.behave("/a", redirect("/b"))
    server.behave("/b", redirect("/a"))
    for path in ("/a", "/b"):
        finding = ask(server.url(path))
        assert (finding.reason, finding.target) == (Reason.LOOP, server.url(path))
    assert found(server, redirect("/page")) == (Reason.LOOP, 302)
    assert found(server, redirect("#there")) == (Reason.LOOP, 302)


def test_it_leads_on_and_on(server: Server) -> None:
    assert found(server, behaviours.endless_redirects) == (Reason.REDIRECTS, 302)
    assert methods(server) == ["HEAD"] * 11 + ["GET"] * 11


def test_ten_redirects_are_followed(server: Server) -> None:
    for number in range(10):
        server.behave(f"/{number}", redirect(f"/{number + 1}"))
    server.behave("/10", WELL)
    assert ask(server.url("/0")).reason == Reason.WELL


def test_a_server_that_wants_its_cookie_back_gets_it_within_one_asking(server: Server) -> None:
    url = server.behave("/page", behaviours.with_cookie(WELL))

    async def run() -> None:
        async with Asker(at_once) as asker:
            for _ in range(2):
                assert (await asker.ask(url, {})).reason == Reason.WELL

    asyncio.run(run())
    cookies = [request.headers.get("cookie") for request in server.requests]
    assert cookies == [None, "seen=yes", "seen=yes"] * 2


def test_a_cookie_is_not_told_to_another_host() -> None:
    with Server(["127.0.0.2", "127.0.0.3"]) as server:
        server.behave("/there", WELL)
        there = server.url("/there", "127.0.0.3")
        assert found(server, redirect(there, 302, [("Set-Cookie", "seen=yes; Path=/")]))[0] == Reason.WELL
        assert not any("cookie" in request.headers for request in server.requests)


@pytest.mark.parametrize("location", ["mailto:a@b.c", "javascript:alert(1)", "ftp://x/", "http://[", "//a b"])
def test_it_leads_to_no_web_page(server: Server, location: str) -> None:
    assert found(server, redirect(location)) == (Reason.BAD_URL, 302)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
def test_it_leads_nowhere(server: Server, status: int) -> None:
    assert found(server, answer(status)) == (Reason.STATUS, status)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("there", "/there"), ("./there", "/there"), ("../there", "/there"), ("?q", "/page?q"), ("/a/../b", "/b"),
        ("//HOST/there", "/there"), ("HTTP://HOST/there", "/there"), ("  /there\t", "/there"), ("/a b", "/a%20b"),
        ("/caf\xe9", "/caf%E9"), ("/caf\xc3\xa9", "/caf%C3%A9"), ("/[a]?b=[c]|d", "/[a]?b=[c]|d"), ("/%", "/%"),
        ("/%zz%2f", "/%zz%2f"), ("/there#part", "/there"), ("/\xe5\x8f\xb0?\xe5\x8c\x97", "/%E5%8F%B0?%E5%8C%97"),
    ],
)  # fmt: skip
def test_locations_lead_where_a_browser_would_go(server: Server, location: str, path: str) -> None:
    server.behave(path, WELL)
    moved = redirect(location.replace("HOST", f"127.0.0.1:{server.port}"), 301)
    finding = ask(server.behave("/page", moved))
    assert (finding.reason, finding.target) == (Reason.MOVED, server.url(path))


@pytest.mark.parametrize(
    ("statuses", "target"),
    [
        ([301], "/1"), ([308], "/1"), ([302], ""), ([303], ""), ([307], ""), ([301, 308], "/2"), ([301, 302], "/1"),
        ([302, 301], ""), ([301, 302, 301], "/1"),
    ],
)  # fmt: skip
def test_it_moved_as_far_as_it_says_for_good(server: Server, statuses: list[int], target: str) -> None:
    for number, status in enumerate(statuses):
        server.behave(f"/{number}", redirect(f"/{number + 1}", status))
    server.behave(f"/{len(statuses)}", WELL)
    finding = ask(server.url("/0"))
    expected = (Reason.MOVED, server.url(target)) if target else (Reason.WELL, "")
    assert (finding.reason, finding.target) == expected


def test_the_same_page_in_other_words_is_no_move(server: Server) -> None:
    server.behave("/page/", redirect("/page?utm_source=x", 301))
    server.behave("/page?utm_source=x", WELL)
    assert ask(server.url("/page/")).reason == Reason.WELL


def test_what_fails_tells_where_it_led(server: Server) -> None:
    finding = ask(server.behave("/page", redirect("/nowhere", 301)))
    assert finding == Finding(Reason.NOT_FOUND, 404, server.url("/nowhere"))


@pytest.mark.parametrize("given", [{"etag": '"one"'}, {"modified": "Mon, 02 Nov 2026 08:00:00 GMT"}])
def test_only_news_are_asked_for(server: Server, given: dict[str, str]) -> None:
    url = server.behave("/page", behaviours.conditional(**given))
    first = ask(url)
    assert (first.reason, first.validators) == (Reason.WELL, {"url": url, **given})
    server.forget()
    assert ask(url, first.validators) == Finding(Reason.WELL, 304, validators=None)
    assert methods(server) == ["HEAD"]
    # Something is new.
    server.behave("/page", behaviours.conditional('"two"', title="404 Not Found"))
    assert ask(url, first.validators).reason == Reason.SAYS_NOT_FOUND


def test_news_are_asked_for_where_the_link_leads(server: Server) -> None:
    server.behave("/new", behaviours.conditional('"one"'))
    url = server.behave("/old", redirect("/new", 301))
    first = ask(url)
    assert first.validators == {"url": server.url("/new"), "etag": '"one"'}
    assert ask(url, first.validators) == Finding(Reason.MOVED, 304, server.url("/new"))
    assert "if-none-match" not in server.asked("/old")[-1].headers


def test_where_head_is_refused_get_asks_only_for_news(server: Server) -> None:
    url = server.behave("/page", by_method(head=answer(405), get=behaviours.conditional('"one"')))
    assert ask(url, ask(url).validators) == Finding(Reason.WELL, 304)


def test_a_good_answer_without_validators_forgets_those_known(server: Server) -> None:
    assert ask(server.behave("/page", WELL), {"url": server.url("/page"), "etag": '"one"'}).validators == {}


def test_a_certificate_is_checked_against_the_name(authority: Authority) -> None:
    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with Server(tls=authority.context("somewhere.example")) as server:
        server.behave("/", WELL)
        assert ask(server.url("/", "somewhere.example"), resolve=here).reason == Reason.WELL
        assert {request.server_name for request in server.requests} == {"somewhere.example"}
        assert ask(server.url("/", "elsewhere.example"), resolve=here) == Finding(Reason.TLS)
        assert ask(server.url("/")) == Finding(Reason.TLS)


@pytest.mark.parametrize("fault", [{"days": (-9, -1)}, {"days": (1, 9)}, {"signs_itself": True}])
def test_a_certificate_is_wrong(authority: Authority, fault: dict[str, Any]) -> None:
    with Server(tls=authority.context("127.0.0.1", **fault)) as server:
        assert ask(server.url("/")) == Finding(Reason.TLS)
    with Server(tls=authority.context("127.0.0.1")) as server:
        server.behave("/", WELL)
        assert ask(server.url("/")).reason == Reason.WELL


def test_tls_is_spoken_to_a_server_that_does_not_know_it(server: Server) -> None:
    assert ask(server.url("/").replace("http:", "https:")) == Finding(Reason.TLS)


def test_a_server_that_knows_tls_alone_is_asked_without_it(authority: Authority) -> None:
    with Server(tls=authority.context("127.0.0.1")) as server:
        assert ask(server.url("/").replace("https:", "http:")).reason in (Reason.BROKEN_OFF, Reason.NOT_HTTP)


class Turns:
    """Remembers who had a turn, and how many at the same time."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.open = self.most = 0

    @asynccontextmanager
    async def __call__(self, host: str) -> AsyncIterator[None]:
        self.hosts.append(host)
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            yield
        finally:
            self.open -= 1


def test_each_request_waits_for_its_hosts_turn_and_holds_no_other() -> None:
    turns = Turns()

    async def run(url: str) -> Finding:
        async with Asker(turns) as asker:
            return await asker.ask(url, {})

    with Server(["127.0.0.2", "127.0.0.3"]) as server:
        server.behave("/there", WELL)
        url = server.behave("/page", redirect(server.url("/there", "127.0.0.3")))
        assert asyncio.run(run(url)).reason == Reason.WELL
        here, there = f"127.0.0.2:{server.port}", f"127.0.0.3:{server.port}"
        assert turns.hosts == [here, there, there] == [request.host for request in server.requests]
        assert (turns.most, turns.open) == (1, 0)


def test_it_can_be_stopped_in_the_middle(server: Server) -> None:
    async def run() -> None:
        async with Asker(at_once) as asker:
            task = asyncio.create_task(asker.ask(server.behave("/page", behaviours.hang), {}))
            while not server.requests:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(run())


def test_any_bytes_lead_to_a_finding(server: Server) -> None:
    with asyncio.Runner() as runner:
        asker = runner.run(Asker(at_once).__aenter__())

        @examples(deadline=None)
        @given(st.booleans(), st.binary(max_size=300))
        @example(True, b"Location: \x80\x81\r\n\r\n")
        def holds(is_http: bool, data: bytes) -> None:
            url = server.behave("/page", raw((b"HTTP/1.1 302 Found\r\n" if is_http else b"") + data))
            assert runner.run(asker.ask(url, {})).reason in Reason

        try:
            holds()
        finally:
            runner.run(asker.__aexit__(None, None, None))
