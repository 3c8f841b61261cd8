"""What GitHub's own C library sees in a Markdown text, and the same facts from what our reader made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import cmarkgfm  # type: ignore[import-untyped]
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]

from roadmap.reading.links import is_web
from roadmap.reading.outline import Listing, Page, Section

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
NOT_A_SECTION_IN = frozenset({"blockquote", "table", "pre"})
END_OF_A_TASK = frozenset({"ul", "ol", "p", "blockquote", "pre", "table", "details", "div", *HEADINGS})
CLOSES_A_PARAGRAPH = frozenset({"p", "ul", "ol", "div", "blockquote", "pre", "table", "details", "hr", *HEADINGS})
TODO_TITLES = frozenset({"todo", "待辦", "待办", "待辦事項", "待办事项"})

HREF_SAFE = "-_.+!*'(),%#@?=;:/&$~"
"""What cmark leaves alone when it writes an address."""


@dataclass(frozen=True)
class Heading:
    """A heading as shown; `section` says that it opens a section of ours."""

    level: int
    text: str
    section: bool


@dataclass(frozen=True)
class Link:
    """A link to the web or to nothing: under which section (0 = before the first), in how many lists."""

    href: str
    text: str
    section: int
    depth: int


@dataclass(frozen=True)
class Task:
    """A task-list item: its own text, and the address if it is nothing but one link."""

    text: str
    checked: bool
    href: str
    section: int
    todo: bool


@dataclass
class Facts:
    """All that is compared. Images are (section, src); `folds` counts the `<details>` that no section begins in.

    `balanced` says that every `<details>` has its end: one without swallows the rest in a browser, but not for us.
    """

    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    images: list[tuple[int, str]] = field(default_factory=list)
    folds: int = 0
    balanced: bool = True


def github_html(text: str) -> str:
    """Return what GitHub's library makes of `text`; its own elements carry `data-sourcepos`, raw HTML does not."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_SOURCEPOS
    html: str = cmarkgfm.github_flavored_markdown_to_html(text, options=options)
    return html


def by_github(text: str) -> Facts:
    """Return the facts of a Markdown text as GitHub shows it."""
    walker = Walker(github_html(text))
    return walker.facts


def by_reader(page: Page) -> Facts:
    """Return the facts of a page that our reader read."""
    facts = Facts()
    first = 0 if page.sections and page.sections[0].level == 0 else 1
    for number, section in enumerate(page.sections, start=first):
        _add_section(facts, section, number)
    return facts


def _add_section(facts: Facts, section: Section, number: int) -> None:
    if section.level:
        facts.headings.append(Heading(section.level, section.title, section=True))
    shown = Walker(shown_html(section), in_section=True)
    facts.headings += [Heading(each.level, each.text, section=False) for each in shown.facts.headings]
    for listing in section.listings:
        href, only_link = escape_href(listing.url), listing.kind != "task"
        if only_link:
            facts.links.append(Link(href, fold(listing.title), number, listing.depth))
        else:
            facts.tasks.append(Task(fold(listing.title), listing.done, "", number, todo=False))
    facts.tasks += [Task(fold(todo.text), todo.done, "", number, todo=True) for todo in section.todos]
    facts.images += [(number, escape_href(image.src)) for image in section.images]
    facts.folds += section.folds


def shown_html(section: Section) -> str:
    """Return a section's body with the labels in the places of their slots."""
    body = re.sub(r'<p class="heading-links">.*?</p>', "", section.body_html)
    labels = {listing.slot: listing for listing in section.listings}
    return re.sub(r"<!--n:\d+-->", "", _with_labels(body, labels))


def _with_labels(html: str, labels: dict[int, Listing]) -> str:
    def label(mark: re.Match[str]) -> str:
        listing = labels[int(mark[1])]
        inner = _with_labels(listing.label_html, labels)
        return inner if listing.kind == "task" else f"<a>{inner}</a>"

    return re.sub(r"<!--r:(\d+)-->", label, html)


def escape_href(url: str) -> str:
    """Return a URL as cmark writes it into HTML."""
    return quote(url.strip().encode("utf-8", "surrogatepass"), safe=HREF_SAFE)


