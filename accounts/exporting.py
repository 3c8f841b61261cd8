"""Everything that is a learner's, as files to take along: docs/data.md says what is in them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from accounts.marked import notes_of, plans, sections, written
from accounts.models import BrokenReport, Note, Progress, StudyEvent, User
from roadmap.models import Resource

FORMAT, VERSION = "aie-notes", 1
SETTINGS = ("name", "language", "time_zone", "theme", "shows_streak")
COLUMNS = ("roadmap", "section", "title", "url", "state", "since")
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula; some read the wide ones as the narrow ones."""
MARKUP = re.compile(r"[\\`*_\[\]<]")


def as_json(user: User) -> str:
    """Return an account with all its marks; a fixed number of queries."""
    progress = list(Progress.objects.filter(user=user).order_by("pk"))
    notes = list(Note.objects.filter(user=user).exclude(text="").order_by("pk"))
    events = list(StudyEvent.objects.filter(user=user, undone_at=None).order_by("at", "pk"))
    reports = BrokenReport.objects.filter(user=user).select_related("link").order_by("pk")
    keys = {row.resource_id for rows in (progress, notes, events) for row in rows}
    resources = Resource.objects.filter(pk__in=keys).select_related("roadmap").in_bulk()
    key_of = {pk: resource.key for pk, resource in resources.items()}
    data = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": _at(timezone.now()),
        "account": {"email": user.email, "joined_at": _at(user.date_joined)}
        | {name: getattr(user, name) for name in SETTINGS},
        "resources": [_resource(resource) for resource in resources.values()],
        "progress": [
            {"resource": key_of[row.resource_id], "state": row.state, "since": _at(row.since)} for row in progress
        ],
        "notes": [
            {"resource": key_of[row.resource_id], "text": row.text, "changed_at": _at(row.changed_at)} for row in notes
        ],
        "events": [
            {
                "resource": key_of[row.resource_id],
                "kind": row.kind,
                "before": row.before,
                "after": row.after,
                "at": _at(row.at),
            }
            for row in events
        ],
        "broken_links": [{"url": row.link.url, "at": _at(row.at)} for row in reports],
    }
    return json.dumps(data, ensure_ascii=False, indent=1)


def as_csv(user: User) -> str:
    """Return an account's states as a table that spreadsheets read: with a BOM, and no cell that is a formula."""
    places = sections(plans())
    rank = {key: number for number, key in enumerate(places)}
    rows = Progress.objects.filter(user=user).select_related("resource__roadmap").order_by("pk")
    file = io.StringIO()
    file.write("\ufeff")
    table = csv.writer(file)
    table.writerow(COLUMNS)
    for row in sorted(rows, key=lambda row: rank.get(row.resource.key, len(rank))):
        it = row.resource
        section = places[it.key].title if it.key in places else ""
        since = row.since.astimezone(user.zone).isoformat(timespec="seconds")
        table.writerow(map(_cell, (it.roadmap.title, section, it.title, it.url, row.state, since)))
    return file.getvalue()


def as_markdown(user: User) -> str:
    """Return an account's notes in the order of the roadmap, each under its section and resource."""
    return "\n".join(_notes(user))


def _notes(user: User) -> Iterator[str]:
    places = sections(plans())
    roadmap, heading = None, None
    for item in written(notes_of(user, places), places):
        if item.resource.roadmap_id != roadmap:
            roadmap, heading = item.resource.roadmap_id, None
            yield f"# {_words(item.resource.roadmap.title)}\n"
        above = str(item.section) if item.section else gettext("No longer in the roadmap")
        if (item.section and item.section.pk, above) != heading:
            heading = item.section and item.section.pk, above
            yield f"## {_words(above)}\n"
        title = _words(item.resource.title)
        yield f"### [{title}](<{_address(item.resource.url)}>)\n" if item.resource.url else f"### {title}\n"
        yield f"{item.note.text if item.note else ''}\n"


def _resource(it: Resource) -> dict[str, Any]:
    in_notes = it.imported["url"] if it.imported else it.url
    return {"key": it.key, "roadmap": it.roadmap.slug, "title": it.title, "url": it.url, "url_in_notes": in_notes}


def _cell(text: str) -> str:
    line = _line(text)
    return "'" + line if line.startswith(FORMULA) else line


def _line(text: str) -> str:
    return " ".join(text.split())


def _words(text: str) -> str:
    """Return plain text as Markdown, on one line."""
    return MARKUP.sub(r"\\\g<0>", _line(text))


def _address(url: str) -> str:
    """Return a URL as it may stand between < and >."""
    return _line(url).replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E")


def _at(time: datetime) -> str:
    return time.isoformat()
