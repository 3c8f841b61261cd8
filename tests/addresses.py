"""Every address of the site: how it is reached, what it answers, and who sees it.

A new address is entered here, in one line: `page`, `file`, `act` or `leads`, with its route as the resolver writes it,
those who are let in, and where its parameters come from (names of tests/seeding.py, or a value after "="). An address
that is worth a look in several states has several lines, told apart by `state`.
`python -m tests.addresses` prints the routes of the project as it is set up in the environment.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import django

GUEST, LEARNER, NEWCOMER, EDITOR = "guest", "learner", "newcomer", "editor"
"""A stranger without a session; learners with much and with nothing; who may edit everything."""
WITH_CODE, VERIFYING, RESETTING, AT_SECOND_FACTOR = "with code", "verifying", "resetting", "at second factor"
"""On their way in: a code was sent to sign in, to confirm an address, to set a password; a password was right."""
SIGNED_IN = (LEARNER, NEWCOMER, EDITOR)
EVERYBODY = (GUEST, *SIGNED_IN)
PARAMETER = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")
LANGUAGES = {"": "zh-Hant", "/en": "en"}
"""The tag of the language of all addresses that begin so."""


class Sort(Enum):
    """What an address answers a GET with."""

    PAGE = "a page to look at"
    FILE = "something else to read: a file, a feed, data"
    ACT = "nothing: it is posted to"
    LEADS = "another address"


class Site(Enum):
    """Which set-up has the address."""

    FULL = "mail, keys of GitHub and Google"
    PLAIN = "none of these"


@dataclass(frozen=True, slots=True)
class Address:
    """One address in one state. `route` is as `routes` gives it, "" for none: `at` is an address that no view has."""

    route: str
    sort: Sort
    who: tuple[str, ...]
    """Who gets it; all others are led to the sign-in or told that there is nothing."""
    given: Mapping[str, str]
    at: str = ""
    """The address itself where the route is a regular expression."""
    query: str = ""
    state: str = ""
    status: int = 200
    site: Site = Site.FULL
    in_languages: bool = True

    @property
    def name(self) -> str:
        """A short name, for the names of tests and pictures."""
        words = [PARAMETER.sub(r"\1", self.at or self.route) or "front", self.state]
        return re.sub(r"[^\w]+", "-", " ".join(words)).strip("-").lower()

    def path(self, names: Mapping[str, str], prefix: str = "") -> str:
        """Return the address in the language of a prefix, parameters filled in from the seed's names."""

        def value(parameter: re.Match[str]) -> str:
            given = self.given[parameter[1]]
            return given[1:] if given.startswith("=") else names[given]

        filled = PARAMETER.sub(value, self.at or self.route)
        return f"{prefix if self.in_languages else ''}/{filled}{self.query}"


def page(route: str, *who: str, at: str = "", query: str = "", state: str = "", status: int = 200,
         site: Site = Site.FULL, **given: str) -> Address:  # fmt: skip
    """Return the entry of a page."""
    return Address(route, Sort.PAGE, who, given, at, query, state, status, site)


def file(route: str, *who: str, query: str = "", in_languages: bool = True, **given: str) -> Address:
    """Return the entry of something to read that is no page."""
    return Address(route, Sort.FILE, who, given, query=query, in_languages=in_languages)


def act(route: str, *who: str, **given: str) -> Address:
    """Return the entry of an address that is posted to."""
    return Address(route, Sort.ACT, who, given)


def leads(route: str, *who: str, **given: str) -> Address:
    """Return the entry of an address that leads elsewhere."""
    return Address(route, Sort.LEADS, who, given)


