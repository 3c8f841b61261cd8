"""What the notes would say if all that editors made on the site stood in them: rows -> the sections' sources. Pure.

An edited title or URL goes to each place where the site shows it, a resource placed by hand to its section's end. What
only the site has (descriptions, kinds, what an editor retired) stays there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from roadmap.importing.definitions import defined
from roadmap.importing.standing import OldListing
from roadmap.importing.wishes import Resources, Wish, wishes
from roadmap.reading import NotesError
from roadmap.reading.escaping import is_same_address
from roadmap.reading.links import url_key
from roadmap.reading.outline import Listing, Section
from roadmap.reading.reader import TASK, read
from roadmap.reading.writer import Added, Definition, Edit, Unwritable, append, rewrite

_ANCHORS = re.compile(r' (?:id|href)="#?[^"]*"')
"""A heading's anchor changes with its words, and links to it then lead nowhere, as they would on GitHub."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page's sections as they would be written, and what could not be: their number is that of the sections."""

    sources: list[str]
    left_out: list[Wish]


def shown_page(
    sources: Sequence[str],
    listings: Sequence[Sequence[OldListing]],
    resources: Resources,
    doubled: Collection[int] = (),
) -> Shown:
    """Return a page's sections as they would be written; `listings` are each section's own, by position.

    `doubled` are ids of listings that notes cannot have: without a URL two places are two resources.

    A page without an edit costs nothing; any other is read, and read again to see that each title and URL is there as
    the site shows it and all else as it was. What cannot be written so is left out; so is a URL that another resource
    has, with which an import would take it for one.
    """
    asked: list[Wish] = []
    twice: list[Wish] = []
    for number, some in enumerate(listings):
        asked += wishes(number, [each for each in some if each.id not in doubled], resources)
        twice += wishes(number, [each for each in some if each.id in doubled], resources)
    wanted, left_out = _without_doubles(asked, resources)
    left_out += twice
    if not wanted:
        return Shown(list(sources), left_out)
    shown = _Proof(sources).shown(wanted)
    return replace(shown, left_out=[*left_out, *shown.left_out])


def _without_doubles(wanted: list[Wish], resources: Resources) -> tuple[list[Wish], list[Wish]]:
    """Return what gives no resource the URL of another, and what would."""
    if not any(isinstance(wish.write, Edit) and wish.write.url for wish in wanted):
        return wanted, []
    owners = _owners(resources)
    kept, doubled = [], []
    for wish in wanted:
        edit = wish.write
        if not isinstance(edit, Edit) or not edit.url or owners.get(url_key(edit.url)) in (None, wish.resource):
            kept.append(wish)
            continue
        doubled.append(replace(wish, write=replace(edit, title=None)))
        if edit.title is not None:
            kept.append(replace(wish, write=replace(edit, url=None)))
    return kept, doubled


def _owners(resources: Resources) -> dict[str, int]:
    """Return whose each URL is: of the notes, then of the first that an editor gave it to."""
    owners = {row.url_key: row.id for row in resources.values() if row.url_key}
    for row in resources.values():
        if row.url and row.imported and row.url != row.imported["url"] and not row.retired:
            owners.setdefault(url_key(row.url), row.id)
    return owners


def _written(sources: Sequence[str], wanted: Sequence[Wish], line_end: str) -> list[str]:
    """Return the sections' sources with all of `wanted` in them. Raises Unwritable."""
    edits: dict[int, list[Edit | Definition]] = {}
    added: dict[int, list[Added]] = {}
    for wish in wanted:
        if isinstance(wish.write, Added):
            added.setdefault(wish.section, []).append(wish.write)
        else:
            edits.setdefault(wish.section, []).append(wish.write)
    written = list(sources)
    for number, some in edits.items():
        written[number] = rewrite(written[number], some)
    for number, more in added.items():
        written[number] = append(written[number], more, line_end)
    return written


