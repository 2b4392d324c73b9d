from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import IntegrityError, transaction
from django.test import Client

from portal.accounts.models import Membership, User
from tests.factories.accounts import MembershipFactory, StaffFactory
from tests.factories.tickets import TicketFactory
from tickets import actions as tickets
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


def test_members_see_their_own_and_owners_all_of_the_organization(file: File, customer: User, owner: User) -> None:
    of_member, of_owner = file(), file(by=owner)
    assert set(Ticket.objects.visible_to(customer)) == {of_member}
    assert set(Ticket.objects.visible_to(owner)) == {of_member, of_owner}


def test_nobody_sees_tickets_of_others(file: File, stranger: User, guest: User) -> None:
    file()
    for user in (stranger, guest, AnonymousUser()):
        assert not Ticket.objects.visible_to(user).exists()


def test_who_files_without_an_organization_sees_it(file: File, guest: User) -> None:
    ticket = file(by=guest, organization=None)
    assert list(Ticket.objects.visible_to(guest)) == [ticket]


def test_who_left_the_organization_sees_its_tickets_no_more(file: File, customer: User) -> None:
    file()
    Membership.objects.filter(user=customer).delete()
    assert not Ticket.objects.visible_to(customer).exists()


def test_an_owner_of_one_organization_is_a_mere_member_of_another(file: File, stranger: User, elite: object) -> None:
    file()
    MembershipFactory(user=stranger, organization=elite)
    assert not Ticket.objects.visible_to(stranger).exists()


def test_staff_see_tickets_by_their_role(file: File, agent: User) -> None:
    file()
    assert Ticket.objects.visible_to(agent).exists()
    assert not Ticket.objects.visible_to(StaffFactory()).exists()
    executive = StaffFactory()
    executive.groups.add(Group.objects.get(name="executive"))
    assert Ticket.objects.visible_to(executive).exists()


def test_notes_and_notices_never_reach_customers(
    file: File, agent: User, customer: User, stranger: User, now: datetime
) -> None:
    ticket = file()
    tickets.note(ticket=ticket, body="He is angry.", by=agent, now=now)
    tickets.note(ticket=ticket, body="A letter came back.", by=None, now=now)
    tickets.change_priority(ticket=ticket, priority="high", by=agent, reason="He is loud.", now=now)
    assert {message.kind for message in Message.objects.visible_to(customer)} == {"reply"}
    assert Message.objects.visible_to(agent).count() == 4
    assert not Message.objects.visible_to(stranger).exists()


@pytest.mark.parametrize(
    "lie",
    [
        {"state": "solved"},
        {"state": "closed"},
        {"state": "asleep"},
        {"priority": "urgent"},
        {"solved_at": datetime(2030, 1, 1).astimezone()},
        {"state": "waiting", "due_at": datetime(2030, 1, 1).astimezone()},
    ],
)
def test_the_table_refuses_what_cannot_be(lie: dict) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TicketFactory(**lie)


@pytest.mark.parametrize("move", ["reply", "solve", "close", "reopen"])
def test_staff_who_only_read_tickets_cannot_move_them_by_the_customers_pages(
    client: Client, file: File, move: str
) -> None:
    ticket = file()
    client.force_login(StaffFactory(role="executive"))
    assert client.get(ticket.get_absolute_url()).status_code == 200
    assert client.post(f"{ticket.get_absolute_url()}{move}/", {"body": "We will not help."}).status_code == 403
    ticket.refresh_from_db()
    assert (ticket.state, ticket.messages.count()) == ("new", 1)
