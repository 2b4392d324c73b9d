"""Clocks held against the log: every timer is rebuilt from the events of its ticket, and what differs is reported."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.utils.translation import gettext as _
from prometheus_client import Counter

import portal.operations.actions as operations
from portal.events.models import Event
from portal.lib.clock import moment
from portal.operations.models import Task
from tickets.models import CalendarVersion, Ticket, Timer
from tickets.querysets import REPLAYED, Difference, differences
from tickets.querysets.people import leads

log = structlog.get_logger("portal.system")
different_timers = Counter("portal_promises_different", "Timers that were not what their events tell")


@dataclass(frozen=True)
class Replayed:
    """What a replay saw. `last` is the id of the last ticket; None when there is none after it."""

    tickets: int
    differences: list[Difference]
    last: int | None


@transaction.atomic
def replay_promises(*, after: int = 0, most: int = 500, now: datetime | None = None) -> Replayed:
    """Rebuilds the timers of the next tickets by id, at most so many. Each timer that differs is a task for the lead,
    a line in the log and a step of a Prometheus counter."""
    with_timers = Ticket.objects.filter(pk__gt=after, timers__isnull=False).order_by("pk").distinct()
    ids = list(with_timers.values_list("pk", flat=True)[:most])
    found: list[Difference] = []
    for ticket in _different(ids):
        Ticket.objects.select_for_update(of=("self",)).get(pk=ticket)  # it may have changed between the two looks
        if reasons := _different([ticket]).get(ticket):
            found += reasons
            _report(reasons, moment(now))
    return Replayed(len(ids), found, ids[-1] if len(ids) == most else None)


def _different(ids: list[int]) -> dict[int, list[Difference]]:
    """The tickets among these whose timers differ. Three queries."""
    timers, events = defaultdict(list), defaultdict(list)
    for timer in Timer.objects.filter(ticket__in=ids):
        timers[timer.ticket_id].append(timer)
    about = Event.objects.named(*REPLAYED).filter(about_type=Ticket._meta.label_lower, about_id__in=map(str, ids))
    for event in about.order_by("pk"):
        events[int(event.about_id)].append(event)
    versions = {event.details.get("hours") for some in events.values() for event in some} - {None}
    calendars = {version.pk: version.value for version in CalendarVersion.objects.filter(pk__in=versions)}
    found = {ticket: differences(ticket, timers[ticket], events[ticket], calendars) for ticket in ids}
    return {ticket: reasons for ticket, reasons in found.items() if reasons}


def _report(found: Iterable[Difference], at: datetime) -> None:
    by_timer: dict[int, list[Difference]] = defaultdict(list)
    for one in found:
        by_timer[one.timer_id].append(one)
    lead = next(iter(leads()), None)
    for timer, reasons in by_timer.items():
        different_timers.inc()
        log.error("promise_differs", timer=timer, ticket=reasons[0].ticket_id, reasons=[str(one) for one in reasons])
        if Task.objects.open().filter(key__startswith=f"replay:{timer}:").exists():
            continue
        ticket = Ticket.objects.get(pk=reasons[0].ticket_id)
        columns = ", ".join(one.what for one in reasons)
        words = _("The clock of ticket %(number)s is not what its events tell: %(columns)s (timer %(timer)s)")
        title = words % {"number": ticket.number, "columns": columns, "timer": timer}
        key = f"replay:{timer}:{at:%Y-%m-%d}"
        operations.open_task(operations.Work(title, key=key, about=ticket, owner=lead), by=None, now=at)
