"""The open times of a calendar as pieces of UTC, in blocks of 64 days.

Each piece of time in which the zone keeps one distance from UTC is laid over the local days it covers. So nothing has
to be decided about wall times that do not exist or exist twice: they come never, or twice, as on the wall.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

from portal.lib.business_time.calendars import Calendar
from portal.lib.business_time.hours import DAY, Spans

BLOCK = 64 * DAY
_PROBE = 4 * DAY  # no zone ever changed its clock twice within six days
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MONDAY = 3  # the first of January 1970 was a Thursday
FIRST, LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) // BLOCK for year in (3, 9998))  # all dates can tell


@dataclass(frozen=True, slots=True)
class Block:
    """Begins and ends of what is open, in seconds since 1970, and how much is open up to each end."""

    starts: "array[int]"
    ends: "array[int]"
    sums: "array[int]"
    total: int


@lru_cache(maxsize=2048)  # some 3 kB each
def block(calendar: Calendar, number: int) -> Block:
    """The open times from `number * BLOCK` until before `(number + 1) * BLOCK`. Outside of what can be: none."""
    begins = number * BLOCK
    pieces = _merged(_pieces(calendar, begins, begins + BLOCK)) if FIRST <= number <= LAST else []
    sums = array("q", accumulate(closes - opens for opens, closes in pieces))
    starts, ends = (array("q", (piece[side] for piece in pieces)) for side in (0, 1))
    return Block(starts, ends, sums, sums[-1] if sums else 0)


@lru_cache(maxsize=256)
def _hours(calendar: Calendar) -> tuple[tuple[Spans, ...], dict[int, Spans]]:
    """The hours of each weekday, and those of the days that differ by their number since 1970."""
    different = {day.toordinal() - _EPOCH_DAY: spans for day, spans in calendar.different_days().items()}
    return calendar.usual_hours, different


def _pieces(calendar: Calendar, begins: int, ends: int) -> Iterator[tuple[int, int]]:
    week, different = _hours(calendar)
    for start, end, offset in _steady(ZoneInfo(calendar.zone), begins, ends):
        for day in range((start + offset) // DAY, (end - 1 + offset) // DAY + 1):
            midnight = day * DAY - offset
            spans = different.get(day)
            for opens, closes in week[(day + _MONDAY) % 7] if spans is None else spans:
                piece = max(midnight + opens, start), min(midnight + closes, end)
                if piece[0] < piece[1]:
                    yield piece


def _merged(pieces: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for opens, closes in pieces:
        if found and found[-1][1] == opens:
            found[-1] = (found[-1][0], closes)
        else:
            found.append((opens, closes))
    return found


def _steady(zone: ZoneInfo, begins: int, ends: int) -> Iterator[tuple[int, int, int]]:
    """The time from `begins` to `ends` in pieces in which the zone keeps one distance from UTC, with that distance."""
    start, offset = begins, _offset(zone, begins)
    for low, high in pairwise(range(begins, ends + 1, _PROBE)):
        if (after := _offset(zone, high)) != offset:
            change = _change(zone, low, high)
            yield start, change, offset
            start, offset = change, after
    if start < ends:
        yield start, ends, offset


def _change(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second with another distance from UTC than `low`, when `high` has another."""
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: int) -> int:
    distance = datetime.fromtimestamp(at, zone).utcoffset()
    assert distance is not None  # noqa: S101  # tells the type checker: only a moment without a zone has none
    return distance.days * DAY + distance.seconds
