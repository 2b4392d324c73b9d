"""Time that counts only while a calendar is open: exact to the second, in every zone, on both days of a clock change.

One definition carries everything: a second counts when the wall clock of the calendar's zone stands within the hours
of its local day. So hours that begin in a gap of spring begin where the gap ends, and an hour that autumn repeats
counts twice when it lies within the hours. A moment counts as the second in which it lies; what was measured in pieces
adds up.

`elapsed(c, m, add(c, m, s)) == s` holds for every moment and every whole number of seconds, negative ones included.
"""

from portal.lib.business_time.calendars import ALWAYS_OPEN, Calendar
from portal.lib.business_time.counting import NeverOpens, add, elapsed, is_open, next_opening, segments, subtract
from portal.lib.business_time.hours import DAY, WHOLE_DAY, Span, Spans, seconds_of, wall_time

__all__ = [
    "ALWAYS_OPEN",
    "DAY",
    "WHOLE_DAY",
    "Calendar",
    "NeverOpens",
    "Span",
    "Spans",
    "add",
    "elapsed",
    "is_open",
    "next_opening",
    "seconds_of",
    "segments",
    "subtract",
    "wall_time",
]
