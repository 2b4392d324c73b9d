"""Lists of tickets and single ones."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query
from pydantic import AwareDatetime, Field
from pydantic.json_schema import SkipJsonSchema

from portal.accounts.api import READS, Listing, Page, Paged, Sort, Text, endpoint, etag_of, told
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib.refusals import Refused
from tickets.api.shapes import TicketTold, router, tell_ticket, visible
from tickets.models import Ticket
from tickets.querysets import TicketQuerySet, reads_as_staff
from tickets.states import Priority, TicketState

_SORTS = {
    "-last_activity_at": Sort("last_activity_at", is_down=True),
    "last_activity_at": Sort("last_activity_at"),
    "-number": Sort("number", is_down=True),
    "number": Sort("number"),
}


class TicketsAsked(Listing):
    state: TicketState | SkipJsonSchema[None] = Field(None, description="Only those in this state.")
    priority: Priority | SkipJsonSchema[None] = Field(None, description="Only those of this priority.")
    organization: Text = Field("", max_length=22, description="Only those of the organization with this id.")
    requester: Literal["", "me"] = Field("", description="`me`: only those that you filed.")
    assignee: Literal["", "me", "nobody"] = Field("", description="Whose work they are. For staff.")
    updated_since: AwareDatetime | SkipJsonSchema[None] = Field(None, description="Only those with news since then.")
    sort: Literal["-last_activity_at", "last_activity_at", "-number", "number"] = "-last_activity_at"


@endpoint(router, "GET /tickets", Paged[TicketTold], READS)
def tickets(request: HttpRequest, asked: Query[TicketsAsked]) -> HttpResponse:
    """The tickets that you may see.

    Members of an organization see what they filed, its owners all of it.
    """
    user = actor(request)
    found = _narrowed(Ticket.objects.visible_to(user), asked, user).with_people()
    page = Page(asked, _SORTS[asked.sort]).of(found, lambda one: tell_ticket(one, user))
    return told(Paged[TicketTold](**page))


@endpoint(router, "GET /tickets/{ticket}", TicketTold, READS)
def ticket(request: HttpRequest, ticket: str) -> HttpResponse:
    """One ticket. Its ETag is what changes of it must name."""
    found = visible(request, ticket)
    return told(tell_ticket(found, actor(request)), etag=etag_of(found.version))


def _narrowed(found: TicketQuerySet, asked: TicketsAsked, user: User) -> TicketQuerySet:
    if asked.assignee and not reads_as_staff(user):
        raise Refused("Only the support team can ask for that.", code="staff_only")
    if asked.assignee:
        found = found.assigned_to(user) if asked.assignee == "me" else found.unassigned()
    if asked.requester:
        found = found.requested_by(user)
    columns = {
        "state": asked.state,
        "priority": asked.priority,
        "organization__public_id": asked.organization,
        "last_activity_at__gte": asked.updated_since,
    }
    return found.filter(**{column: value for column, value in columns.items() if value})
