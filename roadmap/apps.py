"""The app of what is to be learnt."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RoadmapConfig(AppConfig):
    """Roadmaps."""

    name = "roadmap"
    verbose_name = _("roadmaps")
