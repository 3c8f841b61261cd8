"""Importing in the admin: upload or paste notes, see the plan, answer what it asks, apply it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.core.validators import validate_slug
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from roadmap.admin.base import admin_url
from roadmap.admin.preview import ANSWER, of_plan
from roadmap.importing import drafts
from roadmap.importing.apply import StalePlan
from roadmap.importing.drafts import Upload
from roadmap.importing.importer import Report, Target
from roadmap.models import Draft, ImportRun, Roadmap
from roadmap.reading import NotesError

RIGHT = "roadmap.add_importrun"


class ImportForm(forms.Form):
    """Notes, and the roadmap that they are for."""

    roadmap = forms.ModelChoiceField(
        Roadmap.objects.all(), required=False, label=_("roadmap"), empty_label=_("a new one")
    )
    file = forms.FileField(
        label=_("file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".md,.markdown,.txt,.zip,text/markdown,text/plain,application/zip"}),
        help_text=_("A Markdown file, or a zip of several with their images; each file may have 1 MB."),
    )
    text = forms.CharField(
        label=_("or text"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 12, "cols": 80, "class": "vLargeTextField notes-text", "spellcheck": "false"}
        ),
        help_text=_("Markdown, pasted."),
    )
    slug = forms.CharField(
        label=_("slug"),
        required=False,
        max_length=100,
        validators=[validate_slug],
        help_text=_("Its name in addresses, for example ai-engineer. Left empty: made of the file’s name."),
    )
    title = forms.CharField(
        label=_("title"),
        required=False,
        widget=AdminTextInputWidget(),
        help_text=_("Left empty: the notes’ first heading."),
    )
    language = forms.ChoiceField(label=_("language of the notes"), required=False, choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = settings.LANGUAGES  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.label = capfirst(field.label)

    @property
    def fieldsets(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields in two groups, each with its heading."""
        new = ("slug", "title", "language")
        notes = [field for field in self if field.name not in new]
        return [("", notes), (gettext("Only for a new roadmap"), [self[name] for name in new])]

    def clean(self) -> dict[str, Any]:
        """Return the values; there is a file or a text, not both."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "file" in self.errors or "text" in self.errors:
            return cleaned
        if bool(cleaned.get("file")) == bool(cleaned.get("text", "").strip()):
            self.add_error("file", _("Choose a file, or paste the text below: one of the two."))
        elif not ({"roadmap", "slug"} & self.errors.keys() or cleaned["roadmap"]):
            self._check_slug_is_free(self._new_slug())
        return cleaned

    def upload(self) -> Upload:
        """Return what was sent."""
        file = self.cleaned_data["file"]
        if file:
            return Upload(file.name, file.read(drafts.ZIP_MAX_BYTES + 1))
        # Browsers send a text's line ends as CRLF; what is pasted has those of most files.
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        return Upload(gettext("pasted text"), text.encode())

    def target(self) -> Target:
        """Return which roadmap it is for; what is said of a new one is not said of one that is there."""
        roadmap = self.cleaned_data["roadmap"]
        if roadmap:
            return Target(roadmap.slug)
        title, language = self.cleaned_data["title"].strip(), self.cleaned_data["language"]
        return Target(self._new_slug(), title or None, language or None)

    def _new_slug(self) -> str:
        """Return the slug of a new one: as it was typed, else made of the file's name."""
        file = self.cleaned_data["file"]
        return str(self.cleaned_data["slug"] or slugify(file.name.rpartition(".")[0] if file else "")[:100] or "notes")

    def _check_slug_is_free(self, slug: str) -> None:
        """Whoever asks for a new one must not change one that is there, least of all by what a file is called."""
        if Roadmap.objects.filter(slug=slug).exists():
            told = _("There is a roadmap with the slug “%(slug)s”; choose it above, or type another slug.")
            self.add_error("slug", forms.ValidationError(told, params={"slug": slug}))


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the addresses, all for those who may import alone."""

    def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return site.admin_view(_for_importers(view))

    return [
        path("import/", guarded(begin), name="roadmap_import"),
        path("import/<slug:key>/", guarded(confirm), name="roadmap_import_preview"),
        path("import/<slug:key>/discard/", guarded(discard), name="roadmap_import_discard"),
        path("import/back/<int:pk>/", guarded(back), name="roadmap_import_back"),
    ]


def _for_importers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(RIGHT):
            raise PermissionDenied
        return view(request, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Take notes and lead to the plan of their import."""
    form = ImportForm(request.POST or None, request.FILES or None, initial={"roadmap": request.GET.get("roadmap")})
    if request.method == "POST" and form.is_valid():
        try:
            draft = drafts.of_upload(form.upload(), form.target(), _user(request))
        except NotesError as error:
            form.add_error(None, gettext("The notes cannot be taken: %s") % error)
        else:
            return redirect("admin:roadmap_import_preview", key=draft.key)
    return _page(request, "admin/roadmap/import/begin.html", gettext("Import"), {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """Show what an import would do; carry it out once it is confirmed, as it was shown and in no other way."""
    draft = _draft(request, key)
    names = [name for name in request.POST if name.startswith(ANSWER)]
    answers = {name.removeprefix(ANSWER): request.POST.get(name, "") for name in names}
    stale = False
    try:
        if request.method == "POST":
            try:
                return _done(request, drafts.carry_out(draft, answers, _version(request), _user(request)))
            except StalePlan:
                stale = True
        report = drafts.preview(draft)
    except NotesError as error:
        messages.error(request, gettext("The notes cannot be taken: %s") % error)
        return redirect("admin:roadmap_import")
    context = {**of_plan(draft, report, answers), "stale": stale}
    return _page(request, "admin/roadmap/import/preview.html", gettext("Import"), context)


@require_POST
def discard(request: HttpRequest, key: str) -> HttpResponse:
    """Let go of a draft."""
    _draft(request, key).delete()
    messages.info(request, gettext("Nothing was imported."))
    return redirect("admin:roadmap_import")


@require_POST
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to the plan of going back to an earlier import."""
    run = get_object_or_404(ImportRun.objects.select_related("roadmap"), pk=pk)
    try:
        draft = drafts.of_run(run, _user(request))
    except NotesError as error:
        messages.error(request, str(error))
        return redirect(admin_url(run))
    return redirect("admin:roadmap_import_preview", key=draft.key)


def _user(request: HttpRequest) -> AbstractBaseUser:
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionDenied
    return request.user


def _draft(request: HttpRequest, key: str) -> Draft:
    """Return an editor's own draft. Raises Http404."""
    draft = Draft.objects.filter(key=key, by=_user(request).pk).first()
    if draft is None:
        raise Http404
    return draft


def _version(request: HttpRequest) -> int:
    version = request.POST.get("version", "")
    return int(version) if version.removeprefix("-").isdecimal() and len(version) < 20 else -2


def _done(request: HttpRequest, report: Report) -> HttpResponse:
    conflicts = len(report.plan.conflicts) if report.plan else 0
    if conflicts:
        told = ngettext(
            "%(count)d conflict waits to be settled: the front page of the admin leads to it.",
            "%(count)d conflicts wait to be settled: the front page of the admin leads to them.",
            conflicts,
        )
        messages.warning(request, told % {"count": conflicts})
    if report.run:
        messages.success(request, gettext("The roadmap is up to date. This is what changed:"))
        return redirect(admin_url(report.run))
    messages.info(request, gettext("The roadmap is as these notes have it; nothing changed for its readers."))
    return redirect("admin:roadmap_roadmap_changelist")


def _page(request: HttpRequest, template: str, title: str, context: dict[str, Any]) -> TemplateResponse:
    whole = {**admin.site.each_context(request), "title": title, "opts": Roadmap._meta, **context}
    return TemplateResponse(request, template, whole, status=422 if _is_invalid(request, context) else 200)


def _is_invalid(request: HttpRequest, context: dict[str, Any]) -> bool:
    form = context.get("form")
    return request.method == "POST" and bool(form and form.errors)
