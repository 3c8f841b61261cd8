"""What an editor does to a roadmap, one function an act. Whoever calls has asked whether the editor may.

Every act locks the roadmap before anything else, as an import does, and raises its version: an import that was planned
before it is planned anew, and cached pages are stale at once. What the notes own (`imported`, sources, spans) is left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from django.db import transaction
from django.db.models import PROTECT, Max
from django.utils import timezone
from django.utils.html import escape

from roadmap.health import events, links
from roadmap.models import IMPORTED_FIELDS, Listing, Resource, ResourceAlias, Roadmap, Section
from roadmap.reading.html import from_markdown
from roadmap.reading.links import url_key


class StaleError(Exception):
    """What an editor decided on is not as it was shown any more; nothing was changed."""


class TakenError(Exception):
    """The URL belongs to another resource of the roadmap already."""

    def __init__(self, owner: Resource) -> None:
        super().__init__(f"the URL belongs to “{owner}”")
        self.owner = owner


def lock(roadmaps: Iterable[int]) -> None:
    """Hold the roadmaps with these primary keys until the transaction ends.

    They are taken in one order always, so that nobody waits in a circle. Who refers to them alone does not wait.
    """
    list(Roadmap.objects.select_for_update(no_key=True).filter(pk__in=set(roadmaps)).order_by("pk").values_list("pk"))


def owner_of(roadmap: int, url: str, besides: Resource | None = None) -> Resource | None:
    """Return the resource of a roadmap that has `url`, from the notes or as another URL of it; `besides` aside."""
    key = url_key(url)
    others = Resource.objects.filter(roadmap=roadmap).exclude(pk=besides and besides.pk)
    return others.filter(url_key=key).first() or others.filter(aliases__url_key=key).first()


@transaction.atomic
def edit(resource: Resource, values: Mapping[str, str]) -> list[str]:
    """Set those of IMPORTED_FIELDS that are in `values`; return the names of those that changed.

    Other fields are left as they stand in the tables by now. What was added by hand is found by its URL, so the key
    follows: raises TakenError where another resource has it.
    """
    lock([resource.roadmap_id])
    resource.refresh_from_db()
    changed = {name: values[name] for name in IMPORTED_FIELDS if name in values}
    changed = {name: value for name, value in changed.items() if getattr(resource, name) != value}
    if changed:
        _write(resource, changed)
        resource.roadmap.touch()
    return list(changed)


@transaction.atomic
def reset(resources: Iterable[Resource]) -> list[tuple[Resource, dict[str, str]]]:
    """Give resources the notes' values again; return those that were edited, each with the values it lost.

    What was added by hand stays as it is.
    """
    done = []
    for resource in locked(resources):
        if resource.imported is not None and (resource.edited_fields or resource.conflicts):
            lost = {name: getattr(resource, name) for name in resource.edited_fields}
            _write(resource, {name: resource.imported[name] for name in IMPORTED_FIELDS})
            done.append((resource, lost))
    _touch(resource for resource, _ in done)
    return done


def fingerprint(resource: Resource, field: str) -> str:
    """Return what stays the same while a field and the notes' value of it do: 16 hex digits."""
    both = f"{getattr(resource, field)}\0{(resource.imported or {}).get(field)}"
    return sha256(both.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@transaction.atomic
def settle(resource: Resource, field: str, take_notes: bool, shown: str = "") -> bool:
    """End the conflict about a field: with the notes' value, else with the editor's, which is not asked about again
    until the notes change anew. Return False, with nothing changed, where there is none any more.

    `shown` is the `fingerprint` of what was decided on. Raises StaleError where it is another by now.
    """
    lock([resource.roadmap_id])
    resource.refresh_from_db()
    if field not in resource.conflicts or resource.imported is None:
        return False
    if shown and shown != fingerprint(resource, field):
        raise StaleError
    if take_notes:
        _write(resource, {field: resource.imported[field]})
    else:
        del resource.conflicts[field]
        resource.save(update_fields=["conflicts"])
    resource.roadmap.touch()
    return True


@transaction.atomic
def retire(resources: Iterable[Resource]) -> list[Resource]:
    """Take resources off the site until an editor brings them back; return those that were not so retired before."""
    done = [resource for resource in locked(resources) if not (resource.retired_at and resource.retired_by_editor)]
    for resource in done:
        _set_retired(resource, retired=True, by_editor=True)
    _touch(done)
    return done


@transaction.atomic
def bring_back(resources: Iterable[Resource]) -> tuple[list[Resource], list[Resource]]:
    """Undo `retire`: return those that stand on the site again, and those that have no place there.

    The latter left the notes. They come back as soon as the notes or an editor list them.
    """
    back: list[Resource] = []
    waiting: list[Resource] = []
    for resource in locked(resources):
        if resource.retired_at is not None:
            placed = resource.listings.exists()
            _set_retired(resource, retired=not placed, by_editor=False)
            (back if placed else waiting).append(resource)
    _touch(back + waiting)
    return back, waiting


@transaction.atomic
def add(resource: Resource, section: Section) -> None:
    """Save a new resource at the end of a section; its title, URL, kind and description are set. Raises TakenError."""
    resource.roadmap = section.page.roadmap
    lock([resource.roadmap_id])
    resource.imported = None
    resource.home = section
    _follow_url(resource)
    resource.link = links.known(resource.url)
    resource.description_html = _rendered(resource.description)
    resource.save()
    place(Listing(resource=resource, section=section))


@transaction.atomic
def place(listing: Listing) -> None:
    """Save a listing by hand, new or moved, at the end of its section. A retired resource comes back with it."""
    resource = listing.resource
    lock([resource.roadmap_id])
    last = Listing.objects.filter(section=listing.section_id).aggregate(last=Max("position"))["last"]
    listing.position = 0 if last is None else last + 1
    if listing.pk is None:
        _label(listing, resource.title)
        listing.save()
    else:
        listing.save(update_fields=["section", "position"])
    if not resource.listings.exclude(pk=listing.pk).exists():
        # By its home an import knows again what has no URL.
        resource.home = listing.section
        resource.save(update_fields=["home"])
    if resource.retired_at is not None:
        _set_retired(resource, retired=False, by_editor=False)
    resource.roadmap.touch()


@transaction.atomic
def unplace(listing: Listing) -> None:
    """Delete a listing by hand. A resource that then stands nowhere is retired, until it is listed again."""
    resource = listing.resource
    lock([resource.roadmap_id])
    listing.delete()
    retire_if_nowhere(resource)
    resource.roadmap.touch()


@transaction.atomic
def retire_if_nowhere(resource: Resource) -> bool:
    """Retire a resource that stands nowhere, as an import would; return whether it was that."""
    lock([resource.roadmap_id])
    resource.refresh_from_db(fields=["retired_at"])
    if resource.retired_at is not None or resource.listings.exists():
        return False
    _set_retired(resource, retired=True, by_editor=False)
    resource.roadmap.touch()
    return True


@transaction.atomic
def save_alias(alias: ResourceAlias) -> None:
    """Save another URL of a resource: imports will know it by that one too. Raises TakenError."""
    lock([alias.resource.roadmap_id])
    owner = owner_of(alias.resource.roadmap_id, alias.url, besides=alias.resource)
    if owner:
        raise TakenError(owner)
    alias.roadmap_id = alias.resource.roadmap_id
    alias.url_key = url_key(alias.url)
    alias.save()
    alias.resource.roadmap.touch()


@transaction.atomic
def delete(resource: Resource) -> None:
    """Delete what was added by hand, or what has left the notes.

    Raises ProtectedError where a learner has a mark on it, StaleError where it may only be retired.
    """
    lock([resource.roadmap_id])
    hold(resource)
    resource.refresh_from_db()
    if not may_go(resource):
        raise StaleError
    roadmap = resource.roadmap
    resource.delete()
    roadmap.touch()


def hold(resource: Resource) -> None:
    """Within a transaction: let no mark on a resource that is to be deleted come in until it ends.

    Those that have come in are seen from now on; what comes later finds no resource.
    """
    list(Resource.objects.select_for_update().filter(pk=resource.pk).values_list("pk"))


def may_go(resource: Resource) -> bool:
    """Return whether the notes have nothing to do with a resource any more: it was added by hand, or has left them."""
    if resource.by_hand:
        return True
    left = resource.retired_at is not None and not resource.retired_by_editor
    return left and not resource.listings.exists()


def is_marked(resource: Resource) -> bool:
    """Return whether anybody ever left a mark on a resource: it can then be retired, and not deleted."""
    relations = [it for it in Resource._meta.related_objects if it.on_delete is PROTECT]
    return any(it.related_model._base_manager.filter(**{it.field.name: resource}).exists() for it in relations)


@transaction.atomic
def edit_roadmap(roadmap: Roadmap, names: Iterable[str]) -> None:
    """Save the named fields of a roadmap, no other."""
    lock([roadmap.pk])
    roadmap.save(update_fields=list(names))
    roadmap.touch()


def locked(resources: Iterable[Resource]) -> list[Resource]:
    """Within a transaction: return the resources as they stand, their roadmaps locked."""
    rows = [(resource.pk, resource.roadmap_id) for resource in resources]
    lock(roadmap for _, roadmap in rows)
    return list(Resource.objects.filter(pk__in=[pk for pk, _ in rows]).select_related("roadmap").order_by("pk"))


def _touch(resources: Iterable[Resource]) -> None:
    for roadmap in {resource.roadmap_id: resource.roadmap for resource in resources}.values():
        roadmap.touch()


def _write(resource: Resource, values: Mapping[str, str]) -> None:
    """Set fields and what follows from them, and save nothing else."""
    before = resource.title
    names = [*values, "conflicts"]
    for name, value in values.items():
        setattr(resource, name, value)
    if "description" in values:
        resource.description_html = _rendered(resource.description)
        names.append("description_html")
    if "url" in values:
        known = links.known(resource.url)
        events.replaced(resource, known)
        resource.link = known
        names.append("link")
        if resource.by_hand:
            _follow_url(resource)
            names.append("url_key")
    edited = resource.edited_fields
    resource.conflicts = {name: both for name, both in resource.conflicts.items() if name in edited}
    resource.save(update_fields=names)
    for listing in resource.listings.filter(slot=None, label=before).exclude(label=resource.title):
        _label(listing, resource.title)
        listing.save(update_fields=["label", "label_html"])


def _follow_url(resource: Resource) -> None:
    owner = owner_of(resource.roadmap_id, resource.url, besides=resource) if resource.url else None
    if owner:
        raise TakenError(owner)
    resource.url_key = url_key(resource.url) if resource.url else None


def _label(listing: Listing, title: str) -> None:
    listing.label, listing.label_html = title, escape(title)


def _rendered(description: str) -> str:
    return from_markdown(description) if description else ""


def _set_retired(resource: Resource, *, retired: bool, by_editor: bool) -> None:
    resource.retired_at = (resource.retired_at or timezone.now()) if retired else None
    resource.retired_by_editor = by_editor
    resource.save(update_fields=["retired_at", "retired_by_editor"])