ROADMAPS = [
    page("", *EVERYBODY),
    page("roadmaps/<slug:slug>/", *EVERYBODY, slug="slug"),
    page("roadmaps/<slug:slug>/", GUEST, LEARNER, slug="second", state="with a further page"),
    page("roadmaps/<slug:slug>/", EDITOR, slug="hidden", state="hidden"),
    page("roadmaps/<slug:slug>/pages/<path:path>/", GUEST, LEARNER, EDITOR, slug="second", path="page"),
    page("roadmaps/<slug:slug>/changes/", *EVERYBODY, slug="slug"),
    page("roadmaps/<slug:slug>/changes/", GUEST, LEARNER, EDITOR, slug="second", state="many"),
    file("roadmaps/<slug:slug>/changes/feed/", *EVERYBODY, slug="slug"),
    page("roadmaps/<slug:slug>/", GUEST, LEARNER, slug="slug", query="?kind=video", state="filtered"),
    page("roadmaps/<slug:slug>/", GUEST, LEARNER, slug="slug", query="?state=skipped&only=new", state="empty"),
    page("roadmaps/<slug:slug>/print/", GUEST, LEARNER, EDITOR, slug="slug"),
    page("search/", *EVERYBODY),
    page("search/", GUEST, LEARNER, query="?q=attention", state="found"),
    page("search/", GUEST, LEARNER, query="?q=nowhere", state="nothing found"),
    page("offline/", *EVERYBODY),
    page("styleguide/"),
    file("manifest.webmanifest", *EVERYBODY),
    file("robots.txt", *EVERYBODY, in_languages=False),
    file("sitemap.xml", *EVERYBODY, in_languages=False),
    file("sitemap-<int:number>.xml", *EVERYBODY, in_languages=False, number="=1"),
    file("sw.js", *EVERYBODY, in_languages=False),
    file("healthz", *EVERYBODY, in_languages=False),
    file("media/<str:name>", in_languages=False, name="=none.png"),
    file("styles.<slug:digest>.css", *EVERYBODY, in_languages=False, digest="=old"),
    page("", *EVERYBODY, at="no/such/address/", status=404, state="not found"),
    *(page("", GUEST, LEARNER, at=f"errors/{status}/", status=status) for status in (400, 403, 429, 500)),
]
STUDY = [
    page("resources/<str:key>/", *EVERYBODY, key="resource"),
    page("resources/<str:key>/", GUEST, LEARNER, key="resource", query="?edit", state="editing"),
    page("resources/<str:key>/", GUEST, LEARNER, key="dead resource", state="dead"),
    page("resources/<str:key>/", GUEST, LEARNER, key="moved resource", state="moved"),
    page("resources/<str:key>/", LEARNER, key="retired resource", state="retired"),
    page("resources/<str:key>/", GUEST, NEWCOMER, key="bare resource", state="bare"),
    leads("resources/<str:key>/note/", LEARNER, key="resource"),
    act("resources/<str:key>/note/preview/", *EVERYBODY, key="resource"),
    act("resources/<str:key>/state/", *EVERYBODY, key="resource"),
    act("resources/<str:key>/broken/", *EVERYBODY, key="resource"),
    act("sections/<int:pk>/state/", *EVERYBODY, pk="a section"),
    act("undo/<slug:batch>/", *EVERYBODY, batch="=none"),
    act("news/<int:run>/seen/", *EVERYBODY, run="run"),
    page("me/", *SIGNED_IN),
    page("me/notes/", *SIGNED_IN),
    page("me/notes/", LEARNER, query="?q=attention", state="found"),
    page("me/notes/", LEARNER, query="?q=nowhere", state="nothing found"),
    page("me/settings/", *SIGNED_IN),
    act("me/theme/", *SIGNED_IN),
    page("me/email/", LEARNER, site=Site.PLAIN),
    page("me/data/", LEARNER, NEWCOMER),
    file("me/data/aie-notes.json", *SIGNED_IN),
    file("me/data/progress.csv", *SIGNED_IN),
    file("me/data/notes.md", *SIGNED_IN),
    page("me/forks/", LEARNER),
    page("me/forks/<slug:slug>/", LEARNER, NEWCOMER, slug="slug"),
    act("me/forks/<slug:slug>/confirm/", *SIGNED_IN, slug="slug"),
    file("me/forks/<slug:slug>/download/", *SIGNED_IN, slug="slug"),
    page("me/delete/", *SIGNED_IN),
    file("token/", *EVERYBODY),
]
DOORS = [
    page("accounts/login/", GUEST),
    page("accounts/login/", GUEST, site=Site.PLAIN, state="without mail"),
    page("accounts/logout/", *SIGNED_IN),
    page("accounts/inactive/", GUEST),
    page("accounts/signup/", GUEST),
    page("accounts/signup/", GUEST, site=Site.PLAIN, state="without mail"),
    page("accounts/signup/passkey/", GUEST),
    leads("accounts/2fa/webauthn/signup/", GUEST),
    page("accounts/reauthenticate/", NEWCOMER),
    page("accounts/email/", LEARNER, NEWCOMER),
    page("accounts/confirm-email/", VERIFYING),
    page("accounts/^confirm-email/(?P<key>[-:\\w]+)/$", GUEST, at="accounts/confirm-email/none/", site=Site.PLAIN),
    page("accounts/password/change/", LEARNER),
    leads("accounts/password/set/", LEARNER),
    page("accounts/password/reset/", GUEST),
    page("accounts/password/reset/", GUEST, site=Site.PLAIN, state="without mail"),
    page("accounts/password/reset/confirm/", RESETTING),
    leads("accounts/password/reset/done/", GUEST),
    page("accounts/password/reset/key/done/", GUEST, site=Site.PLAIN),
    page("accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", GUEST,
         at="accounts/password/reset/key/1-none/", site=Site.PLAIN),
    leads("accounts/password/reset/complete/", GUEST),
    page("accounts/login/code/", GUEST),
    page("accounts/login/code/confirm/", WITH_CODE),
    page("accounts/2fa/", LEARNER, NEWCOMER),
    page("accounts/2fa/authenticate/", AT_SECOND_FACTOR),
    page("accounts/2fa/reauthenticate/", LEARNER),
    page("accounts/2fa/totp/activate/", NEWCOMER),
    page("accounts/2fa/totp/deactivate/", LEARNER),
    page("accounts/2fa/recovery-codes/", LEARNER),
    page("accounts/2fa/recovery-codes/generate/", LEARNER),
    file("accounts/2fa/recovery-codes/download/", LEARNER),
    page("accounts/2fa/webauthn/", LEARNER, NEWCOMER),
    page("accounts/2fa/webauthn/add/", NEWCOMER),
    leads("accounts/2fa/webauthn/reauthenticate/", LEARNER),
    page("accounts/2fa/webauthn/keys/<int:pk>/remove/", LEARNER, pk="passkey"),
    page("accounts/2fa/webauthn/keys/<int:pk>/edit/", LEARNER, pk="passkey"),
    leads("accounts/2fa/webauthn/login/", GUEST),
    page("accounts/3rdparty/login/cancelled/", GUEST),
    page("accounts/3rdparty/login/error/", GUEST, status=401),
    leads("accounts/3rdparty/signup/", GUEST),
    page("accounts/3rdparty/", LEARNER, NEWCOMER),
    *(leads(f"accounts/social/{old}/", GUEST) for old in ("login/cancelled", "login/error", "signup", "connections")),
    *(page(f"accounts/{provider}/login/", GUEST) for provider in ("github", "google")),
    *(page(f"accounts/{provider}/login/callback/", GUEST, status=401) for provider in ("github", "google")),
    act("accounts/google/login/token/", GUEST),
    page("accounts/sessions/", LEARNER),
]  # fmt: skip
TABLES = {
    "roadmap": ("roadmap", "page", "section", "listing", "todo", "resource", "importrun", "change", "proposal"),
    "accounts": ("user",),
    "auth": ("group",),
    "account": ("emailaddress",),
    "mfa": ("authenticator",),
    "socialaccount": ("socialaccount",),
}
CHOOSING = "?app_label=roadmap&model_name=listing&field_name=section"
DELETED = ("user", "group", "emailaddress", "authenticator", "socialaccount")
ADDED = ("resource", "user", "group", "emailaddress", "socialaccount")
"""What editors may delete and add in the admin. Of resources only those may go that nobody marked."""
APPS = f"admin/^(?P<app_label>{'|'.join(('roadmap', 'socialaccount', 'auth', 'accounts', 'mfa', 'account'))})/$"


