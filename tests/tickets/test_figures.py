"""The figures of the desk are one row, and what it says holds."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tickets import actions as tickets
from tickets.models import Desk, Ticket

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
DAY = timedelta(days=1)


def kept(**figures: object) -> None:
    Desk.objects.update_or_create(pk=1, defaults=figures)


def test_two_rows_become_one_and_two_again() -> None:
    executor = MigrationExecutor(connection)
    before = executor.migrate([("tickets", "0015_imports")]).apps
    before.get_model("tickets", "Desk").objects.update_or_create(pk=1, defaults={"most_copies": 4})
    rules = {"most_files": 3, "rate_within": 5 * DAY, "guest_link_valid_for": timedelta(days=1, minutes=2)}
    before.get_model("tickets", "DeskRules").objects.update_or_create(pk=1, defaults=rules)
    after = MigrationExecutor(connection).migrate([("tickets", "0016_one_desk")]).apps
    desk = after.get_model("tickets", "Desk").objects.get()
    assert {"most_copies": desk.most_copies, **{name: getattr(desk, name) for name in rules}} == {
        "most_copies": 4,
        **rules,
    }
    again = MigrationExecutor(connection).migrate([("tickets", "0015_imports")]).apps
    assert again.get_model("tickets", "DeskRules").objects.values(*rules).get() == rules
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes("tickets"))


def test_a_second_row_or_a_length_that_is_too_short_is_refused_by_the_table() -> None:
    kept()
    for figures in ({"id": 2}, {"reopen_within": timedelta(hours=1)}, {"rate_within": -DAY}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Desk.objects.filter(pk=1).update(**figures)


def test_without_the_row_the_shipped_figures_hold() -> None:
    Desk.objects.all().delete()
    desk: Desk = Desk.objects.present()
    assert (desk.reopen_within, desk.undo_for, desk.most_files) == (14 * DAY, timedelta(seconds=10), 10)


def test_a_ticket_brings_the_figures_along(file: File, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    kept(reopen_within=timedelta(days=40, hours=3, seconds=7, microseconds=12), most_file_mb=7)
    public_id = file().public_id
    with django_assert_num_queries(1):
        brought = Ticket.objects.with_desk().get(public_id=public_id).desk
    row = Desk.objects.get()
    fields = [field.attname for field in Desk._meta.concrete_fields]
    assert [getattr(brought, name) for name in fields] == [getattr(row, name) for name in fields]
    assert Ticket.objects.get(public_id=public_id).desk == row
    row.delete()
    assert Ticket.objects.with_desk().get(public_id=public_id).desk.most_file_mb == 20


def test_the_row_says_how_long_a_customer_can_reopen(
    file: File, agent: User, customer: User, client: Client, now: datetime
) -> None:
    kept(reopen_within=2 * DAY)
    soon, late = (tickets.solve(ticket=file(at=now), by=agent, now=now) for _ in range(2))
    assert tickets.reopen(ticket=soon, by=customer, now=now + 2 * DAY).is_active
    with pytest.raises(Refused) as refused:
        tickets.reply(ticket=late, body="Again.", by=customer, now=now + 3 * DAY)
    assert refused.value.code == "too_late_to_reopen"
    long_ago = timezone.now() - 3 * DAY
    ticket = tickets.solve(ticket=file(at=long_ago), by=agent, now=long_ago)
    client.force_login(customer)
    assert "too long ago" in client.get(ticket.get_absolute_url()).content.decode()
    kept(reopen_within=4 * DAY)
    assert "Can be reopened until" in client.get(ticket.get_absolute_url()).content.decode()


def test_the_row_says_how_soon_one_can_ask_to_escalate_again(file: File, customer: User, now: datetime) -> None:
    kept(ask_to_escalate_again_after=timedelta(hours=1))
    ticket = file(at=now)
    tickets.ask_to_escalate(ticket=ticket, by=customer, reason="Urgent.", now=now)
    with pytest.raises(Refused, match="told already"):
        tickets.ask_to_escalate(ticket=ticket, by=customer, reason="Urgent!", now=now + timedelta(minutes=59))
    tickets.ask_to_escalate(ticket=ticket, by=customer, reason="Still.", now=now + timedelta(minutes=61))
    assert ticket.escalations.filter(timer=None).count() == 2


def test_the_row_says_how_many_tickets_a_customer_files_in_an_hour(customer: User, agent: User, now: datetime) -> None:
    kept(filings_an_hour=2)
    for _ in range(2):
        tickets.refuse_many_filings(by=customer, now=now)
    with pytest.raises(Refused, match="many tickets") as refused:
        tickets.refuse_many_filings(by=customer, now=now)
    assert refused.value.code == "rate_limit"
    tickets.refuse_many_filings(by=customer, now=now + timedelta(hours=1))
    for _ in range(3):
        tickets.refuse_many_filings(by=agent, now=now)


def test_a_cache_that_loses_the_count_stops_nobody(
    customer: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The count may vanish between the call that makes it and the one that raises it."""
    monkeypatch.setattr(cache, "add", lambda *_args, **_options: True)
    tickets.refuse_many_filings(by=customer, now=now)
