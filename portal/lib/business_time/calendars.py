"""When a desk is open, as a value that can be compared, kept in a dictionary and written as JSON."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from portal.lib.business_time.hours import WHOLE_DAY, Span, Spans, apart, joined, span_in_words, span_of, without

Week = tuple[Spans, ...]  # Monday first
Dated = tuple[tuple[date, Spans], ...]

_NEVER: Week = ((),) * 7


@dataclass(frozen=True)
class Calendar:
    """The hours of a week in a zone, and the days that differ. Build it with `Calendar.of` or `from_json`.

    Whichever day has shifts has just these: its weekly hours, weekly breaks and holidays do not count. Breaks of that
    date cut into shifts too. Hours of one day may touch (they become one) but not overlap; what is cut out may.
    Raises ValueError, with a sentence for staff, for what is no calendar or one that never opens in an ordinary
    week.
    """

    zone: str
    weekly: Week = _NEVER
    breaks: Week = _NEVER
    dated_breaks: Dated = ()
    shifts: Dated = ()
    holidays: Dated = ()
    is_always_open: bool = field(init=False, repr=False, compare=False)
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_zone(self.zone)
        if len(self.weekly) != 7 or len(self.breaks) != 7:
            raise ValueError("A week has seven days, Monday to Sunday.")
        keep = object.__setattr__
        keep(self, "weekly", tuple(apart(spans) for spans in self.weekly))
        keep(self, "breaks", tuple(joined(spans) for spans in self.breaks))
        keep(self, "shifts", tuple((day, apart(spans)) for day, spans in _by_day(self.shifts)))
        for name in ("dated_breaks", "holidays"):
            keep(self, name, tuple((day, joined(spans)) for day, spans in _by_day(getattr(self, name)) if spans))
        days = self.different_days()
        if not any(self.usual_hours):  # dated shifts are over one day, and then nothing could be promised by it
            raise ValueError("This calendar never opens in an ordinary week. Give it hours on at least one weekday.")
        keep(self, "is_always_open", all(spans == WHOLE_DAY for spans in (*self.usual_hours, *days.values())))
        parts = (self.zone, self.weekly, self.breaks, self.dated_breaks, self.shifts, self.holidays)
        keep(self, "_hash", hash(parts))

    def __hash__(self) -> int:
        return self._hash

    @classmethod
    def of(
        cls,
        zone: str,
        weekly: Mapping[int, Iterable[str | Span]] | None = None,
        *,
        breaks: Mapping[int | date, Iterable[str | Span]] | None = None,
        shifts: Mapping[date, Iterable[str | Span]] | None = None,
        holidays: Iterable[date] | Mapping[date, Iterable[str | Span]] = (),
    ) -> "Calendar":
        """From words: weekdays 0 (Monday) to 6, intervals like "09:00-17:00" or pairs of seconds.

        A shift without any interval closes its day. Holidays are days, or a mapping of days to the parts that are off.
        """
        cuts = breaks or {}
        off = holidays if isinstance(holidays, Mapping) else dict.fromkeys(holidays, WHOLE_DAY)
        return cls(
            zone,
            _week(weekly or {}),
            breaks=_week({day: spans for day, spans in cuts.items() if isinstance(day, int)}),
            dated_breaks=_dated({day: spans for day, spans in cuts.items() if isinstance(day, date)}),
            shifts=_dated(shifts or {}),
            holidays=_dated(off),
        )

    @property
    def usual_hours(self) -> Week:
        """The hours of an ordinary week, breaks cut out."""
        return tuple(without(hours, cuts) for hours, cuts in zip(self.weekly, self.breaks, strict=True))

    def different_days(self) -> dict[date, Spans]:
        """The hours of all days that are named, whether by a shift, a holiday or a break."""
        shifts, off, cuts = dict(self.shifts), dict(self.holidays), dict(self.dated_breaks)
        week = self.usual_hours
        return {
            day: without(
                shifts[day] if day in shifts else without(week[day.weekday()], off.get(day, ())), cuts.get(day, ())
            )
            for day in sorted({*shifts, *off, *cuts})
        }

    def to_json(self) -> dict[str, Any]:
        """Plain JSON with readable hours; equal calendars are written alike."""
        return {
            "zone": self.zone,
            "weekly": [_words(spans) for spans in self.weekly],
            "breaks": [_words(spans) for spans in self.breaks],
            "dated_breaks": {day.isoformat(): _words(spans) for day, spans in self.dated_breaks},
            "shifts": {day.isoformat(): _words(spans) for day, spans in self.shifts},
            "holidays": {day.isoformat(): _words(spans) for day, spans in self.holidays},
        }

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> "Calendar":
        """What `to_json` wrote. ValueError for anything else."""
        try:
            weekly, breaks = (tuple(_spans(day) for day in written[name]) for name in ("weekly", "breaks"))
            dated = {
                name: tuple((date.fromisoformat(day), _spans(spans)) for day, spans in written[name].items())
                for name in ("dated_breaks", "shifts", "holidays")
            }
            return cls(written["zone"], weekly, breaks, **dated)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"This is no written calendar: {error!r}.") from error


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise ValueError(f"“{zone}” is no time zone that is known here. Write it like Europe/Berlin.") from error


def _by_day(dated: Dated) -> Dated:
    if len({day for day, _spans in dated}) < len(dated):
        raise ValueError("A date is named twice; put all its hours into one entry.")
    return tuple(sorted(dated))


def _week(by_weekday: Mapping[int, Iterable[str | Span]]) -> Week:
    if not set(by_weekday) <= set(range(7)):
        raise ValueError("Weekdays are counted from 0 (Monday) to 6 (Sunday).")
    return tuple(_spans(by_weekday.get(day, ())) for day in range(7))


def _dated(by_day: Mapping[date, Iterable[str | Span]]) -> Dated:
    return tuple((day, _spans(spans)) for day, spans in by_day.items())


def _spans(spans: Iterable[str | Span]) -> Spans:
    return tuple(span_of(span) if isinstance(span, str) else span for span in spans)


def _words(spans: Spans) -> list[str]:
    return [span_in_words(span) for span in spans]


ALWAYS_OPEN = Calendar("UTC", (WHOLE_DAY,) * 7)
