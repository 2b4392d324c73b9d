"""What the public reads: the right state, nothing hidden, in a fixed number of queries."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from incidents.actions import (
    Opening,
    Plan,
    Report,
    Revision,
    open_incident,
    post_update,
    revise_incident,
    schedule_maintenance,
    set_component_status,
)
from incidents.feeds.pages import Pages
from incidents.feeds.standing import read
from incidents.models import Component, Incident
from portal.lib.bundle_files import BundleFile
from tests.factories.accounts import StaffFactory
from tests.factories.incidents import ComponentFactory, ComponentGroupFactory, IncidentFactory, IncidentUpdateFactory

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def bundle(now: datetime) -> dict[str, BundleFile]:
    return {file.path: file for file in Pages(read(now=now)).files()}


def told(now: datetime, name: str = "summary") -> dict[str, Any]:
    return json.loads(bundle(now)[f"api/v2/{name}.json"].body)


def opened(now: datetime, impacts: dict[Component, str], **opening: Any) -> Incident:
    words = {"title": "API down", "severity": "P1", "body": "We are on it.", **opening}
    return open_incident(opening=Opening(**words, impacts=impacts), by=None, now=now)


def planned(now: datetime, component: Component, *, starts: timedelta = HOUR) -> Any:
    plan = Plan("Storage upgrade", "We enlarge it.", now + starts, now + starts + 2 * HOUR, [component])
    return schedule_maintenance(plan=plan, by=None, now=now)


def status(component: Component, now: datetime) -> str:
    return next(one.status.value for one in read(now=now).components if one.component == component)


def test_the_effective_status_is_the_worst_of_baseline_and_open_impacts(now: datetime) -> None:
    component = ComponentFactory()
    set_component_status(component=component, status="degraded_performance", by=None, now=now)
    assert status(component, now) == "degraded_performance"
    incident = opened(now, {component: "major_outage"})
    assert status(component, now) == "major_outage"
    post_update(incident=incident, report=Report("resolved", "Fixed."), by=None, now=now + HOUR)
    assert status(component, now + HOUR) == "degraded_performance"


def test_maintenance_replaces_the_baseline_while_it_runs_and_an_incident_shows_through(now: datetime) -> None:
    component = ComponentFactory()
    set_component_status(component=component, status="partial_outage", by=None, now=now)
    planned(now, component)
    assert status(component, now) == "partial_outage"
    assert status(component, now + 1.5 * HOUR) == "under_maintenance"
    opened(now + 2 * HOUR, {component: "degraded_performance"})
    assert status(component, now + 2 * HOUR) == "degraded_performance"


def test_history_counts_an_outage_from_when_it_began_and_leaves_planned_work_out(now: datetime) -> None:
    component = ComponentFactory(tracked_since=now - 10 * DAY)
    incident = opened(now - 4 * DAY, {component: "major_outage"}, started_at=now - 4 * DAY - HOUR)
    post_update(incident=incident, report=Report("resolved", "Fixed."), by=None, now=now - 4 * DAY + HOUR)
    planned(now - 2 * DAY, component)
    one = read(now=now).components[0]
    marks = [day.state for day in one.days]
    assert len(marks) == 90
    assert marks[:79] == ["unknown"] * 79
    assert [marks[-5], marks[-3]] == ["major_outage", "under_maintenance"]
    assert one.uptime == "99.15"  # 2 h of 238 h
    assert [day.on for day in one.disrupted_days] == [(now - 4 * DAY).date()]


def test_a_gap_in_an_incident_is_no_downtime(now: datetime) -> None:
    component = ComponentFactory(tracked_since=now - 10 * HOUR)
    incident = opened(now - 10 * HOUR, {component: "major_outage"})
    for hours, state in ((9, "resolved"), (5, "investigating"), (4, "resolved")):
        impacts = {component: "major_outage"} if state == "investigating" else {}
        report = Report(state, "News.", impacts)
        post_update(incident=incident, report=report, by=None, now=now - hours * HOUR)
    assert read(now=now).components[0].uptime == "80.00"


def test_hidden_components_incidents_and_maintenance_are_in_no_file(now: datetime) -> None:
    shown, hidden = ComponentFactory(name="Shown"), ComponentFactory(name="Secret engine", is_public=False)
    ComponentFactory(name="Fine")
    both = opened(now, {shown: "partial_outage", hidden: "major_outage"}, title="Seen by all")
    private = opened(now, {shown: "major_outage"}, title="Embargoed breach", is_public=False)
    plan = Plan("Quiet work", "Nobody knows.", now - HOUR + DAY, now + 2 * DAY, [shown], is_public=False)
    schedule_maintenance(plan=plan, by=None, now=now)
    planned(now, hidden, starts=2 * HOUR)
    found = bundle(now)
    every = b"".join(file.body + file.stale_body for file in found.values()).decode()
    for secret in ("Secret engine", hidden.public_id, "Embargoed breach", private.public_id, "Quiet work"):
        assert secret not in every, secret
    assert f"incidents/{both.public_id}/" in found
    assert f"incidents/{private.public_id}/" not in found
    assert told(now)["incidents"][0]["incident_updates"][0]["affected_components"] == [
        {"code": shown.public_id, "name": "Shown", "old_status": "operational", "new_status": "partial_outage"}
    ]
    assert told(now)["status"]["indicator"] == "minor", "the hidden outages contribute nothing"


def test_an_incident_that_is_hidden_leaves_the_page(now: datetime) -> None:
    component = ComponentFactory()
    incident = opened(now, {component: "major_outage"})
    revision = Revision(incident.title, "P1", is_public=False)
    revise_incident(incident=incident, revision=revision, by=StaffFactory(), now=now)
    assert told(now)["incidents"] == []
    assert told(now)["status"]["indicator"] == "none"


def test_the_summary_is_in_the_shape_that_clients_know(now: datetime) -> None:
    group = ComponentGroupFactory(name="Web")
    first = ComponentFactory(name="API", group=group, position=1, description="", tracked_since=now - DAY)
    ComponentFactory(name="Site", group=group, position=2)
    ComponentFactory(name="Alone", group=None)
    incident = opened(now, {first: "major_outage"})
    work = planned(now, first)
    summary = told(now)
    assert list(summary) == ["page", "components", "incidents", "scheduled_maintenances", "status"]
    assert list(summary["page"]) == ["id", "name", "url", "time_zone", "updated_at"]
    assert summary["page"]["updated_at"] == "2026-03-10T09:30:00.000Z"
    assert [one["position"] for one in summary["components"]] == [1, 2, 3, 4]
    web, api, _site, alone = summary["components"]
    assert (web["group"], web["status"], web["components"][0]) == (True, "major_outage", first.public_id)
    assert api == {
        "id": first.public_id, "name": "API", "status": "major_outage", "created_at": "2026-03-09T09:30:00.000Z",
        "updated_at": "2026-03-09T09:30:00.000Z", "position": 2, "description": None, "showcase": True,
        "start_date": "2026-03-09", "group_id": group.public_id, "page_id": summary["page"]["id"], "group": False,
        "only_show_if_degraded": False,
    }  # fmt: skip
    assert alone["group_id"] is None
    one = summary["incidents"][0]
    assert (one["id"], one["impact"], one["status"], one["resolved_at"]) == (
        incident.public_id, "major", "investigating", None,
    )  # fmt: skip
    assert one["shortlink"].endswith(f"/status/incidents/{incident.public_id}/")
    assert one["components"] == [api]
    scheduled = summary["scheduled_maintenances"][0]
    assert (scheduled["id"], scheduled["impact"], scheduled["status"]) == (work.public_id, "maintenance", "scheduled")
    assert scheduled["scheduled_for"] == "2026-03-10T10:30:00.000Z"
    assert summary["status"] == {"indicator": "major", "description": "Partial System Outage"}


def test_open_incidents_do_not_move_the_indicator(now: datetime) -> None:
    ComponentFactory()
    opened(now, {})
    assert told(now, "status")["status"] == {"indicator": "none", "description": "All Systems Operational"}
    assert len(told(now, "incidents/unresolved")["incidents"]) == 1


def test_each_list_holds_what_its_name_says(now: datetime) -> None:
    component = ComponentFactory()
    incident = opened(now - 3 * HOUR, {component: "partial_outage"})
    post_update(incident=incident, report=Report("resolved", "Fixed."), by=None, now=now - 2 * HOUR)
    running, ahead = planned(now - 2 * HOUR, component), planned(now, component, starts=DAY)
    over = planned(now - 9 * HOUR, component)

    def ids(name: str, key: str) -> list[str]:
        return [one["id"] for one in told(now, name)[key]]

    assert ids("incidents", "incidents") == [incident.public_id]
    assert ids("incidents/unresolved", "incidents") == []
    assert ids("scheduled-maintenances", "scheduled_maintenances") == [
        ahead.public_id, running.public_id, over.public_id,
    ]  # fmt: skip
    assert ids("scheduled-maintenances/upcoming", "scheduled_maintenances") == [ahead.public_id]
    assert ids("scheduled-maintenances/active", "scheduled_maintenances") == [running.public_id]
    steps = told(now, "scheduled-maintenances")["scheduled_maintenances"][-1]["incident_updates"]
    assert [step["status"] for step in steps] == ["completed", "in_progress", "scheduled"]


def test_updates_are_told_newest_first(now: datetime) -> None:
    incident = opened(now, {})
    post_update(incident=incident, report=Report("identified", "Found it."), by=None, now=now + HOUR)
    one = told(now + HOUR, "incidents")["incidents"][0]
    assert [update["body"] for update in one["incident_updates"]] == ["Found it.", "We are on it."]


def test_the_page_says_the_verdict_the_rule_and_what_happened(now: datetime) -> None:
    group = ComponentGroupFactory(name="Delivery")
    component = ComponentFactory(name="Telegram bot", group=group)
    opened(now, {component: "major_outage"}, title="Telegram bot does not answer")
    planned(now, component, starts=DAY)
    page = bundle(now)[""].body.decode()
    for words in ("Major system outage", "Delivery", "Telegram bot does not answer", "Storage upgrade", "partial"):
        assert words in page
    assert "A major outage counts 100% of its time, a partial outage 30%, degraded performance 0%" in page
    assert "<script" not in page
    assert 'aria-label="Last 90 days:' in page


def test_the_last_known_form_claims_nothing(now: datetime) -> None:
    ComponentFactory()
    page = bundle(now)[""]
    assert "<h1>All systems operational</h1>" in page.body.decode()
    stale = page.stale_body.decode()
    assert "<h1>All systems operational</h1>" not in stale
    assert "Last known state as of" in stale
    assert json.loads(bundle(now)["api/v2/status.json"].stale_body)["portal_last_known"] is True


def test_the_clock_alone_changes_no_file(now: datetime) -> None:
    component = ComponentFactory()
    incident = opened(now - DAY, {component: "major_outage"})
    post_update(incident=incident, report=Report("resolved", "Fixed."), by=None, now=now - DAY + HOUR)
    planned(now, component, starts=DAY)
    before, after = bundle(now), bundle(now + timedelta(seconds=40))
    assert {path: file.etag for path, file in before.items()} == {path: file.etag for path, file in after.items()}


def test_reading_and_rendering_take_the_same_queries_for_one_component_and_for_thirty(
    now: datetime, django_assert_num_queries: Callable[..., Any]
) -> None:
    def fill(count: int) -> None:
        for _ in range(count):
            component = ComponentFactory()
            set_component_status(component=component, status="degraded_performance", by=None, now=now - DAY)
            opened(now, {component: "partial_outage"})
            planned(now, component)

    fill(1)
    bundle(now)  # the brand of this host is remembered for a while
    with django_assert_num_queries(8):
        bundle(now)
    fill(30)
    with django_assert_num_queries(8):
        bundle(now)


def test_an_incident_of_long_ago_is_not_in_the_bundle_but_can_be_read(now: datetime) -> None:
    long_ago = now - 500 * DAY
    incident = IncidentFactory(started_at=long_ago, status="resolved", resolved_at=long_ago + HOUR)
    IncidentUpdateFactory(incident=incident, status="resolved")
    path = f"incidents/{incident.public_id}/"
    assert path not in bundle(now)
    assert Pages(read(now=now, also=incident.public_id)).file(path) is not None
