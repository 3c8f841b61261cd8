"""What an import would do, in the editor's words: an ImportPlan as the preview shows it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.holders import learners_of
from roadmap.admin.comparing import TextLine, differing, marked, shown
from roadmap.admin.imports import FIELDS, KINDS, OPEN, said, table
from roadmap.importing.describing import RETIRED, Line, describe, retired_resources
from roadmap.importing.importer import Report
from roadmap.importing.plan import PLURALS, ImportPlan, PlannedConflict
from roadmap.models import Draft, Roadmap
from roadmap.reading.outline import WARNINGS, Warning

ANSWER = "answer:"
"""How the names of the answers to proposals begin in the form."""
ANSWERS = (("", _("decide later")), ("confirmed", _("the same")), ("refused", _("not the same")))
VERBS = {
    "added": _("new"),
    "moved": _("moved"),
    "retitled": _("renamed"),
    "relinked": _("new link"),
    "updated": _("changed"),
    "retired": _("gone"),
    "restored": _("come back"),
}
FEW = 5
"""Fewer are not worth a fold."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the diff: `differences` holds (what, before, after)."""

    line: Line
    verbs: list[str]
    differences: list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of pages, sections, resources or TODOs; `tally` holds (verb, its words, how many lines begin so)."""

    name: str
    tally: list[tuple[str, str, int]]
    lines: list[Shown]
    folded: list[Shown]


@dataclass(frozen=True, slots=True)
class Conflict:
    """What both sides changed: three values side by side, or of a text the lines that each side changed."""

    title: str
    of: str
    field: str
    values: tuple[SafeString, SafeString, SafeString] | None
    texts: tuple[list[TextLine], list[TextLine]] | None


def of_plan(draft: Draft, report: Report, answers: dict[str, str]) -> dict[str, Any]:
    """Return what the preview shows; what was answered before stays answered, and is asked again."""
    plan = report.plan or ImportPlan(None)
    told = describe(plan, learners_of(retired_resources(plan)))
    actions, counts = table(report.counts)
    return {
        "draft": draft,
        "roadmap": Roadmap.objects.filter(slug=report.roadmap).first(),
        "slug": report.roadmap,
        "changed": report.changed,
        "groups": [_group(str(KINDS[of]), lines) for of, lines in told.groups],
        "conflicts": [_conflict(each) for each in told.conflicts],
        "proposals": [(each, ANSWER + each.name, answers.get(each.name, "")) for each in told.proposals],
        "choices": ANSWERS,
        "warnings": [_warning(each) for each in report.warnings],
        "kinds": actions,
        "lines": counts,
        "version": -1 if plan.version is None else plan.version,
    }


def _group(name: str, lines: Iterable[Line]) -> Group:
    found = [_line(line) for line in sorted(lines, key=_urgency)]
    counts = Counter(each.line.verbs[0] for each in found)
    tally = [(verb, str(words), counts[verb]) for verb, words in VERBS.items() if counts[verb]]
    open_until = OPEN if len(found) > OPEN + FEW else len(found)
    return Group(name, tally, found[:open_until], found[open_until:])


def _urgency(line: Line) -> int:
    """Return where a line stands: what learners marked and what goes comes before what a fold may hide."""
    return 0 if line.marks else 1 if line.verbs[0] == RETIRED else 2


def _line(line: Line) -> Shown:
    differences = [
        (str(FIELDS.get(name, name)), said(name, before), said(name, after)) for name, before, after in line.differences
    ]
    return Shown(line, [str(VERBS[verb]) for verb in line.verbs], differences)


def _conflict(each: PlannedConflict) -> Conflict:
    of, field = str(KINDS[PLURALS[each.of]]), str(FIELDS.get(each.field, each.field))
    base, notes, mine = (said(each.field, value) for value in (each.base, each.notes, each.mine))
    if each.field == "source":
        return Conflict(each.title, of, field, None, (differing(base, notes), differing(base, mine)))
    return Conflict(each.title, of, field, (shown(base), marked(base, notes), marked(base, mine)), None)


def _warning(each: Warning) -> tuple[str, int, str]:
    """Return a warning as (path, line, sentence)."""
    return each.path, each.line, gettext(WARNINGS[each.code]).format(each.subject)
