"""Open time told the slow way: every minute of a calendar is looked up on the wall. Shares nothing with the counting of
`portal.lib.business_time`, not even its values: it reads the written hours."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from tickets.models import CalendarVersion

_DAY = 1440


def used(version: int | None, start: datetime, end: datetime) -> int:
    """The open seconds from one moment to another; none when the other is earlier."""
    begins, ends = _second(start), _second(end)
    if ends <= begins:
        return 0
    if version is None:
        return ends - begins
    first, last = begins // 60, ends // 60
    if first == last:
        return (ends - begins) * _is_open(version, first)
    head = (first * 60 + 60 - begins) * _is_open(version, first)
    return head + 60 * _open_minutes(version, first + 1, last) + (ends - last * 60) * _is_open(version, last)


def reached(version: int | None, since: datetime, seconds: int) -> datetime:
    """When so many open seconds have passed; with less than none, the latest moment since which they had."""
    at = _second(since)
    if version is None or not seconds:
        return datetime.fromtimestamp(at + seconds, UTC)
    step = 1 if seconds > 0 else -1
    left = abs(seconds)
    while left:
        minute = at // 60 if step > 0 else (at - 1) // 60
        edge = minute * 60 + 60 if step > 0 else minute * 60
        if _is_open(version, minute):
            if left <= abs(edge - at):
                return datetime.fromtimestamp(at + step * left, UTC)
            left -= abs(edge - at)
        at = edge
    return datetime.fromtimestamp(at, UTC)


def _second(moment: datetime) -> int:
    return int(moment.replace(microsecond=0).timestamp())


def _is_open(version: int, minute: int) -> int:
    return _day(version, minute // _DAY)[minute % _DAY]


def _open_minutes(version: int, first: int, last: int) -> int:
    """How many of the minutes from the first to before the last are open."""
    found, minute = 0, first
    while minute < last:
        end = min(last, (minute // _DAY + 1) * _DAY)
        found += _day(version, minute // _DAY).count(1, minute % _DAY, end - minute // _DAY * _DAY)
        minute = end
    return found


@lru_cache(maxsize=20_000)
def _day(version: int, number: int) -> bytes:
    """Each minute of a day of UTC: 1 when open."""
    hours = _written(version)
    zone = ZoneInfo(hours["zone"])
    return bytes(_counts(hours, datetime.fromtimestamp((number * _DAY + at) * 60, zone)) for at in range(_DAY))


@lru_cache(maxsize=2000)
def _written(version: int) -> dict[str, Any]:
    return json.loads(CalendarVersion.objects.get(pk=version).hours)


def _counts(hours: dict[str, Any], wall: datetime) -> bool:
    day, clock = wall.date().isoformat(), wall.hour * 60 + wall.minute
    if _hit(hours["dated_breaks"].get(day, []), clock):
        return False
    if day in hours["shifts"]:
        return _hit(hours["shifts"][day], clock)
    if _hit(hours["holidays"].get(day, []), clock):
        return False
    return _hit(hours["weekly"][wall.weekday()], clock) and not _hit(hours["breaks"][wall.weekday()], clock)


def _hit(spans: list[str], clock: int) -> bool:
    return any(_minutes(span[:5]) <= clock < _minutes(span[6:]) for span in spans)


@lru_cache(maxsize=2000)
def _minutes(words: str) -> int:
    hours, minutes = words.split(":")
    return int(hours) * 60 + int(minutes)
