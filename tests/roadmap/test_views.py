"""What the site answers to a stranger and to someone with a session: pages, languages, caching, files."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from roadmap import styles
from roadmap.models import Roadmap
from roadmap.views.languages import in_language, preferred
from tests.factories import (
    make_admin,
    make_listing,
    make_page,
    make_plan,
    make_resource,
    make_roadmap,
    make_section,
    make_user,
)

pytestmark = pytest.mark.django_db

ENGLISH = {"Accept-Language": "en-US,en;q=0.9"}


def test_the_front_page_is_the_one_roadmap(client: Client) -> None:
    plan = make_plan()
    response = client.get("/")
    assert response.status_code == 200
    assert f">{plan.title}</h1>" in response.text
    assert response.headers["Content-Language"] == "zh-hant"


def test_the_front_page_lists_several_roadmaps(client: Client) -> None:
    plans = [make_plan(), make_plan(language="en")]
    text = client.get("/").text
    for plan in plans:
        assert f'href="/roadmaps/{plan.slug}/"' in text
    assert text.count("data-resource") == 0


def test_the_front_page_without_a_roadmap_says_how_to_import_one(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 200
    assert "manage.py import_notes" in response.text


def test_a_roadmap_without_pages_is_shown_empty_with_the_way_to_fill_it(client: Client) -> None:
    roadmap = make_roadmap(checked_at=None, version=0)
    response = client.get(f"/roadmaps/{roadmap.slug}/")
    assert response.status_code == 200
    assert "manage.py import_notes" in response.text


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_further_pages_stand_under_their_path(client: Client, prefix: str) -> None:
    first = make_page()
    page = make_page(first.roadmap, path="docs/第二.md", position=1, title="Second")
    make_section(page, "Second", level=1, body_html="<p>of the second</p>")
    response = client.get(f"{prefix}/roadmaps/{first.roadmap.slug}/pages/docs/第二.md/")
    assert response.status_code == 200
    assert "of the second" in response.text
    assert f'href="{prefix}/roadmaps/{first.roadmap.slug}/"' in response.text


def test_the_first_page_has_one_address(client: Client) -> None:
    plan = make_plan()
    response = client.get(f"/roadmaps/{plan.slug}/pages/README.md/")
    assert response.status_code == 302
    assert response.headers["Location"] == f"/roadmaps/{plan.slug}/"


@pytest.mark.parametrize(
    "path",
    [
        "/roadmaps/none/",
        "/roadmaps/none/pages/x.md/",
        "/nothing",
        "/en/nothing/",
        "/media/",
        "/roadmaps/none/pages/%00/",
    ],
)
def test_what_is_not_there_is_a_404_in_the_dress_of_the_site(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert 'class="site-header"' in response.text


def test_a_retired_page_is_not_there(client: Client) -> None:
    page = make_page(make_plan(), path="old.md", position=1, retired_at=timezone.now())
    assert client.get(f"/roadmaps/{page.roadmap.slug}/pages/old.md/").status_code == 404


@pytest.mark.parametrize("path", ["/", "/roadmaps/plan/", "/roadmaps/plan/pages/second.md/"])
def test_pages_are_only_read(client: Client, path: str) -> None:
    make_page(make_plan(slug="plan"), path="second.md", position=1)
    for method in (client.post, client.put, client.delete, client.patch):
        assert method(path).status_code == 405
    assert client.head(path).content == b""


def test_a_500_needs_neither_database_nor_context(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("roadmap.views.pages.answer", broken)
    make_plan()
    response = Client(raise_request_exception=False).get("/")
    assert response.status_code == 500
    assert 'class="site-header"' in response.text


# Languages


@pytest.mark.parametrize(
    ("header", "english"),
    [
        ("en-US,en;q=0.9", True),
        ("en", True),
        ("ja,en;q=0.5", True),
        ("en;q=0.8,zh-TW;q=0.9", False),
        ("zh-TW,zh;q=0.9,en;q=0.8", False),
        ("zh-CN,en", False),
        ("en,zh;q=0", True),
        ("de", False),
        ("", False),
        ("*", False),
        ("en;q=0", False),
        ("x" * 5000, False),
    ],
)
def test_which_of_the_sites_languages_a_browser_names_first(header: str, english: bool) -> None:
    assert preferred(header) == ("en" if english else "zh-hant")


def test_a_first_visit_with_an_english_browser_is_led_to_english(client: Client) -> None:
    make_plan()
    response = client.get("/", headers=ENGLISH)
    assert response.status_code == 302
    assert response.headers["Location"] == "/en/"
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "same-origin"}, {"Referer": "http://testserver/en/"}, {"Accept-Language": "zh-TW,en;q=0.5"}],
)
def test_the_language_switch_and_a_chinese_browser_stay_at_the_bare_address(
    client: Client, headers: dict[str, str]
) -> None:
    make_plan()
    assert client.get("/", headers=ENGLISH | headers).status_code == 200


def test_only_the_front_page_leads_to_another_language(client: Client) -> None:
    plan = make_plan()
    assert client.get(f"/roadmaps/{plan.slug}/", headers=ENGLISH).status_code == 200
    assert client.get("/en/", headers={"Accept-Language": "zh-TW"}).status_code == 200


def test_someone_with_a_session_is_not_led_away(client: Client) -> None:
    make_plan()
    client.force_login(make_user())
    assert client.get("/", headers=ENGLISH).status_code == 200


@pytest.mark.parametrize(
    ("chosen", "path", "leads_to"),
    [("en", "/", "/en/"), ("zh-hant", "/en/", "/"), ("en", "/en/", ""), ("zh-hant", "/", ""), ("", "/en/", "")],
)
def test_a_learner_is_led_to_the_language_they_chose(client: Client, chosen: str, path: str, leads_to: str) -> None:
    make_plan()
    client.force_login(make_user(language=chosen))
    response = client.get(path, headers=ENGLISH)
    assert response.headers.get("Location", "") == leads_to
    for headers in ({"Referer": "http://testserver/me/"}, {"Sec-Fetch-Site": "same-origin"}):
        assert client.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("path", "language", "expected"),
    [
        ("/", "en", "/en/"),
        ("/en/", "zh-hant", "/"),
        ("/roadmaps/plan/", "en", "/en/roadmaps/plan/"),
        ("/en/roadmaps/plan/pages/docs/a.md/", "zh-hant", "/roadmaps/plan/pages/docs/a.md/"),
        ("/accounts/login/", "en", "/en/accounts/login/"),
        ("/nowhere", "en", "/en/"),
        ("/en/nowhere", "zh-hant", "/"),
    ],
)
def test_where_a_page_is_in_the_other_language(path: str, language: str, expected: str) -> None:
    assert in_language(path, language) == expected


def test_each_address_has_its_own_way_to_the_other_language(client: Client) -> None:
    plan = make_plan()
    switch = re.compile(r'<a href="([^"]+)" lang="(?:en|zh-Hant)" hreflang')
    for path in ("/", f"/roadmaps/{plan.slug}/"):
        assert switch.findall(client.get(path).text) == ["/en" + path]
        assert switch.findall(client.get("/en" + path).text) == [path]


@pytest.mark.parametrize(("prefix", "language", "words"), [("", "zh-Hant", "全部展開"), ("/en", "en", "Expand all")])
def test_the_page_is_in_the_language_of_its_address_and_the_notes_in_theirs(
    client: Client, prefix: str, language: str, words: str
) -> None:
    plan = make_plan(language="en" if language == "zh-Hant" else "zh-hant")
    text = client.get(f"{prefix}/roadmaps/{plan.slug}/").text
    assert f'<html lang="{language}">' in text
    assert words in text
    notes = re.search(r'<article class="notes"\s+lang="([^"]+)"', text)
    assert notes
    assert notes[1] == ("en" if language == "zh-Hant" else "zh-Hant")


# Caching


def test_a_strangers_page_is_kept_by_everyone_and_sets_no_cookie(client: Client) -> None:
    make_plan()
    response = client.get("/")
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert response.headers["Vary"] == "Cookie, Accept-Encoding, Accept-Language"
    assert not response.cookies
    assert "csrf" not in response.text


def test_only_the_front_page_varies_by_language(client: Client) -> None:
    plan = make_plan()
    for path in ("/en/", f"/roadmaps/{plan.slug}/"):
        assert client.get(path).headers["Vary"] == "Cookie, Accept-Encoding"


def test_an_unchanged_page_is_a_304_with_the_same_headers(client: Client) -> None:
    make_plan()
    full = client.get("/")
    again = client.get("/", headers={"If-None-Match": full.headers["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == full.headers[name]


@pytest.mark.parametrize("etag", ['W/"other"', '"other"', "nonsense"])
def test_another_etag_gets_the_page(client: Client, etag: str) -> None:
    make_plan()
    assert client.get("/", headers={"If-None-Match": etag}).status_code == 200


def test_the_etag_changes_with_version_import_page_and_language(client: Client) -> None:
    plan = make_plan()
    second = make_page(plan, path="second.md", position=1)
    paths = [
        f"{prefix}/roadmaps/{plan.slug}/{rest}" for prefix in ("", "/en") for rest in ("", f"pages/{second.path}/")
    ]
    seen = [client.get(path).headers["ETag"] for path in paths]
    plan.touch()
    seen.append(client.get(paths[0]).headers["ETag"])
    Roadmap.objects.update(checked_at=timezone.now())
    seen.append(client.get(paths[0]).headers["ETag"])
    assert len(set(seen)) == len(seen)


def test_an_edit_shows_at_once(client: Client) -> None:
    plan = make_plan()
    client.get("/")
    resource = plan.resources.order_by("pk")[0]
    resource.title = "A better title"
    resource.save()
    plan.touch()
    assert "A better title" in client.get("/").text


def test_in_development_a_page_is_made_anew_each_time(client: Client, settings: Any) -> None:
    settings.DEBUG = True
    make_plan()
    assert "ETag" not in client.get("/").headers


def test_the_compressed_page_is_the_page(client: Client) -> None:
    make_plan()
    response = client.get("/", headers={"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).decode() == client.get("/").text


def test_a_page_takes_one_small_query_however_long_it_is(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    plan = make_plan(resources=5)
    for path in ("/", f"/roadmaps/{plan.slug}/"):
        client.get(path)
        with django_assert_num_queries(1):
            client.get(path)


def test_making_a_page_takes_as_many_queries_for_twice_the_resources(client: Client) -> None:
    counts = []
    for number in (20, 40):
        plan = make_plan(resources=number)
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/roadmaps/{plan.slug}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_listing_roadmaps_takes_as_many_queries_for_twice_of_them(client: Client) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            make_roadmap()
        with CaptureQueriesContext(connection) as queries:
            client.get("/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_learners_page_is_kept_by_no_shared_cache(client: Client) -> None:
    make_plan()
    user = make_user()
    client.force_login(user)
    response = client.get("/")
    assert "private" in response.headers["Cache-Control"]
    assert "public" not in response.headers["Cache-Control"]
    assert "Cookie" in response.headers["Vary"]
    assert "ETag" not in response.headers
    assert user.email in response.text
    assert user.email not in Client().get("/").text


def test_signing_out_is_a_form_and_only_staff_see_the_admin(client: Client) -> None:
    make_plan()
    client.force_login(make_user())
    text = client.get("/").text
    assert re.search(
        r'<form method="post" action="/accounts/logout/">\s*<input type="hidden" name="csrfmiddlewaretoken"', text
    )
    assert "/admin/" not in text
    client.force_login(make_admin())
    assert "/admin/" in client.get("/").text


def test_a_message_for_someone_without_a_session_is_shown_and_not_kept_for_others(client: Client) -> None:
    make_plan()
    client.force_login(make_user())
    client.post("/accounts/logout/")
    assert settings.SESSION_COOKIE_NAME not in {name for name, morsel in client.cookies.items() if morsel.value}
    response = client.get("/")
    assert 'class="messages"' in response.text
    assert "private" in response.headers["Cache-Control"]
    assert 'class="messages"' not in Client().get("/").text


# Files


def test_the_stylesheet_is_one_file_named_by_its_content(client: Client) -> None:
    make_plan()
    address = re.search(r'<link rel="stylesheet" href="([^"]+)"', client.get("/").text)
    assert address
    response = client.get(address[1])
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in response.headers["Cache-Control"]
    for name in styles.FILES:
        assert (Path(settings.BASE_DIR) / "static/css" / f"{name}.css").read_text() in response.text
    compressed = client.get(address[1], headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(compressed.content) == response.content


def test_every_stylesheet_is_in_it() -> None:
    folder = Path(settings.BASE_DIR) / "static/css"
    assert {str(path.relative_to(folder).with_suffix("")) for path in folder.rglob("*.css")} == set(styles.FILES)


def test_an_old_stylesheets_address_gets_todays_and_is_not_kept(client: Client) -> None:
    response = client.get("/styles.0123456789ab.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / ("a" * 64 + ".svg")).write_text(
        "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    )
    (tmp_path / ("b" * 64 + ".html")).write_text("<p>")
    (tmp_path / "secret_key").write_text("secret")
    (tmp_path.parent / "beside.png").write_text("secret")
    return tmp_path


def test_an_image_of_the_notes_is_kept_for_ever_and_runs_nothing(client: Client, media: Path) -> None:
    response = client.get(f"/media/{'a' * 64}.svg")
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert "script-src" not in response.headers["Content-Security-Policy"]
    assert response.getvalue().startswith(b"<svg")


@pytest.mark.parametrize(
    "name",
    [
        "secret_key",
        "..%2Fbeside.png",
        "../beside.png",
        "b" * 64 + ".html",
        "c" * 64 + ".png",
        "a" * 64,
        "A" * 64 + ".SVG",
        "%00.png",
    ],
)
def test_nothing_else_is_served_from_media(client: Client, media: Path, name: str) -> None:
    assert client.get(f"/media/{name}").status_code == 404


def test_healthz_says_whether_the_database_is_reached(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")

    def unreachable(*_args: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("roadmap.views.files.connection.cursor", unreachable)
    assert client.get("/healthz").status_code == 503


# The whole page


def test_nothing_is_asked_of_another_host_and_nothing_is_inline(client: Client) -> None:
    plan = make_plan(source_url="https://example.org/README.md")
    section = plan.pages.get().sections.last()
    assert section
    make_listing(section, make_resource(plan, "Plain"), slot=None)
    text = client.get("/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son\w+=", text)
    # Where the page is itself, for search engines, is named and not asked for.
    text = re.sub(r'<link rel="(?:canonical|alternate)"[^>]*>', "", text)
    for address in re.findall(r"<(?:link|script|img|iframe|source)\b[^>]*?(?:href|src)=\"([^\"]+)\"", text):
        assert address.startswith("/")
