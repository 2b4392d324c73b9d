from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from incidents.models import StatusPage


class StatusPageManager(models.Manager["StatusPage"]):
    def current(self) -> "StatusPage":
        """The page's settings; the shipped defaults when nobody has changed them."""
        return self.first() or self.model()


class ComponentQuerySet(models.QuerySet):
    def public(self) -> "ComponentQuerySet":
        return self.filter(is_public=True)

    def visible_to(self, user: Any) -> "ComponentQuerySet":
        """Staff who watch components see all, everybody else the public ones."""
        return self if user.has_perm("incidents.view_component") else self.public()

    def as_shown(self) -> "ComponentQuerySet":
        """In the order of the page: groups by their position, components within; those without a group last."""
        return self.select_related("group").order_by(
            models.F("group__position").asc(nulls_last=True), "group_id", "position", "pk"
        )


class IncidentQuerySet(models.QuerySet):
    def public(self) -> "IncidentQuerySet":
        return self.filter(is_public=True)

    def visible_to(self, user: Any) -> "IncidentQuerySet":
        """Staff who watch incidents see all, everybody else the public ones."""
        return self if user.has_perm("incidents.view_incident") else self.public()

    def open(self) -> "IncidentQuerySet":
        return self.filter(resolved_at=None)

    def resolved(self) -> "IncidentQuerySet":
        return self.filter(resolved_at__isnull=False)

    def since(self, moment: datetime, *, also: str = "") -> "IncidentQuerySet":
        """Open, or not yet resolved at that moment; and the one with the public id `also`."""
        return self.filter(Q(resolved_at=None) | Q(resolved_at__gte=moment) | Q(public_id=also))

    def newest_first(self) -> "IncidentQuerySet":
        return self.order_by("-started_at", "-pk")


class IncidentComponentQuerySet(models.QuerySet):
    def lasting(self) -> "IncidentComponentQuerySet":
        """Not ended."""
        return self.filter(ended_at=None)


class MaintenanceQuerySet(models.QuerySet):
    def public(self) -> "MaintenanceQuerySet":
        return self.filter(is_public=True)

    def visible_to(self, user: Any) -> "MaintenanceQuerySet":
        """Staff who watch maintenance see all, everybody else the public ones."""
        return self if user.has_perm("incidents.view_maintenance") else self.public()

    def standing(self) -> "MaintenanceQuerySet":
        """Not canceled."""
        return self.filter(canceled_at=None)

    def since(self, moment: datetime, *, also: str = "") -> "MaintenanceQuerySet":
        """Ahead, running, or not yet over at that moment; and the one with the public id `also`."""
        over_at = Coalesce("ended_at", "planned_end_at")
        return self.alias(over_at=over_at).filter(Q(over_at__gt=moment) | Q(public_id=also))

    def due_to_start(self, now: datetime) -> "MaintenanceQuerySet":
        """Their planned start has come and nobody has started them."""
        return self.standing().filter(started_at=None, planned_start_at__lte=now).order_by("planned_start_at", "pk")

    def due_to_finish(self, now: datetime) -> "MaintenanceQuerySet":
        """Running, and their planned end has come."""
        begun = self.standing().filter(started_at__isnull=False, ended_at=None)
        return begun.filter(planned_end_at__lte=now).order_by("planned_end_at", "pk")

    def newest_first(self) -> "MaintenanceQuerySet":
        return self.order_by("-planned_start_at", "-pk")
