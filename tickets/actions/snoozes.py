from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment, moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes
from tickets.events import TICKET_SNOOZED, TICKET_WOKE
from tickets.models import Ticket

LONGEST = timedelta(days=90)


@transaction.atomic
def snooze(*, ticket: Ticket, until: datetime, by: User | None, now: datetime | None = None) -> Ticket:
    """Puts a ticket aside: it keeps its state and its promises, and is not in the queue until then.

    It comes back earlier when the customer writes. Whoever asks is told when a promise falls due before
    (`is_promised_before`); that is no refusal.
    """
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if not locked.is_active:
        raise Refused(_("Only a ticket that is being worked on can be snoozed."), code="not_active")
    if not at < until <= at + LONGEST:
        raise Refused(_("Choose a moment within the next 90 days."), code="when")
    locked.snoozed_until = until
    locked.save(update_fields=["version", "snoozed_until"])
    details = {"until": until.isoformat(), "is_past_due": is_promised_before(ticket=locked, until=until)}
    changes.tell(event=TICKET_SNOOZED, ticket=locked, by=by, at=at, details=details)
    return locked


@transaction.atomic
def wake(*, ticket: Ticket, by: User | None, now: datetime | None = None) -> Ticket:
    """Brings a ticket back into the queue; one that is there stays."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    _wake(locked, by, moment_after(locked.last_activity_at, now))
    return locked


@transaction.atomic
def wake_next(*, now: datetime | None = None) -> bool:
    """Brings one ticket back whose moment has come and that no other worker holds. False when there is none."""
    at = moment(now)
    ticket = Ticket.objects.snoozed_out(at).for_change().select_for_update(skip_locked=True, of=("self",)).first()
    if ticket is None:
        return False
    ticket.version += 1
    _wake(ticket, None, at)
    return True


def is_promised_before(*, ticket: Ticket, until: datetime) -> bool:
    """Whether something that is promised falls due before that moment."""
    return ticket.due_at is not None and ticket.due_at < until


def _wake(ticket: Ticket, by: User | None, at: datetime) -> None:
    if ticket.snoozed_until is None:
        return
    ticket.snoozed_until = None
    ticket.save(update_fields=["version", "snoozed_until"])
    changes.tell(event=TICKET_WOKE, ticket=ticket, by=by, at=at, details={})
