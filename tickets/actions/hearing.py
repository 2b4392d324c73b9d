from datetime import datetime

from django.db import transaction

from tickets.actions import changes, clocks
from tickets.models import Ticket
from tickets.states import TicketState


@transaction.atomic(savepoint=False)
def hear(*, ticket: Ticket, at: datetime) -> None:
    """A locked ticket got something of a customer's that waits for an answer: it is our turn, and at hand."""
    if ticket.state == TicketState.WAITING:
        changes.move(ticket=ticket, to=TicketState.OPEN)
    clocks.hear(ticket=ticket, at=at)
    ticket.snoozed_until = None
