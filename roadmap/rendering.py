"""From the tables to a page: compiled once per version and language, then joined with what one learner's marks add.

No Markdown is parsed here: the bodies come as cleaned HTML with marks in the places of resources and notes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import islice

from django.template.loader import render_to_string
from django.utils.html import escape, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import override

from roadmap import elements
from roadmap.bodies import Body
from roadmap.contents import Node, chapter_level, tree
from roadmap.elements import Piece, Slot
from roadmap.models import Listing, Page, Roadmap, Section, SectionAlias
from roadmap.stamps import Stamp
from roadmap.summaries import summary
from roadmap.upstream import file_url

KEPT = 128
"""How many compiled pages (each in one language) a process keeps."""
OPENING = 12
"""Sections in which a page must have said what it is about."""
PLACE = re.compile(r"<!--(share|next):(\d+)-->")
"""Where a section's share, or the mark that it is next, goes in the contents' template; titles there are escaped."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What one reader's own marks make of a page: the HTML in each sort of place, by key."""

    usual: Mapping[str, str]
    """By place: what stands where the reader left no mark."""
    own: Mapping[str, Mapping[str, str]]
    """By place and key."""
    news: object = None
    """What a learner is told of above the page (`accounts.news.News`), if anything."""
    next: str = ""
    """What names the resource to go on with, for those who marked something."""


