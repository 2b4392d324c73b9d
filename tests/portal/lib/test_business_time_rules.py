"""What holds for every calendar, zone and moment; judged by an oracle that looks at the wall clock minute by minute.

EXAMPLES=10000 .venv/bin/pytest tests/portal/lib/test_business_time_rules.py
"""

import os
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib.business_time import DAY, Calendar, add, elapsed, is_open, next_opening, segments, subtract
from tests.portal.lib.oracle import counts, ticks

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
often = settings(max_examples=EXAMPLES or 80, deadline=None, suppress_health_check=list(HealthCheck))
slow = settings(max_examples=EXAMPLES or 40, deadline=None, suppress_health_check=list(HealthCheck))

ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Sao_Paulo"),
    *("Asia/Tehran", "America/St_Johns", "Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll", "Europe/Dublin"),
    *("Asia/Gaza", "Asia/Kathmandu", "America/Santiago", "Africa/Cairo", "Asia/Pyongyang", "America/Caracas"),
]
FIRST, LAST = date(1987, 1, 1), date(2037, 12, 31)


def clock_changes(zone: str) -> list[date]:
    """Days within some days of a change of the zone's clock."""
    days = [FIRST + timedelta(days=number) for number in range(0, (LAST - FIRST).days, 5)]
    told = [(day, datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).utcoffset()) for day in days]
    return [later[0] for earlier, later in pairwise(told) if earlier[1] != later[1]]


CHANGES = {zone: clock_changes(zone) or [FIRST] for zone in ZONES}


@st.composite
def spans(draw: st.DrawFn, most: int = 3) -> list[tuple[int, int]]:
    """Intervals of a day in whole minutes that do not overlap; now and then to its very end."""
    marks = draw(st.lists(st.integers(0, 1440), max_size=2 * most, unique=True))
    marks = sorted(marks)[: len(marks) // 2 * 2]
    if marks and draw(st.booleans()):
        marks[-1] = 1440
    if marks and draw(st.booleans()):
        marks[0] = 0
    return [(opens * 60, closes * 60) for opens, closes in zip(marks[::2], marks[1::2], strict=True) if opens < closes]


@st.composite
def calendars_and_days(draw: st.DrawFn) -> tuple[Calendar, date]:
    """A calendar that opens each week, and a day near which its clock, its shifts or its holidays change."""
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(CHANGES[zone]) | st.dates(FIRST, LAST))
    near = st.integers(-6, 3).map(lambda away: day + timedelta(days=away))
    weekly = draw(st.dictionaries(st.integers(0, 6), spans().filter(bool), min_size=1))
    weekly = weekly if draw(st.booleans()) else dict.fromkeys(range(7), next(iter(weekly.values())))
    kinds = {
        "breaks": draw(st.dictionaries(st.integers(0, 6) | near, spans(2), max_size=3)),
        "shifts": draw(st.dictionaries(near, spans(), max_size=3)),
        "holidays": draw(st.dictionaries(near, spans(1) | st.just([(0, DAY)]), max_size=3)),
    }
    try:
        return Calendar.of(zone, weekly, **kinds), day
    except ValueError:  # breaks cut all of the week away
        return Calendar.of(zone, weekly), day


cases = calendars_and_days()


def near(day: date, minutes: int) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=6) + timedelta(minutes=minutes)


@slow
@given(cases, st.integers(0, 4 * 1440), st.integers(0, 3 * 1440), st.data())
def test_counting_agrees_with_the_wall_clock_read_minute_by_minute(
    case: tuple[Calendar, date], offset: int, length: int, draw: st.DataObject
) -> None:
    calendar, day = case
    start = near(day, offset)
    end = start + timedelta(minutes=length)
    minutes = list(ticks(start, end))
    opened = [minute for minute in minutes if counts(calendar, minute)]
    assert elapsed(calendar, start, end) == 60 * len(opened)
    pieces = list(segments(calendar, start, end))
    assert [minute for minute in minutes if any(low <= minute < high for low, high in pieces)] == opened
    assert all(one[1] < other[0] for one, other in pairwise(pieces))
    if not opened:
        assert next_opening(calendar, start) >= end
        return
    assert next_opening(calendar, start) == opened[0]
    for number in {1, len(opened), draw.draw(st.integers(1, len(opened)))}:
        assert add(calendar, start, 60 * number) == opened[number - 1] + timedelta(minutes=1)
        assert subtract(calendar, end, 60 * number) == opened[-number]
    picked = draw.draw(st.sampled_from(minutes))
    assert is_open(calendar, picked) == counts(calendar, picked)


seconds = st.integers(-400 * DAY, 400 * DAY)


def away(day: date, seconds: int) -> datetime:
    """Some moment within a good year of that day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=seconds, microseconds=seconds % 10**6)


@often
@given(cases, seconds, st.integers(-10_000_000, 10_000_000))
def test_what_is_added_has_elapsed(case: tuple[Calendar, date], offset: int, seconds: int) -> None:
    calendar, day = case
    start = away(day, offset)
    end = add(calendar, start, seconds)
    assert elapsed(calendar, start, end) == seconds
    assert elapsed(calendar, end, start) == -seconds
    assert subtract(calendar, start, -seconds) == end
    if seconds > 0:  # the earliest: the second before it counted
        assert is_open(calendar, end - timedelta(seconds=1))
        assert add(calendar, end, -seconds) >= start.replace(microsecond=0)
    if seconds < 0:  # the latest: the second that begins there counts
        assert is_open(calendar, end)
        assert add(calendar, end, -seconds) <= start


@often
@given(cases, st.tuples(seconds, seconds, seconds))
def test_what_was_measured_in_pieces_adds_up(case: tuple[Calendar, date], offsets: tuple[int, int, int]) -> None:
    calendar, day = case
    first, second, third = (away(day, offset) for offset in offsets)
    assert elapsed(calendar, first, second) + elapsed(calendar, second, third) == elapsed(calendar, first, third)


@often
@given(cases, seconds, st.integers(0, 5_000_000), st.integers(0, 5_000_000))
def test_adding_twice_is_adding_once(case: tuple[Calendar, date], offset: int, one: int, other: int) -> None:
    calendar, day = case
    start = away(day, offset)
    assert add(calendar, add(calendar, start, one), other) == add(calendar, start, one + other)


@often
@given(cases)
def test_a_written_calendar_is_read_as_it_was(case: tuple[Calendar, date]) -> None:
    calendar, _day = case
    assert Calendar.from_json(calendar.to_json()) == calendar
