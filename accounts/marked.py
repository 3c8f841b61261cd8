"""The resources on which a learner left marks, and where they stand: what the learner's own pages list."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from accounts import linked, overlay, searching
from accounts.models import Note, User
from accounts.tracking import NOTHING, Standing
from roadmap.contents import Contents, contents_of
from roadmap.elements import language_tag
from roadmap.models import Resource, Roadmap, Section
from roadmap.search import query
from roadmap.stamps import all_roadmaps

EXCERPT = 160
"""Characters that are shown of a note where it is only named."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A roadmap with its contents."""

    roadmap: Roadmap
    contents: Contents


@dataclass(frozen=True, slots=True)
class Item:
    """A resource with what the learner left on it."""

    resource: Resource
    section: Section | None
    """Where it stands first; None for what has left the notes."""
    standing: Standing = NOTHING
    note: Note | None = None

    @property
    def address(self) -> str:
        """Its place in the roadmap; empty where it has none."""
        return f"{self.section.page.get_absolute_url()}#R-{self.resource.key}" if self.section else ""

    @property
    def language(self) -> str:
        """The language of its title, as HTML wants it."""
        return language_tag(self.resource.roadmap.language)

    @property
    def control(self) -> SafeString:
        """Its state button."""
        return mark_safe(overlay.control(self.resource, self.standing.state))  # noqa: S308 - made there

    @property
    def icon(self) -> str:
        """The icon of its state."""
        return overlay.ICONS[self.standing.state]

    @property
    def state(self) -> str:
        """Its state in words."""
        return overlay.word(self.standing.state)

    @property
    def fault(self) -> SafeString:
        """The sign of its link where that fails or is dead; empty else."""
        return linked.fault(self.resource)

    @property
    def excerpt(self) -> str:
        """The beginning of its note as plain text."""
        if self.note is None:
            return ""
        plain = " ".join(html.unescape(strip_tags(self.note.html)).split())
        return Truncator(plain or self.note.text).chars(EXCERPT)


def plans() -> dict[int, Plan]:
    """Return all published roadmaps in their order, by pk; two queries, and those of contents that were not kept."""
    stamps = {stamp.roadmap: stamp for stamp in all_roadmaps()}
    roadmaps = Roadmap.objects.filter(pk__in=stamps)
    return {roadmap.pk: Plan(roadmap, contents_of(stamps[roadmap.pk])) for roadmap in roadmaps}


def sections(known: Mapping[int, Plan]) -> dict[str, Section]:
    """Return where each resource stands first, by its key, in the order of the roadmaps."""
    contents = [plan.contents for plan in known.values()]
    return {key: each.nodes[pk].section for each in contents for key, pk in each.place.items()}


def items(
    standings: Mapping[str, Standing | None], places: Mapping[str, Section], notes: Iterable[int]
) -> dict[str, Item]:
    """Return resources by key with their states, and with those of `notes` (pks) that are on them; two queries."""
    texts = {note.resource_id: note for note in Note.objects.filter(pk__in=list(notes))}
    resources = Resource.objects.filter(key__in=standings).select_related("roadmap", "link")
    return {it.key: Item(it, places.get(it.key), standings[it.key] or NOTHING, texts.get(it.pk)) for it in resources}


def notes_of(user: User, places: Mapping[str, Section], search: str = "") -> list[int]:
    """Return the pks of a learner's notes in the order of `places`, those on what has left them last; one query.

    With a search those alone in which, or in whose resource's title, each of its words stands; see `searching`.
    """
    asked = query(search)
    notes = Note.objects.filter(user=user).exclude(text="").order_by("resource__roadmap", "resource")
    if search.strip():
        found = [(noted.note, noted.resource) for noted in searching.noted(notes, asked)]
    else:
        found = list(notes.values_list("pk", "resource__key"))
    rank = {key: number for number, key in enumerate(places)}
    return [note for note, key in sorted(found, key=lambda row: rank.get(row[1], len(rank)))]


def written(notes: Sequence[int], places: Mapping[str, Section]) -> list[Item]:
    """Return notes by their pks, in this order, on their resources; one query."""
    found = Note.objects.select_related("resource__roadmap").in_bulk(notes)
    return [Item(note.resource, places.get(note.resource.key), note=note) for pk in notes if (note := found.get(pk))]
