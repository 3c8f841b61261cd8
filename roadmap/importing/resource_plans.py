"""What an import does to resources, on which learners' marks hang, and what it asks of editors. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from roadmap.importing.flat import Flat, gather
from roadmap.importing.matching import NewResource, match_resources
from roadmap.importing.merging import MERGED, merge
from roadmap.importing.plan import ImportPlan, PlannedAlias, PlannedConflict, PlannedProposal, PlannedRow, action_of
from roadmap.importing.proposing import FORMER, SIMILAR, TWICE, Proposal, propose
from roadmap.importing.standing import Aliases, OldResource, OldSection, Standing
from roadmap.importing.titles import fold, title_key

CONFIRMED = "confirmed"


class ResourcePlanner:
    """Adds the resources to a plan whose sections stand. `section_rows` are the rows of sections by number."""

    def __init__(
        self,
        plan: ImportPlan,
        standing: Standing,
        flat: Flat,
        section_rows: Mapping[int, OldSection],
        answers: Mapping[str, str],
    ) -> None:
        self.plan, self.standing, self.sections = plan, standing, flat.sections
        self.section_rows, self.answers = section_rows, answers
        self.new_of_section = {old.id: number for number, old in section_rows.items()}
        self.titles = {row.id: row.title for row in standing.sections}
        self.all: list[NewResource] = []
        self.numbers: list[int] = []
        """For every listing of the notes, in order, the number of its resource."""
        self.rows: Mapping[int, OldResource] = {}
        """By number: the rows of those that were found again."""

    def make(self, known: Mapping[tuple[int, int], int]) -> None:
        """Plan all; `known` are the rows of those on pages that did not change, by section and place in it."""
        self.all, self.numbers, rows = gather(self.sections, known)
        section_of = {number: old.id for number, old in self.section_rows.items()}
        aliases, refused = self._aliases()
        pairs = match_resources(self.standing.resources, self.all, aliases, section_of, rows)
        self.rows = pairs.rows
        self._confirm()
        self.plan.found = dict(Counter(pairs.rungs.values()))
        self.plan.rungs = pairs.rungs
        self._note_places()
        for number, new in enumerate(self.all):
            self._resource(number, new)
        leaving = self._leaving(pairs.taken)
        for gone in leaving:
            detail: dict[str, list[Any]] = {"sections": [self._titles_of_rows(self.stood[gone.id]), []]}
            self.plan.retire("resource", gone.id, gone.title, detail)
        former = self._former(pairs.taken)
        for proposal in propose(leaving, self.all, pairs, section_of, self.standing.answered, former):
            self.plan.proposals.append(self._asked(proposal, refused))

    def _note_places(self) -> None:
        """Note in which sections (by id) each resource stood, by the notes and by hand."""
        self.stood: dict[int, set[int]] = defaultdict(set)
        self.by_hand: dict[int, set[int]] = defaultdict(set)
        for listing in self.standing.listings:
            (self.by_hand if listing.by_hand else self.stood)[listing.resource_id].add(listing.section_id)

    def _leaving(self, taken: set[int]) -> list[OldResource]:
        """Return what the notes do not have any more and nobody placed by hand."""
        return [
            row
            for row in self.standing.resources
            if row.id not in taken and not row.retired and row.imported is not None and row.id not in self.by_hand
        ]

    def _former(self, taken: set[int]) -> dict[str, OldResource]:
        """Return the rows that once had a URL, by its key, of those that are off the site, but not by an editor."""
        rows = {row.id: row for row in self.standing.resources if row.id not in taken and not row.retired_by_editor}
        rows = {pk: row for pk, row in rows.items() if row.imported is not None and pk not in self.by_hand}
        return {key: rows[pk] for key, pk in self.standing.former.items() if pk in rows}

    def _asked(self, proposal: Proposal, refused: set[str]) -> PlannedProposal:
        new = self.all[proposal.number]
        return PlannedProposal(
            name=proposal.name,
            row=proposal.old.id,
            title=proposal.old.title,
            url=proposal.old.url,
            resource=proposal.number,
            key=proposal.key,
            new_title=new.title,
            new_url=new.url,
            section=self.sections[new.sections[0]].title,
            reason=proposal.reason,
            answer="refused" if proposal.name in refused else "",
        )

    def _aliases(self) -> tuple[Aliases, set[str]]:
        """Return the aliases with what was confirmed in this very preview, and the names of what was refused."""
        known = self.standing.aliases
        aliases = Aliases(dict(known.urls), dict(known.titles))
        by_key = {new.key: new for new in self.all}
        for name, answer in self.answers.items():
            row, _, key = name.partition(":")
            new = by_key.get(key)
            if answer == CONFIRMED and new and row.isdecimal():
                (aliases.titles if new.url_key is None else aliases.urls)[key] = int(row)
        return aliases, {name for name, answer in self.answers.items() if answer not in ("", CONFIRMED)}

    def _confirm(self) -> None:
        """Plan the aliases of what was confirmed and found its row that way."""
        for number, row in self.rows.items():
            new = self.all[number]
            if self.answers.get(f"{row.id}:{new.key}") != CONFIRMED:
                continue
            urls = {new.url_key: new.url} if new.url_key else {}
            titles = {} if new.url_key else {new.key: new.title}
            if row.url_key:
                urls[row.url_key] = row.imported["url"] if row.imported else row.url
            else:
                titles[title_key(row.notes_title)] = row.notes_title
            reason = self._reason(row, new)
            self.plan.confirmed.append(PlannedAlias(row.id, new.key, new.url, new.title, reason, urls, titles))

    def _reason(self, row: OldResource, new: NewResource) -> str:
        """Return why it was asked whether the two are one."""
        if self.standing.former.get(new.key) == row.id:
            return FORMER
        return TWICE if fold(row.notes_title) == fold(new.title) else SIMILAR

    def _resource(self, number: int, new: NewResource) -> None:
        old = self.rows.get(number)
        notes = {"title": new.title, "url": new.url, "kind": new.kind, "description": ""}
        if old is None:
            values: dict[str, Any] = {**notes, "imported": notes, "url_key": new.url_key}
            told: dict[str, list[Any]] = {"sections": [[], self._titles(new)]}
            row = self.plan.add("resource", None, values, "added", new.title, told)
        else:
            row = self._found(old, new, merge(old, notes) | {"url_key": new.url_key})
        row.parent = new.sections[0]
        home = self.section_rows.get(new.sections[0])
        row.moved = old is None or home is None or old.home_id != home.id

    def _found(self, old: OldResource, new: NewResource, values: dict[str, Any]) -> PlannedRow:
        """Plan what was found again; what people are told is what they see."""
        title, url = values.get("title", old.title), values.get("url", old.url)
        told: dict[str, list[Any]] = {"title": [old.title, title], "url": [old.url, url]}
        moved = self._has_moved(old, new)
        back = old.retired and not old.retired_by_editor
        if moved or back:
            told["sections"] = [self._titles_of_rows(self.stood[old.id]), self._titles(new)]
        action = "restored" if back else action_of(old, moved=moved, told=told, ever_back=False)
        self._conflicts(old, values)
        return self.plan.add("resource", old, values, action, title, told, retired=old.retired and not back)

    def _has_moved(self, old: OldResource, new: NewResource) -> bool:
        """Whether it stands in other sections; where the notes now list it as an editor did is no other."""
        before, placed = (
            {self.new_of_section.get(section, -section) for section in where.get(old.id, ())}
            for where in (self.stood, self.by_hand)
        )
        return bool(before) and not before <= set(new.sections) <= before | placed

    def _titles(self, new: NewResource) -> list[str]:
        return [self.sections[each].title for each in new.sections]

    def _conflicts(self, old: OldResource, values: Mapping[str, Any]) -> None:
        for name in MERGED:
            both = values["conflicts"].get(name)
            if both and both != old.conflicts.get(name):
                self.plan.conflicts.append(
                    PlannedConflict("resource", old.title, name, both["base"], both["notes"], getattr(old, name))
                )

    def _titles_of_rows(self, sections: set[int]) -> list[str]:
        return [self.titles[pk] for pk in sorted(sections) if pk in self.titles]
