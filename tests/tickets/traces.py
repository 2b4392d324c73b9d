"""What else may hold words of a customer: left here, so that an erasure has to find it."""

from portal.accounts.models import User
from tests.factories.desk import CopyFactory, FieldValueFactory, FollowerFactory, HeldReplyFactory, QueueViewFactory
from tests.factories.routing import FiringFactory, SuggestionFactory
from tests.factories.tickets import TicketFactory
from tickets.models import Ticket


def leave(ticket: Ticket, person: User, word: str) -> None:
    """The word in every corner that belongs to the ticket, and the person's address where it belongs to others."""
    FieldValueFactory(ticket=ticket, text=word)
    CopyFactory(ticket=ticket, address=f"copy@{word.lower()}.example")
    HeldReplyFactory(ticket=ticket, body=word)
    SuggestionFactory(ticket=ticket, options=[{"label": "billing", "confidence": 1, "words": [word]}])
    FiringFactory(ticket=ticket, reason=word)
    elsewhere = TicketFactory()
    CopyFactory(ticket=elsewhere, address=person.email.upper())
    FollowerFactory(ticket=elsewhere, user=person)
    QueueViewFactory(owner=person, name=word)
