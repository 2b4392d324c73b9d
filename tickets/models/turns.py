"""The teams' own targets: how soon a team answers what has reached it. A measure of the house, promised to nobody."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tickets.models.tickets import Ticket
from tickets.querysets import TeamTargetQuerySet, TeamTurnQuerySet
from tickets.states import Level, Priority, standing


class TeamTarget(models.Model):
    """How soon a team answers tickets of one priority, from when they reach it. Without a line nothing is measured."""

    level = models.CharField(_("team"), max_length=4, choices=Level)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority)
    answer_for = models.DurationField(_("answers within"))

    objects = TeamTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target of a team")
        verbose_name_plural = _("targets of teams")
        constraints = [
            models.UniqueConstraint(
                fields=["level", "priority"],
                name="teamtarget_once",
                violation_error_message=_("This team has a target for that priority already."),
            ),
            models.CheckConstraint(
                name="teamtarget_is_some_time",
                condition=Q(answer_for__gt=timedelta(0)),
                violation_error_message=_("A target is longer than nothing."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}, {self.get_priority_display()}"


class TeamTurn(models.Model):
    """One stay of a ticket with a team: from when it reached it until somebody answered or it went elsewhere.

    Made from the ticket's events alone (`actions.keep_turns`), so it can be made anew at any time.
    """

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="turns", verbose_name=_("ticket"))
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("Which stay of the ticket it is, from 1."))
    level = models.CharField(_("team"), max_length=4, choices=Level)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority)
    reached_at = models.DateTimeField(_("reached the team at"))
    due_at = models.DateTimeField(_("answer due at"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    left_at = models.DateTimeField(
        _("left at"), null=True, help_text=_("Handed on, solved or closed before anybody answered.")
    )

    objects = TeamTurnQuerySet.as_manager()

    class Meta:
        verbose_name = _("turn of a team")
        verbose_name_plural = _("turns of teams")
        ordering = ["-reached_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "number"], name="teamturn_once"),
            models.CheckConstraint(name="teamturn_ends_once", condition=Q(answered_at=None) | Q(left_at=None)),
            models.CheckConstraint(name="teamturn_due_later", condition=Q(due_at__gt=F("reached_at"))),
        ]
        indexes = [models.Index(fields=["reached_at"], name="teamturn_reached")]

    def __str__(self) -> str:
        return f"{self.ticket_id}, {self.get_level_display()}"

    @property
    def target_for(self) -> timedelta:
        return self.due_at - self.reached_at

    def standing(self, now: datetime) -> str:
        """In the words of the pages: due, soon, breached, kept; empty when the ticket left before it was due."""
        if (self.answered_at or self.left_at or now) > self.due_at:
            return "breached"
        if self.answered_at:
            return "kept"
        return "" if self.left_at else standing(self.due_at, now)
