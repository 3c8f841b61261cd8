"""The samples of what is looked for and read elsewhere: the header, the search, the filter and the page for print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.contrib.auth.models import AnonymousUser
from django.utils.safestring import mark_safe

from accounts import overlay, printing
from accounts.models import State
from accounts.overlay import Known, Shape
from accounts.sifted import Sifted, share
from roadmap import elements
from roadmap.contents import Contents, Node, Part
from roadmap.filtering import Filter
from roadmap.hits import Hit
from roadmap.models import Kind, Page, Resource, Section
from roadmap.views.filtering import Bar
from roadmap.views.search import Group

Fill = Callable[..., str]
"""Fills a template: its name, and the context as keywords."""


def parts(filled: Fill, page: Page, sections: list[Section], one: Resource) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the name and the HTML of each; `page`, `sections` and `one` resource are what they show."""
    on_page = {"shown": {"page": page}}
    stranger = {"user": AnonymousUser()}
    yield "Header", [filled("_header.html", **on_page), filled("_header.html", **on_page, **stranger)]
    yield "Search", ['<div class="found">', *_found(filled, sections, one), "</div>"]
    yield "Filter", _filters(filled, _known(page, sections))
    yield "Nothing to show", _empty(filled, _known(page, sections), sections[1])
    yield "For print", ['<div class="printed"><div class="body"><ul>', *_printed(one), "</ul></div></div>"]


def _found(filled: Fill, sections: list[Section], one: Resource) -> Iterator[str]:
    title = mark_safe("<mark>線性代數</mark>")
    excerpt = mark_safe("Vectors first, then <mark>線性代數</mark> …")
    way = [section.title for section in sections[:2]]
    hits = [
        Hit(title, "#", "zh-Hant", way[:1], excerpt),
        *(Hit(title, "#", "zh-Hant", way, mark_safe(""), one, "book", shape) for shape in _shapes()),
    ]
    yield filled("roadmap/_hits.html", group=Group("Resources", "Resources", hits, 40), more=True)
    for text in ("nowhere", "two words"):
        words = text.split()
        yield filled("roadmap/_found_none.html", asked={"text": text}, fewer=words if len(words) > 1 else [])


def _shapes() -> Iterator[Shape | None]:
    yield None
    for state in State.values:
        yield Shape(overlay.ICONS[state], overlay.word(state))


def _known(page: Page, sections: list[Section]) -> Known:
    kinds: dict[str, str] = {kind: kind for kind in Kind.values}
    contents = Contents([Part(page, [Node(sections[0], set(kinds))])], {}, {}, {}, {}, frozenset(), frozenset(), kinds)
    return Known(contents, None, {}, {})


def _filters(filled: Fill, known: Known) -> Iterator[str]:
    asked = Filter(state="left", kinds=(Kind.VIDEO, Kind.BOOK))
    for wanted, is_open in ((Filter(), False), (Filter(left_out=("state=dnoe",)), False), (asked, True)):
        html = filled("roadmap/_filter.html", bar=Bar(wanted, known, None, "/"), filter=wanted)
        yield html.replace("<details", "<details open", 1) if is_open else html


def _empty(filled: Fill, known: Known, section: Section) -> Iterator[str]:
    """Yield a section in which a filter shows nothing, and a page in which it shows nothing at all."""
    yield '<div class="section section-deeper gap"><div class="gap-head">'
    for piece in elements.section_heading(section, 3, counted=True):
        yield piece if isinstance(piece, str) else share(section.pk, 0, 4)
    yield '</div><p class="why">no video: 4 other resources</p></div>'
    for wanted in (Filter(state="done"), Filter(new=True)):
        sifted, bar = Sifted(known, wanted, None), Bar(wanted, known, None, "/")
        yield filled("roadmap/_nothing.html", sifted=sifted, bar=bar, filter=wanted)


def _printed(one: Resource) -> Iterator[str]:
    for sign in printing.signs("en").values():
        yield f'<li><span class="resource resource-item"><span class="control">{sign}</span>{one.title}</span></li>'
    words = elements.icon("note")
    yield f'<li><div class="my-note"><p class="my-note-title">{words} My note on {one.title}</p>'
    yield '<div class="note-text"><p>Chapter 3 again.</p></div></div></li>'
