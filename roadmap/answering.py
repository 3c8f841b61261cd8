"""What an editor answers to a proposal: that what is new in the notes is what has left them, or that it is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from django.db import transaction
from django.utils.html import escape

from roadmap.editing import lock
from roadmap.health import links
from roadmap.importing.merging import merge
from roadmap.importing.standing import OldResource
from roadmap.importing.titles import title_key
from roadmap.models import Change, LinkEvent, Listing, Proposal, Resource, ResourceAlias
from roadmap.reading.html import from_markdown
from roadmap.reading.links import url_key

Unite = Callable[[Resource, Resource], None]
"""Brings learners' marks on the second resource to the first; afterwards the second can be deleted."""


class AnsweredError(Exception):
    """The proposal has been answered meanwhile."""


class ThereAgainError(Exception):
    """What had left the notes stands in them again: the two are two."""


class GoneError(Exception):
    """What was new in the notes has left them, or is off the site."""


@transaction.atomic
def refuse(proposal: Proposal) -> None:
    """Keep that the two are not the same. Raises AnsweredError, or GoneError where what had left was deleted."""
    lock([proposal.roadmap_id])
    _still_open(proposal)
    proposal.answer = Proposal.Answer.REFUSED
    proposal.save(update_fields=["answer"])


@transaction.atomic
def confirm(proposal: Proposal, unite: Unite) -> Resource:
    """Make one of the two: return the old resource, which lives on under its key with the marks, places and other
    URLs of both, and with what the notes say of the new one, which is deleted.

    Raises AnsweredError, ThereAgainError, GoneError and what `unite` raises; nothing was changed then.
    """
    lock([proposal.roadmap_id])
    _still_open(proposal)
    old, new = proposal.resource, proposal.found
    if old.listings.exclude(slot=None).exists():
        raise ThereAgainError
    if new is None or new.retired_at is not None or new.imported is None:
        raise GoneError
    unite(old, new)
    _keep_names(old, new)
    _keep_rows(proposal, old, new)
    _merge(old, new, new.imported)
    new.delete()
    old.roadmap.touch()
    return old


def _still_open(proposal: Proposal) -> None:
    try:
        proposal.refresh_from_db()
    except Proposal.DoesNotExist:
        raise GoneError from None
    if proposal.answer:
        raise AnsweredError


def _keep_names(old: Resource, new: Resource) -> None:
    """Let imports know the old resource by whatever either was called in the notes: earlier ones may come back."""
    ResourceAlias.objects.filter(resource=new).update(resource=old)
    ResourceAlias.objects.create(roadmap_id=old.roadmap_id, resource=old, key=new.key)
    for each in (old, new):
        said = each.imported or {"url": each.url, "title": each.title}
        if each.url_key:
            url = said["url"] if url_key(said["url"]) == each.url_key else each.url
            key: dict[str, Any] = {"url_key": each.url_key}
            values = {"url": url}
        else:
            key, values = {"title_key": title_key(said["title"])}, {"title": said["title"]}
        defaults = {"resource": old, **values}
        ResourceAlias.objects.get_or_create(roadmap_id=old.roadmap_id, **key, defaults=defaults)


def _keep_rows(proposal: Proposal, old: Resource, new: Resource) -> None:
    """Bring to the old resource what hangs on the new one, and answer what follows from the two being one."""
    proposal.answer, proposal.found = Proposal.Answer.CONFIRMED, None
    proposal.save(update_fields=["answer", "found"])
    # It can be no other of the new ones.
    old.proposals.filter(answer="").update(answer=Proposal.Answer.REFUSED)
    Proposal.objects.filter(resource=new, found=old).delete()
    Proposal.objects.filter(resource=new, key__in=old.proposals.values("key")).delete()
    Proposal.objects.filter(resource=new).update(resource=old)
    Proposal.objects.filter(found=new).update(found=old)
    Change.objects.filter(resource=new).update(resource=old)
    LinkEvent.objects.filter(resource=new).update(resource=old)
    Listing.objects.filter(resource=new).update(resource=old)
    _once_in_a_section(old)


def _once_in_a_section(resource: Resource) -> None:
    """Take away what was listed by hand where the resource stands anyway."""
    seen = set(resource.listings.exclude(slot=None).values_list("section_id", flat=True))
    for listing in resource.listings.filter(slot=None).order_by("pk"):
        if listing.section_id in seen:
            listing.delete()
        seen.add(listing.section_id)


def _merge(old: Resource, new: Resource, notes: dict[str, str]) -> None:
    """Let the old resource take over what the notes say of the new one. An editor's words stay: the old one's own,
    where those are the notes', the new one's."""
    titles = {old.title, new.title}
    row = OldResource(**{field.name: getattr(old, field.name) for field in fields(OldResource)})
    values = merge(row, notes)
    for name in set(new.edited_fields) - set(old.edited_fields):
        values[name] = getattr(new, name)
        values["conflicts"].pop(name, None)
        if name in new.conflicts:
            values["conflicts"][name] = new.conflicts[name]
    for name, value in values.items():
        setattr(old, name, value)
    old.url_key, old.home = new.url_key, new.home
    if "url" in values:
        old.link = links.known(old.url)
    old.description_html = from_markdown(old.description) if old.description else ""
    if not old.retired_by_editor:
        old.retired_at = None
    # Of two rows one may have a key: the new one lets go of it first.
    Resource.objects.filter(pk=new.pk).update(url_key=None)
    old.save()
    by_hand = old.listings.filter(slot=None, label__in=titles)
    by_hand.update(label=old.title, label_html=escape(old.title))
