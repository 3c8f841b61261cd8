"""The Markdown parser as GitHub's, with a note on each link of where it stands.

After `parse`, the `meta["span"]` of each `link_open`, `image` and `html_inline` token says which characters of its
inline token's content it covers, and a `link_open`'s `meta` may also hold "label" and "target" (spans likewise).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkDestination
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.html_block import HTML_SEQUENCES
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from roadmap.reading import TooDeep
from roadmap.reading.autolinks import Rule, autolinks
from roadmap.reading.outline import Span

MAX_DEPTH = 200
"""How deep lists, quotes and tags may stand in one another: HTML cleaners take quadratic time on deeper ones."""
BLOCK_NESTING = 2 * MAX_DEPTH + 20
"""A list is two of markdown-it's levels (list and item), and it must still see what is too deep."""
INLINE_NESTING = 100
"""Brackets in brackets; each level costs several Python frames, far more than the block parser's."""

OPEN_AFTER_A_CHECK_BOX = ("code", "fence", "blockquote", "hr", "list", "html_block", "heading")

_LINE_END = re.compile(r"\r\n|\r|\n")
_DEFINED = re.compile(r"(?<!\\)\]:[ \t]*(?:(?:\r\n|\r|\n)[ \t>]*)?")
"""What stands before the address in the definition of a reference."""
_NAMED = re.compile(r"<a\s(?![^>]*\bhref\b)", re.IGNORECASE)
BlockRule = Callable[[StateBlock, int, int, bool], bool]
_local = threading.local()


def parse(text: str, env: dict[str, Any] | None = None) -> list[Token]:
    """Return markdown-it's tokens of a whole file; what it notes besides goes into `env`.

    Raises TooDeep where blocks nest more than MAX_DEPTH deep.
    """
    if not hasattr(_local, "parser"):
        _local.parser = _make_parser()
    parser: MarkdownIt = _local.parser
    try:
        return parser.parse(text, env)
    except RecursionError:
        raise TooDeep(f"lists or quotes stand more than {MAX_DEPTH} deep in one another") from None


def definitions(text: str) -> dict[str, list[Span]]:
    """Return where the addresses of references stand in a whole file: {address: [its characters, …]}; not those that
    a picture has too.

    Raises TooDeep as `parse` does.
    """
    env: dict[str, Any] = {}
    pieces = [piece for token in parse(text, env) for piece in token.children or ()]
    pictures = {piece.attrs.get("src") for piece in pieces if piece.type == "image"}
    starts = [0, *(found.end() for found in _LINE_END.finditer(text)), len(text)]
    spans: dict[str, list[Span]] = {}
    for each in env.get("references", {}).values():
        first, behind = each["map"]
        found = _DEFINED.search(text, starts[first], starts[min(behind, len(starts) - 1)])
        target = parseLinkDestination(text, found.end(), len(text)) if found else None
        if found and target and target.ok and target.str == each["href"] and each["href"] not in pictures:
            pointed = text[found.end() : found.end() + 1] == "<"
            spans.setdefault(each["href"], []).append(Span(found.end() + pointed, target.pos - pointed))
    return spans


