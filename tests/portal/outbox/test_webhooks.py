from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import standardwebhooks
from django.conf import LazySettings
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.events.actions import record
from portal.events.listeners import all_types
from portal.events.models import Event
from portal.lib.tokens import seal
from portal.outbox.actions import claim_webhook, mark_webhook_failed, mark_webhook_sent, release
from portal.outbox.actions.webhooks import BACKOFF
from portal.outbox.models import Endpoint, Webhook
from portal.outbox.states import WebhookState
from portal.outbox.tasks import call_webhooks
from tests.factories.accounts import OrganizationFactory, StaffFactory
from tests.factories.outbox import EndpointFactory, WebhookFactory
from tests.fakes.web import Website, website

pytestmark = pytest.mark.django_db
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def site(settings: LazySettings) -> Iterator[Website]:
    settings.WEBHOOK_LOOPBACK = True
    with website() as running:
        yield running


def endpoint_at(site: Website, path: str = "/in", **fields: Any) -> Endpoint:
    return EndpointFactory(url=site.url(path), sealed_secret=seal(SECRET), **fields)


def happen(name: str, organization: models.Model, **details: Any) -> Event:
    with transaction.atomic():
        return record(all_types()[name], about=organization, organization=organization, details=details)


def one_more_try(webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(next_at=timezone.now())
    call_webhooks()
    webhook.refresh_from_db()


def test_public_news_of_an_organization_arrives_signed_at_its_own_endpoints_and_the_general_ones(
    site: Website, settle: Callable[..., int]
) -> None:
    theirs, other = OrganizationFactory(), OrganizationFactory()
    endpoint_at(site, "/own", organization_id=theirs.pk)
    endpoint_at(site, "/all")
    endpoint_at(site, "/other", organization_id=other.pk)
    endpoint_at(site, "/choosy", events=["ticket.filed"])
    endpoint_at(site, "/asleep", quarantined_at=timezone.now())
    event = happen("organization.tier_changed", theirs, old="pro", new="elite", reason="They asked nicely")
    settle()
    assert call_webhooks() == 2
    assert {one.path for one in site.received} == {"/own", "/all"}
    for one in site.received:
        told = standardwebhooks.Webhook(SECRET).verify(one.body, one.headers)
        assert told["type"] == "organization.tier_changed"
        assert told["data"]["details"] == {"old": "pro", "new": "elite"}
        assert told["timestamp"] == event.happened_at.isoformat()
    assert set(Webhook.objects.values_list("state", "status_code")) == {(WebhookState.SENT, 200)}


def test_what_customers_must_not_know_is_never_told(site: Website, settle: Callable[..., int]) -> None:
    organization = OrganizationFactory()
    endpoint_at(site, organization_id=organization.pk)
    happen("ticket.noted", organization, message=1)
    settle()
    assert call_webhooks() == 0


def test_the_same_event_is_told_once_however_often_it_is_delivered(site: Website, settle: Callable[..., int]) -> None:
    organization = OrganizationFactory()
    endpoint_at(site)
    event = happen("organization.changed", organization, fields=["name"])
    settle()
    event.deliveries.update(state="waiting", done_at=None)
    settle()
    assert Webhook.objects.count() == 1


@pytest.mark.parametrize("path", ["/redirect", "/broken", "/missing"])
def test_only_a_2xx_is_success_and_the_next_try_carries_the_same_id(site: Website, path: str) -> None:
    site.answers = {"/broken": 500, "/missing": 404}
    webhook = WebhookFactory(endpoint=endpoint_at(site, path))
    one_more_try(webhook)
    assert (webhook.state, webhook.attempts) == (WebhookState.WAITING, 1)
    assert webhook.next_at > timezone.now()
    one_more_try(webhook)
    assert webhook.attempts == 2
    assert [one.path for one in site.received] == [path, path], "no redirect is followed"
    assert len({one.headers["webhook-id"] for one in site.received}) == 1


def test_tries_go_on_for_three_days() -> None:
    assert timedelta(days=2, hours=22) <= sum(BACKOFF, timedelta()) <= timedelta(days=3, hours=2)


def test_after_the_last_try_it_is_dead_its_endpoint_is_quarantined_and_that_is_news(site: Website) -> None:
    site.answers = {"/broken": 503}
    endpoint = endpoint_at(site, "/broken")
    webhook, waiting = WebhookFactory(endpoint=endpoint, attempts=len(BACKOFF)), WebhookFactory(endpoint=endpoint)
    one_more_try(webhook)
    assert (webhook.state, webhook.status_code) == (WebhookState.DEAD, 503)
    endpoint.refresh_from_db()
    assert endpoint.quarantined_at
    assert "503" in endpoint.quarantine_reason
    assert Event.objects.get(name="endpoint.quarantined").about_id == str(endpoint.pk)
    asked = len(site.received)
    one_more_try(waiting)
    assert len(site.received) == asked, "what still waits is kept back"


def test_an_endpoint_that_says_it_is_gone_is_believed(site: Website) -> None:
    site.answers = {"/gone": 410}
    webhook = WebhookFactory(endpoint=endpoint_at(site, "/gone"))
    one_more_try(webhook)
    assert webhook.state == WebhookState.DEAD


def test_an_address_inside_the_network_is_never_called(site: Website, settings: LazySettings) -> None:
    settings.WEBHOOK_LOOPBACK = False
    webhook = WebhookFactory(endpoint=endpoint_at(site))
    one_more_try(webhook)
    assert webhook.state == WebhookState.DEAD
    assert webhook.endpoint.webhooks.model.objects.get().error.endswith("not public.")
    assert site.received == []


def test_a_huge_answer_does_no_harm(site: Website) -> None:
    webhook = WebhookFactory(endpoint=endpoint_at(site, "/huge"))
    one_more_try(webhook)
    assert webhook.state == WebhookState.SENT


def test_a_claimed_webhook_comes_back_when_its_lease_has_run_out(now: datetime, settings: LazySettings) -> None:
    WebhookFactory(next_at=now)
    first = claim_webhook(now=now)
    assert first is not None
    assert claim_webhook(now=now + timedelta(seconds=1)) is None
    later = now + settings.WEBHOOK_LEASE
    second = claim_webhook(now=later)
    assert second == first
    mark_webhook_failed(webhook=first, reason="too late to say", now=later)
    mark_webhook_sent(webhook=first, status=200, now=later)
    second.refresh_from_db()
    assert second.state == WebhookState.SENDING, "the one who holds it has the say"


def test_a_slow_endpoint_holds_up_no_other(now: datetime) -> None:
    slow = EndpointFactory()
    WebhookFactory.create_batch(2, endpoint=slow, next_at=now)
    other = WebhookFactory(next_at=now)
    assert claim_webhook(now=now) is not None
    assert claim_webhook(now=now) == other
    assert claim_webhook(now=now) is None


def test_staff_add_release_and_replay(site: Website, client: Client) -> None:
    client.force_login(StaffFactory(role="administrator"))
    add = reverse("admin:outbox_endpoint_add")
    words = {"url": "http://10.0.0.1/", "organization_id": "", "events": '["ticket.noted"]'}
    refused = client.post(add, words)
    assert "Choose among" in refused.text
    assert client.post(add, {**words, "url": site.url("/in"), "events": "[]"}).status_code == 302
    endpoint = Endpoint.objects.get()
    assert endpoint.secret in client.get(reverse("admin:outbox_endpoint_change", args=[endpoint.pk])).text
    dead = WebhookFactory(endpoint=endpoint, state=WebhookState.DEAD, attempts=10)
    Endpoint.objects.update(quarantined_at=timezone.now(), quarantine_reason="503")
    for name, action, row in (("endpoint", "release_quarantine", endpoint), ("webhook", "replay", dead)):
        chosen = {"action": action, "_selected_action": [row.pk]}
        assert client.post(reverse(f"admin:outbox_{name}_changelist"), chosen).status_code == 302
    call_webhooks()
    dead.refresh_from_db()
    assert dead.state == WebhookState.SENT


def test_webhooks_go_to_https_only(settings: LazySettings, client: Client) -> None:
    settings.WEBHOOK_LOOPBACK = False
    client.force_login(StaffFactory(role="administrator"))
    words = {"url": "http://hooks.example.org/", "organization_id": "", "events": "[]"}
    assert "https addresses only" in client.post(reverse("admin:outbox_endpoint_add"), words).text
    assert not Endpoint.objects.exists()


def test_a_webhook_that_kills_its_workers_comes_to_an_end(now: datetime) -> None:
    deadly = WebhookFactory(next_at=now - timedelta(minutes=1), attempts=len(BACKOFF) + 1)
    other = WebhookFactory(next_at=now)
    assert claim_webhook(now=now) == other
    deadly.refresh_from_db()
    assert (deadly.state, deadly.error) == (WebhookState.DEAD, "Each worker that took it died.")
    assert deadly.endpoint.quarantined_at is None


def test_what_waits_goes_out_at_once_when_its_endpoint_is_released(now: datetime) -> None:
    endpoint = EndpointFactory(quarantined_at=now, quarantine_reason="503")
    waiting = WebhookFactory(endpoint=endpoint, next_at=now + timedelta(hours=20), attempts=8)
    assert claim_webhook(now=now) is None
    release(endpoint=endpoint, by=None, now=now)
    assert claim_webhook(now=now) == waiting
