"""What holds of a roadmap's rows whatever was done to them; each function raises AssertionError where it does not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from accounts import statistics
from accounts.tracking import Reader
from roadmap import stamps
from roadmap.contents import contents_of
from roadmap.health.links import address_of
from roadmap.importing import standing as standing_rows
from roadmap.importing.flat import listing_values
from roadmap.importing.kept import Rows
from roadmap.importing.standing import OldPage, Standing
from roadmap.importing.titles import fold, title_key
from roadmap.models import (
    ENTRY_INDEX,
    ENTRY_TITLE_INDEX,
    Entry,
    Listing,
    Resource,
    ResourceAlias,
    Roadmap,
    Section,
    SectionAlias,
)
from roadmap.reading.links import url_key
from roadmap.reading.outline import Page
from roadmap.reading.reader import Surroundings, read

SECTION_FIELDS = (
    "level", "title", "title_html", "slug", "parent", "depth", "source", "body_html",
)  # fmt: skip
LISTING_FIELDS = ("url", "url_key", "kind", "line")
SEEN = ("Page", "Section", "SectionAlias", "PageAlias", "Resource", "ResourceAlias", "Listing", "Todo")
"""The tables of what people see, or what decides about it."""


def standing_of(roadmap: Roadmap) -> Standing:
    """Return all of a roadmap's rows."""
    found = standing_rows.of_pages(roadmap)
    standing_rows.fill(found, roadmap)
    return found


def rows_are_what_the_reader_finds(roadmap: Roadmap) -> None:
    """Each live page's sections, listings (their spans, slots, labels and URLs) and TODOs are those that reading the
    joined sources gives."""
    found = standing_of(roadmap)
    live = [page for page in found.pages if not page.retired]
    rows = Rows(found)
    for page in live:
        _page_is_what_the_reader_finds(rows, page, live, roadmap.source_url)


def _page_is_what_the_reader_finds(rows: Rows, row: OldPage, live: list[OldPage], source_url: str) -> None:
    around = Surroundings(frozenset(page.path for page in live), source_url, row.assets.get)
    sections = rows.sections[row.id]
    assert [section.position for section in sections] == list(range(len(sections)))
    page = read("".join(section.source for section in sections), row.path, around)
    assert page.title == row.title
    assert_same_reading(rows.page(row), page)
    for section, old in zip(page.sections, sections, strict=True):
        listed = [each.values for each in rows.listings[old.id]]
        assert listed == [listing_values(each, position) for position, each in enumerate(section.listings)]


def assert_same_reading(mine: Page, theirs: Page) -> None:
    """Two outlines of a page say the same in all that a plan is made of."""
    for name in SECTION_FIELDS:
        same(name, mine.sections, theirs.sections)
    for one, other in zip(mine.sections, theirs.sections, strict=True):
        assert [(todo.text, todo.done) for todo in one.todos] == [(todo.text, todo.done) for todo in other.todos]
        columns = ([listing_values(listing, 0) for listing in each.listings] for each in (one, other))
        assert next(columns) == next(columns)
        for name in LISTING_FIELDS:
            same(name, one.listings, other.listings)
    assert sorted(map(str, mine.warnings)) == sorted(map(str, theirs.warnings))


def same(name: str, mine: Iterable[object], theirs: Iterable[object]) -> None:
    """Raise AssertionError, naming both, unless all have the same attribute."""
    one, other = ([getattr(each, name) for each in rows] for rows in (mine, theirs))
    assert one == other, (name, one, other)


def addresses_are_unique(roadmap: Roadmap) -> None:
    """No two live sections of a page have one slug, none is parked, and no old address hides a live one."""
    live = Counter(Section.objects.live().filter(page__roadmap=roadmap).values_list("page", "slug"))
    assert not [place for place, count in live.items() if count > 1]
    assert not [slug for _, slug in live if "\n" in slug]
    assert not set(SectionAlias.objects.values_list("page", "slug")) & set(live)


def what_is_live_is_listed(roadmap: Roadmap) -> None:
    """A resource is on the site just when a live section of a live page lists it, if no editor retired it."""
    listings = Listing.objects.filter(section__retired_at=None, section__page__retired_at=None)
    listed = set(listings.values_list("resource__key", flat=True))
    sections = Section.objects.live().filter(page__roadmap=roadmap, page__retired_at=None)
    for resource in Resource.objects.filter(roadmap=roadmap, retired_by_editor=False):
        if sections or resource.imported:
            assert (resource.retired_at is None) == (resource.key in listed), resource


