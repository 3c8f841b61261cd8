"""The Atom feed of what changed."""

from __future__ import annotations

from email.utils import format_datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from roadmap.feeds import ENTRIES, in_xml
from roadmap.models import Change, ImportRun
from tests.factories import make_plan, make_user
from tests.roadmap.changing import bring, resource, text

pytestmark = pytest.mark.django_db

URL = "/en/roadmaps/plan/changes/feed/"
ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def entries(response: Any) -> list[dict[str, str]]:
    """Return the entries of a feed: their texts by name, and their link."""
    root = ElementTree.fromstring(response.content)
    return [
        {child.tag.removeprefix(ATOM): child.text or child.get("href") or "" for child in entry}
        for entry in root.iter(f"{ATOM}entry")
    ]


def test_there_is_one_entry_a_run(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha"))
    second = bring(tmp_path, text("Alpha", "Beta"))
    response = client.get(URL)
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    found = entries(response)
    assert [entry["title"] for entry in found] == ["Plan: 1 new", "Plan: The study plan came with 3 resources"]
    assert found[0]["updated"] == second.at.isoformat()
    assert found[0]["link"] == f"http://testserver/en/roadmaps/plan/changes/?run={second.pk}"
    assert f'<a href="http://testserver/en/roadmaps/plan/#R-{resource("Beta").key}"' in found[0]["summary"]


def test_names_and_times_stay(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha"))
    before = entries(client.get(URL))
    assert before[0]["id"].startswith("tag:localhost,2025:")
    bring(tmp_path, text("Alpha", "Beta"))
    after = entries(client.get(URL))
    assert (after[1]["id"], after[1]["updated"]) == (before[0]["id"], before[0]["updated"])
    assert entries(client.get("/roadmaps/plan/changes/feed/"))[1]["id"] == before[0]["id"]
    assert len({entry["id"] for entry in after}) == 2


@pytest.mark.parametrize(("url", "language"), [(URL, "en"), (URL.removeprefix("/en"), "zh-Hant")])
def test_it_says_its_language_and_where_it_is(client: Client, tmp_path: Path, url: str, language: str) -> None:
    bring(tmp_path, text("Alpha"))
    root = ElementTree.fromstring(client.get(url).content)
    assert root.get(LANG) == language
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"http://testserver{url}"
    assert links["alternate"] == f"http://testserver{url.removesuffix('feed/')}"


@pytest.mark.parametrize("title", ["a\x0cb", "a\x0bb", "a\x1fb", "a\ufffeb", "a\uffffb", "a\x01b"])
def test_what_xml_cannot_hold_is_left_out(client: Client, tmp_path: Path, title: str) -> None:
    run = bring(tmp_path, text("Alpha"), title=f"Plan {title}")
    Change.objects.create(run=run, of="resource", action="retired", title=title)
    run.roadmap.touch()
    found = entries(client.get(URL))
    assert found[0]["title"].startswith("Plan ab: ")
    assert ">ab<" in found[0]["summary"]


def test_everything_else_stays() -> None:
    assert in_xml("a\tb\nc 漢字 😀 \ue000 \ufffd") == "a\tb\nc 漢字 😀 \ue000 \ufffd"
    assert in_xml("\ud800\x7f") == "\x7f"


def test_hostile_titles_are_escaped_twice(client: Client, tmp_path: Path) -> None:
    run = bring(tmp_path, text("Alpha"))
    Change.objects.create(run=run, of="resource", action="retired", title="]]><script>alert(1)</script>&amp;")
    run.roadmap.touch()
    summary = entries(client.get(URL))[0]["summary"]
    assert "]]&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;" in summary


def test_it_has_the_newest_runs_in_as_many_queries(client: Client) -> None:
    counts = []
    for number in (3, ENTRIES + 5):
        plan = make_plan()
        url = f"/roadmaps/{plan.slug}/changes/feed/"
        for _ in range(number):
            run = ImportRun.objects.create(roadmap=plan, source="-", version=1, counts={})
            Change.objects.create(run=run, of="resource", action="added", title="x", resource=plan.resources.first())
        with CaptureQueriesContext(connection) as queries:
            assert len(entries(client.get(url))) == min(number, ENTRIES)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_feed_of_nothing_is_a_feed(client: Client) -> None:
    make_plan(slug="plan")
    assert entries(client.get(URL)) == []
    assert client.get("/roadmaps/none/changes/feed/").status_code == 404


@pytest.mark.parametrize("signed_in", [True, False])
def test_it_is_for_everyone_and_sets_no_cookie(client: Client, tmp_path: Path, signed_in: bool) -> None:
    bring(tmp_path, text("Alpha"))
    if signed_in:
        client.force_login(make_user())
    response = client.get(URL)
    assert response.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not response.cookies


def test_who_has_it_is_told_so(client: Client, tmp_path: Path) -> None:
    run = bring(tmp_path, text("Alpha"), ago=1)
    response = client.get(URL)
    assert response.headers["Last-Modified"] == format_datetime(run.at, usegmt=True)
    for headers in (
        {"If-None-Match": response.headers["ETag"]},
        {"If-Modified-Since": response.headers["Last-Modified"]},
    ):
        again = client.get(URL, headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == response.headers["ETag"]
    bring(tmp_path, text("Alpha", "Beta"))
    assert client.get(URL, headers={"If-None-Match": response.headers["ETag"]}).status_code == 200
    assert client.get(URL, headers={"If-Modified-Since": response.headers["Last-Modified"]}).status_code == 200
