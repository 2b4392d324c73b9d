"""Tickets that are put aside until a moment, or until the customer writes."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.tickets import TicketFactory
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.tasks import wake_snoozed

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
QUEUE = "/admin/tickets/ticket/"
DAY = timedelta(days=1)


@pytest.fixture
def desk(client: Client, agent: User, settings: LazySettings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    return client


def test_a_snoozed_ticket_keeps_state_and_promise_and_leaves_the_queue(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    tickets.snooze(ticket=ticket, until=now + DAY, by=agent, now=now)
    snoozed = Ticket.objects.get(pk=ticket.pk)
    assert (snoozed.state, snoozed.due_at, snoozed.snoozed_until) == ("new", ticket.due_at, now + DAY)
    assert not Ticket.objects.for_agent(agent).exists()
    assert Ticket.objects.queue_figures(agent, now)["unassigned"] == 0
    assert Event.objects.about(ticket).named("ticket.snoozed").get().details["is_past_due"]


def test_its_promise_is_missed_all_the_same(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    tickets.snooze(ticket=ticket, until=now + 9 * DAY, by=agent, now=now)
    while tickets.watch_next_promise(now=now + 8 * DAY):
        pass
    assert ticket.timers.filter(missed_at__isnull=False).exists()


def test_the_clock_brings_it_back_once_and_not_before(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    tickets.snooze(ticket=ticket, until=now + DAY, by=agent, now=now)
    assert not tickets.wake_next(now=now + DAY - timedelta(seconds=1))
    assert tickets.wake_next(now=now + DAY)
    assert not tickets.wake_next(now=now + DAY)
    assert Ticket.objects.for_agent(agent).get() == ticket
    assert Event.objects.about(ticket).named("ticket.woke").count() == 1


def test_the_task_brings_back_all_whose_moment_has_come() -> None:
    past = timezone.now() - DAY
    TicketFactory.create_batch(3, snoozed_until=past, filed_at=past)
    TicketFactory(snoozed_until=timezone.now() + DAY)
    assert wake_snoozed() == 3
    assert Ticket.objects.snoozed().count() == 1


@pytest.mark.parametrize("waits", [True, False])
def test_a_customers_message_brings_it_back_at_once(
    file: File, agent: User, customer: User, now: datetime, waits: bool
) -> None:
    ticket = file()
    if waits:
        tickets.wait_for_customer(ticket=ticket, by=agent, now=now)
    tickets.snooze(ticket=ticket, until=now + DAY, by=agent, now=now)
    tickets.reply(ticket=ticket, body="Any news?", by=customer, now=now)
    assert Ticket.objects.for_agent(agent).get().snoozed_until is None


def test_what_is_done_does_not_snooze(file: File, agent: User, customer: User, now: datetime) -> None:
    ticket = file()
    tickets.snooze(ticket=ticket, until=now + DAY, by=agent, now=now)
    tickets.reply(ticket=ticket, body="Done.", by=agent, leaves="solved", now=now)
    ticket.refresh_from_db()
    assert (ticket.state, ticket.snoozed_until) == ("solved", None)
    for until, by in ((now + DAY, agent), (now + DAY, customer)):
        with pytest.raises(Refused):
            tickets.snooze(ticket=ticket, until=until, by=by, now=now)


@pytest.mark.parametrize("length", [timedelta(0), -DAY, 91 * DAY])
def test_only_a_moment_ahead_and_near_enough_can_be_chosen(
    file: File, agent: User, now: datetime, length: timedelta
) -> None:
    with pytest.raises(Refused):
        tickets.snooze(ticket=file(), until=now + length, by=agent, now=now)


def test_the_workspace_snoozes_warns_and_brings_back(desk: Client, file: File) -> None:
    live = timezone.now()
    ticket = file(at=live)
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    later = (timezone.localtime(live) + 5 * DAY).strftime("%Y-%m-%dT%H:%M")
    said = desk.post(reverse("admin:tickets_ticket_snooze", args=[ticket.pk]), {"until": later}, follow=True).text
    assert "a promise falls due before" in said
    assert "Snoozed until" in said
    assert ticket.subject not in desk.get(QUEUE).text
    assert "snoozed until" in desk.get(f"{QUEUE}?state=snoozed").text
    desk.post(reverse("admin:tickets_ticket_wake", args=[ticket.pk]))
    assert ticket.subject in desk.get(QUEUE).text
    assert "Snoozed until" not in desk.get(page).text
    for wrong in ("", "soon", "2020-01-01T10:00"):
        answer = desk.post(reverse("admin:tickets_ticket_snooze", args=[ticket.pk]), {"until": wrong}, follow=True)
        assert "Choose a moment" in answer.text
