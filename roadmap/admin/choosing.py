"""Choosing a section: by typing a part of its heading, shown with the headings above it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from roadmap.admin.typed import ModelChoiceField
from roadmap.models import Listing, Roadmap, Section

ABOVE = ["__".join(["parent"] * depth) for depth in range(1, 6)]
"""Headings have six levels."""
VIEW = "roadmap_section_choose"


def choosable(roadmap: int | None = None) -> QuerySet[Section]:
    """Return the sections that stand on the site now, of one roadmap (its primary key) or of all, with those above."""
    found = Section.objects.live().filter(page__retired_at=None)
    if roadmap is not None:
        found = found.filter(page__roadmap=roadmap)
    return with_headings_above(found).order_by("page__roadmap", "page__position", "position")


def with_headings_above(sections: QuerySet[Section]) -> QuerySet[Section]:
    """Return the sections with what `heading_path` asks for, in one query and without their long texts."""
    short = ["title", "slug", "position", "retired_at", "parent", "page__path", "page__position"]
    short += ["page__roadmap__title", "page__roadmap__slug"]
    short += [f"{above}__{name}" for above in ABOVE for name in ("title", "parent", "page")]
    return sections.select_related("page__roadmap", *ABOVE).only(*short)


def heading_path(section: Section) -> str:
    """Return "roadmap › chapter › … › section"; a first heading that is the roadmap's title stands once."""
    titles = [str(section)]
    above = section.parent
    while above is not None:
        titles.insert(0, above.title)
        above = above.parent
    roadmap = section.page.roadmap.title
    return " › ".join(titles if titles[0] == roadmap else [roadmap, *titles])


class SectionWidget(AutocompleteSelect):
    """A select box that asks for sections while one types."""

    url_name = f"%s:{VIEW}"

    def __init__(self, roadmap: int | None) -> None:
        super().__init__(Listing._meta.get_field("section"), admin.site)
        self.roadmap = roadmap

    def get_url(self) -> str:
        """Return where to ask; for one roadmap's sections alone where it is known."""
        url = reverse(self.url_name % self.admin_site.name)
        return f"{url}?roadmap={self.roadmap}" if self.roadmap else url


class SectionField(ModelChoiceField[Section]):
    """A section that stands on the site now."""

    def __init__(self, roadmap: Roadmap | None = None) -> None:
        pk = roadmap.pk if roadmap else None
        super().__init__(
            choosable(pk),
            widget=SectionWidget(pk),
            label=_("section"),
            error_messages={"invalid_choice": _("Choose a section that stands on the site now.")},
        )

    def label_from_instance(self, section: Section) -> str:
        """Return what it is called in the box."""
        return heading_path(section)


class SectionChoices(AutocompleteJsonView):
    """Answers the select box. Asks for the right to view sections."""

    def get_queryset(self) -> Any:
        """Return the sections whose heading, or that of one above them, holds every word that was typed."""
        roadmap = self.request.GET.get("roadmap", "")
        found = choosable(int(roadmap) if roadmap.isdecimal() else None)
        for word in self.term.split():
            found = found.filter(title__icontains=word)
        return found

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        """Return a section as the box wants it."""
        return {"id": str(obj.pk), "text": heading_path(obj)}
