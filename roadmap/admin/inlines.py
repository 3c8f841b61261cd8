"""What stands on a resource's page besides its own fields: its places, and its other URLs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from roadmap.admin.base import LookOnlyInline, admin_link, site_link
from roadmap.admin.choosing import ABOVE, SectionField, heading_path
from roadmap.admin.resource_forms import AliasForm, OnceEach, PlaceForm
from roadmap.admin.typed import TabularInline
from roadmap.models import Listing, Resource, ResourceAlias

Rows = QuerySet[Listing]


class PlacesInNotes(LookOnlyInline):
    """Where the notes list it."""

    model = Listing
    verbose_name = _("place in the notes")
    verbose_name_plural = _("places in the notes")
    fields = readonly_fields = ("where", "label", "context", "on_site")
    ordering = ("section__page__position", "section__position", "position")

    def get_queryset(self, request: HttpRequest) -> Rows:
        """Return what an import listed."""
        above = [f"section__{each}" for each in ABOVE]
        return super().get_queryset(request).exclude(slot=None).select_related("section__page__roadmap", *above)

    @admin.display(description=_("section"))
    def where(self, listing: Listing) -> SafeString | str:
        """The section, with the headings above it."""
        return admin_link(listing.section, heading_path(listing.section))

    @admin.display(description=_("on the site"))
    def on_site(self, listing: Listing) -> SafeString:
        """A link to the section on the site."""
        return site_link(listing.section.get_absolute_url())


class PlacesByHand(TabularInline[Listing, Resource]):
    """Where an editor listed it: at the end of these sections."""

    model = Listing
    form = PlaceForm
    formset = OnceEach
    verbose_name = _("place added by hand")
    verbose_name_plural = _("places added by hand, each at the end of its section")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> Rows:
        """Return what an editor listed."""
        return super().get_queryset(request).filter(slot=None)

    def get_formset(self, request: HttpRequest, obj: Resource | None = None, **kwargs: Any) -> Any:
        """Return the forms, which offer the sections of the resource's own roadmap."""
        formset = super().get_formset(request, obj, **kwargs)
        if "section" in formset.form.base_fields:
            formset.form.base_fields["section"] = SectionField(obj.roadmap if obj else None)
        return formset


class OtherUrls(TabularInline[ResourceAlias, Resource]):
    """By which other URLs imports know it."""

    model = ResourceAlias
    form = AliasForm
    formset = OnceEach
    verbose_name = _("other URL")
    verbose_name_plural = _("other URLs: where the notes give one of them, imports know it is this resource")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResourceAlias]:
        """Return the URLs; a resource may go by other titles and keys too, which nobody types."""
        return super().get_queryset(request).exclude(url_key=None)