class _Proof:
    """A page, read, against which what is written is held."""

    def __init__(self, sources: Sequence[str]) -> None:
        self.sources = list(sources)
        text = "".join(sources)
        line_end = re.search(r"\r\n|\r|\n", text)
        self.line_end = line_end[0] if line_end else "\n"
        self.before = _read(text)

    def shown(self, wanted: list[Wish]) -> Shown:
        """Return what can be written of `wanted`."""
        left_out: list[Wish] = []
        if not _is_cut(self.before, self.sources):
            return Shown(self.sources, wanted)
        by_definition = self._by_definition(defined(self.before, self.sources, wanted), [])
        written = {(wish.section, wish.slot) for wish in by_definition if isinstance(wish.write, Edit)}
        by_itself = [wish for wish in wanted if (wish.section, wish.slot) not in written]
        kept = self._settle(by_itself, by_definition, left_out)
        return Shown(_written(self.sources, kept, self.line_end), left_out)

    def _by_definition(self, groups: list[list[Wish]], kept: list[Wish]) -> list[Wish]:
        """Return `kept` and those of `groups` that become true by a new address where a reference is defined; halve
        until those that do not are found. The page shows whether others use a reference too."""
        together = [*kept, *chain.from_iterable(groups)]
        if not groups or self._holds(together):
            return together
        if len(groups) == 1:
            return kept
        half = len(groups) // 2
        return self._by_definition(groups[half:], self._by_definition(groups[:half], kept))

    def _settle(self, wanted: list[Wish], kept: list[Wish], left_out: list[Wish]) -> list[Wish]:
        """Return `kept` and what can be written besides; halve until what cannot is found, and add it to `left_out`."""
        if not wanted or self._holds([*kept, *wanted]):
            return [*kept, *wanted]
        if len(wanted) == 1:
            return self._settle_one(wanted[0], kept, left_out)
        half = len(wanted) // 2
        return self._settle(wanted[half:], self._settle(wanted[:half], kept, left_out), left_out)

    def _settle_one(self, wish: Wish, kept: list[Wish], left_out: list[Wish]) -> list[Wish]:
        for way in wish.write.ways():
            other = replace(wish, write=way)
            if self._holds([*kept, other]):
                return [*kept, other]
        for part in wish.parts:
            kept = self._settle([part], kept, left_out)
        if not wish.parts:
            left_out.append(wish)
        return kept

    def _holds(self, wanted: list[Wish]) -> bool:
        """Whether the page with `wanted` in it reads as it should: each wish is there, and all else as before."""
        try:
            sources = _written(self.sources, wanted, self.line_end)
        except Unwritable:
            return False
        after = _read("".join(sources))
        if not _is_cut(after, sources):
            return False
        by_section: dict[int, list[Wish]] = {}
        for wish in wanted:
            by_section.setdefault(wish.section, []).append(wish)
        return all(
            _is_as_wanted(old, new, by_section.get(number, []))
            for number, (old, new) in enumerate(zip(self.before, after, strict=True))
        )


def _read(text: str) -> list[Section]:
    """Return what a page's text is read as; nothing where it cannot be."""
    try:
        return read(text, "").sections
    except NotesError:
        return []


def _is_cut(sections: list[Section], sources: list[str]) -> bool:
    return [section.source for section in sections] == sources


def _is_as_wanted(old: Section, new: Section, wanted: list[Wish]) -> bool:
    """Whether a section holds what is wanted, and all else as before."""
    edits = {wish.slot: wish.write for wish in wanted if isinstance(wish.write, Edit)}
    added = [wish.write for wish in wanted if isinstance(wish.write, Added)]
    kept, more = new.listings[: len(old.listings)], new.listings[len(old.listings) :]
    return (
        (old.level, old.parent, old.folds, _todos(old)) == (new.level, new.parent, new.folds, _todos(new))
        and (bool(edits) or old.title == new.title)
        and (len(kept), len(more)) == (len(old.listings), len(added))
        and edits.keys() <= {was.slot for was in old.listings}
        and all(_is_kept(was, now, edits.get(was.slot)) for was, now in zip(old.listings, kept, strict=True))
        and all(map(_is_added, more, added))
        and (bool(added) or _has_same_body(old, new, edited=bool(edits)))
    )


def _todos(section: Section) -> list[tuple[str, bool]]:
    return [(todo.text, todo.done) for todo in section.todos]


def _is_kept(old: Listing, new: Listing, edit: Edit | None) -> bool:
    """Whether a listing is as it was, but for its edit: a task that holds an edited link would be called otherwise."""
    title = old.title if edit is None or edit.title is None else edit.title
    if edit is not None and edit.url is not None:
        return title == new.title and is_same_address(edit.url, new.url)
    same_url = is_same_address(old.url, new.url) if edit is not None else old.url == new.url
    return same_url and (title, old.kind == TASK, old.done) == (new.title, new.kind == TASK, new.done)


def _is_added(new: Listing, added: Added) -> bool:
    return new.title == added.title and is_same_address(added.url, new.url) and (new.kind == TASK) == added.task


def _has_same_body(old: Section, new: Section, *, edited: bool) -> bool:
    """Whether nothing but labels changed; the labels of links in headings and in folds' labels stand in the body."""
    if edited and (old.title != new.title or "<summary" in old.body_html):
        return True
    return _ANCHORS.sub("", old.body_html) == _ANCHORS.sub("", new.body_html)
