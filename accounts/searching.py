"""The search in a learner's own notes: it looks at nobody else's rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import QuerySet, Value
from django.db.models.functions import StrIndex
from django.utils.safestring import SafeString

from accounts.models import Note, User
from roadmap import folding
from roadmap.elements import language_tag
from roadmap.hits import Places
from roadmap.marking import excerpt, marked
from roadmap.reading.plain import plain
from roadmap.search import Query


class Noted(NamedTuple):
    """A note in which a query stands, or in whose resource's title."""

    note: int
    """Its pk."""
    resource: str
    """The resource's key."""
    itself: bool
    """Whether a word stands in the note, not in the title alone."""


@dataclass(frozen=True, slots=True)
class NoteHit:
    """A note as the search shows it."""

    note: Note
    title: SafeString
    """The resource's."""
    language: str
    crumbs: list[str]
    """Where the resource stands; empty where it has left the notes, or its roadmap is not there for the learner."""
    excerpt: SafeString


def noted(notes: QuerySet[Note], asked: Query) -> list[Noted]:
    """Return those of some notes in which, or in whose resource's title, one way of a query stands; in their order. One
    query."""
    words = sorted(asked.words)
    holds = {f"at_{number}": StrIndex("folded", Value(folding.sought(word))) for number, word in enumerate(words)}
    rows = notes.annotate(**holds).values_list("pk", "resource__key", "resource__title", *holds)
    found = []
    for pk, key, title, *places in rows:
        here = {word for word, place in zip(words, places, strict=True) if place}
        if _holds(asked.ways, here, title):
            found.append(Noted(pk, key, bool(here)))
    return found


def hits(user: User, asked: Query, places: Places, most: int) -> tuple[list[NoteHit], int]:
    """Return a learner's notes in which a query stands, the newest first, `most` at most, and how many there are.

    Where all words stand in the title alone, the resource is what was found, not the note. Two queries.
    """
    rows = Note.objects.filter(user=user).exclude(text="").order_by("-changed_at", "pk")
    found = [each.note for each in noted(rows, asked) if each.itself]
    notes = Note.objects.select_related("resource__roadmap").in_bulk(found[:most])
    return [_hit(notes[pk], asked, places) for pk in found[:most] if pk in notes], len(found)


def _hit(note: Note, asked: Query, places: Places) -> NoteHit:
    resource = note.resource
    section = places.of_resource(resource.roadmap_id, resource.key)
    lines = plain(note.html).splitlines() or [note.text]
    return NoteHit(
        note=note,
        title=marked(resource.title, asked.words),
        language=language_tag(resource.roadmap.language),
        crumbs=places.crumbs(section, itself=True) if section else [],
        excerpt=excerpt(lines, asked.words),
    )


def _holds(ways: Sequence[Iterable[str]], here: set[str], title: str) -> bool:
    if any(here.issuperset(way) for way in ways):
        return True
    coded = folding.coded(folding.folded(title))
    return any(all(word in here or folding.sought(word) in coded for word in way) for way in ways)
