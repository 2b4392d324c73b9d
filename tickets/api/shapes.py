"""What is told of tickets and messages, and the gates that every endpoint goes through."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router
from pydantic import Field

from portal.accounts.api import Named, Told, etag_of, told
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib.refusals import Refused
from tickets.models import Message, Ticket
from tickets.querysets import reads_as_staff
from tickets.states import Channel, Level, MessageKind, Priority, TicketState

router = Router(tags=["Tickets"])


class ForStaff(Told):
    """What colleagues alone see."""

    assignee: Named | None
    level: Level
    snoozed_until: datetime | None


class TicketTold(Told):
    id: str
    number: int = Field(description="What people quote: #1042.")
    subject: str
    state: TicketState
    priority: Priority
    channel: Channel
    category: str | None = Field(description="The slug of what it is about.")
    organization: Named | None
    requester: Named
    filed_at: datetime
    last_activity_at: datetime
    due_at: datetime | None = Field(description="When the next thing that we promised is due.")
    solved_at: datetime | None
    closed_at: datetime | None
    version: int = Field(description="Goes up with each change; also the ETag.")
    url: str
    staff: ForStaff | None = Field(description="For staff; null for everybody else.")


class MessageTold(Told):
    id: int
    kind: MessageKind
    is_from_staff: bool
    author: Named | None = Field(description="Null: the portal itself, or somebody since erased.")
    body: str
    html: str = Field(description="The same as safe HTML.")
    created_at: datetime
    ticket_version: int = Field(description="The version of the ticket that this message made.")


def tell_ticket(one: Ticket, reader: User) -> TicketTold:
    return TicketTold(
        id=one.public_id,
        number=one.number,
        subject=one.subject,
        state=TicketState(one.state),
        priority=Priority(one.priority),
        channel=Channel(one.channel),
        category=one.category.slug if one.category else None,
        organization=Named(id=one.organization.public_id, name=one.organization.name) if one.organization else None,
        requester=_named(one.requester),
        filed_at=one.filed_at,
        last_activity_at=one.last_activity_at,
        due_at=one.due_at,
        solved_at=one.solved_at,
        closed_at=one.closed_at,
        version=one.version,
        url=settings.SITE_URL + one.get_absolute_url(),
        staff=_for_staff(one) if reads_as_staff(reader) else None,
    )


def tell_message(one: Message) -> MessageTold:
    return MessageTold(
        id=one.pk,
        kind=MessageKind(one.kind),
        is_from_staff=one.is_from_staff,
        author=_named(one.author) if one.author else None,
        body=one.body,
        html=one.html,
        created_at=one.created_at,
        ticket_version=one.ticket_version,
    )


def answer(request: HttpRequest, pk: int, *, status: int = 200) -> HttpResponse:
    """The ticket as it stands now, with its ETag."""
    found = Ticket.objects.with_people().get(pk=pk)
    return told(tell_ticket(found, actor(request)), status=status, etag=etag_of(found.version))


def visible(request: HttpRequest, public_id: str) -> Ticket:
    """The gate of every endpoint about one ticket."""
    return get_object_or_404(Ticket.objects.visible_to(request.user).with_people(), public_id=public_id)


def locked(request: HttpRequest, public_id: str) -> Ticket:
    """The gate of everything that moves a ticket; inside a transaction, locked until it ends."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).for_change(), public_id=public_id)
    if not Ticket.objects.changeable_by(request.user).filter(pk=ticket.pk).exists():
        raise PermissionDenied
    return ticket


def check_works_on_tickets(user: User) -> None:
    if not (user.is_staff and user.has_perm("tickets.change_ticket")):
        raise Refused("Only the support team can do this.", code="staff_only")


def _named(user: User) -> Named:
    return Named(id=user.public_id, name=str(user))


def _for_staff(one: Ticket) -> ForStaff:
    assignee = _named(one.assignee) if one.assignee else None
    return ForStaff(assignee=assignee, level=Level(one.level), snoozed_until=one.snoozed_until)
