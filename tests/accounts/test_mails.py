"""The mails of accounts, as a mail server gets them: in the receiver's language, in the site's words, whole as text."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context
from django.test import Client, RequestFactory, override_settings
from django.urls import clear_url_caches, resolve
from django.utils.html import strip_tags
from django.utils.translation import override

from accounts.models import User
from tests.browser.peers import Post, code_in, post_office, text_of
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db
SITE = "https://notes.example.org"
EMAIL = "ada@example.org"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}")
"""Three words in a row: no name in a mail has as many."""
HAN = re.compile(r"[\u3400-\u9fff]")
LANGUAGES = [("zh-hant", ""), ("en", "/en")]


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as (post, address):
        server = urlsplit(address)
        values: dict[str, Any] = {
            "SITE_URL": SITE,
            "MAIL": True,
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": server.hostname,
            "EMAIL_PORT": server.port,
            "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
            "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED": True,
            "ACCOUNT_LOGIN_BY_CODE_ENABLED": True,
            "ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED": True,
            "ACCOUNT_EMAIL_NOTIFICATIONS": True,
        }
        with override_settings(**values):
            load_addresses()
            yield post
        load_addresses()


def load_addresses() -> None:
    """Make the addresses anew: which of allauth's there are depends on whether the site sends mail."""
    for name in ("allauth.account.urls", "allauth.urls", "aienotes.urls"):
        importlib.reload(importlib.import_module(name))
    clear_url_caches()


@pytest.fixture
def learner() -> User:
    user = make_user(EMAIL, time_zone="America/New_York")
    EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    return user


def only(post: Post) -> EmailMessage:
    (mail,) = post.mails
    return mail


def expect_in_dress(mail: EmailMessage, language: str) -> str:
    """See that a mail is in one language and the same in both parts; return its text."""
    text, html = text_of(mail), text_of(mail, "html")
    assert mail["From"].startswith("AIE Notes <")
    shown = f"{mail['Subject']}\n{text}"
    if language == "en":
        assert not HAN.search(shown)
    else:
        assert HAN.search(mail["Subject"])
        assert not ENGLISH.search(shown), shown
    assert f'lang="{"en" if language == "en" else "zh-Hant"}"' in html
    body = unescape(strip_tags(html.partition("<body>")[2].replace("<br>", "\n")))
    assert body.split() == text.split()
    assert not re.search(r'<img|<link|<script|\bsrc=|url\(|(?<!href=")http(?!s?://[^<"]*</a>)', html)
    assert "\n\n\n" not in text
    assert not re.search(r"{[{%]|%\(|&\w+;", text)
    for address in re.findall(r"https?://\S+", text):
        assert address.startswith(f"{SITE}/en/" if language == "en" else f"{SITE}/")
        assert language == "en" or not address.startswith(f"{SITE}/en/")
        with override(language):
            resolve(urlsplit(address).path)
    return text


