"""Uptime is exact arithmetic: these laws hold for any layers of states."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.uptime import (
    Layers,
    Level,
    Span,
    Weights,
    baseline,
    by_day,
    days_until,
    flatten,
    level_at,
    percent,
    total,
    uptime,
    worst,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
END = START + timedelta(days=10)
WEIGHTS = Weights()


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


moments = st.integers(min_value=-2000, max_value=16_000).map(lambda minutes: START + timedelta(minutes=minutes))
impact_levels = st.sampled_from([Level.OPERATIONAL, Level.DEGRADED, Level.PARTIAL, Level.MAJOR])


@st.composite
def spans(draw: st.DrawFn, levels: st.SearchStrategy[Level] = impact_levels) -> Span:
    first, last = sorted([draw(moments), draw(moments)])
    return Span(draw(levels), first, draw(st.sampled_from([last, None])))


@st.composite
def layers(draw: st.DrawFn) -> Layers:
    steps = sorted(draw(st.lists(st.tuples(moments, impact_levels), max_size=5)), key=lambda step: step[0])
    changes, held = [], Level.OPERATIONAL
    for moment, level in steps:
        changes.append((moment, held, level))
        held = level
    return Layers(
        baseline(changes, held, begins=START),
        draw(st.lists(spans(st.just(Level.MAINTENANCE)), max_size=4)),
        draw(st.lists(spans(), max_size=6)),
    )


@given(layers())
def test_flat_spans_cover_the_period_without_gap_or_overlap(some: Layers) -> None:
    flat = flatten(some, begins=START, ends=END)
    assert flat[0].begins == START
    assert flat[-1].ends == END
    assert all(one.ends == then.begins and one.level != then.level for one, then in pairwise(flat))


@given(layers(), moments)
def test_the_flat_level_at_a_moment_is_the_level_at_that_moment(some: Layers, moment: datetime) -> None:
    if START <= moment < END:
        held = next(span for span in flatten(some, begins=START, ends=END) if span.begins <= moment < span.ends)
        assert held.level == level_at(some, moment)


@given(layers())
def test_the_days_hold_all_the_time_there_is(some: Layers) -> None:
    days = days_until(END, 10, UTC)
    held = total(by_day(flatten(some, begins=days[0].begins, ends=END), days))
    assert sum(held.values(), timedelta()) == END - days[0].begins


@given(layers(), spans())
def test_one_more_impact_never_raises_uptime(some: Layers, impact: Span) -> None:
    """Outside planned work, where it turns uncounted time into counted time."""
    bare = Layers(some.baseline, (), some.impacts)
    more = Layers(some.baseline, (), [*some.impacts, impact])
    parts = [uptime(total_of(one), WEIGHTS) for one in (bare, more)]
    assert parts[0] is not None and parts[1] is not None
    assert parts[1] <= parts[0]


@given(layers())
def test_uptime_lies_between_nothing_and_everything(some: Layers) -> None:
    part = uptime(total_of(some), WEIGHTS)
    assert part is None or 0 <= part <= 1


@given(st.fractions(min_value=0, max_value=1))
def test_what_is_shown_is_never_more_than_what_was(part: Fraction) -> None:
    shown = Fraction(percent(part))
    assert shown <= part * 100 < shown + Fraction(1, 100) or part == 1
    assert (percent(part) == "100") == (part == 1)


def total_of(some: Layers) -> dict[Level, timedelta]:
    return total(by_day(flatten(some, begins=START, ends=END), days_until(END, 10, UTC)))


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ({Level.OPERATIONAL: 100}, "100"),
        ({Level.OPERATIONAL: 99, Level.MAJOR: 1}, "99.00"),
        ({Level.OPERATIONAL: 99, Level.PARTIAL: 1}, "99.70"),
        ({Level.OPERATIONAL: 99, Level.DEGRADED: 1}, "100"),
        ({Level.MAJOR: 1}, "0.00"),
        ({Level.OPERATIONAL: 1, Level.MAJOR: 1, Level.MAINTENANCE: 500, Level.UNKNOWN: 500}, "50.00"),
        ({Level.OPERATIONAL: 99_996, Level.MAJOR: 4}, "99.99"),
    ],
)
def test_uptime_by_the_printed_rule(held: dict[Level, int], shown: str) -> None:
    part = uptime({level: timedelta(minutes=minutes) for level, minutes in held.items()}, WEIGHTS)
    assert part is not None
    assert percent(part) == shown


def test_without_known_time_there_is_no_figure() -> None:
    assert uptime({Level.UNKNOWN: timedelta(days=3), Level.MAINTENANCE: timedelta(hours=1)}, WEIGHTS) is None


def test_maintenance_replaces_the_baseline_and_an_impact_shows_through_it() -> None:
    some = Layers(
        [Span(Level.PARTIAL, START)], [Span(Level.MAINTENANCE, at(1), at(5))], [Span(Level.DEGRADED, at(2), at(3))]
    )
    levels = [level_at(some, at(hour)) for hour in (0.5, 1, 2, 3, 5)]
    assert levels == [Level.PARTIAL, Level.MAINTENANCE, Level.DEGRADED, Level.MAINTENANCE, Level.PARTIAL]


def test_before_the_first_change_the_old_baseline_held() -> None:
    steps = baseline([(at(2), Level.MAJOR, Level.OPERATIONAL)], Level.OPERATIONAL, begins=START)
    assert steps == [Span(Level.MAJOR, START, at(2)), Span(Level.OPERATIONAL, at(2))]


def test_a_day_is_marked_by_its_worst_known_moment() -> None:
    minute = timedelta(minutes=1)
    assert worst({}) == Level.UNKNOWN
    assert worst({Level.UNKNOWN: minute}) == Level.UNKNOWN
    assert worst({Level.UNKNOWN: minute, Level.OPERATIONAL: minute}) == Level.OPERATIONAL
    assert worst({Level.OPERATIONAL: minute, Level.MAJOR: minute}) == Level.MAJOR


def test_days_follow_the_calendar_of_the_zone_across_a_change_of_the_clock() -> None:
    zone = ZoneInfo("Europe/Berlin")
    days = days_until(datetime(2026, 3, 30, 12, tzinfo=UTC), 3, zone)
    assert [day.on for day in days] == [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]
    assert [day.ends - day.begins for day in days] == [timedelta(hours=24), timedelta(hours=23), timedelta(hours=14)]
