"""The admin: what an editor sees and does. Each module registers its part; what an act does is in `roadmap.editing`."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from roadmap.admin import front, imports, notes, proposals, resources, roadmaps, sections

__all__ = ["front", "imports", "notes", "proposals", "resources", "roadmaps", "sections"]

admin.site.site_header = _("AIE Notes")
admin.site.site_title = _("AIE Notes")
admin.site.index_title = _("Editing")
admin.site.empty_value_display = "—"
admin.site.index = front.with_wants(admin.site.index)  # type: ignore[method-assign, assignment]
