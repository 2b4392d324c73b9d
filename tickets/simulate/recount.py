"""The clocks of one ticket told once more, from what happened to the ticket and from the sweeps that ran: minute by
minute, with nothing of what the portal counts with."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tickets.models import CalendarVersion, Escalation, Ticket, Timer
from tickets.simulate.minutes import reached, used
from tickets.simulate.workers import Sweep
from tickets.states import KEPT_BY_AN_ANSWER, Metric, TicketState

FACTS = [
    *("ticket.filed", "ticket.replied", "ticket.customer_replied", "ticket.put_on_wait", "ticket.solved"),
    *("ticket.closed", "ticket.reopened", "ticket.priority_changed", "ticket.promise_made", "ticket.promise_changed"),
]
Steps = dict[int, tuple[datetime, bool]]  # percent → when it was reached, whether it was fired


@dataclass
class Told:
    """A clock as it must be. `ended` names the column that says how."""

    metric: str
    target_s: int
    hours: int | None
    percents: list[int]
    made_at: datetime
    since: datetime | None
    used_s: int = 0
    paused_since: datetime | None = None
    due_at: datetime | None = None
    missed_at: datetime | None = None
    ended: str = ""
    ended_at: datetime | None = None
    climbed: int = 0
    steps: Steps = field(default_factory=dict)

    @property
    def known_at(self) -> datetime:
        return self.since or self.paused_since or self.made_at

    def used_at(self, at: datetime) -> int:
        return self.used_s + (used(self.hours, self.since, at) if self.since else 0)

    def look_ahead(self) -> None:
        self.due_at = reached(self.hours, self.since, self.target_s - self.used_s) if self.since else None

    def next_at(self) -> datetime | None:
        """When a sweep has to find something here."""
        if self.since is None:
            return None
        step = next((one for one in self.percents if one > self.climbed), None)
        lengths = [-(-self.target_s * step // 100)] if step else []
        lengths += [] if self.missed_at else [self.target_s]
        return min((reached(self.hours, self.since, one - self.used_s) for one in lengths), default=None)

    def miss_if_late(self, at: datetime) -> None:
        if self.missed_at is None and self.used_at(at) >= self.target_s:
            self.missed_at = at

    def climb(self, at: datetime) -> None:
        share = self.used_at(at) * 100 // self.target_s
        found = [one for one in self.percents if self.climbed < one <= share]
        for percent in found:
            self.steps[percent] = at, percent == found[-1]
            self.climbed = percent

    def stand(self, at: datetime) -> None:
        self.used_s, self.since = self.used_at(at), None


class Recount:
    """Reads the facts of one ticket in their order, with the sweeps in between."""

    def __init__(self, ticket: Ticket, ladders: dict[str, list[int]], sweeps: list[Sweep]) -> None:
        self.ticket, self.ladders, self.sweeps = ticket, ladders, sweeps
        self.timers: dict[int, Told] = {}
        self.rows: dict[int, Timer] = {row.pk: row for row in ticket.timers.all()}
        self.escalations: dict[int, Steps] = {pk: {} for pk in self.rows}
        for one in Escalation.objects.filter(ticket=ticket, timer__isnull=False):
            self.escalations[one.timer_id or 0][one.at_percent or 0] = one.reached_at, one.fired_at is not None
        self.priority = ""
        self.fresh: int | None = None  # an update that was promised by the answer that is told next

    def run(self, events: list[Any]) -> dict[int, Told]:
        for number, event in enumerate(events):
            _FACTS[event.name](self, event)
            if event.name in ("ticket.promise_made", "ticket.promise_changed"):
                self.fresh = event.details["timer"] if event.name == "ticket.promise_made" else self.fresh
            else:
                self.fresh = None
            before = events[number + 1].pk if number + 1 < len(events) else None
            self._sweep(event.pk, before)
        return self.timers

    def owed(self) -> Iterator[Told]:
        return (one for one in self.timers.values() if not one.ended)

    def _sweep(self, first: int, before: int | None) -> None:
        """The sweeps after one fact and before the next."""
        start = bisect_left(self.sweeps, first, key=lambda one: one.after)
        end = bisect_left(self.sweeps, before, key=lambda one: one.after) if before else len(self.sweeps)
        for pk, timer in self.timers.items():
            due = timer.next_at() if not timer.ended and start < end else None
            for sweep in self.sweeps[start:end] if due else ():
                if due is not None and sweep.at >= due and (sweep.whole or self._was_taken(pk, sweep.at)):
                    timer.miss_if_late(sweep.at)
                    timer.climb(sweep.at)
                    due = timer.next_at()

    def _was_taken(self, pk: int, at: datetime) -> bool:
        """Whether the worker that died had come to this clock before."""
        row = self.rows.get(pk)
        return (row is not None and row.missed_at == at) or any(
            when == at for when, _fired in self.escalations.get(pk, {}).values()
        )

    def made(self, event: Any) -> None:
        told, at = event.details, event.happened_at
        percents = self.ladders[self.priority]
        timer = Told(told["metric"], told["target_s"], told["hours"], percents, at, at)
        timer.look_ahead()
        self.timers[told["timer"]] = timer

    def changed(self, event: Any) -> None:
        told, at, timer = event.details, self._at(event), self.timers[event.details["timer"]]
        timer.miss_if_late(at)
        if _hours(timer.hours) != _hours(told["hours"]):
            timer.used_s, timer.since = timer.used_at(at), at if timer.since else None
        timer.target_s, timer.hours = told["target_s"], told["hours"]
        timer.look_ahead()

    def ranked(self, event: Any) -> None:
        self.priority = event.details.get("new") or event.details["priority"]
        for timer in self.owed():
            timer.percents = self.ladders[self.priority]

    def replied(self, event: Any) -> None:
        if event.by_id not in (None, self.ticket.requester_id):
            fresh = self.timers.get(self.fresh or 0)
            is_fresh = fresh is not None and fresh.metric == Metric.UPDATE
            self._end("met_at", event, KEPT_BY_AN_ANSWER, but=fresh if is_fresh else None)
            if event.details["state"] == TicketState.WAITING:
                self.stopped(event)
            elif event.details["state"] == TicketState.OPEN:
                self.heard(event)

    def heard(self, event: Any) -> None:
        at = self._at(event)
        for timer in self.owed():
            if timer.since is None:
                timer.since, timer.paused_since = at, None
                timer.look_ahead()

    def stopped(self, event: Any) -> None:
        at = self._at(event)
        for timer in self.owed():
            if timer.since is not None:
                timer.miss_if_late(at)
                timer.stand(at)
                timer.paused_since, timer.due_at = at, None

    def solved(self, event: Any) -> None:
        self._end("met_at", event, [Metric.RESOLUTION])
        self._end("dropped_at", event, KEPT_BY_AN_ANSWER)

    def closed(self, event: Any) -> None:
        self._end("dropped_at", event, list(Metric))

    def nothing(self, event: Any) -> None:
        """What is promised anew is told by itself."""

    def _end(self, column: str, event: Any, metrics: list[Metric], *, but: Told | None = None) -> None:
        at = self._at(event)
        for timer in [one for one in self.owed() if one.metric in metrics and one is not but]:
            timer.miss_if_late(at)
            timer.stand(at)
            timer.ended, timer.ended_at = column, at

    def _at(self, event: Any) -> datetime:
        """No change lies before what a clock knows."""
        return max([event.happened_at, *(timer.known_at for timer in self.owed())])


def _hours(version: int | None) -> str:
    return CalendarVersion.objects.get(pk=version).hours if version else ""


_FACTS: dict[str, Callable[[Recount, Any], None]] = {
    "ticket.filed": Recount.ranked,
    "ticket.priority_changed": Recount.ranked,
    "ticket.promise_made": Recount.made,
    "ticket.promise_changed": Recount.changed,
    "ticket.replied": Recount.replied,
    "ticket.customer_replied": Recount.heard,
    "ticket.put_on_wait": Recount.stopped,
    "ticket.solved": Recount.solved,
    "ticket.closed": Recount.closed,
    "ticket.reopened": Recount.nothing,
}
