"""Python-Markdown for what people type on the site, who know Markdown from GitHub."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import SimpleTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

STRUCK = r"()~~(?=[^\s~])([^~\n]*[^\s~])~~"
BOXES = {"[ ]": "☐", "[x]": "☑", "[X]": "☑"}
_ITEM = re.compile(r"(?P<indent> *)(?P<marker>[-*+]|\d{1,9}[.)])(?P<gap> +)(?P<box>\[[ xX]\](?= ))?")
_INDENT = 4
"""Python-Markdown's own, for one level of a list."""


class Lists(Preprocessor):
    """Sets each level of a list off by as much as Python-Markdown wants, where it is set off by as much as its item's
    text: two spaces, or three; and a list from the paragraph above it. A check box becomes a sign: forms have no place
    in a note."""

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines, those of lists set off anew."""
        self.open: list[int] = []
        above, found = "", []
        for line in lines:
            is_inside, line = bool(self.open), self._line(line)
            if self.open and not is_inside and above.strip():
                found.append("")
            found.append(line)
            above = line
        return found

    def _line(self, line: str) -> str:
        indent = len(line) - len(line.lstrip(" "))
        item = _ITEM.match(line)
        if not line.strip():
            return line
        if not item:
            if indent == 0:
                self.open = []
                return line
            level = sum(1 for width in self.open if width <= indent)
            return " " * (_INDENT * level) + line[self.open[level - 1] :] if level else line
        if not self.open and indent >= _INDENT:
            return line  # Code.
        self.open = [width for width in self.open if width <= indent]
        level = len(self.open)
        self.open.append(item.end("gap") if len(item["gap"]) <= _INDENT else item.end("marker") + 1)
        box = BOXES.get(item["box"] or "", "")
        return " " * (_INDENT * level) + item["marker"] + item["gap"] + box + line[item.end() :]


class Images(Treeprocessor):
    """Makes links of images: nothing is loaded from elsewhere."""

    def run(self, root: Element) -> None:
        """Change the tree in place."""
        self._within(root, in_link=False)

    def _within(self, parent: Element, *, in_link: bool) -> None:
        for child in parent:
            if child.tag == "img":
                address, words = child.get("src", ""), child.get("alt", "")
                tail = child.tail
                child.clear()
                child.tail, child.text = tail, words or address
                child.tag = "span" if in_link else "a"
                if not in_link:
                    child.set("href", address)
            else:
                self._within(child, in_link=in_link or child.tag == "a")


class AsOnGitHub(Extension):
    """Lists set off by two spaces, check boxes, ~~struck~~ text, images as links."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Take the parts into an instance of Python-Markdown."""
        # After fenced code has been put aside.
        md.preprocessors.register(Lists(md), "lists_as_on_github", 24)
        md.inlinePatterns.register(SimpleTagInlineProcessor(STRUCK, "del"), "struck", 55)
        # After the inline text has become elements.
        md.treeprocessors.register(Images(md), "images_as_links", 15)
