"""Who has an address is found by an index: it is asked at log-in, for each guest and for each line of an import."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from portal.accounts.models import User
from tickets.models import GuestFiling


@pytest.fixture
def _no_walk_through_tables(db: None) -> None:
    """The tables of a test are so small that a walk through them is cheaper."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


@pytest.mark.usefixtures("_no_walk_through_tables")
@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (lambda: User.objects.filter(email__iexact="Ada@example.com"), "user_by_address"),
        (
            lambda: GuestFiling.objects.of_address_lately("Ada@example.com", timezone.now()),
            "guest_filing_of_address",
        ),
    ],
)
def test_an_address_is_looked_up_whatever_its_case(asked: Any, index: str) -> None:
    assert index in asked().explain()
