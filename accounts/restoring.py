"""Reading an export back in: nothing is doubled, nothing lowered, and what finds no place here is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from accounts import tracking
from accounts.exporting import SETTINGS
from accounts.exports import Act, Export
from accounts.forms import zone_named
from accounts.models import NOTE_LENGTH, Note, StudyEvent, Theme, User
from accounts.notes import joined
from accounts.tracking import Batch, Standing
from roadmap.models import Resource, ResourceAlias
from roadmap.reading.html import from_markdown
from roadmap.reading.links import url_key

SO_MANY = 5_000
"""Values that one query is asked for: databases allow no more than some ten thousand."""

Row = TypeVar("Row", bound=Model)
Same = tuple[int, str, str, date | datetime]


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
    future: int = 0
    """Events that were left out because their time is still to come."""
    settings: list[str] = field(default_factory=list)
    """Names of the settings that came in."""
    unknown: list[str] = field(default_factory=list)
    """Values of settings that this site does not know."""
    unmatched: list[str] = field(default_factory=list)
    """Titles of resources with marks that this site does not have."""
    too_long: list[tuple[str, str]] = field(default_factory=list)
    """Title and text of notes that are too long, or would be beneath the one that is there."""


def restore(user: User, export: Export) -> Report:
    """Bring what an export holds into an account. Restored twice is restored once. Raises tracking.Gone."""
    found = _found(export)
    notes = [(found[key], text, at) for key, text, at in export.notes if key in found]
    # Markdown takes its time, in which others may write: what the notes will be is rendered before.
    html = {text: from_markdown(text) for text in _joined(user, notes).texts.values()}
    with transaction.atomic():
        tracking.hold(user)
        now = timezone.now()
        states = _furthest((found[key].pk, at) for key, at in export.states if key in found)
        states = {pk: Standing(at.state, min(at.since or now, now)) for pk, at in states.items()}
        batch = tracking.bring(user, states)
        report = Report(batch, there=len(states) - batch.changed, unmatched=_unmatched(export, found))
        _restore_settings(user, export.account, report)
        _restore_notes(user, notes, html, now, report)
        _restore_events(user, [(found[key].pk, act) for key, act in export.events if key in found], now, report)
    return report


def _marked(export: Export) -> dict[str, None]:
    """Return the keys of the resources that carry a mark, in the order of the file."""
    return dict.fromkeys(row[0] for rows in (export.states, export.notes, export.events) for row in rows)


def _unmatched(export: Export, found: Mapping[str, Resource]) -> list[str]:
    missing = [key for key in _marked(export) if key not in found]
    return [(export.resources[key].title if key in export.resources else "") or key for key in missing]


def _found(export: Export) -> dict[str, Resource]:
    """Return the resources here that those of a file are: by key, by URL in the roadmap of that name, by URL in a
    single roadmap, or, without a URL, by a title that is one of its kind in the roadmap."""
    named = [export.resources[key] for key in _marked(export) if key in export.resources]
    key_of = {url: url_key(url) for each in named for url in each.urls}
    resources = Resource.objects.select_related("roadmap")
    by_key = {it.key: it for it in _among(resources, "key", [each.key for each in named])}
    by_url: dict[str, dict[int, Resource]] = {}
    for it in _among(resources, "url_key", key_of.values()):
        by_url.setdefault(it.url_key or "", {})[it.pk] = it
    for alias in _among(ResourceAlias.objects.select_related("resource__roadmap"), "url_key", key_of.values()):
        by_url.setdefault(alias.url_key or "", {}).setdefault(alias.resource_id, alias.resource)
    tasks = list(_among(resources.filter(url=""), "title", [each.title for each in named if not each.urls]))
    counts = Counter((it.roadmap.slug, it.title) for it in tasks)
    by_title = {(it.roadmap.slug, it.title): it for it in tasks if counts[it.roadmap.slug, it.title] == 1}
    found = {}
    for each in named:
        candidates = [_one(by_url.get(key_of[url], {}).values(), each.roadmap) for url in each.urls]
        task = None if each.urls else by_title.get((each.roadmap, each.title))
        if match := by_key.get(each.key) or next(filter(None, candidates), task):
            found[each.key] = match
    return found


def _among(rows: QuerySet[Row], name: str, values: Iterable[str]) -> Iterator[Row]:
    """Yield the rows in which a field has one of any number of values."""
    some = sorted(set(values))
    for start in range(0, len(some), SO_MANY):
        yield from rows.filter(**{f"{name}__in": some[start : start + SO_MANY]})


def _one(same: Collection[Resource], roadmap: str) -> Resource | None:
    """Return the one of some resources of one URL that is meant: that of the roadmap, else the only one."""
    here = [it for it in same if it.roadmap.slug == roadmap]
    return next(iter(here or (same if len(same) == 1 else ())), None)


def _furthest(states: Iterable[tuple[int, Standing]]) -> dict[int, Standing]:
    """Return one state for each resource, where several of a file are one here."""
    furthest: dict[int, Standing] = {}
    for pk, at in states:
        if pk not in furthest or tracking.join(furthest[pk].state, at.state) != furthest[pk].state:
            furthest[pk] = at
    return {pk: at for pk, at in furthest.items() if at.state}


def _restore_settings(user: User, account: Mapping[str, str | bool], report: Report) -> None:
    """Take over settings where the account has none of its own."""
    user.refresh_from_db(fields=SETTINGS)
    fresh = []
    for column in User._meta.concrete_fields:
        if column.name not in account:
            continue
        ours = _setting(column.name, account[column.name])
        if ours is None:
            report.unknown.append(str(account[column.name]))
        elif ours != getattr(user, column.name) == column.get_default():
            setattr(user, column.name, ours)
            fresh.append(column)
    user.save(update_fields=[column.name for column in fresh])
    report.settings = [str(column.verbose_name) for column in fresh]


def _setting(name: str, value: str | bool) -> str | bool | None:
    """Return a setting of a file as one of this site; None if it is not."""
    if isinstance(value, bool) or (not value and name != "theme"):
        return value
    if name == "name":
        return " ".join(value.split())[:150]
    if name == "time_zone":
        return zone_named(value)
    return value if value in (Theme.values if name == "theme" else dict(settings.LANGUAGES)) else None


class _Notes(NamedTuple):
    """What a learner's notes and those of a file come to."""

    mine: dict[int, Note]
    """Those that are there, by resource."""
    texts: dict[int, str]
    """What changes."""
    since: dict[int, datetime]
    """Since when the new ones stand."""
    there: int
    too_long: list[tuple[str, str]]


