"""What the reader finds in one Markdown file: plain data, without Django and without Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class Span(NamedTuple):
    """A place in a text: characters from `start` up to, not including, `end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the piece of `text` that the span covers."""
        return text[self.start : self.end]


@dataclass(slots=True)
class Listing:
    """One place where a resource stands. Spans count characters from the start of the section's source."""

    slot: int
    """Which of the section's slots (`<!--r:N-->`, `<!--n:N-->`) is this listing's."""
    url: str
    """As it stands in the notes, entities and escapes undone; empty for a task and for a link to nothing."""
    url_key: str | None
    title: str
    """The label as plain text, white space folded; never empty."""
    label_html: str
    """The label as cleaned HTML; a task's may hold the marks of links within it."""
    kind: str
    context: str
    """The bold lead, fold or line above it; empty where there is none."""
    line: int
    """Line of the file, from 1."""
    depth: int
    """How many lists it stands in."""
    link: Span | None
    label: Span | None
    target: Span | None
    """The characters of the URL alone."""
    done: bool = False
    """For a task: whether the author checked it."""


@dataclass(slots=True)
class Todo:
    """One item of the author's own TODO list."""

    text: str
    done: bool
    line: int


@dataclass(slots=True)
class Image:
    """An image of the notes: `src` as written, and the file it was copied to (None = shown as a frame)."""

    src: str
    alt: str
    line: int
    asset: str | None


@dataclass(slots=True)
class Section:
    """One heading and what stands under it up to the next. `parent` is an index into Page.sections."""

    level: int
    """1 to 6; 0 for text before the first heading."""
    title: str
    title_html: str
    slug: str
    """Unique in the page, as GitHub makes it; empty for text before the first heading."""
    parent: int | None
    depth: int
    line: int
    """Line of the heading in the file, from 1."""
    source: str
    """The exact slice of the file, without its BOM."""
    body_html: str
    listings: list[Listing] = field(default_factory=list)
    todos: list[Todo] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    folds: int = 0
    """How many `<details>` stay in the body."""


@dataclass(frozen=True, slots=True)
class Warning:
    """Something in the notes that the author would want to know. `code` is one of `WARNINGS`."""

    path: str
    line: int
    code: str
    subject: str = ""

    @property
    def message(self) -> str:
        """The warning in one English sentence."""
        return WARNINGS[self.code].format(self.subject)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


WARNINGS = {
    "empty-link": "the link “{}” has no address",
    "missing-image": "the image {} is not beside the notes",
    "dead-relative-link": "the link to {} leads nowhere: it is not among the imported pages and no source URL is set",
    "dead-anchor": "the link to {} leads nowhere: no heading or anchor has that name",
    "unbalanced-fold": "a <{}> here has no partner",
    "out-of-folder": "the link to {} leads out of the folder of the notes",
    "blank-page": "there is nothing in this file",
    "two-titles": "one URL stands under two different titles: {}",
}


@dataclass(slots=True)
class Page:
    """One Markdown file, read."""

    path: str
    """Where it stands in the notes, with `/`, for example `docs/intro.md`."""
    title: str
    had_bom: bool
    sections: list[Section]
    warnings: list[Warning]

    def listings(self) -> Iterator[tuple[Section, Listing]]:
        """Yield every listing with its section, in the order of the file."""
        return ((section, listing) for section in self.sections for listing in section.listings)


@dataclass(slots=True)
class Outline:
    """A whole study plan, read: its pages in order."""

    pages: list[Page]

    @property
    def warnings(self) -> list[Warning]:
        """All pages' warnings, in the order of the pages and their lines."""
        return [warning for page in self.pages for warning in page.warnings]
