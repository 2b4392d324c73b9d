from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from tickets import actions as tickets
from tickets.models import Message, Ticket
from tickets.states import TicketState

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


def names(ticket: Ticket) -> list[str]:
    return list(Event.objects.about(ticket).oldest_first().values_list("name", flat=True))


def test_a_filed_ticket_has_a_number_a_message_and_news(file: File, customer: User) -> None:
    first, second = file(shown_articles=[3, 5], search="a-search"), file()
    assert first.number >= 1001
    assert second.number > first.number
    message = first.messages.get()
    assert (message.author, message.is_from_staff, message.kind) == (customer, False, "reply")
    filed = Event.objects.about(first).get(name="ticket.filed")
    assert (filed.by_id, filed.organization_id) == (customer.pk, first.organization_id)
    assert (filed.details["articles"], filed.details["search"]) == ([3, 5], "a-search")
    assert "Ten minutes" not in str(filed.details)


def test_the_same_filing_twice_is_one_ticket_but_other_words_are_another(file: File) -> None:
    first = file(key="a-form")
    assert file(key="a-form") == first
    assert Event.objects.filter(name="ticket.filed").count() == 1
    assert file(key="a-form", body="Something else.") != first


def test_nobody_files_for_an_organization_of_others(file: File, stranger: User) -> None:
    with pytest.raises(Refused):
        file(by=stranger)