@pytest.mark.parametrize(("language", "prefix"), LANGUAGES)
def test_who_signs_up_is_sent_a_code(client: Client, post: Post, language: str, prefix: str) -> None:
    form = {"email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    client.post(f"{prefix}/accounts/signup/", form)
    text = expect_in_dress(only(post), language)
    assert only(post)["To"] == "new@example.org"
    assert only(post)["Subject"] == ("Confirm your e-mail address" if prefix else "請確認你的電子郵件地址")
    client.post(f"{prefix}/accounts/confirm-email/", {"code": code_in(text)})
    assert EmailAddress.objects.get(email="new@example.org").verified


@pytest.mark.parametrize(("language", "prefix"), LANGUAGES)
def test_who_signs_up_again_is_told_of_the_account(
    client: Client, post: Post, learner: User, language: str, prefix: str
) -> None:
    form = {"email": EMAIL, "password1": PASSWORD, "password2": PASSWORD}
    client.post(f"{prefix}/accounts/signup/", form)
    text = expect_in_dress(only(post), language)
    assert EMAIL in text
    assert f"{SITE}{prefix}/accounts/password/reset/" in text


@pytest.mark.parametrize("path", ["login/code/", "password/reset/"])
@pytest.mark.parametrize(("language", "prefix"), LANGUAGES)
def test_a_code_is_sent_to_who_has_an_account(
    client: Client, post: Post, learner: User, language: str, prefix: str, path: str
) -> None:
    client.post(f"{prefix}/accounts/{path}", {"email": EMAIL})
    text = expect_in_dress(only(post), language)
    code = code_in(text)
    assert f'<p class="code">{code}</p>' in text_of(only(post), "html")
    assert code not in only(post)["Subject"]


@pytest.mark.parametrize("path", ["login/code/", "password/reset/"])
@pytest.mark.parametrize(("language", "prefix"), LANGUAGES)
def test_who_has_no_account_is_told_so(client: Client, post: Post, language: str, prefix: str, path: str) -> None:
    client.post(f"{prefix}/accounts/{path}", {"email": "nobody@example.org"})
    text = expect_in_dress(only(post), language)
    assert "nobody@example.org" in text
    assert f"{SITE}{prefix}/accounts/signup/" in text


@pytest.mark.parametrize(("language", "prefix"), LANGUAGES)
def test_a_changed_password_is_told_of(client: Client, post: Post, learner: User, language: str, prefix: str) -> None:
    client.force_login(learner)
    form = {"oldpassword": PASSWORD, "password1": "another horse 7", "password2": "another horse 7"}
    client.post(f"{prefix}/accounts/password/change/", form, headers={"User-Agent": CHROME})
    text = expect_in_dress(only(post), language)
    assert "Chrome · Linux" in text
    assert "127.0.0.1" in text
    assert "America/New_York" in text


@pytest.mark.parametrize(
    ("chosen", "prefix", "language"), [("en", "", "en"), ("zh-hant", "/en", "zh-hant"), ("tlh", "/en", "en")]
)
def test_a_mail_is_in_the_language_that_the_learner_chose(
    client: Client, post: Post, learner: User, chosen: str, prefix: str, language: str
) -> None:
    User.objects.update(language=chosen)
    client.post(f"{prefix}/accounts/password/reset/", {"email": EMAIL.upper()})
    expect_in_dress(only(post), language)


def test_a_request_for_another_host_changes_no_mail(client: Client, post: Post, learner: User) -> None:
    form = {"email": EMAIL, "password1": PASSWORD, "password2": PASSWORD}
    client.post("/en/accounts/signup/", form, headers={"Host": "localhost"})
    assert "localhost" not in expect_in_dress(only(post), "en")


# Every notification that allauth knows

DETAILS: dict[str, Any] = {
    "from_email": EMAIL,
    "to_email": "lovelace@example.org",
    "deleted_email": EMAIL,
    "provider": "GitHub",
    "account": None,
    "timestamp": datetime(2026, 11, 27, 3, 5, tzinfo=UTC),
}
FOLDERS = ("account", "mfa", "socialaccount")


def notifications() -> Iterator[str]:
    """Yield what allauth calls each mail that tells of a change."""
    templates = Path(allauth.__file__).parent / "templates"
    for folder in FOLDERS:
        for path in (templates / folder / "email").glob("*_message.txt"):
            if "base_notification" in path.read_text():
                yield f"{folder}/email/{path.name.removesuffix('_message.txt')}"


@pytest.mark.parametrize("name", sorted(notifications()))
@pytest.mark.parametrize("language", ["zh-hant", "en"])
def test_every_change_is_told_of_in_the_sites_words(post: Post, learner: User, name: str, language: str) -> None:
    request = RequestFactory().get("/", headers={"User-Agent": CHROME})
    with override(language), context.request_context(request):
        get_adapter(request).send_notification_mail(name, learner, DETAILS)
    text = expect_in_dress(only(post), language)
    assert ("Nov. 26, 2026, 10:05 p.m." if language == "en" else "2026年11月26日 22:05") in text
    assert f"{SITE}{'/en' if language == 'en' else ''}/accounts/sessions/" in text


def test_what_a_browser_calls_itself_and_an_address_forge_nothing(post: Post, learner: User) -> None:
    request = RequestFactory().get("/", headers={"User-Agent": "<b>Firefox/1</b>\n\nhttps://bad.example"})
    with override("en"), context.request_context(request):
        get_adapter(request).send_notification_mail(
            "account/email/email_changed", learner, DETAILS | {"to_email": "<i>&amp;@example.org"}
        )
    assert "bad.example" not in text_of(only(post))
    assert "<i>&amp;@example.org" in text_of(only(post))
    assert "<i>" not in text_of(only(post), "html")
