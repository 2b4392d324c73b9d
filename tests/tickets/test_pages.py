import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import Organization, User
from portal.events.models import Event
from portal.operations import current
from portal.operations.current import Trouble
from tests.factories.accounts import MembershipFactory, TierFactory
from tests.factories.tickets import MessageFactory, TicketFactory
from tickets import actions as tickets
from tickets.models import Category, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
WORDS = {"subject": "Signals are late", "body": "Ten minutes.", "impact": "hindered"}


@pytest.fixture
def reader(client: Client, customer: User) -> Client:
    """The customer's browser."""
    client.force_login(customer)
    return client


def part(client: Client, address: str, target: str, **fields: Any) -> Any:
    headers = {"HX-Request": "true", "HX-Target": target}
    return client.post(address, fields, headers=headers) if fields else client.get(address, headers=headers)


def test_the_list_shows_what_is_open_and_finds_the_rest_by_filter(
    reader: Client, file: File, agent: User, now: datetime
) -> None:
    file(subject="Open one")
    tickets.solve(ticket=file(subject="Solved one"), by=agent, now=now)
    tickets.wait_for_customer(ticket=file(subject="Waiting one"), by=agent, now=now)
    shown = reader.get("/tickets/").content.decode()
    assert "Open one" in shown
    assert "Waiting one" in shown
    assert "Solved one" not in shown
    assert "Solved one" in reader.get("/tickets/?state=done").content.decode()
    assert "Open one" not in reader.get("/tickets/?state=waiting").content.decode()
    assert "Solved one" in reader.get("/tickets/?state=all&whose=mine").content.decode()


def test_an_owner_can_look_at_their_own_tickets_alone(client: Client, file: File, owner: User) -> None:
    file(subject="By Mara")
    file(by=owner, subject="By Olaf")
    client.force_login(owner)
    assert "By Mara" in client.get("/tickets/").content.decode()
    assert "By Mara" not in client.get("/tickets/?whose=mine").content.decode()


def test_an_empty_list_says_what_to_do(reader: Client) -> None:
    assert reverse("tickets:new") in reader.get("/tickets/").content.decode()


def test_filing_leads_to_the_ticket_with_its_promise(reader: Client, customer: User) -> None:
    category = Category.objects.get(slug="signals")
    answer = reader.post("/tickets/new/", {**WORDS, "category": category.pk, "shown_articles": "3,x,5"}, follow=True)
    ticket = Ticket.objects.get()
    assert answer.redirect_chain == [(f"/tickets/{ticket.public_id}/", 302)]
    assert (ticket.requester, ticket.category, ticket.priority) == (customer, category, "normal")
    assert b"First answer by" in answer.content
    assert f"#{ticket.number} has arrived" in answer.content.decode()
    assert Event.objects.get(name="ticket.filed").details["articles"] == [3, 5]


def test_everything_down_is_critical_and_promises_a_quarter_of_an_hour(reader: Client) -> None:
    shown = part(reader, "/tickets/new/?impact=down", "pledge").content.decode()
    assert "Within 15 min" in shown
    assert "<html" not in shown
    reader.post("/tickets/new/", {**WORDS, "impact": "down"})
    ticket = Ticket.objects.get()
    filed_at = ticket.filed_at.replace(microsecond=0)  # clocks count whole seconds
    assert (ticket.priority, ticket.due_at) == ("critical", filed_at + timedelta(minutes=15))


def test_the_promise_is_shown_before_sending(reader: Client) -> None:
    assert "Within 4 h, as your plan Elite promises" in reader.get("/tickets/new/").content.decode()


