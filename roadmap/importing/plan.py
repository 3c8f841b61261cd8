"""Everything that an import would change, and nothing yet changed: what is printed, previewed and carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from roadmap.reading.outline import Warning

PLURALS = {"page": "pages", "section": "sections", "resource": "resources", "todo": "todos"}
ACTIONS = ("added", "updated", "unchanged", "moved", "retired", "restored")


@dataclass(slots=True)
class PlannedRow:
    """One row to be: `id` is None for a new one, `values` are only those that differ from what stands."""

    id: int | None
    values: dict[str, Any]
    parent: int | None = None
    """For sections: number of the parent in the plan; for listings and todos: number of the section."""
    page: int | None = None
    """For sections: number of the page in the plan."""
    resource: int | None = None
    """For listings: number of the resource in the plan."""
    moved: bool = False
    """Whether parent, page or section differ from what stands."""


@dataclass(slots=True)
class PlannedChange:
    """One thing that changes, as people are told: `row` is its number in the plan, `retired_id` the row that goes."""

    of: str
    action: str
    title: str
    detail: dict[str, list[Any]] = field(default_factory=dict)
    row: int | None = None
    retired_id: int | None = None


@dataclass(slots=True)
class ImportPlan:
    """What an import would do. `version` is the roadmap's version that it was made on, None for a new roadmap."""

    version: int | None
    roadmap: dict[str, Any] = field(default_factory=dict)
    pages: list[PlannedRow] = field(default_factory=list)
    sections: list[PlannedRow] = field(default_factory=list)
    resources: list[PlannedRow] = field(default_factory=list)
    listings: list[PlannedRow] = field(default_factory=list)
    todos: list[PlannedRow] = field(default_factory=list)
    retired: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in PLURALS})
    dropped_listings: list[int] = field(default_factory=list)
    rehomed_listings: dict[int, int] = field(default_factory=dict)
    """{listing added by hand whose section leaves: number of the section in the plan where it stands from now on}."""
    aliases: list[tuple[int, str]] = field(default_factory=list)
    """(number of the section in the plan, the slug it had)."""
    changes: list[PlannedChange] = field(default_factory=list)
    counts: dict[str, dict[str, int]] = field(
        default_factory=lambda: {name: dict.fromkeys(ACTIONS, 0) for name in PLURALS.values()}
    )
    warnings: list[Warning] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether carrying it out would leave every row as it is."""
        rows = (*self.pages, *self.sections, *self.resources, *self.listings, *self.todos)
        return not (
            self.roadmap
            or self.dropped_listings
            or self.rehomed_listings
            or any(self.retired.values())
            or any(row.id is None or row.values or row.moved for row in rows)
        )

    def note(self, of: str, action: str, change: PlannedChange | None = None) -> None:
        """Count one thing, and keep its change if it has one."""
        self.counts[PLURALS[of]][action] += 1
        if change:
            self.changes.append(change)
