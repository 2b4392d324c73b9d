from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, clocks, leaving
from tickets.actions.circle import take_along
from tickets.actions.hearing import hear
from tickets.events import TICKET_CLOSED, TICKET_MERGED, TICKET_MERGED_IN
from tickets.models import Ticket
from tickets.states import OUR_TURN, RESPONSES, TicketState


@transaction.atomic
def merge_tickets(
    *, source: Ticket, into: Ticket, by: User | None, keeps_internal: bool = False, now: datetime | None = None
) -> Ticket:
    """Moves the talk of one ticket to another and closes it; answers the survivor. What was owed about it is dropped.

    Tickets of different customers are refused, unless what moves is kept for staff alone (`keeps_internal`): then its
    people go on reading it where they wrote it, and the survivor's never do. Merged there already does nothing.
    """
    changes.check_staff(by=by)
    end = Ticket.objects.survivor_of(into)
    if end is None or end.pk == source.pk:
        raise Refused(_("A ticket cannot be merged into itself."), code="itself")
    first, second = sorted([source, end], key=lambda one: one.pk)
    for one in (first, second):
        changes.lock(ticket=one)
    leaving.leave_at_once(ticket=source)
    locked = {one.pk: changes.lock(ticket=one) for one in (first, second)}
    source, into = locked[source.pk], locked[end.pk]
    if source.merged_into_id == into.pk:
        return into
    _check(source, into, keeps_internal)
    at = moment_after(max(source.last_activity_at, into.last_activity_at), now)
    is_unanswered = source.state in OUR_TURN and source.timers.owed().filter(metric__in=RESPONSES).exists()
    _move_messages(source, into, keeps_internal)
    take_along(source=source, into=into, is_for_staff=keeps_internal, by=by, now=at)
    _close(source, into, by, at, keeps_internal)
    if is_unanswered:
        hear(ticket=into, at=at)
    changes.write(ticket=into, fields=["state"], at=at)
    changes.tell(event=TICKET_MERGED_IN, ticket=into, by=by, at=at, details={"source": source.number})
    return into


def _check(source: Ticket, into: Ticket, keeps_internal: bool) -> None:
    if source.state == TicketState.CLOSED:
        raise Refused(_("#%(number)s is closed or merged already.") % {"number": source.number}, code="ticket_closed")
    if not into.is_active:
        sentence = _("#%(number)s is solved or closed: merge into a ticket that is being worked on.")
        raise Refused(sentence % {"number": into.number}, code="not_active")
    if not keeps_internal and not source.has_the_customer_of(into):
        sentence = _("The tickets belong to different customers. Merge them only with the messages kept internal.")
        raise Refused(sentence, code="other_customer")


def _move_messages(source: Ticket, into: Ticket, keeps_internal: bool) -> None:
    """By reference: each keeps its words, author and moment, and knows where it was written."""
    kept = {"is_internal": True} if keeps_internal else {}
    origin = Coalesce(F("merged_from"), source.pk)
    source.messages.update(ticket=into, merged_from=origin, ticket_version=into.version, **kept)


def _close(source: Ticket, into: Ticket, by: User | None, at: datetime, keeps_internal: bool) -> None:
    changes.move(ticket=source, to=TicketState.CLOSED)
    source.closed_at, source.merged_into = at, into
    clocks.forget(ticket=source, at=at)
    changes.write(ticket=source, fields=["state", "closed_at", "merged_into"], at=at)
    details = {"into": into.number, "keeps_internal": keeps_internal}
    changes.tell(event=TICKET_MERGED, ticket=source, by=by, at=at, details=details)
    changes.tell(event=TICKET_CLOSED, ticket=source, by=by, at=at, details={})
