"""Intervals of a local day, in seconds of its wall clock: half-open, 0 to 86 400 (24:00)."""

import re
from collections.abc import Iterable
from itertools import pairwise

Span = tuple[int, int]
Spans = tuple[Span, ...]

DAY = 86_400
WHOLE_DAY: Spans = ((0, DAY),)
_WALL_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


def seconds_of(text: str) -> int:
    """The seconds since midnight that "9:00", "09:00:30" or "24:00" names. ValueError for anything else."""
    found = _WALL_TIME.fullmatch(text.strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 60, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > DAY:
        raise ValueError(f"“{text}” is no time of the day. Write it like 09:00; the end of the day is 24:00.")
    return total


def wall_time(seconds: int) -> str:
    """How a time of the day is written: "09:00", "24:00"; with seconds only where it has any."""
    minutes, rest = divmod(seconds, 60)
    text = f"{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{rest:02}" if rest else text


def span_of(text: str) -> Span:
    """The interval that "09:00-17:00" names."""
    opens, _dash, closes = text.partition("-")
    return seconds_of(opens), seconds_of(closes)


def span_in_words(span: Span) -> str:
    return f"{wall_time(span[0])}-{wall_time(span[1])}"


def joined(spans: Iterable[Span]) -> Spans:
    """In order, with those that touch or overlap made one: for what is cut out."""
    found: list[Span] = []
    for opens, closes in sorted(_checked(spans)):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(found)


def apart(spans: Iterable[Span]) -> Spans:
    """In order, with those that touch made one. Overlapping ones are refused: one of the two is a slip."""
    checked = sorted(_checked(spans))
    for one, other in pairwise(checked):
        if other[0] < one[1]:
            raise ValueError(f"{span_in_words(one)} and {span_in_words(other)} of the same day overlap.")
    return joined(checked)


def without(spans: Spans, cuts: Spans) -> Spans:
    """What is left of the intervals when the others are cut out."""
    left = spans
    for begins, ends in cuts:
        pieces = ((opens, min(closes, begins)) for opens, closes in left)
        rests = ((max(opens, ends), closes) for opens, closes in left)
        left = tuple(sorted(one for one in {*pieces, *rests} if one[0] < one[1]))
    return left


def _checked(spans: Iterable[Span]) -> Iterable[Span]:
    for opens, closes in spans:
        if not 0 <= opens < closes <= DAY:
            span = span_in_words((opens, closes))
            raise ValueError(f"{span} is no interval of a day: it ends after it begins, at 24:00 the latest.")
        yield opens, closes
