from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from portal.events import actions as events
from portal.events import listeners
from portal.events.actions import MOST_ATTEMPTS, deliver_next, record, replay
from portal.events.listeners import EventType, declare, on
from portal.events.models import Delivery, Event
from portal.events.states import DeliveryState
from tests.factories.accounts import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bell_rung() -> Iterator[EventType]:
    """A kind of event that only these tests know."""
    yield declare("bell.rung", "{by} rang the bell {times} times")
    listeners._types.pop("bell.rung")
    listeners._listeners.pop("bell.rung", None)


def test_an_event_reaches_each_listener_once(bell_rung: EventType, now: datetime) -> None:
    heard: list[str] = []
    on("bell.rung")(lambda event: heard.append(event.name))
    organization = OrganizationFactory()
    record(bell_rung, about=organization, organization=organization, details={"times": 3}, now=now)
    assert deliver_next(now=now)
    assert not deliver_next(now=now)
    assert heard == ["bell.rung"]
    assert Delivery.objects.get().state == DeliveryState.DONE


def test_what_a_failing_listener_wrote_is_rolled_back_and_tried_again_later(
    bell_rung: EventType, now: datetime
) -> None:
    def fails(event: Event) -> None:
        OrganizationFactory(name="half done")
        raise RuntimeError("broken")

    on("bell.rung")(fails)
    record(bell_rung, about=UserFactory(), now=now)
    deliver_next(now=now)
    delivery = Delivery.objects.get()
    assert delivery.state == DeliveryState.WAITING
    assert delivery.next_at > now
    assert "broken" in delivery.error
    assert not type(OrganizationFactory.build()).objects.filter(name="half done").exists()


def test_poison_is_parked_after_its_tries_and_can_be_replayed(bell_rung: EventType, now: datetime) -> None:
    broken = [True]

    def sometimes(event: Event) -> None:
        if broken[0]:
            raise RuntimeError("broken")

    on("bell.rung")(sometimes)
    record(bell_rung, about=UserFactory(), now=now)
    for attempt in range(MOST_ATTEMPTS):
        assert deliver_next(now=now + timedelta(days=attempt))
    parked = Delivery.objects.parked()
    assert parked.count() == 1
    assert not deliver_next(now=now + timedelta(days=90))
    broken[0] = False
    assert replay(deliveries=Delivery.objects.all(), by=UserFactory(), now=now) == 1
    assert deliver_next(now=now)
    assert Delivery.objects.get().state == DeliveryState.DONE


def test_a_listener_that_calls_outside_runs_without_a_transaction_of_its_own(
    bell_rung: EventType, now: datetime
) -> None:
    seen: list[str] = []
    on("bell.rung", outside=True)(lambda event: seen.append(Delivery.objects.get().state))
    record(bell_rung, about=UserFactory(), now=now)
    deliver_next(now=now)
    assert seen == [DeliveryState.RUNNING]
    assert Delivery.objects.get().state == DeliveryState.DONE


@pytest.mark.django_db(transaction=True)
def test_news_outside_a_transaction_is_refused(bell_rung: EventType) -> None:
    with pytest.raises(RuntimeError):
        record(bell_rung, about=UserFactory())


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_action_leaves_no_news(bell_rung: EventType) -> None:
    user = UserFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(bell_rung, about=user)
        raise ZeroDivisionError
    assert not Event.objects.exists()


def test_the_sentence_names_the_actor_and_survives_missing_details(bell_rung: EventType, now: datetime) -> None:
    event = record(bell_rung, about=UserFactory(), details={"times": 3}, now=now)
    assert event.sentence("Ada") == "Ada rang the bell 3 times"
    event.details = {}
    assert event.sentence() == "The portal rang the bell … times"


def test_a_call_outside_whose_lease_ran_out_leaves_what_another_worker_did(bell_rung: EventType, now: datetime) -> None:
    heard: list[str] = []

    def slow(event: Event) -> None:
        heard.append(event.name)
        if len(heard) == 1:  # while the first worker is stuck, a second one takes it over and succeeds
            deliver_next(now=now + timedelta(hours=1))
            raise RuntimeError("timed out")

    on("bell.rung", outside=True)(slow)
    with transaction.atomic():
        record(bell_rung, about=UserFactory(), now=now)
    deliver_next(now=now)
    assert len(heard) == 2
    assert Delivery.objects.get().state == DeliveryState.DONE


def test_a_call_outside_that_kills_each_worker_is_parked(bell_rung: EventType, now: datetime) -> None:
    on("bell.rung", outside=True)(lambda event: None)
    record(bell_rung, about=UserFactory(), now=now)
    Delivery.objects.update(state=DeliveryState.RUNNING, attempts=MOST_ATTEMPTS)
    assert deliver_next(now=now)
    assert Delivery.objects.get().state == DeliveryState.PARKED


class Killed(BaseException):
    """As if the process were gone: nobody catches it."""


def test_news_that_kills_each_worker_is_parked_and_leaves_nothing_half_done(
    bell_rung: EventType, now: datetime
) -> None:
    def kills(event: Event) -> None:
        OrganizationFactory(name="half done")
        raise Killed

    on("bell.rung")(kills)
    record(bell_rung, about=UserFactory(), now=now)
    for attempt in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            deliver_next(now=now + timedelta(days=attempt))
        assert Delivery.objects.get().attempts == attempt + 1
        assert not deliver_next(now=now + timedelta(days=attempt)), "it waits, so that the next worker does other work"
    assert deliver_next(now=now + timedelta(days=90))
    assert Delivery.objects.get().state == DeliveryState.PARKED
    assert not type(OrganizationFactory.build()).objects.filter(name="half done").exists()


def test_a_worker_that_slept_after_its_claim_leaves_the_news_to_who_took_it_since(
    bell_rung: EventType, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    on("bell.rung")(lambda event: heard.append(event.name))
    record(bell_rung, about=UserFactory(), now=now)
    awake = events._run_inside

    def sleeps(*claim: Any) -> None:
        monkeypatch.setattr(events, "_run_inside", awake)
        assert deliver_next(now=now + timedelta(hours=1))
        awake(*claim)

    monkeypatch.setattr(events, "_run_inside", sleeps)
    assert deliver_next(now=now)
    assert heard == ["bell.rung"]
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DONE, 2)


def test_an_error_with_a_null_byte_does_not_hold_up_the_news(bell_rung: EventType, now: datetime) -> None:
    def fails(event: Event) -> None:
        raise RuntimeError("what it sent was \x00 \ud800")

    on("bell.rung")(fails)
    record(bell_rung, about=UserFactory(), now=now)
    assert deliver_next(now=now)
    assert "what it sent" in Delivery.objects.get().error
