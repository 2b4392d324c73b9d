"""Examples of business time that can be checked by hand. Random calendars: test_business_time_rules.py"""

import time as stopwatch
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.lib.business_time import (
    ALWAYS_OPEN,
    Calendar,
    NeverOpens,
    add,
    elapsed,
    is_open,
    next_opening,
    segments,
    subtract,
)
from tests.portal.lib.oracle import counts, open_seconds, ticks

HOUR = 3600
BERLIN = ZoneInfo("Europe/Berlin")
WEEKDAYS = range(5)
OFFICE = Calendar.of("Europe/Berlin", {day: ["09:00-17:00"] for day in WEEKDAYS})
LUNCH = Calendar.of("Europe/Berlin", {day: ["09:00-12:00", "13:00-17:00"] for day in WEEKDAYS})
XMAS = date(2026, 12, 24)  # a Thursday


def berlin(*parts: Any) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)


def utc(text: str) -> datetime:
    return (
        datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC) if len(text) < 15 else datetime.fromisoformat(text)
    )


# --- Deadlines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (berlin(2026, 3, 10, 9), 4, berlin(2026, 3, 10, 13)),
        (berlin(2026, 3, 10, 9), 8, berlin(2026, 3, 10, 17)),  # exactly at closing time stays there
        (berlin(2026, 3, 10, 9), 9, berlin(2026, 3, 11, 10)),
        (berlin(2026, 3, 10, 17), 1, berlin(2026, 3, 11, 10)),  # at closing time it is closed
        (berlin(2026, 3, 10, 3), 1, berlin(2026, 3, 10, 10)),
        (berlin(2026, 3, 13, 16), 2, berlin(2026, 3, 16, 10)),  # Friday to Monday
        (berlin(2026, 3, 14, 12), 8, berlin(2026, 3, 16, 17)),
        (berlin(2026, 3, 27, 16), 2, berlin(2026, 3, 30, 10)),  # over a weekend with a clock change
        (berlin(2026, 3, 14, 12), 0, berlin(2026, 3, 14, 12)),
    ],
)
def test_a_deadline_counts_opening_hours_only(start: datetime, hours: int, due: datetime) -> None:
    assert add(OFFICE, start, hours * HOUR) == due
    assert elapsed(OFFICE, start, due) == hours * HOUR


def test_going_back_ends_at_an_opening_where_going_forward_ends_at_a_closing() -> None:
    assert subtract(OFFICE, berlin(2026, 3, 11, 10), HOUR) == berlin(2026, 3, 11, 9)
    assert subtract(OFFICE, berlin(2026, 3, 11, 9), HOUR) == berlin(2026, 3, 10, 16)
    assert subtract(OFFICE, berlin(2026, 3, 16, 7), 9 * HOUR) == berlin(2026, 3, 12, 16)
    assert elapsed(OFFICE, berlin(2026, 3, 11, 10), berlin(2026, 3, 10, 16)) == -2 * HOUR


def test_a_lunch_break_costs_nothing() -> None:
    by_break = Calendar.of(
        "Europe/Berlin", {day: ["09:00-17:00"] for day in WEEKDAYS}, breaks={day: ["12:00-13:00"] for day in WEEKDAYS}
    )
    for calendar in (LUNCH, by_break):
        assert add(calendar, berlin(2026, 3, 10, 11), 2 * HOUR) == berlin(2026, 3, 10, 14)
        assert add(calendar, berlin(2026, 3, 10, 11), HOUR) == berlin(2026, 3, 10, 12)
        assert not is_open(calendar, berlin(2026, 3, 10, 12))
        assert next_opening(calendar, berlin(2026, 3, 10, 12)) == berlin(2026, 3, 10, 13)
        assert elapsed(calendar, berlin(2026, 3, 9), berlin(2026, 3, 16)) == 35 * HOUR


def test_the_opening_belongs_to_the_hours_and_the_closing_does_not() -> None:
    assert is_open(OFFICE, berlin(2026, 3, 10, 9))
    assert is_open(OFFICE, berlin(2026, 3, 10, 16, 59, 59, 999_999))
    assert not is_open(OFFICE, berlin(2026, 3, 10, 17))
    assert next_opening(OFFICE, berlin(2026, 3, 10, 17)) == berlin(2026, 3, 11, 9)
    assert next_opening(OFFICE, berlin(2026, 3, 10, 10)) == berlin(2026, 3, 10, 10)