def fold(text: str) -> str:
    """Return text with its white space folded."""
    return " ".join(text.split())


@dataclass
class _Element:
    name: str
    own: bool
    """Made from Markdown, not raw HTML."""
    attributes: dict[str, str]
    empty: bool = True
    text: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)
    around: bool = False
    """A fold in which a section begins."""
    place: int = -1
    section: int = 0
    depth: int = 0
    task: _Task | None = None


@dataclass
class _Task:
    checked: bool
    section: int
    todo: bool
    pieces: list[str] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    outside: str = ""
    """Text beside links."""
    place: int = 0
    over: bool = False


class Walker(HTMLParser):
    """Walks HTML as a browser would, as far as the facts need it."""

    def __init__(self, html: str, *, in_section: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.facts = Facts()
        self._in_section = in_section
        self._lines = html.split("\n")
        self._stack: list[_Element] = []
        self._sections = 0
        self._todo_levels: list[tuple[int, bool]] = []
        self._tasks: list[_Task] = []
        self.feed(html)
        self.close()
        while self._stack:
            self.facts.balanced &= self._stack[-1].name != "details"
            self._pop()
        for task in self._tasks:
            self._keep(task)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        element = _Element(tag, "data-sourcepos" in attributes, attributes)
        opens = tag in HEADINGS and not self._in_section and self._opens(element)
        if tag in CLOSES_A_PARAGRAPH:
            self._close_one_of(frozenset({"p"}))
        if tag in HEADINGS or tag == "a":
            self._close_one_of(HEADINGS if tag in HEADINGS else frozenset({"a"}))
        if tag in HEADINGS:
            self._open_heading(element, opens=opens)
        self._meet(element)
        if tag in END_OF_A_TASK:
            self._end_task_text(tag)
        for each in self._stack:
            each.empty = False
        if tag not in VOID:
            self._stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        names = HEADINGS if tag in HEADINGS else frozenset({tag})
        self.facts.balanced &= tag != "details" or any(each.name == "details" for each in self._stack)
        self._close_one_of(names)

    def handle_data(self, data: str) -> None:
        task = self._task()
        if task and not task.over:
            task.pieces.append(data)
            if not any(each.name == "a" for each in self._stack):
                task.outside += data
        for each in self._stack:
            if data.strip():
                each.empty = False
            each.text.append(data)

    # Headings and sections

    def _open_heading(self, element: _Element, *, opens: bool) -> None:
        element.place = len(self.facts.headings)
        self.facts.headings.append(Heading(int(element.name[1]), "", opens))
        if opens:
            self._sections += 1
            for each in self._stack:
                each.around |= each.name == "details"

    def _opens(self, element: _Element) -> bool:
        if any(each.name in NOT_A_SECTION_IN or (each.own and each.name not in LISTS | {"li"}) for each in self._stack):
            return False
        item = next((each for each in reversed(self._stack) if each.name == "li" and each.own), None)
        if item and not item.empty:
            return False
        line, column = self.getpos()
        return element.own or not re.sub(r"<li[^>]*>", "", self._lines[line - 1][:column]).strip()

    def _close_one_of(self, names: frozenset[str]) -> None:
        if any(each.name in names for each in self._stack):
            while self._stack[-1].name not in names:
                self.facts.balanced &= self._stack[-1].name != "details"
                self._pop()
            self._pop()

    # What is met

    def _meet(self, element: _Element) -> None:
        element.section, element.depth = self._sections, sum(each.name in LISTS for each in self._stack)
        if element.name == "a" and "href" in element.attributes:
            element.place = len(self.facts.links)
            self.facts.links.append(Link(escape_href(element.attributes["href"]), "", element.section, element.depth))
            task = self._task()
            if task and not task.over:
                task.hrefs.append(escape_href(element.attributes["href"]))
        elif element.name == "img":
            self._image(element.attributes)
        elif element.name == "input" and element.attributes.get("type") == "checkbox" and self._stack:
            item = self._stack[-1]
            if item.name == "li" and item.own and item.empty:
                todo = any(is_todo for _, is_todo in self._todo_levels)
                item.task = _Task("checked" in element.attributes, self._sections, todo, place=len(self._tasks))
                self._tasks.append(item.task)

    def _image(self, attributes: dict[str, str]) -> None:
        self.facts.images.append((self._sections, escape_href(attributes.get("src", ""))))
        task = self._task()
        if task and not any(each.name == "a" for each in self._stack):
            task.outside += "image"
        for each in self._stack:
            each.images.append(attributes.get("alt") or attributes.get("src", "").rsplit("/", 1)[-1])

    def _task(self) -> _Task | None:
        item = next((each for each in reversed(self._stack) if each.name == "li"), None)
        return item.task if item else None

    def _end_task_text(self, tag: str) -> None:
        task = self._task()
        if task and (tag != "p" or "".join(task.pieces).strip()):
            task.over = True

    def _keep(self, task: _Task) -> None:
        only = len(task.hrefs) == 1 and not task.outside.strip() and is_web(task.hrefs[0]) and not task.todo
        text = fold("".join(task.pieces))
        self.facts.tasks.append(Task(text, task.checked, task.hrefs[0] if only else "", task.section, task.todo))

    # What is left

    def _pop(self) -> None:
        element = self._stack.pop()
        text = fold("".join(element.text)) or fold(" ".join(element.images))
        if element.name in HEADINGS:
            heading = self.facts.headings[element.place]
            self.facts.headings[element.place] = Heading(heading.level, text, heading.section)
            if heading.section:
                self._note_todo(heading.level, text)
        elif element.name == "a" and element.place >= 0:
            link = self.facts.links[element.place]
            self.facts.links[element.place] = Link(link.href, text, link.section, link.depth)
        elif element.name == "details":
            self.facts.folds += not element.around

    def _note_todo(self, level: int, title: str) -> None:
        self._todo_levels = [each for each in self._todo_levels if each[0] < level]
        self._todo_levels.append((level, re.sub(r"[\W_]", "", title).lower() in TODO_TITLES))


def differences(text: str, page: Page) -> Iterator[str]:
    """Yield, in words, every fact that GitHub and our reader see differently in a text."""
    github, ours = by_github(text), by_reader(page)
    web = [each for each in github.links if is_web(full(each.href)) or not each.href]
    yield from _unequal("heading", github.headings, ours.headings)
    yield from _unequal("link", [_place(each) for each in web], [_place(each) for each in ours.links])
    yield from _unequal("task", _plain_tasks(github), _plain_tasks(ours))
    yield from _unequal("linked task", _linked_tasks(github), _linked_listings(page, github))
    yield from _unequal("image", github.images, ours.images)
    if github.balanced:
        yield from _unequal("fold", [github.folds], [ours.folds])


def full(href: str) -> str:
    """Return a URL with the scheme that one beginning with `//` has on an https page."""
    return f"https:{href}" if href.startswith("//") else href


def _place(link: Link) -> tuple[int, int, str]:
    return link.section, link.depth, full(link.href)


def _plain_tasks(facts: Facts) -> list[Task]:
    """Tasks that are no link; a check box with nothing behind it is nothing to study."""
    return [task for task in facts.tasks if not task.href and task.text]


def _linked_tasks(facts: Facts) -> list[tuple[int, str, bool]]:
    return [(task.section, task.href, task.checked) for task in facts.tasks if task.href]


def _linked_listings(page: Page, github: Facts) -> list[tuple[int, str, bool]]:
    """Listings that are done, and of the others those which GitHub sees as tasks: an open one looks like any link."""
    first = 0 if page.sections and page.sections[0].level == 0 else 1
    wanted = _linked_tasks(github)
    found = []
    for number, section in enumerate(page.sections, start=first):
        for listing in section.listings:
            row = (number, escape_href(listing.url), listing.done)
            if listing.kind != "task" and (listing.done or row in wanted):
                found.append(row)
                if row in wanted:
                    wanted.remove(row)
    return found


def _unequal(what: str, github: list[Any], ours: list[Any]) -> Iterator[str]:
    if github != ours:
        at = next(
            (at for at, pair in enumerate(zip(github, ours, strict=False)) if pair[0] != pair[1]),
            min(len(github), len(ours)),
        )
        yield f"{what} {at} of {len(github)}/{len(ours)}: GitHub {github[at : at + 1]}, ours {ours[at : at + 1]}"
