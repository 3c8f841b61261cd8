"""The languages of the site: what a third one needs is one file, however much of it is translated."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from aienotes.languages import compile_all, found, offered, with_territory
from tests.processes import ROOT

HEAD = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"""
GERMAN = f"""{HEAD}
msgid "Sign in"
msgstr "Hereinspaziert"

msgid "%(count)s resource"
msgid_plural "%(count)s resources"
msgstr[0] "%(count)s Quelle"
msgstr[1] "%(count)s Quellen"
"""


def write(folder: Path, name: str, text: str = HEAD) -> Path:
    """Write a language's file, and return its path."""
    path = folder / name / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


# Which there are


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], [("zh-hant", "繁體中文"), ("en", "English")]),
        (["zh_Hant"], [("zh-hant", "繁體中文"), ("en", "English")]),
        (["ja", "zh_Hant", "de"], [("zh-hant", "繁體中文"), ("en", "English"), ("de", "Deutsch"), ("ja", "日本語")]),
        (["pt_BR"], [("zh-hant", "繁體中文"), ("en", "English"), ("pt-br", "Português Brasileiro")]),
        (["en", "tlh"], [("zh-hant", "繁體中文"), ("en", "English"), ("tlh", "tlh")]),
    ],
)
def test_each_folder_is_a_language(tmp_path: Path, names: list[str], expected: list[tuple[str, str]]) -> None:
    for name in names:
        write(tmp_path, name)
    (tmp_path / "fr").mkdir()
    assert found(tmp_path, "zh-hant") == expected


def test_a_language_that_went_is_no_ones_choice() -> None:
    assert [offered(code) for code in ("en", "zh-hant", "de", "")] == ["en", "zh-hant", "", ""]
    with override_settings(LANGUAGES=[("zh-hant", ""), ("en", ""), ("de", "")]):
        assert offered("de") == "de"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("zh-hant", "zh_TW"),
        ("zh-hans", "zh_CN"),
        ("en", "en_US"),
        ("en-gb", "en_GB"),
        ("ja", "ja_JP"),
        ("pt-br", "pt_BR"),
        ("sr-latn", "sr_RS"),
        ("qqq", "qqq"),
    ],
)
def test_where_most_readers_of_a_language_live(code: str, expected: str) -> None:
    assert with_territory(code) == expected


# Compiling them


def test_what_is_compiled_follows_the_file(tmp_path: Path) -> None:
    source, target = write(tmp_path / "locale", "de", GERMAN), tmp_path / "made"
    assert compile_all(tmp_path / "locale", target) == target
    compiled = target / "de" / "LC_MESSAGES" / "django.mo"
    first = compiled.stat()
    assert b"Hereinspaziert" in compiled.read_bytes()
    compile_all(tmp_path / "locale", target)
    assert compiled.stat() == first
    # A checkout may bring another text with the same or an older time.
    source.write_text(GERMAN.replace("Hereinspaziert", "Anmelden"))
    os.utime(source, (0, 0))
    compile_all(tmp_path / "locale", target)
    assert b"Anmelden" in compiled.read_bytes()
    assert [path.name for path in compiled.parent.iterdir()] == ["django.mo"]


def test_what_is_doubtful_is_not_shown(tmp_path: Path) -> None:
    write(tmp_path / "locale", "de", GERMAN.replace('\nmsgid "Sign in"', '\n#, fuzzy\nmsgid "Sign in"'))
    compile_all(tmp_path / "locale", tmp_path / "made")
    assert b"Hereinspaziert" not in (tmp_path / "made/de/LC_MESSAGES/django.mo").read_bytes()


