"""From what a reader typed to the entries in which it stands: reads only, through the trigram index of either database.

What is fetched is bounded, so that a word that stands everywhere costs no more where there is more of it: entries whose
title holds all words come first, and of more than MOST nobody is told but that there are more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import opencc
from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import StrIndex

from roadmap import folding
from roadmap.models import ENTRY_BEGINNING, ENTRY_INDEX, ENTRY_TITLE_INDEX, Entry
from roadmap.stamps import Stamp

LONGEST = 200
"""Characters of a query that are looked at."""
MOST_WORDS = 12
"""Words of it that are."""
MOST = 100
"""Entries that are found at most."""
REGIONS = ("tw2sp", "s2twp")
"""What Taiwan and China call differently: the conversions from the words of the one to those of the other."""
Words = tuple[str, ...]
"""Folded; all of them must stand in an entry."""


class Query(NamedTuple):
    """What is searched."""

    text: str
    """As it was typed, without what surrounds it."""
    ways: tuple[Words, ...]
    """Ways to say it, the reader's own first: one of them must hold. None where no word was typed."""
    cut: bool
    """Whether it was longer than what is looked at."""

    @property
    def words(self) -> frozenset[str]:
        """The words of all ways."""
        return frozenset(word for way in self.ways for word in way)


class Match(NamedTuple):
    """An entry in which a query stands; either `section` or `resource` is a pk."""

    pk: int
    roadmap: int
    section: int | None
    resource: int | None
    title: str
    """Coded."""
    in_title: bool
    """Whether its title alone holds all words."""


class Found(NamedTuple):
    """Entries, the best first."""

    matches: list[Match]
    more: bool
    """Whether there are more than these."""


def query(typed: str) -> Query:
    """Return what a text asks for. Anything may be typed: what is no letter parts words."""
    text = typed.strip()
    looked_at = text[:LONGEST].encode("utf-8", "replace").decode()
    known: dict[Words, None] = {}
    for said in (looked_at, *(_converter(name).convert(looked_at) for name in REGIONS)):
        known[tuple(dict.fromkeys(folding.folded(said).split()))] = None
    cut = len(text) > LONGEST or any(len(words) > MOST_WORDS for words in known)
    return Query(text, tuple(dict.fromkeys(words[:MOST_WORDS] for words in known if words)), cut)


def find(asked: Query, stamps: Sequence[Stamp]) -> Found:
    """Return the entries of some roadmaps in which a query stands; at most three queries."""
    if not asked.ways or not stamps:
        return Found([], more=False)
    rank = {stamp.roadmap: number for number, stamp in enumerate(stamps)}
    titled = _ask(_in_titles(asked.ways), rank, in_title=True)
    if len(titled) > MOST:
        # The index gives them in no order that means anything: what begins with the words must not be left out.
        first = _ask(_at_beginnings(asked.ways), rank, in_title=True)
        matches = list({match.pk: match for match in [*first, *titled]}.values())
    else:
        anywhere = _ask(_anywhere(asked.ways), rank, in_title=False)
        matches = list({match.pk: match for match in [*anywhere, *titled]}.values())
    phrases = [" ".join(map(_code, way)) for way in asked.ways]
    together = _together(matches, phrases)
    matches.sort(key=lambda match: (*_worth(match, phrases, together), rank[match.roadmap], match.pk))
    return Found(matches[:MOST], len(matches) > MOST)


def _together(matches: Iterable[Match], phrases: Collection[str]) -> set[int]:
    """Return the pks of those entries beyond their titles in which several words stand side by side, as those of a
    host's name do; one query where there is anything to tell apart."""
    within = [match.pk for match in matches if not match.in_title]
    if len(within) < 2 or not any(" " in phrase for phrase in phrases):
        return set()
    places = {f"at_{number}": StrIndex("text", Value(f" {phrase}")) for number, phrase in enumerate(phrases)}
    holds = Q(*((f"{name}__gt", 0) for name in places), _connector=Q.OR)
    return set(Entry.objects.filter(pk__in=within).annotate(**places).filter(holds).values_list("pk", flat=True))


