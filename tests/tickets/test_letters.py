from collections.abc import Callable
from datetime import datetime

import pytest
from django.conf import settings
from django.utils import timezone

from portal.accounts.models import User
from portal.outbox.actions import mark_bounced
from portal.outbox.models import Letter
from tickets import actions as tickets
from tickets.models import Ticket
from tickets.states import TicketState

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]


def letters(settle: Settle) -> list[Letter]:
    settle(now=timezone.now())
    return list(Letter.objects.order_by("pk"))


def test_filing_is_acknowledged_with_number_promise_and_link(file: File, customer: User, settle: Settle) -> None:
    customer.time_zone = "Europe/Berlin"
    customer.save()
    ticket = file(body="Click http://spam.example now")
    (letter,) = letters(settle)
    assert letter.to == customer.email
    assert f"#{ticket.number}" in letter.subject
    assert "Tuesday, 10 March, 14:30 CET" in letter.text
    assert "14:30 CET" in letter.html
    assert f"{settings.SITE_URL}/tickets/{ticket.public_id}/" in letter.text
    assert "spam.example" not in letter.text + letter.html


def test_an_answer_of_staff_reaches_the_requester_in_full(
    file: File, customer: User, agent: User, settle: Settle, now: datetime
) -> None:
    ticket = file()
    message = tickets.reply(ticket=ticket, body="Restart it & <wait>.", by=agent, now=now)
    letter = letters(settle)[-1]
    assert letter.to == customer.email
    assert "Restart it & <wait>." in letter.text
    assert "&lt;wait&gt;" in letter.html
    assert (letter.about_type, letter.about_id) == ("tickets.message", str(message.pk))


def test_a_solution_tells_how_to_reopen_and_an_answer_that_solves_is_one_letter(
    file: File, agent: User, settle: Settle, now: datetime
) -> None:
    tickets.solve(ticket=file(), by=agent, now=now)
    assert "within 14 days" in letters(settle)[-1].text
    before = Letter.objects.count()
    tickets.reply(ticket=file(), body="Done.", by=agent, leaves=TicketState.SOLVED, now=now)
    posted = letters(settle)[before:]
    assert len(posted) == 2  # the acknowledgement and the answer
    assert "within 14 days" in posted[-1].text


def test_who_solves_their_own_ticket_gets_no_letter_about_it(
    file: File, customer: User, settle: Settle, now: datetime
) -> None:
    tickets.solve(ticket=file(), by=customer, now=now)
    assert len(letters(settle)) == 1


def test_a_customers_answer_reaches_the_assignee_or_else_the_team(
    file: File, customer: User, agent: User, new_agent: Callable[..., User], settle: Settle, now: datetime
) -> None:
    colleague = new_agent()
    ticket = file()
    tickets.reply(ticket=ticket, body="Any news?", by=customer, now=now)
    assert {letter.to for letter in letters(settle)} == {customer.email, agent.email, colleague.email}
    before = Letter.objects.count()
    tickets.take(ticket=ticket, by=agent, now=now)
    tickets.reply(ticket=ticket, body="Hello?", by=customer, now=now)
    posted = letters(settle)[before:]
    assert [letter.to for letter in posted] == [agent.email]
    assert f"/admin/tickets/ticket/{ticket.pk}/change/" in posted[0].text


def test_notes_cause_no_letter(file: File, agent: User, settle: Settle, now: datetime) -> None:
    tickets.note(ticket=file(), body="Hm.", by=agent, now=now)
    assert len(letters(settle)) == 1


def test_who_is_gone_gets_no_letter(file: File, customer: User, settle: Settle) -> None:
    file()
    customer.is_active = False
    customer.save()
    assert letters(settle) == []


def test_a_letter_that_came_back_is_noted_in_the_ticket_for_staff(
    file: File, customer: User, agent: User, settle: Settle, now: datetime
) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="Hello.", by=agent, now=now)
    for letter in letters(settle):
        mark_bounced(letter=letter, reason="550 no such mailbox")
    settle(now=timezone.now())
    notices = ticket.messages.filter(kind="system")
    assert [notice.author for notice in notices] == [None, None]
    assert "550 no such mailbox" in notices[0].body
    assert not ticket.messages.shown_to(customer).filter(kind="system").exists()
