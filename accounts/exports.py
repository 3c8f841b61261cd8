"""What an export holds: the text of a file, taken apart and checked. Nothing here asks the database."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from accounts.exporting import FORMAT, SETTINGS, VERSION
from accounts.models import StudyEvent
from accounts.notes import tidy
from accounts.tracking import STATES, Standing

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
"""No mark is older, and not every older time is one in every time zone."""
MOST_RESOURCES = 20_000
"""More than a learner marks; each is looked for here."""


class BadFile(Exception):
    """The text is no export of ours, or a broken one; the message says why. Nothing was changed."""


class Named(NamedTuple):
    """A resource as the file names it."""

    key: str
    roadmap: str
    title: str
    urls: tuple[str, ...]
    """That of the notes first: by it the resource is known."""


class Act(NamedTuple):
    """A study event of a file."""

    kind: str
    before: str
    after: str
    at: datetime


@dataclass(slots=True)
class Export:
    """What a file holds, checked; all else by the key of the resource in the file, which may come more than once."""

    resources: dict[str, Named]
    account: dict[str, str | bool]
    states: list[tuple[str, Standing]]
    notes: list[tuple[str, str, datetime]]
    events: list[tuple[str, Act]]


def read(text: str) -> Export:
    """Return what an export holds. Raises BadFile."""
    try:
        data = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        raise BadFile(gettext("This is not the JSON file that was downloaded here.")) from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadFile(gettext("This is JSON, but not the file that was downloaded here."))
    version = data.get("version")
    if type(version) is not int or version < 1:
        raise BadFile(gettext("The file is broken: it does not say its version."))
    if version > VERSION:
        raise BadFile(gettext("This file was written by a newer release of the site than this one."))
    return Export(
        resources=_resources(_rows(data, "resources")),
        account=_account(data.get("account", {})),
        states=[(_key(row), Standing(_state(row, "state"), _time(row, "since"))) for row in _rows(data, "progress")],
        notes=[(_key(row), _text(row, "text"), _time(row, "changed_at")) for row in _rows(data, "notes")],
        events=[(_key(row), _act(row)) for row in _rows(data, "events")],
    )


def _rows(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = data.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadFile(gettext("The file is broken: “%(name)s” is not a list of objects.") % {"name": name})
    return rows


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise BadFile(gettext("The file is broken: “%(name)s” is missing or not a text.") % {"name": name})
    return tidy(value)


def _key(row: Mapping[str, Any]) -> str:
    return _text(row, "resource")


def _resources(rows: Sequence[Mapping[str, Any]]) -> dict[str, Named]:
    resources: dict[str, Named] = {}
    if len(rows) > MOST_RESOURCES:
        raise BadFile(gettext("The file names more than %(count)d resources.") % {"count": MOST_RESOURCES})
    for row in rows:
        key, roadmap, title, url = (_text(row, name) for name in ("key", "roadmap", "title", "url"))
        in_notes = _text(row, "url_in_notes") if "url_in_notes" in row else ""
        named = Named(key, roadmap, title, tuple(filter(None, dict.fromkeys([in_notes, url]))))
        if resources.setdefault(key, named) != named:
            raise BadFile(gettext("The file is broken: two resources have the key “%(key)s”.") % {"key": key[:50]})
    return resources


def _account(account: object) -> dict[str, str | bool]:
    if not isinstance(account, dict):
        raise BadFile(gettext("The file is broken: “%(name)s” is not an object.") % {"name": "account"})
    found: dict[str, str | bool] = {}
    for name in (name for name in SETTINGS if name in account):
        if name != "shows_streak":
            found[name] = _text(account, name)
        elif isinstance(account[name], bool):
            found[name] = account[name]
        else:
            raise BadFile(gettext("The file is broken: “%(name)s” is not true or false.") % {"name": name})
    return found


def _state(row: Mapping[str, Any], name: str) -> str:
    state = _text(row, name)
    if state not in STATES:
        raise BadFile(gettext("The file is broken: there is no state “%(state)s”.") % {"state": state[:50]})
    return state


def _time(row: Mapping[str, Any], name: str) -> datetime:
    text = _text(row, name)
    try:
        time = parse_datetime(text)
        if time is not None and time.tzinfo is not None and time >= EARLIEST:
            return time.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise BadFile(gettext("The file is broken: “%(time)s” is no time with a time zone.") % {"time": text[:50]})


def _act(row: Mapping[str, Any]) -> Act:
    kind = _text(row, "kind")
    if kind not in StudyEvent.Kind.values:
        raise BadFile(gettext("The file is broken: there is no event “%(kind)s”.") % {"kind": kind[:50]})
    return Act(kind, _state(row, "before"), _state(row, "after"), _time(row, "at"))
