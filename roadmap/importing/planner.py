"""Old rows + Outline -> ImportPlan. Pure; there is no other way to find a difference."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import Any

from roadmap.importing.matching import NewResource, match_resources, match_sections, match_todos
from roadmap.importing.merging import merge
from roadmap.importing.plan import ImportPlan, PlannedChange, PlannedRow
from roadmap.importing.standing import OldListing, OldPage, OldResource, OldSection, OldTodo, Standing
from roadmap.importing.titles import two_titles
from roadmap.reading.outline import Listing, Outline, Section, Span


@dataclass(slots=True)
class NewPage:
    """What of a page goes into its row besides the outline."""

    checksum: str
    had_bom: bool
    assets: dict[str, str | None]


class Planner:
    """Makes one ImportPlan from what stands and what was read; `pages` has an entry for each page of the outline."""

    def __init__(self, standing: Standing, outline: Outline, pages: list[NewPage], wanted: dict[str, str]) -> None:
        self.standing, self.outline, self.new_pages = standing, outline, pages
        self.plan = ImportPlan(standing.version, roadmap=_differing(wanted, standing))
        self.sections: list[Section] = [section for page in outline.pages for section in page.sections]
        self.page_of = [number for number, page in enumerate(outline.pages) for _ in page.sections]
        firsts = [0]
        for page in outline.pages:
            firsts.append(firsts[-1] + len(page.sections))
        self.first_section = firsts
        self.resources, self.resource_of = _gather(self.sections)

    def make(self) -> ImportPlan:
        """Return the plan."""
        self.plan.warnings = sorted(
            self.outline.warnings + two_titles(self.outline), key=lambda each: (each.path, each.line)
        )
        self._pages()
        self._sections()
        self._resources()
        self._listings()
        self._todos()
        return self.plan

    # Pages

    def _pages(self) -> None:
        pairs = _match_pages(self.standing.pages, self.outline)
        self.page_rows = pairs
        for number, (page, new) in enumerate(zip(self.outline.pages, self.new_pages, strict=True)):
            old = pairs.get(number)
            warnings = [
                {"line": each.line, "code": each.code, "subject": each.subject}
                for each in self.plan.warnings
                if each.path == page.path
            ]
            values = asdict(new) | {"path": page.path, "position": number, "title": page.title, "warnings": warnings}
            told = {"path": [old.path, page.path], "title": [old.title, page.title]} if old else {}
            action = _action(
                old,
                moved=bool(old and old.path != page.path),
                told=told,
                touched=bool(old and old.checksum != new.checksum),
            )
            self._add(self.plan.pages, "page", old, values, action, page.title, told)
        kept = {old.id for old in pairs.values()}
        for gone in self.standing.pages:
            if gone.id not in kept and not gone.retired:
                self._retire("page", gone.id, gone.title)

    # Sections

    def _sections(self) -> None:
        keys_of_old: dict[int, set[str]] = defaultdict(set)
        keys = {resource.id: resource.url_key for resource in self.standing.resources}
        for listing in self.standing.listings:
            key = keys.get(listing.resource_id)
            if key:
                keys_of_old[listing.section_id].add(key)
        pages = {old.id: number for number, old in self.page_rows.items()}
        self.section_rows = match_sections(
            self.standing.sections,
            self._absolute_parents(),
            pages,
            self.page_of,
            lambda section: {listing.url_key for listing in section.listings if listing.url_key},
            keys_of_old,
        )
        self.new_of_section = {old.id: number for number, old in self.section_rows.items()}
        positions = [number - self.first_section[self.page_of[number]] for number in range(len(self.sections))]
        for number, section in enumerate(self.sections):
            self._section(number, section, positions[number], pages)
        kept = {old.id for old in self.section_rows.values()}
        for gone in self.standing.sections:
            if gone.id not in kept and not gone.retired:
                self._retire("section", gone.id, gone.title)

    def _absolute_parents(self) -> list[Section]:
        for number, section in enumerate(self.sections):
            first = self.first_section[self.page_of[number]]
            if section.parent is not None and first:
                section.parent += first
        return self.sections

    def _section(self, number: int, section: Section, position: int, pages: dict[int, int]) -> None:
        old = self.section_rows.get(number)
        values = {
            "position": position,
            "depth": section.depth,
            "level": section.level,
            "title": section.title,
            "title_html": section.title_html,
            "slug": section.slug,
            "source": section.source,
            "body_html": section.body_html,
        }
        told: dict[str, list[Any]] = {"title": [old.title, section.title]} if old else {}
        moved = False
        if old:
            parent = self.new_of_section.get(old.parent_id) if old.parent_id else None
            moved = parent != section.parent or pages.get(old.page_id) != self.page_of[number]
            if old.slug != section.slug and old.slug:
                self.plan.aliases.append((number, old.slug))
        action = _action(
            old, moved=moved, told=told, touched=bool(old and old.source.strip() != section.source.strip())
        )
        row = self._add(self.plan.sections, "section", old, values, action, section.title, told)
        row.parent, row.page, row.moved = section.parent, self.page_of[number], moved
        if old and pages.get(old.page_id) != self.page_of[number]:
            row.values["slug"] = section.slug

    # Resources

    def _resources(self) -> None:
        section_of = {number: old.id for number, old in self.section_rows.items()}
        pairs = match_resources(self.standing.resources, self.resources, self.standing.aliases, section_of)
        self.resource_rows = pairs
        stood: dict[int, set[int]] = defaultdict(set)
        by_hand: set[int] = set()
        for listing in self.standing.listings:
            if listing.by_hand:
                by_hand.add(listing.resource_id)
            else:
                stood[listing.resource_id].add(listing.section_id)
        for number, new in enumerate(self.resources):
            self._resource(number, new, stood)
        kept = {old.id for old in pairs.values()}
        for gone in self.standing.resources:
            if gone.id not in kept and not gone.retired and gone.imported is not None and gone.id not in by_hand:
                self._retire("resource", gone.id, gone.title)

    def _resource(self, number: int, new: NewResource, stood: dict[int, set[int]]) -> None:
        old = self.resource_rows.get(number)
        notes = {"title": new.title, "url": new.url, "kind": new.kind, "description": ""}
        if old is None:
            values: dict[str, Any] = {**notes, "imported": notes, "url_key": new.url_key}
            row = self._add(self.plan.resources, "resource", None, values, "added", new.title, {})
        else:
            values = merge(old, notes) | {"url_key": new.url_key}
            told: dict[str, list[Any]] = {}
            if old.imported:
                told = {name: [old.imported[name], notes[name]] for name in ("title", "url")}
            before = {self.new_of_section.get(section, -section) for section in stood[old.id]}
            moved = bool(before) and before != set(new.sections)
            if moved:
                told["sections"] = [
                    self._titles_of_rows(stood[old.id]),
                    [self.sections[each].title for each in new.sections],
                ]
            back = old.retired and not old.retired_by_editor
            action = "restored" if back else _action(old, moved=moved, told=told, ever_back=False)
            row = self._add(
                self.plan.resources, "resource", old, values, action, new.title, told, retired=old.retired and not back
            )
        row.parent = new.sections[0]
        home = self.section_rows.get(new.sections[0])
        row.moved = old is None or home is None or old.home_id != home.id

    def _titles_of_rows(self, sections: set[int]) -> list[str]:
        return [old.title for old in self.standing.sections if old.id in sections]

    # Listings

    def _listings(self) -> None:
        waiting: dict[tuple[int, int], list[OldListing]] = defaultdict(list)
        for standing in self.standing.listings:
            waiting[standing.section_id, standing.resource_id].append(standing)
        for rows in waiting.values():
            rows.sort(key=lambda row: row.by_hand)
        resource_of = iter(self.resource_of)
        used: set[int] = set()
        for number, section in enumerate(self.sections):
            home = self.section_rows.get(number)
            for position, listing in enumerate(section.listings):
                resource = next(resource_of)
                row = self.resource_rows.get(resource)
                rows = waiting.get((home.id, row.id), []) if home and row else []
                old = rows.pop(0) if rows else None
                if old:
                    used.add(old.id)
                values = listing_values(listing, position)
                changed = (
                    values
                    if old is None
                    else {name: value for name, value in values.items() if old.values[name] != value}
                )
                self.plan.listings.append(
                    PlannedRow(old.id if old else None, changed, parent=number, resource=resource)
                )
        self._other_listings(used)

    def _other_listings(self, used: set[int]) -> None:
        """What was listed by an import and is not any more goes; what was listed by hand finds a living section."""
        gone = set(self.plan.retired["section"]) | {old.id for old in self.standing.sections if old.retired}
        gone -= {old.id for old in self.section_rows.values()}
        by_id = {old.id: old for old in self.standing.sections}
        for listing in self.standing.listings:
            if listing.id in used:
                continue
            if not listing.by_hand:
                self.plan.dropped_listings.append(listing.id)
            elif listing.section_id in gone and self.sections:
                section: int | None = listing.section_id
                while section and section not in self.new_of_section:
                    section = by_id[section].parent_id
                self.plan.rehomed_listings[listing.id] = self.new_of_section[section] if section else 0

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
            action = _action(old, moved=moved, told=told)
            row = self._add(self.plan.todos, "todo", old, values, action, todo.text, told)
            row.parent, row.moved = section, moved
        kept = {old.id for old in pairs.values()}
        for gone in self.standing.todos:
            if gone.id not in kept and not gone.retired:
                self._retire("todo", gone.id, gone.text)

    # All

    def _add(
        self,
        rows: list[PlannedRow],
        of: str,
        old: OldPage | OldSection | OldResource | OldTodo | None,
        values: dict[str, Any],
        action: str,
        title: str,
        told: dict[str, list[Any]],
        *,
        retired: bool = False,
    ) -> PlannedRow:
        """Plan one row with what differs from `old`, and count it."""
        if old is not None:
            values = {name: value for name, value in values.items() if getattr(old, name) != value}
            if old.retired and not retired:
                values["retired"] = False
        row = PlannedRow(old.id if old else None, values)
        rows.append(row)
        detail = {name: pair for name, pair in told.items() if pair[0] != pair[1]}
        change = None if action == "unchanged" else PlannedChange(of, action, title, detail, row=len(rows) - 1)
        self.plan.note(of, action, change)
        return row

    def _retire(self, of: str, row_id: int, title: str) -> None:
        self.plan.retired[of].append(row_id)
        self.plan.note(of, "retired", PlannedChange(of, "retired", title, retired_id=row_id))


def _differing(wanted: dict[str, str], standing: Standing) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if getattr(standing, name) != value}


def _action(
    old: OldPage | OldSection | OldResource | OldTodo | None,
    *,
    moved: bool,
    told: dict[str, list[Any]],
    touched: bool = False,
    ever_back: bool = True,
) -> str:
    """Say in one word what happens to a thing: each is counted once, under the first of these that is true."""
    if old is None:
        return "added"
    if old.retired and ever_back:
        return "restored"
    if moved:
        return "moved"
    return "updated" if touched or any(before != after for before, after in told.values()) else "unchanged"


def _match_pages(old: list[OldPage], outline: Outline) -> dict[int, OldPage]:
    """Pair pages by path; a plan of one file stays that one page, whatever the file is called now."""
    by_path = {each.path: each for each in old}
    pairs = {number: by_path[page.path] for number, page in enumerate(outline.pages) if page.path in by_path}
    live = [each for each in old if not each.retired]
    if len(outline.pages) == 1 and len(live) == 1 and not pairs:
        pairs[0] = live[0]
    return pairs


def _gather(sections: list[Section]) -> tuple[list[NewResource], list[int]]:
    """Return the resources of all listings, each once, and for every listing in order the number of its resource."""
    numbers: dict[str, int] = {}
    found: list[tuple[Listing, list[int]]] = []
    resource_of = []
    for number, section in enumerate(sections):
        for listing in section.listings:
            index = numbers.get(listing.url_key) if listing.url_key else None
            if index is None:
                index = len(found)
                found.append((listing, []))
                if listing.url_key:
                    numbers[listing.url_key] = index
            if number not in found[index][1]:
                found[index][1].append(number)
            resource_of.append(index)
    resources = [
        NewResource(listing.url, listing.url_key, listing.title, listing.kind, tuple(where)) for listing, where in found
    ]
    return resources, resource_of


def listing_values(listing: Listing, position: int) -> dict[str, Any]:
    """Return a listing's columns."""

    def ends(span: Span | None) -> tuple[int | None, int | None]:
        return (span.start, span.end) if span else (None, None)

    (link_start, link_end), (label_start, label_end) = ends(listing.link), ends(listing.label)
    url_start, url_end = ends(listing.target)
    return {
        "position": position,
        "slot": listing.slot,
        "label": listing.title,
        "label_html": listing.label_html,
        "context": listing.context,
        "link_start": link_start,
        "link_end": link_end,
        "label_start": label_start,
        "label_end": label_end,
        "url_start": url_start,
        "url_end": url_end,
    }
