"""What learners wrote and editors decided, kept beside the tables, to be compared with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from accounts import notes, tracking
from accounts.models import GuestTick, Note, Progress, User
from accounts.tracking import Guest, Reader
from roadmap.models import IMPORTED_FIELDS, Page, Resource, Roadmap, Section


@dataclass
class Marks:
    """Everybody's states and notes, by key of the resource; and what the last action of each changed."""

    readers: list[Reader]
    states: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """By number of the reader."""
    texts: dict[int, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    last: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    """By number of the reader: the batch, the key, and the state before."""
    ever: set[str] = field(default_factory=set)
    """Keys of all that was ever marked."""

    def mark(self, who: int, resource: Resource, state: str) -> None:
        """Bring a resource into a state, in the tables and here."""
        before = self.states[who].get(resource.key, "")
        batch, changed = tracking.mark(self.readers[who], [resource.pk], state)
        assert changed == (before != state)
        if changed:
            self._set(who, resource.key, state)
            self.last[who] = (batch, resource.key, before)

    def undo(self, who: int) -> None:
        """Take back what the reader did last."""
        if who in self.last:
            batch, key, before = self.last.pop(who)
            assert tracking.undo(self.readers[who], batch) == [Resource.objects.get(key=key).pk]
            self._set(who, key, before)

    def write(self, who: int, resource: Resource, text: str) -> None:
        """Save a learner's note."""
        reader = self.readers[who]
        if isinstance(reader, User):
            standing = notes.of(reader, resource)
            assert standing.text == self.texts[who].get(resource.key, "")
            notes.save(reader, resource, text, standing.version)
            self.texts[who][resource.key] = text
            self.ever.add(resource.key)

    def unite(self, old: str, new: str) -> None:
        """Bring what stands on the key `new` to the key `old`."""
        for who in range(len(self.readers)):
            mine, theirs = self.states[who], self.texts[who]
            if state := mine.pop(new, ""):
                mine[old] = tracking.join(mine.get(old, ""), state)
            if text := theirs.pop(new, ""):
                theirs[old] = notes.joined(theirs[old], text) if theirs.get(old) else text
            if self.last.get(who, ("", "", ""))[1] in (old, new):
                del self.last[who]
        if new in self.ever:
            self.ever = self.ever - {new} | {old}

    def _set(self, who: int, key: str, state: str) -> None:
        self.ever.add(key)
        if state:
            self.states[who][key] = state
        else:
            self.states[who].pop(key, None)

    def check(self) -> None:
        """Raise AssertionError unless the tables hold just these marks."""
        for who, reader in enumerate(self.readers):
            assert _states_of(reader) == self.states[who]
            if isinstance(reader, User):
                written = Note.objects.filter(user=reader).exclude(text="").values_list("resource__key", "text")
                assert sorted(written) == sorted((key, text) for key, text in self.texts[who].items() if text)
        assert self.ever <= set(Resource.objects.values_list("key", flat=True))


def _states_of(reader: Reader) -> dict[str, str]:
    if isinstance(reader, Guest):
        return dict(GuestTick.objects.filter(guest=reader.id).exclude(state="").values_list("resource__key", "state"))
    return dict(Progress.objects.filter(user=reader).values_list("resource__key", "state"))


@dataclass
class Decisions:
    """What editors made of a roadmap, and have not taken back."""

    edited: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    """By key of the resource: the fields that were set."""
    retired: set[str] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    """Lines that were written into sections."""

    def check(self, roadmap: Roadmap) -> None:
        """Raise AssertionError where something of it is undone."""
        rows = {row.key: row for row in Resource.objects.filter(roadmap=roadmap)}
        for key, values in self.edited.items():
            assert {name: getattr(rows[key], name) for name in values} == values
        by_editor = {key for key, row in rows.items() if row.retired_by_editor and row.retired_at}
        assert by_editor == self.retired
        text = _kept_text(roadmap)
        for line in self.lines:
            assert text.count(line) == 1, line

    def settle(self, roadmap: Roadmap, notes_text: str) -> None:
        """Let go of what the notes have taken over: from now on they may change it."""
        for row in Resource.objects.filter(roadmap=roadmap, imported__isnull=False):
            mine = self.edited[row.key]
            for name in [name for name in IMPORTED_FIELDS if name in mine and row.imported[name] == mine[name]]:
                del mine[name]
        self.lines = {line for line in self.lines if line not in notes_text}

    def unite(self, old: Resource, new: Resource) -> None:
        """Let the old resource keep what was edited of either; call it before they are one."""
        theirs = self.edited.pop(new.key, {})
        for name in set(new.edited_fields) - set(old.edited_fields):
            if name in theirs:
                self.edited[old.key][name] = theirs[name]


def _kept_text(roadmap: Roadmap) -> str:
    """Return the text of all pages that stand, and of those that left with what was on them."""
    gone = Section.objects.filter(page__in=Page.objects.filter(roadmap=roadmap).exclude(retired_at=None))
    live = Section.objects.live().filter(page__roadmap=roadmap, page__retired_at=None)
    return "".join([*live.values_list("source", flat=True), *gone.values_list("source", flat=True)])
