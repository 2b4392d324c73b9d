"""The search box above the queue."""

import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from tests.factories.tickets import TagFactory
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
QUEUE = "/admin/tickets/ticket/"


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


def found(desk: Client, typed: str, **other: str) -> list[str]:
    page = desk.get(QUEUE, {"q": typed, **other})
    assert page.status_code == 200, page
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)', page.content.decode())


def test_a_search_looks_through_all_states_the_last_active_first(desk: Client, file: File, agent: User) -> None:
    tickets.solve(ticket=file(subject="Old zebra"), by=agent)
    file(subject="New zebra", body="Something.")
    file(subject="Other")
    assert found(desk, "zebra") == ["Old zebra", "New zebra"]
    assert found(desk, "zebra", sort="filed") == ["New zebra", "Old zebra"]
    assert found(desk, "zebra", state="done") == ["Old zebra"]
    assert found(desk, "zebra status:ours") == ["New zebra"]


def test_a_number_opens_its_ticket(desk: Client, file: File) -> None:
    ticket = file()
    answer = desk.get(QUEUE, {"q": f"#{ticket.number}"})
    assert answer["Location"] == f"{QUEUE}{ticket.pk}/change/"
    assert found(desk, "#999999999") == []
    assert found(desk, str(ticket.number)) == [ticket.subject]


@pytest.mark.parametrize("typed", ["password:x", 'org:"open', "status:asleep", "tag:unheard", "due:<x"])
def test_what_means_nothing_is_said_and_the_words_are_kept(desk: Client, file: File, typed: str) -> None:
    file()
    answer = desk.get(QUEUE, {"q": typed})
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert 'role="alert"' in shown
    assert f'value="{typed.replace(chr(34), "&quot;").replace("<", "&lt;")}"' in shown
    assert "Signals are late" not in shown


@pytest.mark.parametrize("wish", ["sort=subject", "sort=-requester__password", "state=x", "whose=x", "tier=x", "foo=1"])
def test_filters_and_orders_that_are_not_offered_are_bad_requests(desk: Client, wish: str) -> None:
    assert desk.get(f"{QUEUE}?{wish}").status_code == 400


def test_the_help_tells_each_field(desk: Client, client: Client, customer: User) -> None:
    place = reverse("admin:tickets_ticket_search_help")
    assert place in desk.get(QUEUE).content.decode()
    shown = desk.get(place).content.decode()
    assert "from:ada@example.com" in shown
    part = desk.get(place, headers={"HX-Request": "true", "HX-Target": "search-help"}).content.decode()
    assert "due:&lt;1h" in part
    assert "<html" not in part
    client.force_login(customer)
    assert client.get(place).status_code in (302, 403)


def test_a_search_costs_one_query_for_each_kind_of_row_it_names(
    desk: Client, file: File, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    file()
    TagFactory(slug="refund")
    desk.get(QUEUE)
    with django_assert_num_queries(6):  # one looks how many have the words
        found(desk, "late -status:solved due:<30d")
    with django_assert_num_queries(7):
        found(desk, "late -tag:refund")
