"""A note that names a colleague reaches them by letter, and nobody else."""

import re
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture
def lena(new_agent: Callable[..., User]) -> User:
    return new_agent(name="Lena Ortiz", email="lena.agent@desk.example")


@pytest.fixture
def jonas(new_agent: Callable[..., User]) -> User:
    return new_agent(name="Jonas Berg", email="jonas@desk.example")


@pytest.mark.parametrize(
    ("body", "found", "unclear"),
    [
        ("@Lena Ortiz, look", ["lena"], []),
        ("ask @lena or @JONAS.", ["lena", "jonas"], []),
        ("(@lena.agent)", ["lena"], []),
        ("@jonas@desk.example: yes", ["jonas"], []),
        ("@lena @lena ortiz", ["lena"], []),
        ("write to lena@desk.example", [], []),
        ("@lenas fault", [], ["lenas"]),
        ("@nobody.here!", [], ["nobody.here"]),
        ("https://social.example/@lena", [], []),
    ],
)
def test_who_is_meant(lena: User, jonas: User, body: str, found: list[str], unclear: list[str]) -> None:
    people = {"lena": lena, "jonas": jonas}
    mentioned = tickets.mentioned_in(body=body)
    assert mentioned.people == [people[one] for one in found]
    assert mentioned.unclear == unclear


def test_a_name_that_two_have_names_nobody(lena: User, new_agent: Callable[..., User]) -> None:
    new_agent(name="Lena Fink")
    assert tickets.mentioned_in(body="@lena").unclear == ["lena"]
    assert tickets.mentioned_in(body="@Lena Ortiz").people == [lena]


def test_the_mentioned_get_a_letter_and_customers_and_staff_without_the_right_never(
    file: File,
    lena: User,
    jonas: User,
    customer: User,
    settle: Callable[..., int],
    client: Client,
    settings: LazySettings,
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    outsider = StaffFactory(name="Olga Stein")
    ticket = file()
    client.force_login(jonas)
    note = reverse("admin:tickets_ticket_note", args=[ticket.pk])
    page = client.post(note, {"body": "@Lena Ortiz @Mara @Olga Stein @jonas: feed 3?"}, follow=True).text
    assert "told nobody of: @Mara, @Olga" in page
    settle(now=timezone.now())
    named = Letter.objects.filter(subject__contains="names you")
    assert [one.to for one in named] == [lena.email]
    assert "feed 3?" in named[0].text
    assert not Letter.objects.filter(to__in=[outsider.email], about_type="tickets.message").exists()
    assert "feed 3?" not in "".join(Letter.objects.filter(to=customer.email).values_list("text", flat=True))


def test_who_lost_the_right_meanwhile_hears_nothing(
    file: File, lena: User, jonas: User, settle: Callable[..., int]
) -> None:
    tickets.note(ticket=file(), body="@Lena Ortiz", by=jonas)
    lena.groups.clear()
    settle(now=timezone.now())
    assert not Letter.objects.filter(subject__contains="names you").exists()


def offered(client: Client, ticket: Ticket, beginning: str) -> list[str]:
    """What would stand behind the @, for each colleague whom the box offers."""
    answer = client.get(reverse("admin:tickets_ticket_colleagues", args=[ticket.pk]), {"q": beginning})
    assert answer.status_code == 200
    return re.findall(r'role="option"[^>]* data-name="([^"]+)"', answer.text)


def test_colleagues_are_offered_by_what_their_names_begin_with(
    client: Client, file: File, lena: User, jonas: User, settings: LazySettings
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    ticket = file()
    client.force_login(lena)
    assert offered(client, ticket, "") == ["Jonas Berg", "Lena Ortiz"]
    assert offered(client, ticket, "LEN") == ["Lena Ortiz"]
    assert offered(client, ticket, "lena  or") == ["Lena Ortiz"]
    assert offered(client, ticket, "jonas@desk") == ["Jonas Berg"]
    assert offered(client, ticket, "berg") == []  # no name that can be written begins so
    page = client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).text
    assert f'data-mentions="{reverse("admin:tickets_ticket_colleagues", args=[ticket.pk])}"' in page


def test_what_is_offered_means_just_that_colleague(
    client: Client, file: File, lena: User, new_agent: Callable[..., User], settings: LazySettings
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    twin = new_agent(name="Lena Ortiz", email="another.lena@desk.example")
    client.force_login(lena)
    names = offered(client, file(), "lena o")
    assert sorted(names) == sorted([lena.email, twin.email])
    assert [tickets.mentioned_in(body=f"@{name} look").people for name in names] in ([[lena], [twin]], [[twin], [lena]])


def test_names_are_told_only_to_who_may_write_a_note_there(
    client: Client, file: File, lena: User, customer: User, settings: LazySettings
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    ticket = file()
    address = reverse("admin:tickets_ticket_colleagues", args=[ticket.pk])
    client.force_login(customer)
    assert "/login" in client.get(address, follow=True).redirect_chain[-1][0]
    client.force_login(StaffFactory(role="executive"))  # reads tickets, writes none
    assert client.get(address).status_code == 403
    client.force_login(StaffFactory())
    assert client.get(address).status_code == 403
    client.force_login(lena)
    assert client.get(reverse("admin:tickets_ticket_colleagues", args=[ticket.pk + 1])).status_code == 404
    assert client.post(address).status_code == 405


def test_whom_the_portal_does_not_mean_is_not_offered(
    client: Client, file: File, lena: User, settings: LazySettings
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(lena)
    StaffFactory(name="Lea <b>Without</b>")  # reads no tickets
    assert offered(client, file(), "le") == ["Lena Ortiz"]