def _worth(match: Match, phrases: Collection[str], together: Collection[int]) -> tuple[bool, bool, bool, int]:
    """Return what a match is sorted by: in the title, the whole title, its beginning, and how short it is; or whether
    its words stand together."""
    if not match.in_title:
        return True, match.pk not in together, True, 0
    title = match.title.strip()
    begins = any(f"{title} ".startswith(phrase) for phrase in phrases)
    return False, title not in phrases, not begins, len(title)


class Condition(NamedTuple):
    """What is asked of one of the two databases."""

    said: str
    """SQL on an entry `e`."""
    parameters: list[str]
    first: str = ""
    """A table of SQLite's that has to be asked first."""


def _in_titles(ways: Iterable[Words]) -> Condition:
    if connection.vendor == "postgresql":
        return _like(ways, ("title",))
    return _match(ENTRY_TITLE_INDEX, ways)


def _at_beginnings(ways: Iterable[Words]) -> Condition:
    """Return a condition for titles that begin with the words, as far as their index goes."""
    beginnings = [each for each in map(_beginning, ways) if len(each) <= ENTRY_BEGINNING]
    if connection.vendor == "postgresql":
        holds, bounds = "LIKE %s", [[f"{each}%"] for each in beginnings]
    else:
        # Nothing of what is coded comes after a tilde.
        holds, bounds = "BETWEEN %s AND %s", [[each, f"{each}~"] for each in beginnings]
    said = " OR ".join(f"substr(e.title, 1, {ENTRY_BEGINNING}) {holds}" for _ in bounds)
    return Condition(said or "1 = 0", [bound for pair in bounds for bound in pair])


def _beginning(way: Words) -> str:
    """Return what a title begins with that begins with these words; a word of one letter stands for itself alone."""
    phrase = " " + " ".join(map(_code, way))
    return f"{phrase} " if len(_code(way[-1])) == 1 else phrase


def _anywhere(ways: Iterable[Words]) -> Condition:
    if connection.vendor == "postgresql":
        return _like(ways, ("title", "text"))
    return _match(ENTRY_INDEX, ways)


def _like(ways: Iterable[Words], columns: Collection[str]) -> Condition:
    """Return a condition of PostgreSQL. A folded word holds nothing that LIKE takes for a sign of its own."""
    said, parameters = [], []
    holds = " OR ".join(f"e.{column} LIKE %s" for column in columns)
    for way in ways:
        said.append(" AND ".join(f"({holds})" for _ in way))
        parameters += [f"%{folding.sought(word)}%" for word in way for _ in columns]
    return Condition(" OR ".join(f"({each})" for each in said), parameters)


def _match(index: str, ways: Iterable[Words]) -> Condition:
    """Return a condition of SQLite's FTS5. A folded word holds no quotation mark."""
    said = [" AND ".join(f'"{folding.sought(word)}"' for word in way) for way in ways]
    return Condition(f"{index} MATCH %s", [" OR ".join(f"({each})" for each in said)], index)


def _ask(condition: Condition, roadmaps: Collection[int], *, in_title: bool) -> list[Match]:
    """Return the entries for which a condition holds, one more than MOST at most."""
    with connection.cursor() as cursor:
        cursor.execute(statement(condition, len(roadmaps)), [*condition.parameters, *roadmaps])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [Match(pk, roadmap, section, resource, title, in_title) for pk, roadmap, section, resource, title in rows]


def statement(condition: Condition, roadmaps: int) -> str:
    """Return the SQL that asks for a condition in so many roadmaps; their pks come after its parameters."""
    index = condition.first
    # The index first, whatever SQLite's planner thinks of it; and on neither database that of the roadmaps, which the
    # plus forbids: most entries are of a few.
    table = f"{index} CROSS JOIN roadmap_entry e ON e.id = {index}.rowid" if index else "roadmap_entry e"
    places = ", ".join(["%s"] * roadmaps)
    return (
        f"SELECT e.id, e.roadmap_id, e.section_id, e.resource_id, e.title FROM {table}"  # noqa: S608 - no value
        f" WHERE ({condition.said}) AND +e.roadmap_id IN ({places}) LIMIT {MOST + 1}"
    )


def _code(word: str) -> str:
    return folding.coded(word).strip()


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)
