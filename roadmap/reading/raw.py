"""Raw HTML in a section: its tags with the attributes that may stay, and nothing else of it."""

from __future__ import annotations

import re

from markdown_it.token import Token

from roadmap.reading import folds
from roadmap.reading.cutting import tags_between
from roadmap.reading.found import Found
from roadmap.reading.html import escape
from roadmap.reading.outline import Span
from roadmap.reading.tags import SWITCHED_OFF, Tag

KEPT_ATTRIBUTES = [
    "cite",
    "colspan",
    "datetime",
    "dir",
    "height",
    "lang",
    "open",
    "reversed",
    "rowspan",
    "scope",
    "start",
    "title",
    "type",
    "value",
    "width",
]
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<![A-Za-z][^>]*>", re.DOTALL)


class Raw(Found):
    """Writes raw HTML anew, tag by tag; comments and whatever a cleaner might take for a tag are gone."""

    def _html_block(self, token: Token) -> str:
        start, end = token.meta.get("part", (0, len(token.content)))
        found = token.meta["found"]
        if "located" not in found:
            found["located"] = self.reading.source.locate(token.content, token.map[0] if token.map else self._line)
        self._located = found["located"]
        self._inline = token
        pieces, at = [], start
        for tag in tags_between(token, start, end):
            if at <= tag.start:
                pieces.append(_raw_text(token.content[at : tag.start]))
                self._line = tag.line
                at = self._end_of_prompt(tag) or tag.end
                if at == tag.end:
                    pieces.append(self._tag(tag, 0))
        pieces.append(_raw_text(token.content[at:end]))
        return "".join(pieces) + "\n"

    def _end_of_prompt(self, tag: Tag) -> int:
        """Where a label ends that only asked to open a fold which is gone; 0 if the tag begins none."""
        opens = tag.name == "summary" and tag.dropped and not tag.closing and tag.partner
        return opens.end if opens and folds.is_prompt(folds.summary_text(tag, self._inline)) else 0

    def _html_inline(self, token: Token) -> str:
        tag = token.meta.get("tag")
        if not tag:
            return ""
        self._line = tag.line
        return self._tag(tag, token.meta["span"].start)

    def _tag(self, tag: Tag, base: int) -> str:
        """Return one tag of the author's with the attributes that may stay; nothing else of raw HTML gets out."""
        if tag.name in SWITCHED_OFF:
            return escape(f"<{'/' if tag.closing else ''}{tag.name}>")
        if tag.name in ("details", "summary"):
            return self._fold(tag)
        if tag.name == "a":
            return self._raw_anchor(tag, base)
        if tag.closing:
            return f"</{tag.name}>"
        if tag.name == "img":
            size = "".join(
                f' {name}="{tag.get(name)}"'
                for name in ("width", "height")
                if tag.get(name).isascii() and tag.get(name).isdigit()
            )
            return self._picture(tag.get("src"), tag.get("alt"), tag.get("title"), size)
        return f"<{tag.name}{_attributes(tag)}>"

    def _fold(self, tag: Tag) -> str:
        if tag.name == "summary" and not tag.closing:
            label = folds.summary_text(tag, self._inline)
            self._leads.summary("" if folds.is_prompt(label) else label)
        if tag.name == "details":
            self._leads.fold(opens=not tag.closing)
        if not tag.dropped:
            return f"</{tag.name}>" if tag.closing else f"<{tag.name}{_attributes(tag)}>"
        if tag.name == "details":
            return ""
        return "</p>" if tag.closing else '<p class="fold-label">'

    def _raw_anchor(self, tag: Tag, base: int) -> str:
        if tag.closing:
            self._anchors -= tag.partner is not None
            return "</a>" if tag.partner else ""
        named = f'<a id="{escape(tag.anchor)}"></a>' if tag.anchor else ""
        if tag.span_of("href") is None:
            return named
        opened = self._anchor(tag.get("href"), self._raw_spans(tag, base), tag.get("title"))
        self._anchors += tag.partner is not None
        return named + opened + ("" if tag.partner else "</a>")

    def _raw_spans(self, tag: Tag, base: int) -> dict[str, Span | None]:
        shift = tag.order[1] - tag.start
        target = tag.span_of("href")
        spans: dict[str, Span | None] = {"span": None, "label": None, "target": None}
        if target:
            spans["target"] = self._span(Span(target[0] + shift, target[1] + shift))
        if tag.partner and tag.partner.order[0] == tag.order[0]:
            close = tag.partner.order[1]
            spans["span"] = self._span(Span(tag.start + shift, close + tag.partner.end - tag.partner.start))
            spans["label"] = self._span(Span(tag.end + shift, close))
        return spans


def _attributes(tag: Tag) -> str:
    """Return the attributes of a raw tag that may stay; `align` as a class, an anchor as an id."""
    kept = "".join(
        f' {name}="{escape(tag.get(name))}"'
        for name in KEPT_ATTRIBUTES
        if tag.span_of(name) is not None or _is_flag(tag, name)
    )
    align = tag.get("align").lower()
    if align in ("left", "center", "right"):
        kept += f' class="align-{align}"'
    if tag.anchor:
        kept += f' id="{escape(tag.anchor)}"'
    return kept


def _is_flag(tag: Tag, name: str) -> bool:
    return name in ("open", "reversed") and bool(re.search(rf"\b{name}\b", tag.attributes, re.IGNORECASE))


def _raw_text(text: str) -> str:
    """Return what stands between tags: comments gone, and no `<` that a cleaner could take for a tag."""
    return COMMENT.sub("", text).replace("<", "&lt;") if "<" in text else text
