"""Titles and addresses as Markdown and HTML have to write them, so that they are read back as they are.

Each comes in two ways: a readable one, which escapes what is markup by itself, and a careful one, for the places where
the text around makes markup of more.
"""

from __future__ import annotations

import html
import re
import string
from collections.abc import Iterator
from urllib.parse import quote

PUNCTUATION = frozenset(string.punctuation)
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]*);"
_ALWAYS = re.compile(rf"`|\\(?=[!-/:-@\[-`{{-~]|\Z)|<(?=[A-Za-z/!?])|{_ENTITY}|\A\^")
_RUNS = {mark: re.compile(re.escape(mark) + "+") for mark in "*_~"}
_BARE_URL = re.compile(r"(?:https?|ftp)(?P<mark>:)(?=//)|\bwww(?P<dot>\.)", re.IGNORECASE)
_NOT_IN_A_URL = re.compile(r"[\s\x00-\x20\x7f<>`]")
_NOT_IN_A_BARE_URL = re.compile(r"[\s\x00-\x20\x7f<`]")
_MORE_NOT_IN_A_URL = re.compile(r"[\s\x00-\x20\x7f<>`()\\|\[\]*_~!\"']")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
_CALLS = re.compile(r"[@#!&$](?=\w)|\bGH-(?=[0-9])", re.IGNORECASE)
_NOTHING = "&#8203;"
"""A blank of no width."""
_BACKSLASH_OR_ENTITY = re.compile(rf"\\(?=[!-/:-@\[-`{{-~]|\Z)|{_ENTITY}")


def folded(text: str) -> str:
    """Return `text` with all white space folded to single blanks, as the reader returns titles."""
    return " ".join(text.split())


def in_markdown(text: str, *, in_link: bool = True, in_table: bool = False, careful: bool = False) -> str:
    """Return a title as a link's label; without `in_link` as text by itself, where a bare URL would be a link.

    What is no markup stays as it is: `C++`, `snake_case`, `2 * 3`, `[2024]`. The careful way escapes all punctuation.
    """
    if careful:
        return "".join(_carefully(each) if each in PUNCTUATION else each for each in text)
    marks = set(_markup(text))
    if not in_link:
        marks.update(max(found.start("mark"), found.start("dot")) for found in _BARE_URL.finditer(text))
    if in_table:
        marks.update(index for index, each in enumerate(text) if each == "|")
    return "".join(f"\\{each}" if index in marks else each for index, each in enumerate(text))


def in_issue(text: str) -> str:
    """Return a text as it stands within a line of an issue at GitHub or GitLab: it calls nobody (`@ada`), refers to
    nothing (`#1`, `!1`, `GH-1`, a bare URL) and is no formula (`$x$`)."""
    text = in_markdown(_CONTROLS.sub("", folded(text)), in_link=False).replace("$", "\\$")
    # At the end of a heading they would be taken for its end.
    text = re.sub(r"#+\Z", lambda found: "\\#" * len(found[0]), text)
    # No escape keeps the forges from it: they look for names in what Markdown has become.
    return _CALLS.sub(lambda found: f"{found[0]}{_NOTHING}", text)


def as_code(text: str) -> str:
    """Return a text as code within a line, where all is shown as it is and nobody is called."""
    text = _CONTROLS.sub("", folded(text))
    marks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    gap = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{marks}{gap}{text}{gap}{marks}"


def in_html(text: str, *, in_table: bool = False, careful: bool = False) -> str:
    """Return a title as text between raw tags, where GitHub may or may not read Markdown: entities hold in both."""
    marks = set(_markup(text))
    marks.update(index for index, each in enumerate(text) if each == "<" or (each == "|" and in_table))
    marks.update(found.start() for found in re.finditer(r"&(?=[A-Za-z#])", text))
    if careful:
        marks.update(index for index, each in enumerate(text) if each in PUNCTUATION)
    return "".join(_entity(each) if index in marks else each for index, each in enumerate(text))


