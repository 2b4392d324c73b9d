"""Opening, telling, moving impacts, resolving, reopening."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from incidents.actions import Opening, Report, Revision, open_incident, post_update, revise_incident, set_impact
from incidents.models import Incident, IncidentComponent
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.incidents import ComponentFactory, IncidentComponentFactory, IncidentFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def incident(now: datetime) -> Incident:
    """Open for ten minutes, with one component down since."""
    opening = Opening("API down", "P0", "We are on it.", {ComponentFactory(name="API"): "major_outage"})
    return open_incident(opening=opening, by=None, now=now)


def rows(incident: Incident) -> list[tuple]:
    return list(incident.impacts.values_list("status", "began_at", "ended_at"))


def test_an_incident_opens_with_its_first_update_and_its_impacts(now: datetime) -> None:
    by, api = StaffFactory(), ComponentFactory()
    began = now - 10 * MINUTE
    opening = Opening("  API down ", "P0", "We are **on it**.", {api: "major_outage"}, started_at=began)
    incident = open_incident(opening=opening, by=by, now=now)
    assert (incident.title, incident.status, incident.started_at, incident.opened_at) == (
        "API down", "investigating", began, now,
    )  # fmt: skip
    assert rows(incident) == [("major_outage", began, None)]
    update = incident.updates.get()
    assert "<strong>on it</strong>" in update.html
    assert update.affected == [{"code": api.public_id, "old": "operational", "new": "major_outage"}]
    event = Event.objects.get(name="incident.opened")
    assert (event.organization_id, event.by_id, event.details["severity"]) == (None, by.pk, "P0")
    api.refresh_from_db()
    assert api.status == "operational", "an incident never writes the baseline"


def test_html_in_an_update_is_shown_as_text(incident: Incident, now: datetime) -> None:
    report = Report("identified", "<script>alert(1)</script> [x](javascript:alert(1))")
    html = post_update(incident=incident, report=report, by=None, now=now).html
    assert "<script" not in html
    assert "javascript:" not in html


@pytest.mark.parametrize(
    ("opening", "code"),
    [
        ({"started_at": timedelta(minutes=5)}, "future_start"),
        ({"status": "resolved"}, "opened_resolved"),
        ({"body": "   "}, "empty_update"),
    ],
)
def test_an_incident_that_makes_no_sense_is_refused(now: datetime, opening: dict, code: str) -> None:
    if "started_at" in opening:
        opening = {"started_at": now + opening["started_at"]}
    with pytest.raises(Refused) as refusal:
        open_incident(opening=Opening(**{"title": "x", "severity": "P2", "body": "y", **opening}), by=None, now=now)
    assert refusal.value.code == code


def test_the_newest_update_is_the_status(incident: Incident, now: datetime) -> None:
    for minutes, status in enumerate(["identified", "monitoring", "identified"], start=1):
        post_update(incident=incident, report=Report(status, "News."), by=None, now=now + minutes * MINUTE)
    incident.refresh_from_db()
    assert (incident.status, incident.monitoring_at, incident.resolved_at) == ("identified", None, None)


def test_an_update_may_move_impacts_and_the_history_stays_exact(incident: Incident, now: datetime) -> None:
    api = incident.components.get()
    report = Report("monitoring", "A fix is out.", {api: "degraded_performance"})
    update = post_update(incident=incident, report=report, by=None, now=now + 30 * MINUTE)
    assert update.affected == [{"code": api.public_id, "old": "major_outage", "new": "degraded_performance"}]
    assert rows(incident) == [
        ("major_outage", now, now + 30 * MINUTE),
        ("degraded_performance", now + 30 * MINUTE, None),
    ]


def test_resolving_ends_every_impact(incident: Incident, now: datetime) -> None:
    api = incident.components.get()
    at = now + 60 * MINUTE
    update = post_update(incident=incident, report=Report("resolved", "Fixed."), by=None, now=at)
    incident.refresh_from_db()
    assert incident.resolved_at == at
    assert rows(incident) == [("major_outage", now, at)]
    assert update.affected == [{"code": api.public_id, "old": "major_outage", "new": "operational"}]
    assert Event.objects.filter(name="incident.resolved").count() == 1


def test_an_impact_moved_by_the_resolving_update_is_told_once(incident: Incident, now: datetime) -> None:
    api = incident.components.get()
    report = Report("resolved", "Fixed.", {api: "degraded_performance"})
    update = post_update(incident=incident, report=report, by=None, now=now + MINUTE)
    assert update.affected == [{"code": api.public_id, "old": "major_outage", "new": "operational"}]
    assert not incident.impacts.lasting().exists()


def test_a_resolved_incident_takes_only_an_update_that_reopens_it(incident: Incident, now: datetime) -> None:
    post_update(incident=incident, report=Report("resolved", "Fixed."), by=None, now=now + MINUTE)
    with pytest.raises(Refused) as refusal:
        post_update(incident=incident, report=Report("monitoring", "Hm."), by=None, now=now + 2 * MINUTE)
    assert refusal.value.code == "incident_resolved"
    api = incident.components.get()
    again = Report("investigating", "It is back.", {api: "partial_outage"})
    post_update(incident=incident, report=again, by=None, now=now + 3 * MINUTE)
    incident.refresh_from_db()
    assert (incident.status, incident.resolved_at) == ("investigating", None)
    assert rows(incident)[-1] == ("partial_outage", now + 3 * MINUTE, None)
    assert Event.objects.filter(name="incident.reopened").count() == 1


def test_updates_stay_in_order(incident: Incident, now: datetime) -> None:
    with pytest.raises(Refused) as refusal:
        post_update(incident=incident, report=Report("identified", "News."), by=None, now=now - MINUTE)
    assert refusal.value.code == "update_out_of_order"


def test_a_clock_that_steps_back_does_not_silence_the_commander(incident: Incident) -> None:
    """A moment that was given must fit; the machine's own clock may be wrong."""
    ahead = timezone.now() + timedelta(minutes=3)
    post_update(incident=incident, report=Report("monitoring", "Better."), by=None, now=ahead)
    set_impact(incident=incident, component=ComponentFactory(), status="partial_outage", by=None)
    post_update(incident=incident, report=Report("resolved", "Over."), by=None)
    incident.refresh_from_db()
    assert incident.resolved_at == ahead
    assert not incident.impacts.lasting().exists()


