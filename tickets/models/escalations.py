"""What happens when a promise is about to be missed, or was: ladders of steps, whom they tell, what each step did."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.models.tickets import Ticket
from tickets.models.timers import Timer
from tickets.querysets import LadderQuerySet
from tickets.states import Level, Priority, Tells


class Ladder(models.Model):
    """Steps that are taken one after the other while a promise stays unkept."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), unique=True)
    is_urgent = models.BooleanField(_("urgent"), default=False, help_text=_("Tells people in their quiet hours too."))

    objects = LadderQuerySet.as_manager()

    class Meta:
        verbose_name = _("escalation ladder")
        verbose_name_plural = _("escalation ladders")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LadderStep(models.Model):
    """When so much of a promise is used up, these people are told, and perhaps another team gets the ticket."""

    ladder = models.ForeignKey(Ladder, models.CASCADE, related_name="steps", verbose_name=_("ladder"))
    at_percent = models.PositiveSmallIntegerField(
        _("at % of the promise"), help_text=_("100 is the moment at which the promise is missed.")
    )
    tells = ArrayField(models.CharField(max_length=12, choices=Tells), verbose_name=_("tells"))
    raises_to = models.CharField(_("hands it to"), max_length=4, choices=Level, blank=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["at_percent"]
        constraints = [
            models.UniqueConstraint(
                fields=["ladder", "at_percent"],
                name="ladderstep_once",
                violation_error_message=_("This ladder has a step there already."),
            ),
            models.CheckConstraint(
                name="ladderstep_within_reach",
                condition=Q(at_percent__gt=0, at_percent__lte=1000),
                violation_error_message=_("A step stands between 1 and 1000 %."),
            ),
            models.CheckConstraint(
                name="ladderstep_tells_somebody",
                condition=Q(tells__len__gte=1),
                violation_error_message=_("Say who is told."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at_percent} %"


class MatrixLine(models.Model):
    """Where tickets of one priority go when they are escalated, and which executives are told in the end."""

    priority = models.CharField(_("priority"), max_length=10, choices=Priority, unique=True)
    level = models.CharField(_("escalates to"), max_length=4, choices=Level)
    title = models.CharField(_("executives"), max_length=120, help_text=_("For example VP Engineering and CTO."))
    people = models.ManyToManyField(
        User,
        blank=True,
        related_name="+",
        verbose_name=_("people"),
        limit_choices_to={"is_staff": True},
        help_text=_("Nobody: everybody whose role is executive."),
    )

    class Meta:
        verbose_name = _("line of the escalation matrix")
        verbose_name_plural = _("escalation matrix")

    def __str__(self) -> str:
        return f"{self.get_priority_display()}: {self.title}"


class Escalation(models.Model):
    """A step that was reached, or a wish to escalate: fired once, or skipped for a higher one."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="escalations", verbose_name=_("ticket"))
    timer = models.ForeignKey(Timer, models.CASCADE, null=True, related_name="escalations", verbose_name=_("timer"))
    at_percent = models.PositiveSmallIntegerField(_("at % of the promise"), null=True)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked for by"))
    reason = models.TextField(_("reason"), blank=True)
    reached_at = models.DateTimeField(_("reached at"))
    fired_at = models.DateTimeField(_("fired at"), null=True)
    skipped_at = models.DateTimeField(_("skipped at"), null=True)
    level = models.CharField(_("team"), max_length=4, choices=Level)
    told = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("told"))  # ids of users

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = [
            models.UniqueConstraint(fields=["timer", "at_percent"], name="escalation_once_per_step"),
            models.CheckConstraint(
                name="escalation_of_a_step_or_of_a_wish",
                condition=Q(timer=None, at_percent=None) | Q(timer__isnull=False, at_percent__isnull=False),
            ),
            models.CheckConstraint(
                name="escalation_fired_or_skipped",
                condition=Q(fired_at=None, skipped_at__isnull=False) | Q(fired_at__isnull=False, skipped_at=None),
            ),
        ]
        indexes = [models.Index(fields=["ticket", "reached_at"], name="escalation_of_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.at_percent or ''}".strip()
