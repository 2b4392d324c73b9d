"""Before anything is published Django answers the same addresses; the banner is always Django's."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.incidents import (
    ComponentFactory,
    IncidentComponentFactory,
    IncidentFactory,
    IncidentUpdateFactory,
    MaintenanceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> None:
    settings.STATUS_BUNDLE_DIR = tmp_path


def test_an_empty_page_is_a_page(client: Client) -> None:
    response = client.get("/status/")
    assert response.status_code == 200
    assert "No components are shown yet." in response.content.decode()


def test_the_page_is_rendered_live_with_its_own_policy(client: Client) -> None:
    component = ComponentFactory(name="Dashboard")
    response = client.get(reverse("incidents:status"))
    assert component.name in response.content.decode()
    assert "style-src 'sha256-" in response["Content-Security-Policy"]
    assert "script-src" not in response["Content-Security-Policy"]
    assert "max-age=20" in response["Cache-Control"]


def test_every_public_address_answers_without_log_in(client: Client) -> None:
    incident = IncidentUpdateFactory().incident
    maintenance = MaintenanceFactory()
    for name, arguments in (
        ("incidents:status", []),
        ("incidents:history", []),
        ("incidents:incident", [incident.public_id]),
        ("incidents:maintenance", [maintenance.public_id]),
        ("incidents:document", ["summary.json"]),
        ("incidents:document", ["scheduled-maintenances/upcoming.json"]),
    ):
        assert client.get(reverse(name, args=arguments)).status_code == 200, name


def test_json_is_json_for_any_origin(client: Client) -> None:
    response = client.get("/status/api/v2/summary.json")
    assert response.json()["status"]["indicator"] == "none"
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path", ["incidents/unknown/", "maintenance/unknown/", "api/v2/nothing.json", "api/v2/../summary.json"]
)
def test_unknown_addresses_are_not_found(client: Client, path: str) -> None:
    assert client.get(f"/status/{path}").status_code == 404


def test_hidden_incidents_and_maintenance_are_not_found(client: Client) -> None:
    incident, maintenance = IncidentFactory(is_public=False), MaintenanceFactory(is_public=False)
    assert client.get(reverse("incidents:incident", args=[incident.public_id])).status_code == 404
    assert client.get(reverse("incidents:maintenance", args=[maintenance.public_id])).status_code == 404


def test_the_banner_names_what_is_wrong_and_links_to_it(client: Client) -> None:
    impact = IncidentComponentFactory(incident__title="Charts <b>slow</b>", component__name="Dashboard")
    page = client.get(reverse("incidents:banner")).content.decode()
    assert "Charts &lt;b&gt;slow&lt;/b&gt;" in page
    assert "Dashboard" in page
    assert f"/status/incidents/{impact.incident.public_id}/" in page


def test_without_trouble_the_banner_leaves_the_page_as_it_is(client: Client) -> None:
    IncidentFactory(is_public=False)
    response = client.get(reverse("incidents:banner"))
    assert (response.status_code, response.content) == (204, b"")
