from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declared
from portal.events.querysets import DeliveryQuerySet, EventQuerySet
from portal.events.states import DeliveryState


class Event(models.Model):
    """Something that happened. Holds no foreign key, so it outlives what it tells of."""

    name = models.CharField(_("name"), max_length=80)
    about_type = models.CharField(_("about"), max_length=60)
    about_id = models.CharField(_("about id"), max_length=40)
    organization_id = models.BigIntegerField(_("organization"), null=True)
    by_id = models.BigIntegerField(_("by"), null=True, help_text=_("The user who acted; empty for the house itself."))
    details = models.JSONField(_("details"), default=dict, encoder=DjangoJSONEncoder)
    happened_at = models.DateTimeField(_("happened at"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    request_id = models.CharField(_("request"), max_length=40, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["about_type", "about_id", "happened_at"], name="event_timeline"),
            models.Index(fields=["organization_id", "-happened_at"], name="event_organization"),
            models.Index(fields=["name", "-happened_at"], name="event_name"),
            GinIndex(fields=["details"], name="event_details", opclasses=["jsonb_path_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.about_type} {self.about_id}"

    def sentence(self, by_name: str = "") -> str:
        """What happened, as a sentence for people; `by_name` names the actor, else "the portal"."""
        return declared(self.name).sentence(by_name, self.details)


class Delivery(models.Model):
    """One event on its way to one listener. Ticked off in the listener's own transaction: exactly once for rows."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    listener = models.CharField(_("listener"), max_length=160)
    state = models.CharField(_("state"), max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt at"))
    done_at = models.DateTimeField(_("done at"), null=True)
    error = models.TextField(_("error"), blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["event", "listener"], name="delivery_once_per_listener"),
            models.CheckConstraint(
                name="delivery_done_has_its_moment",
                condition=models.Q(state=DeliveryState.DONE, done_at__isnull=False)
                | (~models.Q(state=DeliveryState.DONE) & models.Q(done_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="delivery_due",
                condition=models.Q(state__in=[DeliveryState.WAITING, DeliveryState.RUNNING]),
            ),
            models.Index(fields=["state", "-id"], name="delivery_state"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} → {self.listener}"
