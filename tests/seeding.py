"""`python -m tests.seeding`: fill an empty database with a rich site, and print as JSON what one must know of it.

Everything that a page can show is somewhere: several roadmaps with further pages, a hidden one, a history of imports
with edits, conflicts and questions in it, links in every state, learners with marks, notes and years of study, one
without anything, drafts, keys and second factors. It prints {"names": {name: value}, "sessions": {who: cookie}}: the
names stand in tests/addresses.py.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from tests.addresses import AT_SECOND_FACTOR, EDITOR, LEARNER, NEWCOMER, RESETTING, VERIFYING, WITH_CODE

if TYPE_CHECKING:
    from accounts.models import User
    from roadmap.models import Roadmap

ALPHA, BETA = (
    "[Attention, explained](https://old.example/attention)",
    "[A tour of transformers](https://b.example/tour)",
)
FIRST = f"""# Language models

What to read on them, [in order](more/practice.md).

## Basics

- {ALPHA}: begin here
- {BETA}
- [Tokens](https://c.example/tokens)
- [Embeddings](https://c.example/embeddings)

## Further

Words on it.

### Training

1. [Scaling laws](https://arxiv.org/abs/2001.08361)
2. [A course](https://www.coursera.org/learn/models)

| what | where |
| --- | --- |
| Code | [nanoGPT](https://github.com/karpathy/nanoGPT) |
| Video | [Let us build it](https://youtu.be/kCc8FmEb1nY) |

## TODO

- [x] tokens
- [ ] evaluation
"""
PRACTICE = """# Practice

- [ ] Train a small one yourself
- [Exercises](https://e.example/exercises)

```python
print("a line of code that is much longer than a phone is wide, so that it has to be scrolled to the side somehow")
```
"""
SECOND = (
    FIRST.replace("[Tokens]", "[Tokens and bytes]")
    .replace("[Embeddings](https://c.example/embeddings)", "[Embeddings: vectors](https://d.example/vectors)")
    .replace(f"- {BETA}\n", "")
    .replace("Words on it.", "More words on it.")
    .replace("### Training\n", f"### Training\n\n- {ALPHA.replace('old', 'new').replace('explained', 'the paper')}\n")
    .replace(f"- {ALPHA}: begin here\n", "")
)
ENGLISH = "# A short plan\n\n" + "".join(
    f"## Chapter {n}\n\n- [Reading {n}](https://plan.example/{n})\n" for n in range(3)
)
NOTE = "**Worth it.** The part on attention, again:\n\n- queries, keys\n- 數值\n\n`softmax(QK^T)` <https://f.example/>"
SHOWN = "2-ai簡介"
"""The chapter of the bundled notes that the README shows, with a note in it."""
SHOWN_NOTE = "第 3 週講**搜尋**與 `A*`：\n\n- 啟發函數要 *admissible*\n- 作業：實作 minimax"
SLUG, MINE, HIDDEN = "ai-engineer", "models", "hidden"
AGAIN, YEARS = 7, 180
"""Days between two days of study, and how many back."""


@dataclass(slots=True)
class Seed:
    """What is known of the rows: values by name, and the cookies of those who are signed in."""

    names: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)


def sow() -> Seed:
    """Make all rows and return what one must know of them."""
    from roadmap.models import Roadmap

    seed = Seed({"slug": SLUG, "second": MINE, "hidden": HIDDEN})
    users = _users(seed)
    _plans(seed, users[EDITOR])
    _links(seed, Roadmap.objects.get(slug=SLUG), users[LEARNER])
    _study(seed, users[LEARNER])
    _doors(seed, users)
    _admin(seed, users)
    return seed


def _users(seed: Seed) -> dict[str, User]:
    from tests.factories import make_admin, make_user

    users = {
        LEARNER: make_user("ada@example.org", name="Ada"),
        NEWCOMER: make_user("newcomer-with-a-rather-long-address@learners.example.org"),
        EDITOR: make_admin("editor@example.org", name="Editor"),
    }
    seed.sessions |= {who: _session(user) for who, user in users.items()}
    return users


def _session(user: User) -> str:
    """Let a user in who has just typed the password again; return the session."""
    from allauth.account.internal.flows.login import (
        _AUTHENTICATION_METHODS_USER_SESSION_KEY,
        AUTHENTICATION_METHODS_SESSION_KEY,
    )
    from django.conf import settings
    from django.test import Client

    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    client.force_login(user)
    session = client.session
    method = {"method": "password", "at": time.time(), "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [method]
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(user.pk)
    session.save()
    client.get("/me/")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _plans(seed: Seed, editor: User) -> None:
    """The bundled notes; a folder that was imported, edited, and imported again otherwise; two small ones."""
    from django.core.management import call_command

    from roadmap import editing
    from roadmap.importing.importer import import_notes
    from roadmap.models import Resource, Roadmap

    call_command("import_bundled", stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / MINE
        (folder / "more").mkdir(parents=True)
        (folder / "README.md").write_text(FIRST)
        (folder / "more" / "practice.md").write_text(PRACTICE)
        import_notes(folder, slug=MINE, language="en", user=editor)
        editing.edit(Resource.objects.get(title="Tokens"), {"title": "Tokens, in short", "description": "*Mine.*"})
        _mark_before()
        (folder / "README.md").write_text(SECOND)
        import_notes(folder, slug=MINE, user=editor)
        for slug in ("short", HIDDEN):
            file = Path(name) / f"{slug}.md"
            file.write_text(ENGLISH)
            import_notes(file, slug=slug, title=f"A {slug} plan", language="en")
    Roadmap.objects.exclude(slug=SLUG).update(position=1)
    Roadmap.objects.filter(slug=HIDDEN).update(published=False)
    seed.names["page"] = "more/practice.md"


def _mark_before() -> None:
    """Marks that are older than the second import, so that it is news."""
    from accounts import notes, tracking
    from accounts.models import User
    from roadmap.models import Resource

    learner = User.objects.get(name="Ada")
    for resource in Resource.objects.filter(roadmap__slug=MINE):
        tracking.mark(learner, [resource.pk], "done" if resource.pk % 2 else "in_progress")
        notes.save(learner, resource, NOTE, 0)


def _links(seed: Seed, roadmap: Roadmap, learner: User) -> None:
    from django.db.models import Q
    from django.utils import timezone

    from accounts.models import BrokenReport
    from roadmap.health import links
    from roadmap.models import LinkEvent
    from tests.graded_links import checked, graded

    links.gather()
    rows = list(roadmap.resources.live().exclude(url="").order_by("pk")[:10])
    moved = {"target": "https://moved.example/" + "a-very-long-path/" * 12, "status": 200}
    given: dict[str, dict[str, Any]] = {"dead": {"status": 404}, "moved": moved, "failing": {"status": 503}}
    given |= {"blocked": {"status": 403}, "ok": {"status": 200}}
    for (grade, more), row in zip(cycle(given.items()), rows, strict=False):
        link = graded(row, grade, **more)
        checked(link, "ok", at=timezone.now() - timedelta(days=40))
        checked(link, grade, at=timezone.now() - timedelta(days=9))
        seed.names.setdefault(f"{grade} resource", str(row.key))
        seed.names.setdefault(f"{grade} row", str(row.pk))
    for kind, row in zip(cycle(LinkEvent.Kind.values), rows[:12], strict=False):
        LinkEvent.objects.create(
            roadmap=roadmap, resource=row, kind=kind, at=timezone.now(), title=row.title, url=row.url
        )
    for row in rows[:3]:
        row.refresh_from_db()
        BrokenReport.objects.create(user=learner, link=row.link, at=timezone.now())
    links.raise_health(Q(pk=roadmap.pk))


def _study(seed: Seed, learner: User) -> None:
    """A learner who is half through, has written, and has studied for months."""
    from django.utils import timezone

    from accounts import notes, tracking
    from accounts.models import State, StudyEvent
    from roadmap.models import Listing, Resource, Roadmap

    rows = list(Resource.objects.live().filter(roadmap__slug=SLUG).order_by("pk"))
    for state, row in zip(cycle([State.DONE] * 5 + [State.SKIPPED, "", State.IN_PROGRESS]), rows[:32], strict=False):
        tracking.mark(learner, [row.pk], state)
    for row in rows[:32:2]:
        notes.save(learner, row, f"{NOTE}\n\n{row.title}", 0)
    chapter = list(Listing.objects.filter(section__slug=SHOWN).order_by("position").select_related("resource"))
    for state, listing in zip([State.DONE, "", State.IN_PROGRESS, State.SKIPPED], chapter, strict=False):
        tracking.mark(learner, [listing.resource_id], state)
    shown = chapter[2].resource
    notes.save(learner, shown, SHOWN_NOTE, 0)
    seed.names |= {"chapter": SHOWN, "shown resource": shown.key}
    for number, event in enumerate(StudyEvent.objects.order_by("pk")[:150]):
        at = timezone.now() - timedelta(days=number % 9 if number < 60 else number * AGAIN % YEARS)
        StudyEvent.objects.filter(pk=event.pk).update(at=at)
    Roadmap.objects.get(slug=SLUG).touch()
    retired = Resource.objects.get(title="A tour of transformers")
    seed.names |= {"retired resource": retired.key, "resource": rows[4].key, "bare resource": rows[-1].key}


def _doors(seed: Seed, users: dict[str, User]) -> None:
    """A passkey, an app, recovery codes and an unconfirmed address; and some who stand in a door."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from allauth.mfa.webauthn.internal.auth import WebAuthn

    from tests.factories import PASSWORD

    for user in users.values():
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    learner = users[LEARNER]
    EmailAddress.objects.create(user=learner, email="ada.elsewhere@example.org")
    TOTP.activate(learner, generate_totp_secret())
    RecoveryCodes.activate(learner)
    seed.names["passkey"] = str(WebAuthn.add(learner, "My laptop", _credential()).instance.pk)
    who, password = users[NEWCOMER].email, PASSWORD
    seed.sessions[WITH_CODE] = _posting("/accounts/login/code/", email=who)
    seed.sessions[RESETTING] = _posting("/accounts/password/reset/", email=who)
    seed.sessions[VERIFYING] = _posting(
        "/accounts/signup/", email="new@example.org", password1=password, password2=password
    )
    seed.sessions[AT_SECOND_FACTOR] = _posting("/accounts/login/", login=learner.email, password=password)


def _credential() -> dict[str, object]:
    """Return what a browser says of a passkey that it has made, as it would of one that nobody can use."""
    from fido2.cose import ES256
    from fido2.utils import sha256, websafe_encode
    from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

    key = ES256({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    attested = AttestedCredentialData.create(bytes(16), b"a key", key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(sha256(b"localhost"), flags, 0, attested)
    client = CollectedClientData.create(CollectedClientData.TYPE.CREATE, b"challenge", "http://localhost")
    response = {
        "clientDataJSON": websafe_encode(client),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    name = websafe_encode(b"a key")
    results = {"credProps": {"rk": True}}
    return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": results}


def _posting(url: str, **fields: str) -> str:
    """Send a form of the sign-in; return the session of who waits at the next one."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    response = client.post(url, fields)
    assert response.status_code == 302, (url, response.content.decode())
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _admin(seed: Seed, users: dict[str, User]) -> None:
    """One row of each table that the admin shows, and what waits for an editor."""
    from allauth.account.models import EmailAddress
    from allauth.mfa.models import Authenticator
    from allauth.socialaccount.models import SocialAccount
    from django.contrib.auth.models import Group

    from roadmap.importing import drafts
    from roadmap.importing.importer import Target
    from roadmap.models import Change, ImportRun, Listing, Page, Proposal, Resource, Roadmap, Section, Todo

    plan = Roadmap.objects.get(slug=MINE)
    upload = drafts.Upload("notes.md", ENGLISH.replace("Reading 1", "Other reading").encode())
    new = drafts.of_upload(upload, Target("upload"), users[EDITOR])
    again = drafts.of_upload(upload, Target("short"), users[EDITOR])
    SocialAccount.objects.create(user=users[LEARNER], provider="github", uid="1")
    runs = list(ImportRun.objects.filter(roadmap=plan).order_by("pk"))
    conflict = Resource.objects.filter(roadmap=plan).exclude(conflicts={}).get()
    seed.names |= {"conflict row": str(conflict.pk), "new draft": new.key, "draft": again.key}
    rows = {
        "roadmap": plan, "page": plan.pages.earliest("pk"),
        "section": Section.objects.filter(page__roadmap=plan).last(),
        "listing": Listing.objects.filter(section__page__roadmap=plan).first(), "todo": Todo.objects.first(),
        "resource": conflict, "importrun": runs[-1], "change": Change.objects.filter(run=runs[-1]).first(),
        "proposal": Proposal.objects.first(), "user": users[LEARNER], "group": Group.objects.first(),
        "authenticator": Authenticator.objects.first(), "emailaddress": EmailAddress.objects.first(),
        "socialaccount": SocialAccount.objects.first(),
    }  # fmt: skip
    assert all(rows.values()), rows
    seed.names |= {f"a {name}": str(row.pk) for name, row in rows.items() if row}
    seed.names["run"] = str(runs[0].pk)
    assert Page.objects.filter(roadmap=plan).count() > 1


def main() -> None:
    """Fill the database that the environment names; print the seed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.rich_settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    seed = sow()
    print(json.dumps({"names": seed.names, "sessions": seed.sessions}))


if __name__ == "__main__":
    main()
