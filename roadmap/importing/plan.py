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


@dataclass(frozen=True, slots=True)
class PlannedConflict:
    """What both the notes and an editor changed: the notes' former and new value, and the editor's, which stays."""

    of: str
    title: str
    field: str
    base: str
    notes: str
    mine: str


@dataclass(frozen=True, slots=True)
class PlannedProposal:
    """A question: is the new resource (its number in the plan) what the row `row` was? `name` names it in forms."""

    name: str
    row: int
    title: str
    url: str
    resource: int
    key: str
    new_title: str
    new_url: str
    section: str
    reason: str
    answer: str = ""
    """"refused" where the answer was no; what was confirmed is a pair and no question any more."""


@dataclass(frozen=True, slots=True)
class PlannedAlias:
    """What an editor confirmed: the row `row` goes by these URLs and titles too ({key: as written}), the new one's and
    the former. `key` is that of the proposal."""

    row: int
    key: str
    url: str
    title: str
    reason: str
    urls: dict[str, str]
    titles: dict[str, str]


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
    aliases: list[tuple[int, int, str]] = field(default_factory=list)
    """(number of the section in the plan, id of the page it stood on, the slug it had there)."""
    old_paths: list[tuple[int, str]] = field(default_factory=list)
    """(number of the page in the plan, the path it had)."""
    conflicts: list[PlannedConflict] = field(default_factory=list)
    """Those that are new."""
    proposals: list[PlannedProposal] = field(default_factory=list)
    confirmed: list[PlannedAlias] = field(default_factory=list)
    """What an editor confirmed in the preview."""
    found: dict[str, int] = field(default_factory=dict)
    """How many resources were found again by each rung of `roadmap.importing.matching`."""
    rungs: dict[int, str] = field(default_factory=dict)
    """By number of the resource in the plan: the rung that found it."""
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
            or self.confirmed
            or self.old_paths
            or self.rehomed_listings
            or any(self.retired.values())
            or any(row.id is None or row.values or row.moved for row in rows)
        )

    def note(self, of: str, action: str, change: PlannedChange | None = None) -> None:
        """Count one thing, and keep its change if it has one."""
        self.counts[PLURALS[of]][action] += 1
        if change:
            self.changes.append(change)

    def add(
        self,
        of: str,
        old: Any,
        values: dict[str, Any],
        action: str,
        title: str,
        told: dict[str, list[Any]],
        *,
        retired: bool = False,
    ) -> PlannedRow:
        """Plan one row with what differs from `old` (None: a new one), count it, and tell what `told` ({field: [before,
        after]}) says that differs. `retired` says that it stays off the site. Returns the row."""
        if old is not None:
            values = {name: value for name, value in values.items() if getattr(old, name) != value}
            if old.retired and not retired:
                values["retired"] = False
        rows: list[PlannedRow] = getattr(self, PLURALS[of])
        row = PlannedRow(old.id if old else None, values)
        rows.append(row)
        detail = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
        change = None if action == "unchanged" else PlannedChange(of, action, title, detail, row=len(rows) - 1)
        self.note(of, action, change)
        return row

    def retire(self, of: str, row_id: int, title: str, detail: dict[str, list[Any]] | None = None) -> None:
        """Plan that a row leaves the site, and tell it."""
        self.retired[of].append(row_id)
        self.note(of, "retired", PlannedChange(of, "retired", title, detail or {}, retired_id=row_id))


def action_of(
    old: Any, *, moved: bool, told: dict[str, list[Any]], touched: bool = False, ever_back: bool = True
) -> str:
    """Say in one word what happens to a thing: each is counted once, under the first of these that is true."""
    if old is None:
        return "added"
    if old.retired and ever_back:
        return "restored"
    if moved:
        return "moved"
    return "updated" if touched or any(before != after for before, after in told.values()) else "unchanged"
