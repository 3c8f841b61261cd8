"""Rows that are retired instead of deleted."""

from __future__ import annotations

from typing import Any

from django.db import models


class RetiringQuerySet(models.QuerySet[Any]):
    """Rows that are retired instead of deleted."""

    def live(self) -> RetiringQuerySet:
        """Rows that stand on the site now."""
        return self.filter(retired_at=None)

    def retired(self) -> RetiringQuerySet:
        """Rows that left the notes, or that an editor retired."""
        return self.exclude(retired_at=None)
