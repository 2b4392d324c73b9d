"""Which tickets tell of which incident."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from incidents.events import INCIDENT_TICKET_LINKED, INCIDENT_TICKET_UNLINKED, TICKET_LINKED, TICKET_UNLINKED
from incidents.models import Incident, TicketLink
from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from tickets.models import Ticket


@transaction.atomic
def link_ticket(*, incident: Incident, ticket: Ticket, by: User | None, now: datetime | None = None) -> TicketLink:
    """Says that the ticket tells of the incident; both timelines tell of it. Linked already does nothing."""
    _check_staff(by)
    at = moment(now)
    link, is_new = TicketLink.objects.get_or_create(
        incident=incident, ticket=ticket, defaults={"linked_by": by, "linked_at": at}
    )
    if is_new:
        record(INCIDENT_TICKET_LINKED, about=incident, by=by, details={"number": ticket.number}, now=at)
        details = {"incident_id": incident.pk}
        record(TICKET_LINKED, about=ticket, by=by, organization=ticket.organization, details=details, now=at)
    return link


@transaction.atomic
def unlink_ticket(*, incident: Incident, ticket: Ticket, by: User | None, now: datetime | None = None) -> None:
    """Takes the link away. Not linked does nothing."""
    _check_staff(by)
    found = TicketLink.objects.select_for_update().filter(incident=incident, ticket=ticket).first()
    if found is None:
        return
    found.delete()
    record(INCIDENT_TICKET_UNLINKED, about=incident, by=by, details={"number": ticket.number}, now=now)
    details = {"incident_id": incident.pk}
    record(TICKET_UNLINKED, about=ticket, by=by, organization=ticket.organization, details=details, now=now)


def _check_staff(by: User | None) -> None:
    if by is not None and not by.is_staff:
        raise Refused(_("Only the support team can do this."), code="staff_only")