def test_a_holiday_is_skipped_and_half_a_one_is_half_skipped() -> None:
    calendar = Calendar.of(
        "Europe/Berlin",
        {day: ["09:00-17:00"] for day in WEEKDAYS},
        holidays={date(2026, 12, 25): ["00:00-24:00"], XMAS: ["12:00-24:00"]},
    )
    assert add(calendar, berlin(2026, 12, 24, 11), HOUR) == berlin(2026, 12, 24, 12)
    assert add(calendar, berlin(2026, 12, 24, 11), HOUR + 1) == berlin(2026, 12, 28, 9, 0, 1)
    assert list(segments(calendar, berlin(2026, 12, 24), berlin(2026, 12, 29))) == [
        (berlin(2026, 12, 24, 9), berlin(2026, 12, 24, 12)),
        (berlin(2026, 12, 28, 9), berlin(2026, 12, 28, 17)),
    ]


def test_a_shift_says_all_about_its_day_and_only_a_break_of_that_date_cuts_into_it() -> None:
    calendar = Calendar.of(
        "Europe/Berlin",
        {day: ["09:00-17:00"] for day in WEEKDAYS},
        breaks={3: ["09:00-11:00"], date(2026, 12, 26): ["12:00-13:00"]},
        shifts={XMAS: ["08:00-10:00"], date(2026, 12, 26): ["10:00-14:00"], date(2026, 12, 28): []},
        holidays=[XMAS, date(2026, 12, 25), date(2026, 12, 26)],
    )
    found = list(segments(calendar, berlin(2026, 12, 24), berlin(2026, 12, 29)))
    assert found == [
        (berlin(2026, 12, 24, 8), berlin(2026, 12, 24, 10)),
        (berlin(2026, 12, 26, 10), berlin(2026, 12, 26, 12)),
        (berlin(2026, 12, 26, 13), berlin(2026, 12, 26, 14)),
    ]


