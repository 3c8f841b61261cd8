"""Links that died and links that were mended, on the page of what changed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from roadmap import editing
from roadmap.changes import FOLDED_FROM, MOST
from roadmap.health.links import gather, raise_health
from roadmap.models import Link, LinkEvent, Resource, Roadmap
from roadmap.views.changes import BLOCKS_ON_A_PAGE
from tests.factories import make_plan, make_resource, make_user
from tests.roadmap.changing import bring, plan, resource, set_time, text

pytestmark = pytest.mark.django_db

URL = "/en/roadmaps/plan/changes/"
DAY = datetime(2026, 3, 1, 4, tzinfo=UTC)
"""Noon in Taipei."""


def event(row: Resource, kind: str = "died", at: datetime = DAY, **fields: str) -> LinkEvent:
    """Tell of a resource's link as a check does."""
    values = {"title": row.title, "url": row.url} | fields
    made = LinkEvent.objects.create(roadmap=row.roadmap, resource=row, kind=kind, at=at, **values)
    raise_health(Q(pk=row.roadmap_id))
    return made


def read(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def blocks(page: str) -> dict[str, str]:
    """Return what is read in each block of a page, by its anchor, in their order."""
    return {part.split('"')[0]: read("<" + part.split(">", 1)[1]) for part in page.split('class="run" id="')[1:]}


def lines(page: str) -> list[str]:
    """Return the lines of the first block of links."""
    block = page.split('id="links-', 1)[1].split("</article>")[0]
    return [read(line) for line in re.findall(r"<li>(.*?)</li>", block, re.DOTALL)]


def test_a_days_links_are_one_block_that_says_how_many(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta"))
    event(resource("Alpha"))
    event(resource("Beta"), at=DAY + timedelta(hours=1))
    event(resource("Gamma"), "mended", at=DAY + timedelta(hours=2))
    page = client.get(URL).text
    [told] = [words for name, words in blocks(page).items() if name == "links-2026-03-01"]
    assert told.startswith("Links: 2 died · 1 mended 2 p.m. Links that died 2 Alpha Basics Beta Basics")
    assert "Links that were mended 1 Gamma Further" in told
    assert f'href="/en/roadmaps/plan/#R-{resource("Alpha").key}"' in page


def test_a_link_that_an_editor_replaced_says_which_by_which(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha"))
    gather()
    Link.objects.filter(url="https://a.example/one").update(died_at=DAY, failing_since=DAY, grade="dead")
    editing.edit(resource("Alpha"), {"url": "https://www.new.example/one"})
    assert lines(client.get(URL).text) == ["Alpha Basics a.example → new.example"]


def test_days_are_those_of_the_site(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta"))
    event(resource("Alpha"), at=datetime(2026, 3, 1, 15, 59, tzinfo=UTC))
    event(resource("Beta"), at=datetime(2026, 3, 1, 16, 1, tzinfo=UTC))
    client.force_login(make_user(time_zone="America/New_York"))
    page = client.get(URL).text
    assert [name for name in blocks(page) if name.startswith("links")] == ["links-2026-03-02", "links-2026-03-01"]
    assert page.count('<time datetime="2026-03-01">') == 1


def test_they_stand_among_the_runs_by_time(client: Client, tmp_path: Path) -> None:
    first = bring(tmp_path, text("Alpha"))
    second = bring(tmp_path, text("Alpha", "Beta"))
    set_time(first, DAY)
    set_time(second, DAY + timedelta(hours=2))
    event(resource("Alpha"), at=DAY - timedelta(days=1))
    event(resource("Alpha"), "mended", at=DAY + timedelta(hours=1))
    order = [f"run-{second.pk}", "links-2026-03-01", f"run-{first.pk}", "links-2026-02-28"]
    assert list(blocks(client.get(URL).text)) == order
    event(resource("Beta"), at=DAY + timedelta(hours=3))
    assert next(iter(blocks(client.get(URL).text))) == "links-2026-03-01"


@pytest.mark.parametrize(
    ("kinds", "told"), [(("died", "mended"), "1 mended"), (("mended", "died"), "1 died"), (("died", "died"), "1 died")]
)
def test_of_one_day_what_happened_last_is_told(
    client: Client, tmp_path: Path, kinds: tuple[str, str], told: str
) -> None:
    bring(tmp_path, text("Alpha"))
    for hour, kind in enumerate(kinds):
        event(resource("Alpha"), kind, at=DAY + timedelta(hours=hour))
    words = blocks(client.get(URL).text)["links-2026-03-01"]
    assert words.startswith(f"Links: {told} 1 p.m.")
    assert words.count("Alpha") == 1


def test_on_another_day_it_is_told_again(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha"))
    event(resource("Alpha"))
    event(resource("Alpha"), "mended", at=DAY + timedelta(days=1))
    found = blocks(client.get(URL).text)
    assert found["links-2026-03-01"].startswith("Links: 1 died")
    assert found["links-2026-03-02"].startswith("Links: 1 mended")


def test_what_stands_no_more_is_named_without_an_address(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta"))
    event(resource("Alpha"))
    event(resource("Beta"))
    LinkEvent.objects.filter(title="Beta").update(resource=None)
    editing.retire([resource("Alpha")])
    page = client.get(URL).text
    assert lines(page) == ["Alpha", "Beta"]
    block = page.split('id="links-')[1].split("</article>")[0]
    assert "href" not in block


def test_the_title_is_that_of_then_and_hostile_ones_are_text(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha"))
    event(
        resource("Alpha"), "mended", title="<script>alert(1)</script>", replaced="javascript:alert(1)", url="http://["
    )
    event(resource("Gamma"), title=" ")
    page = client.get(URL).text
    assert "<script>alert" not in page
    assert lines(page) == ["Untitled Further", "<script>alert(1)</script> Basics javascript:alert(1) → ["]


def test_a_day_of_many_is_folded_and_of_very_many_cut(client: Client) -> None:
    roadmap = make_plan(slug="plan")
    rows = [make_resource(roadmap) for _ in range(FOLDED_FROM + 1)]
    for row in rows[:-1]:
        event(row)
    assert "<details>" not in client.get(URL).text
    event(rows[-1])
    assert "<details>" in client.get(URL).text
    made = (LinkEvent(roadmap=roadmap, kind="died", at=DAY, title="x", url="https://x.example/") for _ in range(MOST))
    LinkEvent.objects.bulk_create(made)
    raise_health(Q(pk=roadmap.pk))
    page = client.get(URL).text
    assert f"Links: {MOST + FOLDED_FROM + 1} died" in page
    assert len(lines(page)) == MOST
    assert f"and {FOLDED_FROM + 1} more" in page


def make_days(roadmap: Roadmap, number: int, each: int = 1) -> list[str]:
    """Let something happen to the links of a roadmap on so many days; return their anchors, the newest first."""
    rows = list(roadmap.resources.all()[:each])
    days = [DAY + timedelta(days=day) for day in range(number)]
    for day in days:
        for row in rows:
            event(row, at=day)
    return [f"links-{day.date()}" for day in reversed(days)]


def test_runs_and_days_share_the_pages_and_are_found_on_them(client: Client, tmp_path: Path) -> None:
    first, last = bring(tmp_path, text("Alpha")), bring(tmp_path, text("Alpha", "Beta"))
    names = make_days(plan(), BLOCKS_ON_A_PAGE + 2)
    # A run and a day of one time, the one at the foot of a page and the other at the head of the next.
    newer, older = names[: BLOCKS_ON_A_PAGE - 2], names[BLOCKS_ON_A_PAGE - 2 :]
    set_time(first, DAY + timedelta(days=len(older) - 1))
    set_time(last, DAY + timedelta(days=30))
    everything = [f"run-{last.pk}", *newer, f"run-{first.pk}", *older]
    found = [list(blocks(client.get(f"{URL}?page={page}").text)) for page in (1, 2)]
    assert found == [everything[:BLOCKS_ON_A_PAGE], everything[BLOCKS_ON_A_PAGE:]]
    assert client.get(f"{URL}?page=3").status_code == 404
    for name in everything:
        query, _, value = name.partition("-")
        page = everything.index(name) // BLOCKS_ON_A_PAGE + 1
        assert client.get(f"{URL}?{query}={value}").headers["Location"] == f"{URL}?page={page}#{name}"


@pytest.mark.parametrize("day", ["2026-03-02", "", "x", "2026-02-30", "9999-12-31", "0001-01-01", "%00"])
def test_a_day_of_which_nothing_is_told_is_not_found(client: Client, tmp_path: Path, day: str) -> None:
    bring(tmp_path, text("Alpha"))
    event(resource("Alpha"))
    assert client.get(f"{URL}?links={day}").status_code == 404


def test_another_roadmaps_links_are_not_told(client: Client) -> None:
    make_plan(slug="plan")
    make_days(make_plan(), 1)
    assert "Nothing has changed yet." in client.get(URL).text


@pytest.mark.parametrize("signed_in", [True, False])
def test_queries_grow_neither_with_the_days_nor_with_their_links(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(make_user())
    counts = []
    for number in (4, 8):
        roadmap = make_plan(resources=number)
        make_days(roadmap, number, each=number)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/roadmaps/{roadmap.slug}/changes/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_strangers_copy_is_made_anew_once_a_link_died(client: Client) -> None:
    make_days(make_plan(slug="plan"), 1)
    first = client.get(URL)
    assert client.get(URL, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    event(plan().resources.all()[1])
    again = client.get(URL, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert "Links: 2 died" in again.text
