"""An answer can be taken back for some seconds; when it leaves, it counts from when it was sent."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.tickets import MacroFactory, TagFactory
from tickets import actions as tickets
from tickets.actions import leaving
from tickets.models import Desk, HeldReply, Message, Ticket, Timer
from tickets.states import HeldState, Priority, TicketState
from tickets.tasks import let_replies_leave

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
SECOND = timedelta(seconds=1)


def send(ticket: Ticket, by: User, now: datetime, body: str = "On it.", **words: Any) -> HeldReply:
    return tickets.send(ticket=ticket, words=tickets.Words(body, **words), by=by, now=now)


def leave(now: datetime) -> int:
    return sum(1 for _ in iter(lambda: tickets.leave_next(now=now), False))


def met(ticket: Ticket, metric: str = "first_response") -> datetime | None:
    return ticket.timers.filter(metric=metric).latest("cycle").met_at


def test_an_answer_waits_ten_seconds_and_counts_from_when_it_was_sent(
    file: File, agent: User, customer: User, settle: Callable[..., int], now: datetime
) -> None:
    ticket = file(at=now)
    sent_at = now + 60 * SECOND
    held = send(ticket, agent, sent_at)
    settle(now=timezone.now())
    assert not leave(sent_at + 9 * SECOND)
    assert Message.objects.visible_to(customer).count() == 1
    assert Letter.objects.filter(subject__startswith="Answer").count() == 0
    assert met(ticket) is None
    assert leave(sent_at + 10 * SECOND) == 1
    settle(now=timezone.now())
    message = ticket.messages.latest("pk")
    ticket.refresh_from_db()
    held.refresh_from_db()
    assert (message.body, message.author, message.created_at) == ("On it.", agent, sent_at)
    assert (met(ticket), ticket.state, ticket.assignee) == (sent_at, TicketState.WAITING, agent)
    assert (held.state, held.body, held.message) == (HeldState.LEFT, "", message)
    assert Letter.objects.filter(subject__startswith="Answer").count() == 1
    assert not leave(sent_at + timedelta(hours=1))
    assert tickets.replay_promises().differences == []


def test_the_length_is_a_row_and_zero_sends_at_once(file: File, agent: User, now: datetime) -> None:
    desk = Desk.objects.get()
    assert desk.undo_for == 10 * SECOND
    desk.undo_for = 30 * SECOND
    desk.save()
    send(file(at=now), agent, now)
    assert not leave(now + 29 * SECOND)
    assert leave(now + 30 * SECOND)
    Desk.objects.update(undo_for=timedelta(0))
    ticket = file(at=now)
    assert send(ticket, agent, now).state == HeldState.LEFT
    assert ticket.messages.count() == 2


def test_what_is_taken_back_never_leaves_and_only_its_author_takes_it_back(
    file: File, agent: User, new_agent: Callable[..., User], now: datetime
) -> None:
    ticket = file(at=now)
    held = send(ticket, agent, now)
    with pytest.raises(Refused, match="Only who wrote"):
        tickets.take_back(held=held, by=new_agent(), now=now)
    for _twice in range(2):
        assert tickets.take_back(held=held, by=agent, now=now + SECOND).state == HeldState.TAKEN_BACK
    assert not leave(now + timedelta(hours=1))
    assert ticket.messages.count() == 1
    late = send(ticket, agent, now + 5 * SECOND)
    leave(now + 20 * SECOND)
    with pytest.raises(Refused, match="has left"):
        tickets.take_back(held=late, by=agent, now=now + 20 * SECOND)


def test_what_the_customer_writes_meanwhile_waits_for_the_next_answer(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    ticket = file(at=now)
    send(ticket, agent, now + SECOND, leaves=TicketState.SOLVED)
    tickets.reply(ticket=ticket, body="One more thing.", by=customer, now=now + 5 * SECOND)
    leave(now + 20 * SECOND)
    ticket.refresh_from_db()
    assert ticket.state == TicketState.OPEN
    assert met(ticket) == now + SECOND
    next_one = ticket.timers.get(metric="next_response")
    assert (next_one.started_at, next_one.met_at) == (now + 5 * SECOND, None)
    assert [one.body for one in ticket.messages.in_order()][1:] == ["On it.", "One more thing."]
    assert tickets.replay_promises().differences == []


def test_a_ticket_that_waited_for_the_customer_owes_them_the_next_answer_too(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    ticket = file(at=now)
    tickets.reply(ticket=ticket, body="Which account?", by=agent, now=now + SECOND)
    send(ticket, agent, now + 60 * SECOND)
    tickets.reply(ticket=ticket, body="The first.", by=customer, now=now + 65 * SECOND)
    leave(now + 80 * SECOND)
    ticket.refresh_from_db()
    next_one = ticket.timers.get(metric="next_response")
    assert (ticket.state, next_one.started_at, next_one.met_at) == ("open", now + 65 * SECOND, None)
    assert tickets.replay_promises().differences == []


def test_an_answer_sent_in_time_is_no_missed_promise_even_if_it_leaves_after(
    file: File, agent: User, now: datetime
) -> None:
    ticket = file(at=now, priority="critical")
    due_at = Timer.objects.get(ticket=ticket, metric="first_response").due_at
    assert due_at
    while tickets.watch_next_promise(now=due_at - 6 * SECOND):
        pass
    send(ticket, agent, due_at - 5 * SECOND)
    assert not tickets.watch_next_promise(now=due_at + SECOND)
    leave(due_at + 10 * SECOND)
    timer = Timer.objects.get(ticket=ticket, metric="first_response")
    assert (timer.met_at, timer.missed_at) == (due_at - 5 * SECOND, None)
    assert tickets.replay_promises().differences == []


@pytest.mark.parametrize("end", [tickets.solve, tickets.close])
def test_when_the_ticket_ends_what_was_sent_leaves_before(
    file: File, agent: User, now: datetime, end: Callable[..., Ticket]
) -> None:
    ticket = file(at=now)
    send(ticket, agent, now + SECOND)
    end(ticket=ticket, by=agent, now=now + 3 * SECOND)
    assert met(ticket) == now + SECOND
    assert ticket.messages.count() == 2
    assert tickets.replay_promises().differences == []


def test_a_merge_lets_it_leave_to_those_for_whom_it_was_written(file: File, agent: User, now: datetime) -> None:
    source, into = file(at=now), file(at=now)
    send(source, agent, now + SECOND)
    tickets.merge_tickets(source=source, into=into, by=agent, now=now + 2 * SECOND)
    assert into.messages.get(body="On it.").merged_from == source


def test_sent_twice_it_is_one_answer(file: File, agent: User, now: datetime) -> None:
    ticket = file(at=now)
    first = send(ticket, agent, now, key="one")
    assert send(ticket, agent, now, key="one") == first
    leave(now + 10 * SECOND)
    assert send(ticket, agent, now + 11 * SECOND, key="one") == first
    assert send(ticket, agent, now + 11 * SECOND, body="Another.", key="one") != first
    assert ticket.held_replies.count() == 2


def test_what_was_taken_back_does_not_look_sent_when_the_same_form_comes_again(
    file: File, agent: User, now: datetime
) -> None:
    ticket = file(at=now)
    tickets.take_back(held=send(ticket, agent, now, key="one"), by=agent, now=now)
    with pytest.raises(Refused) as refused:
        send(ticket, agent, now + SECOND, key="one")
    assert refused.value.code == "taken_back"
    assert send(ticket, agent, now + SECOND, key="two").is_waiting


def test_a_colleague_is_stopped_by_an_answer_that_has_not_left_yet(
    file: File, agent: User, new_agent: Callable[..., User], now: datetime
) -> None:
    ticket = file(at=now)
    seen = ticket.version
    send(ticket, agent, now, seen_version=seen)
    with pytest.raises(Refused) as stopped:
        send(ticket, new_agent(), now + SECOND, seen_version=seen)
    assert stopped.value.code == "stale"


def test_all_that_a_macro_says_happens_when_the_answer_leaves(file: File, agent: User, now: datetime) -> None:
    ticket, tag = file(at=now), TagFactory()
    macro = MacroFactory(priority="high", leaves="open")
    macro.tags.add(tag)
    send(ticket, agent, now + SECOND, macro=macro, leaves="open")
    ticket.refresh_from_db()
    assert (ticket.priority, list(ticket.tags.all())) == ("normal", [])
    leave(now + 12 * SECOND)
    ticket.refresh_from_db()
    assert (ticket.priority, list(ticket.tags.all()), ticket.state) == ("high", [tag], "open")
    assert met(ticket) == now + SECOND
    assert tickets.replay_promises().differences == []


def test_one_that_cannot_leave_stops_nobody_elses_and_its_words_stay(
    file: File, agent: User, settle: Callable[..., int], monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    broken, fine = file(at=now), file(at=now)
    send(broken, agent, now, body="Lost?")
    send(fine, agent, now + SECOND)
    real = leaving.let_leave

    def let_leave(*, held: HeldReply) -> Message:
        if held.ticket_id == broken.pk:
            raise RuntimeError("A bug.")
        return real(held=held)

    monkeypatch.setattr(leaving, "let_leave", let_leave)
    at = now + 12 * SECOND
    for _ in range(8):
        leave(at)
        at += timedelta(minutes=10)
    assert fine.messages.count() == 2
    stopped = broken.held_replies.get()
    assert (stopped.state, stopped.body) == (HeldState.STOPPED, "Lost?")
    settle(now=timezone.now())
    assert Letter.objects.filter(to=agent.email, subject__contains="did not leave").count() == 1


def test_a_worker_that_died_in_the_middle_loses_nothing_and_doubles_nothing(
    file: File, agent: User, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    ticket = file(at=now)
    send(ticket, agent, now)

    class Killed(BaseException):
        pass

    def die(*, held: HeldReply) -> Message:
        real(held=held)
        raise Killed

    real = leaving.let_leave
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(leaving, "let_leave", die)
        tickets.leave_next(now=now + 10 * SECOND)
    assert ticket.messages.count() == 1
    assert leave(now + timedelta(minutes=10)) == 1
    assert ticket.messages.count() == 2
    assert met(ticket) == now


def test_the_agent_takes_it_back_into_the_form(
    file: File, agent: User, customer: User, client: Client, settings: LazySettings
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(agent)
    ticket = file(at=timezone.now())
    page = reverse("admin:tickets_ticket_change", args=[ticket.pk])
    client.post(reverse("admin:tickets_ticket_reply", args=[ticket.pk]), {"body": "Oh no.", "seen": ticket.version})
    shown = client.get(page).content.decode()
    assert "Leaves in a moment" in shown
    client.force_login(customer)
    assert "Oh no." not in client.get(ticket.get_absolute_url()).content.decode()
    client.force_login(agent)
    held = ticket.held_replies.get()
    back = client.post(reverse("admin:tickets_ticket_takeback", args=[ticket.pk]), {"held": held.pk})
    assert back["Location"] == f"{page}?answer={held.pk}"
    assert "Oh no.</textarea>" in client.get(back["Location"]).content.decode()
    client.post(reverse("admin:tickets_ticket_reply", args=[ticket.pk]), {"body": "Oh yes.", "seen": 99})
    assert let_replies_leave() == 0
    assert client.post(reverse("admin:tickets_ticket_takeback", args=[ticket.pk]), {"held": "x"}).status_code == 404


@pytest.mark.parametrize("seed", range(6))
def test_after_any_walk_the_timers_are_what_their_events_tell(
    seed: int, file: File, agent: User, customer: User, now: datetime
) -> None:
    luck = random.Random(seed)
    filed = [file(at=now, priority=priority) for priority in ("critical", "normal")]
    for number in range(60):
        now += timedelta(seconds=luck.choice([0, 1, 3, 9, 60, 4000]), microseconds=luck.randrange(10**6))
        ticket, leaves = luck.choice(filed), luck.choice(["open", "waiting", "solved"])
        macro = MacroFactory(priority=luck.choice(["", "high"]), assigns_me=True) if luck.random() < 0.2 else None
        acts: list[Callable[[], object]] = [
            *[partial(send, ticket, agent, now, leaves=leaves, macro=macro)] * 3,
            *[partial(tickets.reply, ticket=ticket, body="So?", by=customer, now=now)] * 2,
            partial(tickets.wait_for_customer, ticket=ticket, by=agent, now=now),
            partial(tickets.change_priority, ticket=ticket, priority=luck.choice(list(Priority)), by=agent, now=now),
            partial(tickets.solve, ticket=ticket, by=luck.choice([agent, customer]), now=now),
            partial(tickets.note, ticket=ticket, body="Hm.", by=agent, now=now),
            partial(tickets.watch_next_promise, now=now),
        ]
        with suppress(Refused):
            luck.choice(acts)()
        if luck.random() < 0.7:
            leave(now)
        assert tickets.replay_promises().differences == [], number
    leave(now + timedelta(hours=1))
    assert not HeldReply.objects.exclude(state=HeldState.LEFT).exists()
    answers = HeldReply.objects.select_related("message")
    assert all(one.message and one.message.created_at == one.sent_at for one in answers)
