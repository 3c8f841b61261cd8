"""The ways in, on a site that sends mail and has keys of GitHub and Google.

Each ends where the learner was, and what was ticked before comes along.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page, expect

from accounts.models import GuestTick, Progress, User
from roadmap.models import Resource, Roadmap
from tests.browser.pages import address_of, button, places, sign_in, violations
from tests.browser.peers import Post, code_in, github, post_office
from tests.factories import PASSWORD, make_user
from tests.serving import serving

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "new@example.org"
ANOTHER = "another horse, another battery"


@pytest.fixture
def post() -> Iterator[Post]:
    with post_office() as (post, address), pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMAIL_URL", address)
        yield post


@pytest.fixture
def neighbours() -> Iterator[list[str]]:
    """A GitHub of our own, to which the sign-in leads."""
    with github() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GITHUB_URL", address)
        for provider in ("GITHUB", "GOOGLE"):
            patch.setenv(f"{provider}_CLIENT_ID", "id")
            patch.setenv(f"{provider}_CLIENT_SECRET", "secret")
        yield [address]


@pytest.fixture
def site(post: Post, neighbours: list[str], transactional_db: None) -> Iterator[str]:
    # One process: what it counts for rate limits and codes, it counts alone.
    with serving("--workers", "1") as server:
        yield server.url


@pytest.fixture
def ticked(page: Page, plan: Roadmap, resource: Resource) -> Page:
    """The plan's page of a guest who ticked something."""
    page.goto(address_of(plan))
    button(page, resource).click()
    expect(button(page, resource)).to_have_attribute("data-state", "done")
    return page


@pytest.fixture
def learner(plan: Roadmap) -> User:
    """Somebody whose address is confirmed."""
    user = make_user("ada@example.org")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def to_sign_in(page: Page) -> None:
    page.locator("#Guest").get_by_role("link", name="Sign in").click()


def submit(page: Page, field: str) -> None:
    """Send the form that has a field."""
    page.locator(f"main form:has([name={field}]) button[type=submit]").first.click()


def expect_joined(page: Page, plan: Roadmap, resource: Resource, email: str) -> None:
    """See that the page is the one where the guest was, with the tick, which is the account's now."""
    expect(page).to_have_url(re.compile(re.escape(address_of(plan))))
    expect(page.get_by_text("1 tick from this browser joined")).to_be_visible()
    expect(button(page, resource)).to_have_attribute("data-state", "done")
    assert Progress.objects.get().user.email == email
    assert not GuestTick.objects.exists()


def test_who_signs_up_confirms_the_address_by_a_code(
    ticked: Page, plan: Roadmap, resource: Resource, post: Post
) -> None:
    ticked.locator("#Guest").get_by_role("link", name="sign up").click()
    ticked.locator("[name=email]").fill(NEW)
    ticked.locator("[name=password1]").fill(PASSWORD)
    ticked.locator("[name=password2]").fill(PASSWORD)
    submit(ticked, "password1")
    expect(ticked.locator("[name=code]")).to_be_visible()
    assert violations(ticked) == []
    text = post.newest(ticked, NEW)
    assert "AIE Notes" in text
    ticked.locator("[name=code]").fill("WRONG1")
    submit(ticked, "code")
    expect(ticked.locator("main [role=alert], main .errorlist, main .error").first).to_be_visible()
    assert not Progress.objects.exists()
    ticked.locator("[name=code]").fill(code_in(text))
    submit(ticked, "code")
    expect_joined(ticked, plan, resource, NEW)
    assert EmailAddress.objects.get(email=NEW).verified


def test_a_code_by_mail_signs_in(ticked: Page, plan: Roadmap, resource: Resource, post: Post, learner: User) -> None:
    to_sign_in(ticked)
    ticked.get_by_role("link", name="Send me a sign-in code").click()
    ticked.locator("main [name=email]").fill(learner.email)
    submit(ticked, "email")
    ticked.locator("[name=code]").fill(code_in(post.newest(ticked, learner.email)))
    submit(ticked, "code")
    expect_joined(ticked, plan, resource, learner.email)


def test_the_mail_is_in_the_language_of_the_page(page: Page, post: Post, learner: User) -> None:
    page.goto("/accounts/login/code/")
    page.locator("main [name=email]").fill(learner.email)
    submit(page, "email")
    text = post.newest(page, learner.email)
    assert "登入" in text
    assert not re.search(r"\b(Hello|Thank you|sign-in code)\b", text)
    assert re.search(r"[\u4e00-\u9fff]", post.mails[0]["Subject"])
    assert post.mails[0]["From"] == "AIE Notes <noreply@localhost>"


