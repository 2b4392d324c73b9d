"""Guests: an address is proven before anything is filed; their ticket opens by a link that ends."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.lib.tokens import unseal
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory, UserFactory
from tests.tickets.files import upload
from tickets import actions as tickets
from tickets.models import Attachment, Desk, GuestFiling, GuestLink, Ticket
from tickets.tasks import forget_guests

pytestmark = pytest.mark.django_db
GERDA = "gerda@example.net"
WORDS = {"name": "Gerda", "email": GERDA, "subject": "Late", "body": "Buy my pills", "impact": "hindered"}


def words_of(letter: Letter) -> str:
    return json.loads(unseal(letter.sealed))["text"] if letter.sealed else letter.text


def link_in(letter: Letter) -> str:
    found = re.search(r"http://127.0.0.1:8000(/tickets/guest/\S+)", words_of(letter))
    assert found, words_of(letter)
    return found[1]


def written(client: Client, **other: Any) -> Any:
    return client.post("/tickets/guest/", {**WORDS, **other})


@pytest.fixture
def filed(client: Client, settle: Callable[..., int]) -> str:
    """A guest wrote, confirmed and holds the link; answers the address of the ticket's page."""
    written(client)
    answer = client.post(link_in(Letter.objects.get()))
    settle()
    return answer["Location"]


def test_a_ticket_is_filed_only_after_the_letter_was_followed_and_confirmed(
    client: Client, settle: Callable[..., int]
) -> None:
    assert written(client).status_code == 200
    assert not Ticket.objects.exists()
    assert not User.objects.exists()
    letter = Letter.objects.get()
    assert (letter.to, letter.is_secret) == (GERDA, True)
    assert "pills" not in words_of(letter)
    way = link_in(letter)
    assert client.get(way).status_code == 200  # a scanner of mail follows links
    assert not Ticket.objects.exists()
    there = client.post(way)["Location"]
    assert "Buy my pills" in client.get(there).content.decode()
    assert client.post(way)["Location"] == there  # twice is once
    settle()
    ticket = Ticket.objects.get()
    assert (ticket.requester.email, ticket.requester.has_usable_password()) == (GERDA, False)
    acknowledged = Letter.objects.get(key=f"ticket-filed:{ticket.pk}")
    assert (link_in(acknowledged), acknowledged.is_secret) == (there, True)


def test_nobody_learns_which_addresses_have_accounts(client: Client) -> None:
    UserFactory(email=GERDA)
    known, unknown = written(client), written(client, email="nobody@example.net")
    assert known.content.decode().replace(GERDA, "") == unknown.content.decode().replace("nobody@example.net", "")
    first, second = (words_of(letter).split("guest/")[0] for letter in Letter.objects.order_by("pk"))
    assert first == second


def test_an_address_gets_few_letters_and_a_network_files_few(client: Client) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"guest_letters_an_hour": 2, "guest_filings_an_hour": 4})
    for _number in range(3):
        assert written(client).status_code == 200
    assert Letter.objects.count() == 2  # the third answer looks the same
    assert written(client, email="else@example.net").status_code == 200
    refused = written(client, email="other@example.net")
    assert (refused.status_code, b"from your network" in refused.content) == (422, True)
    assert client.post("/tickets/guest/", {**WORDS}, REMOTE_ADDR="10.9.8.7").status_code == 200


def test_a_letter_s_link_ends_and_is_forgotten(client: Client) -> None:
    written(client)
    way = link_in(Letter.objects.get())
    GuestFiling.objects.update(created_at=timezone.now() - timedelta(days=3), expires_at=timezone.now())
    for answer in (client.get(way), client.post(way)):
        assert (answer.status_code, Ticket.objects.exists()) == (410, False)
    assert forget_guests() == 1
    assert client.get(way).status_code == 404


def test_a_guest_answers_attaches_solves_and_reopens(client: Client, filed: str, agent: User, now: Any) -> None:
    ticket = Ticket.objects.get()
    kept = client.post(f"{filed}files/", {"files": SimpleUploadedFile("a.txt", b"one")}).json()
    assert client.post(f"{filed}reply/", {"body": "", "kept": kept["id"]}).status_code == 422
    assert client.post(f"{filed}reply/", {"body": "More", "kept": kept["id"]})["Location"] == filed
    assert b"".join(client.get(f"{filed}files/{kept['id']}/").streaming_content) == b"one"
    assert client.post(f"{filed}solve/").status_code == 302
    ticket.refresh_from_db()
    assert ticket.state == "solved"
    client.post(f"{filed}reopen/")
    ticket.refresh_from_db()
    assert ticket.state == "open"
    assert client.post(f"{filed}delete/").status_code == 404


def test_a_guest_reads_what_customers_read_and_nothing_more(client: Client, filed: str, agent: User) -> None:
    ticket, secret, own = Ticket.objects.get(), upload(agent, "secret.txt"), upload(agent, "fix.txt")
    tickets.note_with_files(ticket=ticket, draft=tickets.Draft("She is angry.", [secret.public_id]), by=agent)
    tickets.reply_with_files(ticket=ticket, draft=tickets.Draft("Try this.", [own.public_id]), by=agent)
    shown = client.get(filed).content.decode()
    assert "Try this." in shown
    assert f"{filed}files/{own.public_id}/" in shown
    assert "angry" not in shown
    assert client.get(f"{filed}files/{secret.public_id}/").status_code == 404
    User.objects.filter(pk=ticket.requester_id).update(is_staff=True, is_superuser=True)  # still only a guest here
    assert "angry" not in client.get(filed).content.decode()
    assert client.get(ticket.get_absolute_url()).status_code == 302


