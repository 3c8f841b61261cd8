"""Ticks that were kept in a copy of the notes: brought to the account, and taken along in one."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from accounts import statistics, tracking
from accounts.models import State, User
from accounts.tracking import Batch, Standing
from roadmap.contents import Contents
from roadmap.models import Listing, Resource, ResourceAlias, Roadmap, Section
from roadmap.reading import outline
from roadmap.reading.boxes import with_marks
from roadmap.reading.marks import unmarked
from roadmap.reading.ticks import BOM, Tick


@dataclass(frozen=True, slots=True)
class Group:
    """Resources that stand first in one section."""

    section: Section
    resources: list[Resource]


@dataclass(frozen=True, slots=True)
class Preview:
    """What bringing a copy's ticks would do."""

    groups: list[Group]
    """What would become done, in the order of the roadmap."""
    there: int
    """How many are done already."""
    unknown: list[str]
    """Titles of what is marked in the copy and not in the roadmap."""


def preview(user: User, roadmap: Roadmap, contents: Contents, ticks: Iterable[Tick]) -> Preview:
    """Return what would become done of a roadmap by the ticks of a copy. Nothing is written."""
    keys, unknown = _known(roadmap, ticks)
    states = statistics.states(user, roadmap.pk)
    fresh = {key for key in keys if states.get(key) != State.DONE}
    resources = {it.key: it for it in Resource.objects.filter(key__in=fresh)}
    groups: dict[int, Group] = {}
    for key, section in contents.place.items():
        if key in resources:
            group = groups.setdefault(section, Group(contents.nodes[section].section, []))
            group.resources.append(resources[key])
    return Preview(list(groups.values()), len(keys) - len(fresh), unknown)


def bring(user: User, roadmap: Roadmap, contents: Contents, keys: Iterable[str]) -> Batch:
    """Mark resources of a roadmap as done by their keys; keys of no live resource in it are passed over."""
    live = [key for key in keys if key in contents.place]
    pks = Resource.objects.filter(roadmap=roadmap, key__in=live).values_list("pk", flat=True)
    now = timezone.now()
    return tracking.bring(user, {pk: Standing(State.DONE, now) for pk in pks})


def _known(roadmap: Roadmap, ticks: Iterable[Tick]) -> tuple[set[str], list[str]]:
    """Return the keys of the live resources that are ticked, and the titles of ticks that find none."""
    listed = Listing.objects.filter(
        section__page__roadmap=roadmap,
        section__page__retired_at=None,
        section__retired_at=None,
        resource__retired_at=None,
    )
    aliases = ResourceAlias.objects.filter(roadmap=roadmap, resource__listings__in=listed).exclude(url_key=None)
    by_url = dict(aliases.values_list("url_key", "resource__key"))
    by_url |= {url: key for url, key in listed.values_list("resource__url_key", "resource__key") if url}
    tasks = _Tasks(listed)
    keys, unknown = set(), []
    for tick in ticks:
        key = by_url.get(tick.url_key) if tick.url_key else tasks.take(tick)
        if tick.done and key:
            keys.add(key)
        elif tick.done and not tick.has_links:
            unknown.append(tick.title)
    return keys, list(dict.fromkeys(unknown))


class _Tasks:
    """The keys of what has no URL: by section and title, of one name in their order, else by a title there is once."""

    def __init__(self, listed: QuerySet[Listing]) -> None:
        self._places: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._titles: dict[str, set[str]] = defaultdict(set)
        self._taken: dict[tuple[str, str], int] = defaultdict(int)
        rows = listed.filter(resource__url_key=None).select_related("resource", "section")
        order = ("section__page__position", "section__page", "section__position", "position", "pk")
        for row in rows.defer("section__source", "section__body_html").order_by(*order):
            resource = row.resource
            for title in dict.fromkeys((resource.title, (resource.imported or {}).get("title", resource.title))):
                self._places[unmarked(row.section.title), unmarked(title)].append(resource.key)
                self._titles[unmarked(title)].add(resource.key)

    def take(self, tick: Tick) -> str | None:
        """Return the key of what a tick of a copy is about; the copy's ticks are to come in its order."""
        place = (tick.section, tick.title)
        number = self._taken[place]
        self._taken[place] += 1
        here, anywhere = self._places.get(place, []), self._titles.get(tick.title, set())
        if number < len(here):
            return here[number]
        return next(iter(anywhere)) if len(anywhere) == 1 else None


def marked(user: User, roadmap: Roadmap) -> tuple[str, bytes]:
    """Return a name and the content of a file: the roadmap's notes with the learner's marks, a zip of several pages."""
    done = {key for key, state in statistics.states(user, roadmap.pk).items() if state == State.DONE}
    pages = roadmap.pages.filter(retired_at=None).order_by("position", "pk")
    files = []
    for page in pages:
        sections = list(page.sections.filter(retired_at=None).order_by("position"))
        text = _marked(sections, done)
        files.append((page.path, ((BOM if page.had_bom else "") + text).encode()))
    if len(files) == 1:
        return posixpath.basename(files[0][0]), files[0][1]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files:
            archive.writestr(path, content)
    return f"{roadmap.slug}.zip", packed.getvalue()


def _marked(sections: list[Section], done: set[str]) -> str:
    """Return a page's text with marks."""
    rows = Listing.objects.filter(section__in=sections, slot__isnull=False, resource__key__in=done)
    others = set(rows.values_list("section__slug", "slot"))
    links = set(rows.values_list("resource__url_key", flat=True))

    def is_done(section: outline.Section, listing: outline.Listing) -> bool:
        return listing.url_key in links if listing.url_key else (section.slug, listing.slot) in others

    return with_marks("".join(section.source for section in sections), is_done)
