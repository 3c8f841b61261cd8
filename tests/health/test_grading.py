"""How a link is, over weeks of findings: the rules as cases, and as laws over any history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.health.findings import Finding
from roadmap.health.grading import Rule, State, graded
from roadmap.models import BROKEN, FOR_GOOD, Grade, Reason

START = datetime(2026, 3, 1, 4, tzinfo=UTC)
RULE = Rule(3, 7)
WELL = Finding(Reason.WELL, 200)
MOVED = Finding(Reason.MOVED, 200, "https://new.example/")
NOT_FOUND = Finding(Reason.NOT_FOUND, 404)
SERVER = Finding(Reason.SERVER, 503)
REFUSED = Finding(Reason.REFUSED, 403)


def over(*findings: tuple[float, Finding], rule: Rule = RULE, state: State = State()) -> State:  # noqa: B008
    """Return how a link is after findings, each given with its day."""
    for day, finding in findings:
        state = graded(state, finding, day_of(day), rule)
    return state


def day_of(day: float) -> datetime:
    return START + timedelta(days=day)


@pytest.mark.parametrize(
    ("findings", "grade"),
    [
        ([(0, WELL)], Grade.OK),
        ([(0, MOVED)], Grade.MOVED),
        ([(0, REFUSED)], Grade.BLOCKED),
        ([(0, NOT_FOUND)], Grade.FAILING),
        # Neither the count alone nor the days alone.
        ([(0, NOT_FOUND), (1, NOT_FOUND), (2, NOT_FOUND), (6.9, NOT_FOUND)], Grade.FAILING),
        ([(0, NOT_FOUND), (30, NOT_FOUND)], Grade.FAILING),
        ([(0, NOT_FOUND), (1, NOT_FOUND), (7, NOT_FOUND)], Grade.DEAD),
        ([(day, SERVER) for day in range(200)], Grade.FAILING),
        # What may be over tomorrow does not count, nor does it begin the days, nor is it the last straw.
        ([(0, SERVER), (1, SERVER), (7, NOT_FOUND), (8, NOT_FOUND), (9, NOT_FOUND)], Grade.FAILING),
        ([(0, NOT_FOUND), (1, NOT_FOUND), (2, NOT_FOUND), (7, SERVER)], Grade.FAILING),
        ([(0, NOT_FOUND), (1, SERVER), (2, NOT_FOUND), (3, REFUSED), (7, NOT_FOUND)], Grade.DEAD),
        ([(0, NOT_FOUND), (1, NOT_FOUND), (2, WELL), (7, NOT_FOUND)], Grade.FAILING),
        ([(0, NOT_FOUND), (1, NOT_FOUND), (7, NOT_FOUND), (8, SERVER)], Grade.DEAD),
        ([(0, NOT_FOUND), (1, NOT_FOUND), (7, NOT_FOUND), (8, REFUSED)], Grade.BLOCKED),
        ([(0, NOT_FOUND), (1, NOT_FOUND), (7, NOT_FOUND), (8, REFUSED), (9, SERVER)], Grade.DEAD),
        ([(0, NOT_FOUND), (1, NOT_FOUND), (7, NOT_FOUND), (8, MOVED)], Grade.MOVED),
    ],
)
def test_a_grade_comes_from_what_was_found_over_time(findings: list[tuple[float, Finding]], grade: Grade) -> None:
    assert over(*findings).grade == grade


def test_the_days_are_kept() -> None:
    state = over((0, WELL), (1, SERVER), (2, NOT_FOUND), (3, REFUSED), (4, NOT_FOUND), (9, NOT_FOUND), (10, SERVER))
    assert (state.well_at, state.failing_since, state.gone_since) == (day_of(0), day_of(1), day_of(2))
    assert (state.failures, state.died_at, state.grade, state.reason) == (3, day_of(9), Grade.DEAD, Reason.SERVER)


def test_being_well_clears_all() -> None:
    dead = [(0, NOT_FOUND), (1, NOT_FOUND), (7, NOT_FOUND)]
    assert over(*dead, (8, WELL)) == State(Grade.OK, Reason.WELL, 200, well_at=day_of(8))


def test_one_failure_is_enough_where_the_settings_say_so() -> None:
    assert over((0, NOT_FOUND), rule=Rule(1, 0)).grade == Grade.DEAD
    assert over((0, NOT_FOUND), rule=Rule(1, 1)).grade == Grade.FAILING


def test_the_history_tells_classes_of_status_not_each() -> None:
    assert over((0, Finding(Reason.SERVER, 500))).told == over((0, Finding(Reason.SERVER, 503))).told
    assert over((0, Finding(Reason.STATUS, 400))).told != over((0, Finding(Reason.STATUS, 500))).told
    assert over((0, Finding(Reason.SLOW))).told != over((0, Finding(Reason.SLOW, 200))).told


def test_readers_see_what_is_wrong_and_since_when_and_nothing_else() -> None:
    failing = over((0, WELL), (1, SERVER))
    assert failing.shown == over((2, Finding(Reason.SERVER, 500)), state=failing).shown
    assert failing.shown != over((2, Finding(Reason.SLOW)), state=failing).shown
    assert over((0, WELL)).shown == over((0, MOVED)).shown == over((0, REFUSED)).shown == State().shown
    assert failing.shown != over((2, SERVER)).shown
    dead = over((0, NOT_FOUND), (1, NOT_FOUND), (7, NOT_FOUND))
    blocked = over((8, REFUSED), state=dead)
    assert len({over((6, NOT_FOUND)).shown, dead.shown, blocked.shown, over((9, WELL), state=blocked).shown}) == 4


findings = st.builds(
    Finding,
    st.sampled_from(Reason),
    st.none() | st.sampled_from([200, 301, 403, 404, 410, 500, 503]),
    st.sampled_from(["", "https://new.example/", "https://newer.example/"]),
)
histories = st.lists(st.tuples(st.floats(0, 5), findings), max_size=30)
rules = st.builds(Rule, st.integers(1, 5), st.sampled_from([0, 0.5, 3, 7, 20]))


def lived(history: list[tuple[float, Finding]], rule: Rule) -> list[tuple[datetime, Finding, State]]:
    """Return each finding, given with the days since the one before, with its time and how the link was then."""
    state, at, states = State(), START, []
    for days, finding in history:
        at += timedelta(days=days)
        state = graded(state, finding, at, rule)
        states.append((at, finding, state))
    return states


@given(histories, rules)
def test_nothing_is_dead_before_it_failed_for_good_so_often_over_so_many_days(
    history: list[tuple[float, Finding]], rule: Rule
) -> None:
    gone: list[datetime] = []
    was_dead = False
    for at, finding, state in lived(history, rule):
        if finding.grade in (Grade.OK, Grade.MOVED):
            gone, was_dead = [], False
        elif finding.reason in FOR_GOOD:
            gone.append(at)
            was_dead = was_dead or (len(gone) >= rule.failures and at - gone[0] >= timedelta(days=rule.days))
        assert (state.grade == Grade.DEAD) == (was_dead and finding.grade != Grade.BLOCKED)
        assert (state.died_at is not None) == was_dead
        assert state.failures == len(gone)


@given(histories, rules)
def test_what_a_link_says_of_itself_holds_together(history: list[tuple[float, Finding]], rule: Rule) -> None:
    well_at = None
    for at, finding, state in lived(history, rule):
        if finding.grade in (Grade.OK, Grade.MOVED):
            well_at = at
            assert state == State(finding.grade, finding.reason, finding.status, finding.target, at)
        assert state.well_at == well_at
        assert state.grade == finding.grade or (state.grade, finding.grade) == (Grade.DEAD, Grade.FAILING)
        if state.grade in BROKEN:
            assert state.failing_since is not None
        since = [day for day in (state.failing_since, state.gone_since, state.died_at) if day]
        assert since == sorted(since)
        assert all(well_at is None or day >= well_at for day in since)
        assert bool(state.gone_since) == bool(state.failures)
