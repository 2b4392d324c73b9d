"""Tickets merged into one: nothing is lost, nothing is shown to whom it was not written."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.tickets import TicketFactory
from tickets import actions as tickets
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


@pytest.fixture
def strangers(file: File, stranger: User) -> Ticket:
    """A ticket of another organization."""
    return file(by=stranger, organization=stranger.organizations.get(), subject="Secret trouble", body="Our secret.")


def words(ticket: Ticket, reader: User) -> list[str]:
    """What that reader reads on the ticket's page."""
    fresh = Ticket.objects.get(pk=ticket.pk)
    return list(Message.objects.of_page(fresh, reader).in_order().values_list("body", flat=True))


def test_the_talk_moves_and_the_source_is_closed(file: File, agent: User, customer: User, now: datetime) -> None:
    source, into = file(body="First.", at=now), file(body="Second.", at=now + timedelta(minutes=1))
    tickets.note(ticket=source, body="Angry.", by=agent, now=now + timedelta(minutes=2))
    later = now + timedelta(minutes=3)
    assert tickets.merge_tickets(source=source, into=into, by=agent, now=later) == into
    source.refresh_from_db()
    assert (source.state, source.merged_into, source.closed_at, source.due_at) == ("closed", into, later, None)
    assert words(into, customer) == ["First.", "Second."]
    assert words(into, agent) == ["First.", "Second.", "Angry."]
    assert Event.objects.about(source).named("ticket.merged").get().details["into"] == into.number
    assert Event.objects.about(into).named("ticket.merged_in").get().details["source"] == source.number
    tickets.merge_tickets(source=source, into=into, by=agent)  # twice is once
    assert Event.objects.about(into).named("ticket.merged_in").count() == 1


def test_what_was_owed_is_dropped_without_a_miss(file: File, agent: User, now: datetime) -> None:
    source, into = file(at=now), file(at=now)
    tickets.merge_tickets(source=source, into=into, by=agent, now=now + timedelta(days=9))
    assert not source.timers.filter(missed_at__isnull=False).exists()
    assert not source.timers.owed().exists()
    assert not Event.objects.about(source).named("ticket.promise_missed").exists()
    assert into.timers.owed().exists()


def test_an_unanswered_question_makes_a_waiting_survivor_our_turn(file: File, agent: User, now: datetime) -> None:
    into, source = file(at=now), file(at=now)
    tickets.reply(ticket=into, body="Which account?", by=agent, now=now)
    survivor = tickets.merge_tickets(source=source, into=into, by=agent, now=now)
    assert survivor.state == "open"
    assert survivor.timers.owed().filter(metric="next_response").exists()


def test_tickets_of_different_customers_are_refused(file: File, agent: User, owner: User, strangers: Ticket) -> None:
    for source, into in ((strangers, file()), (file(), strangers), (file(by=owner), file())):
        with pytest.raises(Refused) as refused:
            tickets.merge_tickets(source=source, into=into, by=agent)
        assert refused.value.code == "other_customer"


def test_a_merge_never_shows_one_customers_words_to_another(
    file: File, agent: User, customer: User, owner: User, stranger: User, strangers: Ticket, settle: Callable[..., int]
) -> None:
    into = file(body="Mine.")
    tickets.reply(ticket=strangers, body="Answer to the secret.", by=agent)  # its letter is not written yet
    tickets.merge_tickets(source=strangers, into=into, by=agent, keeps_internal=True)
    tickets.reply(ticket=strangers, body="More secrets.", by=stranger)
    secret = ["Our secret.", "Answer to the secret.", "More secrets."]
    for reader in (customer, owner):
        assert words(into, reader) == ["Mine."]
        assert list(Message.objects.visible_to(reader).values_list("body", flat=True)) == ["Mine."]
    assert words(strangers, stranger) == secret
    assert set(Message.objects.visible_to(stranger).values_list("body", flat=True)) == set(secret)
    assert set(words(into, agent)) == {"Mine.", *secret}
    settle(now=timezone.now())
    got = {letter.to for letter in Letter.objects.all() if "secret" in letter.text.lower()}
    assert stranger.email in got
    assert not got & {customer.email, owner.email}
    third = file()
    tickets.merge_tickets(source=into, into=third, by=agent)
    assert set(words(third, customer)) == {"Mine.", "Ten minutes, since this morning."}
    assert words(into, customer) == ["Mine."]
    assert words(strangers, stranger) == secret
    names = Event.objects.about(into).named("ticket.customer_replied")
    assert not names.exists()  # nor who wrote


