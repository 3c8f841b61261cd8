"""Putting away what is told of a roadmap."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import news, readers
from accounts.models import User
from accounts.tracking import Gone
from accounts.views.answers import came_from, outdated
from roadmap.models import ImportRun
from roadmap.stamps import is_open

AWAY = '<div hx-swap-oob="innerHTML:#News"></div>'


@never_cache
@require_POST
def seen(request: HttpRequest, run: int) -> HttpResponse:
    """Put away the news up to a run: the newest that the learner was told of, not one that came since."""
    reader = readers.of(request)
    found = ImportRun.objects.filter(pk=run).select_related("roadmap").defer("sources").first()
    if found is None or not is_open(found.roadmap.published, reader):
        raise Http404
    if readers.is_another(request, reader) or not isinstance(reader, User):
        return outdated(request)
    try:
        news.put_away(reader, found)
    except Gone:
        return outdated(request)
    return HttpResponse(AWAY) if request.headers.get("HX-Request") else redirect(came_from(request))
