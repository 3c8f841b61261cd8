"""Every text of the site is there in every language that has a folder in locale/, whole and well formed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation import to_language, trans_real

from tests.translations import Text, in_allauth, in_allauths_code, in_code, in_templates, python_of, texts_of

FOLDERS = sorted(
    path.parent.parent.name for path in (Path(settings.BASE_DIR) / "locale").glob("*/LC_MESSAGES/django.po")
)
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sd]|\{\w*\}|</?\w+|href=\"[^\"]*\"")
"""What must stand in a translation as in the text: values, and tags with where they lead."""
TAG = re.compile("<[^>]*>")
HAN = r"[\u3400-\u9fff]"
ALIKE = {"AIE Notes", "oauth", "client id", "WebAuthn"}
"""Names that are the same in Chinese, and a text of allauth's admin that nobody has translated."""
MAINLAND = (
    "信息", "軟件", "視頻", "鏈接", "默認", "質量", "網絡", "服務器", "用戶", "賬", "登錄", "註銷", "刷新", "文件夾",
    "數據", "界面", "菜單", "屏幕", "打印", "郵箱", "搜索", "倉庫", "代碼庫", "令牌", "重置", "設置", "點擊", "您",
)  # fmt: skip
"""Words of the mainland, or of no one tone with the rest."""


@cache
def catalog(folder: str) -> polib.POFile:
    return polib.pofile(str(Path(settings.BASE_DIR) / "locale" / folder / "LC_MESSAGES" / "django.po"))


def entries(folder: str) -> dict[Text, polib.POEntry]:
    return {Text(entry.msgid, entry.msgid_plural, entry.msgctxt or ""): entry for entry in catalog(folder)}


def translations(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_there_is_a_language_besides_english() -> None:
    assert "zh_Hant" in FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("texts", [in_code, in_templates])
def test_every_text_of_ours_is_translated(texts: Callable[[], Iterator[Text]], folder: str) -> None:
    """Also where the tool that collects texts overlooks it. What Django or allauth says too may be theirs."""
    found = set(texts())
    assert len(found) > 250
    theirs = trans_real.translation(to_language(folder))
    missing = {text for text in found - entries(folder).keys() if text.plural or theirs.gettext(text.text) == text.text}
    assert missing == set()


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("texts", [in_allauth, in_allauths_code])
def test_every_text_of_allauth_is_translated_by_it_or_by_us(texts: Callable[[], Iterator[Text]], folder: str) -> None:
    found = {text for text in texts() if text.text not in ALIKE and "oauth" not in text.text}
    assert len(found) > 90
    there = trans_real.translation(to_language(folder))
    ours = entries(folder).keys()
    assert {text for text in found - ours if there.gettext(text.text) == text.text} == set()


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_is_left_open_or_doubtful(folder: str) -> None:
    assert [entry.msgid for entry in catalog(folder) if entry.fuzzy] == []
    assert [entry.msgid for entry in catalog(folder) if not all(translations(entry))] == []
    assert [entry.msgid for entry in catalog(folder).obsolete_entries()] == []
    assert [
        text for text, times in Counter((entry.msgctxt, entry.msgid) for entry in catalog(folder)).items() if times > 1
    ] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_is_translated_that_nobody_says(folder: str) -> None:
    used = {*in_code(), *in_templates(), *in_allauth(), *in_allauths_code()}
    assert entries(folder).keys() - used == set()


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_text_with_a_plural_has_as_many_forms_as_the_language(folder: str) -> None:
    forms = re.search(r"nplurals=(\d+)", catalog(folder).metadata["Plural-Forms"])
    assert forms
    plurals = [entry for entry in catalog(folder) if entry.msgid_plural]
    assert len(plurals) > 40
    assert [entry.msgid for entry in plurals if len(entry.msgstr_plural) != int(forms[1])] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_translation_holds_the_same_values_and_tags(folder: str) -> None:
    for entry in catalog(folder):
        wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in translations(entry):
            assert sorted(PLACEHOLDER.findall(text)) == wanted, entry.msgid


# Chinese


@pytest.fixture
def chinese() -> list[tuple[str, str]]:
    """Each text of ours with its translation."""
    return [(entry.msgid, text) for entry in catalog("zh_Hant") for text in translations(entry)]


def test_no_text_stays_english(chinese: list[tuple[str, str]]) -> None:
    bare = {text: PLACEHOLDER.sub("", shown) for text, shown in chinese if text not in ALIKE}
    assert [text for text, shown in bare.items() if re.search("[A-Za-z]{2}", text) and not re.search(HAN, shown)] == [
        "%(title)s: %(state)s",
        "%(since)s: %(reason)s.",
        "%(count)d of %(total)d",
    ]


def test_the_words_are_those_of_taiwan(chinese: list[tuple[str, str]]) -> None:
    assert [shown for _, shown in chinese if any(word in shown for word in MAINLAND)] == []


def test_punctuation_beside_chinese_is_full_width(chinese: list[tuple[str, str]]) -> None:
    narrow = re.compile(rf"{HAN}[,.;:?!()]|[,;?!()]{HAN}|[“”]|\.\.\.|[。，；：？！、] (?!%)")
    assert [shown for _, shown in chinese if narrow.search(TAG.sub("", shown))] == []


def test_latin_words_stand_apart_from_chinese_ones(chinese: list[tuple[str, str]]) -> None:
    """The site's older texts have a space there, which every browser and mail program shows."""
    close = re.compile(rf"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}")
    assert [shown for _, shown in chinese if close.search(re.sub(r"%\(\w+\)[sd]|\{\w*\}|<[^>]*>", "", shown))] == []


# What collects them


def test_texts_are_collected_wherever_they_stand() -> None:
    code = """
_("plain"); gettext_lazy("lazy"); translation.gettext("dotted"); ngettext("one", "many", n)
pgettext("context", "meant so"); npgettext("context", "a thing", "things", n); gettext(variable)
"""
    assert set(texts_of(code)) == {
        Text("plain"),
        Text("lazy"),
        Text("dotted"),
        Text("one", "many"),
        Text("meant so", "", "context"),
        Text("a thing", "things", "context"),
    }
    template = """{% load i18n %}{% translate "plain" %}{% translate 'word' context "there" %}{{ x|default:_("none") }}
{% blocktranslate count n=x %}{{ n }} book{% plural %}{{ n }} books{% endblocktranslate %}"""
    assert set(texts_of(python_of(template))) == {
        Text("plain"),
        Text("word", "", "there"),
        Text("none"),
        Text("%(n)s book", "%(n)s books"),
    }
