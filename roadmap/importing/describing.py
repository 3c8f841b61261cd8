"""An ImportPlan as a person reads a diff: what a dry run prints and the admin's preview shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from roadmap.importing.plan import PLURALS, ImportPlan, PlannedChange, PlannedConflict, PlannedProposal

ADDED, MOVED, RETITLED, RELINKED, UPDATED, RETIRED, RESTORED = (
    "added", "moved", "retitled", "relinked", "updated", "retired", "restored",
)  # fmt: skip
SIGNS = {ADDED: "+", RESTORED: "+", MOVED: ">", RETITLED: "~", RELINKED: "~", UPDATED: "~", RETIRED: "-"}
"""How a line of the diff begins, by the first of its verbs."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that changes."""

    verbs: tuple[str, ...]
    title: str
    where: str
    """The titles of the sections it stands in from now on, or stood in; empty where that says nothing."""
    url: str
    differences: tuple[tuple[str, str, str], ...]
    """(field, before, after)."""
    marks: int
    """How many learners have a state or a note on what leaves."""

    @property
    def sign(self) -> str:
        """What the line begins with."""
        return SIGNS[self.verbs[0]]


@dataclass(frozen=True, slots=True)
class Description:
    """A whole plan: `groups` holds (what: one of PLURALS' values, its lines), those with lines alone."""

    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    conflicts: tuple[PlannedConflict, ...]
    proposals: tuple[PlannedProposal, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.groups or self.conflicts or self.proposals)


def retired_resources(plan: ImportPlan) -> list[int]:
    """Return the pks of the resources that would leave: `describe` wants to know who has marks on them."""
    return plan.retired["resource"]


def describe(plan: ImportPlan, marks: Mapping[int, int]) -> Description:
    """Return `plan` as lines; `marks` says how many learners have marks on a resource, by its pk."""
    groups = []
    for of, plural in PLURALS.items():
        lines = tuple(_line(plan, change, marks) for change in plan.changes if change.of == of)
        if lines:
            groups.append((plural, lines))
    return Description(tuple(groups), tuple(plan.conflicts), tuple(plan.proposals))


def _line(plan: ImportPlan, change: PlannedChange, marks: Mapping[int, int]) -> Line:
    detail = dict(change.detail)
    sections = detail.pop("sections", [[], []])
    verbs = _verbs(change)
    fields = [] if change.action in (ADDED, RETIRED) else list(detail.items())
    differences = [(name, _said(pair[0]), _said(pair[1])) for name, pair in fields]
    if MOVED in verbs and sections[0] != sections[1]:
        differences.insert(0, ("sections", _said(sections[0]), _said(sections[1])))
    return Line(
        verbs=verbs,
        title=change.title,
        where="" if MOVED in verbs else _said(sections[0] if change.action == RETIRED else sections[1]),
        url=_url(plan, change),
        differences=tuple(differences),
        marks=marks.get(change.retired_id or 0, 0) if change.of == "resource" else 0,
    )


def _verbs(change: PlannedChange) -> tuple[str, ...]:
    if change.action in (ADDED, RETIRED):
        return (change.action,)
    verbs = [change.action] if change.action in (MOVED, RESTORED) else []
    verbs += [RETITLED] if "title" in change.detail else []
    verbs += [RELINKED] if "url" in change.detail else []
    return tuple(verbs) or (UPDATED,)


def _url(plan: ImportPlan, change: PlannedChange) -> str:
    """Return the URL of what is new; of what is there already a reader knows it."""
    if change.of == "resource" and change.action == ADDED and change.row is not None:
        return str(plan.resources[change.row].values["url"])
    return ""


def _said(value: object) -> str:
    if isinstance(value, list):
        return " · ".join(str(each) or "…" for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