def _table(app: str, model: str) -> Iterator[Address]:
    """The five addresses that the admin makes of a table, and the one that it had before."""
    base, row = f"admin/{app}/{model}/", f"a {model}"
    yield page(base, EDITOR)
    yield page(f"{base}add/", *((EDITOR,) if model in ADDED else ()))
    for view in ("history", "change"):
        yield page(f"{base}<path:object_id>/{view}/", EDITOR, object_id=row)
    yield page(f"{base}<path:object_id>/delete/", *((EDITOR,) if model in DELETED else ()), object_id=row)
    yield leads(f"{base}<path:object_id>/", EDITOR, object_id=row)


ADMIN = [
    page("admin/", EDITOR),
    leads("admin/login/", GUEST, EDITOR),
    act("admin/logout/", EDITOR),
    page("admin/password_change/", EDITOR),
    page("admin/password_change/done/", EDITOR),
    file("admin/autocomplete/"),
    file("admin/jsi18n/", EDITOR),
    leads(
        "admin/r/<path:content_type_id>/<path:object_id>/", EDITOR, content_type_id="resources", object_id="a resource"
    ),
    *(entry for app, models in TABLES.items() for model in models for entry in _table(app, model)),
    *(page(APPS, EDITOR, at=f"admin/{app}/") for app in TABLES),
    file("admin/roadmap/section/choose/", EDITOR, query=CHOOSING),
    *(act(f"admin/roadmap/section/<int:pk>/{verb}/", EDITOR, pk="a section") for verb in ("keep", "take")),
    *(act(f"admin/roadmap/proposal/<int:pk>/{verb}/", EDITOR, pk="a proposal") for verb in ("same", "not-same")),
    *(
        act(f"admin/roadmap/resource/<int:pk>/{verb}/", EDITOR, pk="a resource")
        for verb in ("take-over", "take-copy", "leave-link", "check-soon", "retire", "bring-back", "reset")
    ),
    *(
        act(f"admin/roadmap/resource/<int:pk>/{verb}/<slug:field>/", EDITOR, pk="a resource", field="=title")
        for verb in ("keep-mine", "take-notes")
    ),
    *(
        page("admin/roadmap/resource/<path:object_id>/change/", EDITOR, object_id=f"{grade} row", state=grade)
        for grade in ("dead", "moved")
    ),
    page("admin/roadmap/resource/", EDITOR, query="?q=nowhere", state="nothing found"),
    page("admin/roadmap/roadmap/import/", EDITOR),
    page("admin/roadmap/roadmap/import/<slug:key>/", EDITOR, key="draft"),
    page("admin/roadmap/roadmap/import/<slug:key>/", EDITOR, key="new draft", state="of a new one"),
    act("admin/roadmap/roadmap/import/<slug:key>/discard/", EDITOR, key="draft"),
    act("admin/roadmap/roadmap/import/back/<int:pk>/", EDITOR, pk="run"),
    file("admin/roadmap/roadmap/<int:pk>/export/", EDITOR, pk="a roadmap"),
    page("admin/accounts/user/<id>/password/", EDITOR, id="a user"),
    page("admin/(?P<url>.*)$", EDITOR, at="admin/nothing/", status=404),
]
ADDRESSES = [*ROADMAPS, *STUDY, *DOORS, *ADMIN]


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[str]:
    """Yield the route of every view, its parts joined, without the prefix of a language."""
    from django.urls import get_resolver
    from django.urls.resolvers import LocalePrefixPattern

    for each in get_resolver().url_patterns if patterns is None else patterns:
        here = before if isinstance(each.pattern, LocalePrefixPattern) else f"{before}{each.pattern}"
        if hasattr(each, "url_patterns"):
            yield from routes(each.url_patterns, here)
        else:
            yield here


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aienotes.settings")
    django.setup()
    print(json.dumps(sorted(set(routes()))))
