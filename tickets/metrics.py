from dataclasses import dataclass
from datetime import datetime

from portal.accounts.models import User
from tickets.models import Ticket

MOST_URGENT = 15


@dataclass(frozen=True)
class UrgentTicket:
    """A line of the work list, with how its promise stands: due, soon, breached, or empty."""

    ticket: Ticket
    standing: str


@dataclass(frozen=True)
class Queue:
    """How the queue stands for one agent: counts of what is our turn, and what to do first."""

    mine: int
    unassigned: int
    due_soon: int
    overdue: int
    urgent: list[UrgentTicket]


def queue_of(user: User, now: datetime) -> Queue:
    """The agent's queue at that moment: own and unassigned tickets by what is due first. Two queries."""
    figures = Ticket.objects.queue_figures(user, now)
    tickets = Ticket.objects.for_agent(user).with_people().work_order()[:MOST_URGENT]
    return Queue(**figures, urgent=[UrgentTicket(ticket, ticket.standing(now)) for ticket in tickets])
