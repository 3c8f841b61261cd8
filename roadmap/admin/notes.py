"""What the notes say, to be looked at: pages, places of resources, and the author's TODOs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from roadmap import editing
from roadmap.admin.base import LookOnlyAdmin, site_link
from roadmap.admin.filters import (
    DoneFilter,
    InSectionRoadmapFilter,
    PlacedFilter,
    RetiredFilter,
    WarningsFilter,
)
from roadmap.admin.sections import place_on_site
from roadmap.models import Listing, Page, Todo
from roadmap.reading.outline import WARNINGS


def sentences(page: Page) -> list[dict[str, Any]]:
    """Return a page's warnings as [{"line", "sentence"}]."""
    found = []
    for each in page.warnings:
        sentence = gettext(WARNINGS[each["code"]]) if each["code"] in WARNINGS else each["code"] + " {}"
        found.append({"line": each["line"], "sentence": sentence.format(each["subject"])})
    return found


@admin.register(Page)
class PageAdmin(LookOnlyAdmin[Page]):
    """A Markdown file of a roadmap."""

    list_display = ("title", "path", "roadmap", "section_count", "warning_count", "is_live", "on_site")
    list_filter = ("roadmap", RetiredFilter, WarningsFilter)
    list_select_related = ("roadmap",)
    search_fields = ("title", "path")
    fields = ("title", "path", "roadmap", "warnings_listed", "images", "had_bom", "checksum", "retired_at")
    readonly_fields = ("warnings_listed", "images")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Page]:
        """Return the rows with the number of their sections."""
        count = Count("sections", filter=Q(sections__retired_at=None))
        return super().get_queryset(request).annotate(live_sections=count)

    def view_on_site(self, obj: Page) -> str | None:
        """Return its address."""
        return None if obj.retired_at else obj.get_absolute_url()

    @admin.display(description=_("sections"), ordering="live_sections")
    def section_count(self, page: Page) -> int:
        """How many sections it has."""
        count: int = page.live_sections  # type: ignore[attr-defined]
        return count

    @admin.display(description=_("warnings"))
    def warning_count(self, page: Page) -> int | str:
        """How many warnings the last import gave."""
        return len(page.warnings) or ""

    @admin.display(description=_("on the site"), boolean=True, ordering="retired_at")
    def is_live(self, page: Page) -> bool:
        """Whether it stands in the notes."""
        return page.retired_at is None

    @admin.display(description=_("link"))
    def on_site(self, page: Page) -> SafeString | str:
        """A link to it."""
        return "" if page.retired_at else site_link(page.get_absolute_url())

    @admin.display(description=_("warnings"))
    def warnings_listed(self, page: Page) -> str:
        """What the last import found wanting, each with its line."""
        return render_to_string("admin/roadmap/page/_warnings.html", {"warnings": sentences(page)})

    @admin.display(description=_("images beside it"))
    def images(self, page: Page) -> str:
        """How many of its images came along."""
        here = sum(name is not None for name in page.assets.values())
        return gettext("%(here)d of %(all)d are here") % {"here": here, "all": len(page.assets)} if page.assets else "—"


@admin.register(Listing)
class ListingAdmin(LookOnlyAdmin[Listing]):
    """One place of a resource."""

    list_display = ("label", "resource", "section", "context", "from_where", "on_site")
    list_filter = (InSectionRoadmapFilter, PlacedFilter, "resource__kind")
    list_select_related = ("resource", "section__page__roadmap")
    search_fields = ("label", "context", "resource__title", "resource__url")
    fields = ("label", "resource", "section", "context", "from_where")
    readonly_fields = ("from_where",)
    ordering = ("section__page__roadmap", "section__page__position", "section__position", "position", "pk")

    def view_on_site(self, obj: Listing) -> str | None:
        """Return its section's place."""
        return place_on_site(obj.section)

    def has_delete_permission(self, request: HttpRequest, obj: Listing | None = None) -> bool:
        """What was listed by hand can be taken away again; what the notes list, in the notes."""
        codename = f"{self.opts.app_label}.delete_{self.opts.model_name}"
        return obj is not None and obj.slot is None and request.user.has_perm(codename)

    def delete_model(self, request: HttpRequest, obj: Listing) -> None:
        """Take it away."""
        editing.unplace(obj)

    @admin.display(description=_("origin"), ordering="slot")
    def from_where(self, listing: Listing) -> str:
        """Who put it there."""
        return gettext("added by hand") if listing.slot is None else gettext("from the notes")

    @admin.display(description=_("link"))
    def on_site(self, listing: Listing) -> SafeString | str:
        """A link to its section."""
        url = place_on_site(listing.section)
        return site_link(url) if url else ""


@admin.register(Todo)
class TodoAdmin(LookOnlyAdmin[Todo]):
    """One item of the author's own TODO list."""

    list_display = ("text", "done", "section", "is_live", "on_site")
    list_filter = (InSectionRoadmapFilter, DoneFilter, RetiredFilter)
    list_select_related = ("section__page__roadmap",)
    search_fields = ("text",)
    fields = ("text", "done", "section", "retired_at")

    def view_on_site(self, obj: Todo) -> str | None:
        """Return its section's place."""
        return None if obj.retired_at else place_on_site(obj.section)

    @admin.display(description=_("on the site"), boolean=True, ordering="retired_at")
    def is_live(self, todo: Todo) -> bool:
        """Whether it stands in the notes."""
        return todo.retired_at is None

    @admin.display(description=_("link"))
    def on_site(self, todo: Todo) -> SafeString | str:
        """A link to its section."""
        url = self.view_on_site(todo)
        return site_link(url) if url else ""