def test_a_link_is_signed_ends_and_can_be_withdrawn(client: Client, filed: str, settle: Callable[..., int]) -> None:
    link = GuestLink.objects.get()
    for forged in (link.public_id, link.key[:-2] + "xx", f"{link.public_id}.", "x.y"):
        assert client.get(f"/tickets/guest/{forged}/").status_code == 404
    GuestLink.objects.update(expires_at=timezone.now(), created_at=timezone.now() - timedelta(days=90))
    assert client.get(filed).status_code == 410
    assert client.post(f"{filed}reply/", {"body": "Hello?"}).status_code == 410
    assert client.post(f"{filed}again/").status_code == 200
    there = link_in(Letter.objects.get(key__startswith="ticket-guest-link"))
    assert client.get(there).status_code == 200
    client.post(f"{there}again/")  # no second one within minutes
    assert Letter.objects.filter(key__startswith="ticket-guest-link").count() == 1
    client.post(f"{there}withdraw/")
    assert client.get(there).status_code == 410


def test_an_answer_brings_the_link_and_begins_its_life_anew(
    filed: str, agent: User, settle: Callable[..., int], client: Client
) -> None:
    later = timezone.now() + timedelta(days=50)
    fix = upload(agent, "fix.txt")
    draft = tickets.Draft("Try this.", [fix.public_id])
    message = tickets.reply_with_files(ticket=Ticket.objects.get(), draft=draft, by=agent, now=later)
    settle(now=later)
    letter = Letter.objects.get(key=f"ticket-replied:{message.pk}")
    assert (f"{filed}\n" in words_of(letter), letter.is_secret) == (True, True)
    assert f"{filed}files/{fix.public_id}/" in words_of(letter)
    assert GuestLink.objects.get().expires_at > later + timedelta(days=59)


def test_who_signs_up_with_the_address_takes_the_tickets_over(client: Client, filed: str) -> None:
    assert client.get("/tickets/").status_code == 302
    words = {"name": "Gerda", "email": GERDA, "password1": "a squatter of some kind"}
    assert client.post("/accounts/signup/", words).status_code == 302
    assert "/accounts/password/reset/" in words_of(Letter.objects.filter(to=GERDA).latest("pk"))
    assert not User.objects.get(email=GERDA).has_usable_password()
    client.post("/accounts/password/reset/", {"email": GERDA})
    text = words_of(Letter.objects.filter(to=GERDA).latest("pk"))
    found = re.search(r"(/accounts/password/reset/key/\S+)", text)
    assert found, text
    form = client.get(found[1])["Location"]
    chosen = {"password1": "a horse of another color", "password2": "a horse of another color"}
    assert client.post(form, chosen).status_code == 302
    assert client.post("/accounts/login/", {"login": GERDA, "password": chosen["password1"]}).status_code == 302
    assert "Late" in client.get("/tickets/").content.decode()
    assert Client().get(filed)["Location"] == Ticket.objects.get().get_absolute_url()  # the link is of no use any more


def test_a_password_chosen_without_the_address_is_worth_nothing_once_it_is_proven(client: Client) -> None:
    squatter = UserFactory(email=GERDA)
    written(client)
    client.post(link_in(Letter.objects.get()))
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()
    assert Ticket.objects.get().requester == squatter


def test_who_has_an_account_is_led_to_it(client: Client, customer: User, elite: Any) -> None:
    customer.emailaddress_set.create(email=customer.email, verified=True, primary=True)
    written(client, email=customer.email.upper())
    answer = client.post(link_in(Letter.objects.get()))
    ticket = Ticket.objects.get()
    assert answer["Location"] == ticket.get_absolute_url()
    assert (ticket.requester, ticket.organization) == (customer, elite)
    assert not GuestLink.objects.exists()


def test_a_closed_account_files_nothing(client: Client) -> None:
    UserFactory(email=GERDA, is_active=False)
    written(client)
    assert client.post(link_in(Letter.objects.get())).status_code == 409
    assert not Ticket.objects.exists()


def test_who_left_the_organization_is_let_in_by_no_link(client: Client, filed: str, elite: Any) -> None:
    Ticket.objects.update(organization=elite)
    assert client.get(filed).status_code == 410


def test_the_form_takes_few_queries(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client.get("/tickets/guest/")
    with django_assert_num_queries(3):  # what it may be about, what goes wrong now, how large files may be
        assert client.get("/tickets/guest/").status_code == 200


def test_an_agent_files_for_a_customer_who_is_told(
    client: Client, agent: User, customer: User, elite: Any, settle: Callable[..., int]
) -> None:
    client.force_login(agent)
    desk = "/admin/tickets/ticket/behalf/"
    assert client.get(desk).status_code == 200
    words = {"subject": "Called", "body": "No signals.", "channel": "phone", "priority": "high"}
    assert client.post(desk, {**words, "email": customer.email}).status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.organization, ticket.channel) == (customer, elite, "phone")
    client.post(desk, {**words, "email": "new@example.net", "name": "Nils"})
    settle()
    told = Letter.objects.get(to=customer.email, key__startswith="ticket-filed")
    assert "Lena filed ticket" in told.text
    there = link_in(Letter.objects.get(to="new@example.net"))
    page = Client().get(there).content.decode()
    assert "No signals." in page
    made = Ticket.objects.latest("pk")
    workspace = f"/admin/tickets/ticket/{made.pk}"
    assert "Withdraw the link" in client.get(f"{workspace}/change/").content.decode()
    client.post(f"{workspace}/guest_link/", {"act": "withdraw"})
    assert Client().get(there).status_code == 410
    assert client.post(desk, {**words, "email": "no address"}).status_code == 422
    client.force_login(StaffFactory())
    assert client.get(desk).status_code == 403
    assert not Attachment.objects.exists()
