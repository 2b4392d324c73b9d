"""Uptime as time arithmetic: layers of states over time, flattened, cut into days, weighed. Exact, without floats.

All spans are half-open [begins, ends). What is planned or unknown is in no denominator: it is neither up nor down.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import IntEnum
from fractions import Fraction
from itertools import pairwise


class Level(IntEnum):
    """How bad a moment is; of several that hold at once, the greatest counts."""

    OPERATIONAL = 0
    UNKNOWN = 1
    MAINTENANCE = 2
    DEGRADED = 3
    PARTIAL = 4
    MAJOR = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A level from a moment until before another; `ends=None` means: still."""

    level: Level
    begins: datetime
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Layers:
    """What is asserted of a component: its baseline, planned work that replaces it, impacts laid over both."""

    baseline: Sequence[Span] = ()
    maintenance: Sequence[Span] = ()
    impacts: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day in some zone, as the two moments that bound it."""

    on: date
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Weights:
    """How much of its duration a state counts as downtime."""

    major: Fraction = Fraction(1)
    partial: Fraction = Fraction(3, 10)
    degraded: Fraction = Fraction(0)


def baseline(changes: Iterable[tuple[datetime, Level, Level]], level: Level, *, begins: datetime) -> list[Span]:
    """The step function of a baseline since `begins`, from its changes (at, old, new) in order.

    `level` is the one that holds now. Before the first known change the change's old level held.
    """
    spans: list[Span] = []
    since, held = begins, level
    for at, old, new in changes:
        if at > since:
            spans.append(Span(old, since, at))
            since = at
        held = new
    return [*spans, Span(held, since)]


def level_at(layers: Layers, at: datetime) -> Level:
    """What holds at one moment; unknown where nothing is asserted."""
    ground = [span.level for span in layers.maintenance if _covers(span, at)]
    ground = ground or [span.level for span in layers.baseline if _covers(span, at)] or [Level.UNKNOWN]
    return max(*ground, Level.OPERATIONAL, *(span.level for span in layers.impacts if _covers(span, at)))


def _covers(span: Span, at: datetime) -> bool:
    return span.begins <= at and (span.ends is None or at < span.ends)


def flatten(layers: Layers, *, begins: datetime, ends: datetime) -> list[Span]:
    """One span after the other from `begins` to `ends`, without gap or overlap, neighbors of one level merged."""
    edges: dict[datetime, list[tuple[int, Level, int]]] = defaultdict(list)
    for number, layer in enumerate((layers.baseline, layers.maintenance, layers.impacts)):
        for span in layer:
            first, last = max(span.begins, begins), min(span.ends or ends, ends)
            if first < last:
                edges[first].append((number, span.level, 1))
                edges[last].append((number, span.level, -1))
    return _sweep(edges, begins, ends)


def _sweep(edges: dict[datetime, list[tuple[int, Level, int]]], begins: datetime, ends: datetime) -> list[Span]:
    holding: tuple[Counter[Level], ...] = (Counter(), Counter(), Counter())
    flat: list[Span] = []
    moments = sorted({begins, ends, *edges})
    for at, until in pairwise(moments):
        for number, level, step in edges.get(at, ()):
            holding[number][level] += step
        level = _worst(holding)
        if flat and flat[-1].level == level:
            flat[-1] = Span(level, flat[-1].begins, until)
        else:
            flat.append(Span(level, at, until))
    return flat


def _worst(holding: Sequence[Counter[Level]]) -> Level:
    base, planned, impacts = ([level for level, count in layer.items() if count > 0] for layer in holding)
    ground = planned or base or [Level.UNKNOWN]
    return max(*ground, Level.OPERATIONAL, *impacts)


def days_until(now: datetime, count: int, zone: tzinfo) -> list[Day]:
    """The last `count` days in that zone, oldest first; the last one is the day of `now`, up to `now`."""
    last = now.astimezone(zone).date()
    days = []
    for back in range(count - 1, -1, -1):
        on = last - timedelta(days=back)
        days.append(Day(on, _midnight(on, zone), min(_midnight(on + timedelta(days=1), zone), now)))
    return days


def _midnight(on: date, zone: tzinfo) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=zone).astimezone(UTC)


def by_day(spans: Sequence[Span], days: Sequence[Day]) -> list[dict[Level, timedelta]]:
    """How long each level held on each day. Spans must be flat and in order, as `flatten` makes them."""
    found: list[dict[Level, timedelta]] = []
    first = 0
    for day in days:
        held: dict[Level, timedelta] = {}
        while first < len(spans) and (spans[first].ends or day.ends) <= day.begins:
            first += 1
        for span in spans[first:]:
            if span.begins >= day.ends:
                break
            length = min(span.ends or day.ends, day.ends) - max(span.begins, day.begins)
            held[span.level] = held.get(span.level, timedelta()) + length
        found.append(held)
    return found


def total(days: Iterable[Mapping[Level, timedelta]]) -> dict[Level, timedelta]:
    """The sum of several days."""
    held: dict[Level, timedelta] = {}
    for day in days:
        for level, length in day.items():
            held[level] = held.get(level, timedelta()) + length
    return held


def uptime(held: Mapping[Level, timedelta], weights: Weights) -> Fraction | None:
    """The part of the known, unplanned time that was up; None when there was no such time."""
    known = sum((_micro(held, level) for level in (0, Level.DEGRADED, Level.PARTIAL, Level.MAJOR)), 0)
    if not known:
        return None
    down = (
        weights.major * _micro(held, Level.MAJOR)
        + weights.partial * _micro(held, Level.PARTIAL)
        + weights.degraded * _micro(held, Level.DEGRADED)
    )
    return 1 - Fraction(down, known)


def _micro(held: Mapping[Level, timedelta], level: int) -> int:
    return held.get(Level(level), timedelta()) // timedelta(microseconds=1)


def percent(part: Fraction) -> str:
    """A part as a percentage with two decimals, always rounded down: 99.996 is shown as 99.99, never as 100."""
    hundredths = part * 10_000 // 1
    if hundredths == 10_000:
        return "100"
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def worst(held: Mapping[Level, timedelta]) -> Level:
    """The level that marks a day: the worst that held on it; unknown for a day without any known time."""
    real = [level for level, length in held.items() if length]
    known = [level for level in real if level != Level.UNKNOWN]
    return max(known, default=Level.UNKNOWN)
