"""Who gets what: skills before room before who has waited longest; never above capacity; nothing is left lying."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections, transaction

from portal.accounts.models import User
from portal.events.models import Event
from tests.factories.accounts import UserFactory
from tests.factories.tickets import (
    AgentProfileFactory,
    CategoryFactory,
    CategorySkillFactory,
    SkillFactory,
    TicketFactory,
)
from tests.tickets.desk import busy_with, hire
from tickets import actions as tickets
from tickets.models import AgentProfile, Category, Skill, Ticket
from tickets.querysets import timeline
from tickets.states import Availability, Level, Priority

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


@pytest.fixture
def api(db: None) -> Skill:
    return SkillFactory(name="API")


@pytest.fixture
def category(api: Skill) -> Category:
    """Its tickets require somebody who knows the API at level 2."""
    found = CategoryFactory(name="Integrations")
    CategorySkillFactory(category=found, skill=api, is_required=True, level=2)
    return found


def given(ticket: Ticket) -> str:
    """Whose it is by now, by name; empty for nobody's."""
    ticket.refresh_from_db()
    return ticket.assignee.name if ticket.assignee else ""


def drain(now: datetime) -> int:
    return tickets.assign_waiting(now=now)


# --- Who gets what ----------------------------------------------------------------------------------------------------


def test_without_a_profile_nobody_is_handed_anything(file: File, agent: User, now: datetime) -> None:
    ticket = file()
    assert drain(now) == 0
    assert given(ticket) == ""


@pytest.mark.parametrize("availability", [one for one in Availability if one != Availability.ONLINE])
def test_who_is_not_online_is_handed_nothing(file: File, now: datetime, availability: str) -> None:
    hire(availability=availability)
    ticket = file()
    assert drain(now) == 0
    assert given(ticket) == ""


def test_a_ticket_is_assigned_by_the_portal_and_says_so(file: File, now: datetime) -> None:
    ann = hire(name="Ann")
    ticket = file()
    assert drain(now) == 1
    assert (given(ticket), ticket.state) == ("Ann", "open")
    event = Event.objects.about(ticket).named("ticket.assigned").get()
    assert (event.by_id, event.details["assignee_id"]) == (None, ann.pk)
    assert "The portal assigned the ticket to Ann" in [line.sentence for line in timeline(ticket, reader=ann)]


def test_the_most_pressing_comes_first(now: datetime) -> None:
    hire(capacity=1)
    later, sooner = now + timedelta(hours=4), now + timedelta(hours=1)
    rows = [
        TicketFactory(subject="old", filed_at=now - timedelta(days=1)),
        TicketFactory(subject="due later", filed_at=now, due_at=later),
        TicketFactory(subject="due sooner", filed_at=now, due_at=sooner),
        TicketFactory(subject="high", filed_at=now, priority="high", due_at=later),
        TicketFactory(subject="new", filed_at=now),
    ]
    order = []
    while ticket := tickets.assign_next(level=Level.L1, now=now):
        order.append(ticket.subject)
        tickets.close(ticket=ticket, by=None, now=now)
    assert order == ["high", "due sooner", "due later", "old", "new"]
    assert len(order) == len(rows)


# Of each agent: normal tickets, capacity, level of the preferred skill, minutes since the last one → who gets it.
TABLE: list[tuple[str, dict[str, tuple[int, int, int, int]], str]] = [
    ("the preferred skill beats room", {"Ann": (3, 4, 1, 0), "Bob": (0, 4, 0, 90)}, "Ann"),
    ("who knows it better", {"Ann": (0, 4, 2, 90), "Bob": (3, 4, 5, 0)}, "Bob"),
    ("a smaller share of the capacity", {"Ann": (2, 8, 0, 0), "Bob": (1, 2, 0, 90)}, "Ann"),
    ("who has waited longest", {"Ann": (1, 4, 0, 5), "Bob": (1, 4, 0, 20)}, "Bob"),
    ("full is full, whatever they know", {"Ann": (4, 4, 5, 90), "Bob": (3, 4, 0, 0)}, "Bob"),
    ("nobody has room", {"Ann": (4, 4, 5, 90), "Bob": (2, 2, 0, 0)}, ""),
    ("capacity nought is nobody", {"Ann": (0, 0, 5, 90)}, ""),
]


