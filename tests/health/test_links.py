"""Which Link a resource has, whoever changes its URL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import uniting
from roadmap import answering, editing
from roadmap.health import archive, links
from roadmap.health.findings import Finding
from roadmap.health.grading import Rule
from roadmap.health.recording import Outcome, record
from roadmap.importing.importer import Target, bring
from roadmap.importing.sources import typed
from roadmap.models import Grade, Link, LinkEvent, Proposal, Reason, Resource, Roadmap
from tests.factories import make_resource, make_roadmap

pytestmark = pytest.mark.django_db
MOST = 10**6


@pytest.mark.parametrize(
    ("url", "address", "host"),
    [
        ("https://a.example/x#part", "https://a.example/x", "a.example"),
        ("https://a.example/x?q=1#part", "https://a.example/x?q=1", "a.example"),
        (" https://A.example:443/x ", "https://A.example:443/x", "a.example"),
        ("http://a.example:8080", "http://a.example:8080", "a.example:8080"),
        ("http://[::1]:80/", "http://[::1]:80/", "[::1]"),
        ("https://user:secret@a.example/", "https://user:secret@a.example/", "a.example"),
        ("https://例子.example/中文", "https://例子.example/中文", "xn--fsqu00a.example"),
        ("https://a.example:99999/", "https://a.example:99999/", ""),
        ("mailto:a@a.example", "", ""),
        ("#part", "", ""),
        ("", "", ""),
    ],
)
def test_an_address_is_the_url_without_its_fragment(url: str, address: str, host: str) -> None:
    assert links.address_of(url) == address
    assert links.host_of(address) == host


parts = st.sampled_from(
    ["http://", "HTTPS://", "a.example", "例", "[", "]", "::1", ":", "80", "@", "/", "#", "?", " ", "%"]
)


@given(st.lists(parts | st.characters(), max_size=12).map("".join))
def test_every_text_has_an_address_and_a_host(text: str) -> None:
    address = links.address_of(text)
    assert links.address_of(address) == address
    assert len(links.host_of(text)) <= 255
    assert len(links.key_of(text)) == 64


def test_gathering_makes_one_link_for_all_who_lead_there() -> None:
    plan, other = make_roadmap(), make_roadmap()
    one = make_resource(plan, url="https://a.example/x#one")
    two = make_resource(plan, url="https://a.example/x#two")
    third = make_resource(other, url="https://a.example/x")
    task = make_resource(plan, url="", kind="task")
    for _ in range(2):
        links.gather()
        assert {link_of(row) for row in (one, two, third)} == {"https://a.example/x"}
        assert Link.objects.count() == 1
        assert link_of(task) == ""


def test_gathering_mends_what_does_not_fit() -> None:
    resource = make_resource(make_roadmap(), url="https://a.example/x")
    links.gather()
    Resource.objects.update(url="https://b.example/")
    links.gather()
    assert link_of(resource) == "https://b.example/"
    assert Link.objects.count() == 2


def test_pages_are_made_anew_where_a_broken_link_is_known_already() -> None:
    plan, other = make_roadmap(), make_roadmap()
    url = "https://a.example/x"
    Link.objects.create(key=links.key_of(url), url=url, host="a.example", grade=Grade.DEAD)
    make_resource(plan, url=url)
    links.gather()
    plan.refresh_from_db()
    other.refresh_from_db()
    assert (plan.health, other.health) == (1, 0)
    links.gather()
    plan.refresh_from_db()
    assert plan.health == 1


def test_an_editors_url_has_its_own_link_at_once() -> None:
    resource = make_resource(make_roadmap(), url="https://a.example/x")
    links.gather()
    known = Link.objects.create(key=links.key_of("https://b.example/"), url="https://b.example/", host="b.example")
    editing.edit(resource, {"url": "https://b.example/#part"})
    assert Resource.objects.get().link == known
    editing.edit(resource, {"url": "https://c.example/"})
    assert Resource.objects.get().link is None


def test_a_dead_link_that_an_editor_replaced_was_mended() -> None:
    resource = make_resource(make_roadmap(), url="https://a.example/x")
    links.gather()
    editing.edit(resource, {"url": "https://b.example/"})
    assert not LinkEvent.objects.exists()
    links.gather()
    Link.objects.filter(url="https://b.example/").update(grade=Grade.DEAD, died_at="2026-01-01T00:00Z")
    editing.edit(resource, {"url": "https://b.example/#part"})
    assert not LinkEvent.objects.exists()
    editing.edit(resource, {"url": "https://c.example/"})
    editing.retire([resource])
    Link.objects.update(grade=Grade.DEAD, died_at="2026-01-01T00:00Z")
    Resource.objects.update(link=links.known("https://b.example/"))
    editing.edit(resource, {"url": "https://d.example/"})
    event = LinkEvent.objects.get()
    assert (event.kind, event.replaced, event.url) == ("mended", "https://b.example/", "https://c.example/")


def test_a_url_that_the_author_changed_is_not_known_yet() -> None:
    bring(typed(b"# A\n\n- [b](https://b.example)\n- [c](https://c.example)\n", "README.md", MOST), Target("plan"))
    links.gather()
    bring(typed(b"# A\n\n- [b](https://b2.example)\n- [c](https://c.example)\n", "README.md", MOST), Target("plan"))
    live = dict(Resource.objects.live().values_list("title", "link__url"))
    assert live == {"b": None, "c": "https://c.example"}


def test_of_two_that_are_one_the_link_is_that_of_the_url() -> None:
    bring(typed(b"# A\n\n- [The same book](https://b.example)\n", "README.md", MOST), Target("plan"))
    links.gather()
    bring(typed(b"# A\n\n- [The same books](https://b2.example)\n", "README.md", MOST), Target("plan"))
    links.gather()
    answering.confirm(Proposal.objects.get(), uniting.unite)
    resource = Resource.objects.get()
    assert resource.url == "https://b2.example"
    assert link_of(resource) in ("", "https://b2.example")


def test_the_link_of_one_resource_is_made_where_it_is_missing() -> None:
    resource = make_resource(make_roadmap(), url="https://a.example/x")
    link = links.of(resource)
    assert link is not None
    assert link == links.of(resource) == Resource.objects.get().link
    assert links.of(make_resource(Roadmap.objects.get(), url="", kind="task")) is None


@pytest.mark.django_db(transaction=True)
def test_a_link_that_dies_while_a_resource_is_connected_is_shown_on_its_pages() -> None:
    resource = make_resource(make_roadmap(), url="https://a.example/x")
    link = Link.objects.create(key=links.key_of(resource.url), url=resource.url, host="a.example", grade=Grade.OK)

    def die() -> None:
        record([Outcome(link.pk, Finding(Reason.NOT_FOUND, 404), timezone.now())], Rule(1, 0))
        connection.close()

    def between(execute: Callable[..., object], sql: str, *rest: object) -> object:
        """Let the check write down what it found as soon as the link was read, in a transaction of its own."""
        found = execute(sql, *rest)
        if '"roadmap_link"' in sql and "SELECT" in sql and not connection.in_atomic_block and not deaths:
            deaths.append(Thread(target=die))
            deaths[0].start()
            deaths[0].join()
        return found

    deaths: list[Thread] = []
    with connection.execute_wrapper(between):
        links.of(resource)
    assert deaths
    row = Resource.objects.select_related("link", "roadmap").get()
    assert row.link is not None
    assert (row.link.grade, row.roadmap.health) == (Grade.DEAD, 1)


def test_a_copy_is_the_one_nearest_to_the_day() -> None:
    day = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    assert archive.copy_of("https://a.example/x?q=1", day) == (
        "https://web.archive.org/web/20260301123000/https://a.example/x?q=1"
    )
    assert archive.copy_of(" https://a.example/\n", None) == "https://web.archive.org/web/*/https://a.example/"
    assert archive.copy_of("https://archive.org/details/x", None).endswith("/*/https://archive.org/details/x")


def test_of_a_copy_there_is_the_list_of_all_of_the_page() -> None:
    day, all_of_it = datetime(2026, 3, 1, tzinfo=UTC), "https://web.archive.org/web/*/https://a.example/x?q=1"
    for copied in ("https://web.archive.org/web/20260301123000/", "http://web.archive.org/web/2026id_/"):
        assert archive.copy_of(f"{copied}https://a.example/x?q=1", day) == all_of_it
    about = "https://web.archive.org/about"
    assert archive.copy_of(about, day) == f"https://web.archive.org/web/20260301000000/{about}"


def link_of(resource: Resource) -> str:
    """Return the URL of a resource's link as it stands; empty without one."""
    found = Resource.objects.select_related("link").get(pk=resource.pk).link
    return found.url if found else ""
