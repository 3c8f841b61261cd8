"""Markdown text -> Outline. A file is parsed once; sections are cut from that one stream of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it.token import Token

from roadmap.reading import TooDeep, cutting, folds, html, slots
from roadmap.reading.bodies import Body
from roadmap.reading.cutting import HEADING, Border
from roadmap.reading.links import host_of, kind_of, url_key
from roadmap.reading.markdown import MAX_DEPTH, parse
from roadmap.reading.outline import Listing, Page, Section
from roadmap.reading.reading import Reading, Surroundings
from roadmap.reading.slugs import Slugger, slugify
from roadmap.reading.source import Source
from roadmap.reading.tags import Tag, depth_of, text_of

READER_VERSION = "2"
"""Raised whenever the reader would read the same bytes otherwise: pages with another one are read anew."""
TODO_HEADINGS = frozenset({"todo", "todos", "todolist", "待辦", "待办", "待辦事項", "待办事项", "待辦清單", "待办清单"})
TASK = "task"
NOT_IN_A_HEADING = re.compile(r"</?(?:p|div|h[1-6])\b[^>]*>")
NAMED_ANCHOR = re.compile(r"<a id=\"[^\"]*\"></a>")
PLAIN_LINK = re.compile(r"</?a\b[^>]*>")

__all__ = ["READER_VERSION", "Surroundings", "read"]


def read(
    text: str,
    path: str,
    surroundings: Surroundings | None = None,
    progress: Callable[[float], None] = lambda done: None,
) -> Page:
    """Read one file's text (without its BOM, line ends untouched); `path` is where it stands in the notes.

    `progress` is told how much is done, from 0 to 1. The sources of the sections, joined in order, are the text. Raises
    TooDeep where something nests too deep to clean.
    """
    surroundings = surroundings or Surroundings()
    reading = Reading(Source(text), path, surroundings)
    tokens = parse(text)
    tags = cutting.collect_tags(tokens)
    _refuse_depth(tokens, tags)
    borders = cutting.find_borders(tokens)
    cuts = [border.cut for border in borders]
    _unpair_links(tags, cuts)
    folds.drop_folds_around_sections(tags, cuts)
    slugs = _give_anchors(reading, tokens, borders, tags)
    for tag in tags:
        if tag.name == "details" and not tag.partner:
            reading.warn(tag.line + 1, "unbalanced-fold", "/details" if tag.closing else "details")
    sections = _sections(reading, tokens, borders, slugs, progress)
    title = next((section.title for section in sections if section.title), path)
    reading.warnings.sort(key=lambda warning: warning.line)
    return Page(path=path, title=title, had_bom=False, sections=sections, warnings=reading.warnings)


def _refuse_depth(tokens: list[Token], tags: list[Tag]) -> None:
    blocks = depth = inline = 0
    for token in tokens:
        if token.type in cutting.HOMES:
            depth += 1
            blocks = max(blocks, depth)
        elif token.nesting == -1 and token.type.replace("_close", "_open") in cutting.HOMES:
            depth -= 1
        for child in token.children or ():
            inline = max(inline, child.level)
    if max(blocks, inline, depth_of(tags)) > MAX_DEPTH:
        raise TooDeep(f"lists, quotes or tags stand more than {MAX_DEPTH} deep in one another")


def _unpair_links(tags: list[Tag], cuts: list[cutting.Place]) -> None:
    """A link that is open where a section begins ends with its own tag."""
    for tag in tags:
        if tag.name == "a" and tag.partner and not tag.closing and cutting.reaches_over(tag, tag.partner, cuts):
            tag.partner.partner = None
            tag.partner = None


def _give_anchors(reading: Reading, tokens: list[Token], borders: list[Border], tags: list[Tag]) -> list[str]:
    """Give headings their slugs in the order of the file, then named anchors their ids; return the sections' slugs."""
    slugger = Slugger()
    by_heading = {border.heading_at: index for index, border in enumerate(borders) if border.tag is None}
    by_tag = {id(border.tag): index for index, border in enumerate(borders) if border.tag}
    slugs = [""] * len(borders)
    raw = iter([tag for tag in tags if HEADING.fullmatch(tag.name) and not tag.closing])
    waiting = next(raw, None)
    for number, token in enumerate(tokens):
        while waiting and waiting.order[0] == number:
            index = by_tag.get(id(waiting))
            text = _raw_text(borders[index].heading) if index is not None else _until_close(token, waiting)
            waiting.anchor = slugger.take(text)
            if index is not None:
                slugs[index] = waiting.anchor
            waiting = next(raw, None)
        if token.type == "heading_open":
            token.meta["anchor"] = slugger.take(folds.plain(tokens[number + 1].children or []))
            if number in by_heading:
                slugs[by_heading[number]] = token.meta["anchor"]
    reading.anchors = {slug: slug for slug in slugger.taken}
    _name_anchors(reading, slugger, tags)
    return slugs


def _name_anchors(reading: Reading, slugger: Slugger, tags: list[Tag]) -> None:
    for tag in tags:
        name = (
            ""
            if tag.closing or (HEADING.fullmatch(tag.name) and not tag.get("id"))
            else tag.get("id") or (tag.name == "a" and tag.get("name")) or ""
        )
        if not name or name in reading.anchors or tag.name == "img":
            continue
        if HEADING.fullmatch(tag.name):
            reading.anchors[name] = tag.anchor
            continue
        tag.anchor = slugger.take(slugify(name) or "anchor")
        reading.anchors.setdefault(name.lower(), tag.anchor)
        reading.anchors[name] = tag.anchor


def _raw_text(heading: list[Token]) -> str:
    return " ".join(filter(None, map(_text, heading)))


