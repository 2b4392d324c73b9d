"""What is done by itself: rules, what they said when, and the tickets they applied to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from tickets.models.tickets import Ticket
from tickets.querysets.rules import FiringQuerySet, RuleQuerySet
from tickets.states.rules import COUNTS_FROM, Asks, Does, FiringState, Operator, Trigger


class Rule(models.Model):
    """When something happens to a ticket, or time passes, and all conditions hold, these things are done; once."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Rules are applied one after the other, the lowest first.")
    )
    trigger = models.CharField(_("when"), max_length=24, choices=Trigger)
    hours = models.PositiveSmallIntegerField(
        _("hours"), null=True, blank=True, help_text=_("For rules about time that passed or is left.")
    )
    version = models.PositiveIntegerField(_("version"), default=0, editable=False)
    active_since = models.DateTimeField(_("switched on"), null=True, editable=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="rule_trigger_known", condition=Q(trigger__in=Trigger.values)),
            models.CheckConstraint(
                name="rule_about_time_has_hours",
                condition=Q(trigger__in=list(COUNTS_FROM), hours__gte=1, hours__isnull=False)
                | (~Q(trigger__in=list(COUNTS_FROM)) & Q(hours=None)),
                violation_error_message=_("Give hours, one at least, to a rule about time, and to no other."),
            ),
            models.CheckConstraint(name="rule_on_has_a_version", condition=Q(active_since=None) | Q(version__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.active_since is not None

    @property
    def mark(self) -> str:
        """How events say that this rule made them."""
        return f"{MARK}{self.pk}-{self.version}"


MARK = "rule-"


class RuleCondition(models.Model):
    """What must hold. Several values stand behind each other, with commas."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="conditions", verbose_name=_("rule"))
    asks = models.CharField(_("about"), max_length=16, choices=Asks)
    operator = models.CharField(_("operator"), max_length=12, choices=Operator, default=Operator.IS)
    value = models.CharField(_("values, with commas"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("condition")
        verbose_name_plural = _("conditions: all must hold")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_asks_display()} {self.get_operator_display()} {self.value}".strip()


class RuleAct(models.Model):
    """What is done, in this order."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="acts", verbose_name=_("rule"))
    does = models.CharField(_("what"), max_length=10, choices=Does)
    value = models.CharField(_("value"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("what is done")
        verbose_name_plural = _("what is done, in this order")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_does_display()} {self.value}".strip()


class RuleVersion(models.Model):
    """What a rule said at one time, checked; this is what is applied. Never changed."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="versions", verbose_name=_("rule"))
    number = models.PositiveIntegerField(_("number"))
    written = models.JSONField(_("what it said"))  # trigger, hours, conditions, acts
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("version of a rule")
        verbose_name_plural = _("versions of a rule")
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="ruleversion_once")]

    def __str__(self) -> str:
        return f"{self.rule} v{self.number}"


class Firing(models.Model):
    """A rule that applied to a ticket: once per version, whatever became of it."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="firings", verbose_name=_("rule"))
    number = models.PositiveIntegerField(_("version"))
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="firings", verbose_name=_("ticket"))
    state = models.CharField(_("state"), max_length=8, choices=FiringState)
    reason = models.TextField(_("reason"), blank=True)
    fired_at = models.DateTimeField(_("fired at"))

    objects = FiringQuerySet.as_manager()

    class Meta:
        verbose_name = _("application of a rule")
        verbose_name_plural = _("applications of rules")
        constraints = [
            models.UniqueConstraint(fields=["rule", "number", "ticket"], name="firing_once_per_version"),
            models.CheckConstraint(name="firing_state_known", condition=Q(state__in=FiringState.values)),
        ]
        indexes = [models.Index(fields=["state", "-fired_at"], name="firing_state")]

    def __str__(self) -> str:
        return f"{self.rule_id} v{self.number} → {self.ticket_id}"
