"""Exports as tests make them, and what an account holds after one was read in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from accounts import exports, restoring
from accounts.calendar import days_of
from accounts.models import Note, Progress, StudyEvent, User
from accounts.restoring import Report
from accounts.study import acts
from accounts.tracking import RANK
from roadmap.models import Resource

AT = "2026-03-03T12:00:00+00:00"
NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
STATES = st.sampled_from(sorted(RANK))
TEXTS = st.text(st.sampled_from("ab \n`[#é深🙂"), max_size=6)

Data = dict[str, Any]


def named(resource: Resource, **other: str) -> Data:
    """A resource as a file names it."""
    fields = {"key": resource.key, "roadmap": resource.roadmap.slug, "title": resource.title, "url": resource.url}
    return {**fields, "url_in_notes": resource.url, **other}


def file_of(*resources: Data, **rows: Any) -> Data:
    """A file with some resources; `rows` are its other parts."""
    return {"format": "aie-notes", "version": 1, "resources": list(resources), **rows}


def state(key: str, state: str = "done", since: str = AT) -> Data:
    return {"resource": key, "state": state, "since": since}


def note(key: str, text: str = "From the file", changed_at: str = AT) -> Data:
    return {"resource": key, "text": text, "changed_at": changed_at}


def event(key: str, kind: str = "state", after: str = "done", at: str = AT) -> Data:
    return {"resource": key, "kind": kind, "before": "", "after": after, "at": at}


def bring(user: User, data: Data | str) -> Report:
    return restoring.restore(user, exports.read(data if isinstance(data, str) else json.dumps(data)))


def marks(user: User) -> tuple[dict[int, str], dict[int, str]]:
    """The states and notes of an account by resource."""
    texts = dict(Note.objects.filter(user=user).exclude(text="").values_list("resource", "text"))
    return dict(Progress.objects.filter(user=user).values_list("resource", "state")), texts


def everything(user: User) -> list[Any]:
    """All rows of an account, as they are."""
    rows = [list(model.objects.filter(user=user).order_by("pk").values()) for model in (Progress, Note, StudyEvent)]
    return [*rows, User.objects.filter(pk=user.pk).values().get()]


def study(user: User) -> Any:
    """What the year's map and the streak are made of."""
    return days_of(acts(user), user.zone)
