"""Roadmaps: their names and where they come from. New ones come by importing notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.core.validators import URLValidator
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from roadmap import editing
from roadmap.admin import importing
from roadmap.admin.base import CarefulForm, admin_link, site_link
from roadmap.admin.typed import ModelAdmin
from roadmap.importing import exporting
from roadmap.importing.addresses import without_secrets
from roadmap.models import Page, Resource, Roadmap

ALL_ELSE = "all-else"
"""Asks for a zip in which something is missing."""


class RoadmapForm(CarefulForm[Roadmap]):
    """Changes what a roadmap is called and where it comes from."""

    language = forms.ChoiceField(label=_("language of the notes"))
    source_url = forms.URLField(
        label=_("source URL"),
        max_length=2000,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        widget=AdminTextInputWidget(attrs={"class": "vLargeTextField", "inputmode": "url"}),
        help_text=_(
            "Where the notes' first file is edited, for example on GitHub; relative links that lead to nothing here go "
            "there. The link to edit a page changes at once, links in the notes with the next import."
        ),
    )

    class Meta:
        model = Roadmap
        fields = ("title", "slug", "language", "published", "position", "source_url")
        widgets = {"title": AdminTextInputWidget(attrs={"class": "vLargeTextField"})}
        help_texts = {"slug": _("Its name in addresses. When you change it, links to the old address lead nowhere.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = self.instance.language
        others = [] if now in dict(settings.LANGUAGES) else [(now, now)]
        self.fields["language"].choices = [*settings.LANGUAGES, *others]  # type: ignore[attr-defined]


@admin.register(Roadmap)
class RoadmapAdmin(ModelAdmin[Roadmap]):
    """A study plan."""

    form = RoadmapForm
    list_display = (
        "title", "slug", "language", "published", "position", "page_count", "resource_count", "checked_at",
        "on_site", "as_zip",
    )  # fmt: skip
    search_fields = ("title", "slug", "source_url")
    readonly_fields = ("where_from", "source_ref", "source_path", "checked_at", "version")
    fieldsets = (
        (None, {"fields": RoadmapForm.Meta.fields}),
        (_("Details"), {"fields": readonly_fields, "classes": ("collapse",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Roadmap]:
        """Return the rows with the numbers of their pages and resources."""
        return super().get_queryset(request).annotate(live_pages=_live(Page), live_resources=_live(Resource))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Roadmap | None:
        """Return the row; one that is to be changed as it stands once nobody else can change it."""
        roadmap = super().get_object(request, object_id, from_field)
        if roadmap and request.method == "POST":
            editing.lock([roadmap.pk])
            roadmap.refresh_from_db()
        return roadmap

    def get_urls(self) -> list[URLPattern]:
        """Return the addresses, those of imports first."""
        out = path("<int:pk>/export/", self.admin_site.admin_view(self.export), name="roadmap_roadmap_export")
        return [*importing.urls(self.admin_site), out, *super().get_urls()]

    @method_decorator(require_safe)
    def export(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send a roadmap's notes and their images as a zip; where something would be missing in it, say so first."""
        roadmap = super().get_object(request, str(pk))
        if roadmap is None:
            raise Http404
        if not self.has_view_permission(request, roadmap):
            raise PermissionDenied
        exported = exporting.export(roadmap)
        if exported.left_out and ALL_ELSE not in request.GET:
            context = {"title": _("Export"), "opts": self.opts, "roadmap": roadmap, "left_out": exported.left_out}
            whole = {**self.admin_site.each_context(request), **context}
            return TemplateResponse(request, "admin/roadmap/roadmap/export.html", whole)
        name = f'attachment; filename="{roadmap.slug}.zip"'
        packed = exporting.packed([*exported.files, *exporting.images(exported)])
        return HttpResponse(packed, content_type="application/zip", headers={"Content-Disposition": name})

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds one here: an import makes it."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Roadmap | None = None) -> bool:
        """Nobody deletes one: learners' marks hang on it."""
        return False

    def save_model(self, request: HttpRequest, obj: Roadmap, form: Any, change: bool) -> None:
        """Save what was typed, and no other field."""
        if form.changed_data:
            editing.edit_roadmap(obj, form.changed_data)

    def view_on_site(self, obj: Roadmap) -> str:
        """Return its address."""
        return obj.get_absolute_url()

    @admin.display(description=_("pages"), ordering="live_pages")
    def page_count(self, roadmap: Roadmap) -> int:
        """How many files it has."""
        count: int = roadmap.live_pages  # type: ignore[attr-defined]
        return count

    @admin.display(description=pgettext_lazy("what there is", "resources"), ordering="live_resources")
    def resource_count(self, roadmap: Roadmap) -> int:
        """How many resources stand on the site."""
        count: int = roadmap.live_resources  # type: ignore[attr-defined]
        return count

    @admin.display(description=_("notes are read from"))
    def where_from(self, roadmap: Roadmap) -> str:
        """Where its notes are read, without what opens the door there."""
        return without_secrets(roadmap.source)

    @admin.display(description=_("link"))
    def on_site(self, roadmap: Roadmap) -> SafeString:
        """A link to it."""
        return site_link(roadmap.get_absolute_url())

    @admin.display(description=_("notes as files"))
    def as_zip(self, roadmap: Roadmap) -> SafeString | str:
        """A link to a zip of it."""
        words = format_html('{}<span class="visually-hidden">: {}</span>', _("Export"), roadmap)
        return admin_link(roadmap, words, "export")


def _live(model: type[Page] | type[Resource]) -> Coalesce:
    """Return how many live rows of `model` a roadmap has; two joins would multiply each other."""
    rows = model.objects.live().filter(roadmap=OuterRef("pk")).order_by().values("roadmap")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