@pytest.mark.parametrize(("why", "team", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_the_one_who_suits_best_gets_it(
    why: str, team: dict[str, tuple[int, int, int, int]], expected: str, api: Skill, now: datetime
) -> None:
    category = CategoryFactory()
    CategorySkillFactory(category=category, skill=api)
    for name, (has, capacity, level, minutes) in team.items():
        knows = {api: level} if level else {}
        idle = now - timedelta(minutes=minutes)
        busy_with(hire(name=name, capacity=capacity, knows=knows, idle_since=idle), has, now)
    ticket = TicketFactory(category=category, filed_at=now)
    drain(now)
    assert given(ticket) == expected, why


def test_tickets_are_shared_evenly(now: datetime) -> None:
    hire(name="Ann", capacity=4)
    hire(name="Bob", capacity=8)
    made = TicketFactory.create_batch(6, filed_at=now)
    drain(now)
    assert Counter(given(one) for one in made) == {"Ann": 2, "Bob": 4}


def test_who_reads_a_language_is_given_to_somebody_who_speaks_it(now: datetime) -> None:
    english = SkillFactory(language="en")
    hire(name="Ann", idle_since=now - timedelta(hours=9))
    hire(name="Eve", knows={english: 1}, idle_since=now)
    ticket = TicketFactory(requester=UserFactory(language="en"), filed_at=now)
    drain(now)
    assert given(ticket) == "Eve"


def test_each_team_gets_its_own_and_an_agent_of_two_teams_shares_one_capacity(now: datetime) -> None:
    hire("l1", "l2", name="Both", capacity=2)
    hire("l3", name="Tia", capacity=2)
    made = [TicketFactory(level=level, filed_at=now) for level in ("l1", "l2", "l2", "l3")]
    assert drain(now) == 3
    assert [given(one) for one in made] == ["Both", "Both", "", "Tia"]


def test_waiting_and_solved_tickets_are_not_handed_out_and_take_no_room(now: datetime) -> None:
    ann = hire(name="Ann", capacity=1)
    busy_with(ann, 0, now)
    TicketFactory(assignee=ann, state="waiting", filed_at=now)
    TicketFactory(state="waiting", filed_at=now)
    TicketFactory(state="solved", solved_at=now, filed_at=now)
    ticket = TicketFactory(filed_at=now)
    assert drain(now) == 1
    assert given(ticket) == "Ann"


def test_the_portal_never_goes_above_capacity_but_people_may(now: datetime) -> None:
    ann = hire(name="Ann", capacity=1)
    busy_with(ann, 1, now)
    first, second = TicketFactory.create_batch(2, filed_at=now)
    assert drain(now) == 0
    tickets.assign(ticket=first, to=ann, by=ann, now=now)
    assert (given(first), given(second)) == ("Ann", "")


def test_a_heavy_ticket_waits_for_room_without_being_overtaken_forever(now: datetime) -> None:
    ann = hire(name="Ann", capacity=3)
    has = busy_with(ann, 2, now)
    critical = TicketFactory(priority=Priority.CRITICAL, filed_at=now)
    light = TicketFactory(filed_at=now - timedelta(days=1))
    assert drain(now) == 0  # the point that is left is kept for it
    for one in has:
        tickets.solve(ticket=one, by=ann, now=now)
    assert drain(now) == 1
    assert (given(critical), given(light)) == ("Ann", "")


def test_a_ticket_heavier_than_anybody_can_carry_goes_to_who_has_nothing(now: datetime) -> None:
    hire(name="Ann", capacity=1)
    critical = TicketFactory(priority=Priority.CRITICAL, filed_at=now)
    assert drain(now) == 1
    assert given(critical) == "Ann"


# --- Required skills --------------------------------------------------------------------------------------------------


def test_what_requires_a_skill_waits_and_lets_others_pass(category: Category, api: Skill, now: datetime) -> None:
    hire(name="Ann", knows={api: 1})  # not well enough
    special, plain = TicketFactory(category=category, filed_at=now), TicketFactory(filed_at=now)
    assert drain(now) == 1
    assert (given(special), given(plain)) == ("", "Ann")
    hire(name="Eve", knows={api: 2})
    assert drain(now) == 1
    assert given(special) == "Eve"


def test_a_skill_that_nobody_has_is_waived_after_ten_minutes_and_the_ticket_says_so(
    category: Category, file: File, now: datetime
) -> None:
    ann = hire(name="Ann")
    ticket = file(category=category)
    assert drain(now + timedelta(minutes=9, seconds=59)) == 0
    assert drain(now + timedelta(minutes=10)) == 1
    assert given(ticket) == "Ann"
    notice = ticket.messages.in_order().last()
    assert notice
    assert "Nobody who knows API was free in time. Ann gets the ticket" in notice.body
    sentences = [line.sentence for line in timeline(ticket, reader=ann)]
    assert "Nobody with the skills that it requires was free in time; Ann gets the ticket without them" in sentences


def test_the_wait_is_the_category_s_and_begins_anew_in_the_queue(category: Category, file: File, now: datetime) -> None:
    Category.objects.filter(pk=category.pk).update(skill_wait_for=timedelta(minutes=3))
    ann = hire(name="Ann", availability="away")
    ticket = tickets.take(ticket=file(category=category), by=ann, now=now)
    tickets.assign(ticket=ticket, to=None, by=ann, now=now + timedelta(hours=1))
    AgentProfile.objects.update(availability="online")
    assert drain(now + timedelta(hours=1, minutes=2)) == 0
    assert drain(now + timedelta(hours=1, minutes=3)) == 1
    assert given(ticket) == "Ann"


# --- At the same time -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_fifty_assignments_at_once_never_give_a_fourth(now: datetime) -> None:
    agents = [hire("l1", "l2", name=name, capacity=3) for name in ("Ann", "Bob", "Eve")]
    for number in range(60):
        TicketFactory(level=("l1", "l2")[number % 2], filed_at=now + timedelta(seconds=number))
    starts = Barrier(50)

    def run(number: int) -> bool:
        try:
            starts.wait(30)
            return tickets.assign_next(level=("l1", "l2")[number % 2], now=now) is not None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(run, range(50)))
    connection.close()
    held = Counter(Ticket.objects.exclude(assignee=None).values_list("assignee", flat=True))
    assert held == {one.pk: 3 for one in agents}
    assert results.count(True) == 9
    assert Event.objects.named("ticket.assigned").count() == 9


@pytest.mark.django_db(transaction=True)
def test_a_ticket_that_somebody_is_changing_is_left_for_the_next_time(now: datetime) -> None:
    hire(name="Ann")
    first, second = (TicketFactory(filed_at=now + timedelta(seconds=number)) for number in range(2))

    def run() -> Ticket | None:
        try:
            return tickets.assign_next(level=Level.L1, now=now)
        finally:
            connections.close_all()

    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        Ticket.objects.select_for_update().get(pk=first.pk)
        assert pool.submit(run).result(10) == second
    assert drain(now) == 1
    assert given(first) == "Ann"


# --- What the table itself refuses ------------------------------------------------------------------------------------


def test_the_table_refuses_negative_capacity_and_standing_in_for_oneself(now: datetime) -> None:
    ann = hire(name="Ann")
    for wrong in ({"capacity": -1}, {"stand_in": ann}, {"availability": "asleep"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgentProfile.objects.filter(user=ann).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        AgentProfileFactory(user=ann)
