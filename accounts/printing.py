"""What one reader's own marks make of a roadmap on paper: signs instead of buttons, and the notes themselves."""

from __future__ import annotations

import re
from functools import cache
from html import unescape

from django.http import HttpRequest
from django.utils.html import escape
from django.utils.translation import get_language, gettext, override

from accounts import overlay, readers, statistics
from accounts.models import NOT_STARTED, Note, User
from accounts.tracking import Reader
from roadmap import elements
from roadmap.contents import contents_of
from roadmap.printing import address
from roadmap.rendering import Overlay
from roadmap.stamps import Stamp

_HEADING = re.compile(r"<(/?)h[1-6]\b[^>]*>")
_LINK = re.compile(r'<a (?:[a-z]+="[^"]*" )*href="(https?://[^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def of(request: HttpRequest, stamp: Stamp) -> Overlay:
    """Return what the reader behind `request` marked in a roadmap, their notes included; two queries besides those of
    the contents."""
    reader = readers.of(request)
    language = get_language() or ""
    if reader is None:
        return of_stranger(stamp, language)
    states = statistics.states(reader, stamp.roadmap)
    tallies = statistics.tallies(contents_of(stamp), states)
    notes = _notes(reader, stamp.roadmap)
    shapes = signs(language)
    return Overlay(
        usual={"state": shapes[NOT_STARTED], "mark": "", "note": "", "share": ""},
        own={
            "state": {key: shapes[state] for key, state in states.items()},
            "mark": dict.fromkeys(notes, _elsewhere()),
            "note": notes,
            "share": {str(pk): overlay.share(pk, tally) for pk, tally in tallies.items()},
        },
    )


def of_stranger(stamp: Stamp, language: str) -> Overlay:
    """Return what is printed for someone who marked nothing: empty rings, to be filled by hand."""
    contents = contents_of(stamp)
    with override(language):
        sizes = {str(pk): overlay.size_of(pk, size) for pk, size in contents.sizes.items()}
        return Overlay(
            usual={"state": signs(language)[NOT_STARTED], "mark": "", "note": "", "share": ""},
            own={"state": {}, "mark": {}, "note": {}, "share": sizes},
        )


@cache
def signs(language: str) -> dict[str, str]:
    """Return what stands for each state: its shape, with the word for those who do not see it."""
    with override(language):
        return {
            state: f'<span class="sign" data-state="{state}">{elements.icon(icon)}'
            f"{elements.hidden(overlay.word(state))}</span> "
            for state, icon in overlay.ICONS.items()
        }


def _elsewhere() -> str:
    """Return what a resource with a note has at its further places."""
    language = elements.language_tag(get_language() or "")
    words = escape(gettext("my note: where it stands first"))
    return f' <span class="noted" lang="{language}">{elements.icon("note")} {words}</span>'


def _notes(reader: Reader, roadmap: int) -> dict[str, str]:
    """Return a learner's notes by key of the resource; each says what it is on, which its place may not."""
    if not isinstance(reader, User):
        return {}
    rows = Note.objects.filter(user=reader, resource__roadmap=roadmap, resource__retired_at=None).exclude(text="")
    words = gettext("My note on %(title)s")
    language = elements.language_tag(get_language() or "")
    return {
        key: f'<div class="my-note"><p class="my-note-title" lang="{language}">'
        f"{elements.icon('note')} {escape(words % {'title': title})}</p>"
        f'<div class="note-text">{_HEADING.sub(_as_line, _LINK.sub(_with_address, html))}</div></div>'
        for key, title, html in rows.values_list("resource__key", "resource__title", "html")
    }


def _as_line(match: re.Match[str]) -> str:
    """Return the tag of a line of its own instead of a heading's: the headings of the page are the plan's."""
    return "</p>" if match[1] else '<p class="note-heading">'


def _with_address(match: re.Match[str]) -> str:
    """Return a link of a note with its address, if that is not its text anyway."""
    return match[0] if match[1] == match[2] else match[0] + address(unescape(match[1]))
