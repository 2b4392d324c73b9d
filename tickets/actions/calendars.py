"""Business calendars: what staff wrote is checked as a whole, and public holidays are copied into rows."""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.public_holidays import PublicDay
from portal.lib.refusals import Refused
from tickets.events import CALENDAR_CHANGED, HOLIDAYS_IMPORTED
from tickets.models import BusinessCalendar, CalendarVersion, Holiday


@transaction.atomic
def keep_calendar(*, calendar: BusinessCalendar, by: User | None, now: datetime | None = None) -> BusinessCalendar:
    """Ends a change of a calendar's rows, in the transaction that wrote them.

    Refuses, so that all of it is undone, hours that overlap and a calendar that has no weekly hours.
    """
    locked = BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
    _keep_version(locked, moment(now))
    record(CALENDAR_CHANGED, about=locked, by=by, now=now)
    return locked


@transaction.atomic
def import_holidays(
    *,
    calendar: BusinessCalendar,
    days: Iterable[PublicDay],
    source: str,
    by: User | None,
    now: datetime | None = None,
) -> int:
    """Copies public holidays into a calendar, each day once; answers how many were new. Nothing is taken away."""
    locked = BusinessCalendar.objects.select_for_update().get(pk=calendar.pk)
    known = set(locked.holidays.whole_days().values_list("on", flat=True))
    new = {day.on: Holiday(calendar=locked, on=day.on, name=day.name, source=source) for day in days}
    made = Holiday.objects.bulk_create(row for on, row in sorted(new.items()) if on not in known)
    if made:
        _keep_version(locked, moment(now))
        record(HOLIDAYS_IMPORTED, about=locked, by=by, details={"count": len(made), "source": source}, now=now)
    return len(made)


def _keep_version(calendar: BusinessCalendar, at: datetime) -> None:
    """Promises are counted by a version; one that says the same is not made anew. Refuses rows that are no calendar."""
    try:
        hours = json.dumps(calendar.value.to_json())
    except ValueError as error:
        raise Refused(str(error), code="no_calendar") from error
    if calendar.current is None or calendar.current.hours != hours:
        calendar.current = CalendarVersion.objects.create(calendar=calendar, hours=hours, made_at=at)
        calendar.save(update_fields=["current"])
