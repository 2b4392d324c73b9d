"""Followers, who may see the ticket, and copies, which open nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import Membership, Organization, User
from portal.accounts.states import MemberRole
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.accounts import MembershipFactory, StaffFactory, UserFactory
from tests.factories.outbox import LetterFactory
from tickets import actions as tickets
from tickets.models import Copy, Desk, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]
ELSEWHERE = "partner@elsewhere.example"


@pytest.fixture(autouse=True)
def without_second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False


def letters_to(address: str, settle: Settle) -> list[Letter]:
    settle(now=timezone.now())
    return list(Letter.objects.filter(to=address).order_by("pk"))


def test_copies_tell_what_is_said_in_public_from_then_on_and_open_nothing(
    file: File, agent: User, customer: User, client: Client, settle: Settle, now: datetime
) -> None:
    ticket = file(at=now)
    tickets.reply(ticket=ticket, body="Before.", by=agent, now=now)
    copy = tickets.add_copy(
        ticket=ticket, address=f"Partner <{ELSEWHERE.upper()}>", by=agent, now=now + timedelta(seconds=1)
    )
    later = now + timedelta(minutes=1)
    tickets.note(ticket=ticket, body="Hush.", by=agent, now=later)
    tickets.reply(ticket=ticket, body="After.", by=agent, now=later)
    tickets.reply(ticket=ticket, body="Thanks.", by=customer, now=later)
    posted = letters_to(ELSEWHERE, settle)
    assert [("After." in one.text, "Thanks." in one.text) for one in posted] == [(True, False), (False, True)]
    words = "".join(one.text + one.html + str(one.headers) for one in posted)
    assert "Before." not in words
    assert "Hush." not in words
    assert ticket.public_id not in words
    assert posted[0].headers["List-Unsubscribe"].endswith(f"{copy.get_absolute_url()}>")
    UserFactory(email=ELSEWHERE)  # an account with that address sees nothing either
    client.force_login(User.objects.get(email=ELSEWHERE))
    assert client.get(ticket.get_absolute_url()).status_code == 404


def test_the_mailbox_ends_its_copies_by_a_press_and_for_good(
    file: File, agent: User, client: Client, settle: Settle, now: datetime
) -> None:
    ticket = file(at=now)
    copy = tickets.add_copy(ticket=ticket, address=ELSEWHERE, by=agent, now=now)
    strict = Client(enforce_csrf_checks=True)
    assert ELSEWHERE in strict.get(copy.get_absolute_url()).text
    copy.refresh_from_db()
    assert copy.left_at is None  # scanners open links
    assert strict.post(copy.get_absolute_url(), {"List-Unsubscribe": "One-Click"}).status_code == 200
    tickets.reply(ticket=ticket, body="Hello.", by=agent, now=now)
    assert letters_to(ELSEWHERE, settle) == []
    with pytest.raises(Refused, match="wants no more"):
        tickets.add_copy(ticket=ticket, address=ELSEWHERE, by=agent, now=now)
    assert client.get(reverse("tickets:copy", args=["x" * 22])).status_code == 404


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("noreply@shop.example", "nobody_reads"),
        ("Mailer-Daemon@shop.example", "nobody_reads"),
        ("support@localhost", "nobody_reads"),
        ("not an address", "no_address"),
    ],
)
def test_machines_and_ourselves_get_no_copies(file: File, agent: User, address: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        tickets.add_copy(ticket=file(), address=address, by=agent)
    assert refused.value.code == code


def test_no_copies_to_our_own_mailbox_the_requester_a_colleague_or_what_bounced(
    file: File, agent: User, customer: User, settings: LazySettings, now: datetime
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Support <help@ours.example>"
    LetterFactory(to="gone@elsewhere.example", state="bounced", posted_at=now)
    cases = {
        "help@ours.example": "nobody_reads",
        customer.email: "requester",
        agent.email: "colleague",
        "gone@elsewhere.example": "bounced",
    }
    for address, code in cases.items():
        with pytest.raises(Refused) as refused:
            tickets.add_copy(ticket=file(), address=address, by=agent, now=now)
        assert refused.value.code == code


def test_customers_add_members_of_their_organization_only(
    file: File, customer: User, elite: Organization, stranger: User, agent: User
) -> None:
    ticket, colleague = file(), MembershipFactory(organization=elite).user
    assert tickets.add_copy(ticket=ticket, address=colleague.email.upper(), by=customer).address == colleague.email
    for address in (ELSEWHERE, stranger.email, agent.email):
        with pytest.raises(Refused) as refused:
            tickets.add_copy(ticket=ticket, address=address, by=customer)
        assert refused.value.code == "not_a_member"


def test_there_is_a_most_and_taking_one_off_makes_room(file: File, agent: User) -> None:
    Desk.objects.update(most_copies=1)
    ticket = file()
    copy = tickets.add_copy(ticket=ticket, address=ELSEWHERE, by=agent)
    assert tickets.add_copy(ticket=ticket, address=ELSEWHERE, by=agent) == copy
    with pytest.raises(Refused):
        tickets.add_copy(ticket=ticket, address="two@elsewhere.example", by=agent)
    tickets.end_copy(copy=copy, by=agent)
    tickets.add_copy(ticket=ticket, address="two@elsewhere.example", by=agent)
    assert Copy.objects.live().count() == 1


def test_two_machines_that_answer_each_other_come_to_an_end(
    file: File, agent: User, customer: User, settle: Settle
) -> None:
    ticket, at = file(at=timezone.now()), timezone.now()
    tickets.add_copy(ticket=ticket, address=ELSEWHERE, by=agent, now=at)
    for number in range(25):
        tickets.reply(ticket=ticket, body=f"Echo {number}", by=customer, now=at + timedelta(seconds=number))
        settle(now=timezone.now() + timedelta(minutes=1))
    assert Letter.objects.filter(to=ELSEWHERE).count() == 20


def test_a_colleague_who_follows_hears_of_everything_a_customer_only_of_what_is_public(
    file: File, agent: User, new_agent: Callable[..., User], owner: User, settle: Settle, now: datetime
) -> None:
    ticket, colleague = file(at=now), new_agent()
    for who in (colleague, owner):
        tickets.follow(ticket=ticket, user=who, by=agent, now=now)
    tickets.note(ticket=ticket, body="Hush.", by=agent, now=now)
    tickets.reply(ticket=ticket, body="We look.", by=agent, now=now)
    followed = [one for one in letters_to(colleague.email, settle) if "follow" in one.subject]
    assert ["Hush." in followed[0].text, "We look." in followed[1].text] == [True, True]
    (only,) = letters_to(owner.email, settle)
    assert "We look." in only.text
    assert "/admin/" not in only.text
    Membership.objects.filter(user=owner).delete()
    tickets.reply(ticket=ticket, body="More.", by=agent, now=now)
    assert len(letters_to(owner.email, settle)) == 1  # who left the organization hears no more
    tickets.unfollow(ticket=ticket, user=colleague, by=colleague, now=now)
    assert ticket.followers.count() == 1


def test_who_may_not_see_a_ticket_cannot_follow_it(
    file: File, agent: User, customer: User, owner: User, stranger: User, elite: Organization
) -> None:
    ticket, member = file(), MembershipFactory(organization=elite, role=MemberRole.MEMBER).user
    for who in (stranger, member, customer, StaffFactory()):
        with pytest.raises(Refused):
            tickets.follow(ticket=ticket, user=who, by=agent)
    with pytest.raises(Refused):
        tickets.follow(ticket=ticket, user=owner, by=customer)
    assert not ticket.followers.exists()


def test_staff_arrange_it_on_a_page(file: File, agent: User, owner: User, client: Client) -> None:
    ticket = file()
    page = reverse("admin:tickets_ticket_people", args=[ticket.pk])
    client.force_login(agent)
    assert client.post(page, {"act": "copy", "address": ELSEWHERE}).status_code == 302
    assert client.post(page, {"act": "copy", "address": "noreply@a.example"}).status_code == 409
    assert client.post(page, {"act": "copy", "address": "x"}).status_code == 422
    assert client.post(page, {"act": "follower", "user": owner.pk}).status_code == 302
    shown = client.get(page).text
    assert ELSEWHERE in shown
    assert owner.email in shown
    client.post(page, {"act": "end_copy", "row": Copy.objects.get().pk})
    client.post(page, {"act": "unfollow", "row": ticket.followers.get().pk})
    assert not Copy.objects.live().exists()
    assert not ticket.followers.exists()
    client.force_login(StaffFactory(role="executive"))
    assert client.post(page, {"act": "copy", "address": ELSEWHERE}).status_code == 403


def test_on_their_own_ticket_staff_are_told_that_they_arrange_nothing_for_others(
    agent: User, new_agent: Callable[..., User], client: Client
) -> None:
    ticket, colleague = tickets.file_ticket(filing=tickets.Filing("Mine", "Words"), by=agent), new_agent()
    follower = tickets.follow(ticket=ticket, user=colleague, by=colleague)
    client.force_login(agent)
    page = reverse("admin:tickets_ticket_people", args=[ticket.pk])
    refused = client.post(page, {"act": "unfollow", "row": follower.pk})
    assert (refused.status_code, "Only they themselves or the support team" in refused.text) == (409, True)
    assert ticket.followers.exists()


def test_customers_arrange_it_on_a_page_and_strangers_find_none(
    file: File, customer: User, owner: User, stranger: User, elite: Organization, client: Client
) -> None:
    ticket, colleague = file(), MembershipFactory(organization=elite).user
    page = reverse("tickets:people", args=[ticket.public_id])
    client.force_login(customer)
    assert client.post(page, {"act": "copy", "address": colleague.email}).status_code == 302
    assert client.post(page, {"act": "copy", "address": ELSEWHERE}).status_code == 409
    refused = client.post(page, {"act": "follow"})
    assert (refused.status_code, "Who asked gets every answer anyway." in refused.text) == (409, True)
    assert colleague.email in client.get(page).text
    client.force_login(owner)
    assert client.post(page, {"act": "follow"}).status_code == 302
    assert client.post(page, {"act": "unfollow"}).status_code == 302
    assert client.post(page, {"act": "end_copy", "row": Copy.objects.get().pk}).status_code == 302
    assert client.post(page, {}).status_code == 422
    client.force_login(stranger)
    assert client.get(page).status_code == 404
    assert client.post(page, {"act": "copy", "address": ELSEWHERE}).status_code == 404
