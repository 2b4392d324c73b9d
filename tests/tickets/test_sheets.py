"""The queue as a spreadsheet: what is on the page, all of it, and nothing that a spreadsheet program would run."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import TagFactory
from tickets import actions as tickets
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def read(client: Client, narrowed: str = "") -> list[dict[str, str]]:
    response = client.get(reverse("admin:tickets_ticket_csv") + narrowed)
    assert response.status_code == 200
    assert response.streaming
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_sheet_holds_the_queue_as_it_is_narrowed(client: Client, agent: User, file: Callable[..., Ticket]) -> None:
    client.force_login(agent)
    first = file(subject="=HYPERLINK(1)", priority="high")
    first.tags.set([TagFactory(name="+b"), TagFactory(name="a")])
    tickets.take(ticket=file(subject="Mine"), by=agent)
    tickets.close(ticket=file(subject="Closed"), by=agent)
    for number in range(40):
        file(subject=f"More {number}")
    rows = read(client)
    assert len(rows) == 42, "every page of the list, not only the first"
    by_subject = {row["subject"]: row for row in rows}
    assert by_subject["'=HYPERLINK(1)"]["tags"] == "'+b, a"
    assert by_subject["Mine"]["assignee"] == agent.email
    assert by_subject["Mine"]["organization"] == "Meridian Capital"
    assert [row["subject"] for row in read(client, "?whose=mine")] == ["Mine"]
    assert [row["subject"] for row in read(client, "?priority=high")] == ["'=HYPERLINK(1)"]
    assert [row["subject"] for row in read(client, "?state=done")] == ["Closed"]
    assert [row["subject"] for row in read(client, "?q=Mine")] == ["Mine"], "searched alike"
    assert (
        reverse("admin:tickets_ticket_csv") in client.get(reverse("admin:tickets_ticket_changelist")).content.decode()
    )


def test_one_query_reads_the_rows_however_many(
    client: Client, agent: User, file: Callable[..., Ticket], django_assert_max_num_queries: Any
) -> None:
    client.force_login(agent)
    for _number in range(12):
        file()
    read(client)
    with django_assert_max_num_queries(10):
        assert len(read(client)) == 12


def test_the_sheet_is_for_those_who_see_tickets(client: Client, customer: User) -> None:
    url = reverse("admin:tickets_ticket_csv")
    client.force_login(customer)
    assert client.get(url).status_code == 302
    client.force_login(StaffFactory())
    assert client.get(url).status_code == 403
    client.force_login(StaffFactory(role="agent-l1"))
    assert client.get(f"{url}?requester__password__startswith=a").status_code in (302, 400), "only the filters narrow"
