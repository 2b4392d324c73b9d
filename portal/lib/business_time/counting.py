"""Counting the open seconds of a calendar: by sums over blocks of 64 days, made once and kept for a while."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from portal.lib.business_time.blocks import BLOCK, FIRST, LAST, Block, block
from portal.lib.business_time.calendars import Calendar

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


class NeverOpens(Exception):
    """The calendar has no such time in the years that a date can tell."""


def add(calendar: Calendar, moment: datetime, seconds: int) -> datetime:
    """The earliest moment, in UTC, by which so many open seconds have passed since `moment`.

    What ends exactly at closing time stays there. Without seconds it is the moment itself, cut to its second, whether
    open or not. Negative seconds go back: the latest moment since which so many open seconds have passed until
    `moment`, so what ends exactly at an opening stays there. Raises NeverOpens when there are not so many.
    """
    at = _seconds(moment)
    if calendar.is_always_open or not seconds:
        return _moment(at + seconds, calendar)
    return _moment(_later(calendar, at, seconds) if seconds > 0 else _earlier(calendar, at, -seconds), calendar)


def subtract(calendar: Calendar, moment: datetime, seconds: int) -> datetime:
    """The latest moment from which so many open seconds pass until `moment`: `add` with the sign turned."""
    return add(calendar, moment, -seconds)


def elapsed(calendar: Calendar, start: datetime, end: datetime) -> int:
    """How many open seconds lie between two moments; negative when the end is the earlier one."""
    begins, ends = _seconds(start), _seconds(end)
    if calendar.is_always_open:
        return ends - begins
    if ends < begins:
        return -elapsed(calendar, end, start)
    first, last = begins // BLOCK, ends // BLOCK
    whole = sum(block(calendar, number).total for number in range(max(first, FIRST), min(last, LAST + 1)))
    return whole + _open_before(block(calendar, last), ends) - _open_before(block(calendar, first), begins)


def is_open(calendar: Calendar, moment: datetime) -> bool:
    """Whether the second in which that moment lies counts."""
    return calendar.is_always_open or _is_open(calendar, _seconds(moment))


def next_opening(calendar: Calendar, moment: datetime) -> datetime:
    """That moment (cut to its second) if it is open, else when the calendar opens next. Raises NeverOpens."""
    at = _seconds(moment)
    if calendar.is_always_open or _is_open(calendar, at):
        return _moment(at, calendar)
    return _moment(_later(calendar, at, 1) - 1, calendar)


def segments(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """All that is open from one moment until before another, as pairs of UTC moments that do not touch each other."""
    begins, ends = _seconds(start), _seconds(end)
    pieces = iter([(begins, ends)]) if calendar.is_always_open else _pieces(calendar, begins, ends)
    held: tuple[int, int] | None = None
    for opens, closes in pieces:
        if held and held[1] == opens:
            held = (held[0], closes)
            continue
        if held:
            yield _moment(held[0], calendar), _moment(held[1], calendar)
        held = (opens, closes) if opens < closes else None
    if held:
        yield _moment(held[0], calendar), _moment(held[1], calendar)


def _pieces(calendar: Calendar, begins: int, ends: int) -> Iterator[tuple[int, int]]:
    for number in range(max(begins // BLOCK, FIRST), min((ends - 1) // BLOCK, LAST) + 1):
        one = block(calendar, number)
        for opens, closes in zip(one.starts, one.ends, strict=True):
            if max(opens, begins) < min(closes, ends):
                yield max(opens, begins), min(closes, ends)


def _later(calendar: Calendar, at: int, seconds: int) -> int:
    """The first second by which so many are used up: never inside a closed time, at its beginning if anywhere."""
    number = at // BLOCK
    wanted = seconds + _open_before(block(calendar, number), at)
    while wanted > (one := block(calendar, number)).total:
        wanted -= one.total
        number = max(number + 1, FIRST)
        if number > LAST:
            raise NeverOpens("This calendar does not open so much in the years that can be told.")
    index = bisect_left(one.sums, wanted)
    return one.ends[index] - (one.sums[index] - wanted)


def _earlier(calendar: Calendar, at: int, seconds: int) -> int:
    number = at // BLOCK
    before = _open_before(block(calendar, number), at)
    while seconds > before:
        seconds -= before
        number = min(number - 1, LAST)
        if number < FIRST:
            raise NeverOpens("This calendar was not open so much in the years that can be told.")
        before = block(calendar, number).total
    one, wanted = block(calendar, number), before - seconds
    index = bisect_right(one.sums, wanted)
    return one.ends[index] - (one.sums[index] - wanted)


def _open_before(one: Block, at: int) -> int:
    """How much of a block is open before that second."""
    index = bisect_right(one.starts, at) - 1
    return one.sums[index] - max(one.ends[index] - at, 0) if index >= 0 else 0


def _is_open(calendar: Calendar, at: int) -> bool:
    one = block(calendar, at // BLOCK)
    index = bisect_right(one.starts, at) - 1
    return index >= 0 and at < one.ends[index]


def _seconds(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone is none.")
    return (moment - _EPOCH) // _SECOND


def _moment(seconds: int, calendar: Calendar) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError as error:
        raise NeverOpens(f"That is beyond the years that can be told (in {calendar.zone}).") from error
