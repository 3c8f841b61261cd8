"""The languages of the site: English, in which its texts are written, and one for each folder of locale/.

A folder holds the one file that translators write, LC_MESSAGES/django.po. Django reads the form that programs like,
django.mo: it is made from that file when the site starts, whichever way it is started, and kept in the data folder,
which can be written to wherever the site runs. So it can be neither missing nor out of date, nobody needs gettext's
own tools, and no file that was made stands beside its source in git.
"""

from __future__ import annotations

import os
import secrets
from gettext import GNUTranslations
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from babel.core import get_global
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_language, to_locale, trans_real

ENGLISH = "en"
PO, MO = "LC_MESSAGES/django.po", "LC_MESSAGES/django.mo"


def found(folder: Path, first: str) -> list[tuple[str, str]]:
    """Return the languages that `folder` has translations for, and English, as settings.LANGUAGES wants them: code and
    own name. `first` comes first, then English, then the others by code."""
    others = {to_language(path.parent.parent.name) for path in folder.glob(f"*/{PO}")} - {first, ENGLISH}
    codes = dict.fromkeys([first, ENGLISH, *sorted(others)])
    return [(code, str(LANG_INFO.get(code, {}).get("name_local", code))) for code in codes]


def compile_all(folder: Path, target: Path) -> Path:
    """Compile the translations in `folder` into `target`, those that are not there as they are now, and return
    `target`. Raises ImproperlyConfigured for a file that cannot be read, and for a target that cannot be written."""
    for source in folder.glob(f"*/{PO}"):
        try:
            _compile(source, target / source.parent.parent.name / MO)
        except (PoFileError, ValueError, LookupError) as error:
            raise ImproperlyConfigured(f"The translation {source} cannot be read: {error}.") from None
        except OSError as error:
            raise ImproperlyConfigured(f"The translation {source} cannot be compiled: {error}.") from None
    return target


def _compile(source: Path, compiled: Path) -> None:
    """Compile one file. What it was made from is told by a digest at the end of the result, where nobody else looks:
    times change when files are copied, and a checkout changes them too."""
    text = source.read_bytes()
    digest = sha256(text).digest()
    if compiled.exists() and compiled.read_bytes().endswith(digest):
        return
    result = BytesIO()
    write_mo(result, read_po(BytesIO(text), abort_invalid=True))
    # Babel takes plural forms that no program can reckon with; the first page in the language would find out.
    GNUTranslations(BytesIO(result.getvalue()))
    compiled.parent.mkdir(parents=True, exist_ok=True)
    # Written aside first: another process may be reading, or making the same.
    draft = compiled.with_name(f".{compiled.name}-{secrets.token_hex(8)}")
    draft.write_bytes(result.getvalue() + digest)
    os.replace(draft, compiled)


def offered(code: str) -> str:
    """Return a language that someone once chose if the site still has it, else an empty text."""
    return code if code in dict(settings.LANGUAGES) else ""


def fall_back_to_english() -> None:
    """Have every language show in English what it has no translation of; Django would show it in the first one."""
    english = trans_real.translation(ENGLISH)
    for code, _name in settings.LANGUAGES:
        if code not in (settings.LANGUAGE_CODE, ENGLISH):
            trans_real.translation(code)._fallback = english  # type: ignore[attr-defined]


def with_territory(code: str) -> str:
    """Return a language with the country where most of its readers live: "zh-hant" is "zh_TW", "en" is "en_US"."""
    language, *more = to_locale(code).split("_")
    likely = get_global("likely_subtags")
    territories = [*more, *likely.get(to_locale(code), "").split("_"), *likely.get(language, "").split("_")]
    return "_".join((language, *[part for part in territories if len(part) == 2 and part.isupper()][:1]))
