"""/styleguide/, and that docs/design.md and the stylesheet say what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from pygments.token import STANDARD_TYPES
from pytest_django import Settings

from roadmap import styles
from roadmap.views.styleguide import colours, contrast

pytestmark = pytest.mark.django_db

CSS = Path(settings.BASE_DIR) / "static" / "css"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
MADE = re.compile(r"(section|align|guide)-\w+")
"""Classes of which the code writes the first half."""


def classes_of(text: str) -> set[str]:
    """The classes in the selectors of a stylesheet."""
    selectors = re.sub(r"\{[^{}]*\}", "{}", COMMENT.sub("", text))
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors))


@pytest.fixture
def guide(client: Client, settings: Settings) -> str:
    settings.DEBUG = True
    response = client.get("/en/styleguide/")
    assert response.status_code == 200
    return response.text


def test_it_is_not_there_in_production(client: Client) -> None:
    assert client.get("/en/styleguide/").status_code == 404


@pytest.mark.parametrize("name", [name for name in styles.FILES if name.startswith("components/")])
def test_it_has_a_sample_of_every_component(guide: str, name: str) -> None:
    text = (CSS / f"{name}.css").read_text(encoding="utf-8")
    shown = set(" ".join(re.findall(r'class="([^"]*)"', guide)).split())
    assert classes_of(text) & shown, f"no sample of {name}"


def test_every_file_is_sent() -> None:
    there = {str(path.relative_to(CSS).with_suffix("")) for path in CSS.rglob("*.css")}
    assert there == set(styles.FILES)


def test_no_rule_is_for_a_class_that_nothing_has() -> None:
    root = Path(settings.BASE_DIR)
    places = [*(root / "templates").rglob("*.html"), *(root / "static" / "js").rglob("*.js")]
    places += [path for app in ("roadmap", "accounts", "aienotes") for path in (root / app).rglob("*.py")]
    written = "\n".join(path.read_text(encoding="utf-8") for path in places)
    from_outside = {"errorlist", *STANDARD_TYPES.values()}
    unused = {
        name
        for name in classes_of(styles.sheet().plain.decode()) - from_outside
        if not MADE.fullmatch(name) and not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", written)
    }
    assert unused == set()


def test_colours_stand_in_the_tokens_alone() -> None:
    for path in CSS.rglob("*.css"):
        if path.stem not in ("tokens", "print"):
            text = COMMENT.sub("", path.read_text(encoding="utf-8"))
            assert not re.findall(r"#[0-9a-f]{3,8}\b(?![^{]*\{)|\brgba?\(|\bhsla?\(", text), path


def test_the_design_says_the_contrast_that_there_is() -> None:
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    light, dark = ({each.name: each for each in colours(text, dress)} for dress in ("light", "dark"))
    said = (Path(settings.BASE_DIR) / "docs" / "design.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(#\w+)` \| `(#\w+)` \| ([^|]+) \|", said, re.MULTILINE)
    assert len(rows) == 8
    for name, day, night, figures in rows:
        assert (day, night) == (light[name].value, dark[name].value)
        if name != "paper":
            assert figures == f"{light[name].contrast:.2f} / {dark[name].contrast:.2f}", name


@pytest.mark.parametrize("dress", ["light", "dark"])
def test_what_is_read_has_the_contrast_that_is_asked(dress: str) -> None:
    values = {each.name: each for each in colours((CSS / "tokens.css").read_text(encoding="utf-8"), dress)}
    paper, wash = values["paper"].value, values["wash"].value
    for name in ("ink", "soft", "accent", "fault", "code-word", "code-text", "code-number", "code-name"):
        assert min(contrast(values[name].value, paper), contrast(values[name].value, wash)) >= 4.5, name
    assert min(contrast(values["edge"].value, paper), contrast(values["edge"].value, wash)) >= 3


def test_the_browsers_own_bars_have_the_papers_colours(client: Client) -> None:
    text = client.get("/en/accounts/login/").text
    papers = re.findall(r'name="theme-color"\s+content="(#\w+)"', text)
    tokens = (CSS / "tokens.css").read_text(encoding="utf-8")
    assert papers == [colours(tokens, dress)[0].value for dress in ("light", "dark")]
