"""Timers rebuilt from what the log tells, to be held against the rows: by an arithmetic of its own, open piece by open
piece, and without a query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.lib.business_time import ALWAYS_OPEN, Calendar, segments
from tickets.events import (
    CLOCK_STARTED,
    CLOCK_STOPPED,
    PROMISE_CHANGED,
    PROMISE_DROPPED,
    PROMISE_MADE,
    PROMISE_MET,
    PROMISE_MET_LATE,
    PROMISE_MISSED,
    TICKET_CLOSED,
    TICKET_CUSTOMER_REPLIED,
    TICKET_FILED,
    TICKET_PUT_ON_WAIT,
    TICKET_REOPENED,
    TICKET_REPLIED,
    TICKET_SOLVED,
)
from tickets.states import OUR_TURN, TicketState

WINDOW = timedelta(days=64)
_SECOND = timedelta(seconds=1)
_ENDS = {PROMISE_MET.name: "met_at", PROMISE_MET_LATE.name: "met_at", PROMISE_DROPPED.name: "dropped_at"}
_STATES = {
    TICKET_FILED.name: TicketState.OPEN,
    TICKET_REOPENED.name: TicketState.OPEN,
    TICKET_CUSTOMER_REPLIED.name: TicketState.OPEN,
    TICKET_PUT_ON_WAIT.name: TicketState.WAITING,
    TICKET_SOLVED.name: TicketState.SOLVED,
    TICKET_CLOSED.name: TicketState.CLOSED,
}
_CLOCKS = [PROMISE_MADE, PROMISE_CHANGED, PROMISE_MISSED, CLOCK_STARTED, CLOCK_STOPPED]
REPLAYED = [*_ENDS, *_STATES, TICKET_REPLIED.name, *(event.name for event in _CLOCKS)]
COMPARED = (
    *("target_for", "hours_id", "consumed_for", "running_since", "paused_since", "paused_for", "due_at"),
    *("missed_at", "met_at", "dropped_at"),
)


@dataclass(frozen=True)
class Difference:
    """A timer that is not what its events tell. `what` names the column; "row" and "events": that is missing."""

    ticket_id: int
    timer_id: int
    what: str
    stored: Any = None
    told: Any = None

    def __str__(self) -> str:
        return f"ticket {self.ticket_id}, timer {self.timer_id}: {self.what} is {self.stored}, events tell {self.told}"


@dataclass
class Rebuilt:
    """A timer as its events tell it, with the names of its columns."""

    started_at: datetime
    target_for: timedelta
    hours_id: int | None
    calendar: Calendar
    running_since: datetime | None
    consumed_for: timedelta = timedelta(0)
    paused_since: datetime | None = None
    paused_for: timedelta = timedelta(0)
    due_at: datetime | None = None
    missed_at: datetime | None = None
    met_at: datetime | None = None
    dropped_at: datetime | None = None

    @property
    def is_owed(self) -> bool:
        return self.met_at is None and self.dropped_at is None

    def count(self, at: datetime) -> None:
        """Adds what was used up since it runs."""
        if self.running_since is not None:
            self.consumed_for += _open_between(self.calendar, self.running_since, at)

    def rest(self, at: datetime) -> None:
        """Adds how long it stood."""
        if self.paused_since is not None:
            self.paused_for += max(at - self.paused_since, timedelta(0))
            self.paused_since = None

    def look_ahead(self) -> None:
        """When it is due if it keeps running."""
        left = self.target_for - self.consumed_for
        self.due_at = _after(self.calendar, self.running_since, left) if self.running_since else None


def rebuilt(events: Iterable[Any], calendars: Mapping[int, Calendar]) -> dict[int, Rebuilt]:
    """The timers that these events of one ticket, in the order they were recorded, tell of, by id."""
    found: dict[int, Rebuilt] = {}
    for event in events:
        details, at = event.details, event.happened_at
        hours = details.get("hours")
        if event.name == PROMISE_MADE.name:
            length = timedelta(seconds=details["target_s"])
            calendar = calendars[hours] if hours else ALWAYS_OPEN
            found[details["timer"]] = made = Rebuilt(at, length, hours, calendar, at)
            made.look_ahead()
        elif details.get("timer") in found:
            timer = found[details["timer"]]
            if event.name == PROMISE_CHANGED.name:
                calendar = calendars[hours] if hours else ALWAYS_OPEN
                _change(timer, at, timedelta(seconds=details["target_s"]), hours, calendar)
            else:
                _move(timer, event.name, at)
    return found


def _change(timer: Rebuilt, at: datetime, length: timedelta, hours: int | None, calendar: Calendar) -> None:
    if calendar != timer.calendar:
        timer.count(at)
        timer.running_since = at if timer.running_since else None
    timer.target_for, timer.hours_id, timer.calendar = length, hours, calendar
    timer.look_ahead()


def _move(timer: Rebuilt, name: str, at: datetime) -> None:
    if name == PROMISE_MISSED.name:
        timer.missed_at = at
    elif name == CLOCK_STOPPED.name:
        timer.count(at)
        timer.running_since, timer.paused_since, timer.due_at = None, at, None
    elif name == CLOCK_STARTED.name:
        timer.rest(at)
        timer.running_since = at
        timer.look_ahead()
    elif name in _ENDS:
        timer.count(at)
        timer.rest(at)
        timer.running_since = None
        setattr(timer, _ENDS[name], at)


def differences(
    ticket_id: int, timers: Iterable[Any], events: Iterable[Any], calendars: Mapping[int, Calendar]
) -> list[Difference]:
    """Where the timers of one ticket are not what its events tell; empty when all is well."""
    events = list(events)
    told, state, found = rebuilt(events, calendars), _state(events), []
    rows = {timer.pk: timer for timer in timers}
    for pk in sorted({*rows, *told}):
        if pk not in told or pk not in rows:
            found.append(Difference(ticket_id, pk, "events" if pk in rows else "row"))
            continue
        row, other = rows[pk], told[pk]
        pairs = [(name, getattr(row, name), getattr(other, name)) for name in COMPARED]
        found += [Difference(ticket_id, pk, name, one, two) for name, one, two in pairs if one != two]
        if row.is_owed and (row.running_since is not None) != (state in OUR_TURN):
            found.append(Difference(ticket_id, pk, "turn", "runs" if row.running_since else "stands", state))
    return found


def _state(events: Iterable[Any]) -> str:
    """Whose turn the conversation itself tells it is."""
    state: str = TicketState.NEW
    for event in events:
        state = _STATES.get(event.name, state)
        if event.name == TICKET_REPLIED.name:
            state = event.details.get("state", state)
    return state


def _open_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    return sum((closes - opens for opens, closes in segments(calendar, start, end)), timedelta(0))


def _after(calendar: Calendar, since: datetime, left: timedelta) -> datetime:
    """When so much open time has passed; with nothing or less left, when it had."""
    since = since.replace(microsecond=0)
    ahead, left = left >= timedelta(0), abs(left)
    begins = since
    while left:
        ends = begins + WINDOW if ahead else begins - WINDOW
        pieces = list(segments(calendar, min(begins, ends), max(begins, ends)))
        for opens, closes in pieces if ahead else reversed(pieces):
            if closes - opens >= left:
                return opens + left if ahead else closes - left
            left -= closes - opens
        begins = ends
    return since
