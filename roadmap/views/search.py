"""The search: a page of what was found, and the list of it that a script shows as one types."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import overlay, readers, searching
from accounts.models import User
from accounts.tracking import Reader
from roadmap import hits, stamps
from roadmap import search as searches
from roadmap.views.answering import show

ON_A_PAGE = 30
"""How many of each sort (sections, resources, notes) the page shows."""
IN_A_LIST = 6
"""And the list."""


class Group(NamedTuple):
    """Hits of one sort; that of the best comes first."""

    id: str
    name: str
    hits: Sequence[object]
    size: int
    """How many there are, shown or not."""


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the sections, resources and own notes in which the words of `q` stand; `part=list` is for the list alone."""
    asked = searches.query(request.GET.get("q", ""))
    alone = request.GET.get("part") == "list"
    context = _context(asked, readers.of(request), request.user, IN_A_LIST if alone else ON_A_PAGE)
    return show(request, "roadmap/_found.html" if alone else "roadmap/search.html", context)


def _context(asked: searches.Query, reader: Reader | None, user: Any, most: int) -> dict[str, Any]:
    """Return what the templates need; `user` decides which roadmaps are there, `reader` has states and notes."""
    open_stamps = stamps.open_to(user)
    places = hits.Places(open_stamps)
    found = searches.find(asked, open_stamps)
    shown = hits.hits(asked, found, places, most, partial(overlay.shapes, reader))
    notes, note_count = searching.hits(reader, asked, places, most) if isinstance(reader, User) else ([], 0)
    groups = [
        Group("Sections", gettext("Sections"), shown.sections, shown.section_count),
        Group("Resources", gettext("Resources"), shown.resources, shown.resource_count),
        Group("Notes", gettext("My notes"), notes, note_count),
    ]
    if found.matches and found.matches[0].resource:
        groups[:2] = reversed(groups[:2])
    return {
        "asked": asked,
        "own_query": urlencode({"q": asked.text}) if asked.text else "",
        "groups": [group for group in groups if group.hits],
        "count": shown.section_count + shown.resource_count + note_count,
        "more": found.more,
        "most_words": searches.MOST_WORDS,
        "most_letters": searches.LONGEST,
        "fewer": _fewer(asked.text),
        "stays": True,
    }


def _fewer(text: str) -> list[str]:
    """Return the words of a query, each to be looked for alone; none where there is but one."""
    words = list(dict.fromkeys(text.split()))
    return words[: searches.MOST_WORDS] if len(words) > 1 else []
