from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.lib.business_time import ALWAYS_OPEN, Calendar
from portal.lib.promises import Target
from tickets.models.calendars import BusinessCalendar
from tickets.querysets import SlaPolicyQuerySet
from tickets.states import LENGTH_OF, Dimension, Metric


def _is_positive(*names: str) -> Q:
    condition = Q()
    for name in names:
        condition &= Q(**{name: None}) | Q(**{f"{name}__gt": timedelta(0)})
    return condition


class SlaPolicy(models.Model):
    """One line of what we promise: to a tier, for a priority, on a channel; or, in place of all of these, to one
    organization or about one category."""

    dimension = models.CharField(_("dimension"), max_length=12, choices=Dimension)
    value = models.CharField(
        _("value"),
        max_length=50,
        help_text=_("Slug of the tier or category, name of priority or channel, or public id of the organization."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Of two overrides that fit, the first holds.")
    )
    first_response_for = models.DurationField(_("first answer within"), null=True, blank=True)
    next_response_for = models.DurationField(_("next answers within"), null=True, blank=True)
    update_for = models.DurationField(_("an update every"), null=True, blank=True)
    resolution_for = models.DurationField(_("solution within"), null=True, blank=True)
    calendar = models.ForeignKey(
        BusinessCalendar,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name=_("calendar"),
        help_text=_("Which hours count. Empty: all of them."),
    )
    ladder = models.ForeignKey(
        "Ladder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="policies",
        verbose_name=_("ladder"),
        help_text=_("What is done when it is not kept. The ladder of the priority goes before all others."),
    )
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = SlaPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        ordering = ["dimension", "position", F("first_response_for").asc(nulls_last=True), "resolution_for"]
        constraints = [
            models.UniqueConstraint(
                fields=["dimension", "value"],
                name="slapolicy_once",
                violation_error_message=_("There is already a promise for this."),
            ),
            models.CheckConstraint(
                name="slapolicy_lengths_are_positive",
                condition=_is_positive("first_response_for", "next_response_for", "update_for", "resolution_for"),
                violation_error_message=_("A promise needs a length above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_dimension_display()}: {self.value}"

    def target(self, metric: str) -> Target | None:
        """What this line promises for that metric; None when it says nothing about it.

        Without a query when `with_hours` fetched the calendar.
        """
        length: timedelta | None = getattr(self, LENGTH_OF[Metric(metric)])
        return Target(self.dimension, self.value, length, self._hours()) if length else None

    def _hours(self) -> Calendar:
        """Of the version that is kept: the timer counts by it too. The shipped calendar has none, it is always open."""
        if self.calendar is None or self.calendar.current is None:
            return ALWAYS_OPEN
        return self.calendar.current.value
