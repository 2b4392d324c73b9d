"""One thing done to many tickets of the queue."""

from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import TagFactory, TicketFactory
from tickets import actions as tickets
from tickets.actions.bulk import MOST
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
QUEUE = "/admin/tickets/ticket/"
BULK = f"{QUEUE}bulk/"


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


def test_each_act_is_done_to_all(file: File, agent: User) -> None:
    one, two, tag = file(), file(), TagFactory()
    orders = [
        (tickets.Order("assign", assignee=agent), {"assignee": agent}),
        (tickets.Order("priority", priority="high"), {"priority": "high"}),
        (tickets.Order("tag", tag=tag), {}),
        (tickets.Order("solve"), {"state": "solved"}),
        (tickets.Order("close"), {"state": "closed"}),
    ]
    for order, expected in orders:
        outcome = tickets.act_on_many(tickets=[two, one], order=order, by=agent)
        assert (outcome.done, outcome.refused) == (2, []), order
        for ticket in (one, two):
            ticket.refresh_from_db()
            assert {field: getattr(ticket, field) for field in expected} == expected
    assert tag.tickets.count() == 2


def test_a_refusal_is_told_with_its_ticket_and_holds_up_no_other(file: File, agent: User) -> None:
    first, closed, last = file(), file(), file()
    tickets.close(ticket=closed, by=agent)
    before = Ticket.objects.get(pk=closed.pk).version
    outcome = tickets.act_on_many(tickets=[first, closed, last], order=tickets.Order("solve"), by=agent)
    assert outcome.done == 2
    assert outcome.refused == [(closed.number, "This ticket is closed. Please open a new one.")]
    assert Ticket.objects.filter(state="solved").count() == 2
    assert Ticket.objects.get(pk=closed.pk).version == before


@pytest.mark.parametrize("order", [tickets.Order("tag"), tickets.Order("priority")])
def test_an_order_says_what_it_needs(file: File, agent: User, order: tickets.Order) -> None:
    with pytest.raises(Refused):
        tickets.act_on_many(tickets=[file()], order=order, by=agent)


def test_not_more_at_once_than_a_page_can_tell(agent: User) -> None:
    ticket = TicketFactory()
    with pytest.raises(Refused):
        tickets.act_on_many(tickets=[ticket] * (MOST + 1), order=tickets.Order("solve"), by=agent)


def test_the_queue_does_it_and_leads_back_to_the_same_choice(desk: Client, file: File, agent: User) -> None:
    one, closed = file(priority="high"), file(priority="high")
    page = desk.get(f"{QUEUE}?priority=high").text
    assert f'name="ticket" value="{one.pk}"' in page
    assert 'name="narrowed" value="priority=high"' in page
    tickets.close(ticket=closed, by=agent)
    answer = desk.post(BULK, {"act": "solve", "ticket": [one.pk, closed.pk], "narrowed": "priority=high"})
    assert answer["Location"] == f"{QUEUE}?priority=high"
    said = desk.get(answer["Location"]).text
    assert "Done for 1 ticket." in said
    assert f"#{closed.number}: This ticket is closed." in said
    assert Ticket.objects.get(pk=one.pk).state == "solved"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"act": "solve"}, "Tick the tickets first."),
        ({"act": "drop_all", "ticket": "1"}, "drop_all"),
        ({"act": "tag"}, "Tick"),
        ({"act": "solve", "ticket": "4711"}, "4711"),
    ],
)
def test_what_is_wrong_is_said_in_the_queue(desk: Client, fields: dict[str, str], said: str) -> None:
    assert said in desk.post(BULK, fields, follow=True).text


def test_assigning_to_nobody_is_an_assignment_too(desk: Client, file: File, agent: User) -> None:
    ticket = file()
    tickets.take(ticket=ticket, by=agent)
    desk.post(BULK, {"act": "assign", "assignee": "", "ticket": [ticket.pk]})
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_who_only_reads_does_nothing_to_many(client: Client, file: File, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(StaffFactory(role="executive"))
    ticket = file()
    assert 'name="ticket"' not in client.get(QUEUE).text
    assert client.post(BULK, {"act": "solve", "ticket": [ticket.pk]}).status_code == 403
