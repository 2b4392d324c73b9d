from datetime import datetime
from typing import Any

from django.db import models

from portal.events.states import DeliveryState


class EventQuerySet(models.QuerySet):
    def about(self, thing: models.Model) -> "EventQuerySet":
        """What happened to this very row."""
        return self.about_row(thing._meta.label_lower, str(thing.pk))

    def about_row(self, label: str, pk: str) -> "EventQuerySet":
        """The same of a row by its model ("tickets.ticket") and id."""
        return self.filter(about_type=label, about_id=pk)

    def named(self, *names: str) -> "EventQuerySet":
        return self.filter(name__in=names)

    def of_organization(self, organization: Any) -> "EventQuerySet":
        return self.filter(organization_id=organization.pk)

    def oldest_first(self) -> "EventQuerySet":
        return self.order_by("happened_at", "pk")


class DeliveryQuerySet(models.QuerySet):
    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Waiting for their turn, or claimed by a worker whose lease has run out."""
        return self.filter(state__in=[DeliveryState.WAITING, DeliveryState.RUNNING], next_at__lte=now)

    def parked(self) -> "DeliveryQuerySet":
        return self.filter(state=DeliveryState.PARKED)
