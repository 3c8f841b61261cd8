"""Videos and the like are asked for at their platform's oEmbed address."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.health import oembed
from roadmap.models import Grade, Reason
from tests.health import behaviours
from tests.health.askers import PATIENCE, ask
from tests.health.behaviours import answer, page, redirect
from tests.health.server import Behaviour, Server

YOUTUBE, VIMEO = "https://www.youtube.com/oembed", "https://vimeo.com/api/oembed.json"
VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
LIST = "https://www.youtube.com/playlist?list=PL123"


@pytest.mark.parametrize(
    ("url", "endpoint", "page"),
    [
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", YOUTUBE, VIDEO),
        ("http://youtube.com/watch?v=dQw4w9WgXcQ&t=10s#x", YOUTUBE, VIDEO),
        ("https://m.youtube.com/watch?feature=share&v=dQw4w9WgXcQ", YOUTUBE, VIDEO),
        ("https://music.youtube.com/watch?v=dQw4w9WgXcQ", YOUTUBE, VIDEO),
        ("https://youtu.be/dQw4w9WgXcQ?si=abc", YOUTUBE, VIDEO),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", YOUTUBE, VIDEO),
        ("https://www.youtube.com/live/dQw4w9WgXcQ", YOUTUBE, VIDEO),
        ("https://www.youtube.com/embed/dQw4w9WgXcQ", YOUTUBE, VIDEO),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", YOUTUBE, VIDEO),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=PL123", YOUTUBE, VIDEO),
        ("https://www.youtube.com/watch?v=bad%26id", YOUTUBE, "https://www.youtube.com/watch?v=bad&id"),
        ("https://www.youtube.com/playlist?list=PL123", YOUTUBE, LIST),
        ("https://music.youtube.com/playlist?list=PL123", YOUTUBE, LIST),
        ("https://www.youtube.com/embed/videoseries?list=PL123", YOUTUBE, LIST),
        ("https://vimeo.com/123456", VIMEO, "https://vimeo.com/123456"),
        ("https://vimeo.com/123456/abcdef12", VIMEO, "https://vimeo.com/123456/abcdef12"),
        ("https://vimeo.com/channels/staffpicks/123456", VIMEO, "https://vimeo.com/channels/staffpicks/123456"),
        ("https://player.vimeo.com/video/123456", VIMEO, "https://player.vimeo.com/video/123456"),
        (
            "https://www.dailymotion.com/video/x7tgad0",
            "https://www.dailymotion.com/services/oembed",
            "https://dailymotion.com/video/x7tgad0",
        ),
        (
            "https://www.ted.com/talks/a_talk",
            "https://www.ted.com/services/v1/oembed.json",
            "https://ted.com/talks/a_talk",
        ),
        ("https://soundcloud.com/who/a-track", "https://soundcloud.com/oembed", "https://soundcloud.com/who/a-track"),
        (
            "https://open.spotify.com/intl-de/episode/4rOoJ6Egrf8K2IrywzwOMk",
            "https://open.spotify.com/oembed",
            "https://open.spotify.com/intl-de/episode/4rOoJ6Egrf8K2IrywzwOMk",
        ),
    ],
)
def test_what_a_platform_is_asked(url: str, endpoint: str, page: str) -> None:
    question = oembed.question_of(url)
    assert question is not None
    assert question.url.partition("?")[0] == endpoint
    assert parse_qs(urlsplit(question.url).query)["url"] == [page]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/",
        "https://www.youtube.com/@someone",
        "https://www.youtube.com/c/someone/videos",
        "https://www.youtube.com/channel/UC123",
        "https://www.youtube.com/user/someone",
        "https://www.youtube.com/results?search_query=x",
        "https://www.youtube.com/watch",
        "https://www.youtube.com/playlist",
        "https://youtu.be/",
        "https://vimeo.com/",
        "https://vimeo.com/someone",
        "https://vimeo.com/blog/post/1",
        "https://www.ted.com/",
        "https://www.ted.com/playlists/1",
        "https://soundcloud.com/who",
        "https://soundcloud.com/who/tracks",
        "https://soundcloud.com/pages/contact",
        "https://open.spotify.com/",
        "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com.example/watch?v=dQw4w9WgXcQ",
        "https://x.example/?u=https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "mailto:a@youtube.com",
        "",
    ],
)
def test_what_is_asked_for_as_any_page(url: str) -> None:
    assert oembed.question_of(url) is None


@given(st.text(max_size=40), st.sampled_from(["https://youtube.com/", "https://vimeo.com/", "https://youtu.be/", ""]))
def test_any_url_is_looked_at(text: str, start: str) -> None:
    oembed.question_of(start + text)


TOLD = answer(200, b'{"type": "video"}', kind="application/json; charset=utf-8")


@pytest.mark.parametrize(
    ("behaviour", "reason", "status"),
    [
        (TOLD, Reason.WELL, 200),
        (answer(404), Reason.REMOVED, 404),
        (answer(404, b"Not Found", kind="text/plain"), Reason.REMOVED, 404),
        (page("404 Not Found", 404), Reason.REMOVED, 404),
        (answer(410), Reason.REMOVED, 410),
        (answer(400), Reason.REMOVED, 400),
        (answer(401), Reason.UNTOLD, 401),
        (answer(403), Reason.UNTOLD, 403),
        (page("Just a moment...", 403), Reason.WALL, 403),
        (page("A page instead"), Reason.UNTOLD, 200),
        (answer(429), Reason.BUSY, 429),
        (answer(500), Reason.SERVER, 500),
        (answer(302, b"", [("Location", "/there")]), Reason.WELL, 200),
        (behaviours.hang, Reason.SLOW, None),
        (behaviours.reset, Reason.BROKEN_OFF, None),
    ],
)
def test_what_the_platform_says(
    server: Server, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, reason: Reason, status: int | None
) -> None:
    monkeypatch.setitem(oembed.ENDPOINTS, "youtube", f"{server.behave('/oembed', behaviour)}?url=")
    server.behave("/there", TOLD)
    finding = ask("https://youtu.be/dQw4w9WgXcQ", timeout=0.5 if reason is Reason.SLOW else PATIENCE)
    assert (finding.reason, finding.status, finding.target) == (reason, status, "")
    assert {request.method for request in server.requests} == {"GET"}


def test_only_youtube_says_so_of_addresses_that_can_be_none(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(oembed.ENDPOINTS, "vimeo", f"{server.behave('/oembed', answer(400))}?url=")
    assert ask("https://vimeo.com/123456").reason == Reason.UNTOLD


def test_what_was_removed_counts_towards_dead_and_what_is_not_told_alarms_nobody(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(oembed.ENDPOINTS, "youtube", f"{server.behave('/oembed', answer(404))}?url=")
    assert ask("https://youtu.be/dQw4w9WgXcQ").is_for_good
    server.behave("/oembed", answer(401))
    assert ask("https://youtu.be/dQw4w9WgXcQ").grade == Grade.BLOCKED


def test_a_platform_says_when_to_come_again(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = answer(429, b"", [("Retry-After", "9")])
    monkeypatch.setitem(oembed.ENDPOINTS, "youtube", f"{server.behave('/oembed', busy)}?url=")
    finding = ask("https://youtu.be/dQw4w9WgXcQ")
    assert (finding.wait, finding.host) == (9, f"127.0.0.1:{server.port}")


def test_a_platform_that_leads_to_a_sign_in_does_not_tell(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.behave("/login", page("Sign in"))
    monkeypatch.setitem(oembed.ENDPOINTS, "youtube", f"{server.behave('/oembed', redirect('/login'))}?url=")
    assert ask("https://youtu.be/dQw4w9WgXcQ").grade == Grade.BLOCKED