def _text(token: Token) -> str:
    if token.type == "inline":
        return folds.plain(token.children or [])
    if token.type == "html_block":
        start, end = token.meta.get("part", (0, len(token.content)))
        return text_of(token.content[start:end])
    return ""


def _until_close(token: Token, tag: Tag) -> str:
    if token.type != "html_block":
        return ""
    headings = (each.start for each in cutting.tags_between(token, tag.end) if HEADING.fullmatch(each.name))
    close = next(headings, len(token.content))
    return text_of(token.content[tag.end : close])


def _sections(
    reading: Reading, tokens: list[Token], borders: list[Border], slugs: list[str], progress: Callable[[float], None]
) -> list[Section]:
    source = reading.source
    bodies = cutting.cut(tokens, borders)
    first = borders[0].line if borders else len(source.lines)
    lines = [border.line for border in borders] + [len(source.lines)]
    intro = next(bodies)
    sections: list[Section] = []
    if source.between(0, first).strip() or (first and not borders):
        sections.append(_section(reading, None, intro, 0, first, sections, ""))
        if borders and _shows_nothing(sections[0]):
            sections.clear()
    if not sections:
        lines[0] = 0
    for index, (border, body) in enumerate(zip(borders, bodies, strict=True)):
        progress(index / len(borders))
        sections.append(_section(reading, border, body, lines[index], lines[index + 1], sections, slugs[index]))
    return sections


def _section(
    reading: Reading, border: Border | None, tokens: list[Token], start: int, end: int, before: list[Section], slug: str
) -> Section:
    title = _raw_text(border.heading) if border else ""
    parent = _parent(before, border.level) if border else None
    todo = _is_todo(title) or _under_todo(before, parent)
    body = Body(reading, reading.source.starts[start], todo=todo)
    heading, anchors = _heading(body, border.heading if border else [], reading.nonce)
    filled = slots.Slots(html.clean(body.render(tokens)), reading.nonce)
    body_html = anchors + _with_headings_links(heading.displaced, filled.html)
    in_heading = dict.fromkeys(heading.displaced, border.depth if border else 0)
    _finish(
        reading,
        body.listings,
        filled.labels | heading.labels,
        filled.depths | in_heading,
        reading.source.between(start, end),
    )
    lost = [listing.slot for listing in body.listings if listing.slot not in filled.labels | heading.labels]
    return Section(
        level=border.level if border else 0,
        title=title or (slots_text(heading.html) if border else ""),
        title_html=heading.html,
        slug=slug,
        parent=parent,
        depth=0 if parent is None else before[parent].depth + 1,
        line=(border.line if border else start) + 1,
        source=reading.source.between(start, end),
        body_html=(body_html + "".join(f"<p>{slots.marks(slot)}</p>" for slot in lost)).strip(),
        listings=body.listings,
        todos=body.todos,
        images=body.images,
        folds=filled.html.count("<details"),
    )


def _shows_nothing(section: Section) -> bool:
    """Whether text before the first heading is nothing but a wrapper around it, such as `<div align="center">`."""
    found = (
        section.listings or section.todos or section.images or "<hr" in section.body_html or " id=" in section.body_html
    )
    return not found and not slots_text(section.body_html)


def slots_text(label_html: str) -> str:
    """Return the text of a label or heading, images' words included."""
    return text_of(slots.label_text(label_html))


def _heading(body: Body, heading: list[Token], nonce: str) -> tuple[slots.Slots, str]:
    """Return a heading's words without any link, and the named anchors in it, which stand at the body's start."""
    body.in_heading = True
    cleaned = html.clean(body.render(heading))
    body.in_heading = False
    inline = NAMED_ANCHOR.sub("", NOT_IN_A_HEADING.sub("", cleaned))
    words = slots.Slots(inline, nonce, plain=True)
    words.html = PLAIN_LINK.sub("", words.html).strip()
    return words, "".join(NAMED_ANCHOR.findall(cleaned))


def _with_headings_links(displaced: list[int], body_html: str) -> str:
    if not displaced:
        return body_html
    links = " ".join(f"<!--r:{slot}-->" for slot in displaced)
    notes = "".join(f"<!--n:{slot}-->" for slot in displaced)
    return f'<p class="heading-links">{links}</p>{notes}{body_html}'


def _finish(
    reading: Reading, listings: list[Listing], labels: dict[int, str], depths: dict[int, int], source: str
) -> None:
    """Give each listing its label, title, kind and key."""
    for listing in listings:
        listing.depth = depths.get(listing.slot, 0)
        listing.label_html = labels.get(listing.slot, "")
        written = " ".join(listing.label.of(source).split()) if listing.label else ""
        words = listing.title or slots_text(listing.label_html) or written
        listing.title = words or host_of(listing.url) or listing.url or "…"
        if not listing.label_html.strip():
            listing.label_html = html.escape(listing.title)
        listing.url_key = url_key(listing.url) if listing.url else None
        listing.kind = listing.kind or kind_of(listing.url, listing.title)
        if not listing.url and listing.kind != TASK:
            reading.warn(listing.line, "empty-link", listing.title)


def _parent(before: list[Section], level: int) -> int | None:
    index = len(before) - 1
    while index >= 0 and (before[index].level >= level or before[index].level == 0):
        index = before[index].parent if before[index].parent is not None else -1  # type: ignore[assignment]
    return index if index >= 0 else None


def _is_todo(title: str) -> bool:
    return re.sub(r"[\W_]", "", title).casefold() in TODO_HEADINGS


def _under_todo(before: list[Section], parent: int | None) -> bool:
    while parent is not None:
        if _is_todo(before[parent].title):
            return True
        parent = before[parent].parent
    return False
