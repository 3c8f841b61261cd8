"""Telling old from new: which row of the tables each thing in the notes is. Pure; a pair once made is never remade.

Resources climb a ladder: 1. the same `url_key`; 2. an alias that an editor confirmed; 3. the same title, unique on both
sides, in the same section. What has no URL is found by its title in the same section, then by order. What is left is
new, or has left the notes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from roadmap.importing.standing import OldResource, OldSection, OldTodo
from roadmap.reading.outline import Section, Todo

Old = TypeVar("Old")
New = TypeVar("New")


@dataclass(frozen=True, slots=True)
class NewResource:
    """What the notes say of one resource: `sections` are numbers of the sections it stands in, the first one first."""

    url: str
    url_key: str | None
    title: str
    kind: str
    sections: tuple[int, ...]


def _in_order(
    old: Iterable[Old], new: Iterable[New], key_old: Callable[[Old], Hashable], key_new: Callable[[New], Hashable]
) -> list[tuple[New, Old]]:
    """Pair what has the same key (None has none), the first with the first."""
    waiting: dict[Hashable, list[Old]] = defaultdict(list)
    for each in old:
        waiting[key_old(each)].append(each)
    pairs = []
    for item in new:
        key = key_new(item)
        if key is not None and waiting.get(key):
            pairs.append((item, waiting[key].pop(0)))
    return pairs


def _unique(
    old: Iterable[Old], new: Iterable[New], key_old: Callable[[Old], Hashable], key_new: Callable[[New], Hashable]
) -> list[tuple[New, Old]]:
    """Pair what has the same key (None has none) where it is there once on both sides."""
    new = list(new)
    by_key: dict[Hashable, list[Old]] = defaultdict(list)
    for each in old:
        by_key[key_old(each)].append(each)
    many_new = Counter(map(key_new, new))
    keys = [(item, key_new(item)) for item in new]
    return [(item, by_key[key][0]) for item, key in keys if key is not None and many_new[key] == 1 == len(by_key[key])]


def fold(title: str) -> str:
    """Return a title as it is compared: case and white space aside."""
    return " ".join(title.casefold().split())


def match_resources(
    old: list[OldResource], new: list[NewResource], aliases: dict[str, int], section_of: dict[int, int]
) -> dict[int, OldResource]:
    """Return {number in `new`: its row}. `section_of` maps a new section's number to the row it was matched with."""
    pairs: dict[int, OldResource] = {}
    taken: set[int] = set()

    def left(*, retired: bool) -> list[OldResource]:
        return [each for each in old if each.id not in taken and (retired or not each.retired)]

    def take(found: Iterable[tuple[int, OldResource]]) -> None:
        for number, row in found:
            if number not in pairs and row.id not in taken:
                pairs[number] = row
                taken.add(row.id)

    def numbers() -> list[int]:
        return [number for number in range(len(new)) if number not in pairs]

    by_id = {each.id: each for each in old}
    by_key = {each.url_key: each for each in old if each.url_key}
    keys = [(number, new[number].url_key or "") for number in numbers()]
    take((number, by_key[key]) for number, key in keys if key in by_key)
    take((number, by_id[aliases[key]]) for number, key in keys if key in aliases and aliases[key] in by_id)

    def place_new(number: int) -> Hashable:
        return (section_of.get(new[number].sections[0]), fold(new[number].title))

    def place_old(row: OldResource) -> Hashable:
        return (row.home_id, fold(row.imported["title"])) if row.imported and row.home_id else None

    without = [number for number in numbers() if new[number].url_key is None]
    nowhere = [row for row in left(retired=False) if row.url_key is None]
    take(_in_order([row for row in nowhere if place_old(row)], without, place_old, place_new))
    # Unique among all, matched or not: of two links named “video” the one left over says nothing.
    standing = [row for row in old if not row.retired]
    take(_unique(standing, range(len(new)), place_old, place_new))
    without = [number for number in numbers() if new[number].url_key is None]
    take(
        _in_order(
            [row for row in left(retired=True) if row.url_key is None and place_old(row)], without, place_old, place_new
        )
    )
    return pairs


def match_sections(
    old: list[OldSection],
    new: list[Section],
    page_of_old: dict[int, int],
    page_of_new: list[int],
    shared: Callable[[Section], set[str]],
    keys_of_old: dict[int, set[str]],
) -> dict[int, OldSection]:
    """Return {number in `new`: its row}: the same path of headings on the same page, else the same title, else the most
    resources in common. Retired rows come last, by their path alone.

    `page_of_old` maps a row's page to the number of the page it was matched with, `page_of_new` says on which page each
    new section stands; `shared` gives a new section's URL keys, `keys_of_old` a row's.
    """
    pairs: dict[int, OldSection] = {}
    taken: set[int] = set()
    by_id = {each.id: each for each in old}
    old_paths: dict[int, tuple[Hashable, ...]] = {}
    new_paths: list[tuple[Hashable, ...]] = []

    def path_of_old(row: OldSection) -> Hashable:
        if row.id not in old_paths:
            parent = by_id.get(row.parent_id) if row.parent_id else None
            above = path_of_old(parent) if parent else (page_of_old.get(row.page_id, -1),)
            old_paths[row.id] = (*above, fold(row.title))  # type: ignore[misc]
        return old_paths[row.id]

    for number, section in enumerate(new):
        above = new_paths[section.parent] if section.parent is not None else (page_of_new[number],)
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

    take(_in_order(left(retired=False), numbers(), path_of_old, lambda number: new_paths[number]))
    take(
        _unique(
            left(retired=False),
            numbers(),
            lambda row: fold(row.title) or None,
            lambda number: fold(new[number].title) or None,
        )
    )
    for number in numbers():
        keys = shared(new[number])
        best = max(left(retired=False), key=lambda row: len(keys & keys_of_old.get(row.id, set())), default=None)
        if best and 2 * len(keys & keys_of_old.get(best.id, set())) > len(keys):
            take([(number, best)])
    take(_in_order(left(retired=True), numbers(), path_of_old, lambda number: new_paths[number]))
    return pairs


def match_todos(old: list[OldTodo], new: list[tuple[int, Todo]], section_of: dict[int, int]) -> dict[int, OldTodo]:
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
