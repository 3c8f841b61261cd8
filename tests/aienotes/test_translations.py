"""Every text of the site is there in every language, also where the tool that collects texts overlooks it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.utils.translation import trans_real
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
ALLAUTH = Path(allauth.__file__).parent / "templates"
NOT_OURS = {"idp", "openid"}
"""Parts of it that the site does not use."""
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
IN_TEMPLATE = re.compile(r"""\bn?gettext\((?P<text>u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))""")


def in_code() -> Iterator[str]:
    for app in ("accounts", "roadmap", "aienotes"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as text), *_]) if (
                        name in CALLS
                    ):
                        yield text


def in_templates() -> Iterator[str]:
    for path in (ROOT / "templates").rglob("*.html"):
        for found in IN_TEMPLATE.finditer(templatize(path.read_text())):
            yield ast.literal_eval(found["text"])


def in_allauth() -> Iterator[str]:
    for path in ALLAUTH.rglob("*"):
        if path.suffix in (".html", ".txt") and not NOT_OURS & set(path.parts):
            for found in IN_TEMPLATE.finditer(templatize(path.read_text())):
                yield ast.literal_eval(found["text"])


@pytest.mark.parametrize("texts", [in_code, in_templates, in_allauth])
def test_every_text_is_there_in_chinese(texts: Callable[[], Iterator[str]]) -> None:
    catalog = trans_real.translation("zh-hant")._catalog  # type: ignore[attr-defined]
    found = set(texts())
    assert len(found) > 50
    assert {text for text in found if text not in catalog and (text, 0) not in catalog} == set()
