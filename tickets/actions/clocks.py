"""The clocks of promises: started, stopped, moved to another target, met, missed, dropped.

Those of one ticket expect it locked by the caller and set its `due_at`; the caller writes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Max

from portal.events.actions import record
from portal.events.listeners import EventType
from portal.lib.promises import Clock, in_seconds
from portal.web.templatetags.moments import length
from tickets.events import (
    CLOCK_STARTED,
    CLOCK_STOPPED,
    PROMISE_CHANGED,
    PROMISE_DROPPED,
    PROMISE_MADE,
    PROMISE_MET,
    PROMISE_MET_LATE,
    PROMISE_MISSED,
)
from tickets.models import CalendarVersion, SlaPolicy, Ticket, Timer
from tickets.querysets import Bound, Case
from tickets.states import KEPT_BY_AN_ANSWER, MISSED_AT, OUR_TURN, RESPONSES, Dimension, Metric


@transaction.atomic(savepoint=False)
def begin(*, ticket: Ticket, at: datetime) -> list[Timer]:
    """Promises a first answer and a solution to a ticket that was just filed. Empty when no policy promises any."""
    owed = _Owed(ticket, at, [])
    for metric in (Metric.FIRST_RESPONSE, Metric.RESOLUTION):
        owed.promise(metric, cycle=1)
    return owed.done()


@transaction.atomic(savepoint=False)
def begin_again(*, ticket: Ticket, at: datetime) -> None:
    """A ticket that was solved is taken up again: an answer and a solution are owed anew."""
    owed = _Owed.of(ticket, at)
    answered = ticket.timers.filter(metric=Metric.FIRST_RESPONSE, met_at__isnull=False).exists()
    owed.promise(Metric.NEXT_RESPONSE if answered else Metric.FIRST_RESPONSE)
    owed.promise(Metric.RESOLUTION)
    owed.done()


@transaction.atomic(savepoint=False)
def hear(*, ticket: Ticket, at: datetime) -> None:
    """The customer wrote: it is our turn, clocks that stood go on, and an answer is owed unless one is already."""
    owed = _Owed.of(ticket, at)
    owed.go_on()
    if not any(timer.metric in RESPONSES for timer in owed.timers):
        owed.promise(Metric.NEXT_RESPONSE)
    owed.done()


@transaction.atomic(savepoint=False)
def answer(*, ticket: Ticket, at: datetime) -> None:
    """Somebody on the staff wrote in public: whatever answer or update was owed is given."""
    owed = _Owed.of(ticket, at)
    owed.end(PROMISE_MET, *KEPT_BY_AN_ANSWER)
    owed.done()


@transaction.atomic(savepoint=False)
def answer_before(*, ticket: Ticket, at: datetime, heard_at: datetime) -> None:
    """An answer that was sent before the customer wrote again: it gives what was owed then; their words wait for the
    next one."""
    owed = _Owed.of(ticket, at, began_by=at)
    owed.end(PROMISE_MET, *KEPT_BY_AN_ANSWER)
    owed = _Owed.of(ticket, heard_at)
    if ticket.state in OUR_TURN and not any(timer.metric in RESPONSES for timer in owed.timers):
        owed.promise(Metric.NEXT_RESPONSE)
    owed.done()


@transaction.atomic(savepoint=False)
def stay(*, ticket: Ticket, at: datetime) -> None:
    """It is still our turn after an answer: clocks that stood go on, and the next update is owed."""
    owed = _Owed.of(ticket, at)
    owed.go_on()
    if not any(timer.metric in KEPT_BY_AN_ANSWER for timer in owed.timers):
        owed.promise(Metric.UPDATE)
    owed.done()


@transaction.atomic(savepoint=False)
def stop(*, ticket: Ticket, at: datetime) -> None:
    """It is the customer's turn: all clocks stand and keep what was used."""
    owed = _Owed.of(ticket, at)
    owed.stop()
    owed.done()


@transaction.atomic(savepoint=False)
def solve(*, ticket: Ticket, at: datetime) -> None:
    """The solution is given; answers that were not are no longer owed."""
    owed = _Owed.of(ticket, at)
    owed.end(PROMISE_MET, Metric.RESOLUTION)
    owed.end(PROMISE_DROPPED, *KEPT_BY_AN_ANSWER)
    owed.done()


