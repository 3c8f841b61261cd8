"""Folds (`<details>`): which go around sections, what they are called; and the plain text of tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markdown_it.token import Token

from roadmap.reading.cutting import Place, reaches_over
from roadmap.reading.tags import Tag, text_of

PROMPT_WORDS = re.compile(
    r"點擊|点击|點選|点选|點開|点开|點我|点我|按此|按下|請|请|這裡|这里|此處|此处|以|來|来|可|打開|打开|展開|展开|查看|觀看|观看|看|"
    r"詳細|详细|詳情|详情|內容|内容|更多|完整|全部|收合|折疊|折叠|"
    r"\b(?:click|tap|press|here|me|to|for|on|expand|collapse|unfold|fold|open|close|toggle|show|hide|see|view|read|more|all|full|the|"
    r"this|section|details?|contents?|arrow)\b",
    re.IGNORECASE,
)
"""A fold's label made of these words alone asks to open the fold and says nothing of what is in it."""


def drop_folds_around_sections(tags: list[Tag], cuts: list[Place]) -> None:
    """Mark the tags of folds that hold a section's heading, their summaries' too: sections fold by themselves."""
    folds: list[Tag] = []
    for tag in tags:
        if tag.name == "details" and tag.partner and not tag.closing:
            tag.dropped = tag.partner.dropped = reaches_over(tag, tag.partner, cuts)
            folds.append(tag)
        elif tag.name == "details" and tag.partner and folds:
            folds.pop()
        elif tag.name == "summary":
            if tag.partner and reaches_over(*_pair(tag), cuts):
                tag.dropped = True
            elif folds:
                tag.dropped = folds[-1].dropped


def _pair(tag: Tag) -> tuple[Tag, Tag]:
    partner = tag.partner or tag
    return (partner, tag) if tag.closing else (tag, partner)


def is_prompt(text: str) -> bool:
    """Whether a fold's label only asks to open it, such as “click to expand”."""
    return bool(text) and not re.search(r"\w", PROMPT_WORDS.sub("", text))


def summary_text(summary: Tag, token: Token | None) -> str:
    """Return a label's text where it stands in one block of HTML; empty where it does not."""
    partner = summary.partner
    if not token or not partner or partner.order[0] != summary.order[0]:
        return ""
    shift = summary.order[1] - summary.start
    return text_of(token.content[summary.end + shift : partner.order[1]])


def plain(children: Iterable[Token], *, images: bool = False) -> str:
    """Return the text of inline tokens, white space folded; of an image nothing, or its words with `images`."""
    pieces = []
    for child in children:
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
        elif child.type == "image" and images:
            pieces.append(plain(child.children or [], images=True))
    return " ".join("".join(pieces).split())
