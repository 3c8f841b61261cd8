"""Back to Markdown: a section's source with other titles and addresses and with more resources, else as it was.

A section does not know what the rest of its page makes of what is written here: `roadmap.importing.shown` reads the
page again to see, and tries the other `ways` where it has to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from roadmap.reading import NotesError
from roadmap.reading.escaping import as_attribute, as_autolink, as_destination, in_html, in_markdown
from roadmap.reading.markdown import parse
from roadmap.reading.outline import Span

Change = tuple[Span, str]
_RAW_LINK = re.compile(r"<a[\s/>]", re.IGNORECASE)
_EMPHASISED = re.compile(r"(\*{1,3}|_{1,3}|~~)([^*_~\[\]`\\<>!]+)\1")
_LINE_END = re.compile(r"\r\n|\r|\n")
_OTHER_BULLET = {"-": "*", "*": "-", "+": "-"}


class Unwritable(Exception):
    """There is no way to write it: the message says why."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of one link or task. The spans are those of its listing, counted from the start of the source."""

    link: Span | None
    label: Span | None
    target: Span | None
    title: str | None = None
    """The new one; None to leave the label as it is."""
    url: str | None = None
    """The new one, empty for a link to nothing; None to leave it as it is."""
    task: bool = False
    inside: tuple[tuple[Span | None, str], ...] = ()
    """For a task: the links in its text, in order, each with the title it will have."""
    careful: bool = False
    """Escape all punctuation, also where it looks needless."""
    defined: bool = False
    """The new URL is written where the reference is defined, as a `Definition` says: the link stays a reference."""

    def ways(self) -> Iterator[Edit]:
        """Yield the other ways to write the same."""
        yield replace(self, careful=True)


@dataclass(frozen=True, slots=True)
class Definition:
    """What becomes of the address in the definition of a reference; `target` counts from the start of the source."""

    target: Span
    url: str

    def ways(self) -> Iterator[Definition]:
        """Yield the other ways to write the same: there are none."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Added:
    """A resource that goes to the end of a section, as an item of a list."""

    title: str
    url: str
    task: bool = False
    careful: bool = False
    apart: bool = False
    """Begin a new list, even if the section ends in one."""
    blank_behind: bool = False
    """Keep what follows the section off by a blank line."""

    def ways(self) -> Iterator[Added]:
        """Yield the other ways to write the same."""
        for apart, blank_behind in ((False, False), (True, False), (False, True), (True, True)):
            for careful in (False, True):
                if apart or blank_behind or careful:
                    yield replace(self, apart=apart, blank_behind=blank_behind, careful=careful)


def rewrite(source: str, edits: Iterable[Edit | Definition]) -> str:
    """Return a section's source with `edits` made. Raises Unwritable where one cannot be made or two overlap."""
    pieces: list[str] = []
    at = 0
    for span, text in sorted(change for edit in edits for change in _changes(source, edit)):
        if span.start < at:
            raise Unwritable("two links stand in one another")
        pieces += (source[at : span.start], text)
        at = span.end
    return "".join([*pieces, source[at:]])


def append(source: str, added: Sequence[Added], line_end: str = "\n") -> str:
    """Return a section's source with `added` in order behind its last line that is not blank.

    `line_end` is for a source that holds none. What ends without a line end does so still.
    """
    found = _LINE_END.search(source)
    line_end = found[0] if found else line_end
    for each in added:
        source = _append(source, each, line_end)
    return source


# Edits


def _changes(source: str, edit: Edit | Definition) -> Iterator[Change]:
    """Yield which characters to replace and by what."""
    if isinstance(edit, Definition):
        pointed = source[edit.target.start - 1 : edit.target.start] == "<"
        return iter([(edit.target, as_destination(edit.url, pointed=pointed))])
    if edit.defined:
        edit = replace(edit, url=None)
    if edit.title is None and edit.url is None:
        return iter(())
    if edit.task:
        return _task(source, edit)
    if edit.link is None or _RAW_LINK.match(source, edit.link.start):
        return _raw(source, edit)
    if edit.label is None:
        raise Unwritable("its place in the file cannot be told")
    if edit.label == edit.target:
        return _by_itself(source, edit, edit.link, edit.label)
    if edit.target is None:
        return _reference(source, edit, edit.link, edit.label)
    return _inline(source, edit, edit.label, edit.target)


def _task(source: str, edit: Edit) -> Iterator[Change]:
    if edit.label is None:
        raise Unwritable("its place in the file cannot be told")
    if edit.url is None:
        yield from _around_links(edit, edit.label, edit.title or "")
    elif edit.inside:
        raise Unwritable("links stand in its text")
    else:
        words = edit.label.of(source)
        label = words if edit.title is None else in_markdown(edit.title, careful=edit.careful)
        yield edit.label, f"[{label}]({as_destination(edit.url, careful=edit.careful)})"


def _around_links(edit: Edit, label: Span, title: str) -> Iterator[Change]:
    """Put a task's new words around the links in it, which have to be named there in their order."""
    start, at = label.start, 0
    for link, words in edit.inside:
        found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", title[at:]) or re.search(re.escape(words), title[at:])
        if link is None or not found or not words:
            raise Unwritable("the links in its text are not named in its new title")
        yield Span(start, link.start), _words(title[at : at + found.start()], edit)
        start, at = link.end, at + found.end()
    yield Span(start, label.end), _words(title[at:], edit)


