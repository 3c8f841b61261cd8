"""What to study next: of all states of a reader in one roadmap, the one resource to go on with."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from accounts.models import State
from accounts.tracking import Standing
from roadmap.contents import Contents
from roadmap.elements import icon, language_tag
from roadmap.models import Resource

LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Onward(NamedTuple):
    """Which resource to go on with, as the roadmap's page shows it."""

    line: SafeString
    """Names it, above the notes."""
    sections: list[int]
    """The pks of the section in which it stands first and of those above, which the contents mark."""


def of(contents: Contents, standings: Mapping[str, Standing]) -> Onward:
    """Return what a reader is to go on with; one query, none where nothing is left: the line then says so."""
    key = next_of(contents.place, standings, contents.dead)
    if key is None:
        words = gettext("Nothing is left to study here.") if standings else ""
        return Onward(escape(words), [])
    row = Resource.objects.filter(key=key).values_list("title", "roadmap__language").first()
    if row is None:
        return Onward(SafeString(), [])  # It was deleted since the contents were read.
    title, language = row
    state = standings[key].state if key in standings else ""
    page = contents.nodes[contents.place[key]].section.page
    link = f'<a href="{escape(page.get_absolute_url())}#R-{key}" lang="{language_tag(language)}">{escape(title)}</a>'
    words = gettext("Go on with:") if state else gettext("Next:")
    line = f"{icon('half' if state else 'none')} <span>{escape(words)}</span> {link}"
    return Onward(mark_safe(line), list(_around(contents, key)))  # noqa: S308 - escaped


def mark() -> str:
    """Return what stands in the contents at the section to go on in."""
    return f"<span>{escape(gettext('next'))}</span>"


def next_of(order: Iterable[str], states: Mapping[str, Standing], dead: Collection[str] = ()) -> str | None:
    """Return the key to go on with, None where nothing is left: what was begun last, else the first not started after
    what was done last, else the first not started of all. `order` are the keys of a roadmap; what is `dead` is passed
    over."""
    keys = list(order)
    if begun := _last([key for key in keys if key not in dead], states, State.IN_PROGRESS):
        return begun
    done = _last(keys, states, State.DONE)
    start = keys.index(done) + 1 if done else 0
    return next((key for key in keys[start:] + keys[:start] if key not in states and key not in dead), None)


def _last(keys: Iterable[str], states: Mapping[str, Standing], state: str) -> str | None:
    """Return the key that came into a state last; of those that did at once the last in order."""
    there = [key for key in keys if key in states and states[key].state == state]
    return max(reversed(there), key=lambda key: states[key].since or LONG_AGO, default=None)


def _around(contents: Contents, key: str) -> Iterator[int]:
    pk: int | None = contents.place[key]
    while pk in contents.nodes:
        yield pk
        pk = contents.nodes[pk].section.parent_id
