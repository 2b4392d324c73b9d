from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.accounts.states import MemberRole
from portal.events.listeners import all_types, declared
from portal.events.models import Event
from portal.lib.promises import Target, binding_target
from tickets.states import (
    ACTIVE,
    COMPETING_CHANNELS,
    MESSAGES_FOR_CUSTOMERS,
    OUR_TURN,
    SOON,
    Dimension,
    MessageKind,
    Metric,
    TicketState,
)

LINE = (
    *("pk", "number", "public_id", "subject", "state", "priority", "last_activity_at", "due_at", "requester_id"),
    *("requester__name", "requester__email", "organization__name"),
)
MOST_LINES = 300  # of a timeline; what came later is in the event log


@dataclass(frozen=True)
class Line:
    """One line of a timeline: when, and what happened as a sentence."""

    at: datetime
    sentence: str


def timeline(ticket: models.Model, *, reader: Any) -> list[Line]:
    """What happened to a ticket, oldest first; customers read what is public. Two queries."""
    found = Event.objects.about(ticket).oldest_first()
    if not reads_as_staff(reader):
        found = found.named(*(name for name, kind in all_types().items() if kind.is_public))
    events = list(found[:MOST_LINES])
    people = {event.by_id for event in events} | {event.details.get("assignee_id") for event in events}
    names = {user.pk: str(user) for user in User.objects.filter(pk__in=people - {None}).only("name", "email")}
    lines = []
    for event in events:
        told = {**event.details, "assignee": names.get(event.details.get("assignee_id", 0), _("nobody"))}
        lines.append(Line(event.happened_at, declared(event.name).sentence(names.get(event.by_id or 0, ""), told)))
    return lines


def reads_as_staff(user: Any) -> bool:
    """Whether that person sees all tickets with what is meant for staff."""
    return bool(user.is_staff and user.has_perm("tickets.view_ticket"))


class TicketQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "TicketQuerySet":
        """The one gate. Staff with the permission see all; members their own; owners all of their organization.

        Who left an organization no longer sees what they filed for it.
        """
        if not user.is_authenticated:
            return self.none()
        if reads_as_staff(user):
            return self
        roles = user.member_roles
        owned = [organization for organization, role in roles.items() if role == MemberRole.OWNER]
        own = Q(requester_id=user.pk) & (Q(organization=None) | Q(organization__in=list(roles)))
        return self.filter(own | Q(organization__in=owned))

    def changeable_by(self, user: Any) -> "TicketQuerySet":
        """Visible tickets that this person may also move and answer: who only reads as staff moves none."""
        visible = self.visible_to(user)
        only_reads = reads_as_staff(user) and not user.has_perm("tickets.change_ticket")
        return visible.requested_by(user) if only_reads else visible

    def with_people(self) -> "TicketQuerySet":
        """Everything that a line or a page about a ticket names, in one query."""
        return self.select_related("organization__tier", "requester", "assignee", "category")

    def lines(self, *others: str) -> models.QuerySet[Any, Any]:
        """What a line of a list tells, as named tuples: the rows of five whole tables would take twice as long."""
        return self.values_list(*LINE, *others, named=True)

    def work_lines(self) -> models.QuerySet[Any, Any]:
        """The same for those who work on tickets."""
        return self.lines("assignee__name", "assignee__email", "category__name", "organization__tier__name")

    def for_change(self) -> "TicketQuerySet":
        """Locks the tickets themselves; what they refer to is only read."""
        return self.select_related("organization__tier").select_for_update(of=("self",))

    def our_turn(self) -> "TicketQuerySet":
        return self.filter(state__in=OUR_TURN)

    def active(self) -> "TicketQuerySet":
        return self.filter(state__in=ACTIVE)

    def waiting(self) -> "TicketQuerySet":
        return self.filter(state=TicketState.WAITING)

    def done(self) -> "TicketQuerySet":
        return self.filter(state__in=[TicketState.SOLVED, TicketState.CLOSED])

    def unassigned(self) -> "TicketQuerySet":
        return self.filter(assignee=None)

    def assigned_to(self, user: Any) -> "TicketQuerySet":
        return self.filter(assignee_id=user.pk)

    def for_agent(self, user: Any) -> "TicketQuerySet":
        """What that agent may work on next: our turn, theirs or nobody's."""
        return self.our_turn().filter(Q(assignee_id=user.pk) | Q(assignee=None))

    def requested_by(self, user: Any) -> "TicketQuerySet":
        return self.filter(requester_id=user.pk)

    def of_customer(self, ticket: Any) -> "TicketQuerySet":
        """Tickets of the same organization; without one, of the same requester."""
        if ticket.organization_id:
            return self.filter(organization_id=ticket.organization_id)
        return self.filter(requester_id=ticket.requester_id)

    def overdue(self, now: datetime) -> "TicketQuerySet":
        """A promise is past its moment and still owed."""
        return self.our_turn().filter(due_at__lte=now)

    def due_soon(self, now: datetime) -> "TicketQuerySet":
        """A promise falls due within the hour."""
        return self.our_turn().filter(due_at__gt=now, due_at__lte=now + SOON)

    def broken_promise(self) -> "TicketQuerySet":
        """A promise about it was missed, whether answered since or not."""
        missed = apps.get_model("tickets", "Timer").objects.filter(
            ticket=models.OuterRef("pk"), missed_at__isnull=False
        )
        return self.filter(models.Exists(missed))

    def work_order(self) -> "TicketQuerySet":
        """What is due first comes first; without a promise, what has waited longest."""
        return self.order_by(F("due_at").asc(nulls_last=True), "last_activity_at", "pk")

    def newest_first(self) -> "TicketQuerySet":
        return self.order_by("-last_activity_at", "-pk")

    def before(self, at: datetime, pk: int) -> "TicketQuerySet":
        """What follows that row in `newest_first`."""
        return self.filter(Q(last_activity_at__lt=at) | Q(last_activity_at=at, pk__lt=pk))

    def queue_figures(self, user: Any, now: datetime) -> dict[str, int]:
        """How the queue stands for that agent, in one query over what is our turn."""
        return self.our_turn().aggregate(
            mine=Count("pk", filter=Q(assignee_id=user.pk)),
            unassigned=Count("pk", filter=Q(assignee=None)),
            due_soon=Count("pk", filter=Q(due_at__gt=now, due_at__lte=now + SOON)),
            overdue=Count("pk", filter=Q(due_at__lte=now)),
        )


