"""Business time told the slow way: looking at the wall clock of every single second or minute.

Shares nothing with what it judges but the calendar's fields: no sums, no pieces, no offsets.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from portal.lib.business_time import Calendar

STEP = timedelta(minutes=1)


def counts(calendar: Calendar, moment: datetime) -> bool:
    """Whether the calendar is open at a moment: read off the wall clock."""
    wall = moment.astimezone(ZoneInfo(calendar.zone))
    today, clock = wall.date(), (wall.hour, wall.minute, wall.second)
    if any(day == today and _hit(spans, clock) for day, spans in calendar.dated_breaks):
        return False
    for day, spans in calendar.shifts:
        if day == today:
            return _hit(spans, clock)
    if any(day == today and _hit(spans, clock) for day, spans in calendar.holidays):
        return False
    weekday = wall.weekday()
    return _hit(calendar.weekly[weekday], clock) and not _hit(calendar.breaks[weekday], clock)


def _hit(spans: tuple[tuple[int, int], ...], clock: tuple[int, int, int]) -> bool:
    return any(_hands(opens) <= clock < _hands(closes) for opens, closes in spans)


@cache
def _hands(seconds: int) -> tuple[int, int, int]:
    return seconds // 3600, seconds // 60 % 60, seconds % 60


def ticks(start: datetime, end: datetime, step: timedelta = STEP) -> Iterator[datetime]:
    moment = start
    while moment < end:
        yield moment
        moment += step


def open_seconds(calendar: Calendar, start: datetime, end: datetime, step: timedelta = STEP) -> int:
    """Exact when the moments, the hours and the clock changes all lie on steps."""
    return sum(counts(calendar, tick) for tick in ticks(start, end, step)) * int(step.total_seconds())
