"""Ladders are climbed once, whatever the clock and its workers do; people are told, and the timeline says whom."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from portal.accounts.models import Organization, User
from portal.events.listeners import told as in_words
from portal.events.models import Event
from portal.lib.refusals import Refused
from portal.outbox.models import Letter
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import SlaPolicyFactory
from tickets import actions as tickets
from tickets.models import Escalation, Ladder, MatrixLine, SlaPolicy, Ticket
from tickets.querysets import timeline
from tickets.states import Level, Metric, Priority

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
New = Callable[..., User]


@pytest.fixture
def colleague(db: None) -> New:
    def make(role: str, **fields: object) -> User:
        user = StaffFactory(**fields)
        user.groups.add(Group.objects.get(name=role))
        return user

    return make


def sweep(now: datetime) -> int:
    count = 0
    while tickets.watch_next_promise(now=now):
        count += 1
    return count


def climbed(ticket: Ticket, metric: str = Metric.FIRST_RESPONSE) -> list[tuple[int | None, bool]]:
    """Each step with whether it was fired."""
    rows = Escalation.objects.filter(ticket=ticket, timer__metric=metric).order_by("at_percent")
    return [(row.at_percent, row.fired_at is not None) for row in rows]


def test_each_step_is_taken_once_at_its_moment(file: File, agent: User, colleague: New, now: datetime) -> None:
    lead, second = colleague("lead", name="Lee"), colleague("agent-l2", name="Lou")
    third, boss = colleague("agent-l3", name="Tia"), colleague("executive", name="Vic")
    ticket = tickets.take(ticket=file(), by=agent, now=now)
    told = {}
    for hours in (2, 3, 4, 6, 8):
        for _ in range(2):
            sweep(now + timedelta(hours=hours))
        last = Escalation.objects.filter(timer__metric=Metric.FIRST_RESPONSE).order_by("pk").last()
        told[hours] = set(last.told) if last else set()
    assert told == {2: set(), 3: {agent.pk}, 4: {lead.pk, second.pk}, 6: {lead.pk, third.pk}, 8: {boss.pk}}
    assert climbed(ticket) == [(75, True), (100, True), (150, True), (200, True)]
    ticket.refresh_from_db()
    assert ticket.level == Level.L3


def test_after_an_outage_the_highest_step_is_taken_and_the_others_are_noted(
    file: File, colleague: New, now: datetime
) -> None:
    colleague("executive")
    ticket = file()
    sweep(now + timedelta(hours=9))
    assert climbed(ticket) == [(75, False), (100, False), (150, False), (200, True)]
    assert Event.objects.about(ticket).named("ticket.promise_missed").count() == 1
    assert Event.objects.about(ticket).named("ticket.escalated").count() == 1


def test_critical_tickets_climb_in_minutes(file: File, now: datetime) -> None:
    ticket = file(priority=Priority.CRITICAL)
    steps = []
    for minute in range(31):
        sweep(now + timedelta(minutes=minute))
        steps.append(len(climbed(ticket)))
    assert [steps.index(number) for number in (1, 2, 3, 4)] == [5, 10, 15, 30]


def test_a_given_answer_ends_the_climb(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    sweep(now + timedelta(hours=3))
    tickets.reply(ticket=ticket, body="Here.", by=agent, now=now + timedelta(hours=3, minutes=30))
    sweep(now + timedelta(hours=20))
    assert climbed(ticket) == [(75, True)]


def test_the_clock_that_stands_takes_no_step(file: File, agent: User, customer: User, now: datetime) -> None:
    ticket = file()
    tickets.wait_for_customer(ticket=ticket, by=agent, now=now + timedelta(hours=2))
    assert sweep(now + timedelta(days=5)) == 0
    tickets.reply(ticket=ticket, body="Back.", by=customer, now=now + timedelta(days=5))
    assert sweep(now + timedelta(days=5, minutes=59)) == 0
    sweep(now + timedelta(days=5, hours=1))
    assert climbed(ticket) == [(75, True)]


@pytest.mark.parametrize(("steps", "hours"), [([75, 100], 3), ([50, 100], 2), ([100], 4)])
def test_a_promise_is_shown_as_urgent_from_the_first_step_of_its_ladder(
    file: File, now: datetime, steps: list[int], hours: int
) -> None:
    shipped = Ladder.objects.get(slug="standard").steps
    shipped.exclude(at_percent__in=[75, 100]).delete()
    first = shipped.filter(at_percent=75)
    first.update(at_percent=steps[0]) if len(steps) > 1 else first.delete()
    timer = file().timers.get(metric=Metric.FIRST_RESPONSE)
    assert (timer.due_at, timer.percents) == (now + timedelta(hours=4), steps)
    assert timer.warn_at == now + timedelta(hours=hours)


def test_a_step_taken_away_from_the_ladder_is_skipped(file: File, now: datetime) -> None:
    ticket = file()
    Ladder.objects.get(slug="standard").steps.filter(at_percent=75).delete()
    sweep(now + timedelta(hours=3))
    assert climbed(ticket) == [(75, False)]


def test_the_executives_of_the_matrix_are_told_if_any_are_named(file: File, colleague: New, now: datetime) -> None:
    colleague("executive")
    named = colleague("executive", name="Cora")
    MatrixLine.objects.get(priority=Priority.NORMAL).people.add(named)
    ticket = file()
    sweep(now + timedelta(hours=9))
    assert Escalation.objects.get(ticket=ticket, timer__metric=Metric.FIRST_RESPONSE, at_percent=200).told == [named.pk]


def test_letters_go_to_those_told_and_the_timeline_names_them(
    file: File, agent: User, settle: Callable[..., int], now: datetime
) -> None:
    ticket = tickets.take(ticket=file(), by=agent, now=now)
    sweep(now + timedelta(hours=3))
    settle(now=now + timedelta(hours=3))
    letter = Letter.objects.get(key__startswith="ticket-escalated:")
    assert letter.to == agent.email
    assert "75 %" in letter.text
    lines = [line.sentence for line in timeline(ticket, reader=agent)]
    assert f"First answer: 75 % of the promised 4 h are used up; told by letter: {agent.name}" in lines


def test_nobody_is_alarmed_when_the_answer_was_quicker_than_the_news(
    file: File, agent: User, settle: Callable[..., int], now: datetime
) -> None:
    ticket = tickets.take(ticket=file(), by=agent, now=now)
    sweep(now + timedelta(hours=3))
    tickets.reply(ticket=ticket, body="Here.", by=agent, now=now + timedelta(hours=3))
    settle(now=now + timedelta(hours=4))
    assert not Letter.objects.filter(key__startswith="ticket-escalated:").exists()


def test_letters_wait_for_the_end_of_quiet_hours_unless_minutes_count(
    file: File, agent: User, settle: Callable[..., int]
) -> None:
    User.objects.filter(pk=agent.pk).update(quiet_from=time(12), quiet_until=time(15), time_zone="UTC")
    begun = datetime(2040, 3, 10, 9, 30, tzinfo=UTC)  # a letter is never due before it is posted
    tickets.take(ticket=file(at=begun), by=agent, now=begun)  # 75 % at 12:30
    urgent = file(priority=Priority.CRITICAL, at=begun + timedelta(hours=3))
    tickets.take(ticket=urgent, by=agent, now=begun + timedelta(hours=3))
    sweep(begun + timedelta(hours=3))
    sweep(begun + timedelta(hours=3, minutes=5))
    settle(now=begun + timedelta(hours=3, minutes=5))
    letters = Letter.objects.filter(key__startswith="ticket-escalated:", user_id=agent.pk)
    waits = {letter.about_id == str(urgent.pk): letter.next_at.year == 2040 for letter in letters}
    assert waits == {False: True, True: False}
    assert letters.get(next_at__year=2040).next_at == datetime(2040, 3, 10, 15, tzinfo=UTC)


# --- Wishes -----------------------------------------------------------------------------------------------------------


def test_a_customer_may_ask_to_escalate_once_a_day(
    file: File, customer: User, colleague: New, settle: Callable[..., int], now: datetime
) -> None:
    lead, second = colleague("lead"), colleague("agent-l2")
    ticket = file()
    asked = tickets.ask_to_escalate(ticket=ticket, by=customer, reason="We lose money.", now=now)
    ticket.refresh_from_db()
    assert (ticket.level, asked.told) == (Level.L2, sorted([lead.pk, second.pk]))
    with pytest.raises(Refused, match="told already"):
        tickets.ask_to_escalate(ticket=ticket, by=customer, reason="Still.", now=now + timedelta(hours=23))
    tickets.ask_to_escalate(ticket=ticket, by=customer, reason="Still.", now=now + timedelta(hours=25))
    ticket.refresh_from_db()
    assert ticket.level == Level.L3
    settle(now=now + timedelta(hours=25))
    assert Letter.objects.filter(user_id=lead.pk, subject__contains="Escalation asked for").count() == 2


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_wish_needs_a_reason_and_an_open_ticket(file: File, customer: User, agent: User, reason: str) -> None:
    ticket = file()
    with pytest.raises(Refused, match="sentence"):
        tickets.ask_to_escalate(ticket=ticket, by=customer, reason=reason)
    tickets.solve(ticket=ticket, by=agent)
    with pytest.raises(Refused, match="solved"):
        tickets.ask_to_escalate(ticket=ticket, by=customer, reason="Now!")


def test_the_shipped_priorities_have_ladders() -> None:
    ladders = dict(SlaPolicy.objects.filter(dimension="priority").values_list("value", "ladder__slug"))
    assert ladders == {"critical": "critical", "high": "standard", "normal": "standard", "low": "standard"}


@pytest.mark.django_db(transaction=True)
def test_four_workers_take_each_step_once(customer: User, now: datetime) -> None:
    filed = [
        tickets.file_ticket(filing=tickets.Filing(subject=f"Signals {number}", body="Late."), by=customer, now=now)
        for number in range(30)
    ]
    late = now + timedelta(hours=5)
    ready = Barrier(4)

    def work() -> int:
        try:
            ready.wait()
            return sweep(late)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        taken = [one.result() for one in [workers.submit(work) for _ in range(4)]]
    assert sum(taken) == len(filed)
    rows = Escalation.objects.filter(fired_at__isnull=False)
    assert rows.count() == len(filed) == rows.values("timer").distinct().count()
    assert Event.objects.named("ticket.escalated").count() == len(filed)


def test_a_ticket_that_becomes_critical_climbs_the_critical_ladder_though_the_target_stays(
    file: File, elite: Organization, agent: User, now: datetime
) -> None:
    """What was agreed with the organization binds before and after; the ladder is that of the priority."""
    SlaPolicyFactory(dimension="organization", value=elite.public_id, first_response_for=timedelta(hours=1))
    ticket = file()
    tickets.change_priority(ticket=ticket, priority=Priority.CRITICAL, by=agent, now=now)
    sweep(now + timedelta(minutes=20))
    assert climbed(ticket) == [(33, True)]


def test_the_timeline_of_an_organization_calls_promises_teams_and_people_by_name(
    file: File, agent: User, elite: Organization, now: datetime
) -> None:
    tickets.take(ticket=file(), by=agent, now=now)
    sweep(now + timedelta(hours=3))
    sweep(now + timedelta(hours=9))
    told = [sentence for _at, sentence in in_words(list(Event.objects.filter(organization_id=elite.pk)), {})]
    assert "First answer promised within 4 h" in told
    assert f"First answer: 75 % of the promised 4 h are used up; told by letter: {agent.name}" in told
    assert any(one.startswith("First answer: escalated to L1 support at 200 %") for one in told), told
    assert not [one for one in told if "…" in one]
