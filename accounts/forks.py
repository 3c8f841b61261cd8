"""Ticks that were kept in a copy of the notes: brought to the account, and taken along in one."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from accounts import statistics, tracking
from accounts.models import State, User
from accounts.tracking import Batch, Standing
from roadmap.contents import Contents
from roadmap.models import Listing, Resource, ResourceAlias, Roadmap, Section
from roadmap.reading import outline
from roadmap.reading.boxes import with_marks
from roadmap.reading.ticks import Tick

BOM = "\ufeff"


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
    keys, unknown = _known(roadmap, [tick for tick in ticks if tick.done])
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


def _known(roadmap: Roadmap, ticks: list[Tick]) -> tuple[set[str], list[str]]:
    """Return the keys of the live resources that are ticked, and the titles of ticks that find none."""
    live = Resource.objects.filter(roadmap=roadmap, retired_at=None, listings__section__retired_at=None)
    by_url = dict(live.exclude(url_key=None).values_list("url_key", "key"))
    aliases = ResourceAlias.objects.filter(roadmap=roadmap, resource__in=live)
    by_url |= dict(aliases.values_list("url_key", "resource__key"))
    tasks = set(live.filter(url_key=None).values_list("listings__section__title", "title", "key"))
    by_place = {(section, title): key for section, title, key in tasks}
    counts = Counter(title for title, _ in {(title, key) for _, title, key in tasks})
    by_title = {title: key for _, title, key in tasks if counts[title] == 1}
    keys, unknown = set(), []
    for tick in ticks:
        if tick.url_key:
            key = by_url.get(tick.url_key)
        else:
            key = by_place.get((tick.section, tick.title)) or by_title.get(tick.title)
        if key:
            keys.add(key)
        elif not tick.has_links:
            unknown.append(tick.title)
    return keys, list(dict.fromkeys(unknown))


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
    rows = Listing.objects.filter(section__in=sections, slot__isnull=False).select_related("resource", "section")
    links = {row.resource.url_key for row in rows if row.resource.key in done and row.resource.url_key}
    others = {(row.section.slug, row.slot) for row in rows if row.resource.key in done}

    def is_done(section: outline.Section, listing: outline.Listing) -> bool:
        return listing.url_key in links if listing.url_key else (section.slug, listing.slot) in others

    return with_marks("".join(section.source for section in sections), is_done)
