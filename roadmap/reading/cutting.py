"""Where sections begin, and one file's tokens cut into the sections' own."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from roadmap.reading.tags import Tag, pair, scan

HEADING = re.compile(r"h[1-6]")
LISTS = frozenset({"bullet_list_open", "ordered_list_open", "list_item_open"})
HOMES = frozenset({"list_item_open", "blockquote_open", "alert_open", "td_open", "th_open"})
NO_SECTION_IN = frozenset({"table", "blockquote", "pre"})
IN_RAW_HEADING = frozenset({"html_block", "paragraph_open", "inline", "paragraph_close"})
MOST_BLOCKS_IN_A_HEADING = 8

Place = tuple[int, int]
"""Number of a token, and for raw HTML the character in its content."""


@dataclass(slots=True)
class Border:
    """The start of a section: where the file's tokens are cut, its heading, where its body goes on."""

    cut: Place
    heading_at: int
    body: Place
    heading: list[Token]
    level: int
    line: int
    """From 0."""
    depth: int
    """In how many lists the heading stands."""
    tag: Tag | None = None
    """The opening tag of a raw heading."""


def collect_tags(tokens: list[Token]) -> list[Tag]:
    """Return all tags of raw HTML in the file, in order and paired; each token's own are in its `meta` as well."""
    tags: list[Tag] = []
    homes: list[Token] = []
    for number, token in enumerate(tokens):
        if token.type in HOMES:
            homes.append(token)
        elif token.nesting == -1 and homes and homes[-1].type == token.type.replace("_close", "_open"):
            homes.pop()
        elif token.type == "html_block":
            token.meta["tags"] = found = list(scan(token.content))
            token.meta["starts"] = [tag.start for tag in found]
            token.meta["found"] = {}
            tags += _placed(found, token.content, number, 0, token, homes)
        elif token.type == "inline":
            for child in token.children or ():
                if child.type == "html_inline":
                    child.meta["tag"] = next(scan(child.content), None)
                    if child.meta["tag"]:
                        tags += _placed(
                            [child.meta["tag"]], token.content, number, child.meta["span"].start, token, homes
                        )
    pair(tags)
    return tags


def _placed(tags: list[Tag], content: str, number: int, base: int, token: Token, homes: list[Token]) -> list[Tag]:
    first = token.map[0] if token.map else 0
    at, line = 0, first
    for tag in tags:
        line += content.count("\n", at, base + tag.start)
        at = base + tag.start
        tag.order, tag.line, tag.home = (number, at), line, homes[-1] if homes else None
    return tags


def find_borders(tokens: list[Token]) -> list[Border]:
    """Return where sections begin: headings outside quotes and tables, at the top or first in a list item.

    Raw headings count at the start of a line. `collect_tags` must have been called.
    """
    borders: list[Border] = []
    stack: list[Token] = []
    inside = 0
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and not inside and _opens_section(tokens, number, stack):
            inner = [tokens[number + 1]]
            body, level = (number + 3, 0), int(token.tag[1])
            borders.append(Border(_cut(tokens, number), number, body, inner, level, _line(token), _lists(stack)))
        elif token.type == "html_block":
            for tag in token.meta["tags"]:
                if tag.name in NO_SECTION_IN and tag.partner:
                    inside += -1 if tag.closing else 1
                elif not inside and _is_raw_heading(token, tag) and _opens_section(tokens, number, stack, tag.start):
                    borders.append(_raw_border(tokens, number, tag, _lists(stack)))
        elif token.type == "inline":
            for child in token.children or ():
                tag = child.meta.get("tag")
                if tag and tag.name in NO_SECTION_IN and tag.partner:
                    inside += -1 if tag.closing else 1
        if token.nesting == 1:
            stack.append(token)
        elif token.nesting == -1:
            stack.pop()
    return _in_order(borders)


def _in_order(borders: list[Border]) -> list[Border]:
    """Drop what begins inside the heading of the one before (tags of a heading in a heading)."""
    kept: list[Border] = []
    for border in borders:
        if not kept or border.cut >= kept[-1].body:
            kept.append(border)
    return kept


def _opens_section(tokens: list[Token], number: int, stack: list[Token], start: int = 0) -> bool:
    if not stack:
        return True
    first = tokens[number - 1] is stack[-1] and not tokens[number].content[:start].strip()
    return first and stack[-1].type == "list_item_open" and all(each.type in LISTS for each in stack)


def _is_raw_heading(token: Token, tag: Tag) -> bool:
    if tag.closing or not HEADING.fullmatch(tag.name):
        return False
    return not token.content[token.content.rfind("\n", 0, tag.start) + 1 : tag.start].strip()


def _cut(tokens: list[Token], number: int, start: int = 0) -> Place:
    """Lists that begin right before a heading go with it."""
    if start:
        return (number, start)
    while number and tokens[number - 1].type in LISTS:
        number -= 1
    return (number, 0)


