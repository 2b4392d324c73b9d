from decimal import Decimal
from fractions import Fraction

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from incidents.querysets import ComponentQuerySet, StatusPageManager
from incidents.states import ASSERTED, ASSERTED_CHOICES, ComponentStatus, Source
from portal.accounts.models import User
from portal.lib.tokens import PublicIdField, short_id
from portal.lib.uptime import Weights

_SHARE = [MinValueValidator(0), MaxValueValidator(1)]


class StatusPage(models.Model):
    """What the page says of itself, and how its figures are counted. One row; without it, these defaults hold."""

    about = models.TextField(_("introduction"), blank=True, help_text=_("Shown under the heading. Plain text."))
    weight_major = models.DecimalField(
        _("weight of a major outage"), max_digits=4, decimal_places=3, default=Decimal("1"), validators=_SHARE
    )
    weight_partial = models.DecimalField(
        _("weight of a partial outage"), max_digits=4, decimal_places=3, default=Decimal("0.3"), validators=_SHARE
    )
    weight_degraded = models.DecimalField(
        _("weight of degraded performance"), max_digits=4, decimal_places=3, default=Decimal("0"), validators=_SHARE
    )

    objects = StatusPageManager()

    class Meta:
        verbose_name = _("status page")
        verbose_name_plural = _("status page")
        constraints = [
            models.CheckConstraint(name="status_page_one_row", condition=models.Q(pk=1)),
            models.CheckConstraint(
                name="status_page_weights_in_order",
                condition=models.Q(
                    weight_degraded__gte=0,
                    weight_partial__gte=models.F("weight_degraded"),
                    weight_major__gte=models.F("weight_partial"),
                    weight_major__lte=1,
                ),
                violation_error_message=_("A graver state cannot weigh less than a lighter one."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("Status page"))

    @property
    def weights(self) -> Weights:
        return Weights(Fraction(self.weight_major), Fraction(self.weight_partial), Fraction(self.weight_degraded))


class ComponentGroup(models.Model):
    """Components that belong together on the page. Its status is that of its worst component."""

    public_id = PublicIdField(max_length=12, default=short_id)
    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    created_at = models.DateTimeField(_("created at"), editable=False)
    updated_at = models.DateTimeField(_("updated at"), editable=False)

    class Meta:
        verbose_name = _("component group")
        verbose_name_plural = _("component groups")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Component(models.Model):
    """A part of the product whose state is public.

    `status` is the baseline: what people or monitors assert of it. Incidents and maintenance lie over it and never
    change it; what visitors see is worked out from all three.
    """

    public_id = PublicIdField(max_length=12, default=short_id)
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=200, blank=True)
    group = models.ForeignKey(
        ComponentGroup,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="components",
        verbose_name=_("group"),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    status = models.CharField(
        _("baseline status"), max_length=24, choices=ASSERTED_CHOICES, default=ComponentStatus.OPERATIONAL
    )
    is_public = models.BooleanField(_("public"), default=True)
    tracked_since = models.DateTimeField(_("tracked since"), help_text=_("Days before this are shown as “no data”."))
    created_at = models.DateTimeField(_("created at"), editable=False)
    updated_at = models.DateTimeField(_("updated at"), editable=False)

    objects = ComponentQuerySet.as_manager()

    class Meta:
        verbose_name = _("component")
        verbose_name_plural = _("components")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name"],
                name="component_name_once_per_group",
                nulls_distinct=False,
                violation_error_message=_("This group has a component of that name."),
            ),
            models.CheckConstraint(name="component_status_asserted", condition=models.Q(status__in=ASSERTED)),
        ]

    def __str__(self) -> str:
        return self.name


class ComponentStatusChange(models.Model):
    """One step of a component's baseline: from what, to what, who says so, and why."""

    component = models.ForeignKey(Component, models.CASCADE, related_name="status_changes", verbose_name=_("component"))
    old = models.CharField(_("from"), max_length=24, choices=ASSERTED_CHOICES)
    new = models.CharField(_("to"), max_length=24, choices=ASSERTED_CHOICES)
    source = models.CharField(_("source"), max_length=10, choices=Source, default=Source.STAFF)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="status_change_changes_something", condition=~models.Q(old=models.F("new"))),
            models.CheckConstraint(
                name="status_change_asserted", condition=models.Q(old__in=ASSERTED, new__in=ASSERTED)
            ),
        ]
        indexes = [models.Index(fields=["component", "at"], name="status_change_steps")]

    def __str__(self) -> str:
        return f"{self.component_id}: {self.old} → {self.new}"
