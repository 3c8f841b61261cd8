"""Ticks from a fork of the notes, and a copy of the notes with one's ticks."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access, forks
from accounts.forms import UploadForm
from accounts.tracking import Gone
from accounts.views.answers import UNDO, outdated, undoable
from accounts.views.data import file
from roadmap.models import Roadmap
from roadmap.reading import NotesError
from roadmap.reading.ticks import ticked


@never_cache
@login_required
@require_safe
def fork(request: HttpRequest) -> HttpResponse:
    """Lead to the one roadmap, or ask for which of several."""
    roadmaps = list(Roadmap.objects.filter(published=True))
    if len(roadmaps) == 1:
        return redirect("accounts:bring", roadmaps[0].slug)
    return render(request, "accounts/forks.html", {"roadmaps": roadmaps})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a fork's text and show what it would mark as done; nothing is saved yet."""
    roadmap, contents = access.roadmap(slug, access.learner(request))
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    preview = None
    if form.is_valid():
        try:
            ticks = ticked(form.cleaned_data["text"])
            preview = forks.preview(access.learner(request), roadmap, contents, ticks)
        except NotesError as error:
            form.add_error(None, gettext("The text cannot be read as Markdown: %(why)s.") % {"why": error})
    context = {"roadmap": roadmap, "form": form, "preview": preview}
    return render(request, "accounts/fork.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_POST
def confirm(request: HttpRequest, slug: str) -> HttpResponse:
    """Mark as done what was left checked."""
    roadmap, contents = access.roadmap(slug, access.learner(request))
    try:
        batch = forks.bring(access.learner(request), roadmap, contents, request.POST.getlist("key"))
    except Gone:
        return outdated(request)
    text = ngettext("%(count)d resource is done now.", "%(count)d resources are done now.", batch.changed)
    messages.success(request, undoable(text % {"count": batch.changed}, batch), extra_tags=UNDO)
    return redirect(roadmap)


@never_cache
@login_required
@require_safe
def download(request: HttpRequest, slug: str) -> HttpResponse:
    """The notes with a check at each resource that is done."""
    roadmap, _ = access.roadmap(slug, access.learner(request))
    name, content = forks.marked(access.learner(request), roadmap)
    return file(content, "application/zip" if name.endswith(".zip") else "text/markdown; charset=utf-8", name)
