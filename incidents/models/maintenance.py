from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from incidents.models.components import Component
from incidents.querysets import MaintenanceQuerySet
from incidents.states import MaintenanceState
from portal.accounts.models import User
from portal.lib.tokens import PublicIdField, short_id
from portal.lib.uptime import Level, Span


class Maintenance(models.Model):
    """Planned work. Its state is read from the clock: what was planned, and what really happened, are kept apart."""

    public_id = PublicIdField(max_length=12, default=short_id)
    title = models.CharField(_("title"), max_length=140)
    body = models.TextField(_("text"), help_text=_("What will be done and what people will notice. Markdown."))
    html = models.TextField(_("HTML"), editable=False)
    is_public = models.BooleanField(_("public"), default=True)
    planned_start_at = models.DateTimeField(_("planned start"))
    planned_end_at = models.DateTimeField(_("planned end"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    canceled_at = models.DateTimeField(_("canceled at"), null=True, blank=True)
    scheduled_at = models.DateTimeField(_("scheduled at"))
    scheduled_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("scheduled by")
    )
    updated_at = models.DateTimeField(_("updated at"))
    components: models.ManyToManyField = models.ManyToManyField(
        Component, related_name="maintenances", verbose_name=_("components")
    )

    objects = MaintenanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("maintenance")
        verbose_name_plural = _("maintenance")
        constraints = [
            models.CheckConstraint(
                name="maintenance_plan_in_order",
                condition=Q(planned_end_at__gt=F("planned_start_at")),
                violation_error_message=_("The end must be after the start."),
            ),
            models.CheckConstraint(
                name="maintenance_times_in_order",
                condition=Q(ended_at__isnull=True) | Q(started_at__isnull=False, ended_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="maintenance_canceled_never_ran",
                condition=Q(canceled_at__isnull=True) | Q(started_at__isnull=True, ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["-planned_start_at"], name="maintenance_newest"),
            models.Index(
                fields=["planned_start_at"], name="maintenance_ahead", condition=Q(ended_at=None, canceled_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def begins_at(self) -> datetime:
        """When it really began, else when it is planned to."""
        return self.started_at or self.planned_start_at

    @property
    def ends_at(self) -> datetime:
        """When it really ended, else when it is planned to."""
        return self.ended_at or self.planned_end_at

    @property
    def span(self) -> Span:
        """The window as a span for the arithmetic of uptime."""
        return Span(Level.MAINTENANCE, self.begins_at, self.ends_at)

    def state_at(self, now: datetime) -> MaintenanceState:
        """Where it stands at that moment."""
        if self.canceled_at is not None:
            return MaintenanceState.CANCELED
        if now < self.begins_at:
            return MaintenanceState.SCHEDULED
        return MaintenanceState.IN_PROGRESS if now < self.ends_at else MaintenanceState.COMPLETED

    @property
    def safe_html(self) -> SafeString:
        return mark_safe(self.html)  # noqa: S308  # sanitized by portal.lib.markdown when it was written
