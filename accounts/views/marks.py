"""Marking: a resource's state, a whole section's, and the way back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import access, overlay, readers, statistics, tracking
from accounts.models import NOT_STARTED, State
from accounts.tracking import STATES, Batch, Gone
from accounts.views.answers import Changed, answer, outdated, refused
from accounts.views.uniting import again_if_united
from roadmap.contents import contents_of
from roadmap.models import Resource
from roadmap.stamps import of_shown


@never_cache
@require_POST
@again_if_united
def state(request: HttpRequest, key: str) -> HttpResponse:
    """Bring a resource into the state that was posted."""
    wanted = request.POST.get("state", "?")
    resource = access.resource(readers.of(request), key)
    if wanted not in STATES:
        return refused(request)
    return _mark(request, [resource], wanted, resource.title, f"R-{key}")


@never_cache
@require_POST
@again_if_united
def section(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring all resources of a section into one state: not started, or done, but for what is skipped and what nobody
    can study any more."""
    wanted = request.POST.get("state", "?")
    reader = readers.of(request)
    found = access.section(reader, pk)
    stamp = of_shown(found.page_id, reader)
    if wanted not in (State.DONE, NOT_STARTED) or stamp is None:
        return refused(request)
    states = statistics.states(reader, stamp.roadmap)
    contents = contents_of(stamp)
    keys = contents.nodes[pk].keys
    if wanted == State.DONE:
        keys = {key for key in keys - contents.dead if states.get(key) != State.SKIPPED}
    return _mark(request, list(Resource.objects.filter(key__in=keys)), wanted, found.title, found.slug)


@never_cache
@require_POST
def undo(request: HttpRequest, batch: str) -> HttpResponse:
    """Take back what one action of this reader changed, as far as it still stands."""
    reader = readers.of(request)
    if readers.is_another(request, reader) or reader is None:
        return outdated(request)
    try:
        back = tracking.undo(reader, batch)
    except Gone:
        return outdated(request)
    resources = list(Resource.objects.filter(pk__in=back))
    anchor = f"R-{resources[0].key}" if len(resources) == 1 else ""
    if len(resources) == 1:
        text = gettext("Taken back: %(title)s") % {"title": resources[0].title}
    elif resources:
        text = ngettext("Taken back: %(count)d resource", "Taken back: %(count)d resources", len(back))
        text = text % {"count": len(back)}
    else:
        text = gettext("There is nothing left to take back.")
    return answer(request, reader, Changed(resources, text), anchor)


@never_cache
@require_safe
def token(request: HttpRequest) -> HttpResponse:
    """Answer with the token that a post needs: pages for everyone hold none."""
    return JsonResponse({"token": get_token(request)})


def _mark(request: HttpRequest, resources: list[Resource], wanted: str, title: str, anchor: str) -> HttpResponse:
    before = readers.of(request)
    if readers.is_another(request, before):
        return outdated(request)
    reader = readers.to_write(request)
    try:
        batch = tracking.mark(reader, [resource.pk for resource in resources], wanted)
    except Gone:
        return outdated(request)
    changed = Changed(resources, _said(title, wanted, resources, batch), batch, first=before is None)
    return answer(request, reader, changed, anchor)


def _said(title: str, state: str, resources: list[Resource], batch: Batch) -> str:
    """Return what a change comes to, in words."""
    text = gettext("%(title)s: %(state)s") % {"title": title, "state": overlay.word(state)}
    if len(resources) == 1:
        return text
    said = ngettext("%(text)s (%(count)d resource)", "%(text)s (%(count)d resources)", batch.changed)
    return said % {"text": text, "count": batch.changed}
