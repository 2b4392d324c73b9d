from collections.abc import Iterator
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal.lib.embedded import free_port
from portal.operations import probes
from portal.operations.models import ProbeResult
from portal.operations.probes import all_probes, probe, reading_of
from portal.operations.tasks import run_probes
from portal.outbox.states import LetterState
from tests.factories.accounts import StaffFactory, UserFactory
from tests.factories.events import DeliveryFactory
from tests.factories.operations import ProbeResultFactory, TaskFactory
from tests.factories.outbox import LetterFactory

JSON = {"Accept": "application/json"}


@pytest.fixture
def dead_broker() -> Iterator[None]:
    before = current_app.conf.broker_url, current_app.conf.broker_write_url
    current_app.conf.broker_url = current_app.conf.broker_write_url = f"redis://127.0.0.1:{free_port()}/0"
    yield
    current_app.conf.broker_url, current_app.conf.broker_write_url = before


@pytest.fixture
def dead_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next connection goes to a port where nobody listens."""
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", str(free_port()))


def test_alive_needs_nothing(client: Client) -> None:
    """No database mark: a query would fail this test."""
    answer = client.get("/health/live", headers={"Cookie": "sessionid=somebody"}, SERVER_NAME="10.1.2.3")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer(client: Client) -> None:
    answer = client.get("/health/ready", SERVER_NAME="10.1.2.3")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "ok", "broker": "ok"})


@pytest.mark.django_db
def test_not_ready_names_the_dead_broker(client: Client, dead_broker: None) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["broker"], answer.json()["database"]) == (503, "down", "ok")


def test_not_ready_names_the_dead_database(client: Client, dead_database: None) -> None:
    answer = client.get("/health/ready", headers={"Cookie": "sessionid=somebody"})
    assert (answer.status_code, answer.json()["database"]) == (503, "down")


@pytest.mark.django_db
def test_the_verdict_is_for_anybody_and_the_readings_for_staff(client: Client) -> None:
    for name in all_probes():
        ProbeResultFactory(name=name)
    anybody = client.get("/health/")
    assert anybody.status_code == 200
    assert set(anybody.json()) == {"status", "checked_at"}
    client.force_login(UserFactory())
    assert set(client.get("/health/").json()) == {"status", "checked_at"}
    client.force_login(StaffFactory(role="lead"))
    assert set(client.get("/health/", headers=JSON).json()["readings"]) == set(all_probes())
    shown = client.get("/health/", headers={"Accept": "text/html"}).content.decode()
    assert "All probes are well" in shown


@pytest.mark.django_db
def test_old_readings_vouch_for_nothing(client: Client) -> None:
    ProbeResultFactory(probed_at=timezone.now() - timedelta(minutes=10))
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["status"]) == (503, "unknown")


@pytest.mark.django_db
def test_a_probe_that_nobody_ran_makes_the_verdict_fail(client: Client) -> None:
    ProbeResultFactory(name="database")
    assert client.get("/health/").json()["status"] == "failing"


@pytest.mark.django_db
def test_a_run_keeps_a_reading_of_each_probe_and_forgets_old_ones() -> None:
    old = ProbeResultFactory(probed_at=timezone.now() - timedelta(days=15))
    kept = ProbeResultFactory(probed_at=timezone.now() - timedelta(days=13))
    run_probes()
    assert not ProbeResult.objects.filter(pk=old.pk).exists()
    assert ProbeResult.objects.exclude(pk=kept.pk).count() == len(all_probes())


@pytest.mark.django_db
def test_a_probe_that_breaks_has_found_something_wrong() -> None:
    @probe("glass")
    def glass() -> probes.Reading:
        raise RuntimeError("broken")

    try:
        assert run_probes() >= 1
        assert "broken" in ProbeResult.objects.get(name="glass").detail
    finally:
        probes._probes.pop("glass")


@pytest.mark.django_db
def test_a_letter_that_waits_too_long_is_found() -> None:
    assert reading_of("mail")[0].is_ok
    LetterFactory(posted_at=timezone.now() - timedelta(minutes=20))
    found = reading_of("mail")[0]
    assert not found.is_ok
    assert found.figures["waiting"] == 1


@pytest.mark.django_db
def test_a_letter_that_failed_today_is_found() -> None:
    LetterFactory(state=LetterState.FAILED, next_at=timezone.now() + timedelta(hours=20))
    assert not reading_of("mail")[0].is_ok


@pytest.mark.django_db
def test_parked_deliveries_are_found() -> None:
    DeliveryFactory(state="parked")
    assert not reading_of("deliveries")[0].is_ok


@pytest.mark.django_db
def test_a_clock_that_pauses_is_found() -> None:
    ProbeResultFactory(name="scheduler", probed_at=timezone.now() - timedelta(minutes=2))
    assert reading_of("scheduler")[0].is_ok
    ProbeResult.objects.update(probed_at=timezone.now() - timedelta(minutes=9))
    assert not reading_of("scheduler")[0].is_ok


@pytest.mark.django_db
def test_metrics_are_for_this_machine_alone_without_a_token(client: Client, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = ""
    TaskFactory(due_at=timezone.now() - timedelta(hours=1))
    answer = client.get("/metrics", SERVER_NAME="10.1.2.3")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "portal_database_up 1.0" in text
    assert "portal_tasks_overdue 1.0" in text
    assert 'portal_letters{state="waiting"} 0.0' in text
    assert "portal_lost_wake_ups_total" in text
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_a_proxy_on_this_machine_does_not_open_the_metrics(client: Client, settings: LazySettings, header: str) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


@pytest.mark.django_db
def test_metrics_with_a_token_want_the_token(client: Client, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = "let-me-in"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    right = {"Authorization": "Bearer let-me-in", "X-Forwarded-For": "192.0.2.7"}
    assert client.get("/metrics", headers=right, REMOTE_ADDR="192.0.2.9").status_code == 200


def test_metrics_tell_of_a_dead_database(
    client: Client, settings: LazySettings, dead_database: None, django_db_blocker
) -> None:
    settings.METRICS_TOKEN = ""
    with django_db_blocker.unblock():
        connection.close()
        answer = client.get("/metrics")
        connection.close()
    assert answer.status_code == 200
    assert "portal_database_up 0.0" in answer.content.decode()


@pytest.mark.django_db
def test_a_probe_with_strange_words_keeps_no_other_from_its_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    strange = {"aa-strange": lambda: probes.Reading(False, "a\x00b"), **all_probes()}
    monkeypatch.setattr(probes, "_probes", strange)
    run_probes()
    assert set(ProbeResult.objects.values_list("name", flat=True)) == set(strange)
