from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from incidents.demo import furnish
from incidents.feeds.publishing import publish
from incidents.feeds.standing import read
from incidents.models import Component, Incident, Maintenance
from incidents.states import MaintenanceState
from portal.lib.bundle_files import manifest_of
from portal.operations.models import Task

pytestmark = pytest.mark.django_db


def test_the_demo_shows_ninety_days_with_one_small_open_incident_and_work_ahead(now: datetime) -> None:
    furnish(now=now)
    standing = read(now=now)
    assert Component.objects.count() == 12
    assert [one.incident.severity for one in standing.open_incidents] == ["P3"]
    assert standing.verdict == ("minor", "Partially Degraded Service")
    assert len(standing.past_incidents) == 8
    assert {one.incident.severity for one in standing.incidents} == {"P0", "P1", "P2", "P3"}
    assert len(standing.maintenances_in(MaintenanceState.COMPLETED)) == 3
    assert len(standing.maintenances_in(MaintenanceState.SCHEDULED)) == 1
    assert all(len(one.days) == 90 and one.uptime for one in standing.components)


def test_the_post_mortems_of_the_demo_leave_work_about_their_incidents(now: datetime) -> None:
    furnish(now=now)
    tasks = Task.objects.open()
    assert tasks.count() == 2
    incidents = {str(pk) for pk in Incident.objects.values_list("pk", flat=True)}
    assert {task.about_id for task in tasks} <= incidents
    assert all(task.opened_at <= now < task.due_at for task in tasks if task.due_at)


def test_furnishing_twice_changes_nothing(now: datetime) -> None:
    furnish(now=now)
    furnish(now=now)
    assert (Component.objects.count(), Incident.objects.count(), Maintenance.objects.count()) == (12, 9, 5)


def test_the_news_of_the_demo_publishes_once(
    now: datetime, settle: Callable[..., int], settings: object, tmp_path: Path
) -> None:
    settings.STATUS_BUNDLE_DIR = tmp_path
    furnish(now=now)
    assert settle() > 50
    assert manifest_of(tmp_path)["version"] == 1
    assert publish() == 2
