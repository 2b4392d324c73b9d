"""The admin's page "history" tells what happened, whoever did it and by whichever door."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import TagFactory
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(StaffFactory(name="Alex", is_superuser=True))
    return client


def noted(admin: Client, tag: object, message: str) -> None:
    user = User.objects.get(pk=admin.session["_auth_user_id"])
    LogEntry.objects.log_actions(user.pk, [tag], CHANGE, change_message=message)


def test_it_tells_what_actions_did_with_names(admin: Client, file: Callable[..., Ticket], now: datetime) -> None:
    ticket = file()
    tickets.hand_to_team(ticket=ticket, level="l2", by=StaffFactory(name="Lena"), now=now)
    page = admin.get(f"/admin/tickets/ticket/{ticket.pk}/history/").text
    assert "Lena handed the ticket to L2 technical support" in page
    assert "probably" not in page


def test_it_tells_what_a_form_of_the_admin_saved(admin: Client) -> None:
    tag = TagFactory()
    noted(admin, tag, "Changed Name.")
    page = admin.get(f"/admin/tickets/tag/{tag.pk}/history/").text
    assert "Alex: Changed Name." in page
    assert "Nothing has happened yet" not in page


def test_of_what_nothing_is_known_it_says_so(admin: Client) -> None:
    page = admin.get(f"/admin/tickets/tag/{TagFactory().pk}/history/").text
    assert "Nothing has happened yet" in page


@pytest.mark.parametrize("rows", [1, 30])
def test_its_queries_do_not_grow(
    admin: Client,
    file: Callable[..., Ticket],
    now: datetime,
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ticket, agent = file(), StaffFactory()
    for _ in range(rows):
        tickets.note(ticket=ticket, body="Looked at it.", by=agent, now=now)
    admin.get(f"/admin/tickets/ticket/{ticket.pk}/history/")
    with django_assert_num_queries(6):
        admin.get(f"/admin/tickets/ticket/{ticket.pk}/history/")
