"""The page of one resource: its state, where it stands, and the learner's note on it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import access, linked, notes, overlay, readers
from accounts.models import NOT_STARTED, NOTE_LENGTH, GuestTick, Note, Progress, State, User
from accounts.tracking import Guest, Reader
from roadmap.models import Kind, Listing, Resource
from roadmap.stamps import is_open

DRAFTS = "drafts"
"""The session's key of notes that a guest wrote, kept until they can be saved: texts by key of the resource."""


@never_cache
@require_safe
def resource(request: HttpRequest, key: str) -> HttpResponse:
    """Show a resource with its note; `?edit` opens the editor, which a draft from before the sign-in fills."""
    found = access.resource(readers.of(request), key)
    draft = request.session.get(DRAFTS, {}).get(key)
    if draft is not None:
        # Whoever wrote it saw no note: it must not be saved over one.
        return show(request, found, text=draft, version=0)
    return show(request, found, editing="edit" in request.GET)


def show(
    request: HttpRequest,
    resource: Resource,
    *,
    text: str | None = None,
    editing: bool = False,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Return a resource's page. `text` stands in the editor instead of the note's own; `more` goes to the template."""
    reader = readers.of(request)
    context = {
        **editor(request, resource, text=text, editing=editing),
        "is_open": is_open(resource.roadmap.published, reader),
        "places": _places(resource),
        "choices": _choices(_state(reader, resource)),
        "kind": Kind(resource.kind).label,
        "health": linked.health_of(reader, resource),
        **more,
    }
    return render(request, "accounts/resource.html", context, status=status)


def editor(
    request: HttpRequest, resource: Resource, *, text: str | None = None, editing: bool = False
) -> dict[str, Any]:
    """Return what the note's template needs: an editor where there is no note to show yet, or something unsaved."""
    note = notes.of(request.user, resource) if isinstance(request.user, User) else Note(version=0)
    return {
        "resource": resource,
        "note": note,
        "version": request.POST.get("version") or note.version,
        "text": note.text if text is None else text,
        "editing": editing or text is not None or not note.text,
        "most": NOTE_LENGTH,
        "here": request.POST.get("next") or request.path,
    }


def _places(resource: Resource) -> list[Listing]:
    """Return where a resource stands on the site, in the order of the roadmap."""
    listings = resource.listings.filter(section__retired_at=None, section__page__retired_at=None)
    return list(
        listings.select_related("section__page__roadmap")
        .defer("section__source", "section__body_html")
        .order_by("section__page__position", "section__position", "position", "pk")
    )


def _state(reader: Reader | None, resource: Resource) -> str:
    if reader is None:
        return NOT_STARTED
    if isinstance(reader, Guest):
        mark = GuestTick.objects.filter(guest=reader.id, resource=resource).values_list("state", flat=True).first()
    else:
        mark = Progress.objects.filter(user=reader, resource=resource).values_list("state", flat=True).first()
    return mark or NOT_STARTED


def _choices(current: str) -> list[dict[str, Any]]:
    """Return the four states as the page offers them."""
    return [
        {"state": state, "icon": overlay.ICONS[state], "word": overlay.word(state), "current": state == current}
        for state in (NOT_STARTED, State.IN_PROGRESS, State.DONE, State.SKIPPED)
    ]
