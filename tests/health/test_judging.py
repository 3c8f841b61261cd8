"""What statuses, headers and destinations say of a link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.health.destinations import is_front_page, is_sign_in
from roadmap.health.findings import Finding
from roadmap.health.judging import LONGEST_WAIT, retry_after
from roadmap.health.locations import absolute
from roadmap.models import Grade, Reason
from tests.health.askers import ask
from tests.health.behaviours import Headers, answer, html, page, redirect
from tests.health.server import Server

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "reason", "grade"),
    [
        (200, Reason.WELL, Grade.OK),
        (202, Reason.WELL, Grade.OK),
        (203, Reason.WELL, Grade.OK),
        (204, Reason.WELL, Grade.OK),
        (206, Reason.WELL, Grade.OK),
        (400, Reason.STATUS, Grade.FAILING),
        (401, Reason.SIGN_IN, Grade.FAILING),
        (402, Reason.STATUS, Grade.FAILING),
        (403, Reason.REFUSED, Grade.BLOCKED),
        (404, Reason.NOT_FOUND, Grade.FAILING),
        (405, Reason.STATUS, Grade.FAILING),
        (406, Reason.REFUSED, Grade.BLOCKED),
        (410, Reason.GONE, Grade.FAILING),
        (418, Reason.STATUS, Grade.FAILING),
        (429, Reason.BUSY, Grade.BLOCKED),
        (451, Reason.LEGAL, Grade.BLOCKED),
        (500, Reason.SERVER, Grade.FAILING),
        (502, Reason.SERVER, Grade.FAILING),
        (503, Reason.SERVER, Grade.FAILING),
        (521, Reason.SERVER, Grade.FAILING),
        (600, Reason.STATUS, Grade.FAILING),
        (999, Reason.REFUSED, Grade.BLOCKED),
    ],
)
def test_each_status_has_its_reason(server: Server, status: int, reason: Reason, grade: Grade) -> None:
    finding = ask(server.behave("/page", answer(status)))
    assert (finding.reason, finding.grade, finding.status) == (reason, grade, status)


@pytest.mark.parametrize("status", [404, 410])
def test_only_what_is_gone_counts_towards_dead(server: Server, status: int) -> None:
    assert ask(server.behave("/page", answer(status))).is_for_good
    assert not ask(server.behave("/page", page("Page not found"))).is_for_good


@pytest.mark.parametrize(
    ("status", "headers", "title"),
    [
        (403, [("cf-mitigated", "challenge")], "Example"),
        (503, [("CF-Mitigated", "challenge")], ""),
        (202, [("x-amzn-waf-action", "challenge")], ""),
        (405, [("X-Amzn-Waf-Action", "captcha")], ""),
        (403, [("x-vercel-mitigated", "challenge")], ""),
        (200, [], "Just a moment..."),
        (202, [], "Captcha"),
        (403, [], "Attention Required! | Cloudflare"),
        (503, [], "Just a moment..."),
        (200, [], "Are you a robot?"),
    ],
)
def test_a_wall_is_no_failure(server: Server, status: int, headers: Headers, title: str) -> None:
    finding = ask(server.behave("/page", page(title, status, headers)))
    assert (finding.reason, finding.grade, finding.target) == (Reason.WALL, Grade.BLOCKED, "")


def test_a_redirect_to_a_question_of_consent_is_a_wall() -> None:
    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with Server(otherwise=page("Before you continue")) as server:
        for place in ("consent.youtube.com", "consent.google.com"):
            server.behave("/page", redirect(f"http://{place}:{server.port}/m?continue=x"))
            assert ask(server.url("/page", "somewhere.example"), resolve=here).reason == Reason.WALL


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_says_when_to_come_again(server: Server, status: int) -> None:
    finding = ask(server.behave("/page", answer(status, b"", [("Retry-After", "7")])))
    assert (finding.wait, finding.host) == (7, f"127.0.0.1:{server.port}")
    assert finding.is_passing
    assert ask(server.behave("/page", answer(status))).wait is None


def test_the_host_that_asks_for_patience_is_the_one_that_was_led_to() -> None:
    with Server(["127.0.0.2", "127.0.0.3"]) as server:
        server.behave("/busy", answer(429, b"", [("Retry-After", "7")]))
        finding = ask(server.behave("/page", redirect(server.url("/busy", "127.0.0.3"))))
        assert (finding.wait, finding.host) == (7, f"127.0.0.3:{server.port}")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 120 ", 120),
        ("Thu, 26 Nov 2026 12:02:00 GMT", 120),
        ("Thu, 26 Nov 2026 20:02:00 +0800", 120),
        ("Thursday, 26-Nov-26 12:02:00 GMT", 120),
        ("Thu, 26 Nov 2026 11:00:00 GMT", 0),
        ("9" * 400, LONGEST_WAIT),
        ("Thu, 26 Nov 9999 12:02:00 GMT", LONGEST_WAIT),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("１２", None),
        ("Thu, 99 Nov 2026 12:02:00 GMT", None),
    ],
)
def test_how_long_to_wait(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}, NOW) == seconds


@given(st.one_of(st.text(max_size=40), st.datetimes().map(lambda at: f"{at:%a, %d %b %Y %H:%M:%S} GMT")))
def test_whatever_is_said_the_wait_is_bounded(text: str) -> None:
    seconds = retry_after({"Retry-After": text}, NOW)
    assert seconds is None or 0 <= seconds <= timedelta(days=30).total_seconds()


FRONT_PAGES = [
    "https://x.example", "https://x.example/", "https://x.example/?from=old", "https://x.example/index.html",
    "https://x.example/index.php?lang=en", "https://x.example/?p=",
    "https://x.example/?ref=/page", "https://x.example/Default.aspx", "https://x.example/en/",
    "https://x.example/en", "https://x.example/zh-tw/", "https://x.example/zh_TW/index.html", "https://x.example/home",
    "https://x.example/home/", "https://x.example/en-US/home", "https://x.example//", "http://127.0.0.1:8000/",
]  # fmt: skip
NO_FRONT_PAGES = [
    "https://x.example/page", "https://x.example/en/page", "https://x.example/go/", "https://x.example/js/",
    "https://x.example/ml/", "https://x.example/cs/", "https://x.example/index/page", "https://x.example/homework",
    "https://x.example/home/page", "https://x.example/blog/", "https://x.example/docs/index.html",
    "https://x.example/?p=12", "https://x.example/?lang=en&page_id=2", "https://x.example/index.php?title=Page",
    "https://x.example/?/docs/page",
]  # fmt: skip
SIGN_INS = [
    "https://x.example/login", "https://x.example/login/", "https://x.example/Login?next=/page",
    "https://x.example/signin?next=%2Fpage", "https://x.example/sign-in", "https://x.example/users/sign_in",
    "https://x.example/accounts/login/?next=/", "https://x.example/en/account/login", "https://x.example/session/new",
    "https://x.example/wp-login.php?redirect_to=x", "https://x.example/oauth/authorize?client_id=1",
    "https://x.example/oauth2/v2.0/authorize", "https://accounts.google.com/ServiceLogin?continue=x",
    "https://accounts.google.com/v3/signin/identifier", "https://accounts.google.com/", "https://sso.x.example/check",
    "https://login.x.example/", "https://auth.x.example/u/1", "https://x.example/index.php?action=login&to=1",
    "https://x.example/w/index.php?title=Special:UserLogin",
]  # fmt: skip
NO_SIGN_INS = [
    "https://x.example/", "https://x.example/blog/how-to-login", "https://x.example/docs/authentication",
    "https://author.example.com/", "https://x.example/blog/login", "https://x.example/docs/cli/login",
    "https://x.example/login-form-design", "https://x.example/auth-guide", "https://x.example/page?next=/login",
    "https://x.example/questions/1/sign-in", "https://x.example/oauth", "https://loginov.example/",
    "https://x.example/sessions/2024",
]  # fmt: skip


@pytest.mark.parametrize("url", FRONT_PAGES)
def test_it_is_a_front_page(url: str) -> None:
    assert is_front_page(url)


@pytest.mark.parametrize("url", NO_FRONT_PAGES)
def test_it_is_no_front_page(url: str) -> None:
    assert not is_front_page(url)


@pytest.mark.parametrize("url", SIGN_INS)
def test_it_is_a_sign_in(url: str) -> None:
    assert is_sign_in(url)


@pytest.mark.parametrize("url", [*NO_SIGN_INS, *NO_FRONT_PAGES])
def test_it_is_no_sign_in(url: str) -> None:
    assert not is_sign_in(url)


def led(server: Server, path: str, target: str, status: int = 301) -> Finding:
    server.behave(path, redirect(target, status))
    return ask(server.url(path))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("target", ["/", "/?lost=1", "/index.html", "/en/", "/zh-tw/", "/home"])
def test_a_redirect_to_a_front_page_is_a_failure(server: Server, target: str, status: int) -> None:
    server.behave(target, page("Welcome"))
    finding = led(server, "/course/intro", target, status)
    assert (finding.reason, finding.target) == (Reason.FRONT_PAGE, server.url(target))


@pytest.mark.parametrize("path", ["/index.html", "/en/", "/home"])
def test_a_front_page_may_lead_to_another(server: Server, path: str) -> None:
    server.behave("/", page("Welcome"))
    assert led(server, path, "/").reason == Reason.MOVED


def test_a_front_page_that_says_not_found_is_called_that(server: Server) -> None:
    server.behave("/", page("Page not found"))
    assert led(server, "/course/intro", "/").reason == Reason.SAYS_NOT_FOUND


@pytest.mark.parametrize(
    ("host", "path", "target", "reason"),
    [
        ("host.example", "/course/intro", "other.example", Reason.FRONT_PAGE),
        ("bit.ly", "/3xYz", "other.example", Reason.MOVED),
        ("someone.example", "/tensorbook", "www.tensorbook.example", Reason.MOVED),
        ("someone.example", "/tensor-book/", "tensorbook.example", Reason.MOVED),
        ("tensorbook.example", "/tensorbook", "tensorbook.example", Reason.FRONT_PAGE),
        ("someone.example", "/doc", "docker.example", Reason.FRONT_PAGE),
    ],
)
def test_a_short_name_and_a_project_with_a_site_of_its_own_may_lead_to_a_front_page(
    server: Server, host: str, path: str, target: str, reason: Reason
) -> None:
    async def here(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    server.behave("/", page("Welcome"))
    server.behave(path, redirect(server.url("/", target), 301))
    assert ask(server.url(path, host), resolve=here).reason == reason


@pytest.mark.parametrize("status", [200, 401, 403, 404])
@pytest.mark.parametrize("target", ["/login?next=/page", "/users/sign_in"])
def test_a_redirect_to_a_sign_in_is_a_failure(server: Server, target: str, status: int) -> None:
    server.behave(target, page("Sign in", status))
    finding = led(server, "/course/intro", target)
    assert (finding.reason, finding.target) == (Reason.SIGN_IN, server.url(target))


def test_a_link_to_a_sign_in_may_lead_to_another(server: Server) -> None:
    server.behave("/users/sign_in", page("Sign in"))
    assert led(server, "/login", "/users/sign_in").reason == Reason.MOVED


def test_a_sign_in_that_leads_back_is_none(server: Server) -> None:
    server.behave("/page", page())
    server.behave("/sso", redirect("/page"))
    assert led(server, "/course/intro", "/sso", 302).reason == Reason.WELL


@pytest.mark.parametrize(
    "headers", [[("ETag", "x" * 2000)], [("ETag", "\xe9")], [("Last-Modified", "\x80")], [("ETag", "")]]
)
def test_validators_that_cannot_be_kept_are_none(server: Server, headers: Headers) -> None:
    assert ask(server.behave("/page", answer(200, html("A page"), headers))).validators == {}


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://x.example/", "http://[", "//"]))
def test_any_url_is_looked_at(text: str, start: str) -> None:
    url = start + text
    for look in (is_front_page, is_sign_in):
        look(url)
    try:
        asked = absolute(url)
    except ValueError:
        return
    assert asked.isascii()
    assert absolute(asked) == asked
