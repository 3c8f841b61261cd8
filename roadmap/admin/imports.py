"""What imports did, to be looked at."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from roadmap.admin.base import LookOnlyAdmin, admin_link
from roadmap.admin.filters import RoadmapFilter
from roadmap.importing.describing import SIGNS
from roadmap.importing.section_edits import SOURCE
from roadmap.models import Change, ImportRun, Kind

SHORT = 10
"""Digits of a commit's id that are shown."""
SHOWN = 100
"""So many changes stand on a run's own page."""
OPEN = 30
"""So many of them stand open; the others are folded away."""
ACTIONS = {
    "added": _("added"),
    "updated": _("updated"),
    "moved": _("moved"),
    "retired": _("retired"),
    "restored": _("restored"),
    "unchanged": _("unchanged"),
}
KINDS = {
    "pages": _("pages"),
    "sections": _("sections"),
    "resources": pgettext_lazy("what there is", "resources"),
    "todos": _("TODOs"),
}
FIELDS = {
    "title": _("title"),
    "url": _("URL"),
    "kind": _("kind"),
    "path": _("path"),
    "sections": _("sections"),
    "text": _("text"),
    "done": _("done"),
    "source": _("text"),
    "description": _("description"),
}


def table(counts: dict[str, dict[str, int]]) -> tuple[list[str], list[tuple[str, list[int]]]]:
    """Return counts as a table: its columns, and for each of ACTIONS its name with how many of each column."""
    kinds = [of for of in KINDS if of in counts]
    lines = [(str(name), [counts[of].get(action, 0) for of in kinds]) for action, name in ACTIONS.items()]
    return [str(KINDS[of]) for of in kinds], lines


def differences(change: Change) -> list[tuple[str, str, str]]:
    """Return what a change changed as (what, before, after), for people."""
    return [
        (str(FIELDS.get(name, name)), said(name, pair[0]), said(name, pair[1])) for name, pair in change.detail.items()
    ]


def said(name: str, value: Any) -> str:
    """Return a value of a field as it is shown to people."""
    if isinstance(value, bool) or (name == "done" and value in ("yes", "no")):
        return gettext("yes") if value in (True, "yes") else gettext("no")
    if isinstance(value, list):
        return " · ".join(map(str, value))
    if name == "kind" and value in Kind:
        return str(Kind(value).label)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@admin.register(ImportRun)
class ImportRunAdmin(LookOnlyAdmin[ImportRun]):
    """One import that changed something."""

    list_display = ("at", "roadmap", "who", "came_from", "summary")
    list_filter = ("roadmap", "at")
    list_select_related = ("roadmap", "by")
    search_fields = ("source", "roadmap__title", "changes__title")
    fields = (
        "at",
        "roadmap",
        "who",
        "came_from",
        "commit",
        "back_to",
        "kept",
        "version",
        "counts_shown",
        "changes_shown",
    )
    readonly_fields = ("who", "came_from", "kept", "counts_shown", "changes_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        """Return the rows without the files that they keep."""
        return super().get_queryset(request).defer("sources").annotate(has_sources=Q(sources__isnull=False))

    def view_on_site(self, obj: ImportRun) -> str:
        """Return the address of its roadmap."""
        return obj.roadmap.get_absolute_url()

    @admin.display(description=_("notes are read from"), ordering="source")
    def came_from(self, run: ImportRun) -> str:
        """Where the notes were read, and at which commit."""
        source = gettext("edited in the admin") if run.source == SOURCE else run.source
        return f"{source} @ {run.commit[:SHORT]}" if run.commit else source

    @admin.display(description=_("files kept"), boolean=True)
    def kept(self, run: ImportRun) -> bool:
        """Whether one can go back to it."""
        return bool(run.has_sources)  # type: ignore[attr-defined]

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
        kinds, lines = table(run.counts)
        return render_to_string("admin/roadmap/importrun/_counts.html", {"kinds": kinds, "lines": lines})

    @admin.display(description=_("changes"))
    def changes_shown(self, run: ImportRun) -> str:
        """Its first changes, and the way to all of them."""
        changes = list(run.changes.order_by("pk")[: SHOWN + 1])
        lines = [
            {"change": change, "sign": SIGNS.get(change.action, "~"), "differences": differences(change)}
            for change in changes[:SHOWN]
        ]
        more = f"{reverse('admin:roadmap_change_changelist')}?run__id__exact={run.pk}" if len(changes) > SHOWN else ""
        context = {"lines": lines[:OPEN], "folded": lines[OPEN:], "more": more}
        return render_to_string("admin/roadmap/importrun/_changes.html", context)


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