def _words(text: str, edit: Edit) -> str:
    return in_markdown(text, in_link=False, careful=edit.careful)


def _raw(source: str, edit: Edit) -> Iterator[Change]:
    """A raw `<a href>`: its tag and its label may stand in different blocks."""
    in_table = _is_in_table(source, edit)
    if edit.url is not None:
        before = source[edit.target.start - 1 : edit.target.start] if edit.target else ""
        if edit.target is None or before not in ('"', "'", "=", " "):
            raise Unwritable("its place in the file cannot be told")
        mark = before if before in ('"', "'") else ""
        yield edit.target, as_attribute(edit.url, mark, in_table=in_table, careful=edit.careful)
    if edit.title is not None:
        if edit.label is None:
            raise Unwritable("its place in the file cannot be told")
        yield edit.label, in_html(edit.title, in_table=in_table, careful=edit.careful)


def _by_itself(source: str, edit: Edit, link: Span, written: Span) -> Iterator[Change]:
    """An address that is its own label, bare or in `<>`: it becomes a link in brackets once the two differ."""
    in_table = _is_in_table(source, edit)
    old = written.of(source).replace("\\|", "|") if in_table else written.of(source)
    if edit.url is not None and edit.title == edit.url and not edit.careful:
        yield written, as_autolink(edit.url, in_table=in_table)
        return
    title = old if edit.title is None else edit.title
    url = edit.url if edit.url is not None else f"http://{old}" if old[:4].lower() == "www." else old
    yield link, _in_brackets(in_markdown(title, in_table=in_table, careful=edit.careful), url, edit, in_table=in_table)


def _reference(source: str, edit: Edit, link: Span, label: Span) -> Iterator[Change]:
    """A link whose address stands elsewhere, maybe for others too: with an address of its own it becomes inline."""
    in_table = _is_in_table(source, edit)
    words = label.of(source)
    title = words if edit.title is None else _label(words, edit, in_table=in_table)
    if edit.url is not None:
        yield link, _in_brackets(title, edit.url, edit, in_table=in_table)
    elif source[label.end : link.end] in ("]", "][]"):
        yield link, f"[{title}][{words}]"
    else:
        yield label, title


def _inline(source: str, edit: Edit, label: Span, target: Span) -> Iterator[Change]:
    in_table = _is_in_table(source, edit)
    if edit.title is not None:
        yield label, _label(label.of(source), edit, in_table=in_table)
    if edit.url is not None:
        pointed = source[target.start - 1 : target.start] == "<"
        yield target, as_destination(edit.url, pointed=pointed, in_table=in_table, careful=edit.careful)


def _label(before: str, edit: Edit, *, in_table: bool) -> str:
    """Return the new title as a label; one that was emphasised as a whole stays so."""
    label = in_markdown(edit.title or "", in_table=in_table, careful=edit.careful)
    emphasised = None if edit.careful else _EMPHASISED.fullmatch(before)
    return f"{emphasised[1]}{label}{emphasised[1]}" if emphasised else label


def _in_brackets(label: str, url: str, edit: Edit, *, in_table: bool) -> str:
    return f"[{label}]({as_destination(url, in_table=in_table, careful=edit.careful)})"


def _is_in_table(source: str, edit: Edit) -> bool:
    """Whether a `|` stands on the link's line: one more there could end a cell."""
    span = edit.link or edit.target or edit.label
    if span is None:
        return False
    start = max(source.rfind("\n", 0, span.start), source.rfind("\r", 0, span.start)) + 1
    end = _LINE_END.search(source, span.end)
    return "|" in source[start : span.start] + source[span.end : end.start() if end else len(source)]


# Additions


def _append(source: str, added: Added, line_end: str) -> str:
    ends = _LINE_END.search(source, len(source.rstrip(" \t\r\n")))
    end = ends.start() if ends else len(source)
    body, tail = source[:end], source[end:]
    if added.blank_behind and len(_LINE_END.findall(tail)) < 2:
        tail = 2 * line_end
    indent, bullet, is_loose = _last_list(source)
    if added.apart or not bullet:
        indent, bullet, is_loose = "", _OTHER_BULLET.get(bullet, "-"), True
    gap = line_end * (2 if is_loose else 1)
    return f"{body}{gap}{indent}{bullet} {_item(added)}{tail}"


def _item(added: Added) -> str:
    if added.task:
        return f"[ ] {in_markdown(added.title, in_link=False, careful=added.careful)}"
    label = in_markdown(added.title, careful=added.careful)
    return f"[{label}]({as_destination(added.url, careful=added.careful)})"


def _last_list(source: str) -> tuple[str, str, bool]:
    """Return the indent and the bullet of the list in which a source ends, and whether blank lines part its items.

    The bullet is empty where it ends in something else.
    """
    try:
        tokens = parse(source)
    except NotesError:
        return "", "", False
    if not tokens or tokens[-1].type != "bullet_list_close":
        return "", "", False
    opened = max(number for number, each in enumerate(tokens) if each.type == "bullet_list_open" and not each.level)
    items = [each.map[0] for each in tokens[opened:] if each.type == "list_item_open" and each.level == 1 and each.map]
    lines = _LINE_END.split(source)
    last = lines[items[-1]]
    is_loose = len(items) > 1 and not lines[items[-1] - 1].strip(" \t")
    return last[: len(last) - len(last.lstrip(" "))], tokens[-1].markup, is_loose
