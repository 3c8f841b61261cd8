"""What changed since a learner last looked: the box, the marks on what is new, and why a percentage fell."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import notes, tracking, uniting
from accounts.models import Note, Progress, Seen, User
from roadmap import answering
from roadmap.models import ImportRun, Proposal, Resource, Section
from tests.factories import make_user
from tests.roadmap.changing import bring, plan, resource, set_time, text

pytestmark = pytest.mark.django_db

URL = "/en/roadmaps/plan/"
HTMX = {"HX-Request": "true"}
NEW = ("- [First new](https://new.example/1)", "- [Second new](https://new.example/2)")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where notes lie that were imported ten hours ago."""
    bring(tmp_path, text("Alpha", "Beta"), ago=10)
    return tmp_path


def mark(user: User, *titles: str, ago: float = 9, state: str = "done") -> None:
    """Mark resources as if it had been so many hours `ago`."""
    tracking.mark(user, [resource(title).pk for title in titles], state)
    pks = [resource(title).pk for title in titles]
    Progress.objects.filter(user=user, resource__in=pks).update(since=timezone.now() - timedelta(hours=ago))


def box(client: Client, url: str = URL) -> str:
    """Return the box as it is read; empty where there is none."""
    found = re.search(r'<aside id="News".*?</aside>', client.get(url).text, re.DOTALL)
    return " ".join(re.sub("<[^>]+>", "", found[0]).split()) if found else ""


def marked_new(client: Client) -> set[str]:
    """Return the keys of what is marked as new on the page."""
    text = client.get(URL).text
    return set(re.findall(r'href="/en/resources/(\w+)/" rel="nofollow"[^>]* data-new="New"', text))


def seen_url(run: ImportRun) -> str:
    return reverse("accounts:seen", args=[run.pk])


# Who is told


