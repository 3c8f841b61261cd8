"""Links that died and links that were mended, in the Atom feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from roadmap.feeds import ENTRIES, LINES
from tests.factories import make_plan
from tests.roadmap.changing import bring, resource, set_time, text
from tests.roadmap.test_feed import URL, entries
from tests.roadmap.test_link_changes import DAY, event, make_days

pytestmark = pytest.mark.django_db


def test_a_day_is_an_entry_among_the_runs(client: Client, tmp_path: Path) -> None:
    set_time(bring(tmp_path, text("Alpha")), DAY - timedelta(days=1))
    event(resource("Alpha"))
    found = entries(client.get(URL))
    assert [entry["title"] for entry in found] == ["Plan: Links: 1 died", "Plan: The study plan came with 3 resources"]
    assert found[0]["link"] == "http://testserver/en/roadmaps/plan/changes/?links=2026-03-01"
    assert f'<a href="http://testserver/en/roadmaps/plan/#R-{resource("Alpha").key}"' in found[0]["summary"]
    assert client.get(found[0]["link"].removeprefix("http://testserver")).status_code == 302


def test_a_day_that_goes_on_is_the_same_entry_with_a_later_time(client: Client, tmp_path: Path) -> None:
    set_time(bring(tmp_path, text("Alpha", "Beta")), DAY - timedelta(days=1))
    event(resource("Alpha"))
    before = entries(client.get(URL))[0]
    later = DAY + timedelta(hours=3)
    event(resource("Beta"), at=later)
    after = entries(client.get(URL))[0]
    assert (after["id"], after["published"]) == (before["id"], DAY.isoformat())
    assert (before["updated"], after["updated"]) == (DAY.isoformat(), later.isoformat())
    assert after["title"] == "Plan: Links: 2 died"
    assert entries(client.get(URL.removeprefix("/en")))[0]["id"] == after["id"]
    event(resource("Gamma"), at=DAY + timedelta(days=1))
    names = [entry["id"] for entry in entries(client.get(URL))]
    assert names[1] == after["id"]
    assert len(set(names)) == 3


def test_who_has_it_gets_it_anew_once_a_link_died(client: Client, tmp_path: Path) -> None:
    set_time(bring(tmp_path, text("Alpha", "Beta")), DAY - timedelta(days=1))
    event(resource("Alpha"))
    response = client.get(URL)
    assert response.headers["Last-Modified"] == format_datetime(DAY, usegmt=True)
    for headers in (
        {"If-None-Match": response.headers["ETag"]},
        {"If-Modified-Since": response.headers["Last-Modified"]},
    ):
        assert client.get(URL, headers=headers).status_code == 304
    event(resource("Beta"), at=datetime(2026, 3, 1, 5, tzinfo=UTC))
    for headers in (
        {"If-None-Match": response.headers["ETag"]},
        {"If-Modified-Since": response.headers["Last-Modified"]},
    ):
        assert client.get(URL, headers=headers).status_code == 200


def test_it_has_what_is_newest_in_as_many_queries(client: Client) -> None:
    counts = []
    for number in (3, ENTRIES + 5):
        roadmap = make_plan(resources=LINES + 3)
        make_days(roadmap, number, each=LINES + 3 if number == 3 else 1)
        with CaptureQueriesContext(connection) as queries:
            found = entries(client.get(f"/en/roadmaps/{roadmap.slug}/changes/feed/"))
        assert len(found) == min(number, ENTRIES)
        counts.append(len(queries))
        assert found[0]["summary"].count("<li>") == (LINES if number == 3 else 1)
        assert ("and 3 more" in found[0]["summary"]) == (number == 3)
    assert counts[0] == counts[1]
