"""A roadmap's page under a filter, and the form that asks for one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.encoding import escape_uri_path
from django.utils.translation import get_language

from accounts.models import User
from accounts.overlay import Known, total
from accounts.sifted import Sifted
from roadmap.filtering import ONLY, STATES, Filter, words
from roadmap.models import Kind
from roadmap.sieve import sieve, sift
from roadmap.stamps import Stamp


class Choice(NamedTuple):
    """One thing that the form offers."""

    value: str
    word: str
    is_on: bool
    number: int = 0
    """How many resources on the page are it."""


class Chosen(NamedTuple):
    """One thing that is asked for, and the address that asks for all but it."""

    word: str
    address: str


@dataclass(frozen=True)
class Bar:
    """The form above a page, and what is asked for now."""

    wanted: Filter
    known: Known
    page: int | None
    path: str

    @cached_property
    def keys(self) -> frozenset[str]:
        """Keys of the resources on the page."""
        part = self.known.contents.part(self.page)
        return part.keys if part else frozenset()

    @property
    def states(self) -> list[Choice]:
        """The states, in their order."""
        return [Choice(state, str(word), state == self.wanted.state) for state, (_, word) in STATES.items()]

    @property
    def kinds(self) -> list[Choice]:
        """The kinds on this page, and those that are asked for."""
        counts = Counter(self.known.contents.kinds[key] for key in self.keys)
        on = self.wanted.kinds
        shown = [kind for kind in Kind if counts[kind] or kind in on]
        return [Choice(kind, str(kind.label), kind in on, counts[kind]) for kind in shown]

    @property
    def only(self) -> list[Choice]:
        """What is new, for those to whom something can be, and what is broken, where anything is."""
        facts = self.known.facts
        new = Choice("new", str(ONLY["new"]), self.wanted.new, len(self.keys.intersection(facts.new)))
        broken = Choice("broken", str(ONLY["broken"]), self.wanted.broken, len(self.keys.intersection(facts.broken)))
        offered = ((new, isinstance(self.known.reader, User)), (broken, bool(broken.number)))
        return [choice for choice, is_offered in offered if is_offered or choice.is_on]

    @property
    def chosen(self) -> list[Chosen]:
        """What is asked for, in words."""
        rests = [(words(part), self.wanted.without(part)) for part in self.wanted.parts]
        return [Chosen(word, f"{self.all}?{rest}" if rest else self.all) for word, rest in rests]

    @property
    def all(self) -> str:
        """The address of the page without a filter."""
        return escape_uri_path(self.path)


def context(stamp: Stamp, page: int | None, wanted: Filter, known: Known) -> dict[str, Any]:
    """Return what a filtered page shows to one reader."""
    sifted, prepared = Sifted(known, wanted, page), sieve(stamp, page, get_language() or settings.LANGUAGE_CODE)
    marks, shown = sifted.overlay(stamp), prepared.page
    return {
        "shown": shown,
        "notes": sift(shown.notes, marks, prepared.dropped(sifted.matching)),
        "contents": sift(shown.contents, marks, ()),
        "total": total(marks),
        "news": known.news if wanted.new else None,
        "next": marks.next,
        "sifted": sifted,
    }