def test_a_reply_of_staff_passes_the_turn_to_the_customer_and_back(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    ticket = file()
    answer = tickets.reply(ticket=ticket, body="Which **model**?", by=agent, now=now + timedelta(minutes=5))
    assert answer.is_from_staff
    assert answer.html == "<p>Which <strong>model</strong>?</p>"
    ticket.refresh_from_db()
    assert ticket.state == TicketState.WAITING
    tickets.reply(ticket=ticket, body="Momentum.", by=customer, now=now + timedelta(minutes=9))
    ticket.refresh_from_db()
    assert ticket.state == TicketState.OPEN
    assert ticket.last_activity_at == now + timedelta(minutes=9)


def test_staff_asking_for_themselves_speak_as_customers(file: File, agent: User, now: datetime) -> None:
    ticket = file(by=agent, organization=None)
    assert not tickets.reply(ticket=ticket, body="One more thing.", by=agent, now=now).is_from_staff


def test_a_customers_reply_takes_a_solved_ticket_up_again(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    ticket = file()
    tickets.solve(ticket=ticket, by=agent, now=now)
    tickets.reply(ticket=ticket, body="It is back.", by=customer, now=now + timedelta(days=3))
    ticket.refresh_from_db()
    assert (ticket.state, ticket.solved_at) == (TicketState.OPEN, None)
    assert ticket.due_at == now + timedelta(days=3, hours=4)
    assert names(ticket)[-2:] == ["ticket.reopened", "ticket.customer_replied"]


def test_two_weeks_after_its_solution_a_customer_is_sent_to_a_new_ticket(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    ticket = file()
    tickets.solve(ticket=ticket, by=agent, now=now)
    late = now + timedelta(days=14, seconds=1)
    with pytest.raises(Refused, match="open a new one"):
        tickets.reopen(ticket=ticket, by=customer, now=late)
    with pytest.raises(Refused, match="open a new one"):
        tickets.reply(ticket=ticket, body="It is back.", by=customer, now=late)
    assert tickets.reopen(ticket=ticket, by=agent, now=late).is_active


def test_a_closed_ticket_takes_no_more_words(file: File, agent: User, customer: User, now: datetime) -> None:
    ticket = file()
    tickets.close(ticket=ticket, by=customer, now=now)
    for by in (agent, customer):
        with pytest.raises(Refused, match="closed"):
            tickets.reply(ticket=ticket, body="Hello?", by=by, now=now)
        with pytest.raises(Refused, match="closed"):
            tickets.reopen(ticket=ticket, by=by, now=now)


def test_an_answer_that_solves_tells_both(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    message = tickets.reply(ticket=ticket, body="Restart it.", by=agent, leaves=TicketState.SOLVED, now=now)
    ticket.refresh_from_db()
    assert ticket.is_solved
    assert names(ticket)[-2:] == ["ticket.replied", "ticket.solved"]
    assert Event.objects.about(ticket).get(name="ticket.solved").details["message"] == message.pk


def test_an_answer_to_an_old_state_of_the_talk_is_refused(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    ticket = file()
    seen = ticket.version
    tickets.reply(ticket=ticket, body="Never mind, it works again.", by=customer, now=now)
    with pytest.raises(Refused) as refusal:
        tickets.reply(ticket=ticket, body="Please restart.", by=agent, seen_version=seen, now=now)
    assert refusal.value.code == "stale"
    assert ticket.messages.filter(is_from_staff=True).count() == 0
    ticket.refresh_from_db()
    tickets.reply(ticket=ticket, body="Good to hear.", by=agent, seen_version=ticket.version, now=now)


def test_what_does_not_touch_the_talk_makes_no_answer_stale(
    file: File, agent: User, new_agent: Callable[..., User], now: datetime
) -> None:
    ticket = file()
    seen = ticket.version
    tickets.take(ticket=ticket, by=agent, now=now)
    tickets.change_priority(ticket=ticket, priority="high", by=new_agent(), now=now)
    tickets.note(ticket=ticket, body="My own note.", by=agent, now=now)
    tickets.reply(ticket=ticket, body="On it.", by=agent, seen_version=seen, now=now)


def test_a_colleague_who_solved_it_makes_an_answer_stale(
    file: File, agent: User, new_agent: Callable[..., User], now: datetime
) -> None:
    ticket = file()
    seen = ticket.version
    tickets.solve(ticket=ticket, by=new_agent(), now=now)
    with pytest.raises(Refused):
        tickets.reply(ticket=ticket, body="On it.", by=agent, seen_version=seen, now=now)


def test_customers_do_no_staff_work(file: File, customer: User, agent: User) -> None:
    ticket = file()
    for act in (
        lambda: tickets.note(ticket=ticket, body="x", by=customer),
        lambda: tickets.assign(ticket=ticket, to=agent, by=customer),
        lambda: tickets.take(ticket=ticket, by=customer),
        lambda: tickets.change_priority(ticket=ticket, priority="critical", by=customer),
        lambda: tickets.wait_for_customer(ticket=ticket, by=customer),
    ):
        with pytest.raises(Refused):
            act()


def test_taking_a_new_ticket_opens_it_and_a_slower_colleague_is_told(
    file: File, agent: User, new_agent: Callable[..., User], now: datetime
) -> None:
    ticket = tickets.take(ticket=file(), by=agent, now=now)
    assert (ticket.assignee, ticket.state) == (agent, TicketState.OPEN)
    with pytest.raises(Refused, match="already taken"):
        tickets.take(ticket=ticket, by=new_agent(), now=now)


def test_only_who_works_on_tickets_is_given_one(file: File, agent: User, customer: User, now: datetime) -> None:
    with pytest.raises(Refused):
        tickets.assign(ticket=file(), to=customer, by=agent, now=now)


def test_doing_it_twice_does_it_once(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    for _ in range(2):
        tickets.take(ticket=ticket, by=agent, now=now)
        tickets.solve(ticket=ticket, by=agent, now=now)
    for _ in range(2):
        tickets.close(ticket=ticket, by=agent, now=now)
    moves = [name for name in names(ticket) if ".promise_" not in name]
    assert moves == ["ticket.filed", "ticket.assigned", "ticket.solved", "ticket.closed"]
    ended = [name for name in names(ticket) if name in ("ticket.promise_met", "ticket.promise_dropped")]
    assert sorted(ended) == ["ticket.promise_dropped", "ticket.promise_met"]


def test_an_empty_or_endless_text_is_refused(file: File, customer: User) -> None:
    for body in ("  \n ", "x" * 20_001):
        with pytest.raises(Refused):
            tickets.reply(ticket=file(), body=body, by=customer)


def test_each_change_raises_the_version(file: File, agent: User, customer: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="a", by=customer, now=now)
    tickets.note(ticket=ticket, body="b", by=agent, now=now)
    tickets.solve(ticket=ticket, by=agent, now=now)
    ticket.refresh_from_db()
    assert ticket.version == 4
    assert list(ticket.messages.in_order().values_list("ticket_version", flat=True)) == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_a_reply_and_a_solution_at_the_same_time_come_one_after_the_other(
    file: File, agent: User, customer: User
) -> None:
    ticket = file()

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connections.close_all()

    acts = [
        lambda: tickets.solve(ticket=ticket, by=agent),
        lambda: tickets.reply(ticket=ticket, body="Wait!", by=customer),
        lambda: tickets.reply(ticket=ticket, body="On it.", by=agent),
        lambda: tickets.note(ticket=ticket, body="Feed is back.", by=agent),
    ]
    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))  # raises what any of them raised
    connection.close()
    ticket.refresh_from_db()
    versions = sorted(Message.objects.filter(ticket=ticket).values_list("ticket_version", flat=True))
    assert ticket.version == 5
    assert len(versions) == len(set(versions)) == 4


@pytest.mark.parametrize("act", [tickets.solve, tickets.close])
def test_a_clock_that_steps_back_breaks_no_order(
    file: File, agent: User, now: datetime, act: Callable[..., Ticket]
) -> None:
    ticket = file()
    earlier = now - timedelta(minutes=3)
    tickets.take(ticket=ticket, by=agent, now=earlier)
    tickets.reply(ticket=ticket, body="On it.", by=agent, now=earlier)
    ended = act(ticket=ticket, by=agent, now=earlier)
    assert now in (ended.solved_at, ended.closed_at)
    assert not Event.objects.about(ticket).filter(happened_at__lt=now).exists()
    assert not ticket.messages.filter(created_at__lt=now).exists()
