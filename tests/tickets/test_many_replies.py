"""Fifty answers at once: each is stored once, none is lost, and every clock is what its events tell."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from portal.accounts.models import User
from portal.events.models import Event
from portal.outbox.models import Letter
from tickets import actions as tickets
from tickets.models import Message, Ticket

File = Callable[..., Ticket]
AT_ONCE, WORKERS = 50, 12


def at_once(acts: list[Callable[[], object]], workers: int = WORKERS) -> None:
    def run(act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, acts))  # raises what any of them raised
    connection.close()


def check_the_clocks(ticket: Ticket) -> None:
    owed = Counter(ticket.timers.owed().values_list("metric", flat=True))
    assert not owed or max(owed.values()) == 1
    assert tickets.replay_promises().differences == []
    ticket.refresh_from_db()
    assert ticket.due_at == min((one.due_at for one in ticket.timers.owed() if one.due_at), default=None)


@pytest.mark.django_db(transaction=True)
def test_fifty_replies_of_both_sides_at_once(file: File, agent: User, customer: User) -> None:
    ticket = file(at=timezone.now() - timedelta(hours=1))
    writers = [agent if number % 2 else customer for number in range(AT_ONCE)]
    at_once(
        [
            lambda number=number, by=by: tickets.reply(ticket=ticket, body=f"Answer {number}", by=by)
            for number, by in enumerate(writers)
        ],
        workers=AT_ONCE,
    )
    bodies = Message.objects.filter(ticket=ticket).values_list("body", flat=True)
    assert Counter(bodies) == Counter(["Ten minutes, since this morning.", *(f"Answer {n}" for n in range(AT_ONCE))])
    versions = Message.objects.filter(ticket=ticket).values_list("ticket_version", flat=True)
    assert sorted(versions) == list(range(1, AT_ONCE + 2))
    replied = Event.objects.about(ticket).named("ticket.replied", "ticket.customer_replied")
    assert replied.count() == AT_ONCE
    check_the_clocks(ticket)


@pytest.mark.django_db(transaction=True)
def test_fifty_answers_sent_twice_each_leave_once_by_four_workers(
    file: File, agent: User, new_agent: Callable[..., User], settle: Callable[..., int]
) -> None:
    began = timezone.now() - timedelta(hours=1)
    ticket = file(at=began)
    agents = [agent, *(new_agent() for _ in range(4))]
    tickets.take(ticket=ticket, by=agent, now=began)

    def send(number: int) -> None:
        words = tickets.Words(f"Answer {number}", key=f"form-{number}")
        at = began + timedelta(seconds=number)
        tickets.send(ticket=ticket, words=words, by=agents[number % len(agents)], now=at)

    at_once([lambda number=number: send(number % AT_ONCE) for number in range(2 * AT_ONCE)])
    assert ticket.held_replies.count() == AT_ONCE

    def sweep() -> None:
        while tickets.leave_next():
            pass

    at_once([sweep] * 4, workers=4)
    bodies = Counter(Message.objects.filter(ticket=ticket, is_from_staff=True).values_list("body", flat=True))
    assert bodies == Counter(f"Answer {number}" for number in range(AT_ONCE))
    check_the_clocks(ticket)
    assert ticket.timers.get(metric="first_response").met_at
    settle(now=timezone.now())
    assert Letter.objects.filter(key__startswith="ticket-replied:").count() == AT_ONCE