def test_processes_that_start_at_once_make_it_once_each_and_whole(tmp_path: Path) -> None:
    write(tmp_path / "locale", "de", GERMAN)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: compile_all(tmp_path / "locale", tmp_path / "made"), range(32)))
    assert len(list((tmp_path / "made").rglob("*django*"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        b"no translation at all",
        HEAD.encode() + b'msgid "a"\nmsgstr "\xff\xfe"\n',
        HEAD.replace("UTF-8", "klingon").encode(),
        re.sub("plural=[^;]*", "plural=(n!!", HEAD).encode() + b'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\n',
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: bytes) -> None:
    source = write(tmp_path, "de")
    source.write_bytes(text)
    with pytest.raises(ImproperlyConfigured, match=str(source)):
        compile_all(tmp_path, tmp_path / "made")


def test_a_folder_that_cannot_be_written_to_is_told_of(tmp_path: Path) -> None:
    write(tmp_path / "locale", "de", GERMAN)
    (tmp_path / "made").write_text("a file where the folder should be")
    with pytest.raises(ImproperlyConfigured, match="cannot be compiled"):
        compile_all(tmp_path / "locale", tmp_path / "made")


# A third one, on the site

ASK = """
    import json, os, sys
    from django.core.management import call_command
    from django.test import Client
    from django.conf import settings
    call_command("migrate", verbosity=0)
    call_command("import_bundled", stdout=open(os.devnull, "w"))
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    pages = {path: client.get(path).text for path in json.loads(sys.argv[1])}
    first = client.get("/", headers={"Accept-Language": "de-AT,en;q=0.5"})
    print(json.dumps({"pages": pages, "first": first.headers.get("Location"), "settings": settings.LANGUAGES}))
"""
PATHS = [
    "/de/accounts/login/",
    "/de/roadmaps/ai-engineer/",
    "/roadmaps/ai-engineer/",
    "/de/admin/login/",
    "/sitemap.xml",
    "/robots.txt",
    "/de/nowhere/",
]


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a copy of the site answers that was given nothing but a German file with two texts."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("manage.py", "aienotes", "accounts", "roadmap", "templates", "static", "locale", "notes"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    write(copy / "locale", "de", GERMAN)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {"DATA_DIR": str(copy / "data"), "DJANGO_SETTINGS_MODULE": "aienotes.settings"}
    manage = [sys.executable, "manage.py"]
    quiet = ["collectstatic", "--no-input", "--verbosity", "0"]
    subprocess.run([*manage, *quiet], cwd=copy, env=environment, check=True, timeout=300)
    script = f"import django; django.setup()\n{dedent(ASK)}"
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(PATHS)],
        cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_one_file_makes_a_third_language(german: Any) -> None:
    page = german["pages"]["/de/roadmaps/ai-engineer/"]
    assert german["settings"][2] == ["de", "Deutsch"]
    assert '<html lang="de"' in page
    assert "Hereinspaziert" in page
    assert "Quellen" in page


def test_what_it_does_not_translate_is_english(german: Any) -> None:
    page = german["pages"]["/de/roadmaps/ai-engineer/"]
    assert "Skip to the text" in page
    assert "跳到內文" not in page


def test_what_others_say_is_in_their_own_translation(german: Any) -> None:
    assert "Passwort" in german["pages"]["/de/accounts/login/"]
    assert "驗證" not in german["pages"]["/de/accounts/login/"]


def test_the_switch_names_every_language(german: Any) -> None:
    page = german["pages"]["/roadmaps/ai-engineer/"]
    assert 'popovertarget="Languages"' in page
    for path, tag, name in (("/en", "en", "English"), ("/de", "de", "Deutsch")):
        assert f'<a href="{path}/roadmaps/ai-engineer/" lang="{tag}" hreflang="{tag}">{name}</a>' in page
    assert ">中文</a>" in german["pages"]["/de/roadmaps/ai-engineer/"]


def test_search_engines_are_told_of_it(german: Any) -> None:
    pages = german["pages"]
    address = "http://localhost:8000/de/roadmaps/ai-engineer/"
    for path in ("/roadmaps/ai-engineer/", "/de/roadmaps/ai-engineer/"):
        assert f'hreflang="de" href="{address}"' in " ".join(pages[path].split())
    assert f"<loc>{address}</loc>" in pages["/sitemap.xml"]
    assert f'hreflang="de" href="{address}"' in pages["/sitemap.xml"]
    assert "Disallow: /de/me/" in pages["/robots.txt"]
    assert 'property="og:locale" content="de_DE"' in pages["/de/roadmaps/ai-engineer/"]


def test_a_browser_that_asks_for_it_is_led_there(german: Any) -> None:
    assert german["first"] == "/de/"
