"""What every change of a ticket has in common: lock, legal move, message, write, news."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import record
from portal.events.listeners import EventType
from portal.lib.refusals import Refused
from portal.lib.written import as_html
from tickets.models import Message, Ticket
from tickets.states import ACTIVE, MOST_CHARACTERS, MessageKind, TicketState, is_legal


@transaction.atomic(savepoint=False)
def lock(*, ticket: Ticket) -> Ticket:
    """The ticket as it stands now, locked until the transaction ends, with the version that its change will make."""
    locked = Ticket.objects.for_change().get(pk=ticket.pk)
    locked.version += 1
    return locked


@transaction.atomic(savepoint=False)
def write(*, ticket: Ticket, fields: Iterable[str] = (), at: datetime) -> None:
    """Saves a locked ticket: fields that changed, its version, when it happened, what is due next, and its snooze."""
    ticket.last_activity_at = max(ticket.last_activity_at, at)
    ticket.save(update_fields=["version", "last_activity_at", "due_at", "snoozed_until", *fields])


@transaction.atomic(savepoint=False)
def tell(*, event: EventType, ticket: Ticket, by: User | None, at: datetime, details: dict[str, Any]) -> None:
    """Records news about a ticket; its version goes along, so that a reader knows what came after what they saw."""
    details = {**details, "version": ticket.version}
    record(event, about=ticket, by=by, organization=ticket.organization, details=details, now=at)


@transaction.atomic(savepoint=False)
def add_message(*, ticket: Ticket, body: str, by: User | None, kind: MessageKind, at: datetime) -> Message:
    """A turn of the conversation. `by` None is the house itself, which speaks as staff."""
    body = body.strip()
    check_words(body=body)
    return Message.objects.create(
        ticket=ticket,
        author=by,
        kind=kind,
        is_from_staff=ticket.hears_us_from(by),
        body=body,
        html=as_html(body),
        ticket_version=ticket.version,
        created_at=at,
    )


def check_words(*, body: str) -> None:
    """Refuses what is no message: nothing, or too much."""
    if not body.strip():
        raise Refused(_("Write something first."), code="empty")
    if len(body.strip()) > MOST_CHARACTERS:
        raise Refused(_("This text is too long. Shorten it, or split it."), code="too_long")


def check_staff(*, by: User | None) -> None:
    """Refuses what only staff (or the house itself) may do."""
    if by is not None and not by.is_staff:
        raise Refused(_("Only the support team can do this."), code="staff_only")


def move(*, ticket: Ticket, to: TicketState) -> None:
    """Sets the state of a locked ticket, if that is a legal move; else refuses with what can be done instead."""
    if ticket.state == TicketState.CLOSED:
        raise Refused(_("This ticket is closed. Please open a new one."), code="ticket_closed")
    if not is_legal(ticket.state, to):
        sentence = _("A ticket that is “%(old)s” cannot become “%(new)s”.")
        labels = {"old": ticket.get_state_display(), "new": to.label}
        raise Refused(sentence % labels, code="illegal_move")
    ticket.state = to
    if to not in ACTIVE:
        ticket.snoozed_until = None
