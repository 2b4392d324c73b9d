from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes
from tickets.events import TICKET_TEAM_CHANGED
from tickets.models import Ticket
from tickets.states import Level, TicketState


@transaction.atomic
def hand_to_team(*, ticket: Ticket, level: str, by: User | None, now: datetime | None = None) -> Ticket:
    """Gives the ticket to another team, up or down. Who has it keeps it until the desk hands it on."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.level == level:
        return locked
    if locked.state == TicketState.CLOSED:
        raise Refused(_("This ticket is closed."), code="ticket_closed")
    locked.level = Level(level)
    locked.save(update_fields=["version", "level"])
    changes.tell(event=TICKET_TEAM_CHANGED, ticket=locked, by=by, at=at, details={"level": str(level)})
    return locked