def _lists(stack: list[Token]) -> int:
    return sum(each.tag in ("ul", "ol") for each in stack)


def _line(token: Token) -> int:
    return token.map[0] if token.map else 0


def _raw_border(tokens: list[Token], number: int, tag: Tag, depth: int) -> Border:
    """A raw heading: it ends at its closing tag, which may stand some blocks further on, else with its own block."""
    cut = _cut(tokens, number, tag.start if tokens[number].content[: tag.start].strip() else 0)
    level, level_of, inner = int(tag.name[1]), tokens[number].level, []
    start = tag.end
    for at in range(number, min(number + MOST_BLOCKS_IN_A_HEADING, len(tokens))):
        token = tokens[at]
        if token.type not in IN_RAW_HEADING or token.level not in (level_of, level_of + 1):
            break
        if token.type == "html_block":
            close = next((each for each in tags_between(token, start) if HEADING.fullmatch(each.name)), None)
            inner.append(piece(token, start, close.start if close else len(token.content)))
            if close:
                body = (at, close.end if close.closing else close.start)
                return Border(cut, number, body, inner, level, tag.line, depth, tag)
            start = 0
        else:
            inner.append(token)
    inner = [piece(tokens[number], tag.end, len(tokens[number].content))]
    return Border(cut, number, (number + 1, 0), inner, level, tag.line, depth, tag)


def tags_between(token: Token, start: int, end: int | None = None) -> Iterator[Tag]:
    """Yield the tags of an html_block token from the character `start` of its content on, up to `end`."""
    tags: list[Tag] = token.meta["tags"]
    for index in range(bisect_left(token.meta["starts"], start), len(tags)):
        if end is not None and tags[index].start >= end:
            return
        yield tags[index]


def piece(token: Token, start: int, end: int) -> Token:
    """Return an html_block token that stands for a part of another; its meta says which part."""
    part = token.copy()
    part.meta = {**token.meta, "part": (max(start, _part(token)[0]), min(end, _part(token)[1]))}
    return part


def _part(token: Token) -> Place:
    part: Place = token.meta.get("part", (0, len(token.content)))
    return part


def reaches_over(opening: Tag, closing: Tag, cuts: list[Place]) -> bool:
    """Whether one of `cuts`, which are in order, lies between two tags."""
    return bisect_right(cuts, opening.order) != bisect_right(cuts, closing.order)


def cut(tokens: list[Token], borders: list[Border]) -> Iterator[list[Token]]:
    """Yield each section's body tokens, first those before the first border.

    Lists open at a border are closed there and opened again behind it.
    """
    section: list[Token] = []
    stack: list[Token] = []
    at: Place = (0, 0)
    for border in borders:
        _copy(tokens, at, border.cut, section, stack)
        _close(section, stack)
        yield section
        section = [_again(stack, index, tokens[border.cut[0]]) for index in range(len(stack))]
        _copy(tokens, border.cut, (border.heading_at, 0), section, stack)
        if section and section[-1].type == "list_item_open":
            section[-1] = _continued(section[-1])
        at = border.body
    _copy(tokens, at, (len(tokens), 0), section, stack)
    _close(section, stack)
    yield section


def _copy(tokens: list[Token], start: Place, end: Place, section: list[Token], stack: list[Token]) -> None:
    for number in range(start[0], end[0] + (1 if end[1] else 0)):
        token = tokens[number]
        if token.type == "html_block":
            first = start[1] if number == start[0] else 0
            last = end[1] if number == end[0] else len(token.content)
            section.append(piece(token, first, last))
        elif token.nesting == -1:
            opened = stack.pop()
            _append_close(section, token, opened)
        else:
            section.append(token)
            if token.nesting == 1:
                stack.append(token)


def _close(section: list[Token], stack: list[Token]) -> None:
    for opened in reversed(stack):
        _append_close(
            section, Token(opened.type.replace("_open", "_close"), opened.tag, -1, hidden=opened.hidden), opened
        )


def _append_close(section: list[Token], token: Token, opened: Token) -> None:
    """Close a list or item that was opened again only to hold nothing by leaving both out."""
    last = section[-1] if section else None
    empty = last is not None and last.nesting == 1 and last.type == token.type.replace("_close", "_open")
    if empty and last and (last.meta.get("continued") or token.type.endswith("_list_close")):
        section.pop()
    else:
        section.append(token)


def _again(stack: list[Token], index: int, first: Token) -> Token:
    """Return a list or item to open once more; a numbered list goes on counting. `first` follows the stack's last."""
    again = _continued(stack[index])
    if again.type == "ordered_list_open":
        item = stack[index + 1] if index + 1 < len(stack) else first
        if item.info.isdigit():
            again.attrs = {**again.attrs, "start": int(item.info)}
    return again


def _continued(opened: Token) -> Token:
    again = opened.copy()
    again.meta = {**opened.meta, "continued": True}
    return again
