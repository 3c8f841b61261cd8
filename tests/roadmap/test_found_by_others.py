"""What search engines are told: of pages for everyone where they are and what they are about, of all others nothing."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from django.utils.translation import override

from roadmap.models import Change, ImportRun, Roadmap
from roadmap.summaries import LONGEST, summary
from roadmap.views import found
from tests.factories import make_admin, make_page, make_plan, make_roadmap, make_user
from tests.heads import Head, head_of

pytestmark = pytest.mark.django_db
SITE = "https://notes.example.org"
XML = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
LANGUAGES = ("", "/en")


@pytest.fixture(autouse=True)
def _public_address() -> Iterator[None]:
    with override_settings(SITE_URL=SITE):
        yield


@pytest.fixture
def plan() -> Roadmap:
    plan = make_plan(slug="plan", title="Plan & Co")
    make_page(plan, path="docs/第二頁 2.md", position=1, title="Second page")
    return plan


def head(client: Client, path: str) -> Head:
    return head_of(client.get(path).text)


# One page


OPEN = ["/roadmaps/plan/", "/roadmaps/plan/pages/docs/%E7%AC%AC%E4%BA%8C%E9%A0%81%202.md/", "/roadmaps/plan/changes/"]


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("prefix", LANGUAGES)
def test_a_page_for_everyone_says_where_it_is_in_each_language(
    client: Client, plan: Roadmap, prefix: str, path: str
) -> None:
    shown = head(client, prefix + path)
    assert shown.canonicals == [SITE + prefix + path]
    assert shown.languages == {
        "zh-Hant": SITE + path,
        "en": f"{SITE}/en{path}",
        "x-default": SITE + path,
    }
    assert not shown.robots


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("prefix", LANGUAGES)
def test_a_page_for_everyone_has_a_card(client: Client, plan: Roadmap, prefix: str, path: str) -> None:
    shown = head(client, prefix + path)
    graph = shown.graph
    assert shown.title.startswith(graph["og:title"])
    assert [graph["og:description"]] == shown.descriptions
    assert [graph["og:url"]] == shown.canonicals
    assert graph["og:locale"] == ("en_US" if prefix else "zh_TW")
    assert graph["og:image"].startswith(f"{SITE}/static/card")
    assert graph["twitter:card"] == "summary_large_image"
    assert graph["og:site_name"] == "AIE Notes"


def test_the_card_is_as_large_as_is_said(client: Client, plan: Roadmap) -> None:
    image = (Path(settings.BASE_DIR) / "static" / "card.png").read_bytes()
    assert len(image) < 60_000
    graph = head(client, "/roadmaps/plan/").graph
    said = (int(graph["og:image:width"]), int(graph["og:image:height"]))
    assert struct.unpack(">II", image[16:24]) == said == (1200, 630)


def test_the_front_page_of_one_study_plan_is_found_at_the_plans_own_address(client: Client, plan: Roadmap) -> None:
    assert head(client, "/").canonicals == [f"{SITE}/roadmaps/plan/"]
    make_roadmap()
    assert head(client, "/").canonicals == [f"{SITE}/"]
    assert head(client, "/en/").languages["x-default"] == f"{SITE}/"


def test_a_question_in_the_address_makes_no_other_page_of_it(client: Client, plan: Roadmap) -> None:
    assert head(client, "/roadmaps/plan/?from=mail").canonicals == [f"{SITE}/roadmaps/plan/"]


def test_older_changes_are_pages_of_their_own(client: Client, plan: Roadmap) -> None:
    resource = plan.resources.first()
    for _ in range(25):
        run = ImportRun.objects.create(roadmap=plan, source="-", version=1, counts={})
        Change.objects.create(run=run, of="resource", action="added", title="New", resource=resource)
    heads = [head(client, f"/en/roadmaps/plan/changes/{query}") for query in ("", "?page=1", "?page=2")]
    url = f"{SITE}/en/roadmaps/plan/changes/"
    assert [shown.canonicals for shown in heads] == [[url], [url], [f"{url}?page=2"]]
    assert heads[2].languages["zh-Hant"] == f"{SITE}/roadmaps/plan/changes/?page=2"
    assert heads[0].title != heads[2].title
    assert heads[0].descriptions != heads[2].descriptions


def test_what_only_editors_see_is_not_to_be_found(client: Client) -> None:
    make_plan(slug="hidden", published=False)
    client.force_login(make_admin())
    for path in ("/roadmaps/hidden/", "/roadmaps/hidden/changes/"):
        shown = head(client, path)
        assert shown.robots == "noindex"
        assert not shown.is_open


# What it is about


def test_a_page_is_told_of_in_its_first_paragraph(client: Client, plan: Roadmap) -> None:
    section = plan.pages.get(position=0).sections.all()[1]
    text = "What an engineer of language models\nshould know, <em>in the order</em> of <!--r:0--> &amp; why."
    section.body_html = f"<ul><li><p>An entry that is long enough to be taken for a text.</p></li></ul><p>{text}</p>"
    section.save()
    section.listings.update(label_html="<b>C</b> &lt; D", label="C < D")
    assert head(client, "/roadmaps/plan/").descriptions == [
        "What an engineer of language models should know, in the order of C < D & why."
    ]


@pytest.mark.parametrize(
    ("prefix", "words"), [("", "Plan & Co：收錄 5 項資源的學習計畫"), ("/en", "Plan & Co: a study plan with 5")]
)
def test_a_page_without_a_paragraph_is_told_of_by_its_size(
    client: Client, plan: Roadmap, prefix: str, words: str
) -> None:
    (description,) = head(client, f"{prefix}/roadmaps/plan/").descriptions
    assert description.startswith(words)


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        ([], ""),
        (["<p>Short.</p>"], ""),
        (["<p>See <!--r:0--> and <!--r:0--></p>"], ""),
        (["<p>Short.</p>", "", f"<p>{'這' * 20}</p>"], "這" * 20),
        ([f"<table><tr><td><p>{'cell ' * 20}</p></td></tr></table>"], ""),
        ([f"<details><summary>More</summary><p>{'fold ' * 20}</p></details>"], ""),
        ([f"<p>{'First sentence. ' * 9}And {'a second one ' * 20}</p>"], ("First sentence. " * 9).strip()),
        ([f"<p>{'一二三四五六七八九。' * 20}</p>"], "一二三四五六七八九。" * 11),
        (["<p>" + "no end " * 60 + "</p>"], ("no end " * 34).strip() + "…"),
        (["<p>" + "字" * 400 + "</p>"], "字" * 119 + "…"),
    ],
)
def test_what_a_page_says_of_itself_is_one_line(bodies: list[str], expected: str) -> None:
    assert summary((body, {0: "a label, and no short one at all"}) for body in bodies) == expected
    assert len(expected) <= LONGEST


# All addresses


def patterns(resolver: URLResolver, path: str = "") -> Iterator[str]:
    """Yield the address of every view that answers to GET without more than a slug, a key or a number."""
    for each in resolver.url_patterns:
        pattern = str(each.pattern).lstrip("^").rstrip("$")
        if isinstance(each, URLResolver):
            yield from patterns(each, path + pattern)
        elif isinstance(each, URLPattern):
            yield path + pattern


def addresses(plan: Roadmap) -> list[str]:
    resource = plan.resources.first()
    assert resource
    values = {"slug:slug": plan.slug, "path:path": "README.md", "str:key": resource.key, "int:pk": "1"}
    filled = set()
    for path in patterns(get_resolver()):
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        if not re.search(r"[<\\(?*]", path) and "admin/" not in path:
            filled.add(f"/{path.removeprefix('/')}")
    return sorted(filled)


@pytest.mark.parametrize("prefix", LANGUAGES)
@pytest.mark.parametrize("reader", ["stranger", "learner"])
def test_every_page_offers_itself_whole_or_not_at_all(client: Client, plan: Roadmap, prefix: str, reader: str) -> None:
    if reader == "learner":
        client.force_login(make_user())
    seen: dict[str, str] = {}
    pages = 0
    for path in [*addresses(plan), "/", "/nowhere/", "/roadmaps/plan/?page=9&x=1"]:
        response = client.get(prefix + path, headers={"Sec-Fetch-Site": "same-origin"})
        if response.status_code in (301, 302, 405) or "html" not in response.headers["Content-Type"]:
            continue
        pages += 1
        shown = head_of(response.text)
        whole = bool(shown.descriptions and shown.canonicals and shown.languages)
        assert whole != (shown.robots == "noindex"), path
        assert whole == shown.is_open, path
        assert shown.title == " ".join(shown.title.split()), path
        assert shown.title.endswith("AIE Notes"), path
        if reader == "stranger":
            assert not whole or "X-Robots-Tag" not in response.headers, path
        if whole:
            assert shown.descriptions == [" ".join(shown.descriptions[0].split())], path
            assert seen.setdefault(shown.descriptions[0], shown.canonicals[0]) == shown.canonicals[0], path
    assert pages > 10


def test_pages_of_a_learner_and_of_the_admin_are_for_no_search_engine(client: Client, plan: Roadmap) -> None:
    client.force_login(make_admin())
    for name in ("accounts:me", "accounts:notes", "accounts:settings", "accounts:json", "admin:index"):
        assert client.get(reverse(name)).headers["X-Robots-Tag"] == "noindex", name


# The sitemap and robots.txt


def located(text: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(text).iterfind(".//s:loc", XML)]


def test_the_sitemap_has_all_pages_in_all_languages(client: Client, plan: Roadmap) -> None:
    make_plan(slug="hidden", published=False)
    make_page(plan, path="gone.md", position=2, retired_at=timezone.now())
    response = client.get("/sitemap.xml")
    assert sorted(located(response.text)) == sorted(SITE + prefix + path for prefix in LANGUAGES for path in OPEN)
    assert response.headers["Content-Type"] == "application/xml"
    assert "public" in response.headers["Cache-Control"]
    assert not response.cookies
    assert response.headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"


def test_the_sitemap_says_the_same_as_the_pages(client: Client, plan: Roadmap) -> None:
    make_roadmap()
    for url in ElementTree.fromstring(client.get("/sitemap.xml").text).iterfind("s:url", XML):
        location = url.findtext("s:loc", "", XML)
        links = {link.get("hreflang"): link.get("href") for link in url.iterfind("x:link", XML)}
        response = client.get(location.removeprefix(SITE), headers={"Sec-Fetch-Site": "same-origin"})
        shown = head_of(response.text)
        if shown.is_open:
            assert shown.canonicals == [location]
            assert shown.languages == links
        else:
            assert "尚" in response.text or "yet" in response.text
        assert response.status_code == 200


def test_the_sitemap_says_when_the_notes_were_imported(client: Client, plan: Roadmap) -> None:
    assert plan.checked_at
    stamp = timezone.localtime(plan.checked_at).isoformat(timespec="seconds")
    assert f"<lastmod>{stamp}</lastmod>" in client.get("/sitemap.xml").text


def test_a_large_sitemap_comes_in_parts(client: Client, plan: Roadmap, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = located(client.get("/sitemap.xml").text)
    monkeypatch.setattr(found, "ADDRESSES", 4)
    parts = located(client.get("/sitemap.xml").text)
    assert parts == [f"{SITE}/sitemap-1.xml", f"{SITE}/sitemap-2.xml"]
    texts = [client.get(part.removeprefix(SITE)).text for part in parts]
    assert [*located(texts[0]), *located(texts[1])] == whole
    for number in ("0", "3"):
        assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_a_site_without_study_plans_has_an_empty_sitemap(client: Client) -> None:
    assert located(client.get("/sitemap.xml").text) == []


def test_robots_are_kept_from_what_is_not_for_them_and_told_of_the_sitemap(client: Client, plan: Roadmap) -> None:
    response = client.get("/robots.txt")
    lines = response.text.splitlines()
    assert f"Sitemap: {SITE}/sitemap.xml" in lines
    assert response.headers["Content-Type"].startswith("text/plain")
    closed = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow")]
    for language in ("zh-hant", "en"):
        with override(language):
            for name in ("admin:index", "account_login", "accounts:me", "accounts:notes"):
                assert any(reverse(name).startswith(path) for path in closed), name
    for address in located(client.get("/sitemap.xml").text):
        assert not any(address.removeprefix(SITE).startswith(path) for path in closed)
