"""Staff run incidents in the admin."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from incidents.models import Component, Incident, IncidentComponent, Maintenance, StatusPage
from portal.accounts.models import User
from tests.factories.accounts import StaffFactory
from tests.factories.incidents import ComponentFactory, IncidentComponentFactory, IncidentFactory, MaintenanceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_second_factor(settings: object) -> None:
    settings.STAFF_SECOND_FACTOR = False


def staff(role: str) -> User:
    user = StaffFactory()
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def commander(client: Client, db: None) -> User:
    user = staff("incident-commander")
    client.force_login(user)
    return user


def test_a_commander_opens_an_incident_on_one_page(client: Client, commander: User) -> None:
    component = ComponentFactory(name="Dashboard")
    address = reverse("admin:incidents_incident_add")
    assert "Dashboard" in client.get(address).content.decode()
    words = {
        "title": "Dashboard down", "severity": "P0", "status": "investigating", "body": "We are on it.",
        "is_public": "on", f"impact_{component.pk}": "major_outage",
    }  # fmt: skip
    response = client.post(address, words)
    incident = Incident.objects.get()
    assert response["Location"] == reverse("admin:incidents_incident_change", args=[incident.pk])
    assert (incident.title, incident.severity, incident.opened_by) == ("Dashboard down", "P0", commander)
    assert IncidentComponent.objects.get().status == "major_outage"


def test_an_incident_without_a_first_update_is_sent_back_with_what_was_written(client: Client, commander: User) -> None:
    response = client.post(reverse("admin:incidents_incident_add"), {"title": "Dashboard down", "severity": "P0"})
    assert response.status_code == 422
    assert "Dashboard down" in response.content.decode()
    assert not Incident.objects.exists()


def test_a_commander_posts_an_update_and_moves_impacts(client: Client, commander: User) -> None:
    impact = IncidentComponentFactory(status="major_outage", began_at=timezone.now() - timedelta(hours=1))
    incident, component = impact.incident, impact.component
    address = reverse("admin:incidents_incident_change", args=[incident.pk])
    assert incident.title in client.get(address).content.decode()
    words = {"body": "A fix is out.", "status": "monitoring", f"impact_{component.pk}": "degraded_performance"}
    assert client.post(address, words).status_code == 302
    incident.refresh_from_db()
    assert incident.status == "monitoring"
    assert list(incident.impacts.values_list("status", flat=True)) == ["major_outage", "degraded_performance"]
    page = client.get(address).content.decode()
    assert "A fix is out." in page
    assert f"{commander.name} posted an update" in page


def test_a_refused_update_says_why_above_the_box(client: Client, commander: User) -> None:
    impact = IncidentComponentFactory(status="major_outage", began_at=timezone.now() + timedelta(hours=1))
    address = reverse("admin:incidents_incident_change", args=[impact.incident.pk])
    words = {"body": "Too early.", "status": "identified", f"impact_{impact.component.pk}": "degraded_performance"}
    response = client.post(address, words)
    assert response.status_code == 422
    assert "This component was moved at a later moment already." in response.content.decode()


def test_a_commander_revises_an_incident(client: Client, commander: User) -> None:
    incident = IncidentFactory(severity="P3")
    address = reverse("admin:incidents_incident_revise", args=[incident.pk])
    assert client.get(address).status_code == 200
    client.post(address, {"title": "Charts slow", "severity": "P2", "impact_override": ""})
    incident.refresh_from_db()
    assert (incident.title, incident.severity, incident.is_public) == ("Charts slow", "P2", False)


def test_an_agent_reads_the_desk_but_cannot_post(client: Client) -> None:
    client.force_login(staff("agent-l1"))
    incident = IncidentFactory()
    address = reverse("admin:incidents_incident_change", args=[incident.pk])
    page = client.get(address)
    assert page.status_code == 200
    assert "Post the update" not in page.content.decode()
    client.post(address, {"body": "Mine.", "status": "resolved"})
    assert not incident.updates.exists()
    assert client.get(reverse("admin:incidents_incident_add")).status_code == 403
    assert client.get(reverse("admin:incidents_incident_revise", args=[incident.pk])).status_code == 403


def test_a_commander_schedules_moves_and_cancels_maintenance(client: Client, commander: User) -> None:
    component = ComponentFactory()
    start = timezone.now() + timedelta(days=2)
    words = {
        "title": "Storage upgrade", "body": "We enlarge it.", "planned_start_at": f"{start:%Y-%m-%dT%H:%M}",
        "planned_end_at": f"{start + timedelta(hours=2):%Y-%m-%dT%H:%M}", "components": [component.pk],
        "is_public": "on",
    }  # fmt: skip
    client.post(reverse("admin:incidents_maintenance_add"), words)
    maintenance = Maintenance.objects.get()
    assert maintenance.scheduled_by == commander
    detail = client.get(reverse("admin:incidents_maintenance_change", args=[maintenance.pk])).content.decode()
    assert "Scheduled" in detail
    later = start + timedelta(days=1)
    moved = {
        "planned_start_at": f"{later:%Y-%m-%dT%H:%M}",
        "planned_end_at": f"{later + timedelta(hours=1):%Y-%m-%dT%H:%M}",
    }
    client.post(reverse("admin:incidents_maintenance_reschedule", args=[maintenance.pk]), moved)
    maintenance.refresh_from_db()
    assert maintenance.planned_start_at.date() == later.date()
    client.post(reverse("admin:incidents_maintenance_cancel", args=[maintenance.pk]))
    maintenance.refresh_from_db()
    assert maintenance.canceled_at is not None


def test_a_commander_starts_and_finishes_maintenance_by_hand(client: Client, commander: User) -> None:
    maintenance = MaintenanceFactory()
    assert client.get(reverse("admin:incidents_maintenance_start", args=[maintenance.pk])).status_code == 200
    client.post(reverse("admin:incidents_maintenance_start", args=[maintenance.pk]))
    client.post(reverse("admin:incidents_maintenance_finish", args=[maintenance.pk]))
    maintenance.refresh_from_db()
    assert maintenance.started_at and maintenance.ended_at
    assert maintenance.state_at(timezone.now()) == "completed"


def test_a_commander_sets_a_baseline_with_a_reason(client: Client, commander: User) -> None:
    component = ComponentFactory()
    words = {"status": "partial_outage", "reason": "Half of the servers are gone."}
    client.post(reverse("admin:incidents_component_set_status", args=[component.pk]), words)
    component.refresh_from_db()
    assert component.status == "partial_outage"
    page = client.get(reverse("admin:incidents_component_change", args=[component.pk])).content.decode()
    assert "Half of the servers are gone." in page


def test_components_groups_and_the_page_are_kept_in_the_admin(client: Client, now: datetime) -> None:
    client.force_login(staff("administrator"))
    client.post(reverse("admin:incidents_componentgroup_add"), {"name": "Web", "description": "", "position": 1})
    words = {
        "name": "API", "description": "", "group": "", "position": 1, "is_public": "on",
        "tracked_since_0": "2026-03-10", "tracked_since_1": "09:30:00",
    }  # fmt: skip
    assert client.post(reverse("admin:incidents_component_add"), words).status_code == 302
    assert Component.objects.get().tracked_since == now
    page = {"about": "Hello.", "weight_major": "1", "weight_partial": "0.5", "weight_degraded": "0"}
    client.post(reverse("admin:incidents_statuspage_add"), page)
    assert StatusPage.objects.current().about == "Hello."
    for model in ("componentgroup", "component", "incident", "maintenance", "statuspage"):
        assert client.get(reverse(f"admin:incidents_{model}_changelist")).status_code == 200


def test_an_address_that_is_no_key_is_a_missing_page(client: Client, commander: User) -> None:
    assert client.get("/admin/incidents/incident/1/change/something.css/change/").status_code == 404


def test_who_may_only_look_posts_no_update(client: Client) -> None:
    incident = IncidentFactory()
    client.force_login(staff("agent-l1"))
    address = reverse("admin:incidents_incident_change", args=[incident.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"status": "identified", "body": "Mine."}).status_code == 403
    assert not incident.updates.filter(body="Mine.").exists()