@transaction.atomic(savepoint=False)
def drop(*, ticket: Ticket, at: datetime) -> None:
    """Closed: nothing is owed any longer."""
    owed = _Owed.of(ticket, at)
    owed.end(PROMISE_DROPPED, *Metric)
    owed.done()


@transaction.atomic(savepoint=False)
def forget(*, ticket: Ticket, at: datetime) -> None:
    """Merged: nothing is owed any longer, and what was late is no miss of this ticket."""
    owed = _Owed.of(ticket, at)
    owed.end(PROMISE_DROPPED, *Metric, is_missable=False)
    owed.done()


@transaction.atomic(savepoint=False)
def retarget(*, ticket: Ticket, at: datetime) -> bool:
    """Priority, tier, policy or hours changed: open promises get the target that binds now and keep what was used.

    Answers whether any moved. A promise that nothing promises any more stays as it was given.
    """
    owed = _Owed.of(ticket, at)
    moved = [owed.retarget(timer) for timer in owed.timers if timer.metric in owed.bound]
    owed.done()
    return any(moved)


def miss_if_late(timer: Timer, ticket: Ticket, at: datetime) -> None:
    """Notes a miss, once, on a timer that the caller locked and saves."""
    if timer.was_missed or timer.clock.left(at) > 0:
        return
    timer.missed_at = at
    tell(PROMISE_MISSED, timer, ticket, at)


def tell(event: EventType, timer: Timer, ticket: Ticket, at: datetime, **figures: Any) -> None:
    """Records news of a promise: metric, cycle, who is promised what, and the seconds used and promised."""
    clock = timer.clock
    used_s, target_s = clock.used(at), clock.target_s
    details = {
        "timer": timer.pk,
        "metric": str(timer.metric),
        "cycle": timer.cycle,
        "tier": ticket.organization.entitlement.tier if ticket.organization else "",
        "priority": ticket.priority,
        "channel": ticket.channel,
        "target_s": target_s,
        "actual_s": used_s,
        "hours": timer.hours_id,
        "target": length(target_s),
        "used": length(used_s),
        **figures,
    }
    record(event, about=ticket, organization=ticket.organization, details=details, now=at)


def next_look(timer: Timer) -> datetime | None:
    """When the clock's task has to act on it."""
    if not timer.is_owed or timer.running_since is None:
        return None
    next_step = next((one for one in timer.percents if one > timer.escalated_to), None)
    moments = [timer.clock.reached_at(Fraction(next_step, 100)) if next_step else None]
    moments += [] if timer.was_missed else [timer.due_at]
    return min((at for at in moments if at is not None), default=None)


