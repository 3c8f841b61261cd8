"""Reading an export back in: nothing is doubled, nothing lowered, and what finds no place here is said."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from accounts import tracking
from accounts.exporting import FORMAT, VERSION
from accounts.forms import zones
from accounts.models import NOTE_LENGTH, Note, StudyEvent, User
from accounts.notes import joined, tidy
from accounts.tracking import STATES, Batch, Standing
from roadmap.models import Resource
from roadmap.reading.html import from_markdown
from roadmap.reading.links import url_key


class BadFile(Exception):
    """The text is no export of ours, or a broken one; the message says why. Nothing was changed."""


class Named(NamedTuple):
    """A resource as the file names it."""

    key: str
    roadmap: str
    title: str
    urls: tuple[str, ...]


@dataclass(slots=True)
class Export:
    """What a file holds, checked; all else by the key of the resource in the file."""

    resources: dict[str, Named]
    account: dict[str, Any]
    states: dict[str, Standing]
    notes: dict[str, tuple[str, datetime]]
    events: list[tuple[str, dict[str, Any]]]


@dataclass(slots=True)
class Report:
    """What came of it."""

    batch: Batch
    """The states that came in; undo takes them back."""
    notes: int = 0
    """Notes that came in or were joined with one that was there."""
    events: int = 0
    there: int = 0
    """States and notes that were there already, or further on."""
    unmatched: list[str] = field(default_factory=list)
    """Titles of resources with marks that this site does not have."""
    too_long: list[tuple[str, str]] = field(default_factory=list)
    """Title and text of notes that do not fit beneath the one that is there."""


def read(text: str) -> Export:
    """Return what an export holds. Raises BadFile."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFile(gettext("This is not the JSON file that was downloaded here.")) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadFile(gettext("This is JSON, but not the file that was downloaded here."))
    if type(data.get("version")) is not int or not 1 <= data["version"] <= VERSION:
        raise BadFile(gettext("This file was written by a newer release of the site than this one."))
    account = data.get("account", {})
    return Export(
        resources={named.key: named for named in map(_named, _rows(data, "resources"))},
        account=account if isinstance(account, dict) else {},
        states={_key(row): Standing(_state(row, "state"), _time(row, "since")) for row in _rows(data, "progress")},
        notes={_key(row): (tidy(_text(row, "text")), _time(row, "changed_at")) for row in _rows(data, "notes")},
        events=[(_key(row), _event(row)) for row in _rows(data, "events")],
    )


@transaction.atomic
def restore(user: User, export: Export) -> Report:
    """Bring what an export holds into an account. Restored twice is restored once. Raises tracking.Gone."""
    tracking.hold(user)
    found = _found(export.resources)
    marked = {*export.states, *export.notes}
    states = _furthest((found[key].pk, at) for key, at in export.states.items() if key in found)
    batch = tracking.bring(user, states)
    report = Report(batch, there=len(states) - batch.changed)
    report.unmatched = [
        export.resources[key].title if key in export.resources else key for key in marked - found.keys()
    ]
    _restore_notes(user, [(found[key], *note) for key, note in export.notes.items() if key in found], report)
    report.events = _restore_events(user, [(found[key].pk, event) for key, event in export.events if key in found])
    _fill(user, export.account)
    return report


