import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, F, Q, Value, When

from portal.accounts.states import MemberRole
from portal.lib.given import is_public_id
from tickets.querysets.capped import capped
from tickets.states import ACTIVE, OUR_TURN, SOON, Dimension, Priority, TicketState

LINE = (
    *("pk", "number", "public_id", "subject", "state", "priority", "last_activity_at", "due_at", "requester_id"),
    *("requester__name", "requester__email", "organization__name"),
)
SHEET = {
    **{one: one for one in ("number", "subject", "state", "priority", "channel")},
    "category": "category__name",
    "team": "level",
    "organization": "organization__name",
    "tier": "organization__tier__name",
    "requester": "requester__name",
    "requester_email": "requester__email",
    "assignee": "assignee__email",
    "tags": "tag_names",
    **{one: one for one in ("filed_at", "last_activity_at", "solved_at", "closed_at", "due_at")},
}
MOST_FIGURED = 1000
_COLUMN_OF = {
    Dimension.TIER: "organization__tier__slug",
    Dimension.PRIORITY: "priority",
    Dimension.CHANNEL: "channel",
    Dimension.ORGANIZATION: "organization__public_id",
    Dimension.CATEGORY: "category__slug",
}


def split_digest(pk: int, key: str) -> str:
    """What makes two splits of a ticket the same one."""
    return hashlib.sha256(f"split\n{pk}\n{key}".encode()).hexdigest()


def reads_as_staff(user: Any) -> bool:
    """Whether that person sees all tickets with what is meant for staff."""
    return bool(user.is_staff and user.has_perm("tickets.view_ticket"))


def _ways_of(user: Any) -> list[Q]:
    """The ways in which a customer sees tickets; no ticket is seen in two of them."""
    roles = user.member_roles
    owned = [organization for organization, role in roles.items() if role == MemberRole.OWNER]
    others = [organization for organization in roles if organization not in owned]
    own = Q(requester_id=user.pk) & (Q(organization=None) | Q(organization__in=others))
    return [own, Q(organization__in=owned)] if owned else [own]


def first_lines_of(parts: Sequence["TicketQuerySet"], count: int) -> models.QuerySet[Any, Any]:
    """The first of the `lines` of all parts, which are in the same order.

    An owner sees tickets in two ways. Asked for both at once the planner walks through the tickets of everybody; for
    each way an index has them in their order.
    """
    first, *others = [part.lines()[:count] for part in parts]
    return first.union(*others, all=True).order_by(*parts[0].query.order_by)[:count] if others else first


class TicketQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> "TicketQuerySet":
        """The one gate. Staff with the permission see all; members their own; owners all of their organization.

        Who left an organization no longer sees what they filed for it.
        """
        if not user.is_authenticated:
            return self.none()
        return self if reads_as_staff(user) else self.filter(reduce(or_, _ways_of(user)))

    def in_parts(self, reader: Any) -> list["TicketQuerySet"]:
        """What is visible to somebody who has signed in, by the ways in which they see it."""
        return [self] if reads_as_staff(reader) else [self.filter(way) for way in _ways_of(reader)]

    def first_lines(self, count: int, *, reader: Any) -> models.QuerySet[Any, Any]:
        """The first of the `lines` of tickets that are in order and visible to the reader, who has signed in."""
        return first_lines_of(self.in_parts(reader), count)

    def changeable_by(self, user: Any) -> "TicketQuerySet":
        """Visible tickets that this person may also move and answer: who only reads as staff moves none."""
        visible = self.visible_to(user)
        only_reads = reads_as_staff(user) and not user.has_perm("tickets.change_ticket")
        return visible.requested_by(user) if only_reads else visible

    def with_people(self) -> "TicketQuerySet":
        """Everything that a line or a page about a ticket names, in one query."""
        return self.select_related("organization__tier", "requester", "assignee", "category")

    def for_page(self, public_id: str) -> "TicketQuerySet":
        """The one with that public id, with all that its page tells."""
        told = self.with_people().with_sequel().with_field_values().with_rating().with_desk()
        return told.filter(public_id=public_id)

    def with_desk(self) -> "TicketQuerySet":
        """With the desk's figures as `ticket.desk`, in the same query."""
        return self.annotate(desk_row=models.Subquery(apps.get_model("tickets", "Desk").objects.rows()))

    def lines(self, *others: str) -> models.QuerySet[Any, Any]:
        """What a line of a list tells, as named tuples: the rows of five whole tables would take twice as long."""
        return self.values_list(*LINE, *others, named=True)

    def work_lines(self) -> models.QuerySet[Any, Any]:
        """The same for those who work on tickets."""
        others = ("assignee__name", "assignee__email", "category__name", "organization__tier__name")
        tags = apps.get_model("tickets", "Tag").objects.filter(tickets=models.OuterRef("pk")).order_by("name")
        return self.annotate(tag_names=ArraySubquery(tags.values("name"))).lines(*others, "tag_names", "snoozed_until")

    def with_sequel(self) -> "TicketQuerySet":
        """Adds `has_sequel`: whether it went on in another ticket; then it is worth asking for that."""
        return self.annotate(
            has_sequel=models.Exists(self.model._default_manager.filter(follows=models.OuterRef("pk")))
        )

    def with_field_values(self) -> "TicketQuerySet":
        """Adds `has_field_values`: whether there are answers to the team's own questions; then it is worth asking for
        them."""
        values = apps.get_model("tickets", "FieldValue").objects.filter(ticket=models.OuterRef("pk"))
        return self.annotate(has_field_values=models.Exists(values))

    def with_rating(self) -> "TicketQuerySet":
        """Adds `rated_until`: until when its last resolution can be rated; None when it cannot."""
        surveys = apps.get_model("tickets", "Survey").objects.filter(withdrawn_at=None)
        last = surveys.filter(ticket=models.OuterRef("pk"), solved_at=models.OuterRef("solved_at"))
        return self.annotate(rated_until=models.Subquery(last.values("answers_until")))

    def with_held(self) -> "TicketQuerySet":
        """Adds `has_held`: whether answers wait to leave or could not; then it is worth asking for them."""
        held = apps.get_model("tickets", "HeldReply").objects.shown().filter(ticket=models.OuterRef("pk"))
        return self.annotate(has_held=models.Exists(held))

    def sheet_lines(self) -> models.QuerySet[Any, Any]:
        """What a line of a spreadsheet tells."""
        tags = apps.get_model("tickets", "Tag").objects.filter(tickets=models.OuterRef("pk")).order_by("name")
        return self.annotate(tag_names=ArraySubquery(tags.values("name"))).values_list(*SHEET.values())

    def for_change(self) -> "TicketQuerySet":
        """Locks the tickets themselves; what they refer to is only read."""
        return self.select_related("organization__tier").select_for_update(of=("self",))

    def our_turn(self) -> "TicketQuerySet":
        return self.filter(state__in=OUR_TURN)

    def listed(self, state: str, *, mine_of: Any = None) -> "TicketQuerySet":
        """Those of a tab of the customer's list (active, waiting, done, all), perhaps only that person's own."""
        found = {"active": self.active, "waiting": self.waiting, "done": self.done, "all": self.all}[state]()
        return found.requested_by(mine_of) if mine_of else found

    def active(self) -> "TicketQuerySet":
        return self.filter(state__in=ACTIVE)

    def waiting(self) -> "TicketQuerySet":
        return self.filter(state=TicketState.WAITING)

    def done(self) -> "TicketQuerySet":
        return self.filter(state__in=[TicketState.SOLVED, TicketState.CLOSED])

    def at_hand(self) -> "TicketQuerySet":
        """Our turn, and not put aside for later."""
        return self.our_turn().filter(snoozed_until=None)

    def snoozed(self) -> "TicketQuerySet":
        return self.filter(snoozed_until__isnull=False)

    def snoozed_out(self, now: datetime) -> "TicketQuerySet":
        """Put aside until a moment that has come."""
        return self.filter(snoozed_until__lte=now).order_by("snoozed_until", "pk")

    def to_follow(self, user: Any, public_id: str) -> Any:
        """What is done and over, and can be taken up by a new ticket of that reader; None when there is no such."""
        return self.visible_to(user).done().filter(public_id=public_id).first() if is_public_id(public_id) else None

    def unassigned(self) -> "TicketQuerySet":
        return self.filter(assignee=None)

    def assigned_to(self, user: Any) -> "TicketQuerySet":
        return self.filter(assignee_id=user.pk)

    def for_agent(self, user: Any) -> "TicketQuerySet":
        """What that agent may work on next: our turn, theirs or nobody's."""
        return self.at_hand().filter(Q(assignee_id=user.pk) | Q(assignee=None))

    def tagged(self, slug: str) -> "TicketQuerySet":
        return self.filter(tags__slug=slug)

    def survivor_of(self, ticket: Any) -> Any:
        """The ticket at the end of the chain of merges: itself if never merged; None if the chain has no end."""
        seen = set()
        while ticket.merged_into_id is not None:
            if ticket.pk in seen:
                return None
            seen.add(ticket.pk)
            ticket = self.get(pk=ticket.merged_into_id)
        return ticket

    def split_from(self, ticket: Any, key: str) -> Any:
        """What was split off that ticket by that rendering of the form; None when nothing was yet."""
        digest = split_digest(ticket.pk, key)
        return self.filter(requester_id=ticket.requester_id, filing_key=digest).first() if key else None

    def to_assign(self, left_by: Iterable[int] = ()) -> "TicketQuerySet":
        """What waits for an agent: nobody's, and what the users `left_by` (by id) have."""
        free = Q(assignee=None)
        return self.our_turn().filter(free | Q(assignee__in=left_by) if left_by else free)

    def most_pressing_first(self) -> "TicketQuerySet":
        """By priority, then what is due first, then what is oldest."""
        urgency = Case(*(When(priority=one, then=Value(rank)) for rank, one in enumerate(Priority)))
        return self.order_by(urgency, F("due_at").asc(nulls_last=True), "filed_at", "pk")

    def requested_by(self, user: Any) -> "TicketQuerySet":
        return self.filter(requester_id=user.pk)

    def of_customer(self, ticket: Any) -> "TicketQuerySet":
        """Tickets of the same organization; without one, of the same requester."""
        if ticket.organization_id:
            return self.filter(organization_id=ticket.organization_id)
        return self.filter(requester_id=ticket.requester_id)

    def concerned_by(self, lines: Iterable[tuple[str, str]]) -> "TicketQuerySet":
        """Tickets about which one of these lines of what is promised (dimension and value) says something."""
        fits = Q(pk__in=[])
        for dimension, value in lines:
            fits |= Q(**{_COLUMN_OF[Dimension(dimension)]: value})
        return self.filter(fits)

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

    def page_by(self, sort: str, *, after: tuple[datetime, int] | None) -> "TicketQuerySet":
        """In the order `activity`, `quiet` or `number`, from the row behind that one on: as quick on any page."""
        at, pk = after or (None, None)
        if sort == "number":
            return (self.filter(pk__lt=pk) if pk else self).order_by("-pk")
        if sort == "quiet":
            rest = self.filter(last_activity_at__gte=at).exclude(last_activity_at=at, pk__lte=pk) if at else self
            return rest.order_by("last_activity_at", "pk")
        rest = self.filter(last_activity_at__lte=at).exclude(last_activity_at=at, pk__gte=pk) if at else self
        return rest.newest_first()

    def naming(self, words: Iterable[str], *, reader: Any) -> "TicketQuerySet":
        """Tickets in which each of these words stands: in the subject, or in a message that the reader may see; a
        number is that of a ticket too."""
        found = self
        for word in words:
            messages = apps.get_model("tickets", "Message").objects.filter(ticket=models.OuterRef("pk"))
            said = messages.shown_to(reader).filter(body__icontains=word)
            bare = word.removeprefix("#")
            numbered = Q(number=int(bare)) if bare.isascii() and bare.isdigit() and len(bare) < 18 else Q(pk__in=[])
            found = found.filter(Q(subject__icontains=word) | models.Exists(said) | numbered)
        return found

    def queue_figures(self, user: Any, now: datetime) -> dict[str, int]:
        """How the queue stands for that agent, in one query, none counted further than MOST_FIGURED."""
        hand = self.at_hand()
        told = {
            "mine": hand.assigned_to(user),
            "unassigned": hand.unassigned(),
            "due_soon": hand.due_soon(now),
            "overdue": hand.overdue(now),
        }
        return capped(told, MOST_FIGURED)
