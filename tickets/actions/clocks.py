"""The clocks of promises: started, stopped, moved to another target, met, missed, dropped.

All but the last two actions expect a ticket that the caller has locked, and set its `due_at`; the caller writes it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from portal.accounts.models import Organization
from portal.events.actions import record
from portal.events.listeners import EventType
from portal.lib.clock import moment
from portal.lib.promises import Clock, Target, in_seconds
from portal.web.templatetags.moments import length
from tickets.actions import changes
from tickets.events import (
    CLOCK_STARTED,
    CLOCK_STOPPED,
    PROMISE_CHANGED,
    PROMISE_MET,
    PROMISE_MISSED,
    PROMISE_WARNED,
)
from tickets.models import SlaPolicy, Ticket, Timer
from tickets.states import WARN_AT_SHARE, Dimension, Metric

_CLOCK_COLUMNS = ["target_for", "consumed_for", "running_since", "due_at", "warn_at", "next_at"]


@transaction.atomic(savepoint=False)
def start(*, ticket: Ticket, cycle: int, at: datetime) -> Timer | None:
    """Promises a first response to a saved ticket and starts its clock. None when no policy promises anything."""
    target = SlaPolicy.objects.binding_for(ticket)
    if target is None:
        return None
    timer = Timer(ticket=ticket, metric=Metric.FIRST_RESPONSE, cycle=cycle, reason=_reason(ticket, target))
    _show(timer, Clock(in_seconds(target.length), running_since=at))
    timer.save(force_insert=True)
    ticket.due_at = _earliest([timer])
    return timer


@transaction.atomic(savepoint=False)
def start_again(*, ticket: Ticket, at: datetime) -> Timer | None:
    """A new cycle for a ticket that was taken up again."""
    cycles = ticket.timers.filter(metric=Metric.FIRST_RESPONSE).values_list("cycle", flat=True)
    return start(ticket=ticket, cycle=max(cycles, default=0) + 1, at=at)


@transaction.atomic(savepoint=False)
def meet(*, ticket: Ticket, at: datetime) -> None:
    """Somebody on the staff answered in public: the first response is given."""
    owed = _owed(ticket)
    for timer in owed:
        if timer.metric == Metric.FIRST_RESPONSE:
            _miss_if_late(timer, ticket, at)
            timer.met_at = at
            _freeze(timer, at)
            if not timer.was_missed:
                _tell(PROMISE_MET, timer, ticket, at)
    ticket.due_at = _earliest(owed)


@transaction.atomic(savepoint=False)
def stop(*, ticket: Ticket, at: datetime) -> None:
    """It is the customer's turn: all clocks stand and keep what was used."""
    owed = _owed(ticket)
    for timer in owed:
        if timer.clock.is_running:
            _miss_if_late(timer, ticket, at)
            _show(timer, timer.clock.stopped(at))
            timer.save(update_fields=[*_CLOCK_COLUMNS, "missed_at"])
            _tell(CLOCK_STOPPED, timer, ticket, at)
    ticket.due_at = _earliest(owed)


@transaction.atomic(savepoint=False)
def go_on(*, ticket: Ticket, at: datetime) -> None:
    """It is our turn again: clocks that stood go on where they were."""
    owed = _owed(ticket)
    for timer in owed:
        if not timer.clock.is_running:
            _show(timer, timer.clock.started(at))
            timer.save(update_fields=_CLOCK_COLUMNS)
            _tell(CLOCK_STARTED, timer, ticket, at)
    ticket.due_at = _earliest(owed)


@transaction.atomic(savepoint=False)
def drop(*, ticket: Ticket, at: datetime) -> None:
    """Solved or closed: what was not answered by then is no longer owed."""
    for timer in _owed(ticket):
        _miss_if_late(timer, ticket, at)
        timer.dropped_at = at
        _freeze(timer, at)
    ticket.due_at = None


