"""The admin: what an editor sees and does. Each module registers its part; what an act does is in `roadmap.editing`."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from roadmap.admin import imports, notes, resources, roadmaps

__all__ = ["imports", "notes", "resources", "roadmaps"]

admin.site.site_header = _("AIE Notes")
admin.site.site_title = _("AIE Notes")
admin.site.index_title = _("Editing")
admin.site.empty_value_display = "—"
