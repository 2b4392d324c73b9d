"""Business time told the slow way: looking at the wall clock of every single second or minute.

Shares nothing with what it judges but the calendar's fields: no sums, no pieces, no offsets.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.lib.business_time import Calendar

STEP = timedelta(minutes=1)


def counts(calendar: Calendar, moment: datetime) -> bool:
    """Whether the calendar is open at a moment: read off the wall clock."""
    wall = moment.astimezone(ZoneInfo(calendar.zone))
    today, clock = wall.date(), wall.time().replace(microsecond=0)
    if _hit(dict(calendar.dated_breaks).get(today, ()), clock):
        return False
    shifts = dict(calendar.shifts)
    if today in shifts:
        return _hit(shifts[today], clock)
    if _hit(dict(calendar.holidays).get(today, ()), clock) or _hit(calendar.breaks[wall.weekday()], clock):
        return False
    return _hit(calendar.weekly[wall.weekday()], clock)


def _hit(spans: tuple[tuple[int, int], ...], clock: time) -> bool:
    seconds = timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)
    return any(timedelta(seconds=opens) <= seconds < timedelta(seconds=closes) for opens, closes in spans)


def ticks(start: datetime, end: datetime, step: timedelta = STEP) -> Iterator[datetime]:
    moment = start
    while moment < end:
        yield moment
        moment += step


def open_seconds(calendar: Calendar, start: datetime, end: datetime, step: timedelta = STEP) -> int:
    """Exact when the moments, the hours and the clock changes all lie on steps."""
    return sum(counts(calendar, tick) for tick in ticks(start, end, step)) * int(step.total_seconds())


def deadline(calendar: Calendar, start: datetime, steps: int, step: timedelta = STEP, most: int = 20_000) -> datetime:
    """The first moment by which so many open steps have passed."""
    moment, left = start, steps
    for _ in range(most):
        if left == 0:
            return moment
        left -= counts(calendar, moment)
        moment += step
    raise AssertionError("The oracle ran out of time.")


def beginning(calendar: Calendar, end: datetime, steps: int, step: timedelta = STEP, most: int = 20_000) -> datetime:
    """The last moment from which so many open steps pass until `end`."""
    moment, left = end, steps
    for _ in range(most):
        if left == 0:
            return moment
        moment -= step
        left -= counts(calendar, moment)
    raise AssertionError("The oracle ran out of time.")


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
