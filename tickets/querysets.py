from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, F, Q

from portal.accounts.models import Membership
from portal.accounts.states import MemberRole
from portal.lib.promises import Target, binding_target
from tickets.states import (
    ACTIVE,
    COMPETING_CHANNELS,
    MESSAGES_FOR_CUSTOMERS,
    OUR_TURN,
    Dimension,
    MessageKind,
    Metric,
    TicketState,
)

SOON = timedelta(hours=1)


class TicketQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "TicketQuerySet":
        """The one gate. Staff with the permission see all; members their own; owners all of their organization.

        Who left an organization no longer sees what they filed for it.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("tickets.view_ticket"):
            return self
        roles = dict(Membership.objects.filter(user_id=user.pk).values_list("organization_id", "role"))
        owned = [organization for organization, role in roles.items() if role == MemberRole.OWNER]
        own = Q(requester_id=user.pk) & (Q(organization=None) | Q(organization__in=list(roles)))
        return self.filter(own | Q(organization__in=owned))

    def with_people(self) -> "TicketQuerySet":
        """Everything that a line or a page about a ticket names, in one query."""
        return self.select_related("organization__tier", "requester", "assignee", "category")

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

    def requested_by(self, user: Any) -> "TicketQuerySet":
        return self.filter(requester_id=user.pk)

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
        if user.is_staff and user.has_perm("tickets.view_ticket"):
            return self
        return self.filter(kind__in=MESSAGES_FOR_CUSTOMERS)

    def visible_to(self, user: Any) -> "MessageQuerySet":
        """Messages of visible tickets, without what is meant for staff alone."""
        tickets = apps.get_model("tickets", "Ticket").objects.visible_to(user)
        return self.shown_to(user).filter(ticket__in=tickets)

    def in_order(self) -> "MessageQuerySet":
        return self.order_by("created_at", "pk")

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

    def to_look_at(self, now: datetime) -> "TimerQuerySet":
        """Running clocks that have reached their warning or their end."""
        return self.filter(next_at__lte=now).order_by("next_at", "pk")
