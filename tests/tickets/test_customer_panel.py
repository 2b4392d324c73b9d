"""Who asks, beside the conversation."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from tests.factories.accounts import StaffFactory
from tests.factories.billing import PlanFactory, SubscriptionFactory
from tests.factories.events import EventFactory
from tests.factories.tickets import SurveyFactory
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
PART = {"HX-Request": "true", "HX-Target": "customer"}


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


def test_the_panel_tells_how_the_customer_fares(desk: Client, file: File, agent: User, stranger: User) -> None:
    now = timezone.now()
    ticket = file(at=now)
    late = file(subject="Late one", at=now - timedelta(days=2))
    tickets.reply(ticket=late, body="Sorry.", by=agent, leaves="open", now=now)
    solved = tickets.solve(ticket=file(subject="Old one", at=now), by=agent, now=now)
    SurveyFactory(ticket=solved, solved_at=now, score=4, answered_at=now)
    file(by=stranger, organization=stranger.organizations.get(), subject="Not theirs", at=now)
    place = reverse("admin:tickets_ticket_customer", args=[ticket.pk])
    assert place in desk.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    shown = desk.get(place, headers=PART).content.decode()
    for words in ("Late one", "Old one", "4.0 / 5", 'data-tone="bad">1<', "org%3A%22Meridian%20Capital%22"):
        assert words in shown, words
    assert "Not theirs" not in shown
    assert "<html" not in shown
    assert "<html" in desk.get(place).content.decode()
    guest = file(by=stranger, organization=None, at=now)
    assert "from%3A" in desk.get(reverse("admin:tickets_ticket_customer", args=[guest.pk])).content.decode()


def test_the_panel_takes_the_same_queries_for_one_ticket_and_for_thirty(
    desk: Client, file: File, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    first = file(at=now)
    place = reverse("admin:tickets_ticket_customer", args=[first.pk])
    desk.get(place, headers=PART)
    with django_assert_num_queries(9):
        desk.get(place, headers=PART)
    for _ in range(30):
        file(at=now)
    with django_assert_num_queries(9):
        desk.get(place, headers=PART)


def test_the_plan_is_a_line_without_a_price(desk: Client, file: File) -> None:
    organization = file().organization
    place = reverse("admin:billing_subscription_of_organization", args=[organization.pk])
    assert desk.get(place).content.decode().strip() == "None"
    SubscriptionFactory(organization=organization, plan=PlanFactory(slug="desk-pro", name="Desk Pro"))
    assert "Desk Pro" in desk.get(place).content.decode()
    desk.force_login(StaffFactory())
    assert desk.get(place).status_code == 403


def test_the_full_timeline_goes_on_where_a_page_ends(desk: Client, file: File) -> None:
    ticket = file()
    now = timezone.now()
    for _ in range(301):
        EventFactory(name="ticket.noted", about_type="tickets.ticket", about_id=str(ticket.pk), happened_at=now)
    place = reverse("admin:tickets_ticket_timeline", args=[ticket.pk])
    assert place in desk.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    first = desk.get(place).content.decode()
    assert first.count("</p></li>") == 300
    assert "?page=2" in first
    second = desk.get(place, {"page": "2"}).content.decode()
    assert 0 < second.count("</p></li>") < 10
    for nonsense in ("x", "0", "-1", "9" * 30):
        assert desk.get(place, {"page": nonsense}).status_code == 200


@pytest.mark.parametrize("name", ["customer", "timeline"])
def test_nobody_else_reads_it(client: Client, file: File, customer: User, settings: LazySettings, name: str) -> None:
    settings.STAFF_SECOND_FACTOR = False
    place = reverse(f"admin:tickets_ticket_{name}", args=[file().pk])
    for person in (customer, StaffFactory()):
        client.force_login(person)
        assert client.get(place).status_code in (302, 403)
