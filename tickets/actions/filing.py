import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import Membership, Organization, User
from portal.lib.clock import moment
from portal.lib.rate_limits import taken_this_hour
from portal.lib.refusals import Refused
from tickets.actions import changes, clocks, fields
from tickets.actions.attachments import attach
from tickets.events import TICKET_FILED
from tickets.models import Category, Desk, Ticket, TicketField
from tickets.states import Channel, MessageKind, Priority


def refuse_many_filings(*, by: User, now: datetime | None = None) -> None:
    """Counts that a customer is about to file, and refuses one that files very often (`rate_limit`): a soft limit,
    counted in the cache. Staff file as often as they must."""
    if by.is_staff:
        return
    if taken_this_hour(f"tickets-filed:{by.pk}", now=moment(now)) > Desk.objects.present().filings_an_hour:
        said = _("That were many tickets within an hour. Please add to one of them, or try again later.")
        raise Refused(said, code="rate_limit")


@dataclass(frozen=True)
class Filing:
    """What a person hands in. `key` names one rendering of a form: the same key with the same words files once.

    `requester` is set when somebody files for another person. `shown_articles` and `search` tell what the help center
    offered meanwhile (ids, the search by its public one); `question` is the public id of what was asked there before.
    `files` are the public ids of what who files has uploaded; `follows` is a ticket that is over and goes on in this
    one, which its requester must see. `answers` are those to fields of one's own.
    """

    subject: str
    body: str
    organization: Organization | None = None
    requester: User | None = None
    category: Category | None = None
    priority: str = Priority.NORMAL
    channel: str = Channel.WEB
    key: str = ""
    shown_articles: list[int] = field(default_factory=list)
    search: str = ""
    question: str = ""
    files: list[str] = field(default_factory=list)
    follows: Ticket | None = None
    answers: Mapping[TicketField, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str | None:
        """What makes two filings the same one; None when the caller named no key."""
        if not self.key:
            return None
        return hashlib.sha256("\n".join([self.key, self.subject, self.body]).encode()).hexdigest()


@transaction.atomic
def file_ticket(*, filing: Filing, by: User, now: datetime | None = None) -> Ticket:
    """Files a ticket with its first message and promises a first response. Handed in twice, it answers the first."""
    at = moment(now)
    requester = filing.requester or by
    organization = present(organization=filing.organization)
    _check_organization(organization, requester)
    columns: dict[str, Any] = {
        "organization": organization,
        "subject": " ".join(filing.subject.split())[:200],
        "category": filing.category,
        "priority": filing.priority,
        "channel": filing.channel,
        "filed_at": at,
        "last_activity_at": at,
        "follows": _seen(filing.follows, requester),
    }
    if filing.digest is None:
        ticket, is_new = Ticket.objects.create(requester=requester, **columns), True
    else:
        ticket, is_new = Ticket.objects.get_or_create(requester=requester, filing_key=filing.digest, defaults=columns)
    if is_new:
        _open(ticket, filing, by, at)
    return ticket


def _open(ticket: Ticket, filing: Filing, by: User, at: datetime) -> None:
    message = changes.add_message(
        ticket=ticket, body=filing.body, by=filing.requester or by, kind=MessageKind.REPLY, at=at
    )
    attach(message=message, files=filing.files, by=by)
    if filing.answers:
        fields.store(ticket=ticket, values=filing.answers)
    details = {
        "number": ticket.number,
        "message": message.pk,
        "priority": ticket.priority,
        "level": ticket.level,
        "channel": ticket.channel,
        "tier": ticket.organization.entitlement.tier if ticket.organization else "",
        "category": filing.category.slug if filing.category else "",
        "articles": filing.shown_articles[:20],
        "search": filing.search,
        "question": filing.question,
    }
    changes.tell(event=TICKET_FILED, ticket=ticket, by=by, at=at, details=details)
    if clocks.begin(ticket=ticket, at=at):
        ticket.save(update_fields=["due_at"])


@transaction.atomic(savepoint=False)
def present(*, organization: Organization | None) -> Organization | None:
    """The organization as it stands, held until the ticket is there: a change of its tier comes before or after."""
    if organization is None:
        return None
    found = Organization.objects.select_for_update(of=("self",), no_key=True).select_related("tier")
    return found.get(pk=organization.pk)


def _seen(follows: Ticket | None, requester: User) -> Ticket | None:
    if follows is not None and not Ticket.objects.visible_to(requester).filter(pk=follows.pk).exists():
        raise Refused(_("There is no such ticket to go on with."), code="nothing_to_follow")
    return follows


def _check_organization(organization: Organization | None, requester: User) -> None:
    if organization is None:
        return
    if not Membership.objects.filter(user=requester, organization=organization).exists():
        raise Refused(_("You are not a member of this organization."), code="other_organization")