def test_a_refused_update_leaves_nothing_behind(incident: Incident, now: datetime) -> None:
    api = incident.components.get()
    with pytest.raises(Refused):
        post_update(incident=incident, report=Report("identified", " ", {api: "operational"}), by=None, now=now)
    assert rows(incident) == [("major_outage", now, None)]
    assert incident.updates.count() == 1


def test_an_impact_can_change_without_an_update(incident: Incident, now: datetime) -> None:
    api = incident.components.get()
    set_impact(incident=incident, component=api, status="partial_outage", by=None, now=now + MINUTE)
    set_impact(incident=incident, component=api, status="partial_outage", by=None, now=now + 2 * MINUTE)
    assert [status for status, _began, _ended in rows(incident)] == ["major_outage", "partial_outage"]
    event = Event.objects.get(name="incident.impact_changed")
    assert event.details == {"component_id": api.pk, "old": "major_outage", "new": "partial_outage"}


@pytest.mark.parametrize("status", ["under_maintenance", "broken"])
def test_an_incident_cannot_lay_what_only_the_clock_may(incident: Incident, now: datetime, status: str) -> None:
    with pytest.raises(Refused) as refusal:
        set_impact(incident=incident, component=ComponentFactory(), status=status, by=None, now=now)
    assert refusal.value.code == "status_unknown"


def test_a_resolved_incident_touches_nothing(incident: Incident, now: datetime) -> None:
    post_update(incident=incident, report=Report("resolved", "Fixed."), by=None, now=now + MINUTE)
    with pytest.raises(Refused):
        set_impact(incident=incident, component=ComponentFactory(), status="partial_outage", by=None)


def test_a_revision_tells_which_fields_changed(incident: Incident, now: datetime) -> None:
    by = StaffFactory()
    revision = Revision("API unreachable", "P1", "minor", is_public=False)
    revise_incident(incident=incident, revision=revision, by=by, now=now)
    revise_incident(incident=incident, revision=revision, by=by, now=now)
    event = Event.objects.get(name="incident.revised")
    assert event.details == {"fields": "title, severity, impact_override, is_public"}


def test_the_table_refuses_two_impacts_of_one_incident_on_one_component_at_once(now: datetime) -> None:
    first = IncidentComponentFactory(began_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentComponentFactory(incident=first.incident, component=first.component, began_at=now + MINUTE)
    IncidentComponent.objects.update(ended_at=now + MINUTE)
    IncidentComponentFactory(incident=first.incident, component=first.component, began_at=now + MINUTE)


def test_the_table_refuses_a_resolved_incident_without_its_moment(now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        IncidentFactory(status="resolved")


def test_a_form_that_was_sent_twice_opens_one_incident(now: datetime) -> None:
    by, api = StaffFactory(), ComponentFactory()
    opening = Opening("API down", "P0", "We are on it.", {api: "major_outage"})
    first = open_incident(opening=opening, by=by, now=now)
    assert open_incident(opening=opening, by=by, now=now + timedelta(seconds=3)) == first
    assert Event.objects.filter(name="incident.opened").count() == 1
    assert open_incident(opening=opening, by=StaffFactory(), now=now + timedelta(seconds=4)) != first
    assert open_incident(opening=opening, by=by, now=now + 3 * MINUTE) != first


def test_an_update_that_was_sent_twice_is_one(now: datetime) -> None:
    by, api = StaffFactory(), ComponentFactory()
    incident = open_incident(opening=Opening("API down", "P0", "On it.", {api: "major_outage"}), by=by, now=now)
    report = Report("identified", "A disk is full.", {api: "partial_outage"})
    first = post_update(incident=incident, report=report, by=by, now=now + MINUTE)
    assert post_update(incident=incident, report=report, by=by, now=now + MINUTE + timedelta(seconds=2)) == first
    done = Report("resolved", "Fixed.")
    last = post_update(incident=incident, report=done, by=by, now=now + 2 * MINUTE)
    assert post_update(incident=incident, report=done, by=by, now=now + 2 * MINUTE + timedelta(seconds=2)) == last
    assert incident.updates.count() == 3
    assert Event.objects.filter(name="incident.resolved").count() == 1
    again = Report("investigating", "It is back.")
    assert post_update(incident=incident, report=again, by=by, now=now + 3 * MINUTE) != last


def test_the_same_words_about_another_component_are_another_update(now: datetime) -> None:
    by, api, web = StaffFactory(), ComponentFactory(), ComponentFactory()
    incident = open_incident(opening=Opening("Down", "P0", "On it.", {api: "major_outage"}), by=by, now=now)
    post_update(incident=incident, report=Report("identified", "Found."), by=by, now=now + MINUTE)
    more = Report("identified", "Found.", {web: "major_outage"})
    post_update(incident=incident, report=more, by=by, now=now + MINUTE + timedelta(seconds=5))
    assert incident.updates.count() == 3
