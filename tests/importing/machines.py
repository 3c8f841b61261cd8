"""A study plan, its author, its editors and its learners, all doing what they may, in any order."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from roadmap.importing import drafts, said
from roadmap.importing.exporting import export
from roadmap.importing.importer import Report, Target, bring
from roadmap.models import Change, ImportRun, Listing, Page, Resource, Roadmap, Section
from tests.importing import authors, laws
from tests.importing.authors import Edit, File
from tests.importing.checkers import Checkers
from tests.importing.editors import Editors
from tests.importing.notes import all_rows
from tests.importing.sites import SLUG, Site, notes_at, pick, picks, says_nothing_changed

whose = st.integers(0, 2)
STATES = ("done", "skipped")
answers = st.lists(st.sampled_from(["confirmed", "refused", ""]), max_size=3)


class Learners(Site):
    """What learners and guests do."""

    @rule(who=whose, at=picks, state=st.sampled_from(["done", "in_progress", "skipped", "", "undo"]))
    def mark_a_resource(self, who: int, at: int, state: str) -> None:
        if state == "undo":
            self.marks.undo(who)
        elif row := self._resource(at):
            self.marks.mark(who, row, state)

    @rule()
    def everybody_studies(self) -> None:
        for number, row in enumerate(Resource.objects.filter(roadmap__slug=SLUG).live().order_by("pk")):
            self.marks.mark(number % 3, row, STATES[number % 2])
            self.marks.write(number % 2, row, f"Note {number}.")

    @rule(who=whose, at=picks, words=st.sampled_from(["Mine.", "Seen **twice**.", "中文", ""]))
    def write_a_note(self, who: int, at: int, words: str) -> None:
        if row := self._resource(at, live=False):
            self.marks.write(who, row, words)


class Authors(Learners):
    """What the author does, and what imports make of it."""

    @initialize(wanted=authors.edits(authors.ACTS, 8))
    def begin(self, wanted: list[Edit]) -> None:
        authors.carry_out(self.notes, wanted)
        self._bring({path: file.data for path, file in self.notes.items()})
        self.everybody_studies()

    @rule(wanted=authors.edits(authors.LINES_OF_A_FILE, 3), answers=answers)
    def write(self, wanted: list[Edit], answers: list[str]) -> None:
        self._change(wanted, answers)

    @rule(wanted=authors.edits(authors.WORDS, 3), answers=answers)
    def reword(self, wanted: list[Edit], answers: list[str]) -> None:
        self._change(wanted, answers)

    @rule(wanted=authors.edits(authors.LINKS, 2))
    def replace_links(self, wanted: list[Edit]) -> None:
        self._change(wanted, [])

    @precondition(lambda self: any(self.decisions.edited.values()))
    @rule(at=picks)
    def change_what_an_editor_changed(self, at: int) -> None:
        key = pick(self._in_order(key for key, values in self.decisions.edited.items() if values), at)
        url = (Resource.objects.get(key=key).imported or {}).get("url")
        if url:
            changes = (("](", " again]("), (f"]({url})", f"]({url.rstrip('/')}/{at}/)"))
            authors.change_link_to(self.notes, url, changes[at % 2])
        self._change([], [])

    @rule(wanted=authors.edits(authors.ORDER, 2), answers=answers)
    def reorder(self, wanted: list[Edit], answers: list[str]) -> None:
        self._change(wanted, answers)

    def _change(self, wanted: list[Edit], answers: list[str]) -> None:
        authors.carry_out(self.notes, wanted)
        self._bring({path: file.data for path, file in self.notes.items()}, answers)

    @rule()
    def take_the_export_into_the_notes(self) -> None:
        exported = export(self.roadmap)
        heading = self._heading_was_edited()
        report = self._bring(dict(exported.files))
        assert heading or not report.changed, report.plan and report.plan.changes
        self.notes = {path: File.of(data) for path, data in exported.files}

    @rule(at=picks)
    def go_back(self, at: int) -> None:
        run = pick(list(ImportRun.objects.exclude(sources=None).order_by("pk")), at)
        if run:
            draft = drafts.of_run(run, self.admin)
            files = {file.path: file.data for file in drafts.loaded(draft).files}
            rows = laws.rows_of(self.roadmap)
            drafts.carry_out(draft, {}, self.roadmap.version, self.admin)
            self._after_an_import(files, rows)
            self.notes = {path: File.of(data) for path, data in files.items()}

    def _bring(self, files: dict[str, bytes], wanted: list[str] | None = None) -> Report:
        """Import files, looked at first."""
        before = all_rows()
        planned = bring(notes_at(files), Target(SLUG), dry_run=True)
        laws.same_rows(before, all_rows())
        assert planned.plan is not None
        answers = {each.name: answer for each, answer in zip(planned.plan.proposals, wanted or [], strict=False)}
        roadmap = Roadmap.objects.filter(slug=SLUG).first()
        rows = laws.rows_of(roadmap) if roadmap else {}
        version = roadmap.version if roadmap else -1
        changes = Change.objects.count()
        report = bring(notes_at(files), Target(SLUG), answers=answers, version=version)
        if "confirmed" not in answers.values():
            assert (report.counts, report.changed) == (planned.counts, planned.changed)
            assert report.warnings == planned.warnings
        assert (
            (Change.objects.count() > changes) == (report.run is not None) == bool(report.plan and report.plan.changes)
        )
        self._after_an_import(files, rows)
        return report

    def _after_an_import(self, files: dict[str, bytes], before: dict[int, Resource]) -> None:
        self.files = files
        roadmap = self.roadmap
        laws.no_pair_is_wrong(before, laws.rows_of(roadmap))
        self.decisions.check(roadmap)
        self.decisions.settle(roadmap, "".join(data.decode() for data in files.values()))
        self._once_more_changes_nothing(files)

    def _once_more_changes_nothing(self, files: dict[str, bytes]) -> None:
        """Neither where the files are known by their checksums, nor where they are read and compared anew."""
        before = all_rows()
        report = bring(notes_at(files), Target(SLUG))
        laws.same_rows(before, all_rows())
        says_nothing_changed(report)
        Page.objects.live().update(checksum="-")
        report = bring(notes_at(files), Target(SLUG))
        after = all_rows()
        del before["Roadmap"], after["Roadmap"]
        laws.same_rows(before, after)
        says_nothing_changed(report)

    def _heading_was_edited(self) -> bool:
        """Whether an edited title stands in a heading: it renames the section, as the author would have to."""
        listings = Listing.objects.filter(resource__in=Resource.objects.edited().live(), slot__isnull=False)
        return any(
            row.section.level and row.link_start is not None and row.link_start < row.section.source.index("]")
            for row in listings.select_related("section")
        )


class Machine(Authors, Editors, Checkers):
    """All of them, and the laws."""

    @invariant()
    def no_mark_is_lost(self) -> None:
        self.marks.check()

    @invariant()
    def the_rows_hold_together(self) -> None:
        if self.files:
            roadmap = self.roadmap
            laws.rows_are_what_the_reader_finds(roadmap)
            laws.addresses_are_unique(roadmap)
            laws.what_is_live_is_listed(roadmap)
            laws.links_are_those_of_the_urls(roadmap)
            laws.entries_are_those_made_anew(roadmap)
            self.decisions.check(roadmap)

    @invariant()
    def shares_are_right(self) -> None:
        if self.files:
            for reader in self.marks.readers:
                laws.shares_are_right(self.roadmap, reader)

    @invariant()
    def every_change_raises_the_version(self) -> None:
        if self.files:
            rows, version = laws.seen(all_rows()), self.roadmap.version
            if self.before is not None and rows != self.before:
                assert version > self.version
            assert version >= self.version
            self.before, self.version = rows, version

    @invariant()
    def the_authors_files_are_known_whatever_editors_made_of_them(self) -> None:
        if self.files:
            found = {page.path: text for page, text in said.texts(laws.standing_of(self.roadmap))}
            assert found == {path: data.decode("utf-8-sig") for path, data in self.files.items()}

    @invariant()
    def pages_are_made_anew_where_a_link_breaks_or_is_mended(self) -> None:
        if self.files:
            roadmap = self.roadmap
            stamp, broken = (roadmap.version, roadmap.health), laws.broken_links(roadmap)
            assert (stamp == self.stamp) <= (broken == self.broken)
            self.stamp, self.broken = stamp, broken

    @invariant()
    def what_nobody_edited_comes_out_as_it_went_in(self) -> None:
        if self.files and not self._was_edited():
            exported = export(self.roadmap)
            assert exported.left_out == []
            assert dict(exported.files) == self.files

    def _was_edited(self) -> bool:
        """Whether an editor's work shows in the files."""
        mine = any({"title", "url"} & set(row.edited_fields) for row in Resource.objects.live())
        texts = Section.objects.live().exclude(notes_source=None)
        return mine or texts.exists() or Listing.objects.filter(slot=None).exists()