def _make_parser() -> MarkdownIt:
    inline = _gfm(INLINE_NESTING)
    for name in ("link", "autolink", "image", "html_inline"):
        _record(inline, name)
    for name in ("gfm_autolink_www", "gfm_autolink_protocol", "gfm_autolink_email"):
        _record(inline, name)

    def parse_inline(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "inline":
                token.children = inline.inline.parse(token.content, inline, state.env, [])

    blocks = _gfm(BLOCK_NESTING)
    for name in OPEN_AFTER_A_CHECK_BOX:
        _not_after_a_check_box(blocks, name)
    _end_lazy_paragraphs_at_tags(blocks)
    blocks.core.ruler.at("inline", parse_inline)
    return blocks


def _not_after_a_check_box(parser: MarkdownIt, name: str) -> None:
    """What follows a check box on its line is always a paragraph on GitHub, never a heading, list or code block."""
    known = next(each for each in parser.block.ruler.__rules__ if each.name == name)
    rule: BlockRule = known.fn

    def guarded(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        last = state.tokens[-1] if state.tokens and not silent else None
        if last and last.type == "list_item_open" and "checked" in last.meta and last.map and last.map[0] == start:
            return False
        return rule(state, start, end, silent)

    parser.block.ruler.at(name, guarded, {"alt": list(known.alt)})


def _end_lazy_paragraphs_at_tags(parser: MarkdownIt) -> None:
    """A tag alone on a line right behind a list item or quote begins a block of HTML on GitHub, whatever the tag."""
    known = next(each for each in parser.block.ruler.__rules__ if each.name == "html_block")
    rule: BlockRule = known.fn

    def extended(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        if rule(state, start, end, silent):
            return True
        lazy = state.parentType == "blockquote" or state.sCount[start] < state.blkIndent
        if not silent or not lazy or state.is_code_block(start):
            return False
        at = state.bMarks[start] + state.tShift[start]
        return bool(HTML_SEQUENCES[-1][0].search(state.src[at : state.eMarks[start]]))

    parser.block.ruler.at("html_block", extended, {"alt": ["paragraph", "reference", "blockquote"]})


def _gfm(nesting: int) -> MarkdownIt:
    parser = _Parser("gfm-like2", {"linkify": False, "maxNesting": nesting})
    parser.use(autolinks)
    return parser


class _Parser(MarkdownIt):
    """URLs stay as they are written: what may be linked to is decided by the reader, not by the parser."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True


def _record(parser: MarkdownIt, name: str) -> None:
    rule: Rule = next(each.fn for each in parser.inline.ruler.__rules__ if each.name == name)

    def recording(state: StateInline, silent: bool) -> bool:
        start, known = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            _note(state, start, known)
        return True

    parser.inline.ruler.at(name, recording)


def _note(state: StateInline, start: int, known: int) -> None:
    for index in range(known, min(known + 2, len(state.tokens))):
        token = state.tokens[index]
        if token.type in ("image", "html_inline"):
            token.meta["span"] = Span(start, state.pos)
            if _NAMED.match(token.content):
                state.linkLevel -= 1  # A named anchor is no link: a URL within it is one.
            state.linkLevel = max(state.linkLevel, 0)
            return
        if token.type == "link_open":
            token.meta.update(_link_spans(state, token, index, start))
            return


def _link_spans(state: StateInline, token: Token, index: int, start: int) -> dict[str, Any]:
    """Where a link, its label and its URL stand; a reference link's URL stands elsewhere."""
    end = state.pos
    if token.info == "auto":
        text = state.tokens[index + 1].content
        if token.markup == "autolink" and state.src[start : start + 1] == "<":
            return {"span": Span(start, end), "label": Span(start + 1, end - 1), "target": Span(start + 1, end - 1)}
        bare = Span(end - len(text), end)
        return {"span": bare, "label": bare, "target": bare}
    label_end = state.md.helpers.parseLinkLabel(state, start, True)
    spans = {"span": Span(start, end), "label": Span(start + 1, label_end)}
    if state.src[label_end + 1 : label_end + 2] == "(" and state.src[end - 1] == ")":
        target = _target(state, label_end + 2, end)
        if target:
            spans["target"] = target
    return spans


def _target(state: StateInline, pos: int, end: int) -> Span | None:
    while pos < end and state.src[pos] in " \t\n":
        pos += 1
    if state.src[pos] == ")":
        return Span(pos, pos)
    found = state.md.helpers.parseLinkDestination(state.src, pos, end)
    if not found.ok:
        return None
    if state.src[pos : pos + 1] == "<":
        return Span(pos + 1, found.pos - 1)
    return Span(pos, found.pos)
