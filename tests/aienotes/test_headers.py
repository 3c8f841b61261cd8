from __future__ import annotations

from collections.abc import Callable

import pytest
from csp.constants import NONCE
from csp.decorators import csp_exempt, csp_update
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.cache import cache_control

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("the same for everyone")


def with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(getattr(request, "csp_nonce")))  # noqa: B009 - no type knows of it


def own_policy(request: HttpRequest) -> HttpResponse:
    return HttpResponse("own", headers={"Content-Security-Policy": "sandbox"})


urlpatterns = [
    path("plain", plain),
    path("en/plain", plain),
    path("updated", csp_update({"img-src": ["https://a.example"]})(plain)),
    path("exempt", csp_exempt()(plain)),
    path("nonce", csp_update({"script-src": [NONCE]})(with_nonce)),
    path("own", own_policy),
    path("<str:digest>.css", plain, name="stylesheet"),
    path("shared", cache_control(public=True, max_age=60)(plain)),
]
pytestmark = pytest.mark.urls(__name__)


def policy(client: Client, url: str) -> set[str]:
    return set(filter(None, client.get(url).headers.get("Content-Security-Policy", "").split("; ")))


def test_a_page_for_everyone_sets_no_cookie_and_varies_by_nothing(client: Client) -> None:
    response = client.get("/plain", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert not response.cookies
    assert "Vary" not in response.headers


def test_what_does_not_say_that_it_is_for_everyone_is_for_no_shared_cache(client: Client) -> None:
    assert client.get("/plain").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/shared").headers["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize(("url", "language"), [("/plain", "zh-hant"), ("/en/plain", "en")])
@pytest.mark.parametrize("accepted", ["en", "zh-TW", "", "*;q=nonsense"])
def test_the_address_alone_decides_the_language(client: Client, url: str, language: str, accepted: str) -> None:
    response = client.get(url, headers={"Accept-Language": accepted})
    assert response.headers["Content-Language"] == language


def test_every_answer_has_the_strict_policy(client: Client) -> None:
    assert policy(client, "/plain") == POLICY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("X-Frame-Options", "DENY"),
    ],
)
def test_every_answer_has_the_other_headers(client: Client, name: str, value: str) -> None:
    response = client.get("/plain")
    assert response.headers[name] == value
    assert "camera=()" in response.headers["Permissions-Policy"]


def test_a_view_can_widen_its_policy(client: Client) -> None:
    assert policy(client, "/updated") == (POLICY - {"img-src 'self'"}) | {"img-src 'self' https://a.example"}
    assert policy(client, "/exempt") == set()
    assert policy(client, "/own") == {"sandbox"}
    assert policy(client, "/plain") == POLICY


def test_a_nonce_that_was_asked_for_is_in_the_policy(client: Client) -> None:
    response = client.get("/nonce")
    assert f"'nonce-{response.content.decode()}'" in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
@override_settings(ROOT_URLCONF="aienotes.urls")
@pytest.mark.parametrize("method", [Client.post, Client.put, Client.delete])
def test_what_changes_something_needs_a_token(method: Callable[..., HttpResponse]) -> None:
    assert method(Client(enforce_csrf_checks=True), "/accounts/login/").status_code == 403


@override_settings(ALLOWED_HOSTS=["a.example"])
def test_a_strange_host_is_refused(client: Client) -> None:
    assert client.get("/plain", headers={"Host": "evil.example"}).status_code == 400
