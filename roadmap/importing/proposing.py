"""Where it looks as if something new were something that left: a question to the editors, never a decision. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from roadmap.importing.matching import NewResource, Pairs
from roadmap.importing.standing import OldResource
from roadmap.importing.titles import fold, says_nothing

SIMILAR, TWICE, FORMER = "similar", "twice", "former"
LIKENESS = 60.0
"""Of 100: from here on two titles in the same section are held to be similar."""
MOST = 500
"""In one section more pairs than this many on a side are not compared: who rewrites so much is not asked a thousand
questions."""
PLACES = 20
"""In more places than this a title says nothing of what may have moved from one to another."""
COMPARED = 300
"""Characters of a title: to compare takes the square of their number."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Is the new resource `number` the row `old`? `key` is the new one's, `reason` SIMILAR, TWICE or FORMER."""

    number: int
    old: OldResource
    key: str
    reason: str

    @property
    def name(self) -> str:
        """What an answer to it is called in forms."""
        return f"{self.old.id}:{self.key}"


def propose(
    leaving: Iterable[OldResource],
    new: list[NewResource],
    pairs: Pairs,
    section_of: Mapping[int, int],
    answered: Iterable[tuple[int, str]],
    former: Mapping[str, OldResource],
) -> list[Proposal]:
    """Return the questions that matching leaves open, at most one for each row and each new resource.

    `leaving` are the rows that would be retired, `answered` the pairs (row, key) that an editor was asked about before,
    `former` the rows that once had a URL, by its key.
    """
    asked = set(answered)
    left = [number for number in range(len(new)) if number not in pairs.rows]
    found = [*_same_title(list(leaving), new, left, section_of), *_similar(list(leaving), new, left, section_of)]
    found += _former_url(former, new, left)
    found.sort(key=lambda each: -each[0])
    rows: set[int] = set()
    numbers: set[int] = set()
    proposals = []
    for _likeness, number, row, reason in found:
        key = new[number].key
        if row.id not in rows and number not in numbers and (row.id, key) not in asked:
            rows.add(row.id)
            numbers.add(number)
            proposals.append(Proposal(number, row, key, reason))
    return sorted(proposals, key=lambda each: each.number)


Candidate = tuple[float, int, OldResource, str]


def _former_url(former: Mapping[str, OldResource], new: list[NewResource], left: list[int]) -> list[Candidate]:
    """A URL that a row had once, before the notes gave it another."""
    keys = ((number, new[number].url_key or "") for number in left)
    return [(300.0, number, former[key], FORMER) for number, key in keys if key in former]


def _same_title(
    leaving: list[OldResource], new: list[NewResource], left: list[int], section_of: Mapping[int, int]
) -> Iterable[Candidate]:
    """One title in two places: the one in the same section first, then in order."""
    by_place: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    by_title: dict[str, list[int]] = defaultdict(list)
    for number in left:
        title = fold(new[number].title)
        by_place[section_of.get(new[number].sections[0]), title].append(number)
        by_title[title].append(number)
    for row in leaving:
        title = fold(row.notes_title)
        for number in by_place.get((row.home_id, title), ())[:PLACES]:
            yield (200.0, number, row, TWICE)
        if not says_nothing(title):
            yield from ((150.0, number, row, TWICE) for number in by_title.get(title, ())[:PLACES])


def _similar(
    leaving: list[OldResource], new: list[NewResource], left: list[int], section_of: Mapping[int, int]
) -> Iterable[Candidate]:
    """The same section and a similar title."""
    here: dict[int | None, list[int]] = defaultdict(list)
    for number in left:
        here[section_of.get(new[number].sections[0])].append(number)
    there: dict[int, list[OldResource]] = defaultdict(list)
    for row in leaving:
        if row.home_id in here and row.home_id is not None:
            there[row.home_id].append(row)
    for section, rows in there.items():
        if len(rows) <= MOST and len(here[section]) <= MOST:
            yield from _pairs(rows, [(number, fold(new[number].title)) for number in here[section]])


def _pairs(rows: list[OldResource], titles: list[tuple[int, str]]) -> Iterable[Candidate]:
    for row in rows:
        title = fold(row.notes_title)
        for number, other in titles:
            begun = title[:COMPARED], other[:COMPARED]
            likeness = max(fuzz.ratio(*begun), fuzz.token_sort_ratio(*begun))
            if title != other and likeness >= LIKENESS:
                yield (likeness, number, row, SIMILAR)
