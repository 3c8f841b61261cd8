"""What imports did, to be looked at."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from roadmap.admin.base import LookOnlyAdmin, admin_link
from roadmap.admin.filters import RoadmapFilter
from roadmap.models import Change, ImportRun, Kind

SHOWN = 100
"""So many changes stand on a run's own page."""
ACTIONS = {
    "added": _("added"),
    "updated": _("updated"),
    "moved": _("moved"),
    "retired": _("retired"),
    "restored": _("restored"),
    "unchanged": _("unchanged"),
}
KINDS = {"pages": _("pages"), "sections": _("sections"), "resources": _("resources"), "todos": _("TODOs")}
FIELDS = {
    "title": _("title"),
    "url": _("URL"),
    "kind": _("kind"),
    "path": _("path"),
    "sections": _("sections"),
    "text": _("text"),
    "done": _("done"),
}


def table(counts: dict[str, dict[str, int]]) -> list[tuple[str, list[int]]]:
    """Return counts as lines: what, and how many for each of ACTIONS."""
    return [(str(KINDS[of]), [counts[of].get(action, 0) for action in ACTIONS]) for of in KINDS if of in counts]


def differences(change: Change) -> list[tuple[str, str, str]]:
    """Return what a change changed as (what, before, after), for people."""
    return [
        (str(FIELDS.get(name, name)), _said(name, pair[0]), _said(name, pair[1]))
        for name, pair in change.detail.items()
    ]


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return " · ".join(map(str, value))
    if name == "kind" and value in Kind:
        return str(Kind(value).label)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@admin.register(ImportRun)
class ImportRunAdmin(LookOnlyAdmin[ImportRun]):
    """One import that changed something."""

    list_display = ("at", "roadmap", "who", "source", "summary")
    list_filter = ("roadmap", "at")
    list_select_related = ("roadmap", "by")
    search_fields = ("source", "roadmap__title", "changes__title")
    fields = ("at", "roadmap", "who", "source", "version", "counts_shown", "changes_shown")
    readonly_fields = ("who", "counts_shown", "changes_shown")

    def view_on_site(self, obj: ImportRun) -> str:
        """Return the address of its roadmap."""
        return obj.roadmap.get_absolute_url()

    @admin.display(description=_("by"), ordering="by")
    def who(self, run: ImportRun) -> str:
        """Who imported."""
        return str(run.by) if run.by else gettext("the command line")

    @admin.display(description=_("changes"))
    def summary(self, run: ImportRun) -> str:
        """How many resources of which action."""
        counts = run.counts.get("resources", {})
        done = [
            f"{name} {counts[action]}"
            for action, name in ACTIONS.items()
            if counts.get(action) and action != "unchanged"
        ]
        return gettext("resources: %s") % ", ".join(done) if done else gettext("no resource")

    @admin.display(description=_("counts"))
    def counts_shown(self, run: ImportRun) -> str:
        """The counts as a table."""
        context = {"actions": ACTIONS.values(), "lines": table(run.counts)}
        return render_to_string("admin/roadmap/importrun/_counts.html", context)

    @admin.display(description=_("changes"))
    def changes_shown(self, run: ImportRun) -> str:
        """Its first changes, and the way to all of them."""
        changes = list(run.changes.order_by("pk")[: SHOWN + 1])
        lines = [(change, differences(change)) for change in changes[:SHOWN]]
        more = f"{reverse('admin:roadmap_change_changelist')}?run__id__exact={run.pk}" if len(changes) > SHOWN else ""
        return render_to_string("admin/roadmap/importrun/_changes.html", {"lines": lines, "more": more})


class RunRoadmapFilter(RoadmapFilter):
    """For changes."""

    through = "run__roadmap"


@admin.register(Change)
class ChangeAdmin(LookOnlyAdmin[Change]):
    """One thing that an import changed; reached from its run, so it does not stand in the menu."""

    list_display = ("title", "action", "of", "what", "run")
    list_display_links = None
    list_filter = ("of", "action", RunRoadmapFilter)
    list_select_related = ("run__roadmap",)
    search_fields = ("title",)
    fields = ("run", "of", "action", "title", "what", "seen_section", "seen_resource")
    readonly_fields = ("what", "seen_section", "seen_resource")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Keep it out of the menu."""
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow to narrow the list to one run."""
        return lookup == "run__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    @admin.display(description=_("before → after"))
    def what(self, change: Change) -> SafeString | str:
        """What it changed."""
        return render_to_string("admin/roadmap/importrun/_differences.html", {"differences": differences(change)})

    @admin.display(description=_("section"))
    def seen_section(self, change: Change) -> SafeString | str:
        """The section it was in."""
        return admin_link(change.section)

    @admin.display(description=_("resource"))
    def seen_resource(self, change: Change) -> SafeString | str:
        """The resource that changed."""
        return admin_link(change.resource)
