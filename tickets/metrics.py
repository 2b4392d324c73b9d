from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.operations.metrics import Dial, Panel, panel
from tickets.models import Ticket

MOST_URGENT = 15


@dataclass(frozen=True)
class QueueLine:
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
    urgent: list[QueueLine]


def queue_of(user: User, now: datetime) -> Queue:
    """The agent's queue at that moment: own and unassigned tickets by what is due first. Two queries."""
    figures = Ticket.objects.queue_figures(user, now)
    tickets = Ticket.objects.for_agent(user).with_people().work_order()[:MOST_URGENT]
    return Queue(**figures, urgent=[QueueLine(ticket, ticket.standing(now)) for ticket in tickets])


@panel("tickets", position=10)
def my_queue(user: User, now: datetime) -> Panel | None:
    """The first thing on the work list of whoever works on tickets."""
    if not user.has_perm("tickets.view_ticket"):
        return None
    queue, url = queue_of(user, now), reverse("admin:tickets_ticket_changelist")
    dials = (
        Dial(_("Mine"), queue.mine, f"{url}?whose=mine"),
        Dial(_("Nobody’s"), queue.unassigned, f"{url}?whose=unassigned", "warn" if queue.unassigned else ""),
        Dial(_("Due within the hour"), queue.due_soon, f"{url}?promise=soon", "warn" if queue.due_soon else ""),
        Dial(_("Overdue"), queue.overdue, f"{url}?promise=overdue", "bad" if queue.overdue else "good"),
    )
    return Panel("admin/tickets/ticket/my_queue.html", {"rows": queue.urgent, "url": url}, dials)
