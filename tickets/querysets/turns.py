"""Turns of teams, told by the events of a ticket."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from tickets.events import (
    ESCALATION_ASKED,
    PROMISE_WARNED,
    TICKET_CLOSED,
    TICKET_ESCALATED,
    TICKET_FILED,
    TICKET_PRIORITY_CHANGED,
    TICKET_PUT_ON_WAIT,
    TICKET_REOPENED,
    TICKET_REPLIED,
    TICKET_SOLVED,
    TICKET_TEAM_CHANGED,
)
from tickets.states import Level

_HANDS = [TICKET_TEAM_CHANGED.name, TICKET_ESCALATED.name, PROMISE_WARNED.name, ESCALATION_ASKED.name]
_ANSWERS = [TICKET_REPLIED.name, TICKET_PUT_ON_WAIT.name]
_ENDS = [TICKET_SOLVED.name, TICKET_CLOSED.name]
_BEGINS = [TICKET_FILED.name, TICKET_REOPENED.name]
TELLS_TURNS = [*_BEGINS, *_HANDS, *_ANSWERS, *_ENDS, TICKET_PRIORITY_CHANGED.name]


@dataclass
class Turn:
    """One stay with a team, as the events tell it. `priority` is the one it has, or had when it ended."""

    level: str
    priority: str
    reached_at: datetime
    answered_at: datetime | None = None
    left_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.left_at is None


class _Reading:
    """What is known after the events read so far."""

    def __init__(self, requester_id: int) -> None:
        self.requester_id = requester_id
        self.level, self.priority, self.is_active = "", "", False
        self.turns: list[Turn] = []

    def read(self, event: Any) -> None:
        name, told, at = event.name, event.details, event.happened_at
        if name in _BEGINS:
            self.level, self.priority = told.get("level", self.level or Level.L1), told.get("priority", self.priority)
            self.is_active = True
            self._begin(at)
        elif name == TICKET_PRIORITY_CHANGED.name:
            self.priority = told["new"]
            if self.open:
                self.open.priority = self.priority
        elif name in _HANDS:
            self._hand_to(told["level"], at)
        elif name in _ENDS:
            self._end("left_at", at)
            self.is_active = False
        elif event.by_id not in (None, self.requester_id):
            self._end("answered_at", at)

    @property
    def open(self) -> Turn | None:
        return self.turns[-1] if self.turns and self.turns[-1].is_open else None

    def _begin(self, at: datetime) -> None:
        self._end("left_at", at)
        self.turns.append(Turn(self.level, self.priority, at))

    def _hand_to(self, level: str, at: datetime) -> None:
        if level == self.level:
            return
        self.level = level
        if self.is_active:
            self._begin(at)

    def _end(self, column: str, at: datetime) -> None:
        if self.open:
            setattr(self.open, column, max(at, self.open.reached_at))


def turns(events: Iterable[Any], *, requester_id: int) -> list[Turn]:
    """The stays with teams that these events of one ticket (TELLS_TURNS), in the order they were recorded, tell of.

    A team has answered when somebody on the staff wrote in public, or set the ticket to wait for the customer. An
    answer of the house itself, a note and another customer's words are none.
    """
    reading = _Reading(requester_id)
    for event in events:
        reading.read(event)
    return reading.turns


class TeamTargetQuerySet(models.QuerySet):
    def lengths(self) -> dict[tuple[str, str], timedelta]:
        """How soon is meant to be answered, by team and priority."""
        return {
            (level, priority): within for level, priority, within in self.values_list("level", "priority", "answer_for")
        }


class TeamTurnQuerySet(models.QuerySet):
    def newest_of(self, ticket: Any) -> Any:
        """The present stay of a ticket, or its last; None when none is measured."""
        return self.filter(ticket=ticket).order_by("-number").first()
