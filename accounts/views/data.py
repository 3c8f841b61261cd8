"""A learner's data: taken along, and brought back."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import access, exporting, exports, restoring
from accounts.exports import BadFile
from accounts.forms import ExportForm
from accounts.tracking import Gone
from accounts.views.answers import outdated
from roadmap.models import Roadmap


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def data(request: HttpRequest) -> HttpResponse:
    """Offer the downloads; read back in what was downloaded, and say what came of it."""
    user = access.learner(request)
    form = ExportForm(request.POST, request.FILES) if request.method == "POST" else ExportForm()
    report = None
    if form.is_valid():
        try:
            report = restoring.restore(user, exports.read(form.cleaned_data["text"]))
        except BadFile as error:
            form.add_error(None, str(error))
        except Gone:
            return outdated(request)
    roadmaps = Roadmap.objects.filter(published=True)
    context = {"form": ExportForm() if report else form, "report": report, "roadmaps": roadmaps}
    return render(request, "accounts/data.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_safe
def download_json(request: HttpRequest) -> HttpResponse:
    """Everything, to be read back in."""
    return file(exporting.as_json(access.learner(request)), "application/json", "aie-notes.json")


@never_cache
@login_required
@require_safe
def download_csv(request: HttpRequest) -> HttpResponse:
    """All states as a table."""
    return file(exporting.as_csv(access.learner(request)), "text/csv", "progress.csv")


@never_cache
@login_required
@require_safe
def download_notes(request: HttpRequest) -> HttpResponse:
    """All notes as one text."""
    return file(exporting.as_markdown(access.learner(request)), "text/markdown", "notes.md")


def file(content: str | bytes, kind: str, name: str) -> HttpResponse:
    """Return a download. `name` is one of ours, or a name of the notes, which the header escapes."""
    content_type = kind if isinstance(content, bytes) else f"{kind}; charset=utf-8"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": content_disposition_header(True, name) or ""},
    )
