from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import touch
from portal.events.models import Event
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, clocks
from tickets.actions.hearing import hear
from tickets.actions.mentions import mentioned_in
from tickets.events import (
    MERGED_REPLIED,
    TICKET_CLOSED,
    TICKET_CUSTOMER_REPLIED,
    TICKET_NOTED,
    TICKET_REOPENED,
    TICKET_REPLIED,
    TICKET_SOLVED,
)
from tickets.models import HeldReply, Message, Ticket
from tickets.states import AFTER_A_REPLY, MessageKind, TicketState

_CHANGES_THE_TALK = [TICKET_SOLVED.name, TICKET_CLOSED.name, TICKET_REOPENED.name]


@transaction.atomic
def reply(
    *,
    ticket: Ticket,
    body: str,
    by: User | None,
    leaves: str = TicketState.WAITING,
    seen_version: int | None = None,
    now: datetime | None = None,
) -> Message:
    """Writes to the customer, or as the customer, by who `by` is (None: the house itself, which meets no promise).

    `leaves` is the state in which staff leave the ticket. With `seen_version` an answer to a conversation that has
    moved on is refused with the code "stale". A customer's reply to a solved ticket takes it up again.
    """
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.state == TicketState.CLOSED:
        return _reply_to_closed(locked, body, by, at)
    if not locked.hears_us_from(by):
        return _customer_reply(locked, body, by, at)
    if seen_version is not None and has_moved_on(ticket=locked, since=seen_version, reader=by):
        raise Refused(_("The conversation has moved on since you opened it. Read what came in first."), code="stale")
    return _staff_reply(locked, body, by, leaves, at)


@transaction.atomic
def note(*, ticket: Ticket, body: str, by: User | None, now: datetime | None = None) -> Message:
    """Leaves words for colleagues (by None: a notice of the portal). Customers never see it and no promise is met."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    if by is not None and not locked.hears_us_from(by):
        raise Refused(_("This is your own ticket: answer on its page."), code="own_ticket")
    at = moment_after(locked.last_activity_at, now)
    kind = MessageKind.SYSTEM if by is None else MessageKind.NOTE
    message = changes.add_message(ticket=locked, body=body, by=by, kind=kind, at=at)
    if message.kind == MessageKind.NOTE:
        changes.write(ticket=locked, at=at)
        changes.tell(event=TICKET_NOTED, ticket=locked, by=by, at=at, details=_noted(message))
    else:
        locked.save(update_fields=["version"])  # a notice is no activity of anybody
        touch(about=locked)
    return message


def _noted(message: Message) -> dict[str, Any]:
    return {"message": message.pk, "mentioned": [one.pk for one in mentioned_in(body=message.body).people]}


def has_moved_on(*, ticket: Ticket, since: int, reader: User | None) -> bool:
    """Whether somebody else wrote (also what is yet to leave), solved, closed or reopened after that version."""
    moves = Event.objects.about(ticket).named(*_CHANGES_THE_TALK).filter(details__version__gt=since)
    others = moves.exclude(by_id=reader.pk) if reader else moves
    said = (ticket.messages.written_after(since, not_by=reader), ticket.held_replies.sent_after(since, not_by=reader))
    return any(found.exists() for found in (*said, others))


@transaction.atomic(savepoint=False)
def let_leave(*, held: HeldReply) -> Message:
    """An answer that was sent a moment ago joins the conversation and counts from when it was sent. What the customer
    wrote in between is not answered by it and waits for the next one."""
    ticket, by, at = changes.lock(ticket=held.ticket), held.author, held.sent_at
    if ticket.state == TicketState.CLOSED:
        raise Refused(_("The ticket was closed before the answer left."), code="ticket_closed")
    crossing = ticket.messages.heard_after(held.ticket_version).first()
    if crossing is None:
        return _staff_reply(ticket, held.body, by, held.leaves, at)
    message = changes.add_message(ticket=ticket, body=held.body, by=by, kind=MessageKind.REPLY, at=at)
    if ticket.state == TicketState.NEW:
        changes.move(ticket=ticket, to=TicketState.OPEN)
    clocks.answer_before(ticket=ticket, at=at, heard_at=max(crossing.created_at, at))
    changes.write(ticket=ticket, fields=["state"], at=at)
    details = {"message": message.pk, "state": ticket.state, "has_crossed": True}
    changes.tell(event=TICKET_REPLIED, ticket=ticket, by=by, at=at, details=details)
    return message


def _reply_to_closed(ticket: Ticket, body: str, by: User | None, at: datetime) -> Message:
    """What a customer writes to a merged ticket follows to the survivor; else closed is closed."""
    survivor = Ticket.objects.survivor_of(ticket)
    if ticket.hears_us_from(by) or survivor is None or survivor.pk == ticket.pk:
        raise Refused(_("This ticket is closed. Please open a new one."), code="ticket_closed")
    if survivor.has_the_customer_of(ticket):
        return reply(ticket=survivor, body=body, by=by, now=at)
    return _internal_reply(survivor, ticket, body, by, at)


def _internal_reply(survivor: Ticket, source: Ticket, body: str, by: User | None, at: datetime) -> Message:
    """Words of another customer than the survivor's: staff hear them there, its people never do."""
    locked = changes.lock(ticket=survivor)
    if not locked.is_active:
        raise Refused(_("This ticket is closed. Please open a new one."), code="ticket_closed")
    at = max(at, locked.last_activity_at)
    message = changes.add_message(ticket=locked, body=body, by=by, kind=MessageKind.REPLY, at=at)
    message.merged_from, message.is_internal, message.is_from_staff = source, True, False
    message.save(update_fields=["merged_from", "is_internal", "is_from_staff"])
    hear(ticket=locked, at=at)
    changes.write(ticket=locked, fields=["state"], at=at)
    details = {"message": message.pk, "source": source.number}
    changes.tell(event=MERGED_REPLIED, ticket=locked, by=by, at=at, details=details)
    return message


