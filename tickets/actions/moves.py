from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, clocks, leaving
from tickets.actions.conversation import take_up_again
from tickets.events import TICKET_CLOSED, TICKET_PUT_ON_WAIT, TICKET_REOPENED, TICKET_SOLVED
from tickets.models import Ticket
from tickets.states import TicketState


@transaction.atomic
def solve(*, ticket: Ticket, by: User | None, now: datetime | None = None) -> Ticket:
    """Marks it as solved: every clock ends. It can be taken up again for a while; solved already does nothing."""
    leaving.leave_at_once(ticket=ticket)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.is_solved:
        return locked
    changes.move(ticket=locked, to=TicketState.SOLVED)
    locked.solved_at = at
    clocks.solve(ticket=locked, at=at)
    changes.write(ticket=locked, fields=["state", "solved_at"], at=at)
    changes.tell(event=TICKET_SOLVED, ticket=locked, by=by, at=at, details={})
    return locked


@transaction.atomic
def close(*, ticket: Ticket, by: User | None, now: datetime | None = None) -> Ticket:
    """Closes it for good; closed already does nothing."""
    leaving.leave_at_once(ticket=ticket)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.state == TicketState.CLOSED:
        return locked
    changes.move(ticket=locked, to=TicketState.CLOSED)
    locked.closed_at = at
    clocks.drop(ticket=locked, at=at)
    changes.write(ticket=locked, fields=["state", "closed_at"], at=at)
    changes.tell(event=TICKET_CLOSED, ticket=locked, by=by, at=at, details={})
    return locked


@transaction.atomic
def reopen(*, ticket: Ticket, by: User | None, now: datetime | None = None) -> Ticket:
    """Takes a solved ticket up again with a new promise; a customer can for some days. An active one stays as is."""
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.is_active:
        return locked
    take_up_again(ticket=locked, by=by, at=at)
    changes.write(ticket=locked, fields=["state", "solved_at"], at=at)
    changes.tell(event=TICKET_REOPENED, ticket=locked, by=by, at=at, details={})
    return locked


@transaction.atomic
def wait_for_customer(*, ticket: Ticket, by: User | None, now: datetime | None = None) -> Ticket:
    """The next step is the customer's although nobody wrote here (a call, say): the clocks stand."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.state == TicketState.WAITING:
        return locked
    if locked.is_solved:
        raise Refused(_("Reopen the ticket first."), code="illegal_move")
    changes.move(ticket=locked, to=TicketState.WAITING)
    clocks.stop(ticket=locked, at=at)
    changes.write(ticket=locked, fields=["state"], at=at)
    changes.tell(event=TICKET_PUT_ON_WAIT, ticket=locked, by=by, at=at, details={})
    return locked
