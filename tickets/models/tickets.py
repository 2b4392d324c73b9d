from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from django.db import models
from django.db.models import F, Func, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organization, User
from portal.lib.tokens import PublicIdField
from tickets.models.figures import Desk
from tickets.querysets import MessageQuerySet, TicketQuerySet
from tickets.states import (
    ACTIVE,
    OUR_TURN,
    SKILL_WAIT,
    Channel,
    Level,
    MessageKind,
    Priority,
    TicketState,
    labels,
    standing,
)


@lru_cache(maxsize=1)
def _address_pattern() -> str:
    return reverse("tickets:detail", args=["*"])


def address(public_id: str) -> str:
    """Where the ticket's page is. Lists ask for it row by row, so the pattern is looked up once."""
    return _address_pattern().replace("*", public_id)


class Category(models.Model):
    """What a ticket is about. Rows, so staff can add their own."""

    slug = models.SlugField(_("slug"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered to customers"), default=True)
    skill_wait_for = models.DurationField(
        _("waits for required skills"),
        default=SKILL_WAIT,
        help_text=_("As hours:minutes:seconds. Then such a ticket goes to somebody without them."),
    )

    class Meta:
        verbose_name = _("ticket category")
        verbose_name_plural = _("ticket categories")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                name="category_skill_wait_not_negative",
                condition=Q(skill_wait_for__gte=timedelta(0)),
                violation_error_message=_("The wait cannot be negative."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Ticket(models.Model):
    """A customer's concern and its conversation. People quote the number; links carry the public id."""

    number = models.BigIntegerField(
        _("number"),
        unique=True,
        editable=False,
        db_default=Func(Value("tickets_ticket_number"), function="nextval", output_field=models.BigIntegerField()),
    )
    public_id = PublicIdField()
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("organization")
    )
    requester = models.ForeignKey(User, models.PROTECT, related_name="tickets", verbose_name=_("requester"))
    subject = models.CharField(_("subject"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=TicketState, default=TicketState.NEW)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.WEB)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("category")
    )
    level = models.CharField(_("team"), max_length=4, choices=Level, default=Level.L1)
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="assigned_tickets", verbose_name=_("assignee")
    )
    tags: models.ManyToManyField = models.ManyToManyField(
        "Tag", blank=True, editable=False, related_name="tickets", verbose_name=_("tags")
    )
    filed_at = models.DateTimeField(_("filed at"))
    last_activity_at = models.DateTimeField(_("last activity at"))
    solved_at = models.DateTimeField(_("solved at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    due_at = models.DateTimeField(
        _("due at"), null=True, blank=True, help_text=_("The earliest promise that is still owed.")
    )
    snoozed_until = models.DateTimeField(
        _("snoozed until"), null=True, blank=True, help_text=_("Not in the queue until then; what is promised runs on.")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    follows = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="followed_by", verbose_name=_("follows")
    )
    version = models.PositiveIntegerField(_("version"), default=1, help_text=_("Goes up with each change."))
    filing_key = models.CharField(
        max_length=64, null=True, blank=True, editable=False, help_text=_("The same filing twice is one ticket.")
    )

    objects = TicketQuerySet.as_manager()

    heard_version: str = ""  # what Valkey knew before the row was read, where a page asks on (portal.lib.pulse)
    has_field_values: bool  # only `with_field_values`
    has_held: bool  # only `with_held`
    has_sequel: bool  # only `with_sequel`
    desk_row: dict[str, Any]  # only `with_desk`

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(fields=["requester", "filing_key"], name="ticket_filed_once"),
            models.CheckConstraint(name="ticket_state_known", condition=Q(state__in=TicketState.values)),
            models.CheckConstraint(name="ticket_priority_known", condition=Q(priority__in=Priority.values)),
            models.CheckConstraint(
                name="ticket_solved_has_its_moment",
                condition=Q(state__in=ACTIVE, solved_at=None)
                | Q(state=TicketState.SOLVED, solved_at__isnull=False)
                | Q(state=TicketState.CLOSED),
            ),
            models.CheckConstraint(
                name="ticket_closed_has_its_moment",
                condition=Q(state=TicketState.CLOSED, closed_at__isnull=False)
                | (~Q(state=TicketState.CLOSED) & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="ticket_owes_only_while_it_is_our_turn", condition=Q(due_at=None) | Q(state__in=OUR_TURN)
            ),
            models.CheckConstraint(
                name="ticket_snoozes_while_active", condition=Q(snoozed_until=None) | Q(state__in=ACTIVE)
            ),
            models.CheckConstraint(name="ticket_not_merged_into_itself", condition=~Q(merged_into=F("id"))),
            models.CheckConstraint(
                name="ticket_merged_is_closed", condition=Q(merged_into=None) | Q(state=TicketState.CLOSED)
            ),
            models.CheckConstraint(
                name="ticket_moments_in_order",
                condition=Q(last_activity_at__gte=F("filed_at"))
                & (Q(solved_at=None) | Q(solved_at__gte=F("filed_at")))
                & (Q(closed_at=None) | Q(closed_at__gte=F("filed_at"))),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "-last_activity_at", "-id"],
                name="ticket_of_organization",
                condition=Q(organization__isnull=False),
            ),
            models.Index(fields=["requester", "-last_activity_at", "-id"], name="ticket_of_requester"),
            models.Index(
                fields=["due_at", "last_activity_at", "id"],
                name="ticket_queue",
                condition=Q(state__in=OUR_TURN, snoozed_until=None),
            ),
            models.Index(
                fields=["assignee", "due_at", "last_activity_at", "id"],
                name="ticket_queue_of_assignee",
                condition=Q(state__in=OUR_TURN),
            ),
            models.Index(fields=["-last_activity_at", "-id"], name="ticket_newest_activity"),
            models.Index(
                fields=["level", "due_at", "filed_at", "id"],
                name="ticket_to_assign",
                condition=Q(state__in=OUR_TURN, assignee=None),
            ),
            models.Index(
                fields=["-last_activity_at", "-id"], name="ticket_waiting", condition=Q(state=TicketState.WAITING)
            ),
            models.Index(fields=["-solved_at", "-id"], name="ticket_solved", condition=Q(solved_at__isnull=False)),
            models.Index(fields=["filed_at"], name="ticket_backlog", condition=Q(state__in=ACTIVE), include=["due_at"]),
            models.Index(fields=["filed_at", "id"], name="ticket_not_closed", condition=~Q(state=TicketState.CLOSED)),
            models.Index(fields=["solved_at", "id"], name="ticket_still_solved", condition=Q(state=TicketState.SOLVED)),
            models.Index(
                fields=["organization", "due_at"],
                name="ticket_active_of_organization",
                condition=Q(state__in=ACTIVE, organization__isnull=False),
            ),
            models.Index(fields=["filed_at"], name="ticket_filed"),
            models.Index(fields=["snoozed_until"], name="ticket_snoozed", condition=Q(snoozed_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}"

    def get_absolute_url(self) -> str:
        return address(self.public_id)

    def hears_us_from(self, by: User | None) -> bool:
        """Whether that person speaks for the house here: staff do, except about what they asked for themselves.

        None is the house itself.
        """
        return by is None or (by.is_staff and by.pk != self.requester_id)

    def has_the_customer_of(self, other: "Ticket") -> bool:
        """Whether just the same people may see both."""
        return (self.requester_id, self.organization_id) == (other.requester_id, other.organization_id)

    def standing(self, now: datetime) -> str:
        """How its earliest promise stands, in the words of the pages: due, soon, breached; empty when none is owed."""
        return standing(self.due_at, now)

    @property
    def state_label(self) -> str:
        """The state in words; lists ask for it often, and Django's own display is ten times as much work."""
        return labels(TicketState)[self.state]

    @property
    def priority_label(self) -> str:
        return labels(Priority)[self.priority]

    @property
    def is_critical(self) -> bool:
        return self.priority == Priority.CRITICAL

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_solved(self) -> bool:
        return self.state == TicketState.SOLVED

    @property
    def reopens_until(self) -> datetime | None:
        """Until when its customer may take a solved ticket up again (see `desk`); None when it is not solved."""
        return self.solved_at + self.desk.reopen_within if self.is_solved and self.solved_at else None

    def may_be_reopened(self, now: datetime) -> bool:
        """Whether its customer may take it up again."""
        return self.reopens_until is not None and now <= self.reopens_until

    @cached_property
    def desk(self) -> Desk:
        """The figures of the desk; a query, unless the ticket was fetched `with_desk()`."""
        return Desk.of_row(self.desk_row) if getattr(self, "desk_row", None) else Desk.objects.present()


class Message(models.Model):
    """One turn of the conversation, kept as written and as sanitized HTML."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages", verbose_name=_("ticket"))
    author = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("author"))
    kind = models.CharField(_("kind"), max_length=10, choices=MessageKind, default=MessageKind.REPLY)
    is_from_staff = models.BooleanField(_("from staff"), default=False)
    body = models.TextField(_("text"))
    html = models.TextField(_("HTML"), editable=False)
    ticket_version = models.PositiveIntegerField(
        _("ticket version"), default=1, help_text=_("The version of the ticket that this message made.")
    )
    merged_from = models.ForeignKey(
        Ticket,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="moved_messages",
        verbose_name=_("written on"),
        help_text=_("The ticket on which it was written, if that was merged into this one."),
    )
    is_internal = models.BooleanField(
        _("internal"), default=False, help_text=_("Came with a merged ticket of somebody else: for staff alone.")
    )
    created_at = models.DateTimeField(_("created at"))

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(name="message_kind_known", condition=Q(kind__in=MessageKind.values)),
            models.CheckConstraint(
                name="message_note_is_from_staff", condition=Q(kind=MessageKind.REPLY) | Q(is_from_staff=True)
            ),
        ]
        indexes = [models.Index(fields=["ticket", "created_at", "id"], name="message_of_ticket")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%F %T}"

    @property
    def home(self) -> Ticket:
        """The ticket whose people wrote and read it: where it was written, even when that was merged since."""
        return self.merged_from or self.ticket
