from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, clocks
from tickets.events import TICKET_CATEGORY_CHANGED
from tickets.models import Category, Ticket
from tickets.states import TicketState


@transaction.atomic
def change_category(*, ticket: Ticket, category: Category, by: User | None, now: datetime | None = None) -> Ticket:
    """Says what a ticket is about. Open promises follow, should one be about the category; the same does nothing."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.category_id == category.pk:
        return locked
    if locked.state == TicketState.CLOSED:
        raise Refused(_("This ticket is closed."), code="ticket_closed")
    old, locked.category = locked.category, category
    clocks.retarget(ticket=locked, at=at)
    locked.save(update_fields=["version", "category", "due_at"])
    details = {"old": old.slug if old else "–", "new": category.slug}
    changes.tell(event=TICKET_CATEGORY_CHANGED, ticket=locked, by=by, at=at, details=details)
    return locked
