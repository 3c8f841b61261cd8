"""What readers are told of links: those that died and those that were mended."""

from __future__ import annotations

from django.utils import timezone

from roadmap.health.links import address_of
from roadmap.models import BROKEN, Link, LinkEvent, Resource


def replaced(resource: Resource, by: Link | None) -> None:
    """Tell that an editor gave a dead link another URL: to be called with the new URL set, the link still the old.

    `by` is what is known of the new URL: one that is broken too mends nothing.
    """
    link, address = resource.link, address_of(resource.url)
    if link is None or link.died_at is None or resource.retired_at or address in ("", link.url):
        return
    if by is not None and by.grade in BROKEN:
        return
    LinkEvent.objects.create(
        roadmap_id=resource.roadmap_id,
        resource=resource,
        kind=LinkEvent.Kind.MENDED,
        at=timezone.now(),
        title=resource.title,
        url=resource.url,
        replaced=link.url,
    )
