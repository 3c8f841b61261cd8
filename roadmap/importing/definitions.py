"""References of which the definition gets another address, so that the links that use them stay as they are. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from roadmap.importing.wishes import Wish
from roadmap.reading import NotesError
from roadmap.reading.markdown import definitions
from roadmap.reading.outline import Section, Span
from roadmap.reading.writer import Definition, Edit


def defined(sections: Sequence[Section], sources: Sequence[str], wanted: Sequence[Wish]) -> list[list[Wish]]:
    """Return, resource by resource, the edits of reference links to another URL with the edits of the definitions.

    `sections` are what the page's `sources` are read as. Whether others use a reference too is not asked here.
    """
    addresses: dict[int, set[str]] = defaultdict(set)
    groups: dict[int, list[Wish]] = defaultdict(list)
    old = {(number, each.slot): each.url for number, section in enumerate(sections) for each in section.listings}
    for wish in wanted:
        if isinstance(wish.write, Edit) and _is_reference(wish.write):
            groups[wish.resource].append(replace(wish, write=replace(wish.write, defined=True)))
            addresses[wish.resource].add(old.get((wish.section, wish.slot or 0), ""))
    if not groups:
        return []
    try:
        places = definitions("".join(sources))
    except NotesError:
        return []
    starts = [0, *accumulate(map(len, sources))]
    for resource, group in groups.items():
        url = group[0].write.url if isinstance(group[0].write, Edit) else None
        spans = [span for address in addresses[resource] for span in places.get(address, ())]
        group += [_definition(starts, span, url or "", resource) for span in spans]
    return [group for group in groups.values() if isinstance(group[-1].write, Definition)]


def _is_reference(edit: Edit) -> bool:
    return bool(edit.url) and edit.link is not None and edit.label is not None and edit.target is None and not edit.task


def _definition(starts: Sequence[int], span: Span, url: str, resource: int) -> Wish:
    section = bisect_right(starts, span.start) - 1
    place = Span(span.start - starts[section], span.end - starts[section])
    return Wish(section, None, url, Definition(place, url), resource)
