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
