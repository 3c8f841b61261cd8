"""Whatever author, editors and learners do, and in whatever order: no mark is lost, and the laws hold."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from roadmap.importing.kept import Rows
from roadmap.importing.laying import merge
from roadmap.importing.section_edits import with_line_ends
from roadmap.models import Proposal
from roadmap.reading.reader import Surroundings, read
from tests.importing import authors, laws
from tests.importing.authors import Edit, File
from tests.importing.machines import Machine
from tests.importing.sites import standing_of_files

LINE_END = re.compile(r"\r\n|\r|\n")
words = st.sampled_from(["a", "b", "c", "", " ", "a b"])
ends = st.sampled_from(["\n", "\r\n", "\r"])
texts = st.lists(st.tuples(words, ends).map("".join), max_size=8).flatmap(
    lambda lines: words.map(lambda last: "".join(lines) + last)
)


@pytest.mark.django_db
def test_nothing_is_lost_in_whatever_order_people_act() -> None:
    """The same few each time; STATEFUL_EXAMPLES=n tries n others of 20 steps each."""
    more = os.environ.get("STATEFUL_EXAMPLES")
    few = settings(
        max_examples=int(more or 14),
        stateful_step_count=20 if more else 12,
        derandomize=not more,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Machine, settings=few)


@pytest.mark.django_db
def test_everybodys_marks_come_along_where_two_turn_out_to_be_one() -> None:
    people = Machine()
    try:
        people.begin([])
        people.replace_links([(authors.change_both, 0, 2, 5, 9)])
        people.everybody_studies()
        new = Proposal.objects.get(answer="").found
        assert new is not None
        for learner in (0, 1):
            people.marks.write(learner, new, f"Words {learner}.")
        people.answer_a_proposal(at=0, same=True)
        assert Proposal.objects.filter(answer="confirmed").exists()
        people.no_mark_is_lost()
        people.the_rows_hold_together()
    finally:
        people.teardown()


@given(texts, texts)
def test_what_one_side_alone_changed_comes_in(base: str, other: str) -> None:
    assert merge(base, base, other) == other
    assert merge(base, other, base) == other
    assert merge(base, other, other) == other


@given(texts, texts, texts)
def test_a_merge_asks_where_both_changed_and_makes_up_no_line(base: str, mine: str, theirs: str) -> None:
    merged = merge(base, mine, theirs)
    assert (merged is None) == (merge(base, theirs, mine) is None)
    if merged is not None:
        assert merge(base, theirs, mine) == merged
        given_lines = {line for text in (base, mine, theirs) for line in authors.LINES.findall(text)}
        assert set(authors.LINES.findall(merged)) <= given_lines | _unended(given_lines)


def _unended(lines: set[str]) -> set[str]:
    return {one + other for one in lines if not one.endswith(("\n", "\r")) for other in lines}


@given(texts, st.sampled_from(["\n", "\r\n"]))
def test_what_was_not_changed_in_a_form_keeps_its_line_ends(text: str, sent: str) -> None:
    assert with_line_ends(LINE_END.sub(sent, text), text, text) == text


@example("a\na\n\na", "a\na\ra", "a")
@given(texts, texts, texts)
def test_line_ends_are_all_that_changes(new: str, old: str, page: str) -> None:
    found = with_line_ends(new, old, page)
    assert LINE_END.split(found) == LINE_END.split(new)
    known = set(LINE_END.findall(old)) | set(LINE_END.findall(page)[:1])
    assert set(LINE_END.findall(found)) <= known | {"\n"}
    assert with_line_ends(found, old, page) == found


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(wanted=authors.edits(authors.ACTS, 8))
def test_rows_say_of_a_page_what_the_reader_does(wanted: list[Edit]) -> None:
    notes = authors.first_notes()
    authors.carry_out(notes, wanted)
    standing = standing_of_files({path: file.data for path, file in notes.items()})
    rows = Rows(standing)
    for page in standing.pages:
        text = File.of(notes[page.path].data).text
        around = Surroundings(frozenset(notes), "", page.assets.get)
        laws.assert_same_reading(rows.page(page), read(text, page.path, around))