def test_a_forgotten_password_is_set_anew_by_a_code(page: Page, plan: Roadmap, post: Post, learner: User) -> None:
    page.goto("/en/accounts/password/reset/")
    page.locator("main [name=email]").fill(learner.email)
    submit(page, "email")
    page.locator("[name=code]").fill(code_in(post.newest(page, learner.email)))
    submit(page, "code")
    page.locator("[name=password1]").fill("12345678")
    page.locator("[name=password2]").fill("12345678")
    submit(page, "password1")
    expect(page.get_by_text("too common")).to_be_visible()
    page.locator("[name=password1]").fill(ANOTHER)
    page.locator("[name=password2]").fill(ANOTHER)
    submit(page, "password1")
    expect(page.locator("[name=password1]")).to_have_count(0)
    learner.refresh_from_db()
    assert learner.check_password(ANOTHER)


def test_github_signs_in_and_its_ticks_come_along(ticked: Page, plan: Roadmap, resource: Resource) -> None:
    to_sign_in(ticked)
    expect(ticked.get_by_role("link", name="Google").or_(ticked.get_by_role("button", name="Google"))).to_be_visible()
    ticked.get_by_role("link", name="GitHub").or_(ticked.get_by_role("button", name="GitHub")).click()
    if "/github/login/" in ticked.url:
        ticked.locator("main form button[type=submit]").first.click()
    expect_joined(ticked, plan, resource, "octo@example.org")
    ticked.goto("/en/me/settings/")
    ticked.get_by_role("link", name="GitHub and Google").click()
    expect(ticked.get_by_text(re.compile("octo", re.IGNORECASE)).first).to_be_visible()
    assert violations(ticked) == []


def test_another_address_counts_once_its_code_was_entered(page: Page, post: Post, learner: User) -> None:
    page.goto("/en/accounts/login/?next=/en/me/settings/")
    sign_in(page, learner)
    page.get_by_role("link", name="E-mail address").click()
    expect(page.locator("main [name=email]")).to_be_visible()
    assert violations(page) == []
    page.locator("main [name=email]").fill(NEW)
    page.get_by_role("button", name="Change Email").click()
    code = code_in(post.newest(page, NEW))
    learner.refresh_from_db()
    assert learner.email == "ada@example.org"
    page.locator("[name=code]").fill(code)
    submit(page, "code")
    expect(page.get_by_text(NEW).first).to_be_visible()
    learner.refresh_from_db()
    assert learner.email == NEW
    assert [row.email for row in EmailAddress.objects.filter(user=learner)] == [NEW]


# Keys and second factors


