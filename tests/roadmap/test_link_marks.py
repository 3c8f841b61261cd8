"""The mark on links that fail or are dead, on a roadmap's page."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from roadmap import elements
from roadmap.contents import contents_of
from roadmap.models import Link, Page, Reason, Resource, Roadmap
from roadmap.rendering import compiled
from roadmap.stamps import of_roadmap
from tests.broken_links import WELL_AT, let_be
from tests.factories import make_listing, make_page, make_plan, make_resource, make_roadmap, make_section

pytestmark = pytest.mark.django_db

ARCHIVE = "https://web.archive.org/web"


@pytest.fixture
def plan() -> Roadmap:
    return make_plan()


@pytest.fixture
def resource(plan: Roadmap) -> Resource:
    """What stands in a sentence of the first chapter."""
    first: Resource = plan.resources.earliest("pk")
    return first


def page_of(plan: Roadmap, language: str = "en") -> str:
    prefix = "/en" if language == "en" else ""
    return str(Client().get(f"{prefix}/roadmaps/{plan.slug}/").text)


def mark_of(page: str, resource: Resource) -> str:
    """The mark within a resource's element; empty where there is none."""
    element = page.split(f'data-resource="{resource.key}"')[1].split("data-resource=")[0]
    found = re.search(r'<span class="broken".*', element, re.DOTALL)
    return found[0] if found else ""


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", html).split())


def further_page(plan: Roadmap, body_html: str, *listed: Resource, **fields: Any) -> Page:
    """A further page of the plan, with a section in which these stand."""
    page = make_page(plan, path="more.md", position=1)
    section = make_section(page, body_html=body_html)
    for each in listed:
        make_listing(section, each, **fields)
    return page


def text_at(page: Page) -> str:
    with translation.override("en"):
        return str(Client().get(page.get_absolute_url()).text)


def test_a_dead_link_says_since_when_why_and_where_its_copy_is(plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "dead")
    page = page_of(plan)
    mark = mark_of(page, resource)
    assert text_of(mark).startswith("dead since Nov. 2, 2026 (it is gone) archive")
    assert 'title="it is gone"' in mark
    assert f'href="{ARCHIVE}/20261025030405/{resource.url}"' in mark
    assert f'<a href="{resource.url}" target="_blank" rel="noopener">' in page


def test_a_failing_link_says_so_and_cannot_be_skipped_from_there(plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "failing")
    mark = mark_of(page_of(plan), resource)
    assert text_of(mark).startswith("failing since Nov. 2, 2026 (it does not answer in time) archive")
    assert "<button" not in mark


def test_the_skip_button_of_a_dead_link_is_a_state_button_of_the_pages_form(plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "dead")
    [button] = re.findall(r'<button class="pass"[^>]*>.*?</button>', page_of(plan))
    assert f'form="Marks" formaction="/en/resources/{resource.key}/state/" name="state" value="skipped"' in button
    assert text_of(button) == f"Skip {resource.title}"


@pytest.mark.parametrize("grade", ["", "ok", "moved", "blocked"])
def test_any_other_link_has_no_mark(plan: Roadmap, resource: Resource, grade: str) -> None:
    let_be(resource, grade)
    assert 'class="broken"' not in page_of(plan)


def test_a_link_of_which_nothing_is_known_has_no_mark(plan: Roadmap) -> None:
    assert 'class="broken"' not in page_of(plan)


def test_where_it_was_never_well_all_copies_are_offered(plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "failing", well_at=None)
    assert f'href="{ARCHIVE}/*/{resource.url}"' in mark_of(page_of(plan), resource)


def test_the_copy_is_that_of_the_whole_url_escaped(plan: Roadmap) -> None:
    odd = make_resource(plan, url='https://example.org/a?b=1&c="2"#part')
    page = further_page(plan, "<p><!--r:0--></p>", odd)
    let_be(odd, "dead")
    assert f'href="{ARCHIVE}/20261025030405/https://example.org/a?b=1&amp;c=&quot;2&quot;#part"' in text_at(page)


