"""Old rows + what was read -> ImportPlan. Pure; there is no other way to find a difference."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from roadmap.importing.flat import Flat
from roadmap.importing.gathering import Material, match
from roadmap.importing.listing_plans import plan_listings
from roadmap.importing.matching import match_todos
from roadmap.importing.plan import ImportPlan, PlannedConflict, action_of
from roadmap.importing.resource_plans import ResourcePlanner
from roadmap.importing.standing import OldPage, OldSection, Standing
from roadmap.importing.titles import two_titles
from roadmap.reading.outline import Section

Shown = Callable[[OldSection], str]
"""Gives a section's text with what editors changed of its resources, as an export would write it."""


class Planner:
    """Makes one ImportPlan. `answers` are those to proposals, by their names; `shown` gives a section row's text."""

    def __init__(
        self,
        standing: Standing,
        material: Material,
        wanted: Mapping[str, str],
        answers: Mapping[str, str],
        shown: Shown = lambda row: row.source,
    ) -> None:
        self.standing, self.material, self.answers, self.shown = standing, material, answers, shown
        self.outline = material.outline
        self.plan = ImportPlan(standing.version, roadmap=_differing(wanted, standing))
        self.flat = Flat(self.outline)
        self.titles = {row.id: row.title for row in standing.sections}
        self.sections = self.flat.sections

    def make(self) -> ImportPlan:
        """Return the plan."""
        self.plan.warnings = sorted(
            self.outline.warnings + two_titles(self.outline), key=lambda each: (each.path, each.line)
        )
        known = {number: laid.row for number, laid in enumerate(self.material.laid) if laid.row is not None}
        known |= self._taken_over(known)
        self.page_rows, self.section_rows = match(self.standing, self.outline, self.flat, known)
        self._sections()
        self._pages()
        resources = ResourcePlanner(self.plan, self.standing, self.flat, self.section_rows, self.answers)
        resources.make(self.material.known)
        plan_listings(self.plan, self.standing, self.flat, self.section_rows, resources)
        self._todos()
        return self.plan

    def _taken_over(self, known: Mapping[int, int]) -> dict[int, int]:
        """Return the rows of sections that are just what an export would write of what editors made of their links."""
        there = set(known.values())
        rows = [row for row in self.standing.sections if not row.retired and row.id not in there]
        written: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            text = self.shown(row)
            if text != row.source:
                written[text].append(row.id)
        texts = Counter(section.source for section in self.sections) if written else {}
        return {
            number: written[section.source][0]
            for number, section in enumerate(self.sections)
            if number not in known and len(written.get(section.source, ())) == 1 == texts[section.source]
        }

    # Pages

    def _pages(self) -> None:
        """Plan the pages; whether one was changed is told by its sections."""
        by_path: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for each in self.plan.warnings:
            by_path[each.path].append({"line": each.line, "code": each.code, "subject": each.subject})
        standing: dict[int, list[OldSection]] = defaultdict(list)
        for row in self.standing.sections:
            if not row.retired:
                standing[row.page_id].append(row)
        for number, (page, new) in enumerate(zip(self.outline.pages, self.material.pages, strict=True)):
            old = self.page_rows.get(number)
            values = asdict(new) | {
                "path": page.path,
                "position": number,
                "title": page.title,
                "warnings": by_path[page.path],
            }
            told = {"path": [old.path, page.path], "title": [old.title, page.title]} if old else {}
            text = "".join(section.source for section in page.sections)
            touched = bool(old and self._is_touched(old, standing[old.id], text, new.had_bom))
            if old and old.path != page.path and not old.retired:
                self.plan.old_paths.append((number, old.path))
            action = action_of(old, moved=bool(old and old.path != page.path), told=told, touched=touched)
            self.plan.add("page", old, values, action, page.title, told)
        kept = {old.id for old in self.page_rows.values()}
        for gone in self.standing.pages:
            if gone.id not in kept and not gone.retired:
                self.plan.retire("page", gone.id, gone.title)

    def _is_touched(self, old: OldPage, rows: list[OldSection], text: str, had_bom: bool) -> bool:
        """Whether a page's text is neither what stands nor what an export of it would write."""
        if old.had_bom != had_bom:
            return True
        return text != "".join(row.source for row in rows) and text != "".join(map(self.shown, rows))

    # Sections

    def _sections(self) -> None:
        self.new_of_section = {old.id: number for number, old in self.section_rows.items()}
        pages = {old.id: number for number, old in self.page_rows.items()}
        for number, section in enumerate(self.sections):
            self._section(number, section, pages)
        kept = {old.id for old in self.section_rows.values()}
        for gone in self.standing.sections:
            if gone.id not in kept and not gone.retired:
                self.plan.retire("section", gone.id, gone.title)

    def _section(self, number: int, section: Section, pages: Mapping[int, int]) -> None:
        old = self.section_rows.get(number)
        page, laid = self.flat.page_of[number], self.material.laid[number]
        values = {
            "position": number - self.flat.first[page],
            "depth": section.depth,
            "level": section.level,
            "title": section.title,
            "title_html": section.title_html,
            "slug": section.slug,
            "source": section.source,
            "notes_source": laid.notes_source,
            "conflicts": laid.conflicts,
            "body_html": section.body_html,
        }
        told: dict[str, list[Any]] = {"title": [old.title, section.title]} if old else {}
        moved = touched = False
        if old:
            moved = self._has_moved(number, old, pages)
            told |= {"sections": self._above(number, old)} if moved else {}
            touched = old.source != section.source and self.shown(old).strip() != section.source.strip()
            self._section_conflict(old, section, laid.conflicts)
            self._old_address(number, old, pages)
        action = action_of(old, moved=moved, told=told, touched=touched)
        row = self.plan.add("section", old, values, action, section.title, told)
        row.parent, row.page = self.flat.parents[number], page
        row.moved = moved or self._is_orphaned(old)
        if old and pages.get(old.page_id) != page:
            row.values["slug"] = section.slug

    def _has_moved(self, number: int, old: OldSection, pages: Mapping[int, int]) -> bool:
        parent = self.new_of_section.get(old.parent_id) if old.parent_id else None
        return parent != self.flat.parents[number] or pages.get(old.page_id) != self.flat.page_of[number]

    def _above(self, number: int, old: OldSection) -> list[Any]:
        """Return the titles of the headings under which a section stood and stands, or of the pages where these are
        the same."""
        pages = {row.id: row.title or row.path for row in self.standing.pages}
        parent, page = self.flat.parents[number], self.outline.pages[self.flat.page_of[number]]
        before = self.titles[old.parent_id] if old.parent_id else pages[old.page_id]
        after = self.sections[parent].title if parent is not None else page.title or page.path
        return [[before], [after]] if before != after else [[pages[old.page_id]], [page.title or page.path]]

    def _is_orphaned(self, old: OldSection | None) -> bool:
        """Whether what a section stood under leaves the notes: it stays, under nothing, and people see no move."""
        return bool(old and old.parent_id and old.parent_id not in self.new_of_section)

    def _old_address(self, number: int, old: OldSection, pages: Mapping[int, int]) -> None:
        """Keep the address at which a section stood, on the page where that was."""
        there = pages.get(old.page_id)
        if (
            old.slug
            and not old.retired
            and (old.slug != self.sections[number].slug or there != self.flat.page_of[number])
        ):
            self.plan.aliases.append((number, old.page_id, old.slug))

    def _section_conflict(self, old: OldSection, section: Section, conflicts: Mapping[str, Any]) -> None:
        both = conflicts.get("source")
        if both and both != old.conflicts.get("source"):
            self.plan.conflicts.append(
                PlannedConflict("section", section.title, "source", both["base"], both["notes"], section.source)
            )

    # Todos

    def _todos(self) -> None:
        new = [(number, todo) for number, section in enumerate(self.sections) for todo in section.todos]
        section_of = {number: old.id for number, old in self.section_rows.items()}
        pairs = match_todos(self.standing.todos, new, section_of)
        seen: dict[int, int] = defaultdict(int)
        for number, (section, todo) in enumerate(new):
            old = pairs.get(number)
            values = {"position": seen[section], "text": todo.text, "done": todo.done}
            seen[section] += 1
            told: dict[str, list[Any]] = {}
            if old:
                told = {"text": [old.text, todo.text], "done": [old.done, todo.done]}
            moved = bool(old and section_of.get(section) != old.section_id)
            action = action_of(old, moved=moved, told=told)
            row = self.plan.add("todo", old, values, action, todo.text, told)
            row.parent, row.moved = section, moved
        kept = {old.id for old in pairs.values()}
        for gone in self.standing.todos:
            if gone.id not in kept and not gone.retired:
                self.plan.retire("todo", gone.id, gone.text)


def _differing(wanted: Mapping[str, str], standing: Standing) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if getattr(standing, name) != value}
