"""Code blocks with their syntax marked by classes."""

from __future__ import annotations

from functools import lru_cache

from pygments import highlight as mark
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from roadmap.reading.html import escape

LONGEST_MARKED = 50_000
"""Longer code is shown plain: some lexers take quadratic time."""
_formatter: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def highlight(code: str, info: str) -> str:
    """Return a code block as HTML; `info` is what the fence says, its first word the language."""
    language = info.split()[0].lower() if info.split() else ""
    lexer = _lexer(language) if language and len(code) <= LONGEST_MARKED else None
    body = mark(code, lexer, _formatter) if lexer else escape(code)
    return f"<pre><code>{body}</code></pre>\n"


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
