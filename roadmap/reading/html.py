"""The one place where HTML is called safe: bleach, then nh3, with one allow-list.

What the notes hold comes here as HTML that the reader wrote; what people type on the site comes as Markdown.
"""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

import bleach.linkifier
import bleach.sanitizer
import markdown
import nh3

from roadmap.reading.typed import AsOnGitHub

# fmt: off
TAGS = frozenset([
    "a", "abbr", "b", "bdo", "blockquote", "br", "caption", "cite", "code", "dd", "del", "details", "dfn", "div", "dl",
    "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li",
    "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "ul", "var", "wbr",
])
# fmt: on
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"lang", "dir", "title"},
    "a": {"href"},
    "details": {"open"},
    "img": {"src", "alt", "width", "height", "loading"},
    "li": {"value"},
    "ol": {"start", "type", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
READER_ATTRIBUTES = {"*": {"class", "id"}, "a": {"data-l"}, "span": {"data-l"}}
"""The reader's own besides; no author's attribute of these names reaches the cleaner."""
SCHEMES = frozenset({"http", "https", "mailto"})
READER_SCHEMES = SCHEMES | {"page"}
"""`page:` leads to another page of the notes; the reader lets no author's link of that scheme through."""
MOST_BRACKETS = 500
"""Python-Markdown takes quadratic time on many `[`; a text with more of them is shown as it was typed."""
MOST_TAGS = 2_000
"""Likewise on many `<`."""
EXTENSIONS = ["fenced_code", "tables", "sane_lists", "nl2br"]
CJK_STOPS = "，。、；：！？（）「」『』【】《》〈〉…"
SCHEMED_URL = re.compile(
    rf"(?<![@.A-Za-z0-9_])https?://[^\s<>\"'`{CJK_STOPS}]+[^\s<>\"'`.,:;!?)\]{CJK_STOPS}]", re.IGNORECASE
)

LINKS = partial(bleach.linkifier.LinkifyFilter, url_re=SCHEMED_URL, skip_tags={"pre", "code"}, callbacks=[])

_local = threading.local()


def _attributes(more: dict[str, set[str]]) -> dict[str, set[str]]:
    return {tag: ATTRIBUTES.get(tag, set()) | more.get(tag, set()) for tag in ATTRIBUTES.keys() | more.keys()}


def clean(rendered: str) -> str:
    """Return what the reader rendered as well-formed HTML with TAGS, ATTRIBUTES and the reader's own besides."""
    if "<" not in rendered:
        return rendered
    if not hasattr(_local, "reader"):
        attributes = _attributes(READER_ATTRIBUTES)
        _local.reader = _bleach(TAGS, attributes, READER_SCHEMES), _nh3(TAGS, attributes, READER_SCHEMES, None)
    first, second = _local.reader
    return str(second.clean(first.clean(rendered)))


def from_markdown(text: str) -> str:
    """Return what someone typed on the site, in Markdown, as HTML. No image is loaded; bare URLs become links.
    What cannot be rendered in good time is shown as it was typed."""
    plain = f"<p>{escape(text)}</p>".replace("\n", "<br>")
    if text.count("[") > MOST_BRACKETS or text.count("<") > MOST_TAGS:
        return plain
    tags = TAGS - {"img"}
    try:
        rendered = markdown.markdown(text, extensions=[*EXTENSIONS, AsOnGitHub()])
    except RecursionError:  # Lists or quotes some hundred deep.
        return plain
    # It keeps its parser's state: one a call, never shared between threads.
    cleaner = _bleach(tags, ATTRIBUTES, SCHEMES, [LINKS])
    return _nh3(tags, ATTRIBUTES, SCHEMES, "noopener nofollow ugc").clean(cleaner.clean(rendered))


def escape(text: str) -> str:
    """Return plain text as HTML."""
    return html.escape(text, quote=True)


def _bleach(
    tags: frozenset[str], attributes: dict[str, set[str]], schemes: frozenset[str], filters: Sequence[Any] = ()
) -> bleach.sanitizer.Cleaner:
    names = {tag: list(some) for tag, some in attributes.items()}
    return bleach.sanitizer.Cleaner(
        tags=tags, attributes=names, protocols=schemes, strip=True, strip_comments=True, filters=filters
    )


def _nh3(
    tags: frozenset[str], attributes: dict[str, set[str]], schemes: frozenset[str], rel: str | None
) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags),
        clean_content_tags=set(),
        attributes=attributes,
        url_schemes=set(schemes),
        link_rel=rel,
        strip_comments=True,
    )
