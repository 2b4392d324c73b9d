"""Baselines: one writer, every step kept, never touched by incidents or maintenance."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from incidents.actions import keep_component, set_component_status
from incidents.models import Component, StatusPage
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.lib.uptime import Weights
from tests.factories.accounts import StaffFactory
from tests.factories.incidents import ComponentFactory, StatusPageFactory

pytestmark = pytest.mark.django_db


def test_a_step_keeps_old_new_source_reason_and_author(now: datetime) -> None:
    by, component = StaffFactory(), ComponentFactory()
    set_component_status(component=component, status="partial_outage", by=by, reason="Disk full.", now=now)
    step = component.status_changes.get()
    assert (step.old, step.new, step.source, step.reason, step.by, step.at) == (
        "operational", "partial_outage", "staff", "Disk full.", by, now,
    )  # fmt: skip
    event = Event.objects.get(name="component.status_changed")
    assert event.details == {"old": "operational", "new": "partial_outage", "source": "staff"}
    assert event.organization_id is None


def test_the_same_status_again_is_no_step(now: datetime) -> None:
    component = ComponentFactory()
    set_component_status(component=component, status="operational", by=None, now=now)
    assert not component.status_changes.exists()
    assert not Event.objects.exists()


@pytest.mark.parametrize("status", ["under_maintenance", "nonsense"])
def test_only_what_can_be_asserted_is_accepted(status: str) -> None:
    with pytest.raises(Refused) as refusal:
        set_component_status(component=ComponentFactory(), status=status, by=None)
    assert refusal.value.code == "status_unknown"


def test_steps_stay_in_order(now: datetime) -> None:
    component = ComponentFactory()
    set_component_status(component=component, status="major_outage", by=None, now=now)
    with pytest.raises(Refused) as refusal:
        set_component_status(component=component, status="operational", by=None, now=now - timedelta(hours=1))
    assert refusal.value.code == "status_out_of_order"


def test_a_new_component_is_tracked_from_now_and_editing_it_leaves_its_status(now: datetime) -> None:
    component = keep_component(component=Component(name="API"), by=None, now=now)
    assert component.tracked_since == now
    set_component_status(component=component, status="major_outage", by=None, now=now)
    component.name = "Public API"  # loaded before the status moved
    keep_component(component=component, by=None, now=now)
    component.refresh_from_db()
    assert (component.name, component.status) == ("Public API", "major_outage")
    assert list(Event.objects.order_by("pk").values_list("name", flat=True)) == [
        "component.added", "component.status_changed", "component.revised",
    ]  # fmt: skip


def test_the_page_has_one_row_of_settings_with_weights_in_order() -> None:
    assert StatusPage.objects.current().weights == Weights()
    StatusPageFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusPage.objects.create(pk=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        StatusPage.objects.update(weight_partial="0.1", weight_degraded="0.2")
