"""What an editor does about the links of resources, one function an act. Whoever calls has asked whether they may.

A repair is an edit of the URL like any other (see `roadmap.editing`): imports keep it, and an export writes it into the
notes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, Value, prefetch_related_objects
from django.db.models.functions import Concat
from django.utils import timezone

from roadmap import editing
from roadmap.health import archive, links
from roadmap.models import BROKEN, Grade, Link, Resource
from roadmap.reading.links import host_of, is_typable

BATCH = 500
Offer = Callable[[Resource], str]
"""What a resource's URL could be instead; empty where there is nothing."""
CloseReports = Callable[[list[int]], int]
"""Puts aside what learners say of links, given by their pks; returns how many said so."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """A resource that has another URL now."""

    resource: Resource
    before: str
    """The URL that it had."""
    owner: Resource | None
    """Another resource that has the new URL too: an import would take one for the other, so an export leaves this
    repair out."""


@dataclass(frozen=True, slots=True)
class Repairs:
    """What came of repairing several resources."""

    done: list[Repaired] = field(default_factory=list)
    taken: list[tuple[Resource, Resource]] = field(default_factory=list)
    """Each resource that stays as it is, with the one whose the URL is."""


def moved_to(resource: Resource) -> str:
    """Return where the link of a resource moved to for good, with the resource's own fragment where that has none."""
    link = _link(resource)
    if link is None or link.grade != Grade.MOVED:
        return ""
    fragment = "" if "#" in link.target else "".join(resource.url.strip().partition("#")[1:])
    url = link.target + fragment
    return url if is_typable(url) and url != resource.url else ""


def archived(resource: Resource) -> str:
    """Return the Internet Archive's copy of what fails or is dead, nearest to the day it was last well."""
    link = _link(resource)
    if link is None or link.grade not in BROKEN or link.well_at is None:
        return ""
    url = resource.url.strip()
    return archive.copy_of(url, link.well_at) if is_typable(url) and not is_archived(url) else ""


def is_archived(url: str) -> bool:
    """Whether a URL leads to a copy at the Internet Archive itself."""
    return host_of(url) == host_of(archive.ARCHIVE)


@transaction.atomic
def repair(resources: Iterable[Resource], offer: Offer, shown: str | None = None) -> Repairs:
    """Give each resource the URL that `offer` returns for it, and leave those for which it returns none.

    `shown` is the URL that was decided on: raises StaleError where it is another by now.
    """
    found = Repairs()
    rows = editing.locked(resources)
    prefetch_related_objects(rows, "link")
    for resource in rows:
        url, before = offer(resource), resource.url
        if shown is not None and url != shown:
            raise editing.StaleError
        if not url:
            continue
        owner = _owner(resource, url)
        try:
            # What is called by its URL would go on naming the old one.
            editing.edit(resource, {"url": url} | ({"title": url} if resource.title == before else {}))
        except editing.TakenError as error:
            found.taken.append((resource, error.owner))
        else:
            found.done.append(Repaired(resource, before, owner))
    return found


@transaction.atomic
def leave(resources: Iterable[Resource], close: CloseReports, shown: str | None = None) -> list[Resource]:
    """Leave the links of resources as they are: what is found of them now, and what learners say of them, wants no
    hand any more, until something else is found. Return the resources that have a link.

    `shown` is the `verdict` that was decided on: raises StaleError where it is another by now.
    """
    rows = list(Resource.objects.filter(pk__in=[each.pk for each in resources], link__isnull=False).order_by("pk"))
    held = _held(row.link_id for row in rows)
    for link in held:
        if shown is not None and link.verdict != shown:
            raise editing.StaleError
        link.dismissed = link.verdict
    Link.objects.bulk_update(held, ["dismissed"], batch_size=BATCH)
    close([link.pk for link in held])
    return rows


def hurry(resources: Iterable[Resource]) -> list[Resource]:
    """Let the next check ask for the links of resources; return those that have one and stand on the site."""
    which = Q(pk__in=[each.pk for each in resources])
    links.gather(which)
    rows = list(Resource.objects.live().filter(which, link__isnull=False).order_by("pk"))
    with transaction.atomic():
        held = _held(row.link_id for row in rows)
        Link.objects.filter(pk__in=[link.pk for link in held]).update(hurried_at=timezone.now())
    return rows


def wanting(now: datetime) -> dict[str, Q]:
    """Return of which resources the link wants a hand: one that is dead, one that moved, one that has failed for
    LINKS_DEAD_DAYS. What an editor put aside does not."""
    long_ago = now - timedelta(days=settings.LINKS_DEAD_DAYS)
    moved = ~Q(link__dismissed=Concat(Value(f"{Grade.MOVED} "), F("link__target")))
    return {
        "dead": Q(link__grade=Grade.DEAD) & ~Q(link__dismissed=Grade.DEAD),
        "moved": Q(link__grade=Grade.MOVED) & moved,
        "failing": Q(link__grade=Grade.FAILING, link__failing_since__lte=long_ago) & ~Q(link__dismissed=Grade.FAILING),
    }


def _held(links: Iterable[int | None]) -> list[Link]:
    """Within a transaction: return links as they stand, in the order in which a check takes them too."""
    rows = Link.objects.select_for_update(no_key=True).filter(pk__in={pk for pk in links if pk})
    return list(rows.order_by("pk"))


def _link(resource: Resource) -> Link | None:
    """Return the link of a resource, if it is that of the URL that it has."""
    link = resource.link
    return link if link and link.url == links.address_of(resource.url) else None


def _owner(resource: Resource, url: str) -> Resource | None:
    """Return another resource that has a URL, from the notes or by an edit."""
    edited = Resource.objects.live().filter(roadmap=resource.roadmap_id, url=url).exclude(pk=resource.pk)
    return editing.owner_of(resource.roadmap_id, url, besides=resource) or edited.order_by("pk").first()
