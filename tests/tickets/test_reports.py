"""Figures of the desk: narrowed by what is allowed alone, never by reading all. (`recount` counts them anew.)"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.lib.spreadsheets import lines, neutral
from tests.factories.accounts import StaffFactory
from tickets import actions as tickets
from tickets.metrics import gauges
from tickets.metrics.reports import report
from tickets.models import Survey, Ticket
from tickets.querysets import reports
from tickets.querysets.reports import Period

pytestmark = pytest.mark.django_db
QUERIES = ["PROMISES", "VOLUME", "FIRST_CONTACT", "RATINGS", "ASKED", "ESCALATIONS", "BACKLOG"]


@pytest.fixture
def lead(db: None, client: Client) -> User:
    user = StaffFactory(role="lead", name="Lea")
    client.force_login(user)
    return user


def test_the_figures_of_one_ticket_are_what_happened(
    file: Callable[..., Ticket], agent: User, now: datetime, settle: Callable[..., int]
) -> None:
    """Answered after 2 of 4 hours, waited a day for the customer, solved 1 hour after they wrote."""
    ticket = tickets.take(ticket=file(), by=agent, now=now)
    tickets.reply(ticket=ticket, body="What do you see?", by=agent, now=now + timedelta(hours=2))
    tickets.reply(ticket=ticket, body="This.", by=ticket.requester, now=now + timedelta(hours=26))
    tickets.reply(ticket=ticket, body="Fixed.", by=agent, leaves="solved", now=now + timedelta(hours=27))
    settle(now=now + timedelta(hours=27))
    tickets.rate(survey=Survey.objects.get(), score=4, comment="", by=ticket.requester, now=now + timedelta(hours=28))
    period = Period(now - timedelta(hours=1), now + timedelta(days=3))
    by_slug = {one.slug: one for one in report(period, now + timedelta(days=3))}
    times = {row[0]: row[1:] for row in by_slug["times"].rows}
    assert times["First answer"] == [1, "2 h", "2 h", "2 h", "2 h"]
    assert times["Solution"][:2] == [1, "1 d 3 h"]
    assert times["Solution"][3] == "3 h", "the day of waiting does not count"
    assert ["First answer", "Elite", 1, 0, "100.0 %"] in by_slug["attainment"].rows
    assert ["Solved at first contact", "0.0 %"] in by_slug["quality"].rows
    assert ["Mean rating of 5", "4.00"] in by_slug["quality"].rows
    assert by_slug["agents"].rows[0][0] == "Lena"
    assert by_slug["by-channel"].rows == [["Web form", 1]]
    assert [row[1:] for row in by_slug["days"].rows][:2] == [[1, 0], [0, 1]]
    told = {one.name: one.samples for one in gauges.of_the_desk(now + timedelta(hours=30))}
    assert told["portal_tickets_active"][0].value == 0
    kept = {one.labels["metric"]: one.value for one in told["portal_promises_day"] if one.labels["outcome"] == "kept"}
    assert kept["resolution"] == 1


def test_the_page_shows_charts_with_their_tables_and_its_queries_do_not_grow(
    client: Client, lead: User, file: Callable[..., Ticket], django_assert_num_queries: Any
) -> None:
    url = reverse("admin:tickets_report")
    client.get(url)
    for count in (1, 6):
        for _number in range(count):
            file(at=timezone.now())
        with django_assert_num_queries(15):
            page = client.get(url).content.decode()
    assert '<svg viewBox="0 0 640 200" role="img"' in page
    assert "<polyline" in page
    assert page.count("<table") >= 5


@pytest.mark.parametrize(
    "wrong",
    ["secret=1", "tier=nothing", "channel=pigeon", "since=yesterday", "since=2026-02-01&until=2026-01-01",
     "since=2020-01-01&until=2026-01-01", "agent=0", "organization__name=x",
     "until=9999-12-31", "until=0001-01-01", "since=0001-01-01"],
)  # fmt: skip
def test_what_is_not_allowed_to_narrow_is_refused(client: Client, lead: User, wrong: str) -> None:
    page = client.get(f"{reverse('admin:tickets_report')}?{wrong}")
    assert page.status_code == 400
    assert 'class="error"' in page.text or 'role="alert"' in page.text  # the form says what is wrong
    assert "<table" not in page.text
    assert client.get(f"{reverse('admin:tickets_report_csv', args=['days'])}?{wrong}").status_code == 400


def test_reports_are_for_those_who_lead(client: Client) -> None:
    for role, status in (("agent-l1", 403), ("executive", 200), ("lead", 200)):
        client.force_login(StaffFactory(role=role))
        assert client.get(reverse("admin:tickets_report")).status_code == status
        assert client.get(reverse("admin:tickets_report_csv", args=["days"])).status_code == status


def test_a_table_comes_as_csv_without_formulas(client: Client, lead: User, file: Callable[..., Ticket]) -> None:
    lead.name = "=cmd|' /C calc'!A0"
    lead.save()
    ticket = tickets.take(ticket=file(at=timezone.now()), by=lead)
    tickets.reply(ticket=ticket, body="Hello", by=lead)
    response = client.get(reverse("admin:tickets_report_csv", args=["agents"]))
    text = b"".join(response.streaming_content).decode()
    assert "'=cmd" in text
    assert client.get(reverse("admin:tickets_report_csv", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\n=1", "\ufeff=1"])
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert str(neutral(cell)).startswith("'")
    assert neutral(-5) == -5
    assert neutral("a=b") == "a=b"
    assert next(iter(lines([["a", cell]]))).startswith("\ufeffa,")


def scans(plan: dict[str, Any]) -> Iterable[tuple[str, str]]:
    if "Relation Name" in plan:
        yield plan["Node Type"], plan["Relation Name"]
    for below in plan.get("Plans", []):
        yield from scans(below)


def test_no_query_reads_a_table_from_end_to_end() -> None:
    """Of 20,000 tickets of long ago and their promises, a report about today reads none."""
    _fill(20_000)
    at = timezone.now()
    period = {**asdict(Period(at - timedelta(days=1), at)), "now": at}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for name in QUERIES:
            cursor.execute("EXPLAIN (FORMAT JSON) " + getattr(reports, name), period)
            found = cursor.fetchone()[0]
            plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
            large = {"events_event", "tickets_ticket", "tickets_timer", "tickets_survey"}
            whole = {table for kind, table in scans(plan) if kind == "Seq Scan" and table in large}
            assert not whole, f"{name} reads {whole} as a whole"


def _fill(count: int) -> None:
    requester = StaffFactory().pk
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO tickets_ticket (public_id, requester_id, subject, state, priority, channel, level, filed_at,
                last_activity_at, solved_at, closed_at, version)
            SELECT 'old' || n, %s, 'Old', 'closed', 'normal', 'web', 'l1', m, m, m, m, 1
            FROM (SELECT n, now() - interval '90 days' - n * interval '1 minute' AS m FROM generate_series(1, %s) n) x
            """,
            [requester, count],
        )
        cursor.execute(
            """
            INSERT INTO tickets_timer (ticket_id, metric, cycle, started_at, target_for, consumed_for, paused_for,
                met_at, percents, escalated_to, reason)
            SELECT id, 'resolution', 1, filed_at, interval '1 day', interval '1 hour', interval '0', filed_at,
                '{}', 0, '{}' FROM tickets_ticket
            """
        )
        cursor.execute(
            """
            INSERT INTO events_event (name, about_type, about_id, details, happened_at, recorded_at, request_id)
            SELECT name, 'tickets.ticket', t.ticket_id::text, jsonb_build_object('timer', t.id, 'actual_s', 60),
                t.started_at, now(), ''
            FROM tickets_timer t, unnest(ARRAY['ticket.filed', 'ticket.promise_met', 'ticket.solved']) name
            """
        )
        cursor.execute(
            """
            INSERT INTO tickets_survey (ticket_id, solved_at, asked_at, score, comment, answered_at, answers_until)
            SELECT id, solved_at, solved_at, 5, '', solved_at, solved_at + INTERVAL '30 days' FROM tickets_ticket
            """
        )