# --- Around the clock -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"])
def test_around_the_clock_no_minute_of_any_month_is_lost(zone: str) -> None:
    """Once as the calendar that is known to be always open, once counted, with one closed second far away."""
    always = Calendar.of(zone, {day: ["00:00-24:00"] for day in range(7)})
    counted = Calendar.of(
        zone, {day: ["00:00-12:00", "12:00-24:00"] for day in range(7)}, breaks={date(1999, 1, 1): ["00:00-00:00:01"]}
    )
    assert (always.is_always_open, counted.is_always_open) == (True, False)
    for month in range(36):
        start = datetime(2010 + month // 12, month % 12 + 1, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        end = start + timedelta(days=31, seconds=59)
        for calendar in (always, counted):
            assert elapsed(calendar, start, end) == (end - start).total_seconds()
            assert add(calendar, start, 31 * 86_400 + 59) == end
            assert list(segments(calendar, start, end)) == [(start, end)]


def test_hours_over_midnight_are_one_piece() -> None:
    night = Calendar.of("Europe/Berlin", {day: ["00:00-06:00", "22:00-24:00"] for day in range(7)})
    assert list(segments(night, berlin(2026, 3, 10, 12), berlin(2026, 3, 11, 12))) == [
        (berlin(2026, 3, 10, 22), berlin(2026, 3, 11, 6))
    ]
    assert add(night, berlin(2026, 3, 10, 23), 2 * HOUR) == berlin(2026, 3, 11, 1)


# --- Both days of a clock change in six zones -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "hours", "pieces"),
    [
        ("Europe/Berlin", "2026-03-29", "00:00-24:00", "03-28T23:00/03-29T22:00"),  # 23 hours
        ("Europe/Berlin", "2026-03-29", "01:00-03:00", "03-29T00:00/03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "02:30-10:00", "03-29T01:00/03-29T08:00"),  # begins in the gap: at its end
        ("Europe/Berlin", "2026-03-29", "01:00-02:30", "03-29T00:00/03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "02:10-02:50", ""),
        ("Europe/Berlin", "2026-10-25", "00:00-24:00", "10-24T22:00/10-25T23:00"),  # 25 hours
        ("Europe/Berlin", "2026-10-25", "01:00-03:00", "10-24T23:00/10-25T02:00"),
        ("Europe/Berlin", "2026-10-25", "02:30-10:00", "10-25T00:30/10-25T01:00 10-25T01:30/10-25T09:00"),
        ("America/New_York", "2026-03-08", "00:00-24:00", "03-08T05:00/03-09T04:00"),
        ("America/New_York", "2026-03-08", "02:30-10:00", "03-08T07:00/03-08T14:00"),
        ("America/New_York", "2026-11-01", "00:00-24:00", "11-01T04:00/11-02T05:00"),
        ("America/New_York", "2026-11-01", "01:00-02:00", "11-01T05:00/11-01T07:00"),
        ("Australia/Lord_Howe", "2026-04-05", "00:00-24:00", "04-04T13:00/04-05T13:30"),  # half an hour
        ("Australia/Lord_Howe", "2026-04-05", "01:00-02:00", "04-04T14:00/04-04T15:30"),
        ("Australia/Lord_Howe", "2026-10-04", "00:00-24:00", "10-03T13:30/10-04T13:00"),
        ("Australia/Lord_Howe", "2026-10-04", "02:00-03:00", "10-03T15:30/10-03T16:00"),
        ("Africa/Casablanca", "2026-02-15", "00:00-24:00", "02-14T23:00/02-16T00:00"),  # Ramadan
        ("Africa/Casablanca", "2026-02-15", "02:00-03:00", "02-15T01:00/02-15T03:00"),
        ("Africa/Casablanca", "2026-03-22", "00:00-24:00", "03-22T00:00/03-22T23:00"),
        ("Africa/Casablanca", "2026-03-22", "01:00-03:00", "03-22T01:00/03-22T02:00"),
        ("America/Sao_Paulo", "2018-11-04", "00:00-24:00", "2018-11-04T03:00Z/2018-11-05T02:00Z"),  # no midnight
        ("America/Sao_Paulo", "2018-11-04", "00:00-08:00", "2018-11-04T03:00Z/2018-11-04T10:00Z"),
        ("America/Sao_Paulo", "2019-02-16", "00:00-24:00", "2019-02-16T02:00Z/2019-02-17T03:00Z"),
        ("America/Sao_Paulo", "2019-02-16", "20:00-24:00", "2019-02-16T22:00Z/2019-02-17T03:00Z"),
        ("Asia/Tehran", "2022-03-22", "00:00-24:00", "2022-03-21T20:30Z/2022-03-22T19:30Z"),
        ("Asia/Tehran", "2022-09-21", "00:00-24:00", "2022-09-20T19:30Z/2022-09-21T20:30Z"),
        ("Pacific/Apia", "2011-12-30", "00:00-24:00", ""),  # a day that never was
    ],
)
def test_on_the_day_of_a_clock_change_the_hours_are_those_of_the_wall(
    zone: str, day: str, hours: str, pieces: str
) -> None:
    on = date.fromisoformat(day)
    expected = [tuple(utc(end) for end in piece.split("/")) for piece in pieces.split()]
    around = datetime(on.year, on.month, on.day, tzinfo=UTC)
    for calendar in (
        Calendar.of(zone, {(on.weekday() + 4) % 7: ["08:00-09:00"]}, shifts={on: [hours]}),
        Calendar.of(zone, {on.weekday(): [hours]}),
    ):
        window = around - timedelta(days=2), around + timedelta(days=3)
        assert list(segments(calendar, *window)) == expected
        assert elapsed(calendar, *window) == sum((end - start).total_seconds() for start, end in expected)
        assert open_seconds(calendar, *window) == elapsed(calendar, *window)


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Berlin", "2026-10-25T01:00Z"),
        ("America/St_Johns", "2007-11-04T02:31Z"),  # one minute past midnight
        ("Australia/Lord_Howe", "2026-04-04T15:00Z"),
        ("Africa/Monrovia", "1972-01-07T00:44:30Z"),  # by 44 minutes and 30 seconds
    ],
)
def test_around_a_clock_change_every_single_second_is_right(zone: str, change: str) -> None:
    middle = datetime.fromisoformat(change)
    start, end = middle - timedelta(minutes=50), middle + timedelta(minutes=50)
    calendar = Calendar.of(zone, {day: ["00:10:07-00:50:29", "01:40:11-24:00"] for day in range(7)})
    opened = 0
    for tick in ticks(start, end, timedelta(seconds=1)):
        assert elapsed(calendar, start, tick) == opened
        now_open = counts(calendar, tick)
        assert is_open(calendar, tick) == now_open
        opened += now_open


