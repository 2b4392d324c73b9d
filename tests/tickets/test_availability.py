"""The queue drains when somebody has room; who is away gives back what comes again; stand-ins get what is left."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import TicketFactory
from tests.tickets.desk import hire
from tickets import actions as tickets
from tickets.models import AgentProfile, Desk, Ticket
from tickets.states import Availability
from tickets.tasks import assign

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]
Settle = Callable[..., int]


@pytest.fixture
def lead(db: None) -> User:
    return StaffFactory(name="Lee", role="lead")


def given(ticket: Ticket) -> str:
    ticket.refresh_from_db()
    return ticket.assignee.name if ticket.assignee else ""


def put(agent: User, availability: str, now: datetime, *, by: User | None = None, stand_in: User | None = None) -> None:
    tickets.set_availability(agent=agent, availability=availability, stand_in=stand_in, by=by or agent, now=now)


# --- The queue drains -------------------------------------------------------------------------------------------------

FREES_ROOM: dict[str, Callable[[Ticket, User, datetime], object]] = {
    "solved": lambda ticket, by, now: tickets.solve(ticket=ticket, by=by, now=now),
    "closed": lambda ticket, by, now: tickets.close(ticket=ticket, by=by, now=now),
    "put on wait": lambda ticket, by, now: tickets.wait_for_customer(ticket=ticket, by=by, now=now),
    "answered": lambda ticket, by, now: tickets.reply(ticket=ticket, body="Done?", by=by, now=now),
}


@pytest.mark.parametrize("how", FREES_ROOM)
def test_the_next_ticket_comes_when_one_is_done(file: File, settle: Settle, now: datetime, how: str) -> None:
    ann = hire(name="Ann", capacity=1)
    first, second = file(subject="first"), file(subject="second", at=now + timedelta(minutes=1))
    settle(now=now + timedelta(minutes=1))
    assert (given(first), given(second)) == ("Ann", "")
    FREES_ROOM[how](first, ann, now + timedelta(minutes=5))
    settle(now=now + timedelta(minutes=5))
    assert given(second) == "Ann"


def test_nothing_is_left_while_somebody_is_free(file: File, settle: Settle, now: datetime) -> None:
    team = [hire(capacity=2), hire(capacity=3), hire("l2", capacity=1)]
    for number in range(9):
        file(subject=f"Ticket {number}", at=now + timedelta(minutes=number))
        settle(now=now + timedelta(minutes=number))
    assert Ticket.objects.unassigned().count() == 4
    loads = AgentProfile.objects.loads([one.pk for one in team])
    assert loads == {team[0].pk: 2, team[1].pk: 3}


def test_what_a_ticket_counts_is_a_figure_of_the_desk(file: File, settle: Settle, now: datetime) -> None:
    Desk.objects.update_or_create(pk=1, defaults={"points_normal": 4, "points_low": 2})
    ann = hire(name="Ann", capacity=8)
    normal, second = (file(subject=one, priority="normal", at=now) for one in ("first", "second"))
    low = file(subject="third", priority="low", at=now)
    settle(now=now)
    assert (given(normal), given(second), given(low)) == ("Ann", "Ann", "")
    assert AgentProfile.objects.loads([ann.pk]) == {ann.pk: 8}
    assert AgentProfile.objects.with_points().get(user=ann).points == 8
    tickets.solve(ticket=normal, by=ann, now=now + timedelta(minutes=1))
    settle(now=now + timedelta(minutes=1))
    assert given(low) == "Ann"
    assert AgentProfile.objects.loads([ann.pk]) == {ann.pk: 6}


def test_who_comes_online_gets_what_waits_and_who_leaves_gets_nothing(
    file: File, settle: Settle, now: datetime
) -> None:
    ann = hire(name="Ann", availability="away")
    first = file(subject="first")
    settle(now=now)
    assert given(first) == ""
    put(ann, Availability.ONLINE, now + timedelta(minutes=1))
    settle(now=now + timedelta(minutes=1))
    assert given(first) == "Ann"
    put(ann, Availability.BUSY, now + timedelta(minutes=2))
    second = file(subject="second", at=now + timedelta(minutes=3))
    settle(now=now + timedelta(minutes=3))
    assert (given(first), given(second)) == ("Ann", "")


def test_the_clock_finds_what_no_news_found(now: datetime) -> None:
    hire(name="Ann")
    ticket = TicketFactory(filed_at=now)
    assert assign() == 1
    assert given(ticket) == "Ann"
    assert assign() == 0


def test_what_is_escalated_goes_to_the_next_team(file: File, customer: User, settle: Settle, now: datetime) -> None:
    hire(name="Ann")
    hire("l2", name="Lou")
    ticket = file()
    settle(now=now)
    assert given(ticket) == "Ann"
    tickets.ask_to_escalate(ticket=ticket, by=customer, reason="We lose money.", now=now + timedelta(hours=1))
    settle(now=now + timedelta(hours=1))
    assert given(ticket) == "Lou"


def test_what_is_escalated_stays_with_an_agent_without_a_profile(
    file: File, agent: User, customer: User, settle: Settle, now: datetime
) -> None:
    hire("l2", name="Lou")
    ticket = tickets.take(ticket=file(), by=agent, now=now)
    tickets.ask_to_escalate(ticket=ticket, by=customer, reason="We lose money.", now=now)
    settle(now=now)
    assert given(ticket) == agent.name


# --- Reopened ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("availability", "expected"), [("online", "Ann"), ("busy", "Ann"), ("away", "Bob"), ("out_of_office", "Bob")]
)
def test_a_reopened_ticket_goes_back_to_its_agent_if_they_are_there(
    file: File, customer: User, settle: Settle, now: datetime, availability: str, expected: str
) -> None:
    ann = hire(name="Ann")
    ticket = file()
    settle(now=now)
    tickets.solve(ticket=ticket, by=ann, now=now)
    settle(now=now)
    hire(name="Bob")
    if availability != "online":
        put(ann, availability, now)
    tickets.reply(ticket=ticket, body="It is back.", by=customer, now=now + timedelta(hours=1))
    settle(now=now + timedelta(hours=1))
    assert given(ticket) == expected


def test_a_reopened_ticket_waits_in_the_queue_when_nobody_is_there(
    file: File, customer: User, settle: Settle, now: datetime
) -> None:
    ann = hire(name="Ann")
    ticket = file()
    settle(now=now)
    tickets.solve(ticket=ticket, by=ann, now=now)
    put(ann, Availability.AWAY, now)
    tickets.reopen(ticket=ticket, by=customer, now=now + timedelta(hours=1))
    settle(now=now + timedelta(hours=1))
    assert given(ticket) == ""


def test_old_news_of_a_reopening_takes_nothing_from_who_took_it_up(
    file: File, customer: User, settle: Settle, now: datetime
) -> None:
    ann = hire(name="Ann", availability="away")
    ticket = tickets.take(ticket=file(), by=ann, now=now)
    tickets.solve(ticket=ticket, by=ann, now=now)
    tickets.reopen(ticket=ticket, by=customer, now=now + timedelta(hours=1))
    tickets.reply(ticket=ticket, body="Again.", by=ann, leaves="open", now=now + timedelta(hours=2))
    settle(now=now + timedelta(hours=3))
    assert given(ticket) == "Ann"


# --- Stand-ins --------------------------------------------------------------------------------------------------------


def test_who_is_out_of_office_hands_to_the_stand_in(file: File, settle: Settle, now: datetime) -> None:
    ann, sam = hire(name="Ann"), hire("l2", name="Sam", capacity=1, availability="away")
    first, second = file(subject="first"), file(subject="second", at=now + timedelta(minutes=1))
    settle(now=now + timedelta(minutes=1))
    put(sam, Availability.ONLINE, now)
    put(ann, Availability.OUT_OF_OFFICE, now + timedelta(minutes=2), stand_in=sam)
    settle(now=now + timedelta(minutes=2))
    assert (given(first), given(second)) == ("Sam", "Ann")  # the stand-in has room for one
    hire(name="Bob")
    assign()
    assert given(second) == "Bob"


def test_a_stand_in_who_is_away_gets_nothing(file: File, settle: Settle, now: datetime) -> None:
    ann, sam = hire(name="Ann"), hire("l2", name="Sam", availability="away")
    ticket = file()
    settle(now=now)
    put(ann, Availability.OUT_OF_OFFICE, now, stand_in=sam)
    settle(now=now)
    assert given(ticket) == "Ann"
    put(sam, Availability.ONLINE, now)
    settle(now=now)
    assert given(ticket) == "Sam"


def test_a_stand_in_is_no_member_of_the_team(now: datetime) -> None:
    ann, sam = hire(name="Ann"), hire("l2", name="Sam")
    put(ann, Availability.OUT_OF_OFFICE, now, stand_in=sam)
    ticket = TicketFactory(filed_at=now)
    assert tickets.assign_waiting(now=now) == 0
    assert given(ticket) == ""


# --- Saying so --------------------------------------------------------------------------------------------------------


def test_agents_say_so_for_themselves_and_leads_for_others(lead: User, now: datetime) -> None:
    ann, bob = hire(name="Ann", availability="away"), hire(name="Bob")
    put(ann, Availability.ONLINE, now)
    with pytest.raises(Refused, match="lead"):
        put(ann, Availability.AWAY, now, by=bob)
    put(ann, Availability.AWAY, now, by=lead)
    profile = AgentProfile.objects.get(user=ann)
    assert (profile.availability, profile.idle_since) == ("away", now)
    found = Event.objects.named("agent.availability_changed").oldest_first()
    assert [(event.by_id, event.details["availability"]) for event in found] == [(ann.pk, "online"), (lead.pk, "away")]


def test_without_a_profile_and_for_oneself_it_is_refused(agent: User, now: datetime) -> None:
    with pytest.raises(Refused, match="hands no tickets"):
        put(agent, Availability.ONLINE, now)
    ann = hire(name="Ann")
    with pytest.raises(Refused, match="themselves"):
        put(ann, Availability.OUT_OF_OFFICE, now, stand_in=ann)


def test_a_larger_capacity_wakes_the_queue_and_leaves_the_availability(
    file: File, settle: Settle, lead: User, now: datetime
) -> None:
    ann = hire(name="Ann", capacity=0)
    ticket = file()
    settle(now=now)
    profile = AgentProfile.objects.get(user=ann)
    profile.capacity, profile.availability = 1, "away"  # an old copy of the row
    tickets.keep_profile(profile=profile, by=lead, now=now)
    settle(now=now)
    assert given(ticket) == "Ann"