def shares_are_right(roadmap: Roadmap, reader: Reader) -> None:
    """The percentages are within 0 and 100, and those that are counted from the rows anew."""
    stamp = stamps.of_roadmap(roadmap.slug, None)
    assert stamp is not None
    found = statistics.tallies(contents_of(stamp), statistics.states(reader, roadmap.pk))
    states = statistics.states(reader, roadmap.pk)
    wanted = _counted_anew(roadmap)
    assert set(found) == set(wanted)
    dead = set(Resource.objects.filter(roadmap=roadmap, link__grade="dead").values_list("key", flat=True))
    for section, keys in wanted.items():
        done, skipped = (sum(states.get(key) == state for key in keys) for state in ("done", "skipped"))
        tally = found[section]
        lost = sum(states.get(key) not in ("done", "skipped") for key in keys & dead)
        assert (tally.total, tally.done, tally.skipped, tally.dead) == (len(keys), done, skipped, lost)
        assert tally.percent == _percent(done, len(keys) - skipped - lost)
    assert statistics.totals(reader)[roadmap.pk] == found[statistics.ROADMAP]


def links_are_those_of_the_urls(roadmap: Roadmap) -> None:
    """What is known of a link is told of the resources alone that lead there."""
    for row in Resource.objects.filter(roadmap=roadmap, link__isnull=False).select_related("link"):
        assert row.link.url == address_of(row.url), row


def broken_links(roadmap: Roadmap) -> set[tuple[Any, ...]]:
    """Return what readers see of broken links."""
    rows = Resource.objects.live().filter(roadmap=roadmap, link__grade__in=("failing", "dead"))
    return set(rows.values_list("key", "url", "link__grade", "link__reason", "link__failing_since"))


def _counted_anew(roadmap: Roadmap) -> dict[int, set[str]]:
    """Return the keys of the resources in each section, subsections included; 0 stands for the roadmap."""
    live = Section.objects.live().filter(page__roadmap=roadmap, page__retired_at=None)
    parents = dict(live.values_list("pk", "parent"))
    keys: dict[int, set[str]] = defaultdict(set)
    keys[0] = set()
    rows = Listing.objects.filter(section__in=parents, resource__retired_at=None).values_list(
        "section", "resource__key"
    )
    for section, key in rows:
        above: int | None = section
        while above:
            keys[above].add(key)
            above = parents[above]
        keys[0].add(key)
    return {0: keys[0]} | {pk: keys[pk] for pk in parents}


def _percent(done: int, counted: int) -> int | None:
    if counted == 0:
        return None
    exact = 100 * done / counted
    assert 0 <= exact <= 100
    return round(exact) if exact in (0, 100) else min(99, max(1, round(exact)))


def entries_are_those_made_anew(roadmap: Roadmap) -> None:
    """What is searched is what stands on the site, however it came to stand there; and the index holds just that."""
    standing = _entries(roadmap)
    with transaction.atomic():
        roadmap.entries.all().delete()
        Entry.objects.follow(roadmap.pk)
        anew = _entries(roadmap)
        transaction.set_rollback(True)
    assert standing == anew, (standing - anew, anew - standing)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for index in (ENTRY_INDEX, ENTRY_TITLE_INDEX):
                cursor.execute(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")


def _entries(roadmap: Roadmap) -> set[tuple[Any, ...]]:
    return set(roadmap.entries.values_list("section", "resource", "title", "text", "digest"))


Table = dict[str, list[tuple[Any, ...]]]


def same_rows(before: Table, after: Table) -> None:
    """Raise AssertionError, naming the rows, unless two lots of tables are the same."""
    differing = {name: (set(map(repr, rows)), set(map(repr, after[name]))) for name, rows in before.items()}
    assert before == after, {name: (old - new, new - old) for name, (old, new) in differing.items() if old != new}


def seen(rows: Table) -> Table:
    """Return the tables of what people see; which link a resource has is none of the imports' business."""
    link = [field.name for field in Resource._meta.concrete_fields].index("link")
    others = [(*row[:link], *row[link + 1 :]) for row in rows["Resource"]]
    return {name: rows[name] for name in SEEN} | {"Resource": others}


def rows_of(roadmap: Roadmap) -> dict[int, Resource]:
    """Return a roadmap's resources by their pk."""
    return {row.pk: row for row in Resource.objects.filter(roadmap=roadmap)}


def no_pair_is_wrong(before: Mapping[int, Resource], after: Mapping[int, Resource]) -> None:
    """No resource is gone, and none became one with another URL and another title, unless an editor said so."""
    assert set(before) <= set(after)
    for pk, old in before.items():
        new = after[pk]
        assert new.key == old.key
        if old.imported is None or new.imported is None or old.imported == new.imported:
            continue
        same_url = old.url_key is not None and old.url_key == new.url_key
        same_title = fold(old.imported["title"]) == fold(new.imported["title"])
        assert same_url or same_title or _was_said(old, new), (old.imported, new.imported)


def _was_said(old: Resource, new: Resource) -> bool:
    """Whether an editor confirmed what the notes say now, or had written it."""
    notes = new.imported or {}
    key = {"url_key": new.url_key} if new.url_key else {"title_key": title_key(notes["title"])}
    if ResourceAlias.objects.filter(resource=new, **key).exists():
        return True
    return url_key(old.url) == new.url_key if new.url_key else fold(old.title) == fold(notes["title"])
