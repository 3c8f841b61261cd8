"""Where resources stand: which places an import adds, changes and drops. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from roadmap.importing.flat import Flat, listing_values
from roadmap.importing.plan import ImportPlan, PlannedRow
from roadmap.importing.resource_plans import ResourcePlanner
from roadmap.importing.standing import OldListing, OldSection, Standing


def plan_listings(
    plan: ImportPlan,
    standing: Standing,
    flat: Flat,
    section_rows: Mapping[int, OldSection],
    resources: ResourcePlanner,
) -> None:
    """Add to a plan where its resources stand."""
    waiting: dict[tuple[int, int], list[OldListing]] = defaultdict(list)
    for row in standing.listings:
        waiting[row.section_id, row.resource_id].append(row)
    for rows in waiting.values():
        rows.sort(key=lambda row: row.by_hand)
    resource_of = iter(resources.numbers)
    used: set[int] = set()
    for number, section in enumerate(flat.sections):
        home = section_rows.get(number)
        for position, listing in enumerate(section.listings):
            resource = next(resource_of)
            found = resources.rows.get(resource)
            rows = waiting.get((home.id, found.id), []) if home and found else []
            old = rows.pop(0) if rows else None
            if old:
                used.add(old.id)
            values = listing_values(listing, position)
            changed = (
                values if old is None else {name: value for name, value in values.items() if old.values[name] != value}
            )
            plan.listings.append(PlannedRow(old.id if old else None, changed, parent=number, resource=resource))
    _others(plan, standing, section_rows, used)


def _others(plan: ImportPlan, standing: Standing, section_rows: Mapping[int, OldSection], used: set[int]) -> None:
    """What was listed by an import and is not any more goes; what was listed by hand finds a living section."""
    gone = set(plan.retired["section"]) | {old.id for old in standing.sections if old.retired}
    gone -= {old.id for old in section_rows.values()}
    by_id = {old.id: old for old in standing.sections}
    numbers = {old.id: number for number, old in section_rows.items()}
    for listing in standing.listings:
        if listing.id in used:
            continue
        if not listing.by_hand:
            plan.dropped_listings.append(listing.id)
        elif listing.section_id in gone and plan.sections:
            section: int | None = listing.section_id
            while section and section not in numbers:
                section = by_id[section].parent_id
            plan.rehomed_listings[listing.id] = numbers[section] if section else 0
