from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, clocks
from tickets.actions.filing import present
from tickets.events import TICKET_FILED, TICKET_SPLIT, TICKET_SPLIT_OFF
from tickets.models import Message, Ticket
from tickets.querysets import split_digest
from tickets.states import MESSAGES_FOR_CUSTOMERS, MessageKind, TicketState


@dataclass(frozen=True)
class Split:
    """What becomes a ticket of its own: these messages (by id), or the first of them and all that follow it.

    `key` names one rendering of the form: the same key splits once.
    """

    messages: Iterable[int]
    takes_rest: bool = False
    subject: str = ""
    key: str = ""


@transaction.atomic
def split_ticket(*, ticket: Ticket, split: Split, by: User | None, now: datetime | None = None) -> Ticket:
    """Moves messages into a new ticket of the same requester; both timelines tell of it. Twice with one key is once.

    The clocks of the new ticket begin at the split, however old its messages are; those of the old one run on. It keeps
    organization, category, priority, channel, team, tags and assignee.
    """
    changes.check_staff(by=by)
    source = changes.lock(ticket=ticket)
    made = Ticket.objects.split_from(source, split.key)
    if made is not None:
        return made
    at = moment_after(source.last_activity_at, now)
    chosen = _chosen(source, split)
    new = _filed(source, split, at)
    new.tags.set(source.tags.all())
    Message.objects.filter(pk__in=[one.pk for one in chosen]).update(ticket=new, ticket_version=new.version)
    _tell_filing(source, new, chosen, by, at)
    if clocks.begin(ticket=new, at=at):
        new.save(update_fields=["due_at"])
    told = {"source": source.number, "into": new.number, "count": len(chosen)}
    changes.tell(event=TICKET_SPLIT_OFF, ticket=new, by=by, at=at, details=told)
    changes.write(ticket=source, at=at)
    changes.tell(event=TICKET_SPLIT, ticket=source, by=by, at=at, details=told)
    return new


def _chosen(source: Ticket, split: Split) -> list[Message]:
    """The messages that go, oldest first; refuses what would leave one of the two without a word of the customer's."""
    if source.state == TicketState.CLOSED:
        raise Refused(_("This ticket is closed."), code="ticket_closed")
    talk = list(source.messages.exclude(kind=MessageKind.SYSTEM).in_order())
    named = set(split.messages)
    first = next((place for place, one in enumerate(talk) if one.pk in named), None)
    if first is None:
        raise Refused(_("Choose messages of this ticket."), code="no_messages")
    chosen = talk[first:] if split.takes_rest else [one for one in talk if one.pk in named]
    if any(one.is_internal for one in chosen):
        raise Refused(_("A message of another customer cannot become a ticket of this one."), code="other_customer")
    for kept in (chosen, [one for one in talk if one not in chosen]):
        if not any(one.kind in MESSAGES_FOR_CUSTOMERS and not one.is_internal for one in kept):
            raise Refused(_("Each of the two tickets needs a message that the customer reads."), code="empty")
    return chosen


def _filed(source: Ticket, split: Split, at: datetime) -> Ticket:
    return Ticket.objects.create(
        requester_id=source.requester_id,
        organization=present(organization=source.organization),
        subject=" ".join(split.subject.split())[:200] or source.subject,
        category_id=source.category_id,
        priority=source.priority,
        channel=source.channel,
        level=source.level,
        assignee_id=source.assignee_id,
        state=TicketState.OPEN if source.assignee_id else TicketState.NEW,
        filed_at=at,
        last_activity_at=at,
        filing_key=split_digest(source.pk, split.key) if split.key else None,
    )


def _tell_filing(source: Ticket, new: Ticket, chosen: list[Message], by: User | None, at: datetime) -> None:
    """The new ticket is filed for all who count, answer and acknowledge tickets."""
    shown = next(one for one in chosen if one.kind in MESSAGES_FOR_CUSTOMERS)
    filed = {
        "number": new.number,
        "message": shown.pk,
        "priority": new.priority,
        "level": new.level,
        "channel": new.channel,
        "tier": new.organization.entitlement.tier if new.organization else "",
        "category": new.category.slug if new.category else "",
        "articles": [],
        "search": "",
        "question": "",
        "split_from": source.number,
    }
    changes.tell(event=TICKET_FILED, ticket=new, by=by, at=at, details=filed)
