"""Figures of the desk: counted anew by other means, narrowed by what is allowed alone, never by reading all."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
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
from tickets import simulate
from tickets.metrics import gauges
from tickets.metrics.reports import report
from tickets.models import Message, Survey, Ticket, Timer
from tickets.querysets import reports
from tickets.querysets.reports import Period, counted
from tickets.states import ACTIVE

pytestmark = pytest.mark.django_db
QUERIES = ["PROMISES", "VOLUME", "FIRST_CONTACT", "RATINGS", "ASKED", "ESCALATIONS", "BACKLOG"]


@pytest.fixture
def lead(shipped: None, client: Client) -> User:
    user = StaffFactory(role="lead", name="Lea")
    client.force_login(user)
    return user


def percentile(values: Iterable[float], part: float) -> float:
    ordered = sorted(values)
    place = part * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def fits(ticket: Ticket, period: Period) -> bool:
    tier = ticket.organization.entitlement.tier if ticket.organization else None
    pairs = [(period.tier, tier), (period.channel, ticket.channel), (period.priority, ticket.priority),
             (period.team, ticket.level), (period.agent, ticket.assignee_id)]  # fmt: skip
    return all(wanted is None or wanted == found for wanted, found in pairs)


def is_in(at: datetime | None, period: Period) -> bool:
    return at is not None and period.begins <= at < period.ends


def check_promises(period: Period) -> int:
    rows = [one for one in Timer.objects.select_related("ticket__organization__tier") if fits(one.ticket, period)]
    told = counted(reports.PROMISES, period)
    whole = {one["metric"]: one for one in told if one["kind"] == 0b111}
    for metric in {one.metric for one in rows}:
        mine = [one for one in rows if one.metric == metric]
        given = [one for one in mine if is_in(one.met_at, period)]
        kept = [one for one in given if one.missed_at is None]
        missed = [one for one in mine if is_in(one.missed_at, period)]
        found = whole.get(metric, {"kept": 0, "missed": 0, "given": 0})
        assert (found["kept"], found["missed"], found["given"]) == (len(kept), len(missed), len(given)), metric
        if given:
            wall = [(one.met_at - one.started_at).total_seconds() for one in given]
            used = [one.consumed_for.total_seconds() for one in given]
            for place, part in enumerate((0.5, 0.9)):
                assert found["wall"][place] == pytest.approx(percentile(wall, part))
                assert found["business"][place] == pytest.approx(percentile(used, part))
        for kind in (0b011, 0b101, 0b110):
            groups = [one for one in told if one["kind"] == kind and one["metric"] == metric]
            assert sum(one["kept"] for one in groups) == len(kept), "each promise is in one group"
    return sum(one["given"] for one in whole.values())


def check_first_contact(period: Period) -> int:
    solved = at_once = 0
    for ticket in Ticket.objects.select_related("organization__tier"):
        ends = [one.met_at for one in ticket.timers.filter(metric="resolution") if one.met_at]
        if not ends or not is_in(min(ends), period) or not fits(ticket, period):
            continue
        written = [one for one in Message.objects.filter(kind="reply").select_related("ticket", "merged_from")
                   if one.home == ticket]  # fmt: skip
        heard = sum(not one.is_from_staff for one in written) - 1
        said = sum(one.is_from_staff and one.author_id is not None for one in written)
        again = ticket.timers.filter(metric="resolution", cycle__gt=1).exists()
        solved += 1
        at_once += heard <= 0 and said <= 1 and not again
    told = counted(reports.FIRST_CONTACT, period)[0]
    assert (told["solved"], told["at_once"]) == (solved, at_once)
    return solved


@pytest.mark.parametrize("seed", [1, 2])
def test_a_recount_of_random_days_by_other_means_gives_the_same(shipped: None, seed: int) -> None:
    simulate.play(days=4, seed=seed, between=timedelta(minutes=75))
    begins = simulate.BEGINS[seed % len(simulate.BEGINS)]
    whole = Period(begins, begins + timedelta(days=30), "Europe/Berlin")
    part = replace(whole, begins=begins + timedelta(hours=20, minutes=7), ends=begins + timedelta(hours=61, seconds=11))
    some = Ticket.objects.exclude(assignee=None).first()
    assert some is not None
    narrow = [replace(whole, agent=some.assignee_id), replace(whole, priority=some.priority), replace(part, team="l1")]
    given = 0
    for period in (whole, part, *narrow):
        given += check_promises(period)
        check_first_contact(period)
        filed = [one for one in Ticket.objects.select_related("organization__tier")
                 if is_in(one.filed_at, period) and fits(one, period)]  # fmt: skip
        volume = [one for one in counted(reports.VOLUME, period) if one["name"] == "ticket.filed"]
        for kind in (0b11111, 0b01111, 0b10111, 0b11011, 0b11101, 0b11110):
            assert sum(one["count"] for one in volume if one["kind"] == kind) == len(filed)
        active = [one for one in Ticket.objects.filter(state__in=ACTIVE) if fits(one, period)]
        assert sum(one["count"] for one in counted(reports.BACKLOG, period, now=whole.ends)) == len(active)
        rated = [one for one in Survey.objects.select_related("ticket__organization__tier")
                 if is_in(one.answered_at, period) and fits(one.ticket, period)]  # fmt: skip
        ratings = [one for one in counted(reports.RATINGS, period) if one["kind"] == 0b111]
        assert [one["count"] for one in ratings] == [len(rated)]
    assert given > 20


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


def test_reports_are_for_those_who_lead(client: Client, shipped: None) -> None:
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


def test_no_query_reads_a_table_from_end_to_end(shipped: None) -> None:
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
