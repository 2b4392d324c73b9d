"""How everything stands, for programs."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories.incidents import ComponentFactory, IncidentComponentFactory, IncidentFactory, MaintenanceFactory

pytestmark = pytest.mark.django_db
STATUS = "/api/v1/status"


def test_the_status_tells_the_public_what_is_wrong_and_what_is_planned(client: Client) -> None:
    gateway = ComponentFactory(name="Gateway")
    ComponentFactory(name="Vault", is_public=False)
    incident = IncidentFactory(title="Orders are late")
    IncidentComponentFactory(incident=incident, component=gateway, status="partial_outage")
    IncidentFactory(title="Secret trouble", is_public=False)
    soon = timezone.now() + timedelta(days=1)
    work = MaintenanceFactory(title="New disks", planned_start_at=soon, planned_end_at=soon + timedelta(hours=1))
    work.components.add(gateway)
    told = client.get(STATUS).json()
    assert told["indicator"] != "none"
    assert [(one["name"], one["status"]) for one in told["components"]] == [("Gateway", "partial_outage")]
    assert [(one["title"], one["components"]) for one in told["incidents"]] == [
        ("Orders are late", [gateway.public_id])
    ]
    assert [(one["title"], one["status"]) for one in told["maintenances"]] == [("New disks", "scheduled")]
    assert "Secret" not in client.get(STATUS).text


def test_the_number_of_queries_is_the_same_for_few_and_many(client: Client, django_assert_num_queries: Any) -> None:
    for count in (1, 10):
        for _one in range(count):
            incident = IncidentFactory()
            IncidentComponentFactory(incident=incident, component=ComponentFactory())
            MaintenanceFactory().components.add(ComponentFactory())
        with django_assert_num_queries(8):
            client.get(STATUS)


def test_the_status_takes_no_parameter(client: Client) -> None:
    assert client.get(f"{STATUS}?all=1").status_code == 400