def as_destination(url: str, *, pointed: bool = False, in_table: bool = False, careful: bool = False) -> str:
    """Return an address as it stands in a link's parentheses; with `pointed` between `<` and `>` there."""
    if careful:
        return _encoded(_MORE_NOT_IN_A_URL, url).replace("&", "&amp;")
    url = _encoded(_NOT_IN_A_URL if pointed else _NOT_IN_A_BARE_URL, url)
    url = _BACKSLASH_OR_ENTITY.sub(lambda found: f"\\{found[0]}", url)
    if not pointed and not _is_balanced(url):
        url = re.sub(r"[()]", lambda found: f"\\{found[0]}", url)
    return url.replace("|", "\\|") if in_table else url


def as_autolink(url: str, *, in_table: bool = False) -> str:
    """Return an address as it stands by itself, bare or between `<` and `>`: nothing can be escaped there."""
    url = _encoded(_NOT_IN_A_URL, url)
    return url.replace("|", "\\|") if in_table else url


def as_attribute(url: str, quote_mark: str, *, in_table: bool = False, careful: bool = False) -> str:
    """Return an address as an attribute's value within `quote_mark`, which is empty where there is none."""
    url = _encoded(_NOT_IN_A_URL, url)
    if html.unescape(url) != url:
        url = url.replace("&", "&amp;")
    if in_table:
        url = url.replace("|", "%7C" if careful else "\\|")
    if not quote_mark:
        return f'"{url.replace(chr(34), "&quot;")}"' if not url or re.search("[\"'=]", url) else url
    return url.replace(quote_mark, _entity(quote_mark))


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses differ at most in what is percent-encoded of the characters that may need it."""
    return _encoded(_MORE_NOT_IN_A_URL, one) == _encoded(_MORE_NOT_IN_A_URL, other)


def _carefully(mark: str) -> str:
    return _entity(mark) if mark in "`<>&|\"'" else f"\\{mark}"


def _entity(mark: str) -> str:
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}.get(mark, f"&#{ord(mark)};")


def _encoded(unfit: re.Pattern[str], url: str) -> str:
    # `quote` leaves `_` and `~` as they are.
    return unfit.sub(lambda found: quote(found[0], safe="") if found[0] not in "_~" else f"%{ord(found[0]):02X}", url)


def _is_balanced(url: str) -> bool:
    depth = 0
    for each in url:
        depth += (each == "(") - (each == ")")
        if not 0 <= depth <= 30:
            return False
    return depth == 0


def _markup(text: str) -> Iterator[int]:
    """Yield where characters stand that Markdown would take as markup."""
    yield from (found.start() for found in _ALWAYS.finditer(text))
    yield from _brackets(text)
    for mark, runs in _RUNS.items():
        yield from _emphasis(text, mark, list(runs.finditer(text)))


def _emphasis(text: str, mark: str, runs: list[re.Match[str]]) -> Iterator[int]:
    """Yield the characters of runs of which one could open and a later one close an emphasis."""
    opening, closing = [], []
    for number, run in enumerate(runs):
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        inside = mark == "_"
        if after.strip() and not (inside and before.isalnum()):
            opening.append(number)
        if before.strip() and not (inside and after.isalnum()):
            closing.append(number)
    for number, run in enumerate(runs):
        opens = number in opening and closing and closing[-1] > number
        closes = number in closing and opening and opening[0] < number
        if opens or closes:
            yield from range(run.start(), run.end())


def _brackets(text: str) -> Iterator[int]:
    """Yield the brackets that have no partner, or could be a link or a footnote."""
    waiting: list[int] = []
    for index, each in enumerate(text):
        if each == "[":
            waiting.append(index)
        elif each == "]" and not waiting:
            yield index
        elif each == "]":
            opened = waiting.pop()
            if text[index + 1 : index + 2] in tuple("([") or text[opened + 1 : opened + 2] == "^":
                yield from (opened, index)
    yield from waiting
