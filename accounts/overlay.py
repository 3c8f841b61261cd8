"""What one reader's own marks make of a page: asked for once by each view, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, override

from accounts import news, onward, statistics
from accounts.models import NOT_STARTED, Note, State, User
from accounts.statistics import ROADMAP, Tally
from accounts.tracking import Reader, Standing
from roadmap import elements
from roadmap.contents import Contents, contents_of
from roadmap.filtering import Facts
from roadmap.models import Resource
from roadmap.rendering import Overlay
from roadmap.stamps import Stamp

ICONS = {NOT_STARTED: "none", State.IN_PROGRESS: "half", State.DONE: "done", State.SKIPPED: "skipped"}


class Known(NamedTuple):
    """What the tables say of a roadmap and one reader of it."""

    contents: Contents
    reader: Reader | None
    standings: dict[str, Standing]
    """By key of a resource, the retired left out; `states` likewise."""
    states: dict[str, str]
    news: news.News | None = None

    @property
    def facts(self) -> Facts:
        """What a filter asks for."""
        contents = self.contents
        return Facts(self.states, contents.kinds, contents.broken, self.news.new if self.news else frozenset())


def known(reader: Reader | None, stamp: Stamp, *, with_news: bool = True) -> Known:
    """Return what is known of a reader in a roadmap; no query for a stranger but those of the contents."""
    contents = contents_of(stamp)
    standings = statistics.standings(reader, stamp.roadmap)
    states = {key: standing.state for key, standing in standings.items()}
    told = news.of(reader, stamp, contents, states) if with_news and isinstance(reader, User) else None
    return Known(contents, reader, standings, states, told)


def laid(known: Known, stamp: Stamp) -> Overlay:
    """Return what that makes of the roadmap's pages."""
    language = get_language() or ""
    contents, reader, standings, states, told = known
    if reader is None:
        return of_stranger(stamp, language)
    tallies = statistics.tallies(contents, states)
    following = onward.of(contents, standings)
    tails = control_tails(language)
    return Overlay(
        usual={"control": tails[NOT_STARTED], "mark": "", "share": "", "next": ""},
        own={
            "control": {key: tails[state] for key, state in states.items()},
            "mark": _marks(_with_note(reader, stamp.roadmap), told.new if told else ()),
            "share": {str(pk): share(pk, tally) for pk, tally in tallies.items()},
            "next": {str(pk): onward.mark() for pk in following.sections},
        },
        news=told,
        next=following.line,
    )


def of_stranger(stamp: Stamp, language: str) -> Overlay:
    """Return what a page shows to someone who marked nothing; no query but those of the contents."""
    contents = contents_of(stamp)
    with override(language):
        return Overlay(
            usual={"control": control_tails(language)[NOT_STARTED], "mark": "", "share": "", "next": ""},
            own={
                "next": {},
                "control": {},
                "mark": {},
                "share": {str(pk): size_of(pk, size) for pk, size in contents.sizes.items()},
            },
        )


def control(resource: Resource, state: str) -> str:
    """Return a resource's state button."""
    tail = control_tails(get_language() or "")[state]
    return "".join(tail if isinstance(piece, elements.Slot) else piece for piece in elements.control(resource))


@cache
def control_tails(language: str) -> dict[str, str]:
    """Return how the tag of a state button ends and what it says, by state. The button leads to `next_state`."""
    with override(language):
        return {
            state: f' value="{next_state(state)}" data-state="{state}">'
            f"{elements.icon(icon)}{elements.hidden(word(state))} "
            for state, icon in ICONS.items()
        }


def word(state: str) -> str:
    """Return a state's name in the language in use."""
    return str(State(state).label) if state else gettext("not started")


class Shape(NamedTuple):
    """How a state looks where it is only shown: an icon and the word for it."""

    icon: str
    word: str


def shapes(reader: Reader | None, keys: Collection[str]) -> dict[str, Shape]:
    """Return how a reader's states of some resources look, by their keys; nothing for a stranger. One query."""
    if reader is None:
        return {}
    states = statistics.states_of(reader, keys)
    return {key: Shape(ICONS[state], word(state)) for key in keys for state in [states.get(key, NOT_STARTED)]}


def next_state(state: str) -> str:
    """Return where a click leads: what is not done is done now, what is done is not started."""
    return NOT_STARTED if state == State.DONE else State.DONE


def share(section: int, tally: Tally, *, swap: bool = False) -> str:
    """Return how much of a section is done: a bar, the percentage, and the numbers in words. `swap` says that it is to
    be swapped in for what a page shows."""
    if tally.percent is None:
        bar, figure = 0, "–"
    else:
        bar, figure = tally.percent, f"{tally.percent}%"
    extent = {0: "none", 100: "full"}.get(bar, "part")
    check = elements.icon("done") if extent == "full" else ""
    swapping = f" hx-swap-oob=\"outerHTML:[data-share='{section}']\"" if swap else ""
    words = gettext("%(done)d of %(total)d done") % {"done": tally.done, "total": tally.counted}
    return (
        f'<span class="share" data-share="{section}" data-extent="{extent}"{swapping}>{check}'
        f'<svg class="bar" aria-hidden="true"><rect width="{bar}%" height="100%"/></svg>'
        f'<span class="percent" title="{escape(words)}">{figure}</span>{elements.hidden(f"({words})")}</span>'
    )


def total(marks: Overlay) -> SafeString:
    """Return the share of the whole roadmap; its place alone for those who marked nothing yet."""
    html = marks.own["share"].get(str(ROADMAP), f'<span class="share" data-share="{ROADMAP}"></span>')
    return mark_safe(html)  # noqa: S308 - made here


def size_of(section: int, size: int) -> str:
    """Return how many resources a section holds, for those who marked nothing yet."""
    word = elements.hidden(gettext("resources"))
    return f'<span class="share" data-share="{section}">{size}{word}</span>'


def _marks(noted: Iterable[str], new: Collection[str]) -> dict[str, str]:
    """Return the attributes that mark resources, by key: those with a note, and those that are new."""
    marks = dict.fromkeys(noted, " data-noted")
    word = escape(gettext("New"))
    return marks | {key: f'{marks.get(key, "")} data-new="{word}"' for key in new}


def _with_note(reader: Reader, roadmap: int) -> Iterable[str]:
    """Return the keys of the resources on which a learner has a note."""
    if not isinstance(reader, User):
        return ()
    notes = Note.objects.filter(user=reader, resource__roadmap=roadmap).exclude(text="")
    return notes.values_list("resource__key", flat=True)
