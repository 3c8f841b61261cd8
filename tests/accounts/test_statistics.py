"""The laws of percent, days, streaks and the year's map, and of what comes next."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from accounts.calendar import DAY, SECOND_THOUGHTS, STEPS, WEEKS, Act, Day, days_of, heatmap, streak
from accounts.models import NOT_STARTED, State, StudyEvent
from accounts.onward import next_of
from accounts.statistics import Tally
from accounts.tracking import Standing

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
STATE, NOTE, BROUGHT = StudyEvent.Kind.STATE, StudyEvent.Kind.NOTE, StudyEvent.Kind.BROUGHT
TAIPEI, UTC_ZONE = ZoneInfo("Asia/Taipei"), ZoneInfo("UTC")
ZONES = [ZoneInfo(name) for name in ("UTC", "Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu", "Etc/GMT+12")]

dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))
nearby = st.dates(date(2026, 1, 1), date(2026, 3, 31))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
kinds = st.sampled_from([STATE, STATE, NOTE, BROUGHT])


def act(after: str = State.DONE, at: datetime = NOON, *, resource: int = 1, kind: str = STATE) -> Act:
    return Act(resource, kind, "" if kind == NOTE else after, at)


@st.composite
def acts(draw: st.DrawFn) -> list[Act]:
    hours = draw(st.lists(st.integers(0, 200), max_size=12))
    states = st.sampled_from(["", State.IN_PROGRESS, State.DONE, State.SKIPPED])
    return [
        act(draw(states), NOON + timedelta(hours=hour), resource=draw(st.integers(1, 3)), kind=draw(kinds))
        for hour in hours
    ]


# Percent


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_a_percentage_is_100_only_when_all_is_done_and_0_only_when_nothing_is(
    done: int, begun: int, skipped: int, left: int
) -> None:
    tally = Tally(done + begun + skipped + left, done, begun, skipped)
    assert tally.left == left
    if done + begun + left == 0:
        assert tally.percent is None
    else:
        assert tally.percent is not None
        assert (tally.percent == 100) == (begun + left == 0)
        assert (tally.percent == 0) == (done == 0)


# Which acts make a day


@pytest.mark.parametrize(
    ("what", "counts"),
    [
        (act(State.DONE), True),
        (act(State.IN_PROGRESS), True),
        (act(State.SKIPPED), False),
        (act(NOT_STARTED), False),
        (act(kind=NOTE), True),
        (act(State.DONE, kind=BROUGHT), False),
        (act(State.IN_PROGRESS, kind=BROUGHT), False),
    ],
)
def test_starting_finishing_and_writing_make_a_day(what: Act, counts: bool) -> None:
    assert days_of([what], TAIPEI) == (Counter({date(2026, 3, 3): 1}) if counts else Counter())


@pytest.mark.parametrize(
    ("later", "counts"),
    [
        (timedelta(seconds=1), False),
        (timedelta(hours=24), False),
        (timedelta(hours=24, seconds=1), True),
        (timedelta(seconds=-1), True),
    ],
)
def test_a_tick_set_back_within_a_day_leaves_no_trace(later: timedelta, counts: bool) -> None:
    assert bool(days_of([act(NOT_STARTED, NOON + later), act(at=NOON)], UTC_ZONE)) is counts


def test_what_was_set_back_takes_along_each_step_that_led_there() -> None:
    steps = [act(State.IN_PROGRESS), act(at=NOON + timedelta(hours=1)), act(NOT_STARTED, NOON + timedelta(hours=2))]
    assert days_of(steps, TAIPEI) == Counter()


def test_a_tick_made_again_counts() -> None:
    again = [act(), act(NOT_STARTED, NOON + timedelta(minutes=1)), act(at=NOON + timedelta(minutes=2))]
    assert days_of(again, TAIPEI).total() == 1


def test_neither_another_resource_nor_a_note_nor_skipping_sets_a_tick_back() -> None:
    soon = NOON + timedelta(minutes=1)
    others = [act(NOT_STARTED, soon, resource=2), act(at=soon, kind=NOTE), act(State.SKIPPED, soon)]
    assert days_of([act(), *others], TAIPEI) == Counter({date(2026, 3, 3): 2})


def test_what_was_restored_and_what_was_done_here_take_back_nothing_of_each_other() -> None:
    soon = NOON + timedelta(minutes=1)
    here, there = [act(), act(NOT_STARTED, soon)], [act()._replace(restored=True)]
    assert days_of([*here, *there], TAIPEI) == Counter({date(2026, 3, 3): 1})
    both = [*there, act(NOT_STARTED, soon)._replace(restored=True), act()]
    assert days_of(both, TAIPEI) == Counter({date(2026, 3, 3): 1})


@settings(deadline=None)
@given(acts(), st.sampled_from(ZONES))
def test_days_follow_the_law_act_by_act(what: list[Act], zone: ZoneInfo) -> None:
    def counts(one: Act) -> bool:
        if one.kind == NOTE:
            return True
        taken_back = any(
            other.resource == one.resource
            and (other.kind, other.after) == (STATE, NOT_STARTED)
            and one.at < other.at <= one.at + SECOND_THOUGHTS
            for other in what
        )
        return one.kind == STATE and one.after in (State.IN_PROGRESS, State.DONE) and not taken_back

    assert days_of(what, zone) == Counter(one.at.astimezone(zone).date() for one in what if counts(one))
    assert days_of(reversed(what), zone) == days_of(what, zone)


# Whose day it is


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        # Kiritimati is 14 hours ahead: its day is over before America's has come far.
        (datetime(2026, 3, 3, 9, 59, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 3, 3)),
        (datetime(2026, 3, 3, 10, 0, tzinfo=UTC), "Pacific/Kiritimati", date(2026, 3, 4)),
        (datetime(2026, 3, 3, 11, 59, tzinfo=UTC), "Etc/GMT+12", date(2026, 3, 2)),
        # New York springs forward on 8 March and falls back on 1 November.
        (datetime(2026, 3, 8, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 7)),
        (datetime(2026, 3, 9, 3, 59, tzinfo=UTC), "America/New_York", date(2026, 3, 8)),
        (datetime(2026, 3, 9, 4, 0, tzinfo=UTC), "America/New_York", date(2026, 3, 9)),
        (datetime(2026, 11, 1, 4, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 1)),
        (datetime(2026, 11, 2, 4, 59, tzinfo=UTC), "America/New_York", date(2026, 11, 1)),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), "America/New_York", date(2026, 11, 2)),
    ],
)
def test_a_day_is_the_learners_own(at: datetime, zone: str, day: date) -> None:
    assert list(days_of([act(at=at)], ZoneInfo(zone))) == [day]


@pytest.mark.parametrize("start", [date(2026, 3, 5), date(2026, 10, 29)])
def test_a_streak_runs_through_the_change_of_the_clocks(start: date) -> None:
    zone = ZoneInfo("America/New_York")
    late = [datetime(start.year, start.month, start.day, 23, 30, tzinfo=zone) + n * DAY for n in range(7)]
    days = days_of([act(at=at.astimezone(UTC), resource=n) for n, at in enumerate(late)], zone)
    assert streak(days, start + 6 * DAY) == (7, 7)


@settings(deadline=None)
@given(moments, st.sampled_from(ZONES))
def test_every_act_falls_on_one_day_at_most_one_from_that_of_utc(at: datetime, zone: ZoneInfo) -> None:
    (day,) = days_of([act(at=at)], zone)
    assert abs(day - at.date()) <= DAY


# Streaks

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("ago", "current", "longest"),
    [
        ([], 0, 0),
        ([0], 1, 1),
        ([1], 1, 1),
        ([2], 0, 1),
        ([0, 1, 2], 3, 3),
        ([1, 2, 3], 3, 3),
        ([2, 3, 4], 0, 3),
        ([0, 2, 3, 4], 1, 3),
        ([0, 1, 3, 4, 5, 7], 2, 3),
        ([-1], 0, 0),
        ([-1, 0], 1, 1),
    ],
)
def test_streaks_of_days_so_many_ago(ago: list[int], current: int, longest: int) -> None:
    assert streak([TODAY - days * DAY for days in ago], TODAY) == (current, longest)


@settings(deadline=None)
@given(st.sets(nearby), nearby)
@example(set(), TODAY)
def test_streaks_follow_the_law(days: set[date], today: date) -> None:
    current, longest = streak(days, today)
    past = {day for day in days if day <= today}
    assert current <= longest <= len(past)
    assert (longest == 0) == (not past)
    assert (current == 0) == (past.isdisjoint({today, today - DAY}))
    end = today if today in past else today - DAY
    assert {end - n * DAY for n in range(current)} <= past
    assert not current or end - current * DAY not in past
    assert any({day + n * DAY for n in range(longest)} <= past for day in past) or not past
    assert not any({day + n * DAY for n in range(longest + 1)} <= past for day in past)


@settings(deadline=None)
@given(st.sets(nearby), nearby)
def test_a_day_that_is_not_over_breaks_nothing_and_one_more_act_never_shortens(days: set[date], today: date) -> None:
    yesterday = streak(days - {today}, today - DAY)
    assert streak(days - {today}, today).current == (yesterday.current if today - DAY in days else 0)
    assert streak(days | {today}, today).current == 1 + streak(days - {today}, today).current


# The year's map


@settings(deadline=None)
@given(st.dictionaries(dates, st.integers(1, 40)), dates, st.integers(0, 6))
def test_the_map_shows_every_day_of_53_weeks_up_to_today_once(
    counts: dict[date, int], today: date, first_weekday: int
) -> None:
    year = heatmap(counts, today, first_weekday)
    shown = [day for week in year.weeks for day in week if day]
    assert [len(week) for week in year.weeks] == [7] * WEEKS
    assert [day.date for day in shown] == [shown[0].date + n * DAY for n in range(len(shown))]
    assert shown[-1] == year.today == Day(today, counts.get(today, 0), True)
    assert all(day.acts == counts.get(day.date, 0) for day in shown)
    assert [day.date for day in shown if day.is_today] == [today]
    assert shown[0].date.isoweekday() % 7 == first_weekday
    assert year.days == sum(1 for day in counts if shown[0].date <= day <= today)
    assert sum(month.weeks for month in year.months) == WEEKS
    for row in year.weekdays:
        assert len({day.date.weekday() for day in row.days if day}) == 1


@pytest.mark.parametrize(("number", "level"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (6, 3), (7, 4), (200, 4)])
def test_more_acts_are_darker_in_few_steps(number: int, level: int) -> None:
    assert Day(TODAY, number, False).level == level <= len(STEPS)


# What comes next

ORDER = ["a", "b", "c", "d"]


def at(state: str, hour: int) -> Standing:
    return Standing(state, NOON + timedelta(hours=hour))


@pytest.mark.parametrize(
    ("states", "following"),
    [
        ({}, "a"),
        ({"b": at(State.DONE, 1)}, "c"),
        ({"b": at(State.DONE, 1), "c": at(State.DONE, 0)}, "d"),
        ({"a": at(State.DONE, 0), "c": at(State.DONE, 0)}, "d"),
        ({"d": at(State.DONE, 1)}, "a"),
        ({"b": at(State.DONE, 1), "c": at(State.SKIPPED, 2)}, "d"),
        ({"b": at(State.SKIPPED, 1)}, "a"),
        ({"a": at(State.SKIPPED, 1)}, "b"),
        ({"b": at(State.DONE, 5), "d": at(State.IN_PROGRESS, 1)}, "d"),
        ({"a": at(State.IN_PROGRESS, 3), "d": at(State.IN_PROGRESS, 1)}, "a"),
        ({"elsewhere": at(State.IN_PROGRESS, 3), "a": at(State.DONE, 1)}, "b"),
        (dict.fromkeys(ORDER, at(State.DONE, 1)), None),
        (dict.fromkeys(ORDER, at(State.SKIPPED, 1)), None),
    ],
)
def test_one_goes_on_where_one_left_off(states: dict[str, Standing], following: str | None) -> None:
    assert next_of(ORDER, states) == following


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(ORDER), st.tuples(st.sampled_from(State.values), st.integers(0, 5))))
def test_there_is_a_next_while_anything_is_left(marks: dict[str, tuple[str, int]]) -> None:
    states = {key: at(*mark) for key, mark in marks.items()}
    following = next_of(ORDER, states)
    begun = {key for key in states if states[key].state == State.IN_PROGRESS}
    left = set(ORDER) - states.keys()
    assert (following in begun) if begun else (following in left) if left else (following is None)
