"""Telling old from new: which row of the tables each thing in the notes is. Pure; a pair once made is never remade.

Resources climb a ladder: 1. the same `url_key`; 2. an alias that an editor confirmed, or the URL that an editor gave it
and the notes took over; 3. the same title, unique on both sides, in the same section; 4. the same title, unique in the
whole roadmap. What has no URL is found by its title in the same section, in order, before the fourth. What is left is
new, or has left the notes; `proposing` asks where it looks as if the two were one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from roadmap.importing.standing import Aliases, OldPage, OldResource, OldSection, OldTodo
from roadmap.importing.titles import fold, says_nothing, title_key
from roadmap.reading.links import url_key
from roadmap.reading.outline import Section, Todo

Old = TypeVar("Old")
New = TypeVar("New")
KNOWN, URL, ALIAS, SECTION, ROADMAP = "known", "url", "alias", "section", "roadmap"
"""The rungs' names: on a page that did not change, same URL, confirmed alias, same title in the same section, same
title in the whole roadmap."""
HOLDERS = 50
"""What more pages or sections than this hold tells none of them from another."""


@dataclass(frozen=True, slots=True)
class NewResource:
    """What the notes say of one resource: `sections` are numbers of the sections it stands in, the first one first."""

    url: str
    url_key: str | None
    title: str
    kind: str
    sections: tuple[int, ...]

    @property
    def key(self) -> str:
        """What an alias of it is found by."""
        return self.url_key or title_key(self.title)


@dataclass(slots=True)
class Pairs:
    """Which row each new resource (by its number) is, and which rung found it."""

    rows: dict[int, OldResource] = field(default_factory=dict)
    rungs: dict[int, str] = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)

    def take(self, rung: str, found: Iterable[tuple[int, OldResource]]) -> None:
        """Keep pairs of which neither side is in one yet."""
        for number, row in found:
            if number not in self.rows and row.id not in self.taken:
                self.rows[number], self.rungs[number] = row, rung
                self.taken.add(row.id)


def _in_order(
    old: Iterable[Old], new: Iterable[New], key_old: Callable[[Old], Hashable], key_new: Callable[[New], Hashable]
) -> list[tuple[New, Old]]:
    """Pair what has the same key (None has none), the first with the first."""
    waiting: dict[Hashable, list[Old]] = defaultdict(list)
    for each in old:
        waiting[key_old(each)].append(each)
    for rows in waiting.values():
        rows.reverse()
    pairs = []
    for item in new:
        key = key_new(item)
        if key is not None and waiting.get(key):
            pairs.append((item, waiting[key].pop()))
    return pairs


def _unique(
    old: Iterable[Old], new: Iterable[New], key_old: Callable[[Old], Hashable], key_new: Callable[[New], Hashable]
) -> list[tuple[New, Old]]:
    """Pair what has the same key (None has none) where it is there once on both sides."""
    by_key: dict[Hashable, list[Old]] = defaultdict(list)
    for each in old:
        by_key[key_old(each)].append(each)
    keys = [(item, key_new(item)) for item in new]
    many_new = Counter(key for _, key in keys)
    return [(item, by_key[key][0]) for item, key in keys if key is not None and many_new[key] == 1 == len(by_key[key])]


def match_resources(
    old: list[OldResource],
    new: list[NewResource],
    aliases: Aliases,
    section_of: Mapping[int, int],
    known: Mapping[int, int],
) -> Pairs:
    """Return which row each of `new` is.

    `section_of` maps a new section's number to the row it was matched with; `known` holds the pairs (number in `new`:
    id of the row) that need no search, because their page did not change.
    """
    return _Ladder(old, new, section_of).climb(aliases, known)


class _Ladder:
    """The rungs, one method each."""

    def __init__(self, old: list[OldResource], new: list[NewResource], section_of: Mapping[int, int]) -> None:
        self.old, self.new, self.section_of = old, new, section_of
        self.by_id = {row.id: row for row in old}
        self.live = [row for row in old if not row.retired]
        self.pairs = Pairs()

    def climb(self, aliases: Aliases, known: Mapping[int, int]) -> Pairs:
        self.pairs.take(KNOWN, ((number, self.by_id[pk]) for number, pk in known.items() if pk in self.by_id))
        self._by_url()
        self._by_alias(aliases)
        self._by_edit()
        for rung in (self._by_title_in_section, self._by_title_in_roadmap):
            if len(self.pairs.rows) < len(self.new):
                rung()
        return self.pairs

    def _left(self) -> list[int]:
        return [number for number in range(len(self.new)) if number not in self.pairs.rows]

    def _by_url(self) -> None:
        rows = {row.url_key: row for row in self.old if row.url_key}
        keys = [(number, self.new[number].url_key) for number in self._left()]
        self.pairs.take(URL, ((number, rows[key]) for number, key in keys if key in rows))

    def _by_alias(self, aliases: Aliases) -> None:
        urls = [(number, aliases.urls.get(self.new[number].url_key or "")) for number in self._left()]
        without = [number for number, each in enumerate(self.new) if each.url_key is None]
        keys = {number: title_key(self.new[number].title) for number in without} if aliases.titles else {}
        once = Counter(keys.values())
        titles = [(number, aliases.titles.get(key)) for number, key in keys.items() if once[key] == 1]
        found = [(number, self.by_id[pk]) for number, pk in (*urls, *titles) if pk in self.by_id]
        self.pairs.take(ALIAS, found)

    def _by_edit(self) -> None:
        """What the notes took over from an editor, who thereby said what it is: the URL; without one, the title."""
        edited = [row for row in self.live if row.imported and row.id not in self.pairs.taken]
        moved = [row for row in edited if row.imported and row.url and row.url != row.imported["url"]]
        if moved:
            found = _unique(moved, self._left(), lambda row: url_key(row.url), lambda number: self.new[number].url_key)
            self.pairs.take(ALIAS, found)
        renamed = [row for row in edited if row.url_key is None and row.title != row.notes_title]
        if renamed:
            without = [number for number in self._left() if self.new[number].url_key is None]
            found = _in_order(renamed, without, lambda row: (row.home_id, fold(row.title)), self._place_new)
            self.pairs.take(ALIAS, found)

    def _by_title_in_section(self) -> None:
        self._in_order([row for row in self.live if row.url_key is None])
        # Unique among all, matched or not: of two links named “video” the one left over says nothing.
        self.pairs.take(SECTION, _unique(self.live, range(len(self.new)), self._place_old, self._place_new))
        # What an editor retired stands in the notes still, perhaps; what left them does not.
        self._in_order(
            sorted((row for row in self.old if row.url_key is None), key=lambda row: not row.retired_by_editor)
        )

    def _in_order(self, rows: list[OldResource]) -> None:
        """Pair what has no URL by title and section, the first with the first."""
        waiting = [row for row in rows if row.id not in self.pairs.taken and self._place_old(row)]
        without = [number for number in self._left() if self.new[number].url_key is None]
        self.pairs.take(SECTION, _in_order(waiting, without, self._place_old, self._place_new))

    def _place_new(self, number: int) -> Hashable:
        return (self.section_of.get(self.new[number].sections[0]), fold(self.new[number].title))

    def _place_old(self, row: OldResource) -> Hashable:
        """Where a row stood; what was added by hand is found by its URL, and by its title only if it has none."""
        if not row.home_id or (row.imported is None and row.url_key):
            return None
        return (row.home_id, fold(row.notes_title))

    def _by_title_in_roadmap(self) -> None:
        """The same words first, then case and blanks aside; what stands before what was retired."""
        numbers = range(len(self.new))
        for compared in (str, fold):

            def title_old(row: OldResource, compared: Callable[[str], str] = compared) -> Hashable:
                said = row.imported is None or says_nothing(row.notes_title)
                return None if said else compared(row.notes_title)

            def title_new(number: int, compared: Callable[[str], str] = compared) -> Hashable:
                title = self.new[number].title
                return None if says_nothing(title) else compared(title)

            self.pairs.take(ROADMAP, _unique(self.live, numbers, title_old, title_new))
        # What an editor took off the site for its link does not take a new link along.
        back = [row for row in self.old if not row.retired_by_editor]
        self.pairs.take(ROADMAP, _unique(back, numbers, title_old, title_new))


def match_pages(
    old: list[OldPage], paths: list[str], keys: Callable[[int], set[str]], keys_of_old: Mapping[int, set[str]]
) -> dict[int, OldPage]:
    """Return {number in `paths`: its row}: the same path; a plan of one file stays that one page, whatever the file is
    called; else the live page with which it has the most in common, and more than half of what it holds.

    `keys` gives what a new page holds, `keys_of_old` what a row's page (by its id) does.
    """
    by_path = {each.path: each for each in old}
    pairs = {number: by_path[path] for number, path in enumerate(paths) if path in by_path}
    live = [each for each in old if not each.retired]
    if len(paths) == 1 and len(live) == 1 and not pairs:
        return {0: live[0]}
    taken = {row.id for row in pairs.values()}
    waiting = {row.id: keys_of_old.get(row.id, set()) for row in live if row.id not in taken}
    numbers = [number for number in range(len(paths)) if number not in pairs]
    by_id = {row.id: row for row in live}
    return pairs | {number: by_id[pk] for number, pk in _most_shared(numbers, keys, waiting).items()}


def _most_shared(numbers: list[int], keys: Callable[[int], set[str]], of_old: Mapping[int, set[str]]) -> dict[int, int]:
    """Pair each of `numbers` with the row (by id) that has the most of its keys, if that is more than half of them.

    What many hold, such as the links of a footer, is counted, but leads to nothing: all would be compared with all.
    """
    holders: dict[str, list[int]] = defaultdict(list)
    for pk, held in of_old.items():
        for key in held:
            holders[key].append(pk)
    pairs = []
    for number in numbers:
        mine = keys(number)
        few = (pks for key in mine if len(pks := holders.get(key, [])) <= HOLDERS)
        counts = ((len(mine & of_old[pk]), pk) for pk in {pk for pks in few for pk in pks})
        pairs += [(-count, number, pk) for count, pk in counts if 2 * count > len(mine)]
    found: dict[int, int] = {}
    taken: set[int] = set()
    # The closest first, or what was split would go to the part that stands first, however small.
    for _, number, pk in sorted(pairs):
        if number not in found and pk not in taken:
            found[number] = pk
            taken.add(pk)
    return found


def match_sections(
    old: list[OldSection],
    new: list[Section],
    parents: list[int | None],
    page_of_old: Mapping[int, int],
    page_of_new: list[int],
    shared: Callable[[Section], set[str]],
    keys_of_old: Mapping[int, set[str]],
    known: Mapping[int, int],
) -> dict[int, OldSection]:
    """Return {number in `new`: its row}: the same path of headings on the same page, else the same title, else the same
    words under the heading, else the most resources in common. Retired rows come last, by their path alone.

    `parents` are numbers in `new`. `page_of_old` maps a row's page to the number of the page it was matched with,
    `page_of_new` says on which page each new section stands; `shared` gives the keys of what stands in a new section,
    `keys_of_old` a row's; `known` holds the pairs (number: id of the row) that need no search.
    """
    by_id = {each.id: each for each in old}
    pairs = {number: by_id[pk] for number, pk in known.items()}
    taken = {row.id for row in pairs.values()}
    old_paths: dict[int, tuple[Hashable, ...]] = {}
    new_paths: list[tuple[Hashable, ...]] = []

    def path_of_old(row: OldSection) -> tuple[Hashable, ...]:
        if row.id not in old_paths:
            parent = by_id.get(row.parent_id) if row.parent_id else None
            above = path_of_old(parent) if parent else (page_of_old.get(row.page_id, -1),)
            old_paths[row.id] = (*above, fold(row.title))
        return old_paths[row.id]

    for number, section in enumerate(new):
        parent_number = parents[number]
        above = new_paths[parent_number] if parent_number is not None else (page_of_new[number],)
        new_paths.append((*above, fold(section.title)))

    def left(*, retired: bool) -> list[OldSection]:
        return [each for each in old if each.id not in taken and each.retired == retired]

    def numbers() -> list[int]:
        return [number for number in range(len(new)) if number not in pairs]

    def take(found: Iterable[tuple[int, OldSection]]) -> None:
        for number, row in found:
            if number not in pairs and row.id not in taken:
                pairs[number] = row
                taken.add(row.id)

    take(_in_order(left(retired=False), numbers(), path_of_old, new_paths.__getitem__))
    for said in (_title, _words):
        take(_unique(left(retired=False), numbers(), said, lambda number: said(new[number])))  # noqa: B023
    waiting = {row.id: keys_of_old.get(row.id, set()) for row in left(retired=False)}
    found = _most_shared(numbers(), lambda number: shared(new[number]), waiting)
    take((number, by_id[pk]) for number, pk in found.items())
    take(_in_order(left(retired=True), numbers(), path_of_old, new_paths.__getitem__))
    return pairs


def _title(section: OldSection | Section) -> str | None:
    return fold(section.title) or None


def _words(section: OldSection | Section) -> str | None:
    """Return what stands under a section's heading; None where that is nothing."""
    return section.source.strip().partition("\n")[2].strip() or None


def match_todos(old: list[OldTodo], new: list[tuple[int, Todo]], section_of: Mapping[int, int]) -> dict[int, OldTodo]:
    """Return {number in `new`: its row}: the same text in the same section, else anywhere; `new`: (section, todo)."""
    pairs: dict[int, OldTodo] = {}
    taken: set[int] = set()

    def take(found: Iterable[tuple[int, OldTodo]]) -> None:
        for number, row in found:
            pairs[number] = row
            taken.add(row.id)

    for retired in (False, True):
        for by_section in (True, False):
            left = [each for each in old if each.id not in taken and each.retired == retired]
            numbers = [number for number in range(len(new)) if number not in pairs]
            take(
                _in_order(
                    left,
                    numbers,
                    lambda row: (row.section_id if by_section else 0, fold(row.text)),  # noqa: B023
                    lambda number: (section_of.get(new[number][0]) if by_section else 0, fold(new[number][1].text)),  # noqa: B023
                )
            )
    return pairs
