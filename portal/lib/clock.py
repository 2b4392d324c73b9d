"""The one place that reads the clock for actions: everything else is handed `now`."""

from datetime import datetime

from django.utils import timezone


def moment(now: datetime | None) -> datetime:
    """`now` as given, or the present moment (UTC, aware). Refuses naive moments with ValueError."""
    if now is None:
        return timezone.now()
    if timezone.is_naive(now):
        raise ValueError("A moment needs a time zone.")
    return now


def moment_after(earlier: datetime, now: datetime | None) -> datetime:
    """The moment of a change that follows another one: never before `earlier`, the latest that its row knows.

    A machine's clock steps back when it is set right (NTP), and two machines differ; what is told must stay in order.
    """
    return max(moment(now), earlier)