@transaction.atomic(savepoint=False)
def retarget(*, ticket: Ticket, at: datetime) -> bool:
    """Priority or tier changed: open promises get the target that binds now and keep what was used."""
    target = SlaPolicy.objects.binding_for(ticket)
    owed = _owed(ticket)
    if target is None:
        return False
    changed = [timer for timer in owed if timer.reason != _reason(ticket, target)]
    for timer in changed:
        _miss_if_late(timer, ticket, at)
        old = timer.target_for
        timer.reason = _reason(ticket, target)
        _show(timer, timer.clock.retargeted(at, target_s=in_seconds(target.length)))
        timer.save(update_fields=[*_CLOCK_COLUMNS, "missed_at", "reason"])
        if timer.target_for != old:
            figures = {"old_target_s": int(old.total_seconds()), "old_target": length(old.total_seconds())}
            _tell(PROMISE_CHANGED, timer, ticket, at, **figures)
    ticket.due_at = _earliest(owed)
    return bool(changed)


@transaction.atomic
def retarget_organization(*, organization: Organization, now: datetime | None = None) -> int:
    """The tier of an organization changed: its open promises follow. Answers how many tickets moved."""
    at = moment(now)
    moved = 0
    for ticket in Ticket.objects.active().filter(organization=organization).order_by("pk"):
        locked = changes.lock(ticket=ticket)
        if retarget(ticket=locked, at=at):
            locked.save(update_fields=["due_at", "version"])
            moved += 1
    return moved


@transaction.atomic
def watch_next_promise(*, now: datetime | None = None) -> bool:
    """Takes one clock that no other worker holds and that reached its warning or its end. False when there is none."""
    at = moment(now)
    due = Timer.objects.to_look_at(at).select_related("ticket__organization__tier")
    timer = due.select_for_update(skip_locked=True, of=("self",)).first()
    if timer is None:
        return False
    if timer.due_at is not None and timer.due_at <= at:
        _miss_if_late(timer, timer.ticket, at)
    else:
        timer.warned_at = at
        _tell(PROMISE_WARNED, timer, timer.ticket, at)
    timer.next_at = _next_look(timer)
    timer.save(update_fields=["warned_at", "missed_at", "next_at"])
    return True


def _reason(ticket: Ticket, target: Target) -> dict[str, Any]:
    reason: dict[str, Any] = {
        "dimension": str(target.dimension),
        "value": str(target.value),
        "target_s": int(target.length.total_seconds()),
    }
    if target.dimension == Dimension.TIER and ticket.organization:
        reason["label"] = ticket.organization.entitlement.name
    return reason


def _owed(ticket: Ticket) -> list[Timer]:
    return list(ticket.timers.owed().select_for_update())


def _earliest(timers: Iterable[Timer]) -> datetime | None:
    return min((timer.due_at for timer in timers if timer.is_owed and timer.due_at), default=None)


def _show(timer: Timer, clock: Clock) -> None:
    """Writes a clock into the columns of its timer."""
    timer.target_for, timer.consumed_for = timedelta(seconds=clock.target_s), timedelta(seconds=clock.consumed_s)
    timer.running_since = clock.running_since
    timer.due_at, timer.warn_at = clock.due_at, clock.reached_at(WARN_AT_SHARE)
    timer.next_at = _next_look(timer)


def _next_look(timer: Timer) -> datetime | None:
    if not timer.is_owed or timer.running_since is None or timer.was_missed:
        return None
    return timer.due_at if timer.warned_at else timer.warn_at


def _freeze(timer: Timer, at: datetime) -> None:
    """Ends a timer; the moment it was due stays readable."""
    timer.consumed_for = timedelta(seconds=timer.clock.used(at))
    timer.running_since = timer.next_at = None
    timer.save(update_fields=["consumed_for", "running_since", "next_at", "met_at", "dropped_at", "missed_at"])


def _miss_if_late(timer: Timer, ticket: Ticket, at: datetime) -> None:
    if timer.was_missed or timer.clock.left(at) > 0:
        return
    timer.missed_at = at
    _tell(PROMISE_MISSED, timer, ticket, at)


def _tell(event: EventType, timer: Timer, ticket: Ticket, at: datetime, **figures: Any) -> None:
    used_s, target_s = timer.clock.used(at), timer.clock.target_s
    details = {
        "timer": timer.pk,
        "metric": str(timer.metric),
        "cycle": timer.cycle,
        "tier": ticket.organization.entitlement.tier if ticket.organization else "",
        "priority": ticket.priority,
        "channel": ticket.channel,
        "target_s": target_s,
        "actual_s": used_s,
        "target": length(target_s),
        "used": length(used_s),
        **figures,
    }
    record(event, about=ticket, organization=ticket.organization, details=details, now=at)
