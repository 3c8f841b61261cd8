"""What a filter leaves of a page, by each thing that can be asked for and in all sorts of blocks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from accounts import tracking
from roadmap.models import Resource, Roadmap, Section
from tests.broken_links import let_be
from tests.factories import make_listing, make_page, make_resource, make_section, make_user
from tests.roadmap.changing import bring, text
from tests.roadmap.sifting import URL, article, keys_of, make_kinds, of, plain, resources_of, share, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Roadmap:
    return make_kinds()


def test_a_stranger_filters_by_kind(client: Client, plan: Roadmap) -> None:
    assert shown(client, f"{URL}?kind=book") == keys_of("Deeper part")
    assert shown(client, f"{URL}?kind=paper&kind=video") == [*keys_of("First chapter"), *keys_of("Second chapter")]
    assert shown(client, f"{URL}?kind=course") == []


@pytest.mark.parametrize("path", ["/en/", URL, "/", "/roadmaps/plan/"])
def test_a_filter_works_wherever_the_roadmap_stands(client: Client, plan: Roadmap, path: str) -> None:
    assert shown(client, f"{path}?kind=paper") == keys_of("Second chapter")


def test_a_filter_works_on_further_pages_and_tells_of_the_others(client: Client, plan: Roadmap) -> None:
    further = make_page(plan, path="more.md", position=1, title="More & more")
    section = make_section(further, "Further", body_html="<ul><li><!--r:0--><!--n:0--></li><li><!--r:1--></li></ul>")
    course = make_listing(section, make_resource(plan, kind="course")).resource
    make_listing(section, make_resource(plan, kind="forum"))
    plan.touch()
    address = f"{URL}pages/more.md/"
    assert shown(client, f"{address}?kind=course&kind=book") == [course.key]
    html = client.get(f"{address}?kind=course&kind=book").text
    assert share(html, 0) == "1 of 2 resources"
    assert f'<a href="{URL}?kind=course&amp;kind=book"' in html
    html = client.get(f"{address}?kind=paper").text
    assert f'href="{URL}?kind=paper" rel="nofollow"' in " ".join(html.split())
    assert f"On other pages: {plan.title} 1 Show all" in plain(html)
    html = client.get(f"{URL}?kind=course").text
    assert f'href="{address}?kind=course" rel="nofollow"' in " ".join(html.split())
    assert "On other pages: More &amp; more 1" in plain(html)


def test_a_learner_filters_by_state(client: Client, plan: Roadmap) -> None:
    user = make_user()
    client.force_login(user)
    film, books, paper = of("First chapter"), of("Deeper part"), of("Second chapter")
    tracking.mark(user, [film[0].pk, books[0].pk], "done")
    tracking.mark(user, [books[1].pk], "skipped")
    tracking.mark(user, [paper[0].pk], "in_progress")
    states = {
        "left": [books[2], paper[0]],
        "not_started": [books[2]],
        "in_progress": [paper[0]],
        "done": [film[0], books[0]],
        "skipped": [books[1]],
    }
    for state, resources in states.items():
        assert shown(client, f"{URL}?state={state}") == [resource.key for resource in resources], state
    assert shown(client, f"{URL}?state=done&kind=book") == [books[0].key]


def test_a_guest_filters_by_their_own_ticks(client: Client, plan: Roadmap) -> None:
    (film,) = of("First chapter")
    client.post(f"/en/resources/{film.key}/state/", {"state": "done"})
    assert shown(client, f"{URL}?state=done") == [film.key]
    assert film.key not in shown(client, f"{URL}?state=left")
    assert shown(Client(), f"{URL}?state=done") == []
    assert film.key in shown(Client(), f"{URL}?state=left")


def test_broken_links_are_those_that_fail_or_are_dead(client: Client, plan: Roadmap) -> None:
    first, second, third = of("Deeper part")
    for resource, grade in ((first, "dead"), (second, "failing"), (third, "blocked")):
        let_be(resource, grade)
    assert shown(client, f"{URL}?only=broken") == [first.key, second.key]


def test_new_is_what_the_news_call_new(client: Client, tmp_path: Path) -> None:
    bring(tmp_path, text("Alpha", "Beta"), ago=10)
    user = make_user()
    client.force_login(user)
    tracking.mark(user, [Resource.objects.get(title="Alpha").pk], "done")
    user.progress.update(since=Roadmap.objects.get().checked_at)
    html = client.get(f"{URL}?only=new").text
    assert "nothing new here" in html
    assert "since you last put the news away" in html
    bring(tmp_path, text("Alpha", "Beta", "- [Fresh](https://fresh.example/)"))
    assert shown(client, f"{URL}?only=new") == [Resource.objects.get(title="Fresh").key]
    html = client.get(f"{URL}?only=new").text
    assert 'id="News"' in html
    assert 'id="News"' not in client.get(f"{URL}?kind=article").text


@pytest.mark.parametrize("is_guest", [False, True])
def test_without_an_account_nothing_is_new_and_the_page_says_how_it_can_be(
    client: Client, plan: Roadmap, is_guest: bool
) -> None:
    if is_guest:
        client.post(f"/en/resources/{of('First chapter')[0].key}/state/", {"state": "done"})
    html = client.get(f"{URL}?only=new").text
    assert resources_of(html) == []
    assert "Nothing to show: nothing new here." in plain(html)
    assert f'<a href="/en/accounts/login/?next={URL}%3Fonly%3Dnew">sign in</a>' in html


# What goes with it


BODY = (
    "<p>Before <!--r:0-->.</p><!--n:0-->"
    "<ul><li><!--r:1--><!--n:1--><ul><li><!--r:2-->: a gloss<!--n:2--></li><li><!--r:3--><!--n:3--></li></ul></li>"
    "<li><p>Two: <!--r:4--> and <!--r:5-->.</p><!--n:4--><!--n:5--></li><li>Only words.</li></ul>"
    "<p>Films:</p>\n<table><thead><tr><th>Head <!--r:6--></th></tr></thead>"
    "<tbody><tr><td><!--r:7--></td><td>seven</td></tr><tr><td><!--r:8--></td><td>eight</td></tr></tbody></table>"
    "<!--n:6--><!--n:7--><!--n:8-->"
    "<details><summary>A fold</summary><p>deep <!--r:9--></p><!--n:9--></details>"
    "<details><summary>An answer</summary><p>42</p></details>"
    "<p>After all.</p>"
)


@pytest.fixture
def everything(plan: Roadmap) -> list[Resource]:
    """The resources of a body in which all sorts of blocks stand, and one that was added by hand to it."""
    page = make_page(plan, path="all.md", position=1)
    section = make_section(page, "All", body_html=BODY)
    rows = [make_listing(section, make_resource(plan, f"R{n}", description_html=f"<p>says {n}</p>")) for n in range(10)]
    rows.append(make_listing(section, make_resource(plan, "R10"), slot=None))
    plan.touch()
    return [row.resource for row in rows]


def of_everything(client: Client, everything: list[Resource], *numbers: int) -> tuple[str, list[tuple[int, bool]]]:
    """Return the page with nothing but some of the resources, and which it shows: their numbers, and whether muted."""
    Resource.objects.filter(pk__in=[resource.pk for resource in everything]).update(kind="article")
    Resource.objects.filter(pk__in=[everything[number].pk for number in numbers]).update(kind="forum")
    everything[0].roadmap.touch()
    html = article(client, f"{URL}pages/all.md/?kind=forum")
    order = {resource.key: number for number, resource in enumerate(everything)}
    return html, [(order[key], is_muted) for key, is_muted in resources_of(html)]


def test_a_paragraph_goes_with_its_only_resource(client: Client, everything: list[Resource]) -> None:
    html, found = of_everything(client, everything, 9)
    assert found == [(9, False)]
    assert "Before" not in html
    assert "After all." in html
    assert "Only words." not in html


def test_an_item_stays_for_what_is_nested_in_it(client: Client, everything: list[Resource]) -> None:
    html, found = of_everything(client, everything, 2)
    assert found == [(1, True), (2, False)]
    assert html.count("<li>") == 3
    assert "a gloss" in html
    assert "Only words." in html


def test_what_is_nested_goes_where_only_its_item_matches(client: Client, everything: list[Resource]) -> None:
    html, found = of_everything(client, everything, 1)
    assert found == [(1, False)]
    assert html.count("<ul>") == 1


def test_a_resource_beside_another_in_a_sentence_is_muted(client: Client, everything: list[Resource]) -> None:
    html, found = of_everything(client, everything, 5)
    assert found == [(4, True), (5, False)]
    assert "Two:" in html


def test_of_a_table_the_head_and_the_rows_that_match_stay(client: Client, everything: list[Resource]) -> None:
    html, found = of_everything(client, everything, 8)
    assert found == [(6, True), (8, False)]
    assert "eight" in html
    assert "seven" not in html
    assert "Films:" in html
    assert html.count('class="scroll"') == html.count("</table></div>") == 1


def test_a_list_or_table_goes_with_the_line_that_leads_to_it(client: Client, everything: list[Resource]) -> None:
    html, _ = of_everything(client, everything, 0)
    assert "Films:" not in html
    assert 'class="scroll"' not in html


def test_a_fold_with_what_matches_is_open_and_one_without_stays_as_it_is(
    client: Client, everything: list[Resource]
) -> None:
    html, _ = of_everything(client, everything, 9)
    assert '<details open=""><summary>A fold' in html
    assert "<details><summary>An answer" in html


def test_what_was_added_by_hand_is_filtered_too(client: Client, everything: list[Resource]) -> None:
    html, found = of_everything(client, everything, 10)
    assert found == [(10, False)]
    html, _ = of_everything(client, everything, 0)
    assert 'class="added"' not in html


def test_an_editors_words_go_with_their_resource(client: Client, everything: list[Resource]) -> None:
    html, _ = of_everything(client, everything, 5)
    assert re.findall(r"says (\d)", html) == ["5"]
    assert f'data-note="{everything[4].key}"' in html


def test_a_task_with_a_link_in_it_stays_for_the_link(client: Client, plan: Roadmap) -> None:
    page = make_page(plan, path="tasks.md", position=1)
    section = make_section(page, "Tasks", body_html='<ul><li class="task"><!--r:0--><!--n:0--></li></ul>')
    task = make_resource(plan, "Read it", url="", kind="task")
    make_listing(section, task, label_html="Read <!--r:1-->")
    book = make_listing(section, make_resource(plan, "it", kind="book")).resource
    plan.touch()
    address = f"{URL}pages/tasks.md/"
    assert sorted(resources_of(article(client, f"{address}?kind=book"))) == sorted(
        [(task.key, True), (book.key, False)]
    )
    assert (task.key, False) in resources_of(article(client, f"{address}?kind=task"))
    assert resources_of(article(client, f"{address}?kind=video")) == []


def test_a_resource_that_stands_twice_is_counted_once_and_shown_in_both_places(client: Client, plan: Roadmap) -> None:
    second = Section.objects.get(title="Second chapter")
    (film,) = of("First chapter")
    Section.objects.filter(pk=second.pk).update(body_html="<p><!--r:0--></p><p><!--r:1--></p>")
    make_listing(second, film)
    plan.touch()
    html = client.get(f"{URL}?kind=video").text
    assert shown(client, f"{URL}?kind=video") == [film.key] * 2
    assert share(html, 0) == "1 of 5 resources"
    assert share(html, second.pk) == "1 of 2"
    assert html.count(f'id="R-{film.key}"') == 1
