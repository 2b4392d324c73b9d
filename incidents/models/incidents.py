from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from incidents.models.components import Component
from incidents.querysets import IncidentComponentQuerySet, IncidentQuerySet
from incidents.states import ASSERTED, ASSERTED_CHOICES, ComponentStatus, Impact, IncidentStatus, Severity
from portal.accounts.models import User
from portal.lib.tokens import PublicIdField, short_id
from portal.lib.uptime import Span


class Period(Func):
    """[began_at, ended_at) as a range of the database."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Incident(models.Model):
    """Something is wrong, told in updates.

    `status`, `monitoring_at` and `resolved_at` follow from the updates alone: the action that posts an update is
    their only writer. `started_at` is when the trouble began, which may be before anybody opened the incident.
    """

    public_id = PublicIdField(max_length=12, default=short_id)
    title = models.CharField(_("title"), max_length=140)
    severity = models.CharField(_("severity"), max_length=2, choices=Severity)
    impact_override = models.CharField(
        _("public impact"), max_length=10, choices=Impact, blank=True, help_text=_("Empty: follows from the severity.")
    )
    is_public = models.BooleanField(_("public"), default=True)
    status = models.CharField(
        _("status"), max_length=14, choices=IncidentStatus, default=IncidentStatus.INVESTIGATING, editable=False
    )
    started_at = models.DateTimeField(_("started at"))
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("opened by")
    )
    monitoring_at = models.DateTimeField(_("monitoring since"), null=True, blank=True)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated at"))
    components: models.ManyToManyField = models.ManyToManyField(
        Component, through="IncidentComponent", related_name="incidents"
    )

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        constraints = [
            models.CheckConstraint(
                name="incident_resolved_has_its_moment",
                condition=Q(status=IncidentStatus.RESOLVED, resolved_at__isnull=False)
                | (~Q(status=IncidentStatus.RESOLVED) & Q(resolved_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="incident_times_in_order",
                condition=Q(opened_at__gte=F("started_at"))
                & (Q(resolved_at__isnull=True) | Q(resolved_at__gte=F("started_at"))),
            ),
        ]
        indexes = [
            models.Index(fields=["-started_at"], name="incident_newest"),
            models.Index(fields=["started_at"], name="incident_open", condition=Q(resolved_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class IncidentUpdate(models.Model):
    """What was said of an incident at one moment, and which components it moved."""

    public_id = PublicIdField(max_length=12, default=short_id)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="updates", verbose_name=_("incident"))
    status = models.CharField(_("status"), max_length=14, choices=IncidentStatus)
    body = models.TextField(_("text"))
    html = models.TextField(_("HTML"), editable=False)
    affected = models.JSONField(
        _("components moved"), default=list, editable=False, help_text=_("Component ids with old and new impact.")
    )
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("updates")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["incident", "-at", "-id"], name="incident_update_newest")]

    def __str__(self) -> str:
        return f"{self.get_status_display()} · {self.at:%F %T}"

    @property
    def safe_html(self) -> SafeString:
        return mark_safe(self.html)  # noqa: S308  # sanitized by portal.lib.markdown when it was written


class IncidentComponent(models.Model):
    """How an incident touches a component, from when until when. A change ends one row and begins another."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="impacts", verbose_name=_("incident"))
    component = models.ForeignKey(Component, models.PROTECT, related_name="impacts", verbose_name=_("component"))
    status = models.CharField(_("impact"), max_length=24, choices=ASSERTED_CHOICES)
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = IncidentComponentQuerySet.as_manager()

    class Meta:
        verbose_name = _("impact")
        verbose_name_plural = _("impacts")
        ordering = ["began_at", "pk"]
        constraints = [
            models.CheckConstraint(name="impact_status_asserted", condition=Q(status__in=ASSERTED)),
            models.CheckConstraint(
                name="impact_times_in_order", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("began_at"))
            ),
            ExclusionConstraint(
                name="impact_one_at_a_time",
                expressions=[
                    ("incident", RangeOperators.EQUAL),
                    ("component", RangeOperators.EQUAL),
                    (Period("began_at", "ended_at", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["component", "began_at"], name="impact_history"),
            models.Index(fields=["component"], name="impact_now", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.component_id}: {self.status}"

    @property
    def span(self) -> Span:
        """The impact as a span for the arithmetic of uptime."""
        return Span(ComponentStatus(self.status).level, self.began_at, self.ended_at)

    def lasts_at(self, at: datetime) -> bool:
        return self.began_at <= at and (self.ended_at is None or at < self.ended_at)
