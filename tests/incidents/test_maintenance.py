"""Planned work: its state is the clock's; what was planned and what happened stay apart."""

from datetime import datetime, timedelta

import pytest

from incidents.actions import (
    Plan,
    cancel_maintenance,
    finish_maintenance,
    keep_maintenance_times,
    reschedule_maintenance,
    schedule_maintenance,
    start_maintenance,
)
from incidents.models import Maintenance
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.incidents import ComponentFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def planned(now: datetime) -> Maintenance:
    """From two to four hours ahead."""
    plan = Plan("Storage upgrade", "We **enlarge** it.", now + 2 * HOUR, now + 4 * HOUR, [ComponentFactory()])
    return schedule_maintenance(plan=plan, by=None, now=now)


def names() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("name", flat=True))


def test_the_state_follows_the_clock(planned: Maintenance, now: datetime) -> None:
    states = [planned.state_at(now + hours * HOUR).value for hours in (0, 1.99, 2, 3.99, 4)]
    assert states == ["scheduled", "scheduled", "in_progress", "in_progress", "completed"]
    assert "<strong>enlarge</strong>" in planned.html
    assert names() == ["maintenance.scheduled"]


def test_work_may_start_early_and_end_early(planned: Maintenance, now: datetime) -> None:
    start_maintenance(maintenance=planned, by=None, now=now + HOUR)
    finish_maintenance(maintenance=planned, by=None, now=now + 1.5 * HOUR)
    planned.refresh_from_db()
    assert (planned.begins_at, planned.ends_at) == (now + HOUR, now + 1.5 * HOUR)
    assert (planned.planned_start_at, planned.planned_end_at) == (now + 2 * HOUR, now + 4 * HOUR)
    assert planned.state_at(now + 3 * HOUR) == "completed"


def test_work_begun_by_the_clock_counts_from_its_planned_start(planned: Maintenance, now: datetime) -> None:
    finish_maintenance(maintenance=planned, by=None, now=now + 3 * HOUR)
    planned.refresh_from_db()
    assert (planned.started_at, planned.ended_at) == (now + 2 * HOUR, now + 3 * HOUR)


def test_what_the_clock_began_and_ended_becomes_news_once(planned: Maintenance, now: datetime) -> None:
    assert keep_maintenance_times(now=now + HOUR) == 0
    assert keep_maintenance_times(now=now + 2.5 * HOUR) == 1
    assert keep_maintenance_times(now=now + 2.6 * HOUR) == 0
    assert keep_maintenance_times(now=now + 5 * HOUR) == 1
    planned.refresh_from_db()
    assert (planned.started_at, planned.ended_at) == (planned.planned_start_at, planned.planned_end_at)
    assert names() == ["maintenance.scheduled", "maintenance.started", "maintenance.finished"]


def test_a_run_that_nobody_watched_gets_both_moments(planned: Maintenance, now: datetime) -> None:
    assert keep_maintenance_times(now=now + 9 * HOUR) == 2
    planned.refresh_from_db()
    assert planned.ended_at == now + 4 * HOUR


def test_only_work_ahead_can_be_canceled(planned: Maintenance, now: datetime) -> None:
    with pytest.raises(Refused):
        cancel_maintenance(maintenance=planned, by=None, now=now + 2 * HOUR)
    cancel_maintenance(maintenance=planned, by=None, now=now + HOUR)
    planned.refresh_from_db()
    assert planned.state_at(now + 3 * HOUR) == "canceled"
    assert keep_maintenance_times(now=now + 9 * HOUR) == 0
    for action in (start_maintenance, finish_maintenance, cancel_maintenance):
        with pytest.raises(Refused):
            action(maintenance=planned, by=None, now=now + 3 * HOUR)


def test_of_running_work_only_the_end_moves(planned: Maintenance, now: datetime) -> None:
    at, start, end = now + 3 * HOUR, planned.planned_start_at, now + 6 * HOUR
    with pytest.raises(Refused) as refusal:
        reschedule_maintenance(maintenance=planned, planned_start_at=start + HOUR, planned_end_at=end, by=None, now=at)
    assert refusal.value.code == "maintenance_running"
    reschedule_maintenance(maintenance=planned, planned_start_at=start, planned_end_at=end, by=None, now=at)
    planned.refresh_from_db()
    assert planned.state_at(now + 5 * HOUR) == "in_progress"


@pytest.mark.parametrize(("first", "last", "code"), [(4, 2, "window_backwards"), (-4, -2, "window_past")])
def test_a_window_that_makes_no_sense_is_refused(now: datetime, first: int, last: int, code: str) -> None:
    plan = Plan("Work", "Text.", now + first * HOUR, now + last * HOUR, [])
    with pytest.raises(Refused) as refusal:
        schedule_maintenance(plan=plan, by=None, now=now)
    assert refusal.value.code == code