def test_the_mark_is_in_the_language_of_the_site_and_says_so(plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "dead")
    mark = mark_of(page_of(plan, "zh-hant"), resource)
    assert mark.startswith('<span class="broken" lang="zh-Hant">')
    assert "2026年11月2日" in mark


def test_the_day_is_that_of_the_site_whoever_is_the_first_to_read(plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "dead")
    stamp = of_roadmap(plan.slug, None)
    assert stamp
    with timezone.override("America/Los_Angeles"):
        assert "Nov. 2, 2026" in "".join(compiled(stamp, None, "en").notes.strings)


@pytest.mark.parametrize("reason", Reason.values)
def test_every_reason_is_said(reason: str) -> None:
    with translation.override("en"):
        html = elements.fault(Link(grade="failing", reason=reason, failing_since=WELL_AT))
        assert f'title="{Reason(reason).label}"' in html
        assert f"({Reason(reason).label})" in html


def test_what_was_added_by_hand_is_marked_too(plan: Roadmap) -> None:
    added = make_resource(plan, imported=None, url_key=None)
    page = further_page(plan, "", added, slot=None)
    let_be(added, "dead")
    assert mark_of(text_at(page), added)


def test_every_place_of_a_resource_has_the_mark_and_what_shares_its_address_too(plan: Roadmap) -> None:
    one = make_resource(plan, url="https://example.org/same")
    part = make_resource(plan, url="https://example.org/same#part")
    page = further_page(plan, "<p><!--r:0--><!--r:1--></p><p><!--r:2--></p>", one, part, one)
    let_be(one, "dead")
    let_be(part, "dead")
    assert Link.objects.filter(url="https://example.org/same").count() == 1
    assert text_at(page).count('<span class="broken"') == 3


def test_of_what_left_the_notes_only_the_words_stay(plan: Roadmap, resource: Resource) -> None:
    let_be(resource, "dead")
    Resource.objects.filter(pk=resource.pk).update(retired_at=timezone.now())
    plan.touch()
    assert 'class="broken"' not in page_of(plan)


def test_a_page_that_was_kept_is_made_anew_when_the_health_of_its_links_changes(
    plan: Roadmap, resource: Resource
) -> None:
    assert not mark_of(page_of(plan), resource)
    let_be(resource, "failing")
    assert "failing since" in mark_of(page_of(plan), resource)
    let_be(resource, "ok")
    assert not mark_of(page_of(plan), resource)


@pytest.mark.parametrize("broken", [1, 12])
def test_the_links_cost_no_further_query(broken: int) -> None:
    plan = make_plan(resources=12)
    for resource in plan.resources.order_by("pk")[:broken]:
        let_be(resource, "dead")
    with CaptureQueriesContext(connection) as first:
        page_of(plan)
    with CaptureQueriesContext(connection) as again:
        page_of(plan)
    assert len(first) == _queries_of(make_plan(resources=12))
    assert len(again) == 1


def _queries_of(plan: Roadmap) -> int:
    with CaptureQueriesContext(connection) as caught:
        page_of(plan)
    return len(caught)


def test_contents_know_what_is_dead(plan: Roadmap) -> None:
    dead, failing, well = plan.resources.order_by("pk")[:3]
    for resource, grade in ((dead, "dead"), (failing, "failing"), (well, "ok")):
        let_be(resource, grade)
    stamp = of_roadmap(plan.slug, None)
    assert stamp
    assert contents_of(stamp).dead == {dead.key}


def test_what_is_no_web_address_has_no_mark_whatever_its_row_says() -> None:
    plan = make_roadmap()
    section = make_section(make_page(plan), body_html="<p><!--r:0--></p>")
    resource = make_resource(plan, url="https://example.org/was")
    make_listing(section, resource)
    let_be(resource, "dead")
    change: dict[str, Any] = {"url": "mailto:ada@example.org"}
    Resource.objects.filter(pk=resource.pk).update(**change)
    plan.touch()
    assert 'class="broken"' not in page_of(plan)
