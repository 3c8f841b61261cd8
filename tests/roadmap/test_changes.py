"""The page of what changed: what it tells, to whom, in which days, and what it costs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from roadmap.changes import FOLDED_FROM, MOST, links
from roadmap.models import Change, ImportRun, Roadmap, Section
from roadmap.views.changes import BLOCKS_ON_A_PAGE
from tests.factories import make_page, make_plan, make_user
from tests.roadmap.changing import bring, resource, set_time, text

pytestmark = pytest.mark.django_db

URL = "/en/roadmaps/plan/changes/"


def told(page: str) -> dict[str, list[str]]:
    """Return the lines under each heading of a page, as they are read."""
    found: dict[str, list[str]] = {}
    for group in re.split(r"<h3>", page)[1:]:
        heading, rest = group.split("</h3>", 1)
        name = re.sub(r"<span.*", "", heading, flags=re.DOTALL).strip()
        lines = re.findall(r"<li>(.*?)</li>", rest.split("</ul>")[0], re.DOTALL)
        found.setdefault(name, []).extend(" ".join(unescape(re.sub("<[^>]+>", "", line)).split()) for line in lines)
    return found


def test_the_first_import_is_one_line_with_a_fold(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta"))
    page = client.get(URL).text
    assert "The study plan came with 4 resources" in page
    assert page.count("<details>") == 1
    assert told(page)["New resources"] == ["Alpha Basics", "Beta Basics", "Gamma Further", "Delta Further"]
    assert '<html lang="zh-Hant"' in client.get("/roadmaps/plan/changes/").text


def test_it_tells_what_is_new_moved_renamed_relinked_and_gone(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta"))
    after = text(
        "- [Alpha, again](https://a.example/one)",
        "- [New one](https://new.example/)",
        "Delta",
        second=("- [Gamma](https://moved.example/three)",),
    )
    bring(tmp_path, after)
    page = client.get(URL).text
    newest = told(page.split("<article")[1])
    assert newest["New resources"] == ["New one Basics"]
    assert newest["Moved"] == ["Delta from “Further” to “Basics”"]
    assert newest["Renamed"] == ["Alpha → Alpha, again"]
    assert newest["New link"] == ["Gamma c.example → moved.example"]
    assert newest["Gone"] == ["Beta"]
    assert "1 new · 1 moved · 1 renamed · 1 with a new link · 1 gone</span>" in page


def test_it_tells_of_sections_that_are_new_renamed_and_gone(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta") + "\n## Old\n\nWords.\n")
    bring(tmp_path, text("Alpha", "Beta", heading="The basics") + "\n## Fresh\n\nOther things.\n")
    newest = client.get(URL).text.split("<article")[1]
    assert told(newest) == {
        "New sections": ["Fresh"],
        "Renamed sections": ["Basics → The basics"],
        "Sections that have gone": ["Old"],
    }
    assert "3 sections changed" in newest
    assert 'href="/en/roadmaps/plan/#the-basics"' in newest


def test_what_stands_leads_to_its_place_and_what_is_gone_is_named(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta"))
    bring(tmp_path, text("Alpha", "- [New one](https://new.example/)"))
    page = client.get(URL).text
    assert f'href="/en/roadmaps/plan/#R-{resource("New one").key}"' in page
    assert resource("Beta").key not in page
    assert told(page)["Gone"] == ["Beta"]


def test_what_came_back_is_told_and_stands_again(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta"))
    bring(tmp_path, text("Alpha"))
    bring(tmp_path, text("Alpha", "Beta"))
    newest = client.get(URL).text.split("<article")[1]
    assert told(newest) == {"Come back": ["Beta Basics"]}
    assert f"#R-{resource('Beta').key}" in newest


def test_what_readers_do_not_see_is_not_told(client: Client, tmp_path: Path) -> None:
    first = bring(tmp_path, text("Alpha") + "\n## TODO\n\n- [ ] One thing\n")
    bring(tmp_path, text("Alpha", "", "Some more words.") + "\n## TODO\n\n- [ ] Another thing\n")
    page = client.get(URL).text
    assert re.findall(r'id="run-(\d+)"', page) == [str(first.pk)]
    assert "Another thing" not in page


def test_pages_are_told_where_there_are_several(client: Client, tmp_path: Path) -> None:
    run = bring(tmp_path, text("Alpha"))
    second = make_page(run.roadmap, path="second.md", position=1, title="Second page")
    Change.objects.create(run=run, of="page", action="added", title="Second page")
    run.roadmap.touch()
    page = client.get(URL).text
    assert told(page)["New pages"] == ["Plan", "Second page"]
    assert f'href="/en/roadmaps/plan/pages/{second.path}/"' in page
    second.delete()
    run.roadmap.touch()
    assert "New pages" not in client.get(URL).text


def test_the_text_before_the_first_heading_is_no_section(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, "Before.\n\n" + text("Alpha"))
    assert told(client.get(URL).text)["New sections"] == ["Plan", "Basics", "Further"]


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7 }}", "a\x0cb\x0bc", "\u202eabc"])
def test_hostile_titles_are_shown_as_they_are(client: Client, tmp_path: Path, title: str) -> None:
    run = bring(tmp_path, text("Alpha"))
    detail = {"title": ["Before " + title, title], "url": ["javascript:" + title, "https://x.example/" + title]}
    Change.objects.create(run=run, of="resource", action="updated", title=title, detail=detail, resource=None)
    Change.objects.create(run=run, of="section", action="retired", title=title)
    run.roadmap.touch()
    page = client.get(URL).text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert told(page)["Sections that have gone"] == [" ".join(title.split())]


@pytest.mark.parametrize("detail", [{"title": ["", "x"]}, {"url": ["", None]}, {"url": ["http://[", "x" * 9000]}])
def test_what_an_import_may_leave_out_breaks_nothing(client: Client, tmp_path: Path, detail: dict[str, object]) -> None:
    run = bring(tmp_path, text("Alpha"))
    Change.objects.create(run=run, of="resource", action="updated", title="", detail=detail)
    run.roadmap.touch()
    assert client.get(URL).status_code == 200


def test_texts_of_the_notes_say_their_language(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha"), language="zh-hant")
    assert re.search(r'<a href="[^"]+#R-\w+" lang="zh-Hant">Alpha</a>', client.get(URL).text)


def test_links_are_told_apart_in_as_few_words_as_do() -> None:
    assert links("https://www.a.example/x", "https://b.example/y") == ("a.example", "b.example")
    assert links("https://a.example/x", "https://www.a.example/y?z") == ("a.example/x", "a.example/y?z")
    assert links("http://a.example/x", "https://a.example/x#part") == ("a.example/x", "a.example/x#part")
    assert len(links("https://a.example/", "https://a.example/" + "x" * 5000)[1]) <= 200


def test_a_long_run_is_folded_and_a_huge_one_is_cut(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha"))
    few = [f"- [R{n}](https://r.example/{n})" for n in range(FOLDED_FROM)]
    bring(tmp_path, text("Alpha", *few))
    assert "<details>" not in client.get(URL).text.split("<article")[1]
    many = [f"- [S{n}](https://s.example/{n})" for n in range(MOST + 7)]
    bring(tmp_path, text("Alpha", *few, *many))
    newest = client.get(URL).text.split("<article")[1]
    assert "<details>" in newest
    assert f"{MOST + 7} new" in newest
    assert len(told(newest)["New resources"]) == MOST
    assert "and 7 more" in newest


def test_days_are_the_readers(client: Client, tmp_path: Path) -> None:
    run = bring(tmp_path, text("Alpha"))
    set_time(run, datetime(2026, 3, 1, 20, 30, tzinfo=UTC))
    assert '<time datetime="2026-03-02">' in client.get(URL).text
    client.force_login(make_user(time_zone="America/New_York"))
    page = client.get(URL).text
    assert '<time datetime="2026-03-01">' in page
    assert "3:30 p.m." in page


def test_runs_of_one_day_stand_under_one_date_the_newest_first(client: Client, tmp_path: Path) -> None:
    first = bring(tmp_path, text("Alpha"))
    second = bring(tmp_path, text("Alpha", "Beta"))
    set_time(first, datetime(2026, 3, 1, 2, tzinfo=UTC))
    set_time(second, datetime(2026, 3, 1, 3, tzinfo=UTC))
    page = client.get(URL).text
    assert page.count("<h2") == 1
    assert re.findall(r'id="run-(\d+)"', page) == [str(second.pk), str(first.pk)]


def make_runs(roadmap: Roadmap, number: int, changes: int = 1) -> list[ImportRun]:
    """Make runs with changes of every sort."""
    runs = []
    for _ in range(number):
        run = ImportRun.objects.create(roadmap=roadmap, source="-", version=1, counts={})
        for each in roadmap.resources.all()[:changes]:
            Change.objects.create(run=run, of="resource", action="added", title=each.title, resource=each)
            Change.objects.create(run=run, of="resource", action="retired", title=each.title, resource=each)
        section = Section.objects.filter(page__roadmap=roadmap).first()
        Change.objects.create(run=run, of="section", action="moved", title="A section", section=section)
        runs.append(run)
    roadmap.touch()
    return runs


def test_runs_stand_twenty_to_a_page(client: Client) -> None:
    plan = make_plan(slug="plan")
    runs = make_runs(plan, BLOCKS_ON_A_PAGE + 1)
    assert len(re.findall(r'id="run-', client.get(URL).text)) == BLOCKS_ON_A_PAGE
    second = client.get(URL + "?page=2").text
    assert re.findall(r'id="run-(\d+)"', second) == [str(runs[0].pk)]
    assert 'href="?page=1"' in second
    assert 'href="/roadmaps/plan/changes/?page=2"' in second
    assert f'?next={URL}%3Fpage%3D2"' in second


@pytest.mark.parametrize("page", ["0", "3", "-1", "x", "", "1.0", "²", "9" * 40, "%00", "1e3"])
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_page_that_there_is_not_is_not_found(client: Client, page: str, signed_in: bool) -> None:
    make_runs(make_plan(slug="plan"), 2)
    if signed_in:
        client.force_login(make_user())
    assert client.get(f"{URL}?page={page}").status_code == 404


def test_a_run_is_found_on_whatever_page_it_stands(client: Client) -> None:
    plan = make_plan(slug="plan")
    runs = make_runs(plan, BLOCKS_ON_A_PAGE + 1)
    assert client.get(f"{URL}?run={runs[0].pk}").headers["Location"] == f"{URL}?page=2#run-{runs[0].pk}"
    assert client.get(f"{URL}?run={runs[-1].pk}").headers["Location"] == f"{URL}?page=1#run-{runs[-1].pk}"
    other = make_runs(make_plan(), 1)[0]
    for bad in (other.pk, 999_999, "x", "9" * 15):
        assert client.get(f"{URL}?run={bad}").status_code == 404


def test_a_roadmap_in_which_nothing_changed_says_so(client: Client) -> None:
    make_plan(slug="plan")
    response = client.get(URL)
    assert response.status_code == 200
    assert "Nothing has changed yet." in response.text
    assert client.get("/en/roadmaps/none/changes/").status_code == 404


def test_another_roadmaps_changes_are_not_told(client: Client) -> None:
    make_plan(slug="plan")
    make_runs(make_plan(), 1)
    assert "Nothing has changed yet." in client.get(URL).text


@pytest.mark.parametrize("signed_in", [True, False])
def test_queries_grow_neither_with_the_runs_nor_with_their_changes(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(make_user())
    counts = []
    for number in (4, 8):
        plan = make_plan(resources=number)
        make_runs(plan, number, changes=number)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/roadmaps/{plan.slug}/changes/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_strangers_get_it_from_memory_and_by_its_tag(client: Client) -> None:
    plan = make_plan(slug="plan")
    make_runs(plan, 1)
    first = client.get(URL)
    assert first.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not first.cookies
    with CaptureQueriesContext(connection) as queries:
        assert client.get(URL).content == first.content
        assert client.get(URL, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert len(queries) == 2
    tags = {client.get(path).headers["ETag"] for path in (URL, URL[3:], "/en/roadmaps/plan/")}
    assert len(tags | {first.headers["ETag"]}) == 3
    make_runs(plan, 1)
    assert client.get(URL, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_learners_copy_is_kept_by_no_shared_cache(client: Client) -> None:
    make_runs(make_plan(slug="plan"), 1)
    client.force_login(make_user())
    response = client.get(URL)
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in response.headers


def test_the_roadmap_leads_there(client: Client) -> None:
    make_plan(slug="plan")
    page = client.get("/en/roadmaps/plan/").text
    assert page.count(f'href="{URL}"') == 2
    assert f'href="{URL}feed/"' in page


def test_it_is_only_read(client: Client) -> None:
    make_plan(slug="plan")
    for url in (URL, URL + "feed/"):
        for method in (client.post, client.put, client.delete):
            assert method(url).status_code == 405
