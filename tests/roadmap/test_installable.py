"""What a browser needs to install the site and to keep pages of it: manifest, icons, worker, and for whom pages are."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from roadmap.models import Roadmap
from tests.factories import PASSWORD, make_plan, make_user

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}svg"
SMALL = 10_000
PART = 5_500
"""The most bytes of a file of the worker."""


@pytest.fixture
def plan() -> Roadmap:
    return make_plan()


def manifest(client: Client, prefix: str = "") -> dict[str, Any]:
    response = client.get(f"{prefix}/manifest.webmanifest")
    assert response.headers["Content-Type"] == "application/manifest+json"
    found: dict[str, Any] = json.loads(response.content)
    return found


def static_file(address: str) -> bytes:
    path = finders.find(address.removeprefix(settings.STATIC_URL))
    assert isinstance(path, str)
    return Path(path).read_bytes()


# The manifest


@pytest.mark.parametrize(("prefix", "language"), [("", "zh-Hant"), ("/en", "en")])
def test_the_manifest_is_in_the_language_of_its_address(client: Client, prefix: str, language: str) -> None:
    found = manifest(client, prefix)
    assert found["lang"] == language
    assert found["dir"] == "ltr"
    assert found["start_url"] == f"{prefix}/"
    assert found["scope"] == found["id"] == "/"
    assert found["display"] == "standalone"
    assert [shortcut["url"] for shortcut in found["shortcuts"]] == [f"{prefix}/me/", f"{prefix}/search/"]


def test_its_names_are_translated(client: Client) -> None:
    chinese, english = manifest(client), manifest(client, "/en")
    assert english["shortcuts"][0]["name"] == "My study"
    assert chinese["shortcuts"][0]["name"] == "我的學習"
    assert english["short_name"]
    assert english["description"]


def test_its_colours_are_the_papers(client: Client) -> None:
    tokens = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
    found = manifest(client)
    assert f"--paper: light-dark({found['background_color']}, " in tokens
    assert found["theme_color"] == found["background_color"]


def test_its_icons_are_drawn_as_svg_one_of_them_with_room_to_be_cut(client: Client) -> None:
    icons = {icon.get("purpose", ""): icon for icon in manifest(client)["icons"]}
    for purpose in ("any", "maskable"):
        icon = icons[purpose]
        assert (icon["type"], icon["sizes"]) == ("image/svg+xml", "any")
        assert ElementTree.fromstring(static_file(icon["src"])).tag == SVG
    ground = ElementTree.fromstring(static_file(icons["maskable"]["src"]))[0]
    assert (ground.get("width"), ground.get("rx")) == ("64", None)


def test_the_manifest_is_the_same_for_everyone(client: Client) -> None:
    response = client.get("/manifest.webmanifest")
    assert "public" in response.headers["Cache-Control"]
    assert "Vary" not in response.headers
    assert not response.cookies


def colours_of(text: str) -> dict[str, str]:
    """The colours of the browser's frame, by the media they are for."""
    found = re.findall(r'<meta name="theme-color"\s+content="(#\w{6})"\s+media="([^"]+)"', text)
    return {media: colour for colour, media in found}


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_pages_name_the_manifest_the_icons_and_the_colour_of_both_themes(
    client: Client, plan: Roadmap, prefix: str
) -> None:
    text = client.get(f"{prefix}/roadmaps/{plan.slug}/").text
    assert f'<link rel="manifest" href="{prefix}/manifest.webmanifest">' in text
    for scheme in ("light", "dark"):
        assert colours_of(text)[f"(prefers-color-scheme: {scheme})"].startswith("#")
    favicon = re.search(r'<link rel="icon" href="([^"]+)"', text)
    touch = re.search(r'<link rel="apple-touch-icon" href="([^"]+)"', text)
    assert favicon
    assert touch
    assert ElementTree.fromstring(static_file(favicon[1])).tag == SVG
    picture = static_file(touch[1])
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (180, 180)
    assert len(picture) < SMALL


def test_a_chosen_theme_has_its_own_colour_alone(client: Client, plan: Roadmap) -> None:
    client.force_login(make_user(theme="dark"))
    text = client.get(f"/roadmaps/{plan.slug}/").text
    assert colours_of(text)["all"] == "#1b1a18"
    assert len(colours_of(text)) == 2


# The worker


