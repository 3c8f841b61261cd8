"""The ladder by which old is told from new, without tables."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from roadmap.importing.matching import NewResource, Pairs, match_pages, match_resources
from roadmap.importing.proposing import SIMILAR, TWICE, propose
from roadmap.importing.standing import Aliases, OldPage, OldResource
from roadmap.importing.titles import fold, says_nothing, title_key
from roadmap.reading.links import url_key

THEN = datetime(2026, 1, 1, tzinfo=UTC)


def old(pk: int, title: str, url: str = "", section: int = 1, **fields: object) -> OldResource:
    """A row as an import left it."""
    values: dict[str, object] = {
        "id": pk,
        "url": url,
        "url_key": url_key(url) if url else None,
        "title": title,
        "kind": "other" if url else "task",
        "description": "",
        "imported": {"title": title, "url": url, "kind": "other", "description": ""},
        "conflicts": {},
        "home_id": section,
        "retired_at": None,
        "retired_by_editor": False,
    }
    return OldResource(**values | fields)  # type: ignore[arg-type]


def new(title: str, url: str = "", section: int = 1) -> NewResource:
    return NewResource(url, url_key(url) if url else None, title, "other", (section,))


HOMES = {number: number for number in range(10)}


def matched(rows: list[OldResource], found: list[NewResource], aliases: Aliases | None = None) -> Pairs:
    return match_resources(rows, found, aliases or Aliases(), HOMES, {})


def ids(pairs: Pairs) -> dict[int, tuple[int, str]]:
    return {number: (row.id, pairs.rungs[number]) for number, row in pairs.rows.items()}


def test_the_rungs_in_their_order() -> None:
    rows = [
        old(1, "By URL", "https://a.example/"),
        old(2, "By alias", "https://b.example/"),
        old(3, "By place", "https://c.example/"),
        old(4, "By title", "https://d.example/", section=2),
        old(5, "Gone", "https://e.example/"),
    ]
    found = [
        new("Another name", "http://www.a.example"),
        new("Other words", "https://bb.example/"),
        new("By place", "https://cc.example/"),
        new("By title", "https://dd.example/", section=3),
        new("New", "https://f.example/"),
    ]
    aliases = Aliases(urls={url_key("https://bb.example/"): 2})
    assert ids(matched(rows, found, aliases)) == {0: (1, "url"), 1: (2, "alias"), 2: (3, "section"), 3: (4, "roadmap")}


def test_a_url_comes_before_a_title() -> None:
    rows = [old(1, "Alpha", "https://a.example/"), old(2, "Beta", "https://b.example/")]
    found = [new("Beta", "https://a.example/"), new("Alpha", "https://b.example/")]
    assert ids(matched(rows, found)) == {0: (1, "url"), 1: (2, "url")}


def test_titles_that_say_nothing_are_found_in_their_section_alone() -> None:
    assert ids(matched([old(1, "Video", "https://a.example/")], [new("video", "https://b.example/")])) == {
        0: (1, "section")
    }
    moved = [new("Video", "https://b.example/", section=2)]
    assert ids(matched([old(1, "Video", "https://a.example/")], moved)) == {}
    assert ids(matched([old(1, "影片", "https://a.example/")], [new("影片", "https://b.example/", section=2)])) == {}


def test_a_title_that_stands_twice_on_either_side_decides_nothing() -> None:
    two = [old(1, "Alpha", "https://a.example/"), old(2, "Alpha", "https://b.example/", section=2)]
    assert ids(matched(two, [new("Alpha", "https://c.example/", section=3)])) == {}
    found = [new("Alpha", "https://b.example/", section=2), new("Alpha", "https://c.example/", section=3)]
    assert ids(matched([old(1, "Alpha", "https://a.example/")], found)) == {}


def test_the_same_words_come_before_the_same_words_in_other_letters() -> None:
    rows = [old(1, "Go", "https://a.example/"), old(2, "GO", "https://b.example/", section=2)]
    found = [new("Go", "https://aa.example/", section=3), new("GO", "https://bb.example/", section=4)]
    assert ids(matched(rows, found)) == {0: (1, "roadmap"), 1: (2, "roadmap")}


def test_what_was_retired_comes_back_by_its_title_unless_an_editor_retired_it() -> None:
    gone = old(1, "Alpha", "https://a.example/", retired_at=THEN)
    found = [new("Alpha", "https://b.example/", section=2)]
    assert ids(matched([gone], found)) == {0: (1, "roadmap")}
    gone = old(1, "Alpha", "https://a.example/", retired_at=THEN, retired_by_editor=True)
    assert ids(matched([gone], found)) == {}
    assert ids(matched([gone], [new("Alpha", "https://a.example/")])) == {0: (1, "url")}


def test_tasks_are_found_in_order_and_then_anywhere() -> None:
    rows = [old(1, "Read"), old(2, "Read"), old(3, "Write")]
    found = [new("Read"), new("Read"), new("Write", section=2)]
    assert ids(matched(rows, found)) == {0: (1, "section"), 1: (2, "section"), 2: (3, "roadmap")}


def test_a_task_that_an_editor_retired_is_found_before_one_that_left_the_notes() -> None:
    rows = [old(1, "Read", retired_at=THEN), old(2, "Read", retired_at=THEN, retired_by_editor=True)]
    assert ids(matched(rows, [new("Read")])) == {0: (2, "section")}


def test_an_alias_may_be_a_title() -> None:
    aliases = Aliases(titles={title_key("Read it all"): 1})
    assert ids(matched([old(1, "Read")], [new("Read it  ALL")], aliases)) == {0: (1, "alias")}
    twice = [new("Read it all"), new("Read it all", section=2)]
    assert ids(matched([old(1, "Read")], twice, aliases)) == {}


def asked(rows: list[OldResource], found: list[NewResource], answered: set[tuple[int, str]] | None = None) -> list[str]:
    pairs = matched(rows, found)
    leaving = [row for row in rows if row.id not in pairs.taken]
    return [
        f"{each.old.id} {each.reason} {each.number}"
        for each in propose(leaving, found, pairs, HOMES, answered or set(), {})
    ]


def test_a_similar_title_in_the_same_section_is_proposed() -> None:
    rows = [old(1, "Attention is all you need", "https://a.example/"), old(2, "Something else", "https://b.example/")]
    found = [new("Attention Is All You Need (paper)", "https://c.example/")]
    assert asked(rows, found) == [f"1 {SIMILAR} 0"]
    assert asked(rows, [new(found[0].title, "https://c.example/", section=2)]) == []
    assert asked(rows, found, {(1, found[0].key)}) == []


def test_one_title_in_two_places_is_proposed_once_for_each() -> None:
    rows = [old(1, "Alpha", "https://a.example/"), old(2, "Alpha", "https://b.example/", section=2)]
    found = [new("Alpha", "https://c.example/", section=3)]
    assert asked(rows, found) == [f"1 {TWICE} 0"]
    found = [*found, new("Alpha", "https://d.example/", section=4), new("Alpha", "https://e.example/", section=5)]
    assert asked(rows, found) == [f"1 {TWICE} 0", f"2 {TWICE} 1"]


def test_the_most_similar_is_proposed_and_nothing_twice() -> None:
    rows = [
        old(1, "Deep Learning, part 1", "https://a.example/"),
        old(2, "Deep Learning, part 2", "https://b.example/"),
    ]
    found = [new("Deep Learning: part 2", "https://c.example/"), new("Deep Learning: part 1", "https://d.example/")]
    assert asked(rows, found) == [f"2 {SIMILAR} 0", f"1 {SIMILAR} 1"]


def test_a_title_that_stands_everywhere_is_asked_about_where_it_stood() -> None:
    homes = {number: number for number in range(300)}
    rows = [old(number + 1, "Slides", f"https://a.example/{number}", section=number) for number in range(200)]
    found = [new("Slides", f"https://b.example/{number}", section=number + 100) for number in range(200)]
    proposals = propose(rows, found, Pairs(), homes, (), {})
    here = [each for each in proposals if found[each.number].sections[0] == each.old.home_id]
    assert len(here) == 100
    assert len(proposals) <= 120


def test_the_longest_titles_are_compared_by_how_they_begin() -> None:
    """As a whole they would take minutes: two titles take the product of their lengths."""
    rows = [
        old(number + 1, f"{number} " + f"word{number} " * 4000, f"https://a.example/{number}") for number in range(99)
    ]
    found = [new(f"{number} " + f"word{number} " * 3999, f"https://b.example/{number}") for number in range(99)]
    begun = time.process_time()
    proposals = propose(rows, found, Pairs(), HOMES, (), {})
    assert time.process_time() - begun < 5
    assert [each.old.id - 1 for each in proposals] == [each.number for each in proposals]


TITLES = st.sampled_from(["Alpha", "alpha", "Beta", "Beta two", "link", "Video", "讀物", ""])
URLS = st.sampled_from(["", "https://a.example/", "https://b.example/", "https://c.example/1", "https://c.example/2"])
SECTIONS = st.integers(0, 3)
PLACES = st.tuples(TITLES.filter(bool), URLS, SECTIONS)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PLACES, st.booleans()), max_size=8), st.lists(PLACES, max_size=8))
def test_no_pair_shares_neither_url_nor_title_and_none_is_made_twice(
    before: list[tuple[tuple[str, str, int], bool]], after: list[tuple[str, str, int]]
) -> None:
    rows, keys = [], set()
    for pk, ((title, url, section), retired) in enumerate(before, start=1):
        row = old(pk, title, url, section, retired_at=THEN if retired else None)
        if row.url_key is None or row.url_key not in keys:
            rows.append(row)
            keys.add(row.url_key)
    found, seen = [], set()
    for title, url, section in after:
        each = new(title, url, section)
        if each.url_key is None or each.url_key not in seen:
            found.append(each)
            seen.add(each.url_key)
    pairs = matched(rows, found)
    assert len({row.id for row in pairs.rows.values()}) == len(pairs.rows)
    for number, row in pairs.rows.items():
        assert row.url_key == found[number].url_key is not None or fold(row.title) == fold(found[number].title)
    by_key = {row.url_key: row.id for row in rows if row.url_key}
    for number, each in enumerate(found):
        if each.url_key in by_key:
            assert pairs.rows[number].id == by_key[each.url_key]
    proposals = propose([row for row in rows if row.id not in pairs.taken], found, pairs, HOMES, (), {})
    assert len({each.old.id for each in proposals}) == len({each.number for each in proposals}) == len(proposals)
    assert not any(each.number in pairs.rows or each.old.id in pairs.taken for each in proposals)


def test_some_titles_say_nothing() -> None:
    assert [title for title in ("Link", "here!", "…", "影片", "Alpha", "Linker") if says_nothing(title)] == [
        "Link",
        "here!",
        "…",
        "影片",
    ]


def page(pk: int, path: str, **fields: object) -> OldPage:
    values: dict[str, object] = {"position": 0, "title": path, "checksum": "", "had_bom": False, "assets": {}}
    return OldPage(id=pk, path=path, **values | {"warnings": [], "retired_at": None} | fields)  # type: ignore[arg-type]


def test_a_page_is_found_by_its_path_or_by_what_it_holds() -> None:
    rows = [page(1, "README.md"), page(2, "a.md"), page(3, "b.md")]
    holds = {1: {"x"}, 2: {"a", "b", "c"}, 3: {"d"}}
    new_holds = [{"x"}, {"a", "b"}, {"e"}]
    found = match_pages(rows, ["README.md", "docs/a.md", "c.md"], new_holds.__getitem__, holds)
    assert {number: row.id for number, row in found.items()} == {0: 1, 1: 2}


def test_a_page_that_was_split_goes_on_as_the_part_that_has_the_most_of_it() -> None:
    rows = [page(1, "guide.md"), page(2, "other.md")]
    holds = {1: {"a", "b", "c", "d", "e"}, 2: {"f"}}
    new_holds = [{"e"}, {"a", "b", "c", "d"}, {"f"}]
    found = match_pages(rows, ["extra.md", "moved/guide.md", "moved/other.md"], new_holds.__getitem__, holds)
    assert {number: row.id for number, row in found.items()} == {1: 1, 2: 2}


def test_what_every_page_holds_tells_none_of_them_from_another() -> None:
    """A footer of links in each of many pages, all under new paths: not each page is compared with each."""
    many = 4000
    footer = {f"https://footer.example/{number}" for number in range(60)}
    rows = [page(number + 1, f"old/{number}.md") for number in range(many)]
    holding = {number + 1: footer | {f"{number} {each}" for each in range(70)} for number in range(many)}
    begun = time.process_time()
    found = match_pages(rows, [f"new/{number}.md" for number in range(many)], lambda at: holding[at + 1], holding)
    assert time.process_time() - begun < 5
    assert {number: row.id - 1 for number, row in found.items()} == {number: number for number in range(many)}