def _rows(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = data.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadFile(gettext("The file is broken: “%(name)s” is not a list of objects.") % {"name": name})
    return rows


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise BadFile(gettext("The file is broken: “%(name)s” is missing or not a text.") % {"name": name})
    return value


def _key(row: Mapping[str, Any]) -> str:
    return tidy(_text(row, "resource"))


def _named(row: Mapping[str, Any]) -> Named:
    urls = [_text(row, "url"), row.get("url_in_notes")]
    key, roadmap, title = (tidy(_text(row, name)) for name in ("key", "roadmap", "title"))
    return Named(key, roadmap, title, tuple(url for url in urls if isinstance(url, str) and url))


def _state(row: Mapping[str, Any], name: str) -> str:
    state = _text(row, name)
    if state not in STATES:
        raise BadFile(gettext("The file is broken: there is no state “%(state)s”.") % {"state": state[:50]})
    return state


def _time(row: Mapping[str, Any], name: str) -> datetime:
    text = _text(row, name)
    try:
        time = parse_datetime(text)
        if time is not None and time.tzinfo is not None:
            return time.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadFile(gettext("The file is broken: “%(time)s” is no time with a time zone.") % {"time": text[:50]})


def _event(row: Mapping[str, Any]) -> dict[str, Any]:
    kind = _text(row, "kind")
    if kind not in StudyEvent.Kind.values:
        raise BadFile(gettext("The file is broken: there is no event “%(kind)s”.") % {"kind": kind[:50]})
    return {"kind": kind, "before": _state(row, "before"), "after": _state(row, "after"), "at": _time(row, "at")}


def _found(named: Mapping[str, Named]) -> dict[str, Resource]:
    """Return the resources here that those of a file are: by key, by URL in the roadmap of that name, by URL in a
    single roadmap, or, without a URL, by a title that is one of its kind in the roadmap."""
    urls = {url_key(url) for each in named.values() for url in each.urls}
    by_key = {it.key: it for it in Resource.objects.filter(key__in=named)}
    by_url: dict[str, list[Resource]] = {}
    for it in Resource.objects.filter(url_key__in=urls).select_related("roadmap"):
        by_url.setdefault(it.url_key or "", []).append(it)
    tasks = {(each.roadmap, each.title) for each in named.values() if not each.urls}
    titled = list(Resource.objects.filter(url="", title__in={title for _, title in tasks}).select_related("roadmap"))
    counts = Counter((it.roadmap.slug, it.title) for it in titled)
    by_title = {(it.roadmap.slug, it.title): it for it in titled if counts[it.roadmap.slug, it.title] == 1}
    found = {}
    for key, each in named.items():
        same = [it for url in each.urls for it in by_url.get(url_key(url) or "", ())]
        here = [it for it in same if it.roadmap.slug == each.roadmap]
        match = by_key.get(key) or next(iter(here or (same if len({it.pk for it in same}) == 1 else [])), None)
        match = match or (by_title.get((each.roadmap, each.title)) if not each.urls else None)
        if match:
            found[key] = match
    return found


def _furthest(states: Iterable[tuple[int, Standing]]) -> dict[int, Standing]:
    """Return one state for each resource, where several of a file are one here."""
    furthest: dict[int, Standing] = {}
    for pk, at in states:
        if pk not in furthest or tracking.join(furthest[pk].state, at.state) != furthest[pk].state:
            furthest[pk] = at
    return {pk: at for pk, at in furthest.items() if at.state}


def _restore_notes(user: User, rows: list[tuple[Resource, str, datetime]], report: Report) -> None:
    notes = {
        note.resource_id: note for note in Note.objects.filter(user=user, resource__in=[row[0].pk for row in rows])
    }
    changed: dict[int, Note] = {}
    for resource, text, at in rows:
        note = notes.setdefault(resource.pk, Note(user=user, resource=resource, version=0, changed_at=at))
        both = joined(note.text, text)
        if both == note.text:
            report.there += 1
        elif len(both) > NOTE_LENGTH:
            report.too_long.append((resource.title, text))
        else:
            note.text, note.html = both, from_markdown(both)
            changed[resource.pk] = note
    for note in changed.values():
        note.version += 1
        note.changed_at = max(note.changed_at, timezone.now() if note.pk else note.changed_at)
    Note.objects.bulk_create([note for note in changed.values() if not note.pk])
    Note.objects.bulk_update([note for note in changed.values() if note.pk], ["text", "html", "version", "changed_at"])
    report.notes = len(changed)


def _restore_events(user: User, rows: list[tuple[int, dict[str, Any]]]) -> int:
    mine = StudyEvent.objects.filter(user=user, resource__in={pk for pk, _ in rows})
    known = set(mine.values_list("resource_id", "kind", "after", "at"))
    fresh = {}
    for pk, event in rows:
        same = (pk, event["kind"], event["after"], event["at"])
        if same not in known:
            fresh[same] = StudyEvent(user=user, resource_id=pk, batch="", **event)
    StudyEvent.objects.bulk_create(fresh.values())
    return len(fresh)


def _fill(user: User, account: Mapping[str, Any]) -> None:
    """Take over settings where the account has none of its own."""
    name, language, zone = (account.get(part) for part in ("name", "language", "time_zone"))
    if not user.name and isinstance(name, str):
        user.name = tidy(name)[:150]
    if not user.language and isinstance(language, str) and language in dict(settings.LANGUAGES):
        user.language = language
    if not user.time_zone and zone in zones():
        user.time_zone = zone
    user.save(update_fields=["name", "language", "time_zone"])
