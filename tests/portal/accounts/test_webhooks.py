"""Where organizations hear of their news: owners set it up, nobody else, and hear of nothing but their own."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import standardwebhooks
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import portal.accounts.actions as accounts
from portal.accounts.models import Membership, Organization, User
from portal.accounts.states import MemberRole
from portal.events.listeners import all_types
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.outbox.actions import post_webhooks
from portal.outbox.actions.webhooks import payload_of
from portal.outbox.models import Endpoint, Letter, Webhook
from portal.outbox.states import TOLD_DETAILS, WebhookState
from portal.outbox.tasks import call_webhooks
from tests.factories.accounts import MembershipFactory, StaffFactory
from tests.factories.events import EventFactory
from tests.factories.outbox import EndpointFactory, WebhookFactory
from tests.fakes.web import Website, website
from tests.portal.accounts.bearers import bearer
from tickets import actions as tickets

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings: LazySettings) -> Iterator[Website]:
    settings.WEBHOOK_LOOPBACK = True
    with website() as running:
        yield running


@pytest.fixture
def owner() -> User:
    return MembershipFactory(role=MemberRole.OWNER).user


@pytest.fixture
def organization(owner: User) -> Organization:
    return owner.organizations.get()


def page_of(organization: Organization, endpoint: Endpoint | None = None, *below: str) -> str:
    parts = ["/organization", organization.public_id, "webhooks", *([endpoint.public_id] if endpoint else []), *below]
    return "/".join(parts) + "/"


def test_an_owner_adds_an_endpoint_and_sees_its_secret_once(
    client: Client, owner: User, organization: Organization, site: Website
) -> None:
    client.force_login(owner)
    assert page_of(organization) in client.get(reverse("accounts:organization")).text
    shown = client.post(page_of(organization), {"url": site.url("/in"), "events": ["ticket.filed", "ticket.solved"]})
    endpoint = Endpoint.objects.get()
    assert endpoint.secret in shown.text
    assert "no-store" in shown["Cache-Control"]
    assert (endpoint.organization_id, endpoint.events) == (organization.pk, ["ticket.filed", "ticket.solved"])
    for path in (page_of(organization), page_of(organization, endpoint)):
        again = client.get(path)
        assert endpoint.url in again.text
        assert endpoint.secret not in again.text


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://10.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://[::1]/",
        "https://localhost/",
        "https://169.254.169.254/latest/",
        "https://me:secret@hooks.example.org/",
        "ftp://hooks.example.org/",
    ],
)
def test_an_address_that_is_not_public_is_refused(
    client: Client, owner: User, organization: Organization, url: str
) -> None:
    client.force_login(owner)
    assert client.post(page_of(organization), {"url": url}).status_code == 422
    assert not Endpoint.objects.exists()


def test_only_public_events_can_be_chosen(client: Client, owner: User, organization: Organization) -> None:
    client.force_login(owner)
    offered = client.get(page_of(organization)).text
    for name, one in all_types().items():
        assert (f'value="{name}"' in offered) == one.is_public
    words = {"url": "https://hooks.example.org/", "events": ["ticket.noted"]}
    assert client.post(page_of(organization), words).status_code == 422


def test_for_everybody_but_owners_and_staff_there_is_no_such_page(client: Client, organization: Organization) -> None:
    endpoint = EndpointFactory(organization_id=organization.pk)
    told = WebhookFactory(endpoint=endpoint, state=WebhookState.DEAD)
    member = MembershipFactory(organization=organization).user
    stranger = MembershipFactory(role=MemberRole.OWNER).user
    acts = [(), ("rotate",), ("remove",), ("test",), ("release",), ("replay", told.public_id)]
    for user in (member, stranger, StaffFactory(role="agent-l1")):
        client.force_login(user)
        assert client.get(page_of(organization)).status_code == 404
        for below in acts:
            assert client.post(page_of(organization, endpoint, *below)).status_code == 404
        with pytest.raises(Refused):
            accounts.remove_webhook(organization=organization, endpoint=endpoint, by=user)
    client.force_login(StaffFactory(role="administrator"))
    assert client.get(page_of(organization)).status_code == 200


def test_an_owner_does_not_reach_the_endpoint_of_another_organization(
    client: Client, owner: User, organization: Organization
) -> None:
    other = EndpointFactory(organization_id=MembershipFactory().organization_id)
    general = EndpointFactory(organization_id=None)
    client.force_login(owner)
    for endpoint in (other, general):
        assert client.get(page_of(organization, endpoint)).status_code == 404
        with pytest.raises(Refused):
            accounts.rotate_webhook_secret(organization=organization, endpoint=endpoint, by=owner)
    delivery = WebhookFactory(endpoint=other).public_id
    mine = EndpointFactory(organization_id=organization.pk)
    assert client.post(page_of(organization, mine, "replay", delivery)).status_code == 404
    assert client.post(page_of(organization, mine, "explode")).status_code == 404


def test_there_is_an_end_to_endpoints(owner: User, organization: Organization) -> None:
    EndpointFactory.create_batch(10, organization_id=organization.pk)
    hearing = accounts.Hearing("https://hooks.example.org/", [])
    with pytest.raises(Refused) as refusal:
        accounts.add_webhook(organization=organization, hearing=hearing, by=owner)
    assert refusal.value.code == "too_many"


def test_a_test_is_signed_told_once_and_shown_with_its_answer(
    client: Client, owner: User, organization: Organization, site: Website
) -> None:
    site.answers = {"/broken": 500}
    endpoint = EndpointFactory(organization_id=organization.pk, url=site.url("/broken"))
    client.force_login(owner)
    assert client.post(page_of(organization, endpoint, "test")).status_code == 302
    assert call_webhooks() == 1
    told = standardwebhooks.Webhook(endpoint.secret).verify(site.received[0].body, site.received[0].headers)
    assert (told["type"], told["data"]["organization"]) == ("endpoint.tested", organization.public_id)
    endpoint.refresh_from_db()
    assert endpoint.quarantined_at is None
    shown = client.get(page_of(organization, endpoint)).text
    assert "It answered 500." in shown
    site.answers = {}
    delivery = Webhook.objects.get()
    part = client.post(
        page_of(organization, endpoint, "replay", delivery.public_id),
        headers={"HX-Request": "true", "HX-Target": "deliveries"},
    )
    assert "It goes out again." in part.text
    assert call_webhooks() == 1
    assert site.received[0].headers["webhook-id"] == site.received[1].headers["webhook-id"]
    for _time in range(4):
        client.post(page_of(organization, endpoint, "test"))
    assert client.post(page_of(organization, endpoint, "test")).status_code == 409


def test_for_a_day_the_old_secret_and_the_new_one_sign(
    client: Client, owner: User, organization: Organization, site: Website
) -> None:
    endpoint = EndpointFactory(organization_id=organization.pk, url=site.url("/in"))
    old = endpoint.secret
    client.force_login(owner)
    shown = client.post(page_of(organization, endpoint, "rotate"))
    endpoint.refresh_from_db()
    new = endpoint.secret
    assert new != old
    assert new in shown.text
    WebhookFactory(endpoint=endpoint)
    call_webhooks()
    for secret in (old, new):
        standardwebhooks.Webhook(secret).verify(site.received[0].body, site.received[0].headers)
    Endpoint.objects.update(older_until=timezone.now() - timedelta(seconds=1))
    WebhookFactory(endpoint=Endpoint.objects.get())
    call_webhooks()
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(old).verify(site.received[1].body, site.received[1].headers)


def test_an_endpoint_is_changed_switched_on_and_removed(
    client: Client, owner: User, organization: Organization, site: Website
) -> None:
    endpoint = EndpointFactory(organization_id=organization.pk, quarantined_at=timezone.now(), quarantine_reason="503")
    client.force_login(owner)
    assert "503" in client.get(page_of(organization, endpoint)).text
    for below in (("test",), ("replay", WebhookFactory(endpoint=endpoint, state=WebhookState.DEAD).public_id)):
        assert client.post(page_of(organization, endpoint, *below)).status_code == 409
    client.post(page_of(organization, endpoint, "release"))
    client.post(page_of(organization, endpoint), {"url": site.url("/new"), "events": ["ticket.filed"]})
    assert client.post(page_of(organization, endpoint), {"url": "http://10.0.0.1:x"}).status_code == 422
    endpoint.refresh_from_db()
    assert (endpoint.quarantined_at, endpoint.url, endpoint.events) == (None, site.url("/new"), ["ticket.filed"])
    assert client.post(page_of(organization, endpoint, "remove")).status_code == 302
    assert not Endpoint.objects.exists()
    assert set(Event.objects.filter(name__startswith="endpoint.").values_list("name", flat=True)) == {
        *("endpoint.released", "endpoint.revised", "endpoint.removed")
    }


def test_owners_hear_by_letter_that_nobody_answers(
    owner: User, organization: Organization, settle: Callable[..., int], site: Website
) -> None:
    MembershipFactory(organization=organization)
    endpoint = EndpointFactory(organization_id=organization.pk, url=site.url("/gone"))
    site.answers = {"/gone": 410}
    WebhookFactory(endpoint=endpoint)
    call_webhooks()
    settle()
    letter = Letter.objects.get()
    assert letter.to == owner.email
    assert page_of(organization, endpoint) in letter.text
    assert "It answered 410." in letter.text


def test_an_organization_hears_of_its_own_tickets_and_of_public_messages_only(
    client: Client, owner: User, organization: Organization, settle: Callable[..., int]
) -> None:
    endpoint = EndpointFactory(organization_id=organization.pk)
    agent, other = StaffFactory(role="agent-l1"), MembershipFactory()
    words = {"subject": "Signals are late", "body": "Very secret words."}
    ticket = tickets.file_ticket(filing=tickets.Filing(**words, organization=organization), by=owner)
    tickets.file_ticket(filing=tickets.Filing(**words, organization=other.organization), by=other.user)
    tickets.file_ticket(filing=tickets.Filing(**words), by=owner)
    tickets.note(ticket=ticket, body="He is angry.", by=agent)
    tickets.assign(ticket=ticket, to=agent, by=agent)
    tickets.change_priority(ticket=ticket, priority="high", by=agent, reason="He is loud.")
    reply = tickets.reply(ticket=ticket, body="We look.", by=agent)
    settle()
    told = list(endpoint.webhooks.order_by("pk").values_list("event_name", "payload"))
    assert sorted(name for name, _payload in told) == ["ticket.filed", "ticket.priority_changed", "ticket.replied"]
    for name, payload in told:
        assert payload["data"]["about"] == {"type": "tickets.ticket", "id": ticket.public_id}
        assert payload["data"]["organization"] == organization.public_id
        assert (payload["version"], payload["type"]) == (1, name)
        assert payload["data"]["details"].keys() <= TOLD_DETAILS
    text = json.dumps([payload for _name, payload in told])
    for secret in ("secret", "angry", "loud", agent.email, owner.email, "Signals"):
        assert secret not in text
    headers = bearer(owner)
    shown = client.get(f"/api/v1/tickets/{ticket.public_id}/messages", headers=headers).json()["items"]
    payload = dict(told)["ticket.replied"]
    assert payload["data"]["details"]["message"] in [one["id"] for one in shown]
    assert payload["data"]["details"]["message"] == reply.pk
    assert payload["data"]["by"] == agent.public_id


@pytest.mark.parametrize("name", sorted(name for name, one in all_types().items() if one.is_public))
def test_every_public_event_arrives_and_tells_nothing_but_what_is_listed(
    name: str, organization: Organization, now: datetime
) -> None:
    details: dict[str, Any] = {**dict.fromkeys(TOLD_DETAILS, 1), "reason": "He is loud.", "user": 7, "articles": [1]}
    event = EventFactory(name=name, organization_id=organization.pk, details=details, happened_at=now)
    EndpointFactory(organization_id=organization.pk)
    EndpointFactory(organization_id=organization.pk, events=[name])
    EndpointFactory(organization_id=organization.pk + 1)
    assert post_webhooks(event=event) == 2
    payload: Any = payload_of(event)
    assert payload["data"]["details"].keys() == TOLD_DETAILS


def test_who_is_an_owner_no_more_changes_nothing_more(client: Client, owner: User, organization: Organization) -> None:
    client.force_login(owner)
    Membership.objects.update(role=MemberRole.MEMBER)
    assert client.get(page_of(organization)).status_code == 404
