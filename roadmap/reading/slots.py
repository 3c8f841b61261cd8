"""From cleaned HTML with the reader's own `data-l` attributes to a body with slots, and the labels taken out of it.

`data-l` is a nonce of this reading and a number (a listing) or `t0`/`t1` (the check mark of a TODO). Cleaning removed
all comments, so only what is written here can be a mark: `<!--r:N-->` in the place of a listing's link, `<!--n:N-->`
after the nearest paragraph, item or table, `<!--t:0-->` for a check mark.
"""

from __future__ import annotations

import re

VOID = frozenset(["br", "hr", "img", "wbr"])
BREAKS = frozenset(
    [
        "blockquote",
        "details",
        "dl",
        "div",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "ol",
        "p",
        "pre",
        "table",
        "ul",
    ]
)
"""Elements that begin a block: a note that is waiting has its place before them."""
AFTER = frozenset(["h1", "h2", "h3", "h4", "h5", "h6", "p", "pre", "table"])
"""Elements behind which a note stands; in any other block it stands at the end."""
INSIDE = frozenset(["blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "li", "ol", "ul"])
NO_NOTE_IN = frozenset({"table", "summary"})

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z-]+="[^"]*")*)>')
_MARK = re.compile(r' data-l="([^"]*)"')
_ALT = re.compile(r'<img [^>]*?alt="([^"]*)"[^>]*>')


class Slots:
    """The result of one pass over cleaned HTML. With `plain`, links become their labels and all slots `displaced`."""

    def __init__(self, cleaned: str, nonce: str, *, plain: bool = False) -> None:
        self.labels: dict[int, str] = {}
        """{slot: the label's cleaned HTML}."""
        self.depths: dict[int, int] = {}
        """{slot: how many lists it stands in}."""
        self.displaced: list[int] = []
        """Listings whose slots could not stand in their own place."""
        self._nonce, self._plain = nonce, plain
        self._out: list[list[str]] = [[]]
        self._open: list[tuple[str, int | None]] = []
        self._waiting: list[int] = []
        self._closed_off = 0
        self._summary: list[int] = []
        self._read(cleaned)
        self.html = "".join(self._out[0])

    def _read(self, cleaned: str) -> None:
        at = 0
        for match in _TAG.finditer(cleaned):
            self._out[-1].append(cleaned[at : match.start()])
            at = match.end()
            if match[1]:
                self._close(match[2])
            else:
                self._start(match[2], match[3])
        self._out[-1].append(cleaned[at:])
        while self._open:
            self._close(self._open[-1][0])
        self._flush()

    def _start(self, name: str, attributes: str) -> None:
        mark = _MARK.search(attributes)
        listing = self._listing(mark[1]) if mark else None
        if mark:
            attributes = attributes.replace(mark[0], "", 1)
        if listing is not None:
            self._out.append([])
        elif mark and name in ("a", "span") and not attributes:
            listing = -1
        else:
            if name in BREAKS and len(self._out) == 1:
                self._flush()
            self._out[-1].append(f"<{name}{attributes}>")
        if name not in VOID:
            self._open.append((name, listing))
            self._closed_off += name in NO_NOTE_IN

    def _listing(self, mark: str) -> int | None:
        """Return the number of a listing not seen before; write a check mark; None for anything else."""
        if not mark.startswith(self._nonce):
            return None
        what = mark[len(self._nonce) :]
        if what in ("t0", "t1"):
            self._out[-1].append(f"<!--t:{what[1]}-->")
            return None
        number = int(what)
        if number in self.labels:
            return None
        self.labels[number] = ""
        return number

    def _close(self, name: str) -> None:
        if not self._open or self._open[-1][0] != name:
            return
        listing = self._open.pop()[1]
        self._closed_off -= name in NO_NOTE_IN
        if listing is not None:
            if listing >= 0:
                self._place(listing, "".join(self._out.pop()))
            return
        if name in INSIDE and len(self._out) == 1:
            self._flush()
        self._out[-1].append(f"</{name}>")
        if name == "summary":
            self._out[-1] += [f"<!--r:{number}-->" for number in self._summary]
            self._waiting += self._summary
            self._summary = []
        if (name in AFTER or name == "summary") and len(self._out) == 1:
            self._flush()

    def _place(self, listing: int, label: str) -> None:
        self.labels[listing] = label
        self.depths[listing] = sum(name in ("ul", "ol") for name, _ in self._open)
        if self._plain:
            self._out[-1].append(label)
            self.displaced.append(listing)
        elif any(name == "summary" for name, _ in self._open):
            self._out[-1].append(label)
            self._summary.append(listing)
        else:
            self._out[-1].append(f"<!--r:{listing}-->")
            self._waiting.append(listing)

    def _flush(self) -> None:
        if self._closed_off or not self._waiting:
            return
        self._out[-1] += [f"<!--n:{number}-->" for number in sorted(self._waiting)]
        self._waiting = []


def marks(listing: int) -> str:
    """Return both marks of a listing that has no place of its own in the text."""
    return f"<!--r:{listing}--><!--n:{listing}-->"


def label_text(label_html: str) -> str:
    """Return a label's text, an image's words in its place, without the marks of links within it."""
    return re.sub(r"<!--.*?-->", "", _ALT.sub(r"\1", label_html))
