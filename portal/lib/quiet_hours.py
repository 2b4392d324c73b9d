"""When somebody does not want to be disturbed: plain values in, plain values out."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone


def quiet_until(at: datetime, *, begins: time | None, ends: time | None, zone: str) -> datetime | None:
    """When the quiet hours that `at` lies in are over, as a moment in UTC; None outside of them.

    `begins` and `ends` are times of the wall clock in the IANA zone; hours that end earlier than they begin go over
    midnight, equal ones are none. An end that the clock leaves out in spring comes with the hour after it.
    """
    if begins is None or ends is None or begins == ends:
        return None
    local = at.astimezone(ZoneInfo(zone))
    if begins < ends:
        is_quiet, day = begins <= local.time() < ends, local.date()
    else:
        is_quiet = local.time() >= begins or local.time() < ends
        day = local.date() + timedelta(days=1) if local.time() >= begins else local.date()
    if not is_quiet:
        return None
    return timezone.make_aware(datetime.combine(day, ends), ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
