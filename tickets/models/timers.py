from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from portal.lib.business_time import ALWAYS_OPEN
from portal.lib.promises import Clock, in_seconds
from portal.web.templatetags.moments import length
from tickets.models.calendars import CalendarVersion, calendar_of_version
from tickets.models.tickets import Ticket
from tickets.querysets import TimerQuerySet
from tickets.states import SOON, Channel, Dimension, Metric, Priority


def _told(some: timedelta) -> str:
    return length(some.total_seconds())


class Timer(models.Model):
    """The clock of one promise about one ticket: each answer, update and solution that is owed again is a new cycle."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="timers", verbose_name=_("ticket"))
    metric = models.CharField(_("metric"), max_length=20, choices=Metric, default=Metric.FIRST_RESPONSE)
    cycle = models.PositiveSmallIntegerField(_("cycle"), default=1)
    started_at = models.DateTimeField(_("promised at"), default=timezone.now)
    hours = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, related_name="timers", verbose_name=_("hours that count")
    )
    target_for = models.DurationField(_("target"))
    consumed_for = models.DurationField(_("used up"), default=timedelta(0))
    running_since = models.DateTimeField(_("running since"), null=True)
    paused_since = models.DateTimeField(_("paused since"), null=True)
    paused_for = models.DurationField(_("paused before"), default=timedelta(0))
    due_at = models.DateTimeField(_("due at"), null=True, help_text=_("Empty while the clock stands."))
    warn_at = models.DateTimeField(_("warns at"), null=True)
    next_at = models.DateTimeField(_("next look at"), null=True, help_text=_("When the clock's task has to act."))
    ladder = models.ForeignKey("Ladder", models.SET_NULL, null=True, related_name="+", verbose_name=_("ladder"))
    percents = ArrayField(models.PositiveSmallIntegerField(), default=list, verbose_name=_("steps of the ladder"))
    escalated_to = models.PositiveSmallIntegerField(_("highest step reached, in %"), default=0)
    missed_at = models.DateTimeField(_("missed at"), null=True)
    met_at = models.DateTimeField(_("met at"), null=True)
    dropped_at = models.DateTimeField(
        _("dropped at"), null=True, help_text=_("Solved or closed before it was met: no longer owed.")
    )
    reason = models.JSONField(_("why this target"), default=dict, encoder=DjangoJSONEncoder)

    objects = TimerQuerySet.as_manager()

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "metric", "cycle"], name="timer_once_per_cycle"),
            models.UniqueConstraint(
                fields=["ticket", "metric"], condition=Q(met_at=None, dropped_at=None), name="timer_one_owed"
            ),
            models.CheckConstraint(name="timer_ends_once", condition=Q(met_at=None) | Q(dropped_at=None)),
            models.CheckConstraint(
                name="timer_ended_stands",
                condition=Q(met_at=None, dropped_at=None) | Q(running_since=None, next_at=None),
            ),
            models.CheckConstraint(
                name="timer_runs_or_is_paused", condition=Q(running_since=None) | Q(paused_since=None)
            ),
            models.CheckConstraint(
                name="timer_running_is_due",
                condition=Q(running_since=None) | Q(due_at__isnull=False, warn_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["next_at", "id"], name="timer_due", condition=Q(next_at__isnull=False)),
            models.Index(fields=["ticket"], name="timer_missed", condition=Q(missed_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_metric_display()} {self.cycle} ({self.ticket_id})"

    @property
    def clock(self) -> Clock:
        calendar = calendar_of_version(self.hours_id) if self.hours_id else ALWAYS_OPEN
        return Clock(in_seconds(self.target_for), in_seconds(self.consumed_for), self.running_since, calendar)

    @property
    def is_owed(self) -> bool:
        return self.met_at is None and self.dropped_at is None

    @property
    def is_paused(self) -> bool:
        return self.is_owed and self.running_since is None

    def paused(self, now: datetime) -> timedelta:
        """How long, on the wall clock, it has stood while the customer had the turn."""
        return self.paused_for + (max(now - self.paused_since, timedelta(0)) if self.paused_since else timedelta(0))

    @property
    def was_missed(self) -> bool:
        return self.missed_at is not None

    def standing(self, now: datetime) -> str:
        """How the promise stands, in the words of the pages: due, soon, breached, kept or paused."""
        if self.was_missed or (self.is_owed and self.due_at and self.due_at <= now):
            return "breached"
        if self.met_at:
            return "kept"
        if self.running_since is None:
            return "paused"
        is_soon = self.due_at and self.due_at <= now + SOON
        return "soon" if is_soon or (self.warn_at and self.warn_at <= now) else "due"

    @property
    def why(self) -> str:
        """The reason of the target as a sentence, from what was noted when it was set."""
        dimension, value = self.reason.get("dimension"), self.reason.get("value", "")
        if dimension == Dimension.TIER:
            return _now("That is what the plan %(plan)s promises.") % {"plan": self.reason.get("label") or value}
        if dimension == Dimension.PRIORITY:
            label = dict(Priority.choices).get(value, value)
            return _now("Every ticket of priority “%(priority)s” gets it, whatever the plan.") % {"priority": label}
        if dimension == Dimension.CHANNEL:
            label = dict(Channel.choices).get(value, value)
            return _now("That is what we promise for the channel “%(channel)s”.") % {"channel": label}
        if dimension == Dimension.ORGANIZATION:
            return _now("That was agreed with your organization.")
        if dimension == Dimension.CATEGORY:
            return _now("That is what we promise for questions of this kind.")
        return ""

    def explained(self, now: datetime) -> str:
        """Why it is due when it is: the target, the hours that count, what is used up and what did not count."""
        said = [_now("Within %(target)s, %(hours)s.") % {"target": _told(self.target_for), "hours": self.counted_by}]
        said.append(self.why)
        used = self.clock.used(now)
        if self.is_owed and used:
            said.append(_now("%(used)s of it are used up.") % {"used": length(used)})
        if self.paused(now):
            said.append(
                _now("%(paused)s of waiting for the customer do not count.") % {"paused": _told(self.paused(now))}
            )
        return " ".join(one for one in said if one)

    @property
    def counted_by(self) -> str:
        """Which hours count, in words."""
        return str(self.reason.get("hours") or _now("around the clock"))
