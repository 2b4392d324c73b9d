"""Two matters in one ticket become two tickets, once, and nothing is lost."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import TagFactory
from tickets import actions as tickets
from tickets.actions import Split
from tickets.models import Message, Ticket
from tickets.querysets import timeline

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


@pytest.fixture
def two_matters(file: File, customer: User, agent: User, now: datetime) -> Ticket:
    """A ticket with an answer, in which the customer begins with something else."""
    ticket = file(body="Signals are late.", at=now)
    tickets.take(ticket=ticket, by=agent, now=now)
    tickets.reply(ticket=ticket, body="We look.", by=agent, now=now + timedelta(minutes=1))
    tickets.reply(ticket=ticket, body="And my invoice is wrong.", by=customer, now=now + timedelta(minutes=2))
    tickets.note(ticket=ticket, body="Ask billing.", by=agent, now=now + timedelta(minutes=3))
    return Ticket.objects.get(pk=ticket.pk)


def bodies(ticket: Ticket) -> list[str]:
    return list(ticket.messages.in_order().values_list("body", flat=True))


def pk_of(body: str) -> int:
    return Message.objects.get(body=body).pk


def test_messages_from_one_on_become_a_ticket_of_the_same_requester(
    two_matters: Ticket, agent: User, customer: User, now: datetime, settle: Callable[..., int]
) -> None:
    later, tag = now + timedelta(hours=1), TagFactory()
    tickets.tag(ticket=two_matters, add=[tag], by=agent, now=later)
    split = Split([pk_of("And my invoice is wrong.")], takes_rest=True, subject="Wrong  invoice")
    new = tickets.split_ticket(ticket=two_matters, split=split, by=agent, now=later)
    assert (bodies(two_matters), bodies(new)) == (
        ["Signals are late.", "We look."],
        ["And my invoice is wrong.", "Ask billing."],
    )
    assert (new.subject, new.requester, new.organization) == ("Wrong invoice", customer, two_matters.organization)
    assert (new.assignee, new.state, list(new.tags.all())) == (agent, "open", [tag])
    assert new.filed_at == later
    assert {timer.started_at for timer in new.timers.all()} == {later}
    assert new.due_at == later + timedelta(hours=4)
    told = [line.sentence for line in timeline(two_matters, reader=customer)]
    assert f"Lena split 2 messages off into #{new.number}" in told
    told = [line.sentence for line in timeline(new, reader=customer)]
    assert f"Lena split the ticket off #{two_matters.number}" in told
    settle(now=later)
    assert Letter.objects.filter(key=f"ticket-filed:{new.pk}").exists()
    assert tickets.replay_promises().differences == []


def test_chosen_messages_become_a_ticket_and_the_rest_stays(two_matters: Ticket, agent: User) -> None:
    new = tickets.split_ticket(ticket=two_matters, split=Split([pk_of("Signals are late.")]), by=agent)
    assert bodies(new) == ["Signals are late."]
    assert bodies(two_matters) == ["We look.", "And my invoice is wrong.", "Ask billing."]
    assert new.subject == two_matters.subject


def test_the_clocks_of_the_old_ticket_run_on(two_matters: Ticket, agent: User) -> None:
    before = list(two_matters.timers.order_by("pk").values("pk", "due_at", "running_since", "consumed_for"))
    tickets.split_ticket(ticket=two_matters, split=Split([pk_of("And my invoice is wrong.")]), by=agent)
    assert list(two_matters.timers.order_by("pk").values("pk", "due_at", "running_since", "consumed_for")) == before


def test_twice_with_one_key_is_once(two_matters: Ticket, agent: User) -> None:
    split = Split([pk_of("And my invoice is wrong.")], key="k1")
    first = tickets.split_ticket(ticket=two_matters, split=split, by=agent)
    assert tickets.split_ticket(ticket=two_matters, split=split, by=agent) == first
    assert Ticket.objects.count() == 2
    assert Event.objects.about(two_matters).named("ticket.split").count() == 1


def test_what_was_split_off_can_be_merged_back_and_split_again(two_matters: Ticket, agent: User) -> None:
    message = pk_of("And my invoice is wrong.")
    first = tickets.split_ticket(ticket=two_matters, split=Split([message], key="k1"), by=agent)
    tickets.merge_tickets(source=first, into=two_matters, by=agent)
    second = tickets.split_ticket(ticket=two_matters, split=Split([message], key="k2"), by=agent)
    assert second.pk != first.pk
    assert bodies(second) == ["And my invoice is wrong."]


def test_what_makes_no_two_tickets_is_refused(
    two_matters: Ticket, file: File, agent: User, customer: User, stranger: User
) -> None:
    other = file(body="Elsewhere.")
    everything = list(two_matters.messages.values_list("pk", flat=True))
    hers = file(by=stranger, organization=stranger.organizations.get(), body="Her secret.")
    tickets.merge_tickets(source=hers, into=two_matters, by=agent, keeps_internal=True)
    cases = [
        ([], "no_messages"),
        ([pk_of("Elsewhere.")], "no_messages"),
        (everything, "empty"),
        ([pk_of("Ask billing.")], "empty"),
        ([pk_of("Her secret."), pk_of("We look.")], "other_customer"),
    ]
    for named, code in cases:
        with pytest.raises(Refused) as refused:
            tickets.split_ticket(ticket=two_matters, split=Split(named), by=agent)
        assert refused.value.code == code
    with pytest.raises(Refused):
        tickets.split_ticket(ticket=two_matters, split=Split([pk_of("We look.")]), by=customer)
    tickets.close(ticket=two_matters, by=agent)
    with pytest.raises(Refused):
        tickets.split_ticket(ticket=two_matters, split=Split([pk_of("We look.")]), by=agent)
    assert Ticket.objects.count() == 3
    assert bodies(other) == ["Elsewhere."]


def test_the_page_asks_and_leads_to_the_new_ticket(desk: Client, two_matters: Ticket, file: File) -> None:
    place = reverse("admin:tickets_ticket_split", args=[two_matters.pk])
    assert place in desk.get(f"/admin/tickets/ticket/{two_matters.pk}/change/").content.decode()
    shown = desk.get(place).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', shown)
    assert key
    assert "Lena: We look." in shown
    file(body="Elsewhere.")
    assert desk.post(place, {"key": key[1]}).status_code == 422
    assert desk.post(place, {"key": key[1], "messages": [pk_of("Elsewhere.")]}).status_code == 422
    assert desk.post(place, {"key": key[1], "messages": [pk_of("Ask billing.")]}).status_code == 409
    wish = {"key": key[1], "messages": [pk_of("And my invoice is wrong.")], "subject": "Invoice"}
    made = desk.post(place, wish)
    assert desk.post(place, wish)["Location"] == made["Location"]  # a double click
    new = Ticket.objects.get(subject="Invoice")
    assert made["Location"] == f"/admin/tickets/ticket/{new.pk}/change/"
    assert 'data-tone="warn">New' not in desk.get(made["Location"]).content.decode()  # nothing is marked as new


def test_who_only_reads_splits_nothing(client: Client, two_matters: Ticket, settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    executive = StaffFactory()
    executive.groups.add(Group.objects.get(name="executive"))
    client.force_login(executive)
    place = reverse("admin:tickets_ticket_split", args=[two_matters.pk])
    assert client.get(place).status_code == 403
    assert client.post(place, {"messages": [pk_of("We look.")]}).status_code == 403