def test_a_learner_is_told_what_is_new_since_their_first_mark(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    bring(folder, text("Alpha", "Beta", *NEW))
    said = box(client)
    date = (timezone.localtime() - timedelta(hours=9)).strftime("%Y")
    assert said.startswith("Since ")
    assert date in said
    assert "2 new resources in “Basics”: First new · Second new" in said
    keys = {resource(title).key for title in ("First new", "Second new")}
    assert marked_new(client) == keys
    page = client.get(URL).text
    assert all(f'href="/en/roadmaps/plan/#R-{key}"' in page for key in keys)


def test_a_note_is_a_first_mark_too_and_the_earlier_counts(client: Client, learner: User, folder: Path) -> None:
    notes.save(learner, resource("Beta"), "Mine", 0)
    Note.objects.update(changed_at=timezone.now() - timedelta(hours=8))
    bring(folder, text("Alpha", "Beta", NEW[0]), ago=7)
    mark(learner, "Alpha", ago=6)
    bring(folder, text("Alpha", "Beta", *NEW), ago=5)
    assert "2 new resources" in box(client)
    Note.objects.update(text="")
    assert "1 new resource in" in box(client)


def test_a_mark_on_what_has_left_the_notes_is_a_first_mark(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Beta")
    bring(folder, text("Alpha", NEW[0]))
    said = box(client)
    assert "1 new resource in “Basics”" in said
    assert "1 gone" in said


def test_who_has_marked_nothing_is_told_nothing(client: Client, learner: User, folder: Path) -> None:
    bring(folder, text("Alpha", "Beta", *NEW))
    assert box(client) == ""
    assert marked_new(client) == set()
    mark(learner, "Alpha", ago=0)
    assert box(client) == ""


def test_guests_and_strangers_are_told_nothing(client: Client, folder: Path) -> None:
    client.post(reverse("accounts:state", args=[resource("Alpha").key]), {"state": "done"})
    bring(folder, text("Alpha", "Beta", *NEW))
    assert box(client) == box(Client()) == ""
    assert "data-new" not in client.get(URL).text


def test_the_first_import_is_no_news_to_marks_that_are_older(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha", ago=1000)
    assert box(client) == ""
    bring(folder, text("Alpha", "Beta", *NEW))
    assert "2 new resources" in box(client)


def test_each_roadmap_and_each_learner_has_news_of_their_own(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    run = bring(folder, text("Alpha", "Beta", *NEW))
    other = Client()
    someone = make_user()
    other.force_login(someone)
    mark(someone, "Beta")
    client.post(seen_url(run))
    assert box(client) == ""
    assert "2 new resources" in box(other)


# What is told


def test_it_tells_how_many_moved_were_renamed_and_have_gone(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    bring(folder, text("- [Alpha, again](https://a.example/one)", "Delta", second=("Gamma",)))
    said = box(client)
    assert "1 moved · 1 renamed · 1 gone" in said
    assert "new resource" not in said
    assert marked_new(client) == set()


def test_what_came_and_went_in_between_is_not_told(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    bring(folder, text("Alpha", NEW[0]), ago=8)
    bring(folder, text("Alpha", "Beta"), ago=7)
    assert box(client) == ""


def test_what_came_and_was_renamed_and_moved_since_is_new_once(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    bring(folder, text("Alpha", "Beta", NEW[0]), ago=8)
    renamed = "- [Another name](https://new.example/1)"
    bring(folder, text("Alpha", "Beta", renamed), ago=7)
    bring(folder, text("Alpha", "Beta", second=("Gamma", "Delta", renamed)), ago=6)
    said = box(client)
    assert "1 new resource in “Further”: Another name" in said
    assert "moved" not in said
    assert "renamed" not in said


def test_what_came_back_is_told_as_such_and_is_not_new(client: Client, learner: User, folder: Path) -> None:
    bring(folder, text("Alpha"), ago=9)
    mark(learner, "Alpha", ago=8)
    bring(folder, text("Alpha", "Beta"), ago=7)
    assert "1 come back" in box(client)
    assert marked_new(client) == set()


def test_what_turns_out_to_be_what_left_is_not_new(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha", "Beta")
    renamed = "- [Alphas](https://new.example/alphas)"
    bring(folder, text(renamed, "Beta"))
    assert "1 new resource in “Basics”: Alphas" in box(client)
    answering.confirm(Proposal.objects.get(), uniting.unite)
    assert box(client) == ""
    assert marked_new(client) == set()


def test_many_are_named_in_part(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    many = [f"- [N{n}](https://n.example/{n})" for n in range(5)]
    more = "".join(f"\n## S{n}\n\n- [M{n}](https://m.example/{n})\n" for n in range(8))
    bring(folder, text("Alpha", "Beta", *many) + more)
    said = box(client)
    assert "5 new resources in “Basics”: N0 · N1 · N2 and 2 more" in said
    assert "4 new resources elsewhere" in said
    assert len(marked_new(client)) == 13


def test_sections_alone_are_news_and_text_is_none(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    bring(folder, text("Alpha", "Beta", "", "More words."), ago=8)
    assert box(client) == ""
    bring(folder, text("Alpha", "Beta", "", "More words.", heading="The basics"), ago=7)
    assert "1 section changed" in box(client)


def test_a_section_that_changed_twice_is_one(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    bring(folder, text("Alpha", "Beta", heading="The basics"), ago=8)
    bring(folder, text("Alpha", "Beta", heading="All the basics"), ago=7)
    assert "1 section changed" in box(client)


def test_hostile_titles_are_shown_as_they_are(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    bring(
        folder, text("Alpha", "Beta", r"- [\<script>alert(1)\</script>](https://x.example/)", heading=r"\<img src=x>")
    )
    page = client.get(URL).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in re.search(r'<aside id="News".*?</aside>', page, re.DOTALL)[0]  # type: ignore[index]


def test_it_is_told_in_the_language_of_the_page_and_the_learners_days(client: Client, folder: Path) -> None:
    user = make_user(time_zone="Pacific/Kiritimati")
    client.force_login(user)
    mark(user, "Alpha")
    run = bring(folder, text("Alpha", "Beta", *NEW))
    at = timezone.now().replace(year=2026, month=3, day=1, hour=12, minute=0)
    Progress.objects.update(since=at)
    set_time(run, at + timedelta(hours=1))
    ImportRun.objects.exclude(pk=run.pk).update(at=at - timedelta(days=1))
    assert "Since March 2, 2026" in box(client)
    assert 'lang="zh-Hant">First new</a>' in client.get(URL).text


# Why a percentage fell


def test_a_percentage_that_fell_is_explained(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha", "Beta", "Gamma")
    bring(folder, text("Alpha", "Beta", *NEW))
    said = box(client)
    assert "Your share of “Basics” went from 100% to 50%: 2 new resources in it." in said
    assert "Your share of the whole study plan went from 75% to 50%: 2 new resources in it." in said
    assert "“Further” went" not in said


def test_a_percentage_that_did_not_fall_is_not_spoken_of(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Gamma", state="in_progress")
    bring(folder, text("Alpha", "Beta", *NEW))
    assert "2 new resources in “Basics”" in box(client)
    assert "went from" not in box(client)


def test_what_is_new_and_done_already_lowers_nothing(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha", "Beta", "Gamma", "Delta")
    bring(folder, text("Alpha", "Beta", *NEW))
    mark(learner, "First new", "Second new", ago=0)
    assert "went from" not in box(client)


def test_what_came_back_lowers_a_percentage_too(client: Client, learner: User, folder: Path) -> None:
    bring(folder, text("Alpha"), ago=9)
    mark(learner, "Alpha", ago=8)
    bring(folder, text("Alpha", "Beta"), ago=7)
    assert "“Basics” went from 100% to 50%: 1 resource that has come back in it." in box(client)
    bring(folder, text("Alpha", "Beta", NEW[0]), ago=6)
    assert "“Basics” went from 100% to 33%: 2 resources that are new or have come back in it." in box(client)


def test_my_study_explains_it_as_well(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha", "Beta", "Gamma")
    run = bring(folder, text("Alpha", "Beta", *NEW))
    page = " ".join(client.get("/en/me/").text.split())
    assert "Your share of the whole study plan went from 75% to 50%: 2 new resources in it." in page
    assert 'href="/en/roadmaps/plan/#News"' in page
    client.post(seen_url(run))
    assert "went from" not in client.get("/en/me/").text


# Putting it away


def test_it_is_put_away_without_scripts(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    run = bring(folder, text("Alpha", "Beta", *NEW))
    assert f'formaction="/en{seen_url(run)}"' in client.get(URL).text
    response = client.post(seen_url(run), {"next": URL, "reader": learner.reader})
    assert response.status_code == 302
    assert response.headers["Location"] == URL
    assert box(client) == ""
    assert marked_new(client) == set()
    assert Seen.objects.get().at == run.at


def test_it_is_put_away_in_place(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    run = bring(folder, text("Alpha", "Beta", *NEW))
    response = client.post(seen_url(run), {"next": URL}, headers=HTMX)
    assert response.status_code == 200
    assert response.text == '<div hx-swap-oob="innerHTML:#News"></div>'
    assert box(client) == ""


def test_what_came_after_the_page_was_opened_stays_news(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    shown = bring(folder, text("Alpha", "Beta", NEW[0]), ago=2)
    client.get(URL)
    bring(folder, text("Alpha", "Beta", *NEW), ago=1)
    client.post(seen_url(shown))
    said = box(client)
    assert "1 new resource in “Basics”: Second new" in said
    assert marked_new(client) == {resource("Second new").key}


def test_an_old_tab_takes_nothing_back(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    first = bring(folder, text("Alpha", "Beta", NEW[0]), ago=2)
    second = bring(folder, text("Alpha", "Beta", *NEW), ago=1)
    client.post(seen_url(second))
    client.post(seen_url(first))
    assert Seen.objects.get().at == second.at
    assert box(client) == ""


def test_nobody_puts_away_anothers_news(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    run = bring(folder, text("Alpha", "Beta", *NEW))
    assert Client().post(seen_url(run)).status_code == 409
    assert client.post(seen_url(run), {"reader": make_user().reader}).status_code == 409
    guest = Client()
    guest.post(reverse("accounts:state", args=[resource("Alpha").key]), {"state": "done"})
    assert guest.post(seen_url(run)).status_code == 409
    assert not Seen.objects.exists()


def test_news_of_a_hidden_roadmap_are_not_there(client: Client, learner: User, folder: Path) -> None:
    run = bring(folder, text("Alpha", "Beta", *NEW))
    run.roadmap.published = False
    run.roadmap.save()
    assert client.post(seen_url(run)).status_code == 404
    assert not Seen.objects.exists()


# What it costs


def queries(client: Client, url: str = URL) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        client.get(url)
    return len(caught)


def test_it_takes_one_query_more_and_a_second_where_something_is_new(
    client: Client, learner: User, folder: Path
) -> None:
    guest = Client()
    guest.post(reverse("accounts:state", args=[resource("Alpha").key]), {"state": "done"})
    mark(learner, "Alpha")
    bring(folder, text("Alpha", "Beta", NEW[0]), ago=8)
    with_news = queries(client)
    mine = queries(client, "/me/")
    bring(folder, text("Alpha", "Beta", *NEW, *(f"- [N{n}](https://n.example/{n})" for n in range(30))), ago=7)
    assert queries(client) == with_news
    assert queries(client, "/me/") == mine
    client.post(seen_url(ImportRun.objects.latest("at")))
    without = queries(client)
    assert without == with_news - 1 <= 7
    assert queries(client, "/me/") == mine - 1


def test_what_is_new_and_noted_is_both(client: Client, learner: User, folder: Path) -> None:
    mark(learner, "Alpha")
    bring(folder, text("Alpha", "Beta", *NEW))
    notes.save(learner, resource("First new"), "Mine", 0)
    assert ' data-noted data-new="New"' in client.get(URL).text
    assert len(marked_new(client)) == 2


# What left


@pytest.mark.parametrize("what", ["resource", "section", "page"])
def test_what_left_stays_on_the_learners_own_pages(client: Client, learner: User, folder: Path, what: str) -> None:
    mark(learner, "Beta", state="skipped")
    notes.save(learner, resource("Beta"), "My own words", 0)
    if what == "resource":
        bring(folder, text("Alpha"))
    elif what == "section":
        bring(folder, f"# Plan\n\n## Further\n\n{NEW[0]}\n")
    else:
        plan().pages.update(retired_at=timezone.now())
        Section.objects.update(retired_at=timezone.now())
        Resource.objects.update(retired_at=timezone.now())
        plan().touch()
    mine = client.get("/en/me/").text
    left = mine[mine.index('id="Left"') :]
    assert ">Beta</a>" in left
    assert "skipped" in left
    assert "My own words" in left
    noted = client.get("/en/me/notes/").text
    assert "My own words" in noted
    assert "No longer in the roadmap" in noted
    assert "My own words" in client.get(reverse("accounts:resource", args=[resource("Beta").key])).text
