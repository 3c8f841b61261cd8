"""Raw HTML inside Markdown: where its tags stand, which belong together, which GitHub switches off."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
# fmt: off
CLOSED_BY_OTHERS = frozenset([
    "a", "p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot", "colgroup", "option", "rt", "rp",
    "h1", "h2", "h3", "h4", "h5", "h6",
])
# fmt: on
"""Elements that the next one of their kind closes, so that many of them do not nest."""
SWITCHED_OFF = frozenset(["title", "textarea", "style", "xmp", "iframe", "noembed", "noframes", "script", "plaintext"])
"""GitHub shows these tags as text (GFM, "Disallowed Raw HTML")."""
PAIRED = frozenset(["a", "details", "summary", "table", "blockquote", "pre"])

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)((?:[\s/](?:\"[^\"]*\"|'[^']*'|[^\"'>])*+)?)>")
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]+)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'=<>`]+)))?")
_HIDDEN = (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"))


@dataclass(slots=True, eq=False)
class Tag:
    """One tag in a piece of raw HTML; `start` and `end` count from the start of that piece."""

    name: str
    closing: bool
    start: int
    end: int
    attributes: str
    """As written, unparsed."""
    attributes_at: int
    partner: Tag | None = None
    dropped: bool = False
    """A fold's tag that leaves the HTML because the fold goes around sections."""
    home: object = None
    """The innermost list item, quote or cell around it."""
    order: tuple[int, int] = (0, 0)
    """Where it stands in the file: (number of the token, start)."""
    line: int = 0
    anchor: str = ""
    """The id that a heading or a named anchor was given."""
    values: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """Return the value of an attribute with entities undone; empty if it is not there."""
        if not self.values and self.attributes:
            for match in _ATTRIBUTE.finditer(self.attributes):
                value = next((group for group in match.groups()[1:] if group is not None), "")
                self.values.setdefault(match[1].lower(), html.unescape(value))
        return self.values.get(name, "")

    def span_of(self, name: str) -> tuple[int, int] | None:
        """Return where an attribute's value stands, counted as `start` is; None if it is not there."""
        for match in _ATTRIBUTE.finditer(self.attributes):
            if match[1].lower() == name:
                group = next((number for number in (2, 3, 4) if match[number] is not None), None)
                return (
                    group and (self.attributes_at + match.start(group), self.attributes_at + match.end(group))
                ) or None
        return None


def scan(raw: str) -> Iterator[Tag]:
    """Yield the tags of a piece of raw HTML in order; what stands in comments is no tag. Linear in its length."""
    at = raw.find("<")
    while at >= 0:
        hidden = next((ends for begins, ends in _HIDDEN if raw.startswith(begins, at)), None)
        match = None if hidden else _TAG.match(raw, at)
        if hidden:
            end = raw.find(hidden, at + 2)
            if end < 0:
                return
            at = raw.find("<", end)
        elif match:
            yield Tag(match[2].lower(), bool(match[1]), at, match.end(), match[3], match.start(3))
            at = raw.find("<", match.end())
        else:
            at = raw.find("<", at + 1)


def pair(tags: Iterable[Tag]) -> None:
    """Set `partner` on the tags of PAIRED elements that open and close in the same list item, quote or cell."""
    open_tags: list[Tag] = []
    for tag in tags:
        if tag.name not in PAIRED:
            continue
        if not tag.closing:
            if tag.name == "a":
                open_tags = [each for each in open_tags if each.name != "a"]
            open_tags.append(tag)
            continue
        for index in range(len(open_tags) - 1, -1, -1):
            opening = open_tags[index]
            if opening.name == tag.name and opening.home is tag.home:
                del open_tags[index:]
                opening.partner, tag.partner = tag, opening
                break


def depth_of(tags: Iterable[Tag]) -> int:
    """Return how deep the tags stand in one another at the deepest place."""
    deepest, depth = 0, 0
    open_names: dict[str, int] = {}
    for tag in tags:
        if tag.name in VOID or tag.name in CLOSED_BY_OTHERS:
            continue
        if not tag.closing:
            open_names[tag.name] = open_names.get(tag.name, 0) + 1
            depth += 1
            deepest = max(deepest, depth)
        elif open_names.get(tag.name):
            open_names[tag.name] -= 1
            depth -= 1
    return deepest


def text_of(raw: str) -> str:
    """Return the text of a piece of HTML: tags and comments gone, entities undone, white space folded."""
    pieces, at = [], 0
    for tag in scan(raw):
        pieces.append(raw[at : tag.start])
        at = tag.end
    pieces.append(raw[at:])
    text = re.sub(r"<!--.*?(?:-->|\Z)", "", "".join(pieces), flags=re.DOTALL)
    return " ".join(html.unescape(text).split())
