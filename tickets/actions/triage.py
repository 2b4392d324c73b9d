from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, clocks
from tickets.events import TICKET_ASSIGNED, TICKET_PRIORITY_CHANGED
from tickets.models import Ticket
from tickets.states import MessageKind, Priority, TicketState


@transaction.atomic
def assign(*, ticket: Ticket, to: User | None, by: User | None, now: datetime | None = None) -> Ticket:
    """Gives the ticket to a member of staff (None: to nobody). Whoever has it already keeps it."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    return _give(locked, to, by, at)


@transaction.atomic
def take(*, ticket: Ticket, by: User, now: datetime | None = None) -> Ticket:
    """The agent takes the ticket, unless a colleague was quicker."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.assignee_id not in (None, by.pk):
        raise Refused(_("A colleague has already taken this ticket."), code="taken")
    return _give(locked, by, by, at)


@transaction.atomic
def change_priority(
    *, ticket: Ticket, priority: str, by: User | None, reason: str = "", now: datetime | None = None
) -> Ticket:
    """Another priority; open promises follow and keep what was used. The reason is kept as a notice for staff."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.state == TicketState.CLOSED:
        raise Refused(_("This ticket is closed."), code="ticket_closed")
    old, new = locked.priority, Priority(priority)
    if old == new:
        return locked
    locked.priority = new
    clocks.retarget(ticket=locked, at=at)
    if reason.strip():
        body = _("Priority changed to %(new)s: %(reason)s") % {"new": new.label, "reason": reason.strip()}
        changes.add_message(ticket=locked, body=body, by=by, kind=MessageKind.SYSTEM, at=at)
    changes.write(ticket=locked, fields=["priority"], at=at)
    details = {"old": str(old), "new": str(new)}
    changes.tell(event=TICKET_PRIORITY_CHANGED, ticket=locked, by=by, at=at, details=details)
    return locked


def _give(ticket: Ticket, to: User | None, by: User | None, at: datetime) -> Ticket:
    if ticket.assignee_id == (to.pk if to else None):
        return ticket
    if ticket.state == TicketState.CLOSED:
        raise Refused(_("This ticket is closed."), code="ticket_closed")
    if to is not None and not (to.is_active and to.has_perm("tickets.change_ticket")):
        raise Refused(_("This person does not work on tickets."), code="not_an_agent")
    ticket.assignee = to
    if to is not None and ticket.state == TicketState.NEW:
        changes.move(ticket=ticket, to=TicketState.OPEN)
    changes.write(ticket=ticket, fields=["assignee", "state"], at=at)
    details = {"assignee_id": to.pk if to else None, "state": ticket.state}
    changes.tell(event=TICKET_ASSIGNED, ticket=ticket, by=by, at=at, details=details)
    return ticket