@dataclass(frozen=True, slots=True)
class Woven:
    """HTML with places left open: `slots[n]` stands between `strings[n]` and `strings[n + 1]`."""

    strings: tuple[str, ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A page, ready to be joined."""

    roadmap: Roadmap
    page: Page | None
    """None for a roadmap into which nothing was imported yet."""
    title: str
    titled: bool
    """Whether the notes begin with a heading that is the page's title, so that the site must not print it twice."""
    pages: Sequence[Page]
    """All pages of the roadmap, in order."""
    resources: int
    summary: str
    """What the page says of itself first, in one line; may be empty."""
    edit_url: str
    contents: Woven
    notes: Woven

    @property
    def language(self) -> str:
        """The language of the notes, as HTML wants it."""
        return elements.language_tag(self.roadmap.language)


def join(woven: Woven, overlay: Overlay) -> SafeString:
    """Return HTML with a reader's marks in their places."""
    own, usual = overlay.own, overlay.usual
    parts = [woven.strings[0]]
    for (place, key), string in zip(woven.slots, woven.strings[1:], strict=True):
        parts += (own[place].get(key, usual[place]), string)
    return mark_safe("".join(parts))  # noqa: S308 - cleaned by the reader or escaped by the elements


@lru_cache(maxsize=KEPT)
def compiled(stamp: Stamp, page: int | None, language: str) -> Compiled:
    """Return one page of a roadmap (None: its first) in a language of the site. A fixed number of queries, and kept."""
    with override(language):
        return Compiler(*loaded(stamp, page)).compile()


def loaded(stamp: Stamp, page: int | None) -> tuple[Roadmap, list[Page], Page | None]:
    """Return a roadmap, its pages, and of these the one that is asked for; two queries."""
    roadmap = Roadmap.objects.get(pk=stamp.roadmap)
    pages = list(Page.objects.filter(roadmap=roadmap, retired_at=None).order_by("position", "pk"))
    for each in pages:
        each.roadmap = roadmap
    return roadmap, pages, next((each for each in pages if page in (None, each.pk)), None)


class Compiler:
    """Compiles one page; `shown` is among `pages`, or None where there is none."""

    def __init__(self, roadmap: Roadmap, pages: list[Page], shown: Page | None) -> None:
        self.roadmap, self.pages, self.shown = roadmap, pages, shown
        self.title = roadmap.title if not shown or shown is pages[0] else shown.title
        self.listings = self._listings()
        self.aliases, self.moved = self._aliases()
        self.body = Body(self._address)
        self.top = self._tree()
        self.chapters = chapter_level(self.top)
        self.title_node = self._title_node()

    def compile(self) -> Compiled:
        """Return the page."""
        return Compiled(
            roadmap=self.roadmap,
            page=self.shown,
            title=self.title,
            titled=self.title_node is not None,
            pages=self.pages,
            resources=len(set().union(*(node.keys for node in self.top))),
            summary=summary(islice(self._bodies(self.top), OPENING)),
            edit_url=self._edit_url(),
            contents=self._contents(),
            notes=weave(self._notes()),
        )

    def _contents(self) -> Woven:
        html = render_to_string(
            "roadmap/_entries.html", {"nodes": self.top, "chapters": self.chapters, "deepest": self.chapters + 1}
        )
        string, *rest = PLACE.split(html)
        pieces: list[Piece] = [string]
        for place, key, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            pieces += (Slot("next" if place == "next" else "share", key), after)
        return weave(pieces)

    def _listings(self) -> dict[int, list[Listing]]:
        rows = Listing.objects.filter(section__page=self.shown, section__retired_at=None).select_related(
            "resource__link"
        )
        found: dict[int, list[Listing]] = defaultdict(list)
        for row in rows.order_by("section__position", "position", "pk"):
            found[row.section_id].append(row)
        return found

    def _aliases(self) -> tuple[dict[int, list[str]], list[Section]]:
        """Return the old addresses on this page by pk of the section, and the sections that stand on another now."""
        found: dict[int, list[str]] = defaultdict(list)
        moved = {}
        rows = SectionAlias.objects.filter(page=self.shown).select_related("section").order_by("pk")
        for alias in rows.defer("section__source", "section__body_html"):
            page = next((page for page in self.pages if page.pk == alias.section.page_id), None)
            if page and page is not self.shown and not alias.section.retired_at:
                alias.section.page = page
                moved[alias.section_id] = alias.section
            found[alias.section_id].append(alias.slug)
        return found, list(moved.values())

    def _tree(self) -> list[Node]:
        if self.shown is None:
            return []
        sections = self.shown.sections.filter(retired_at=None).defer("source").order_by("position")
        keys = {
            section: [row.resource.key for row in rows if not row.resource.retired_at]
            for section, rows in self.listings.items()
        }
        return tree(sections, keys)

    def _bodies(self, nodes: list[Node]) -> Iterator[tuple[str, dict[int, str]]]:
        """Yield the sections' bodies, each with the labels of its resources by slot."""
        for node in nodes:
            rows = self.listings[node.section.pk]
            yield (
                node.section.body_html,
                {row.slot: unescape(strip_tags(elements.label(row))) for row in rows if row.slot is not None},
            )
            yield from self._bodies(node.children)

    def _title_node(self) -> Node | None:
        """Return the section whose heading is the page's title, if the notes begin with it."""
        first = next((node for node in self.top if node.section.level), None)
        return first if first and first.section.level == 1 and first.section.title == self.title else None

    def _address(self, path: str) -> str | None:
        return next((page.get_absolute_url() for page in self.pages if page.path == path), None)

    def _edit_url(self) -> str:
        return file_url(self.roadmap.source_url, self.pages[0].path, self.shown.path) if self.shown else ""

    def _notes(self) -> Iterator[Piece]:
        yield from self._sections(self.top, 2)
        for section in self.moved:
            yield elements.moved(section, self.aliases[section.pk])

    def _sections(self, nodes: list[Node], heading: int) -> Iterator[Piece]:
        """Yield sections that stand side by side; `heading` is the level of their headings on the site."""
        for node in nodes:
            own = 1 if node is self.title_node else heading
            if node.section.level:
                yield from self._section(node, own)
            else:
                yield from self._content(node, own)

    def _section(self, node: Node, heading: int) -> Iterator[Piece]:
        opened = node.section.level <= self.chapters
        rank = self._rank(node, heading)
        yield from elements.section_head(node.section, rank, heading, opened=opened, counted=bool(node.keys))
        for slug in self._slugs(node):
            yield f'<span class="anchor" id="{escape(slug)}"></span>'
        yield from self._content(node, heading)
        yield from self._sections(node.children, heading + 1)
        if node.keys and heading > 1:
            yield elements.section_tools(node.section.pk, node.section.title)
        yield "</details>"

    def _slugs(self, node: Node) -> list[str]:
        """Return the address of a section and those that it once had."""
        return [node.section.slug, *self.aliases[node.section.pk]]

    def _rank(self, node: Node, heading: int) -> str:
        """Return which sort of heading it is, for its looks."""
        if heading == 1:
            return "title"
        if node.section.level < self.chapters:
            return "part"
        return "chapter" if node.section.level == self.chapters else "deeper"

    def _content(self, node: Node, heading: int) -> Iterator[Piece]:
        yield from self.body.content(node.section.body_html, self.listings[node.section.pk], heading)


def weave(pieces: Iterable[Piece]) -> Woven:
    """Return pieces as `join` takes them."""
    strings: list[list[str]] = [[]]
    slots: list[Slot] = []
    for piece in pieces:
        if isinstance(piece, Slot):
            slots.append(piece)
            strings.append([])
        else:
            strings[-1].append(piece)
    return Woven(tuple("".join(parts) for parts in strings), tuple(slots))