class MessageQuerySet(models.QuerySet):
    def shown_to(self, user: Any) -> "MessageQuerySet":
        """Of a ticket that the reader may see: notes and notices are for staff who work tickets."""
        if reads_as_staff(user):
            return self
        return self.filter(kind__in=MESSAGES_FOR_CUSTOMERS)

    def visible_to(self, user: Any) -> "MessageQuerySet":
        """Messages of visible tickets, without what is meant for staff alone."""
        tickets = apps.get_model("tickets", "Ticket").objects.visible_to(user)
        return self.shown_to(user).filter(ticket__in=tickets)

    def in_order(self) -> "MessageQuerySet":
        return self.order_by("created_at", "pk")

    def written_after(self, version: int, *, not_by: Any) -> "MessageQuerySet":
        """What others wrote after that version of the ticket, oldest first (not_by None: the house itself reads)."""
        found = self.filter(ticket_version__gt=version).select_related("author").in_order()
        return found.exclude(author=not_by) if not_by else found

    def replies(self) -> "MessageQuerySet":
        return self.filter(kind=MessageKind.REPLY)


class SlaPolicyQuerySet(models.QuerySet):
    def that_may_bind(self, *, tier: str, priority: str, channel: str) -> "SlaPolicyQuerySet":
        """The at most three lines that have a say about a ticket."""
        return self.filter(
            Q(dimension=Dimension.TIER, value=tier)
            | Q(dimension=Dimension.PRIORITY, value=priority)
            | Q(dimension=Dimension.CHANNEL, value=channel),
            is_active=True,
        )

    def binding_for(self, ticket: Any) -> Target | None:
        """The target of the first response to a ticket as it stands (it need not be saved)."""
        tier = ticket.organization.entitlement.tier if ticket.organization else ""
        return self.binding(tier=tier, priority=ticket.priority, channel=ticket.channel)

    def binding(self, *, tier: str, priority: str, channel: str) -> Target | None:
        """The target of a first response to such a ticket (tier: its slug, or empty). None: nothing is promised."""
        lines = self.that_may_bind(tier=tier, priority=priority, channel=channel)
        targets = {line.dimension: line.target(Metric.FIRST_RESPONSE) for line in lines}
        return binding_target(
            tier=targets.get(Dimension.TIER),
            channel=targets.get(Dimension.CHANNEL),
            priority=targets.get(Dimension.PRIORITY),
            channel_competes=channel in COMPETING_CHANNELS,
        )


class TimerQuerySet(models.QuerySet):
    def owed(self) -> "TimerQuerySet":
        return self.filter(met_at=None, dropped_at=None)

    def of_the_page(self) -> Any:
        """The promise that a page about the ticket shows: the one still owed that is due first, else the last."""
        found: list[Any] = list(self.order_by("cycle", "pk"))
        running = [timer for timer in found if timer.is_owed and timer.due_at]
        standing = [timer for timer in found if timer.is_owed and not timer.due_at]
        return min(running, key=lambda timer: timer.due_at, default=None) or next(iter([*standing, *found[::-1]]), None)

    def to_look_at(self, now: datetime) -> "TimerQuerySet":
        """Running clocks that have reached their warning or their end."""
        return self.filter(next_at__lte=now).order_by("next_at", "pk")


class BusinessCalendarQuerySet(models.QuerySet):
    def with_hours(self) -> "BusinessCalendarQuerySet":
        """With all that `value` needs."""
        return self.prefetch_related("hours", "shifts", "holidays")


class HolidayQuerySet(models.QuerySet):
    def whole_days(self) -> "HolidayQuerySet":
        return self.filter(begins=None)
