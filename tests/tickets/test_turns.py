"""The teams' own targets: their clock starts when a ticket reaches the team, and no customer ever hears of it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.events.models import Event
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import TeamTurnFactory
from tickets import actions as tickets
from tickets.metrics.reports import report
from tickets.models import TeamTarget, TeamTurn, Ticket, Timer
from tickets.querysets.reports import Period
from tickets.states import Level, Priority

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def turns(ticket: Ticket) -> list[tuple[str, timedelta, datetime, datetime | None, datetime | None]]:
    rows = TeamTurn.objects.filter(ticket=ticket).order_by("number")
    return [(row.level, row.target_for, row.reached_at, row.answered_at, row.left_at) for row in rows]


def test_the_shipped_targets_are_those_of_the_house() -> None:
    minutes = {(one.level, one.priority): one.answer_for / MINUTE for one in TeamTarget.objects.all()}
    assert minutes == {
        ("l1", "critical"): 15, ("l1", "high"): 240, ("l1", "normal"): 240, ("l1", "low"): 240,
        ("l2", "critical"): 60, ("l2", "high"): 60, ("l2", "normal"): 480, ("l2", "low"): 480,
        ("l3", "critical"): 30, ("l3", "high"): 1440, ("l3", "normal"): 1440, ("l3", "low"): 1440,
    }  # fmt: skip


def test_the_clock_of_a_team_starts_when_the_ticket_reaches_it(
    file: File, agent: User, settle: Settle, now: datetime
) -> None:
    ticket = file(priority=Priority.HIGH)
    tickets.hand_to_team(ticket=ticket, level=Level.L2, by=agent, now=now + 2 * HOUR)
    tickets.reply(ticket=ticket, body="It is the gateway.", by=agent, now=now + 2.5 * HOUR)
    settle()
    assert turns(ticket) == [
        ("l1", 4 * HOUR, now, None, now + 2 * HOUR),
        ("l2", HOUR, now + 2 * HOUR, now + 2.5 * HOUR, None),
    ]


def test_a_ladder_that_hands_the_ticket_on_begins_the_next_turn(file: File, settle: Settle, now: datetime) -> None:
    ticket, missed = file(), now + 4 * HOUR
    while tickets.watch_next_promise(now=missed):
        pass
    settle()
    assert turns(ticket) == [("l1", 4 * HOUR, now, None, missed), ("l2", 8 * HOUR, missed, None, None)]


def test_notes_and_words_of_the_house_are_no_answer(file: File, agent: User, settle: Settle, now: datetime) -> None:
    ticket = file()
    tickets.note(ticket=ticket, body="Looks like the gateway.", by=agent, now=now + MINUTE)
    tickets.reply(ticket=ticket, body="We have your ticket.", by=None, now=now + 2 * MINUTE)
    settle()
    assert turns(ticket) == [("l1", 4 * HOUR, now, None, None)]


def test_another_priority_gives_an_open_turn_another_target_and_leaves_the_others(
    file: File, agent: User, settle: Settle, now: datetime
) -> None:
    ticket = file(priority=Priority.NORMAL)
    tickets.hand_to_team(ticket=ticket, level=Level.L2, by=agent, now=now + HOUR)
    tickets.change_priority(ticket=ticket, priority=Priority.HIGH, by=agent, now=now + 2 * HOUR)
    settle()
    assert [(level, length) for level, length, *_moments in turns(ticket)] == [("l1", 4 * HOUR), ("l2", HOUR)]


def test_a_turn_keeps_the_target_that_it_began_with(file: File, agent: User, settle: Settle, now: datetime) -> None:
    ticket = file()
    settle()
    TeamTarget.objects.filter(level="l1").update(answer_for=9 * HOUR)
    tickets.reply(ticket=ticket, body="Try again, please.", by=agent, now=now + HOUR)
    settle()
    assert turns(ticket) == [("l1", 4 * HOUR, now, now + HOUR, None)]


def test_a_reopened_ticket_begins_a_turn_and_a_solved_one_ends_it(
    file: File, agent: User, customer: User, settle: Settle, now: datetime
) -> None:
    ticket = file()
    tickets.solve(ticket=ticket, by=agent, now=now + HOUR)
    tickets.hand_to_team(ticket=ticket, level=Level.L2, by=agent, now=now + 2 * HOUR)
    tickets.reopen(ticket=ticket, by=customer, now=now + 3 * HOUR)
    settle()
    assert turns(ticket) == [
        ("l1", 4 * HOUR, now, None, now + HOUR),
        ("l2", 8 * HOUR, now + 3 * HOUR, None, None),
    ]


def test_a_ticket_split_off_begins_with_the_team_that_had_the_other(
    file: File, agent: User, customer: User, settle: Settle, now: datetime
) -> None:
    ticket = file()
    tickets.hand_to_team(ticket=ticket, level=Level.L3, by=agent, now=now + MINUTE)
    second = tickets.reply(ticket=ticket, body="And another thing.", by=customer, now=now + 2 * MINUTE)
    new = tickets.split_ticket(
        ticket=ticket, split=tickets.Split([second.pk], subject="Another thing"), by=agent, now=now + 3 * MINUTE
    )
    settle()
    assert turns(new) == [("l3", 24 * HOUR, now + 3 * MINUTE, None, None)]


def test_made_anew_in_any_order_and_any_number_of_times_they_are_the_same(
    file: File, agent: User, settle: Settle, now: datetime
) -> None:
    ticket = file()
    for hour, level in enumerate((Level.L2, Level.L3, Level.L1), start=1):
        tickets.hand_to_team(ticket=ticket, level=level, by=agent, now=now + hour * HOUR)
    settle()
    before = turns(ticket)
    assert [tickets.keep_turns(ticket_id=ticket.pk) for _ in range(2)] == [4, 4]
    assert turns(ticket) == before
    TeamTurn.objects.all().delete()
    tickets.keep_turns(ticket_id=ticket.pk)
    assert turns(ticket) == before


def test_without_a_target_nothing_is_measured(file: File, settle: Settle, now: datetime) -> None:
    TeamTarget.objects.all().delete()
    ticket = file()
    settle()
    assert turns(ticket) == []


def test_a_target_of_a_team_is_no_promise_to_the_customer(
    file: File, customer: User, agent: User, settle: Settle, client: Client, now: datetime
) -> None:
    ticket = file()
    before = Ticket.objects.get(pk=ticket.pk).due_at
    tickets.hand_to_team(ticket=ticket, level=Level.L2, by=agent, now=now + MINUTE)
    settle()
    assert Ticket.objects.get(pk=ticket.pk).due_at == before
    assert Timer.objects.filter(ticket=ticket).count() == 2
    assert not Event.objects.filter(name="ticket.promise_missed").exists()
    client.force_login(customer)
    page = client.get(ticket.get_absolute_url()).text
    assert "own target" not in page
    turn = TeamTurn.objects.get(ticket=ticket, level=Level.L2)
    assert f"{turn.due_at:%H:%M}" not in page


@pytest.mark.parametrize(
    ("ended", "said"),
    [
        ({"answered_at": 30}, "kept"),
        ({"answered_at": 90}, "breached"),
        ({"left_at": 30}, ""),
        ({"left_at": 90}, "breached"),
        ({}, "soon"),
    ],
)
def test_a_turn_says_how_it_stands(ended: dict[str, int], said: str, now: datetime) -> None:
    moments = {name: now + minutes * MINUTE for name, minutes in ended.items()}
    turn = TeamTurnFactory(reached_at=now, due_at=now + HOUR, **moments)
    assert turn.standing(now + 30 * MINUTE if not ended else now + 2 * HOUR) == said


def test_agents_see_their_teams_target_beside_the_promises(file: File, settle: Settle, client: Client) -> None:
    ticket = file(at=timezone.now())
    settle()
    client.force_login(StaffFactory(is_superuser=True))
    page = client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").text
    assert "own target" in page
    assert "which answers within 4 h" in page


def test_the_report_tells_who_kept_their_own_targets(now: datetime) -> None:
    for answered in (20, 40, 90):
        TeamTurnFactory(reached_at=now, due_at=now + HOUR, answered_at=now + answered * MINUTE)
    TeamTurnFactory(reached_at=now, due_at=now + HOUR, left_at=now + 10 * MINUTE)
    TeamTurnFactory(reached_at=now, due_at=now + HOUR)
    TeamTurnFactory(reached_at=now - 40 * 24 * HOUR, due_at=now, level="l1")
    period = Period(now - 24 * HOUR, now + 24 * HOUR)
    table = next(one for one in report(period, now + 2 * HOUR) if one.slug == "team-targets")
    assert table.rows == [["L2 technical support", 5, 2, 2, "50.0 %", "40 min", "1 h 20 min"]]
