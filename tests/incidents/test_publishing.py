"""News publishes the page; the clock keeps it fresh; two publishers never get in each other's way."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection

from incidents.actions import Opening, open_incident
from incidents.current import open_incidents
from incidents.feeds import publishing
from incidents.feeds.publishing import NEWS, StillPublishing, publish, publish_news
from incidents.probes import status_page
from incidents.tasks import publish as publish_task
from portal.events.listeners import reactions
from portal.events.models import Event
from portal.lib.bundle_files import manifest_of
from tests.factories.incidents import ComponentFactory, IncidentComponentFactory, IncidentFactory, MaintenanceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    settings.STATUS_BUNDLE_DIR = tmp_path
    return tmp_path


def opened(now: datetime) -> None:
    opening = Opening("API down", "P1", "We are on it.", {ComponentFactory(): "major_outage"})
    open_incident(opening=opening, by=None, now=now)


def test_an_incident_is_on_the_page_as_soon_as_its_news_is_delivered(
    now: datetime, folder: Path, settle: Callable[..., int]
) -> None:
    opened(now)
    assert manifest_of(folder)["version"] == 0
    settle()
    assert "API down" in (folder / "current" / "index.html").read_text()


def test_every_event_of_this_app_publishes() -> None:
    ours = {
        name for name, listeners in reactions().items() if "incidents.receivers.publish_the_status_page" in listeners
    }
    assert ours == set(NEWS)


def test_a_bundle_that_covers_the_news_is_not_made_again(now: datetime, folder: Path) -> None:
    opened(now)
    event = Event.objects.get()
    assert publish_news(event_id=event.pk) == 1
    assert publish_news(event_id=event.pk) is None
    opened(now)
    assert publish_news(event_id=Event.objects.order_by("-pk")[0].pk) == 2


def test_each_minute_the_page_is_published_anew_and_maintenance_becomes_news(folder: Path, now: datetime) -> None:
    MaintenanceFactory(planned_start_at=now)  # long ago by the real clock
    assert publish_task() == 1
    assert publish_task() == 2
    assert list(Event.objects.oldest_first().values_list("name", flat=True)) == [
        "maintenance.started",
        "maintenance.finished",
    ]


def test_while_another_publisher_is_at_work_the_clock_steps_back_and_news_waits(
    folder: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(now)
    monkeypatch.setattr(publishing, "_WAIT_S", 0.2)
    with psycopg.connect(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [publishing._LOCK])
        assert publish() is None
        with pytest.raises(StillPublishing):
            publish_news(event_id=Event.objects.get().pk)
    assert publish_news(event_id=Event.objects.get().pk) == 1


def test_the_probe_tells_how_old_the_page_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not status_page().is_ok
    publish()
    reading = status_page()
    assert reading.is_ok
    assert reading.figures["version"] == 1
    later = manifest_of(folder)["generated_at"] + 181
    monkeypatch.setattr("incidents.probes.time.time", lambda: later)
    assert not status_page().is_ok


def test_what_is_wrong_now_is_known_to_the_other_apps(now: datetime) -> None:
    incident = IncidentFactory(title="API down", started_at=now)
    api = ComponentFactory(name="API")
    IncidentComponentFactory(incident=incident, component=api, began_at=now, ended_at=now + timedelta(hours=1))
    IncidentComponentFactory(incident=incident, component=api, began_at=now + timedelta(hours=1))
    IncidentComponentFactory(incident=incident, component=ComponentFactory(name="Engine", is_public=False))
    IncidentFactory(is_public=False, started_at=now)
    IncidentFactory(status="resolved", started_at=now, resolved_at=now)
    trouble = open_incidents(now)
    assert [(one.title, one.components, one.since) for one in trouble] == [("API down", ("API",), now)]
    assert trouble[0].url == f"/status/incidents/{incident.public_id}/"


def test_the_folder_of_the_bundle_is_a_setting() -> None:
    assert isinstance(django_settings.STATUS_BUNDLE_DIR, Path)


def test_a_fault_in_keeping_the_clock_is_told_of_and_the_page_goes_out_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> int:
        raise RuntimeError("a maintenance of its own kind")

    monkeypatch.setattr("incidents.tasks.keep_maintenance_times", broken)
    with pytest.raises(RuntimeError):
        publish_task()
    assert manifest_of(folder)["version"] == 1
