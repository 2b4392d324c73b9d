"""Every timer is what its events tell; what differs is reported."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from portal.accounts import actions as accounts
from portal.accounts.models import Organization, User
from portal.lib.refusals import Refused
from portal.operations.models import Task
from tests.factories.accounts import TierFactory
from tests.factories.tickets import BusinessCalendarFactory
from tickets import actions as tickets
from tickets.models import BusinessCalendar, CalendarHours, SlaPolicy, Ticket, Timer
from tickets.states import Metric, Priority, TicketState
from tickets.tasks import replay_promises

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture
def desk(db: None) -> BusinessCalendar:
    desk = BusinessCalendarFactory(zone="Europe/Berlin")
    for day in range(5):
        CalendarHours.objects.create(calendar=desk, weekday=day, opens=9 * 3600, closes=17 * 3600)
    return tickets.keep_calendar(calendar=desk, by=None)


def sweep(now: datetime) -> None:
    while tickets.watch_next_promise(now=now):
        pass


@pytest.mark.parametrize("seed", range(4))
def test_after_any_walk_the_timers_are_what_their_events_tell(
    seed: int,
    file: File,
    agent: User,
    customer: User,
    elite: Organization,
    desk: BusinessCalendar,
    settle: Callable[..., int],
    now: datetime,
) -> None:
    luck = random.Random(seed)
    filed = [file(priority=priority) for priority in Priority]
    for number in range(60):
        now += timedelta(seconds=luck.choice([-20, 0, 1, 600, 5000, 40_000]), microseconds=luck.randrange(10**6))
        with suppress(Refused):
            if number % 3 == 0:
                act_of_the_house(luck, elite, desk, settle, now)
            else:
                act_of_somebody(luck, luck.choice(filed), agent, customer, now)
        if number % 10 == 0:
            assert tickets.replay_promises().differences == []
    settle(now=now + timedelta(hours=1))
    tickets.close(ticket=luck.choice(filed), by=None, now=now)
    seen = tickets.replay_promises()
    assert seen.tickets == len(filed)
    assert seen.differences == []


def act_of_somebody(luck: random.Random, ticket: Ticket, agent: User, customer: User, now: datetime) -> None:
    leaves = luck.choice(["open", "waiting"])
    acts: list[Callable[[], object]] = [
        lambda: tickets.reply(ticket=ticket, body="So?", by=customer, now=now),
        lambda: tickets.reply(ticket=ticket, body="Look.", by=agent, now=now, leaves=leaves),
        lambda: tickets.wait_for_customer(ticket=ticket, by=agent, now=now),
        lambda: tickets.solve(ticket=ticket, by=agent, now=now),
        lambda: tickets.reopen(ticket=ticket, by=customer, now=now),
        lambda: tickets.change_priority(ticket=ticket, priority=luck.choice(list(Priority)), by=agent, now=now),
    ]
    luck.choice(acts)()


def act_of_the_house(
    luck: random.Random, elite: Organization, desk: BusinessCalendar, settle: Callable[..., int], now: datetime
) -> None:
    tier = TierFactory(slug=luck.choice(["pro", "elite"]))
    acts: list[Callable[[], object]] = [
        lambda: sweep(now),
        lambda: change_a_line(luck, desk, now),
        lambda: accounts.change_tier(organization=elite, tier=tier, by=None, now=now),
        lambda: settle(now=now),
    ]
    luck.choice(acts)()


def change_a_line(luck: random.Random, desk: BusinessCalendar, now: datetime) -> None:
    line = luck.choice(list(SlaPolicy.objects.filter(dimension__in=["tier", "priority"])))
    line.calendar = luck.choice([None, desk])
    line.resolution_for = timedelta(minutes=luck.randrange(10, 3000))
    tickets.keep_policy(policy=line, by=None, now=now)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("due_at", timedelta(minutes=1)),
        ("target_for", timedelta(hours=9)),
        ("consumed_for", timedelta(seconds=1)),
        ("paused_for", timedelta(seconds=1)),
        ("missed_at", timedelta(hours=9)),
    ],
)
def test_a_timer_that_was_tampered_with_is_a_task_for_the_lead(
    column: str, value: timedelta, file: File, new_agent: Callable[..., User], now: datetime
) -> None:
    lead = new_agent(name="Lee")
    lead.groups.add(lead.groups.model.objects.get(name="lead"))
    timer = file().timers.get(metric=Metric.RESOLUTION)
    Timer.objects.filter(pk=timer.pk).update(**{column: now + value if column.endswith("_at") else value})
    assert {one.what for one in tickets.replay_promises(now=now).differences} >= {column}
    tickets.replay_promises(now=now + timedelta(days=1))
    task = Task.objects.get()
    assert (task.owner, task.about_id) == (lead, str(timer.ticket_id))
    assert column in task.title


def test_a_timer_without_events_and_events_without_a_timer_are_told(file: File) -> None:
    ticket = file()
    ticket.timers.filter(metric=Metric.RESOLUTION).delete()
    Timer.objects.create(ticket=ticket, metric=Metric.UPDATE, target_for=timedelta(hours=1))
    assert {one.what for one in tickets.replay_promises().differences} == {"row", "events"}


def test_the_replay_goes_through_all_tickets_in_batches(file: File) -> None:
    filed = [file().pk for _ in range(3)]
    first = tickets.replay_promises(most=2)
    assert first.last == filed[1]
    assert tickets.replay_promises(after=first.last, most=2).last is None
    assert replay_promises() == 0


def test_staff_are_told_by_the_command(file: File, capsys: pytest.CaptureFixture[str]) -> None:
    ticket = file()
    call_command("replay_promises")
    assert "1 tickets: every timer is what its events tell." in capsys.readouterr().out
    ticket.timers.filter(metric=Metric.RESOLUTION).update(target_for=timedelta(hours=9))
    with pytest.raises(CommandError, match="1 differences in 1 tickets"):
        call_command("replay_promises")


# --- News of another target that comes late ---------------------------------------------------------------------------


def test_late_news_of_other_hours_counts_no_time_of_waiting(
    file: File, agent: User, customer: User, desk: BusinessCalendar, settle: Callable[..., int], now: datetime
) -> None:
    """The line changed before the clock stood and went on; its news is delivered after that."""
    ticket = file()
    line = SlaPolicy.objects.get(dimension="tier", value="elite")
    line.calendar = desk
    tickets.keep_policy(policy=line, by=None, now=now + timedelta(minutes=1))
    tickets.wait_for_customer(ticket=ticket, by=agent, now=now + timedelta(hours=1))
    tickets.reply(ticket=ticket, body="Back.", by=customer, now=now + timedelta(hours=3))
    settle(now=now + timedelta(hours=4))
    timer = ticket.timers.get(metric=Metric.FIRST_RESPONSE)
    assert timer.hours == desk.current
    assert timer.running_since == now + timedelta(hours=3)
    assert timer.consumed_for == timedelta(hours=1)
    assert tickets.replay_promises().differences == []


def test_a_late_answer_is_told_as_such(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    tickets.reply(ticket=ticket, body="At last.", by=agent, leaves=TicketState.OPEN, now=now + timedelta(days=1))
    assert tickets.replay_promises().differences == []


def test_a_merged_ticket_and_its_survivor_are_what_their_events_tell(
    file: File, agent: User, customer: User, now: datetime
) -> None:
    source, into = file(), file()
    tickets.merge_tickets(source=source, into=into, by=agent, now=now + timedelta(hours=5))
    tickets.wait_for_customer(ticket=into, by=agent, now=now + timedelta(hours=6))
    tickets.reply(ticket=source, body="Here too.", by=customer, now=now + timedelta(hours=7))
    assert tickets.replay_promises().differences == []
    into.refresh_from_db()
    assert into.state == TicketState.OPEN
