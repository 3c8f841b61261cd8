"""What the site says: every text that its code, its templates and those of allauth ask a translation for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import allauth
from django.conf import settings
from django.utils.translation.template import templatize

from roadmap.reading.outline import WARNINGS

ROOT = Path(settings.BASE_DIR)
ALLAUTH = Path(allauth.__file__).parent
NOT_OURS = {"idp", "openid", "headless", "saml", "tests", "migrations", "management", "dummy"}
"""Parts of it that the site does not use."""
APPS = ("accounts", "roadmap", "aienotes")
CALLS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "ngettext_lazy": 0}
CALLS |= {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 1, "npgettext_lazy": 1}
"""Each with the place of its text among its arguments: after the context, where it has one."""

_STRING = r"""(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
IN_TEMPLATE = re.compile(rf"\b(?:n?p?gettext\((?:u?{_STRING}|[\s,]|count)+\)|_\({_STRING}\))")


class Text(NamedTuple):
    """A text in English; `plural` and `context` are empty where it has none."""

    text: str
    plural: str = ""
    context: str = ""


def in_code() -> Iterator[Text]:
    """Yield the texts in the site's own code, and the sentences of warnings, which are translated by their names."""
    yield from map(Text, WARNINGS.values())
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            yield from texts_of(path.read_text())


def in_templates() -> Iterator[Text]:
    """Yield the texts in its templates, those of mails and messages among them."""
    for path in (ROOT / "templates").rglob("*"):
        if path.is_file():
            yield from texts_of(python_of(path.read_text()))


def in_allauth() -> Iterator[Text]:
    """Yield the texts of allauth's templates, but of those that the site has its own of instead."""
    folder = ALLAUTH / "templates"
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        ours = ROOT / "templates" / name
        instead = ours.is_file() and f'{{% extends "{name}" %}}' not in ours.read_text()
        if path.is_file() and not NOT_OURS & set(path.parts) and not instead:
            yield from texts_of(python_of(path.read_text()))


def in_allauths_code() -> Iterator[Text]:
    """Yield the texts of its code: forms, messages, refusals."""
    for path in ALLAUTH.rglob("*.py"):
        providers = "providers" in path.parts and not {"github", "google", "oauth2", "base"} & set(path.parts)
        if not NOT_OURS & set(path.parts) and not providers:
            yield from texts_of(path.read_text())


def texts_of(code: str) -> Iterator[Text]:
    """Yield the texts in Python code."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)) if name in CALLS:
                yield from _text(name, node)


def python_of(template: str) -> str:
    """Return what Django's own collector of texts makes of a template, as Python that can be parsed."""
    return "\n".join(IN_TEMPLATE.findall(templatize(template)))


def _text(name: str, call: ast.Call) -> Iterator[Text]:
    words = [node.value if isinstance(node, ast.Constant) else None for node in call.args]
    place = CALLS[name]
    if len(words) <= place or not isinstance(words[place], str) or not words[place]:
        return
    plural = words[place + 1] if name.startswith("n") and len(words) > place + 1 else ""
    yield Text(str(words[place]), str(plural or ""), str(words[0]) if place else "")
