"""A section's tokens as HTML that still has to be cleaned, and what was met on the way: listings, TODOs, images."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it.token import Token

from roadmap.reading import folds
from roadmap.reading.code import highlight
from roadmap.reading.html import escape
from roadmap.reading.links import is_web
from roadmap.reading.outline import Span, Todo
from roadmap.reading.raw import Raw
from roadmap.reading.reading import Reading

ALIGNMENT = re.compile(r"text-align:(left|center|right)")
BLOCKS = {
    "blockquote_open": "<blockquote>",
    "blockquote_close": "</blockquote>",
    "alert_close": "</div>",
    "alert_title_open": '<p class="alert-title">',
    "alert_title_close": "</p>",
    "hr": "<hr>",
    "bullet_list_close": "</ul>",
    "ordered_list_close": "</ol>",
    "table_open": "<table>",
    "table_close": "</table>",
    "thead_open": "<thead>",
    "thead_close": "</thead>",
    "tbody_open": "<tbody>",
    "tbody_close": "</tbody>",
    "tr_open": "<tr>",
    "tr_close": "</tr>",
    "th_close": "</th>",
    "td_close": "</td>",
    "softbreak": "\n",
    "hardbreak": "<br>",
    "em_open": "<em>",
    "em_close": "</em>",
    "strong_open": "<strong>",
    "strong_close": "</strong>",
    "s_open": "<del>",
    "s_close": "</del>",
}


class Body(Raw):
    """Renders one section. `base`: where its source begins in the file; `todo`: its tasks are the author's TODOs."""

    def __init__(self, reading: Reading, base: int, *, todo: bool) -> None:
        super().__init__(reading, base)
        self.todo = todo
        self._task: Token | None = None
        self._row: tuple[int, int] | None = None
        """Inside a table's row: its line, and the column up to which its cells are read."""
        self._handlers: dict[str, Callable[[Token], str]] = {
            "inline": self._render_inline,
            "html_block": self._html_block,
            "fence": self._fence,
            "code_block": lambda token: f"<pre><code>{escape(token.content)}</code></pre>",
            "code_inline": lambda token: f"<code>{escape(token.content)}</code>",
            "text": lambda token: escape(token.content),
            "paragraph_open": lambda token: "" if token.hidden else "<p>",
            "paragraph_close": lambda token: "\n" if token.hidden else "</p>\n",
            "heading_open": self._heading_open,
            "heading_close": lambda token: f"</{token.tag}>",
            "bullet_list_open": self._list_open,
            "ordered_list_open": self._list_open,
            "list_item_open": self._item_open,
            "list_item_close": self._item_close,
            "alert_open": lambda token: f'<div class="alert alert-{str(token.meta["kind"]).lower()}">',
            "th_open": self._cell_open,
            "td_open": self._cell_open,
            "link_open": self._link_open,
            "link_close": self._link_close,
            "image": self._image,
            "html_inline": self._html_inline,
        }

    def render(self, tokens: list[Token]) -> str:
        """Return the HTML of block tokens; what they hold is added to listings, todos and images."""
        return "".join(map(self._render, tokens))

    def _render(self, token: Token) -> str:
        if token.map:
            self._line = token.map[0]
        if token.type == "tr_open":
            self._row = (self._line, 0)
            self._leads.row()
        elif token.type == "tr_close":
            self._row = None
        handler = self._handlers.get(token.type)
        return handler(token) if handler else BLOCKS.get(token.type, "")

    # Blocks

    def _heading_open(self, token: Token) -> str:
        anchor = token.meta.get("anchor", "")
        return f'<{token.tag} id="{escape(anchor)}">' if anchor else f"<{token.tag}>"

    def _list_open(self, token: Token) -> str:
        start = token.attrs.get("start")
        return f"<{token.tag}>" if start is None else f'<{token.tag} start="{start}">'

    def _item_open(self, token: Token) -> str:
        self._leads.open_item()
        self._task = token if "checked" in token.meta and not token.meta.get("continued") else None
        if token.meta.get("continued"):
            return '<li class="continued">'
        return '<li class="todo">' if self._task and self.todo else '<li class="task">' if self._task else "<li>"

    def _item_close(self, token: Token) -> str:
        self._leads.close_item()
        self._task = None
        return "</li>"

    def _cell_open(self, token: Token) -> str:
        match = ALIGNMENT.search(str(token.attrs.get("style", "")))
        return f'<{token.tag} class="align-{match[1]}">' if match else f"<{token.tag}>"

    def _fence(self, token: Token) -> str:
        return highlight(token.content, token.info)

    def _render_inline(self, token: Token) -> str:
        children = token.children or []
        self._inline, self._line = token, token.map[0] if token.map else self._line
        self._first_line = self._line
        column = self._row[1] if self._row else None
        self._located = self.reading.source.locate(token.content, self._line, column) if token.map else None
        if self._row and self._located:
            end = self._located.offset(len(token.content))
            start = self.reading.source.starts[self._line]
            self._row = (self._row[0], end - start if end is not None else self._row[1])
        task, self._task = self._task, None
        self._leads.inline(children, in_row=self._row is not None)
        if task is None:
            return self._children(children)
        return self._todo(token, children, task) if self.todo else self._task_item(token, children, task)

    def _children(self, children: list[Token]) -> str:
        return "".join(
            self._handlers[each.type](each) if each.type in self._handlers else BLOCKS.get(each.type, "")
            for each in children
        )

    # Tasks

    def _todo(self, token: Token, children: list[Token], item: Token) -> str:
        done = bool(item.meta["checked"])
        self.todos.append(Todo(folds.plain(children), done, self._line + 1))
        return f'<span data-l="{self.reading.nonce}t{int(done)}"></span>{self._children(children)}'

    def _task_item(self, token: Token, children: list[Token], item: Token) -> str:
        done = bool(item.meta["checked"])
        link = next((each for each in children if each.type == "link_open"), None)
        if link and _is_one_link(children) and is_web(str(link.attrs.get("href", ""))):
            html = self._children(children)
            self.listings[-1].done = done
            return html
        words = folds.plain(children) or folds.plain(children, images=True)
        if not words and not link:
            return self._children(children)
        whole = Span(0, len(token.content.rstrip()))
        listing = self._listing("", words, kind="task")
        listing.link = listing.label = self._span(whole)
        listing.done = done
        return f'<span data-l="{self.reading.nonce}{listing.slot}">{self._children(children)}</span>'

    # Links

    def _go_to(self, token: Token) -> None:
        if self._located and "span" in token.meta:
            self._line = self._first_line + self._located.row(token.meta["span"].start)

    def _link_open(self, token: Token) -> str:
        self._go_to(token)
        self._anchors += 1
        spans = {name: self._span(token.meta.get(name)) for name in ("span", "label", "target")}
        return self._anchor(str(token.attrs.get("href", "")), spans, str(token.attrs.get("title", "")))

    def _link_close(self, token: Token) -> str:
        self._anchors -= 1
        return "</a>"

    # Images

    def _image(self, token: Token) -> str:
        self._go_to(token)
        alt = folds.plain(token.children or [], images=True)
        return self._picture(str(token.attrs.get("src", "")), alt, str(token.attrs.get("title", "")))


def _is_one_link(children: list[Token]) -> bool:
    """Whether a task is nothing but one link, however emphasised."""
    links = inside = 0
    for child in children:
        if child.type == "link_open":
            links, inside = links + 1, inside + 1
        elif child.type == "link_close":
            inside -= 1
        elif not inside and not child.type.endswith(("_open", "_close", "break")) and child.content.strip():
            return False
    return links == 1