# --- What is no calendar ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"zone": "Europe/Atlantis", "weekly": {0: ["09:00-17:00"]}}, "no time zone"),
        ({"zone": "../etc/passwd", "weekly": {0: ["09:00-17:00"]}}, "no time zone"),
        ({"zone": "", "weekly": {0: ["09:00-17:00"]}}, "no time zone"),
        ({"zone": "UTC"}, "never opens"),
        ({"zone": "UTC", "weekly": {0: ["09:00-17:00"]}, "breaks": {0: ["08:00-18:00"]}}, "never opens"),
        ({"zone": "UTC", "shifts": {XMAS: []}}, "never opens"),
        ({"zone": "UTC", "shifts": {XMAS: ["09:00-10:00"]}}, "never opens"),
        ({"zone": "UTC", "weekly": {0: ["09:00-12:00", "11:00-17:00"]}}, "overlap"),
        ({"zone": "UTC", "weekly": {0: ["17:00-09:00"]}}, "ends after it begins"),
        ({"zone": "UTC", "weekly": {0: ["09:00-09:00"]}}, "ends after it begins"),
        ({"zone": "UTC", "weekly": {0: ["09:00-24:01"]}}, "no time of the day"),
        ({"zone": "UTC", "weekly": {0: ["9-17"]}}, "no time of the day"),
        ({"zone": "UTC", "weekly": {7: ["09:00-17:00"]}}, "Weekdays"),
    ],
)
def test_what_is_no_calendar_is_refused_with_a_sentence(words: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Calendar.of(words.pop("zone"), **words)


def test_hours_that_touch_become_one_and_cuts_may_overlap() -> None:
    calendar = Calendar.of("UTC", {0: ["12:00-17:00", "09:00-12:00"]}, breaks={0: ["10:00-11:00", "10:30-11:30"]})
    assert calendar == Calendar.of("UTC", {0: ["9:00-17:00"]}, breaks={0: ["10:00-11:30"]})
    assert hash(calendar) == hash(Calendar.from_json(calendar.to_json()))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        elapsed(OFFICE, datetime(2026, 3, 10), datetime(2026, 3, 11))  # noqa: DTZ001  # what is refused


@pytest.mark.parametrize(
    "written", [{}, {"zone": "UTC"}, {**OFFICE.to_json(), "weekly": 5}, {**OFFICE.to_json(), "shifts": []}]
)
def test_what_was_not_written_by_a_calendar_is_refused(written: dict) -> None:
    with pytest.raises(ValueError, match="calendar"):
        Calendar.from_json(written)


def test_what_no_date_can_tell_says_so() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    for calendar in (OFFICE, ALWAYS_OPEN):
        with pytest.raises(NeverOpens):
            add(calendar, now, 10**12)
        with pytest.raises(NeverOpens):
            subtract(calendar, now, 10**12)


# --- Quick ------------------------------------------------------------------------------------------------------------


def test_a_year_of_opening_hours_takes_less_than_a_millisecond() -> None:
    start, end = berlin(2026, 1, 1), berlin(2027, 1, 1)
    year = elapsed(OFFICE, start, end)
    assert year == 261 * 8 * HOUR
    assert add(OFFICE, start, year) == berlin(2026, 12, 31, 17)
    for act in (lambda: elapsed(OFFICE, start, end), lambda: add(OFFICE, start, year)):
        best = min(_took(act) for _ in range(20))
        assert best < 0.001, f"{best * 1000:.3f} ms"


def _took(act: Callable[[], object]) -> float:
    began = stopwatch.perf_counter()
    act()
    return stopwatch.perf_counter() - began
