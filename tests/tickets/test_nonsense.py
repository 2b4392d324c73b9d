"""What no form sends is refused or finds nothing, at every door that takes the name of a row."""

from collections.abc import Callable

import pytest
from django.test import Client

from portal.accounts.models import User
from portal.lib.given import is_public_id, row_id
from portal.lib.tokens import public_id
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
HUGE = "9" * 5000  # more digits than Python makes a number of


@pytest.mark.parametrize("typed", ["", None, "x", "-1", " 1", "1.0", "٣", "²", HUGE, "1\x00"])
def test_what_is_no_number_names_no_row(typed: str | None) -> None:
    assert row_id(typed) == 0


def test_a_number_names_a_row_and_a_public_id_has_its_shape() -> None:
    assert (row_id("17"), row_id(17)) == (17, 17)
    assert is_public_id(public_id())
    assert not any(is_public_id(one) for one in ("", "\x00" * 22, "a" * 21, "a" * 23, "ä" * 22, "a" * 22 + "\n"))


@pytest.mark.parametrize("kept", ["\x00", HUGE, "x"])
def test_a_file_of_no_such_name_is_left_out(client: Client, customer: User, file: File, kept: str) -> None:
    client.force_login(customer)
    ticket = file()
    assert client.post(f"/tickets/{ticket.public_id}/reply/", {"body": "More.", "kept": kept}).status_code == 302
    assert ticket.messages.count() == 2


@pytest.mark.parametrize("follows", ["\x00", HUGE])
def test_a_ticket_of_no_such_name_is_not_followed(client: Client, customer: User, follows: str) -> None:
    client.force_login(customer)
    words = {"subject": "Late", "body": "Again.", "impact": "hindered", "follows": follows}
    assert client.post("/tickets/new/", words).status_code == 302
    assert Ticket.objects.get().follows is None


@pytest.mark.parametrize(
    ("where", "given", "status"),
    [
        ("reply", {"body": "x", "seen": HUGE}, 422),
        ("compose", {"body": "x", "seen": HUGE, "pick": HUGE}, 200),
        ("macro", {"macro": HUGE}, 404),
        ("takeback", {"held": HUGE}, 404),
        ("people", {"act": "end_copy", "row": HUGE}, 404),
        ("merge", {"number": HUGE}, 302),
    ],
)
def test_the_desk_finds_nothing_of_that_name(
    client: Client, agent: User, file: File, where: str, given: dict[str, str], status: int
) -> None:
    client.force_login(agent)
    assert client.post(f"/admin/tickets/ticket/{file().pk}/{where}/", given).status_code == status


def test_an_address_that_is_none_is_said_to_be_so(client: Client, agent: User) -> None:
    client.force_login(agent)
    assert client.post("/admin/tickets/ticket/behalf/", {"email": "a\x00@b.example"}).status_code == 422
