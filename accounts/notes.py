"""Every write of a learner's note: one version after the other, so that no save overwrites what it has not seen."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import NOTE_LENGTH, Note, StudyEvent, User
from accounts.tracking import hold
from roadmap.models import Resource
from roadmap.reading.html import from_markdown


class TooLong(Exception):
    """A note has more than NOTE_LENGTH characters; `length` is how many. Nothing was saved."""

    def __init__(self, length: int) -> None:
        super().__init__(f"{length} characters, at most {NOTE_LENGTH}")
        self.length = length


class Conflict(Exception):
    """The note was saved elsewhere since the version that a save began with; `note` is what stands. Nothing was
    saved."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"version {note.version} stands")
        self.note = note


def tidy(text: str) -> str:
    """Return a text as notes keep it: lines ended by "\\n", nothing that a database or UTF-8 cannot hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def joined(theirs: str, mine: str) -> str:
    """Return two versions as one text: the one, if it holds the other, else one beneath the other."""
    if mine in theirs:
        return theirs
    if theirs in mine:
        return mine
    return f"{theirs}\n\n---\n\n{mine}"


def of(user: User, resource: Resource) -> Note:
    """Return a learner's note; an empty one of version 0, not in the database, where none was ever written."""
    return Note.objects.filter(user=user, resource=resource).first() or Note(
        user=user, resource=resource, version=0, changed_at=timezone.now()
    )


def save(user: User, resource: Resource, text: str, version: int) -> Note:
    """Save a note that was begun at `version` (0: there was none) and return it.

    A text that stands already is not saved again, whatever its version: a save that is sent twice does no harm. Nor can
    anything be lost where the note was emptied.
    Raises TooLong, Conflict, and tracking.Gone.
    """
    text = tidy(text)
    if len(text) > NOTE_LENGTH:
        raise TooLong(len(text))
    html = from_markdown(text)
    with transaction.atomic():
        hold(user)
        note = of(user, resource)
        if note.text == text:
            return note
        if note.version != version and note.text:
            raise Conflict(note)
        note.write(text, html)
        note.version, note.changed_at = note.version + 1, timezone.now()
        note.save()
        _keep_event(user, resource, note.changed_at)
    return note


def _keep_event(user: User, resource: Resource, at: datetime) -> None:
    """Keep that the learner wrote on this resource today, once."""
    day = timezone.localtime(at, user.zone).date()
    midnight = datetime.combine(day, time(), user.zone)
    today = StudyEvent.objects.filter(user=user, at__gte=midnight, at__lt=midnight + timedelta(days=1))
    if not today.filter(resource=resource, kind=StudyEvent.Kind.NOTE).exists():
        StudyEvent.objects.create(user=user, resource=resource, kind=StudyEvent.Kind.NOTE, at=at)