@dataclass
class _Owed:
    """What is owed about a locked ticket, changed at one moment."""

    ticket: Ticket
    at: datetime
    timers: list[Timer]

    @classmethod
    def of(cls, ticket: Ticket, at: datetime, *, began_by: datetime | None = None) -> "_Owed":
        """News of another target comes late at times: nothing changes before what a clock already knows."""
        owed = ticket.timers.owed().filter(**({"started_at__lte": began_by} if began_by else {}))
        found = list(owed.select_for_update().order_by("pk"))
        known = [one.running_since or one.paused_since or one.started_at for one in found]
        return cls(ticket, max([at, *known]), found)

    @cached_property
    def bound(self) -> dict[str, Bound]:
        """What binds the ticket as it stands, by metric."""
        return SlaPolicy.objects.targets(Case.of(self.ticket), since=self.at)

    def promise(self, metric: Metric, *, cycle: int | None = None) -> None:
        """Starts a clock if something promises it."""
        found = self.bound.get(metric)
        if found is None:
            return
        timer = Timer(ticket=self.ticket, metric=metric, cycle=cycle or self._next_cycle(metric), started_at=self.at)
        timer.hours, timer.reason = _kept_of(found, self.ticket)
        timer.ladder_id, timer.percents = found.ladder, list(found.percents)
        _show(timer, Clock(in_seconds(found.target.length), running_since=self.at, calendar=found.target.calendar))
        timer.save(force_insert=True)
        self.timers.append(timer)
        tell(PROMISE_MADE, timer, self.ticket, self.at)

    def end(self, event: EventType, *metrics: str, is_missable: bool = True) -> None:
        """Ends the clocks of these metrics; the moment each was due stays readable."""
        for timer in [one for one in self.timers if one.metric in metrics]:
            if is_missable:
                miss_if_late(timer, self.ticket, self.at)
            setattr(timer, "met_at" if event is PROMISE_MET else "dropped_at", self.at)
            is_late = event is PROMISE_MET and timer.was_missed
            tell(PROMISE_MET_LATE if is_late else event, timer, self.ticket, self.at)
            timer.consumed_for = timedelta(seconds=timer.clock.used(self.at))
            timer.paused_for, timer.paused_since = timer.paused(self.at), None
            timer.running_since = timer.next_at = None
            timer.save()
            self.timers.remove(timer)

    def stop(self) -> None:
        for timer in self.timers:
            if timer.clock.is_running:
                miss_if_late(timer, self.ticket, self.at)
                _show(timer, timer.clock.stopped(self.at))
                timer.paused_since = self.at
                timer.save()
                tell(CLOCK_STOPPED, timer, self.ticket, self.at)

    def go_on(self) -> None:
        for timer in self.timers:
            if not timer.clock.is_running:
                timer.paused_for, timer.paused_since = timer.paused(self.at), None
                _show(timer, timer.clock.started(self.at))
                timer.save()
                tell(CLOCK_STARTED, timer, self.ticket, self.at)

    def retarget(self, timer: Timer) -> bool:
        found, clock, old = self.bound[timer.metric], timer.clock, timer.target_for
        hours, reason = _kept_of(found, self.ticket)
        timer.ladder_id, timer.percents = found.ladder, list(found.percents)
        if (timer.hours_id, timer.reason) == (hours.pk if hours else None, reason):
            timer.next_at, timer.warn_at = next_look(timer), _warns_at(timer, clock)
            timer.save(update_fields=["ladder", "percents", "next_at", "warn_at"])
            return False
        miss_if_late(timer, self.ticket, self.at)
        timer.hours, timer.reason, target = hours, reason, found.target
        _show(timer, clock.retargeted(self.at, target_s=in_seconds(target.length), calendar=target.calendar))
        timer.save()
        figures = {"old_target_s": in_seconds(old), "old_target": length(old.total_seconds())}
        tell(PROMISE_CHANGED, timer, self.ticket, self.at, **figures)
        return True

    def done(self) -> list[Timer]:
        """Tells the ticket what is due next."""
        self.ticket.due_at = _earliest(self.timers)
        return self.timers

    def _next_cycle(self, metric: Metric) -> int:
        last = self.ticket.timers.filter(metric=metric).aggregate(last=Max("cycle"))["last"]
        return (last or 0) + 1


def _kept_of(found: Bound, ticket: Ticket) -> tuple[CalendarVersion | None, dict[str, Any]]:
    """What a timer keeps of the line that binds it: the hours that count, and the reason of the target."""
    target, calendar = found.target, found.policy.calendar
    reason: dict[str, Any] = {
        "dimension": str(target.dimension),
        "value": str(target.value),
        "target_s": in_seconds(target.length),
    }
    if target.dimension == Dimension.TIER and ticket.organization:
        reason["label"] = ticket.organization.entitlement.name
    if calendar is None or target.calendar.is_always_open:
        return None, reason
    return calendar.current, {**reason, "hours": calendar.name}


def _earliest(timers: Iterable[Timer]) -> datetime | None:
    return min((timer.due_at for timer in timers if timer.due_at), default=None)


def _show(timer: Timer, clock: Clock) -> None:
    """Writes a clock into the columns of its timer."""
    timer.target_for, timer.consumed_for = timedelta(seconds=clock.target_s), timedelta(seconds=clock.consumed_s)
    timer.running_since = clock.running_since
    timer.due_at, timer.warn_at = clock.due_at, _warns_at(timer, clock)
    timer.next_at = next_look(timer)


def _warns_at(timer: Timer, clock: Clock) -> datetime | None:
    """The first step of its ladder, at the latest the end of the promise."""
    return clock.reached_at(Fraction(min([*timer.percents, MISSED_AT]), 100))
