"""A learner's note on a resource: seen, saved, previewed.

Each view answers in one of three ways: to `Accept: application/json` (a save by itself) with data, to `HX-Request` with
the piece of a page, to a plain form with the resource's page or the way to it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import access, notes, readers
from accounts.models import NOTE_LENGTH, User
from accounts.notes import Conflict
from accounts.tracking import Gone
from accounts.views.answers import came_from
from accounts.views.resources import DRAFTS, editor, show
from accounts.views.uniting import again_if_united
from roadmap import elements
from roadmap.models import Resource
from roadmap.reading.html import from_markdown

MOST_DRAFTS = 20
"""So many a guest's session keeps; the browser keeps them all."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@again_if_united
def note(request: HttpRequest, key: str) -> HttpResponse:
    """Show a note where it was asked for, or save what was posted."""
    resource = access.resource(readers.of(request), key)
    if request.method == "POST":
        return _post(request, resource)
    if "HX-Request" not in request.headers:
        return redirect("accounts:resource", key)
    return render(request, "accounts/_note.html", editor(request, resource, editing="edit" in request.GET))


@never_cache
@require_POST
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """Show what a text will look like. Nothing is saved."""
    resource = access.resource(readers.of(request), key)
    text = notes.tidy(request.POST.get("text", ""))
    if len(text) > NOTE_LENGTH:
        return _too_long(request, resource, text)
    html = mark_safe(elements.typed(from_markdown(text)))  # noqa: S308 - cleaned
    if "HX-Request" in request.headers:
        return HttpResponse(html or gettext("There is nothing to show yet."))
    return show(request, resource, text=text, preview=html)


def _post(request: HttpRequest, resource: Resource) -> HttpResponse:
    text = notes.tidy(_chosen(request))
    if len(text) > NOTE_LENGTH:
        return _too_long(request, resource, text)
    if not isinstance(request.user, User):
        return _to_sign_in(request, resource, text)
    if readers.is_another(request, request.user):
        return _of_another(request, resource, text)
    version = request.POST.get("version", "")
    try:
        saved = notes.save(
            request.user, resource, text, int(version) if version.isdecimal() and len(version) < 9 else 0
        )
    except Conflict as conflict:
        return _conflict(request, resource, text, conflict)
    except Gone:
        return _to_sign_in(request, resource, text)
    _keep_draft(request, resource, None)
    if _wants_data(request):
        return JsonResponse({"version": saved.version, "html": saved.html, "text": saved.text})
    return redirect("accounts:resource", resource.key)


def _chosen(request: HttpRequest) -> str:
    """Return the text that was posted; of two versions the one that the learner chose."""
    choice = request.POST.get("choice", "joined")
    return request.POST.get("text" if choice not in ("mine", "theirs") else choice, "")


def _wants_data(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _to_sign_in(request: HttpRequest, resource: Resource, text: str) -> HttpResponse:
    """Keep a text across the sign-in that it needs."""
    back = f"{reverse('accounts:resource', args=[resource.key])}?edit"
    sign_in = f"{reverse('account_login')}?{urlencode({'next': back})}"
    if _wants_data(request):
        return JsonResponse(
            {"sign_in": f"{reverse('account_login')}?{urlencode({'next': came_from(request)})}"}, status=401
        )
    _keep_draft(request, resource, text)
    return redirect(sign_in)


def _keep_draft(request: HttpRequest, resource: Resource, text: str | None) -> None:
    """Keep a draft in the session, among the newest of them; None lets go of it."""
    drafts = request.session.get(DRAFTS, {})
    if text is None and resource.key not in drafts:
        return
    others = {key: draft for key, draft in drafts.items() if key != resource.key}
    kept = others if text is None else {**others, resource.key: text}
    request.session[DRAFTS] = dict(list(kept.items())[-MOST_DRAFTS:])


def _of_another(request: HttpRequest, resource: Resource, text: str) -> HttpResponse:
    """Answer what was written for another account than the one signed in now: it is shown, not saved."""
    if _wants_data(request):
        said = gettext("Not saved: another account is signed in now. It is kept in this browser for yours.")
        return JsonResponse({"said": said}, status=401)
    said = gettext("This was written while another account was signed in. Save it to keep it in this one.")
    # Whoever wrote it saw another note than this account's: it must not be saved over that.
    return show(request, resource, text=text, version=0, said=said, status=409)


def _too_long(request: HttpRequest, resource: Resource, text: str) -> HttpResponse:
    over = len(text) - NOTE_LENGTH
    said = ngettext(
        "Not saved: the note is %(over)d character too long. Shorten it; what you wrote is still here.",
        "Not saved: the note is %(over)d characters too long. Shorten it; what you wrote is still here.",
        over,
    ) % {"over": over}
    if _wants_data(request) or "HX-Request" in request.headers:
        return JsonResponse({"said": said}, status=422)
    return show(request, resource, text=text, said=said, status=422)


def _conflict(request: HttpRequest, resource: Resource, text: str, conflict: Conflict) -> HttpResponse:
    """Show both versions, and a text of both; whatever is chosen is saved on top of the version that is shown."""
    context: dict[str, Any] = {
        "resource": resource,
        "theirs": conflict.note,
        "mine": text,
        "joined": notes.joined(conflict.note.text, text),
        "here": came_from(request),
    }
    if _wants_data(request):
        return render(request, "accounts/_conflict.html", context, status=409)
    return render(request, "accounts/conflict.html", context, status=409)
