"""What editors do in the admin."""

from __future__ import annotations

from django.db import transaction
from django.db.models import ProtectedError
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts import uniting
from roadmap import answering, editing
from roadmap.importing import section_edits
from roadmap.models import Listing, Proposal, Resource, Section
from roadmap.reading import NotesError
from tests.importing import authors, laws
from tests.importing.authors import Edit, File
from tests.importing.notes import all_rows
from tests.importing.sites import Site, pick, picks

FIELDS = ("title", "url", "kind", "description")


class Editors(Site):
    """What editors do in the admin."""

    @rule(at=picks, field=st.sampled_from(FIELDS))
    def edit_a_resource(self, at: int, field: str) -> None:
        if row := self._resource(at, live=False):
            number = next(self.once)
            value = {"url": f"https://mine{number}.example/", "kind": ("book", "paper")[number % 2]}
            values = {field: value.get(field, f"Mine, number {number}")}
            editing.edit(row, values)
            self.decisions.edited[row.key] |= values

    @rule(at=picks, act=st.sampled_from(["reset", "retire", "bring back", "delete"]))
    def decide_on_a_resource(self, at: int, act: str) -> None:
        acts = {"reset": self._reset, "retire": self._retire, "bring back": self._bring_back, "delete": self._delete}
        acts[act](at)

    def _reset(self, at: int) -> None:
        row = self._resource(at, live=False)
        if row and row.imported is not None:
            editing.reset([row])
            row.refresh_from_db()
            assert (row.edited_fields, row.conflicts) == ([], {})
            self.decisions.edited.pop(row.key, None)

    @precondition(lambda self: Resource.objects.exclude(conflicts={}).exists())
    @rule(at=picks, take_notes=st.booleans())
    def settle_a_conflict(self, at: int, take_notes: bool) -> None:
        row = pick(list(Resource.objects.exclude(conflicts={}).order_by("pk")), at)
        if row:
            field = sorted(row.conflicts)[at % len(row.conflicts)]
            assert editing.settle(row, field, take_notes)
            if take_notes:
                self.decisions.edited[row.key].pop(field, None)

    def _retire(self, at: int) -> None:
        if row := self._resource(at):
            assert [each.pk for each in editing.retire([row])] == [row.pk]
            self.decisions.retired.add(row.key)

    def _bring_back(self, at: int) -> None:
        key = pick(self._in_order(self.decisions.retired), at)
        editing.bring_back(Resource.objects.filter(key=key))
        self.decisions.retired.discard(key or "")

    @rule(act=st.sampled_from(["add a link", "add a task", "place", "take away"]), at=picks, section=picks)
    def place_a_resource(self, act: str, at: int, section: int) -> None:
        if act == "place":
            self._place(at, section)
        elif act == "take away":
            self._take_away(at)
        else:
            self._add(at, section, linked=act == "add a link")

    def _add(self, at: int, section: int, *, linked: bool) -> None:
        place = self._section(section)
        if place:
            url = authors.URLS[at % len(authors.URLS)] if linked else ""
            row = Resource(title=authors.TITLES[at % len(authors.TITLES)], url=url, kind="other" if url else "task")
            try:
                editing.add(row, place)
            except editing.TakenError:
                assert editing.owner_of(place.page.roadmap_id, url)

    def _place(self, at: int, section: int) -> None:
        row, place = self._resource(at, live=False), self._section(section)
        if row and place and not place.listings.filter(resource=row).exists():
            editing.place(Listing(resource=row, section=place))
            self.decisions.retired.discard(row.key)

    def _take_away(self, at: int) -> None:
        listing = pick(list(Listing.objects.filter(slot=None).order_by("pk")), at)
        if listing:
            editing.unplace(listing)

    def _delete(self, at: int) -> None:
        row = self._resource(at, live=False)
        if not row:
            return
        key = row.key
        try:
            editing.delete(row)
        except ProtectedError:
            assert key in self.marks.ever
        except editing.StaleError:
            assert row.imported is not None
        else:
            assert key not in self.marks.ever
            self.decisions.edited.pop(key, None)
            self.decisions.retired.discard(key)

    @rule(at=picks, where=picks, wanted=authors.edits(authors.IN_A_FILE, 2), adds=st.booleans())
    def edit_a_section(self, at: int, where: int, wanted: list[Edit], adds: bool) -> None:
        section = self._section(at)
        if section is None:
            return
        file = File.of(section.source.encode())
        if adds:
            line = f"Mine, line {next(self.once)}."
            file.insert(1 + where % max(1, len(file.lines)), f"\n{line}\n")
        else:
            line = ""
            authors.carry_out({section.page.path: file}, wanted)
        before = all_rows()
        try:
            section_edits.edit(section.pk, file.text, self.admin)
        except NotesError:
            laws.same_rows(before, all_rows())
        else:
            written = {each for each in self.decisions.lines if each in section.source}
            self.decisions.lines -= {each for each in written if each not in file.text}
            self.decisions.lines |= {line} - {""}

    @precondition(lambda self: Section.objects.live().exclude(notes_source=None).exists())
    @rule(at=picks, take_notes=st.booleans())
    def settle_a_section(self, at: int, take_notes: bool) -> None:
        rows = Section.objects.live().filter(page__retired_at=None).exclude(notes_source=None)
        section = pick(list(rows.order_by("pk")), at)
        if section is None:
            return
        if not take_notes:
            section_edits.keep(section.pk)
            return
        try:
            section_edits.take_notes(section.pk, self.admin)
        except NotesError:
            return
        mine, said = section.source, section.notes_source or ""
        self.decisions.lines -= {each for each in self.decisions.lines if each in mine and each not in said}

    @precondition(lambda self: Proposal.objects.filter(answer="").exists())
    @rule(at=picks, same=st.sampled_from([True, True, False]))
    def answer_a_proposal(self, at: int, same: bool) -> None:
        proposal = pick(list(Proposal.objects.filter(answer="").order_by("pk")), at)
        if proposal is None:
            return
        if not same:
            answering.refuse(proposal)
            return
        old, new = proposal.resource, proposal.found
        before = all_rows()
        try:
            with transaction.atomic():
                answering.confirm(proposal, uniting.unite)
        except (answering.ThereAgainError, answering.GoneError):
            laws.same_rows(before, all_rows())
            return
        assert new is not None
        self.decisions.unite(old, new)
        self.marks.unite(old.key, new.key)
