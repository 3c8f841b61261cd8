"""Which Link a resource has: addresses, and the rows that stand for them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q

from roadmap.models import BROKEN, HOST_LENGTH, Link, Resource, Roadmap
from roadmap.reading.links import is_web

BATCH = 500
_USUAL = {"http": 80, "https": 443}


def address_of(url: str) -> str:
    """Return what is asked for where a resource has this URL: all but its fragment; empty where that is no web URL."""
    address = url.partition("#")[0].strip()
    return address if is_web(address) else ""


def key_of(address: str) -> str:
    """Return `Link.key` of an address: 64 hex digits."""
    return sha256(address.encode("utf-8", "surrogatepass")).hexdigest()


def host_of(address: str) -> str:
    """Return the host of an address in lower case and ASCII, with its port where that is not the scheme's usual one;
    empty where there is none that could be asked."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    bracketed = f"[{host}]" if ":" in host else host
    named = bracketed if port in (None, _USUAL.get(parts.scheme.lower())) else f"{bracketed}:{port}"
    return named if len(named) <= HOST_LENGTH else ""


def known(url: str) -> Link | None:
    """Return the Link of a URL if there is one; one query at most."""
    address = address_of(url)
    return Link.objects.filter(key=key_of(address)).first() if address else None


def of(resource: Resource) -> Link | None:
    """Return the Link of a resource, made where it is missing; None for what has no web URL."""
    address = address_of(resource.url)
    if not address:
        return None
    link, _ = Link.objects.get_or_create(key=key_of(address), defaults={"url": address, "host": host_of(address)})
    if resource.link_id != link.pk:
        with transaction.atomic():
            # A check that writes down another grade now does not know of this resource yet.
            link = Link.objects.select_for_update(no_key=True).get(pk=link.pk)
            if link.grade in BROKEN:
                raise_health(Q(pk=resource.roadmap_id))
            Resource.objects.filter(pk=resource.pk, url=resource.url).update(link=link)
        resource.link = link
    return link


def gather(which: Q | None = None) -> None:
    """Give every resource on the site, or those of `which`, the Link of its URL, made where it is missing."""
    rows = Resource.objects.filter(which or Q(), retired_at=None).exclude(url="").order_by("pk")
    columns = rows.values_list("pk", "url", "link__key")
    found: list[tuple[int, str]] = []
    for pk, url, key in columns.iterator(chunk_size=BATCH):
        address = address_of(url)
        if (key_of(address) if address else None) != key:
            found.append((pk, url))
        if len(found) == BATCH:
            _connect(found)
            found = []
    _connect(found)


@transaction.atomic
def _connect(rows: list[tuple[int, str]]) -> None:
    """Set the links of resources, given with the URLs that they had a moment ago."""
    addresses = {key_of(address): address for _, url in rows if (address := address_of(url))}
    made = (Link(key=key, url=address, host=host_of(address)) for key, address in addresses.items())
    Link.objects.bulk_create(made, ignore_conflicts=True)
    held = Link.objects.select_for_update(no_key=True).filter(key__in=addresses).order_by("pk")
    links = {link.key: link for link in held}
    found = [(pk, url, links.get(key_of(address_of(url))) if address_of(url) else None) for pk, url in rows]
    # Before the resources, as an import has it: of two who wait for each other neither would end.
    raise_health(Q(resources__in=[pk for pk, _, link in found if link and link.grade in BROKEN]))
    for pk, url, link in found:
        # What was changed in this moment is left to the next time.
        Resource.objects.filter(pk=pk, url=url).update(link=link)


def raise_health(roadmaps: Q) -> None:
    """Let pages of roadmaps be made anew: readers are shown something else of a link."""
    for pk in _ordered(roadmaps):
        Roadmap.objects.filter(pk=pk).update(health=F("health") + 1)


def _ordered(roadmaps: Q) -> Iterator[int]:
    """Yield pks in one order always, so that nobody waits in a circle."""
    yield from Roadmap.objects.filter(roadmaps).order_by("pk").values_list("pk", flat=True).distinct()