def test_later_replies_follow_along_the_chain(file: File, agent: User, customer: User) -> None:
    first, second, third = file(), file(), file()
    tickets.merge_tickets(source=first, into=second, by=agent)
    tickets.merge_tickets(source=second, into=third, by=agent)
    message = tickets.reply(ticket=first, body="Still broken.", by=customer)
    assert message.ticket == third
    assert Ticket.objects.get(pk=first.pk).state == "closed"
    assert Ticket.objects.survivor_of(Ticket.objects.get(pk=first.pk)) == third


def test_a_reply_to_a_merged_ticket_of_somebody_else_calls_the_agents(
    file: File, agent: User, stranger: User, strangers: Ticket, now: datetime
) -> None:
    into = file()
    tickets.merge_tickets(source=strangers, into=into, by=agent, keeps_internal=True)
    tickets.reply(ticket=into, body="Look.", by=agent)
    message = tickets.reply(ticket=strangers, body="Hello?", by=stranger)
    assert (message.ticket, message.is_internal, message.is_from_staff) == (into, True, False)
    assert Ticket.objects.get(pk=into.pk).state == "open"
    assert Event.objects.about(into).named("ticket.merged_replied").exists()
    with pytest.raises(Refused):
        tickets.reply(ticket=strangers, body="Staff answer where it lives on.", by=agent)


def test_circles_and_dead_ends_are_refused(file: File, agent: User, customer: User) -> None:
    one, two, three = file(), file(), file()
    tickets.merge_tickets(source=one, into=two, by=agent)
    two.refresh_from_db()
    for source, into, by in ((two, one, agent), (two, two, agent), (one, three, agent), (two, three, customer)):
        with pytest.raises(Refused):
            tickets.merge_tickets(source=source, into=into, by=by)
    tickets.solve(ticket=three, by=agent)
    with pytest.raises(Refused):
        tickets.merge_tickets(source=two, into=three, by=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=one.pk).update(merged_into=one.pk)
    rows: list[Any] = [TicketFactory(state="closed", closed_at=timezone.now() + timedelta(hours=1)) for _ in range(2)]
    for row, other in (rows, rows[::-1]):
        Ticket.objects.filter(pk=row.pk).update(merged_into=other)
    assert Ticket.objects.survivor_of(Ticket.objects.get(pk=rows[0].pk)) is None


def test_the_page_of_the_source_leads_on_whoever_may_see_the_survivor(
    client: Client, file: File, agent: User, customer: User, stranger: User, strangers: Ticket
) -> None:
    source, into = file(), file(subject="The one that stays")
    tickets.merge_tickets(source=source, into=into, by=agent)
    tickets.merge_tickets(source=strangers, into=into, by=agent, keeps_internal=True)
    client.force_login(customer)
    shown = client.get(source.get_absolute_url()).text
    assert into.get_absolute_url() in shown
    assert f"merged into #{into.number}" in shown
    client.force_login(stranger)
    shown = client.get(strangers.get_absolute_url()).text
    assert "The one that stays" not in shown
    assert str(into.number) not in shown
    assert "Our secret." in shown
    answer = client.post(reverse("tickets:reply", args=[strangers.public_id]), {"body": "Hello?"})
    assert answer.status_code == 302
    assert "Hello?" in client.get(strangers.get_absolute_url()).text
    assert client.get(into.get_absolute_url()).status_code == 404


def test_the_workspace_merges_and_leads_to_the_survivor(desk: Client, file: File, strangers: Ticket) -> None:
    into = file()
    act = reverse("admin:tickets_ticket_merge", args=[strangers.pk])
    assert "no ticket with this number" in desk.post(act, {"number": "x"}, follow=True).text
    assert "different customers" in desk.post(act, {"number": into.number}, follow=True).text
    shown = desk.post(act, {"number": into.number, "keeps_internal": "on"}, follow=True).text
    assert "Our secret." in shown
    assert "for staff alone" in shown
    left = desk.get(reverse("admin:tickets_ticket_change", args=[strangers.pk])).text
    assert "Merged into" in left
    assert "Our secret." in left
