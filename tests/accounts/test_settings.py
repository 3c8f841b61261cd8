"""A learner's settings: what may be set, what it does, and what is refused."""

from __future__ import annotations

import zoneinfo
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.forms import zones
from accounts.models import User
from tests.factories import make_admin, make_plan, make_user

pytestmark = pytest.mark.django_db

GOOD = {"name": "Ada", "language": "en", "time_zone": "Europe/Berlin", "theme": "dark", "shows_streak": "on"}


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def learner(client: Client) -> User:
    user = make_user("ada@example.org")
    client.force_login(user)
    return user


def url() -> str:
    return reverse("accounts:settings")


def saved(user: User) -> dict[str, Any]:
    found: dict[str, Any] = User.objects.filter(pk=user.pk).values(*GOOD).get()
    return found


def test_everything_that_can_be_set_is_saved(client: Client, learner: User) -> None:
    response = client.post(url(), GOOD)
    assert response.status_code == 302
    assert saved(learner) == {**GOOD, "shows_streak": True}
    text = client.get(response["Location"]).text
    assert "Saved." in text
    assert 'value="Europe/Berlin"' in text


def test_what_is_left_empty_is_left_to_the_site(client: Client, learner: User) -> None:
    client.post(url(), GOOD)
    assert client.post(url(), {"theme": "system"}).status_code == 302
    empty = {"name": "", "language": "", "time_zone": "", "theme": "system", "shows_streak": False}
    assert saved(learner) == empty


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 151),
        ("name", "Ada\0"),
        ("language", "de"),
        ("language", "zh"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "localtime"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "/etc/localtime"),
        ("time_zone", "Asia"),
        ("time_zone", "Asia/Taipei\0"),
        ("time_zone", "x" * 65),
        ("theme", "sepia"),
        ("theme", ""),
    ],
)
def test_what_there_is_not_is_refused_and_the_form_kept(client: Client, learner: User, field: str, value: str) -> None:
    before = saved(learner)
    response = client.post(url(), {**GOOD, "name": "Somebody", field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert saved(learner) == before
    if field != "name":
        assert 'value="Somebody"' in response.text
    # The page has the settings that stand, not those that were refused.
    assert 'data-theme="dark"' not in response.text


def test_a_form_without_anything_is_refused(client: Client, learner: User) -> None:
    assert client.post(url()).status_code == 422


def test_nothing_else_of_an_account_can_be_set_here(client: Client, learner: User) -> None:
    more = {"is_superuser": "on", "is_staff": "on", "email": "root@example.org", "password": "x", "pk": "1", "id": "1"}
    fields = ("pk", "email", "is_superuser", "is_staff", "password")
    before = User.objects.values_list(*fields).get()
    client.post(url(), {**GOOD, **more})
    assert User.objects.values_list(*fields).get() == before


@pytest.mark.parametrize("typed", ["asia/taipei", " Asia/Taipei ", "ASIA/TAIPEI"])
def test_a_time_zone_is_known_however_it_is_written(client: Client, learner: User, typed: str) -> None:
    client.post(url(), {**GOOD, "time_zone": typed})
    assert saved(learner)["time_zone"] == "Asia/Taipei"


def test_blanks_in_the_name_of_a_time_zone_are_no_matter(client: Client, learner: User) -> None:
    client.post(url(), {**GOOD, "time_zone": "America/New York"})
    assert saved(learner)["time_zone"] == "America/New_York"


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+8", "Asia/Taipei"])
def test_every_zone_that_a_device_may_name_is_taken(client: Client, learner: User, zone: str) -> None:
    client.post(url(), {**GOOD, "time_zone": zone})
    assert User.objects.get().zone == zoneinfo.ZoneInfo(zone)


def test_the_zones_that_are_offered_are_places(client: Client, learner: User) -> None:
    assert {"Asia/Taipei", "Europe/Berlin", "America/New_York"} <= set(zones())
    assert not {"UTC", "localtime", "Etc/GMT+8", "EST"} & set(zones())
    assert '<option value="Asia/Taipei">' in client.get(url()).text


@pytest.mark.parametrize(
    ("before", "language", "then"), [("en", "zh-hant", ""), ("zh-hant", "en", "/en"), ("en", "", "/en")]
)
def test_the_settings_go_on_in_the_language_that_was_chosen(
    client: Client, learner: User, before: str, language: str, then: str
) -> None:
    with translation.override(before):
        response = client.post(url(), {**GOOD, "language": language})
    assert response["Location"] == f"{then}/me/settings/"
    assert ("Saved." in client.get(response["Location"]).text) is (then == "/en")


PAGES = [
    "roadmap:home",
    "accounts:me",
    "accounts:notes",
    "accounts:settings",
    "accounts:data",
    "accounts:delete",
    "accounts:email",
    "account_change_password",
    "mfa_index",
    "usersessions_list",
]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_every_page_wears_the_theme_that_was_chosen(client: Client, learner: User, name: str, theme: str) -> None:
    make_plan()
    User.objects.update(theme=theme)
    text = client.get(reverse(name)).text
    assert f'data-theme="{theme}"' in text.partition("<head>")[0]
    assert f'content="{theme if theme != "system" else "light dark"}"' in text


def test_a_page_that_is_not_there_wears_the_theme_too(client: Client, learner: User) -> None:
    User.objects.update(theme="dark")
    response = client.get("/en/nothing/")
    assert response.status_code == 404
    assert 'data-theme="dark"' in response.text


def test_a_streak_that_is_not_counted_is_not_shown(client: Client, learner: User) -> None:
    make_plan()
    assert client.get(reverse("accounts:me")).context["days"].streak is not None
    client.post(url(), {**GOOD, "shows_streak": ""})
    assert client.get(reverse("accounts:me")).context["days"].streak is None


def test_the_settings_lead_to_all_else_that_is_an_accounts(client: Client, learner: User) -> None:
    text = client.get(url()).text
    for name in (*PAGES[6:], "accounts:data", "accounts:delete"):
        assert f'href="{reverse(name)}"' in text
        assert client.get(reverse(name)).status_code == 200
    assert "ada@example.org" in text


def test_the_settings_are_kept_by_no_cache(client: Client, learner: User) -> None:
    assert "no-store" in client.get(url())["Cache-Control"]


def test_settings_of_one_learner_are_not_those_of_another(client: Client, learner: User) -> None:
    other = make_admin()
    before = saved(other)
    client.post(url(), GOOD)
    assert saved(other) == before


def test_a_guest_is_led_to_the_sign_in(client: Client) -> None:
    for answer in (client.get(url()), client.post(url(), GOOD)):
        assert answer.status_code == 302
        assert answer["Location"] == "/en/accounts/login/?next=/en/me/settings/"


def test_a_post_from_another_site_is_refused(learner: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(learner)
    before = saved(learner)
    assert strict.post(url(), GOOD).status_code == 403
    assert saved(learner) == before


def test_who_was_signed_in_before_devices_were_listed_is_told_how_to_be(client: Client, learner: User) -> None:
    UserSession.objects.all().delete()
    assert "No device is known yet." in client.get(reverse("usersessions_list")).text
