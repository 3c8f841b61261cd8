"""“This link is broken”, said by a learner."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import access, readers
from accounts import broken as reports
from accounts.broken import Said
from accounts.models import User
from accounts.tracking import Gone
from accounts.views.answers import came_from, outdated, toast


@never_cache
@require_POST
def broken(request: HttpRequest, key: str) -> HttpResponse:
    """Take a learner's word that the link of a resource is broken. Who is not signed in is told where they can."""
    reader = readers.of(request)
    found = access.resource(reader, key)
    if readers.is_another(request, reader) or not isinstance(reader, User):
        return outdated(request)
    try:
        said = format_html("<span>{}</span>", in_words(reports.report(reader, found)))
    except Gone:
        return outdated(request)
    if request.headers.get("HX-Request"):
        return HttpResponse(toast(said))
    messages.success(request, said)
    return redirect(came_from(request))


def in_words(said: Said) -> str:
    """Return what is answered to a report."""
    if said == Said.TAKEN:
        return gettext("Thank you. Once three learners say so, the link is checked before its turn.")
    if said == Said.ALREADY:
        return gettext("You have said so already; the link was not checked since.")
    if said == Said.KNOWN:
        return gettext("That is known already: the last check says the same.")
    return gettext("There is no link here that could be checked.")