def _joined(user: User, rows: Collection[tuple[Resource, str, datetime]]) -> _Notes:
    mine = {note.resource_id: note for note in Note.objects.filter(user=user, resource__in={row[0].pk for row in rows})}
    both = _Notes(mine, {}, {}, 0, [])
    there = 0
    for resource, text, at in rows:
        old = both.texts.get(resource.pk, mine[resource.pk].text if resource.pk in mine else "")
        new = joined(old, text)
        if new == old:
            there += 1
        elif len(new) > NOTE_LENGTH:
            both.too_long.append((resource.title, text))
        else:
            both.texts[resource.pk] = new
            both.since[resource.pk] = max(at, both.since.get(resource.pk, at))
    return both._replace(there=there)


def _restore_notes(
    user: User, rows: Collection[tuple[Resource, str, datetime]], html: Mapping[str, str], now: datetime, report: Report
) -> None:
    """Join notes with those that are there; `html` has what was rendered already, by text."""
    both = _joined(user, rows)
    changed = []
    for pk, text in both.texts.items():
        note = both.mine.get(pk) or Note(user=user, resource_id=pk, version=0)
        note.write(text, html.get(text))
        note.version += 1
        note.changed_at = now if note.pk else min(both.since[pk], now)
        changed.append(note)
    Note.objects.bulk_create([note for note in changed if not note.pk])
    Note.objects.bulk_update([note for note in changed if note.pk], [*Note.WRITTEN, "version", "changed_at"])
    report.notes, report.there, report.too_long = len(changed), report.there + both.there, both.too_long


def _restore_events(user: User, rows: Collection[tuple[int, Act]], now: datetime, report: Report) -> None:
    """Keep the acts of a file that are not known here; a state that came in is brought along anew, if at all."""
    zone = user.zone
    mine = StudyEvent.objects.filter(user=user, undone_at=None, resource__in={pk for pk, _ in rows})
    known = {_same(row.resource_id, Act(row.kind, row.before, row.after, row.at), zone) for row in mine}
    fresh: dict[Same, StudyEvent] = {}
    for pk, act in rows:
        same = _same(pk, act, zone)
        if act.kind == StudyEvent.Kind.BROUGHT or same in known:
            continue
        if act.at > now:
            report.future += 1
        else:
            fresh.setdefault(same, StudyEvent(user=user, resource_id=pk, batch="", **act._asdict()))
    StudyEvent.objects.bulk_create(fresh.values())
    report.events = len(fresh)


def _same(resource: int, act: Act, zone: ZoneInfo) -> Same:
    """Return what makes an act the same as another: of notes, one is kept a day."""
    is_note = act.kind == StudyEvent.Kind.NOTE
    return resource, act.kind, act.after, act.at.astimezone(zone).date() if is_note else act.at