def with_authenticator(page: Page) -> None:
    """Give the browser a key of its own that knows its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_out(page: Page, email: str) -> None:
    page.get_by_role("button", name=email).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


def to_two_factor(page: Page, learner: User) -> None:
    page.goto("/en/accounts/login/?next=/en/me/settings/")
    sign_in(page, learner)
    page.get_by_role("link", name="Passkeys and two-factor").click()
    expect(page).to_have_url(re.compile("/2fa/"))
    assert violations(page) == []


def confirm(page: Page) -> None:
    """Type the password again, as one must before one changes how to sign in."""
    page.locator("main [name=password]").fill(PASSWORD)
    submit(page, "password")


def test_a_passkey_is_added_and_signs_in(page: Page, plan: Roadmap, resource: Resource, learner: User) -> None:
    with_authenticator(page)
    to_two_factor(page, learner)
    page.locator("main").get_by_role("link", name="Add").click()
    confirm(page)
    page.locator("[name=name]").fill("My laptop")
    expect(page.locator("[name=passwordless]")).to_be_checked()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Security key added")).to_be_visible()
    assert Authenticator.objects.filter(user=learner, type=Authenticator.Type.WEBAUTHN).count() == 1
    page.goto("/en/accounts/2fa/webauthn/")
    expect(page.get_by_role("link", name="Edit My laptop")).to_be_visible()
    assert violations(page) == []
    page.goto(address_of(plan))
    sign_out(page, learner.email)
    page.goto(address_of(plan))
    button(page, resource).click()
    to_sign_in(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect_joined(page, plan, resource, learner.email)


def test_who_signs_up_by_passkey_needs_no_password(ticked: Page, plan: Roadmap, resource: Resource, post: Post) -> None:
    with_authenticator(ticked)
    ticked.locator("#Guest").get_by_role("link", name="sign up").click()
    ticked.get_by_role("link", name=re.compile("passkey")).click()
    ticked.locator("main [name=email]").fill(NEW)
    submit(ticked, "email")
    ticked.locator("[name=code]").fill(code_in(post.newest(ticked, NEW)))
    submit(ticked, "code")
    ticked.locator("[name=name]").fill("My phone")
    ticked.locator("main form:has([name=name]) button").first.click()
    expect_joined(ticked, plan, resource, NEW)
    assert not User.objects.get(email=NEW).has_usable_password()


def totp(secret: str) -> str:
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(secret, counters[len(counters) // 2])))


def test_an_authenticator_app_and_recovery_codes_guard_the_password(
    page: Page, plan: Roadmap, resource: Resource, learner: User
) -> None:
    to_two_factor(page, learner)
    page.locator("main").get_by_role("link", name="Activate").click()
    confirm(page)
    expect(page.locator("[name=code]")).to_be_visible()
    assert violations(page) == []
    secret = page.locator("#authenticator_secret, main input[readonly], main input[disabled]").first.input_value()
    page.locator("[name=code]").fill(totp(secret))
    submit(page, "code")
    expect(page.locator("[name=code]")).to_have_count(0)
    page.goto("/en/accounts/2fa/recovery-codes/")
    assert violations(page) == []
    recovery = Authenticator.objects.get(user=learner, type=Authenticator.Type.RECOVERY_CODES).wrap()
    code = recovery.get_unused_codes()[0]
    expect(page.locator("main")).to_contain_text(code)
    page.goto(address_of(plan))
    sign_out(page, learner.email)
    page.goto(f"/en/accounts/login/?next={address_of(plan)}")
    sign_in(page, learner)
    expect(page.locator("main [name=code]")).to_be_visible()
    page.locator("main [name=code]").fill("000000")
    submit(page, "code")
    expect(page.locator("main [name=code]")).to_be_visible()
    page.locator("main [name=code]").fill(code)
    submit(page, "code")
    expect(page.get_by_role("button", name=learner.email)).to_be_visible()
    expect(page).to_have_url(re.compile(re.escape(address_of(plan))))
    assert len(Authenticator.objects.get(pk=recovery.instance.pk).wrap().get_unused_codes()) == 9
    assert get_adapter().is_mfa_enabled(learner)
    expect(places(page, resource).first).to_be_attached()


# What allauth shows


ENGLISH = re.compile(r"[A-Za-z]{2,}(?:[ ,]+[A-Za-z]{2,}){2,}")
"""Three words in a row: no name that the site shows has as many."""
OUTSIDE = [
    "login/",
    "signup/",
    "signup/passkey/",
    "login/code/",
    "password/reset/",
    "inactive/",
    "3rdparty/login/error/",
    "3rdparty/login/cancelled/",
    "github/login/",
    "google/login/",
]
INSIDE = [
    "email/",
    "password/change/",
    "logout/",
    "reauthenticate/",
    "sessions/",
    "3rdparty/",
    "2fa/",
    "2fa/webauthn/",
    "2fa/webauthn/add/",
    "2fa/webauthn/{key}/edit/",
    "2fa/webauthn/{key}/remove/",
]
WITHOUT_APP = ["2fa/totp/activate/"]
WITH_APP = ["2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/", "2fa/reauthenticate/"]


def expect_in_dress(page: Page, paths: list[str]) -> None:
    """See that pages of allauth are the site's: its header, its language, no barrier, nothing beyond the window."""
    page.set_viewport_size({"width": 390, "height": 800})
    for path in paths:
        for prefix, language in (("", "zh-Hant"), ("/en", "en")):
            page.goto(f"{prefix}/accounts/{path}")
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.get_by_role("link", name="AIE Notes")).to_be_visible()
            expect(page.locator("h1")).to_have_count(1)
            assert violations(page) == [], page.url
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, page.url
            if not prefix:
                assert ENGLISH.findall(f"{page.title()}\n{page.locator('main').inner_text()}") == [], page.url


def test_every_page_of_the_sign_in_wears_the_sites_dress(page: Page, plan: Roadmap) -> None:
    expect_in_dress(page, OUTSIDE)


def test_every_page_of_an_account_wears_the_sites_dress(page: Page, plan: Roadmap, learner: User) -> None:
    with_authenticator(page)
    to_two_factor(page, learner)
    page.locator("main").get_by_role("link", name="Activate").click()
    confirm(page)
    expect_in_dress(page, WITHOUT_APP)
    TOTP.activate(learner, generate_totp_secret())
    page.goto("/en/accounts/2fa/webauthn/add/")
    page.locator("[name=name]").fill("鑰匙")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Security key added")).to_be_visible()
    key = Authenticator.objects.get(user=learner, type=Authenticator.Type.WEBAUTHN).pk
    expect_in_dress(page, [path.format(key=key) for path in [*INSIDE, *WITH_APP]])
