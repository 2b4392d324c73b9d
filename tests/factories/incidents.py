from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from incidents.models import (
    Component,
    ComponentGroup,
    ComponentStatusChange,
    Incident,
    IncidentComponent,
    IncidentUpdate,
    Maintenance,
    StatusPage,
    TicketLink,
)
from tests.factories.tickets import TicketFactory


class StatusPageFactory(DjangoModelFactory):
    class Meta:
        model = StatusPage
        django_get_or_create = ("id",)

    id = 1


class ComponentGroupFactory(DjangoModelFactory):
    class Meta:
        model = ComponentGroup

    name = factory.Sequence(lambda n: f"Group {n}")
    position = factory.Sequence(lambda n: n)
    created_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("created_at")


class ComponentFactory(DjangoModelFactory):
    class Meta:
        model = Component

    name = factory.Sequence(lambda n: f"Component {n}")
    group = factory.SubFactory(ComponentGroupFactory)
    position = factory.Sequence(lambda n: n)
    tracked_since = factory.LazyFunction(lambda: timezone.now() - timedelta(days=400))
    created_at = factory.SelfAttribute("tracked_since")
    updated_at = factory.SelfAttribute("created_at")


class ComponentStatusChangeFactory(DjangoModelFactory):
    class Meta:
        model = ComponentStatusChange

    component = factory.SubFactory(ComponentFactory)
    old = "operational"
    new = "degraded_performance"
    at = factory.LazyFunction(timezone.now)


class IncidentFactory(DjangoModelFactory):
    class Meta:
        model = Incident

    title = factory.Sequence(lambda n: f"Incident {n}")
    severity = "P2"
    started_at = factory.LazyFunction(timezone.now)
    opened_at = factory.SelfAttribute("started_at")
    updated_at = factory.SelfAttribute("opened_at")


class IncidentUpdateFactory(DjangoModelFactory):
    class Meta:
        model = IncidentUpdate

    incident = factory.SubFactory(IncidentFactory)
    status = "investigating"
    body = "We are looking into it."
    html = "<p>We are looking into it.</p>"
    at = factory.SelfAttribute("incident.opened_at")


class IncidentComponentFactory(DjangoModelFactory):
    class Meta:
        model = IncidentComponent

    incident = factory.SubFactory(IncidentFactory)
    component = factory.SubFactory(ComponentFactory)
    status = "partial_outage"
    began_at = factory.SelfAttribute("incident.started_at")


class MaintenanceFactory(DjangoModelFactory):
    class Meta:
        model = Maintenance

    title = factory.Sequence(lambda n: f"Maintenance {n}")
    body = "We move a database."
    html = "<p>We move a database.</p>"
    planned_start_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=1))
    planned_end_at = factory.LazyAttribute(lambda one: one.planned_start_at + timedelta(hours=2))
    scheduled_at = factory.LazyFunction(timezone.now)
    updated_at = factory.SelfAttribute("scheduled_at")


class TicketLinkFactory(DjangoModelFactory):
    class Meta:
        model = TicketLink

    incident = factory.SubFactory(IncidentFactory)
    ticket = factory.SubFactory(TicketFactory)
    linked_at = factory.SelfAttribute("incident.opened_at")
