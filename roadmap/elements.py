"""The HTML of one resource, and what is put in the other marks of a body.

Labels and descriptions come cleaned; all else is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import get_language, gettext

from roadmap.health.archive import copy_of
from roadmap.models import BROKEN, Grade, Kind, Link, Listing, Reason, Resource, Section
from roadmap.reading.links import is_web


class Slot(NamedTuple):
    """A place in the page that differs between readers: filled from the Overlay.

    A control ends the tag of a resource's state button, a mark that of its menu's link; a share is how much of a
    section is done, next the mark that it is the section to go on in. On a filtered page there are also why a section
    shows nothing, and where a range begins and ends that a filter may leave out (`roadmap.sieve`). On paper there are
    no buttons: a state is its sign alone, and a note stands where it belongs.
    """

    place: Literal["control", "mark", "share", "next", "why", "from", "to", "state", "note"]
    key: str
    """The resource's, the section's pk, or the range's name."""


Piece = str | Slot


class Placement(NamedTuple):
    """How a resource stands in the text around it."""

    item: bool = False
    """It opens a list item and is the only one in it: its control hangs where the bullet would be."""
    host: bool = True
    """Its host is shown: nothing follows, or in a list item but a gloss ("label: what it is")."""


def language_tag(code: str) -> str:
    """Return a Django language code as HTML wants it: "zh-hant" is "zh-Hant", "pt-br" is "pt-BR"."""
    language, *rest = code.split("-")
    return "-".join([language, *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def icon(name: str) -> str:
    """Return the symbol `name` of the sprite in the page, hidden from screen readers."""
    return f'<svg class="icon" aria-hidden="true"><use href="#I-{name}"/></svg>'


def hidden(word: str, also: str = "") -> str:
    """Return a word of the site's own for screen readers, marked as being in the site's language. `also` is a class."""
    classes = f"visually-hidden {also}".strip()
    return f'<span class="{classes}" lang="{language_tag(get_language() or "")}">{escape(word)}</span>'


def check_mark(done: bool) -> str:
    """Return the mark before an item of the author's own TODO list."""
    word = gettext("Done:") if done else gettext("To do:")
    return icon("checked" if done else "unchecked") + hidden(word) + " "


def label(listing: Listing) -> str:
    """Return a listing's label; an editor's title stands for every label that was the imported one."""
    resource = listing.resource
    before = resource.imported["title"] if resource.imported else None
    if before is not None and resource.title != before and listing.label == before:
        return escape(resource.title)
    return listing.label_html.strip() or escape(listing.label or resource.title)


def resource(listing: Listing, words: list[Piece], place: Placement, *, first: bool) -> Iterator[Piece]:
    """Yield a listing's element. `words` is its label; `first` says that none of this resource stands above it."""
    it = listing.resource
    classes = "resource resource-item" if place.item else "resource"
    anchor = f' id="R-{it.key}"' if first else ""
    yield f'<span class="{classes}" data-resource="{it.key}"{anchor}><span class="control">'
    yield from control(it)
    yield "</span>"
    if it.url and is_web(it.url):
        yield f'<a href="{escape(it.url)}" target="_blank" rel="noopener">'
        yield from words
        yield "</a>" + source(it, place)
    else:
        yield '<span class="label">'
        yield from words
        yield "</span>"
        if it.kind != Kind.TASK:
            missing = gettext("no link yet")
            yield f'<span class="no-link">{escape(missing)}</span>'
    yield from _more(it)
    yield _broken(it)
    yield "</span>"


def control(it: Resource) -> Iterator[Piece]:
    """Yield a resource's state button; the slot in it ends its tag and says the state."""
    address = reverse("accounts:state", args=[it.key])
    yield f'<button class="state" form="Marks" formaction="{address}" name="state"'
    yield Slot("control", it.key)
    yield f'<span class="visually-hidden">{escape(it.title)}</span></button>'


def _more(it: Resource) -> Iterator[Piece]:
    """Yield the way to a resource's other states and its note: a link, of which a script makes a menu."""
    yield f'<a class="more" href="{reverse("accounts:resource", args=[it.key])}" rel="nofollow"'
    yield Slot("mark", it.key)
    noted, more = hidden(gettext("with a note;"), "noted"), hidden(gettext("more on"))
    yield f">{icon('note')}{noted}{icon('more')}{more}"
    yield f' <span class="visually-hidden">{escape(it.title)}</span></a>'


def _broken(it: Resource) -> str:
    """Return what is said of a link that fails or is dead: since when and why, and the ways on; empty for any other."""
    link = it.link
    if link is None or link.grade not in BROKEN or not is_web(it.url):
        return ""
    whose = f'<span class="visually-hidden"> {escape(it.title)}</span>'
    told, copy = escape(gettext("The copy that the Internet Archive has of it")), escape(gettext("archive"))
    ways = f'<a href="{escape(copy_of(it.url, link.well_at))}" title="{told}" target="_blank" rel="noopener">'
    ways += f"{copy}{whose}</a>"
    if link.grade == Grade.DEAD:
        ways += f' <button class="pass" form="Marks" formaction="{reverse("accounts:state", args=[it.key])}"'
        ways += f' name="state" value="skipped">{escape(gettext("Skip"))}{whose}</button>'
    return f'<span class="broken" lang="{language_tag(get_language() or "")}"> {fault(link)} {ways}</span>'


def fault(link: Link) -> str:
    """Return the sign of a link that fails or is dead, with the day on which that began and the reason."""
    reason = escape(Reason(link.reason).label)
    said = f' <span class="visually-hidden">({reason})</span>'
    return f'<span class="fault" title="{reason}">{icon("broken")} {escape(fault_in_words(link))}{said}</span>'


def fault_in_words(link: Link) -> str:
    """Return since when a link fails or is dead: the day in the site's time zone, the same for all readers."""
    words = gettext("dead since %(date)s") if link.grade == Grade.DEAD else gettext("failing since %(date)s")
    begun = link.failing_since or link.checked_at or timezone.now()
    return words % {"date": date_format(timezone.localdate(begun, timezone.get_default_timezone()), "DATE_FORMAT")}


def description(it: Resource) -> str:
    """Return what an editor says of a resource; empty where nobody says anything."""
    return f'<div class="description">{typed(it.description_html)}</div>' if it.description_html else ""


def typed(cleaned: str) -> str:
    """Return cleaned HTML of what somebody typed here; what scrolls in it can be reached by keys."""
    return cleaned.replace("<pre", '<pre tabindex="0"')


def note(it: Resource) -> str:
    """Return what stands under a resource: the editor's description, and the place where the learner's note opens."""
    return description(it) + place_of_note(it)


def place_of_note(it: Resource) -> str:
    """Return where the learner's note on a resource opens."""
    return f'<div class="note" data-note="{it.key}"></div>'


def section_head(section: Section, rank: str, heading: int, *, opened: bool, counted: bool) -> Iterator[Piece]:
    """Yield how a section begins: its fold, and its heading with its share where it is `counted`. `rank` is for its
    looks, `heading` the level. What stands in it and `</details>` follow."""
    yield f'<details class="section section-{rank}"{" open" if opened else ""}><summary>'
    yield from section_heading(section, heading, counted=counted)
    yield "</summary>"


def section_heading(section: Section, heading: int, *, counted: bool) -> Iterator[Piece]:
    """Yield a section's heading, with its share where it is `counted`."""
    level = min(heading, 6)
    yield f'<h{level} class="heading">{section.title_html or escape(section.title or gettext("Untitled"))}</h{level}>'
    if counted:
        yield Slot("share", str(section.pk))


def section_tools(pk: int, title: str) -> str:
    """Return the two buttons that bring all resources of a section into one state."""
    address = reverse("accounts:section", args=[pk])
    whose = f'<span class="visually-hidden">{escape(title)}</span>'
    mark, reset = escape(gettext("Mark the whole section done")), escape(gettext("Reset this section"))
    return (
        f'<p class="section-tools" lang="{language_tag(get_language() or "")}">'
        f'<button form="Marks" formaction="{address}" name="state" value="done">'
        f"{icon('done')}{mark} {whose}</button>"
        f'<button form="Marks" formaction="{address}" name="state" value="">'
        f"{icon('reset')}{reset} {whose}</button></p>"
    )


def moved(section: Section, slugs: list[str]) -> str:
    """Return what stands at the addresses (at least one) that a section had on this page, which is on another now."""
    there = section.page
    language = language_tag(there.roadmap.language)
    words = gettext("“%(title)s” now stands in %(page)s.") % {
        "title": f'<span lang="{language}">{escape(section.title or gettext("Untitled"))}</span>',
        "page": f'<a href="{escape(section.get_absolute_url())}" lang="{language}">'
        f"{escape(there.title or there.path)}</a>",
    }
    first, *others = map(escape, slugs)
    anchors = "".join(f'<span id="{slug}"></span>' for slug in others)
    return f'<p class="moved" id="{first}" lang="{language_tag(get_language() or "")}" data-moved>{anchors}{words}</p>'


def source(it: Resource, place: Placement) -> str:
    """Return what sort of thing it is and where: together on one line, or the sort alone, glued to the link."""
    word = str(Kind(it.kind).label)
    kind = f'<span class="kind" title="{escape(word)}">{icon(it.kind)}{hidden(word)}</span>'
    if not place.host:
        return f"&#160;{kind}"
    return f'&#8194;<span class="source">{kind} <span class="host">{escape(it.host)}</span></span>'
