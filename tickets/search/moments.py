"""Lengths and days as agents type them: 30m, 4h, 2d, 1w, 2026-01-31, today, yesterday."""

import re
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.lib.refusals import Refused

_LENGTH = re.compile(r"(\d{1,4})(m|h|d|w)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_YEARS = range(1990, 2200)


def length_of(typed: str) -> timedelta | None:
    found = _LENGTH.fullmatch(typed.lower())
    return int(found[1]) * _UNITS[found[2]] if found else None


def past(column: str, typed: str, compare: str, now: datetime, zone: str) -> Q:
    """When something happened: a length is its age, `<7d` is younger than seven days."""
    age = length_of(typed)
    if age is None:
        return _on_day(column, typed, compare, now, zone)
    is_older = compare.startswith(">")
    return Q(**{f"{column}__lt" if is_older else f"{column}__gt": now - age})


def ahead(column: str, typed: str, compare: str, now: datetime, zone: str) -> Q:
    """When something is to happen: a length is the time left, `<1h` falls due within the hour or is overdue."""
    left = length_of(typed)
    if left is None:
        return _on_day(column, typed, compare, now, zone)
    return Q(**{f"{column}__gt" if compare.startswith(">") else f"{column}__lte": now + left})


def _on_day(column: str, typed: str, compare: str, now: datetime, zone: str) -> Q:
    """Days begin and end where the reader lives."""
    day = day_of(typed, now, zone)
    starts, ends = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
    by_sign = {
        ">": Q(**{f"{column}__gte": ends}),
        ">=": Q(**{f"{column}__gte": starts}),
        "<": Q(**{f"{column}__lt": starts}),
        "<=": Q(**{f"{column}__lt": ends}),
    }
    return by_sign.get(compare, Q(**{f"{column}__gte": starts, f"{column}__lt": ends}))


def day_of(typed: str, now: datetime, zone: str) -> date:
    """The day that is meant; what is none is refused."""
    today = now.astimezone(zoneinfo.ZoneInfo(zone)).date()
    named = {"today": today, "yesterday": today - timedelta(days=1), "tomorrow": today + timedelta(days=1)}
    try:
        found = named.get(typed.lower()) or date.fromisoformat(typed if len(typed) == len("2026-01-31") else "")
    except ValueError:
        found = None
    if found is None or found.year not in _YEARS:
        sentence = _("“%(value)s” is no time. Write for example 4h, 2d, 2026-01-31 or today.")
        raise Refused(sentence % {"value": typed}, code="wrong_search")
    return found


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), zoneinfo.ZoneInfo(zone)).astimezone(UTC)