def test_the_worker_is_asked_for_each_time_and_sent_once_a_release(client: Client) -> None:
    response = client.get("/sw.js")
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response.headers["Cache-Control"]
    assert not response.cookies
    assert client.get("/sw.js", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_the_worker_knows_the_release_and_the_words_of_all_languages(client: Client) -> None:
    first, _ = client.get("/sw.js").text.split(";\n", 1)
    site = json.loads(first.removeprefix("const SITE = "))
    assert re.fullmatch(r"[0-9a-f]{12}", site["release"])
    assert [language["home"] for language in site["languages"]] == ["/en/", "/"]
    assert site["languages"][0]["gone"] == "You are offline."
    for language in site["languages"]:
        assert "{time}" in language["kept"]
        for name in ("offline", "signOut", "admin"):
            starts = language[name] if isinstance(language[name], list) else [language[name]]
            assert all(start.startswith(language["home"]) for start in starts)


def test_the_worker_stays_small() -> None:
    sizes = [path.stat().st_size for path in (Path(settings.BASE_DIR) / "static/js/worker").iterdir()]
    assert sizes
    assert max(sizes) < PART


def test_pages_lead_to_the_worker_but_not_in_development(client: Client, settings: Settings) -> None:
    make_plan()
    assert 'data-worker="/sw.js"' in client.get("/").text
    settings.DEBUG = True
    assert 'data-worker=""' in client.get("/").text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_offline_page_is_made_for_no_reader(client: Client, prefix: str) -> None:
    client.force_login(make_user("ada@example.org"))
    response = client.get(f"{prefix}/offline/")
    assert response.status_code == 200
    assert "ada@example.org" not in response.text
    assert "csrf" not in response.text
    assert "<!--copies-->" in response.text


# For whom a page is


def reader(response: Any) -> str:
    assert isinstance(response, HttpResponse)
    return response.headers["X-Reader"]


def test_each_page_says_for_whom_it_is_without_saying_who_that_is(client: Client, plan: Roadmap) -> None:
    ada, bob = make_user("ada@example.org"), make_user("bob@example.org")
    address = f"/roadmaps/{plan.slug}/"
    assert reader(client.get(address)) == "-"
    client.force_login(ada)
    hers = reader(client.get(address))
    assert hers == ada.reader == reader(client.get("/en/me/")) == reader(client.get("/nothing/"))
    assert f'data-reader="{hers}"' in client.get(address).text
    client.force_login(bob)
    assert reader(client.get(address)) not in ("-", hers)
    client.post("/accounts/logout/")
    assert reader(client.get(address)) == "-"


def test_a_page_that_has_not_changed_says_it_too(client: Client, plan: Roadmap) -> None:
    address = f"/roadmaps/{plan.slug}/"
    etag = client.get(address).headers["ETag"]
    response = client.get(address, headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert reader(response) == "-"


def test_each_guest_is_a_reader_of_their_own(plan: Roadmap) -> None:
    key = plan.resources.earliest("pk").key
    address = f"/roadmaps/{plan.slug}/"
    names = []
    for client in (Client(), Client()):
        client.post(f"/resources/{key}/state/", {"state": "done", "next": address})
        response = client.get(address)
        names.append(reader(response))
        assert client.session["guest"] not in response.text
        assert f'data-reader="{names[-1]}"' in response.text
    assert len({*names, "-"}) == 3


def test_a_page_says_it_after_a_wrong_password_as_well(client: Client) -> None:
    response = client.post("/accounts/login/", {"login": make_user().email, "password": PASSWORD + "x"})
    assert reader(response) == "-"


@pytest.mark.parametrize("path", ["/roadmaps/{}/", "/en/roadmaps/{}/", "/roadmaps/{}/print/", "/"])
def test_pages_of_a_roadmap_are_marked_to_be_kept(client: Client, plan: Roadmap, path: str) -> None:
    address = path.format(plan.slug)
    assert client.get(address).headers["X-Roadmap"] == str(plan.pk)
    client.force_login(make_user())
    assert client.get(address).headers["X-Roadmap"] == str(plan.pk)


@pytest.mark.parametrize("path", ["/me/", "/me/notes/", "/accounts/email/", "/roadmaps/{}/changes/", "/nothing/"])
def test_no_other_page_is(client: Client, plan: Roadmap, path: str) -> None:
    client.force_login(make_user())
    assert "X-Roadmap" not in client.get(path.format(plan.slug)).headers


def test_a_page_with_a_message_is_not_since_that_is_said_once(client: Client, plan: Roadmap) -> None:
    client.force_login(make_user())
    client.post("/accounts/logout/")
    response = client.get("/")
    assert 'class="messages"' in response.text
    assert "X-Roadmap" not in response.headers
    assert client.get("/").headers["X-Roadmap"] == str(plan.pk)