def test_a_double_submit_files_once(reader: Client) -> None:
    key = re.search(r'name="key" value="([^"]+)"', reader.get("/tickets/new/").content.decode())
    assert key
    first, second = (reader.post("/tickets/new/", {**WORDS, "key": key[1]}) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Ticket.objects.count() == 1


def test_two_renderings_of_the_form_carry_different_keys(reader: Client) -> None:
    keys = {re.findall(r'name="key" value="([^"]+)"', reader.get("/tickets/new/").content.decode())[0] for _ in "ab"}
    assert len(keys) == 2


def test_what_was_written_is_not_lost_when_something_is_missing(reader: Client) -> None:
    answer = reader.post("/tickets/new/", {"body": "A long story", "impact": "broken", "key": "kept"})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "A long story" in shown
    assert 'value="kept"' in shown
    assert re.search(r'value="broken"[^>]*checked', shown)
    assert Ticket.objects.count() == 0


def test_who_files_too_often_is_slowed_down_without_losing_the_text(reader: Client, customer: User) -> None:
    cache.set(f"tickets-filed:{customer.pk}:{timezone.now():%Y%m%d%H}", 20)
    answer = reader.post("/tickets/new/", WORDS)
    assert answer.status_code == 422
    assert b"Ten minutes." in answer.content
    assert Ticket.objects.count() == 0


def test_who_belongs_to_several_organizations_chooses_one(reader: Client, customer: User, elite: Organization) -> None:
    other = MembershipFactory(
        user=customer, organization__name="Zeta Fund", organization__tier=TierFactory(slug="ultra-premium")
    ).organization
    assert "Zeta Fund" in reader.get("/tickets/new/").content.decode()
    assert "Within 1 h" in part(reader, f"/tickets/new/?organization={other.pk}", "pledge").content.decode()
    reader.post("/tickets/new/", {**WORDS, "organization": other.pk})
    assert Ticket.objects.get().organization == other


def test_nobody_files_for_an_organization_that_is_not_theirs(reader: Client, stranger: User) -> None:
    foreign = stranger.organizations.get()
    reader.post("/tickets/new/", {**WORDS, "organization": foreign.pk})
    assert not Ticket.objects.filter(organization=foreign).exists()


def test_a_guest_without_organization_files_too(client: Client, guest: User) -> None:
    client.force_login(guest)
    assert b"Within 4 h" in client.get("/tickets/new/").content
    client.post("/tickets/new/", WORDS)
    assert Ticket.objects.get().organization is None


def test_the_conversation_is_shown_without_notes_and_as_safe_html(
    reader: Client, file: File, agent: User, now: datetime
) -> None:
    ticket = file(body="<script>alert(1)</script>")
    tickets.note(ticket=ticket, body="Sounds angry.", by=agent, now=now)
    tickets.reply(ticket=ticket, body="We **look** into it.", by=agent, now=now)
    shown = reader.get(f"/tickets/{ticket.public_id}/").content.decode()
    assert "<strong>look</strong>" in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "Sounds angry." not in shown
    assert "left a note" not in shown
    assert "Lena answered" in shown


def test_answering_by_form_and_by_htmx(reader: Client, file: File) -> None:
    ticket = file()
    plain = reader.post(f"/tickets/{ticket.public_id}/reply/", {"body": "More details"})
    assert plain["Location"] == f"/tickets/{ticket.public_id}/"
    quick = part(reader, f"/tickets/{ticket.public_id}/reply/", "ticket", body="Even more")
    assert quick.status_code == 200
    shown = quick.content.decode()
    assert "Even more" in shown
    assert "<html" not in shown
    assert ticket.messages.count() == 3


def test_an_empty_answer_is_shown_again_with_what_is_missing(reader: Client, file: File) -> None:
    answer = part(reader, f"/tickets/{file().public_id}/reply/", "ticket", body=" ")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


def test_an_answer_to_a_closed_ticket_is_refused_and_kept(
    reader: Client, file: File, agent: User, now: datetime
) -> None:
    ticket = file()
    tickets.close(ticket=ticket, by=agent, now=now)
    plain = reader.post(f"/tickets/{ticket.public_id}/reply/", {"body": "Still there?"})
    assert plain.status_code == 409
    assert "open a new one" in plain.content.decode()
    quick = part(reader, f"/tickets/{ticket.public_id}/reply/", "ticket", body="Still there?")
    assert quick.status_code == 409
    assert "<html" not in quick.content.decode()


def test_a_customer_solves_reopens_and_closes(reader: Client, file: File) -> None:
    ticket = file()
    steps = [
        ("tickets:solve", "solved"),
        ("tickets:reopen", "open"),
        ("tickets:solve", "solved"),
        ("tickets:close", "closed"),
    ]
    for name, state in steps:
        assert reader.post(reverse(name, args=[ticket.public_id])).status_code == 302
        ticket.refresh_from_db()
        assert ticket.state == state
    shown = reader.get(f"/tickets/{ticket.public_id}/").content.decode()
    assert "<textarea" not in shown
    assert reverse("tickets:new") in shown


def test_a_get_changes_nothing(reader: Client, file: File) -> None:
    ticket = file()
    for word in ("reply", "solve", "close", "reopen"):
        assert reader.get(f"/tickets/{ticket.public_id}/{word}/").status_code == 405


@pytest.mark.parametrize("who", ["stranger", "guest", "colleague"])
def test_a_ticket_of_others_is_not_found_on_any_address(
    client: Client, file: File, stranger: User, guest: User, elite: Organization, who: str
) -> None:
    colleague = MembershipFactory(organization=elite).user
    client.force_login({"stranger": stranger, "guest": guest, "colleague": colleague}[who])
    ticket = file()
    for name in ("detail", "reply", "solve", "close", "reopen"):
        address = reverse(f"tickets:{name}", args=[ticket.public_id])
        answer = client.get(address) if name == "detail" else client.post(address, {"body": "Let me in"})
        assert answer.status_code == 404, name
    ticket.refresh_from_db()
    assert (ticket.version, ticket.messages.count()) == (1, 1)


def test_private_pages_are_never_stored(reader: Client, file: File) -> None:
    assert "no-store" in reader.get(f"/tickets/{file().public_id}/")["Cache-Control"]


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_takes_three_queries(
    reader: Client, customer: User, elite: Organization, rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(rows):
        TicketFactory(requester=customer, organization=elite)
    reader.get("/tickets/")
    with django_assert_num_queries(3):
        reader.get("/tickets/")


@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_of_a_ticket_takes_six_queries(
    reader: Client, file: File, agent: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ticket = file()
    for number in range(rows):
        MessageFactory(ticket=ticket, author=agent if number % 2 else ticket.requester)
    reader.get(ticket.get_absolute_url())
    with django_assert_num_queries(6):
        reader.get(ticket.get_absolute_url())


def test_a_timeline_takes_the_names_of_those_who_answered_from_the_conversation(
    reader: Client, file: File, agent: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ticket = file()
    for count in (7, 6):  # solved by somebody unknown; by one who answered
        tickets.solve(ticket=ticket, by=agent)
        with django_assert_num_queries(count):
            shown = reader.get(ticket.get_absolute_url()).content.decode()
        assert f"{agent} marked the ticket as solved" in shown
        tickets.reopen(ticket=ticket, by=agent)
        MessageFactory(ticket=ticket, author=agent)


def test_what_is_already_known_to_be_wrong_is_said_before_one_writes(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble("Telegram is slow", ("Delivery",), "/status/incidents/x/", timezone.now())
    monkeypatch.setattr(current, "_sources", [lambda _now: [trouble]])
    shown = reader.get("/tickets/new/").content.decode()
    assert "Telegram is slow" in shown
    assert "/status/incidents/x/" in shown