def _staff_reply(ticket: Ticket, body: str, by: User | None, leaves: str, at: datetime) -> Message:
    if leaves not in AFTER_A_REPLY:
        raise ValueError(f"A reply cannot leave a ticket {leaves}.")
    message = changes.add_message(ticket=ticket, body=body, by=by, kind=MessageKind.REPLY, at=at)
    if by is not None:
        clocks.answer(ticket=ticket, at=at)
        if ticket.state != TicketState.SOLVED:
            _leave(ticket, TicketState(leaves), at)
    changes.write(ticket=ticket, fields=["state", "solved_at"], at=at)
    details = {"message": message.pk, "state": ticket.state}
    changes.tell(event=TICKET_REPLIED, ticket=ticket, by=by, at=at, details=details)
    if ticket.solved_at == at:
        changes.tell(event=TICKET_SOLVED, ticket=ticket, by=by, at=at, details={"message": message.pk})
    return message


def _leave(ticket: Ticket, state: TicketState, at: datetime) -> None:
    """Puts a ticket that was just answered into the state that staff chose, with its clocks."""
    if ticket.state != state:
        changes.move(ticket=ticket, to=state)
    if state == TicketState.SOLVED:
        ticket.solved_at = at
        clocks.solve(ticket=ticket, at=at)
    elif state == TicketState.WAITING:
        clocks.stop(ticket=ticket, at=at)
    else:
        clocks.stay(ticket=ticket, at=at)


def _customer_reply(ticket: Ticket, body: str, by: User | None, at: datetime) -> Message:
    was = ticket.state
    if was == TicketState.SOLVED:
        take_up_again(ticket=ticket, by=by, at=at)
    message = changes.add_message(ticket=ticket, body=body, by=by, kind=MessageKind.REPLY, at=at)
    if was == TicketState.WAITING:
        changes.move(ticket=ticket, to=TicketState.OPEN)
    if was != TicketState.SOLVED:
        clocks.hear(ticket=ticket, at=at)
    ticket.snoozed_until = None  # who wrote is heard now
    changes.write(ticket=ticket, fields=["state", "solved_at"], at=at)
    if was == TicketState.SOLVED:
        changes.tell(event=TICKET_REOPENED, ticket=ticket, by=by, at=at, details={"message": message.pk})
    details = {"message": message.pk, "state": ticket.state, "was": was}
    changes.tell(event=TICKET_CUSTOMER_REPLIED, ticket=ticket, by=by, at=at, details=details)
    return message


@transaction.atomic(savepoint=False)
def take_up_again(*, ticket: Ticket, by: User | None, at: datetime) -> None:
    """Makes a locked solved ticket open again, with a new promise; too late a wish of a customer is refused."""
    if ticket.is_solved and not ticket.hears_us_from(by) and not ticket.may_be_reopened(at):
        raise Refused(
            _("This ticket was solved too long ago. Please open a new one and mention its number."),
            code="too_late_to_reopen",
        )
    changes.move(ticket=ticket, to=TicketState.OPEN)
    ticket.solved_at = None
    clocks.begin_again(ticket=ticket, at=at)
