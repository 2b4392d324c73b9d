"""What is told of tickets and messages, and the gates that every endpoint goes through."""

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router
from pydantic import Field

from portal.accounts.api import Named, Text, Told, etag_of, told
from portal.accounts.context import actor
from portal.accounts.models import User
from portal.lib.refusals import Refused
from tickets.models import Attachment, Ticket
from tickets.querysets import reads_as_staff
from tickets.states import Channel, FileState, Level, MessageKind, Priority, TicketState

router = Router(tags=["Tickets"])
MOST_NAMED = 50  # the most that the rules of the desk can allow
FILES: list[str] = Field([], max_length=MOST_NAMED, description="The ids of files that you have uploaded for it.")
FileId = Annotated[Text, Field(max_length=22)]


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


class FileTold(Told):
    id: str
    name: str
    size: int = Field(description="In bytes.")
    content_type: str = Field(description="What its content says it is.")
    state: FileState = Field(description="Handed out when it is `ready`.")
    message: int | None = Field(description="The message that has it; null: it is not sent yet.")
    url: str = Field(description="Its address for people who are logged in.")


class MessageTold(Told):
    id: int
    kind: MessageKind
    is_from_staff: bool
    author: Named | None = Field(description="Null: the portal itself, or somebody since erased.")
    body: str
    html: str = Field(description="The same as safe HTML.")
    created_at: datetime
    files: list[FileTold]
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


def tell_file(one: Attachment) -> FileTold:
    return _told_file(
        one.message_id,
        public_id=one.public_id,
        name=one.name,
        size=one.size,
        content_type=one.content_type,
        state=one.state,
    )


def _told_file(message: int | None, **columns: Any) -> FileTold:
    public_id = columns["public_id"]
    return FileTold(
        id=public_id,
        name=columns["name"],
        size=columns["size"],
        content_type=columns["content_type"],
        state=FileState(columns["state"]),
        message=message,
        url=settings.SITE_URL + reverse("tickets:file", args=[public_id]),
    )


def tell_message(one: Any) -> MessageTold:
    """Of a message that came with its files (`told`)."""
    return MessageTold(
        id=one.pk,
        kind=MessageKind(one.kind),
        is_from_staff=one.is_from_staff,
        author=_named(one.author) if one.author else None,
        body=one.body,
        html=one.html,
        created_at=one.created_at,
        files=[_told_file(one.pk, **columns) for columns in one.files],
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
