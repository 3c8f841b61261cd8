"""Bare URLs as GitHub links them: the plugin's rules, with cmark-gfm's own conditions where the two differ.

From cmark-gfm's extensions/autolink.c: a scheme may follow anything but a letter (Chinese text included), in upper or
lower case, `ftp` as well; within an open square bracket nothing is linked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin
from mdit_py_plugins.gfm_autolink._match import match_http

Rule = Callable[[StateInline, bool], bool]
_SCHEME = re.compile(r"(?:\A|[^A-Za-z])(https?|ftp)\Z", re.IGNORECASE)
_BRACKETS = re.compile(r"[\[\]]")
LONGEST_SCHEME = len("https")


def autolinks(parser: MarkdownIt) -> None:
    """A markdown-it plugin: bare `http:`, `https:`, `ftp:`, `www.`, `mailto:`, `xmpp:` and e-mail addresses."""
    parser.use(gfm_autolink_plugin)
    rules: dict[str, Rule] = {each.name: each.fn for each in parser.inline.ruler.__rules__}
    www, protocol = rules["gfm_autolink_www"], rules["gfm_autolink_protocol"]

    def guarded_www(state: StateInline, silent: bool) -> bool:
        return not (state.src.startswith("www.", state.pos) and _in_bracket(state)) and www(state, silent)

    def schemed(state: StateInline, silent: bool) -> bool:
        if silent or state.linkLevel or not state.src.startswith(":", state.pos):
            return False
        before = state.src[max(0, state.pos - LONGEST_SCHEME - 1) : state.pos]
        scheme = _SCHEME.search(before)
        if scheme and state.pending.endswith(scheme[1]):
            return _link(state, scheme[1])
        return before.endswith(("mailto", "xmpp")) and protocol(state, silent)

    parser.inline.ruler.at("gfm_autolink_www", guarded_www)
    parser.inline.ruler.at("gfm_autolink_protocol", schemed)


def _link(state: StateInline, scheme: str) -> bool:
    rest = state.src[state.pos : state.posMax]
    if not rest.startswith("://") or not _begins_a_host(rest[3:4]):
        return False
    found = match_http(f"http{rest}")
    if not found or _in_bracket(state):
        return False
    text = scheme + found[0][len("http") :]
    state.pending = state.pending[: -len(scheme)]
    token = state.push("link_open", "a", 1)
    token.attrs = {"href": text}
    token.markup, token.info = "autolink", "auto"
    state.push("text", "", 0).content = text
    token = state.push("link_close", "a", -1)
    token.markup, token.info = "autolink", "auto"
    state.pos += len(text) - len(scheme)
    return True


def _begins_a_host(character: str) -> bool:
    return bool(character) and not character.isspace() and not unicodedata.category(character).startswith("P")


def _in_bracket(state: StateInline) -> bool:
    """Whether a `[` of the text before has not been closed yet. Each token is looked at once."""
    seen, depth, links = getattr(state, "brackets", (0, 0, 0))
    for token in state.tokens[seen:]:
        links += (token.type == "link_open") - (token.type == "link_close")
        if token.type == "text" and not links:
            depth = _after(depth, token.content)
    state.brackets = (len(state.tokens), depth, links)  # type: ignore[attr-defined]
    return _after(depth, state.pending) > 0


def _after(depth: int, text: str) -> int:
    for bracket in _BRACKETS.findall(text):
        depth = depth + 1 if bracket == "[" else max(depth - 1, 0)
    return depth
