"""The queue drains when somebody has room; who is away gives back what comes again; stand-ins get what is left."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.refusals import Refused
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import CategoryFactory, SkillFactory, TicketFactory
from tests.tickets.desk import busy_with, hire
from tickets import actions as tickets
from tickets.models import AgentProfile, Ticket
from tickets.states import Availability
from tickets.tasks import assign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shipped")]
File = Callable[..., Ticket]
Settle = Callable[..., int]


@pytest.fixture(autouse=True)
def without_second_factor(settings: LazySettings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def lead(shipped: None) -> User:
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


def test_the_work_list_of_an_agent_with_a_profile_offers_it(client: Client, agent: User) -> None:
    client.force_login(agent)
    assert "Your availability" not in client.get(reverse("admin:index")).content.decode()
    assert client.get(reverse("admin:tickets_agentprofile_mine")).status_code == 404
    ann, sam = hire(name="Ann", availability="away"), hire(name="Sam")
    client.force_login(ann)
    shown = client.get(reverse("admin:index")).content.decode()
    assert "Your availability" in shown
    assert client.get(reverse("admin:tickets_agentprofile_mine")).status_code == 200
    wish = {"availability": "out_of_office", "stand_in": sam.pk}
    assert client.post(reverse("admin:tickets_agentprofile_mine"), wish, follow=True).status_code == 200
    profile = AgentProfile.objects.get(user=ann)
    assert (profile.availability, profile.stand_in) == ("out_of_office", sam)
    refused = client.post(reverse("admin:tickets_agentprofile_mine"), {"availability": "asleep"})
    assert refused.status_code == 422


def test_leads_keep_profiles_and_agents_only_read_them(client: Client, lead: User, now: datetime) -> None:
    skill, newcomer = SkillFactory(), StaffFactory(name="Nora", role="agent-l1")
    client.force_login(lead)
    form = {"user": newcomer.pk, "capacity": 5, "stand_in": "", "known-TOTAL_FORMS": 1, "known-INITIAL_FORMS": 0}
    form |= {"known-0-skill": skill.pk, "known-0-level": 4}
    assert client.post(reverse("admin:tickets_agentprofile_add"), form).status_code == 302
    made = AgentProfile.objects.get(user=newcomer)
    assert (made.capacity, made.availability, made.known.get().level) == (5, "away", 4)
    page = client.get(reverse("admin:tickets_agentprofile_change", args=[made.pk])).content.decode()
    link = re.search(r'href="([^"]*set[-_]availability[^"]*)"', page)
    assert link
    assert client.get(link[1]).status_code == 200
    assert client.post(link[1], {"availability": "online"}).status_code == 302
    made.refresh_from_db()
    assert made.availability == "online"
    busy_with(newcomer, 2, now)
    assert client.get(reverse("admin:tickets_agentprofile_changelist")).status_code == 200
    client.force_login(newcomer)
    assert client.get(reverse("admin:tickets_agentprofile_changelist")).status_code == 200
    assert client.post(link[1], {"availability": "away"}).status_code in {302, 403}
    made.refresh_from_db()
    assert made.availability == "online"


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


def test_leads_say_which_skills_a_category_asks_for(client: Client, lead: User) -> None:
    category, skill = CategoryFactory(), SkillFactory()
    client.force_login(lead)
    place = reverse("admin:tickets_category_change", args=[category.pk])
    assert client.get(place).status_code == 200
    form = {"slug": category.slug, "name": category.name, "position": 0, "is_active": "on"}
    form |= {"skill_wait_for": "00:05:00", "asks_for-TOTAL_FORMS": 1, "asks_for-INITIAL_FORMS": 0}
    form |= {"asks_for-0-skill": skill.pk, "asks_for-0-is_required": "on", "asks_for-0-level": 2}
    assert client.post(place, form).status_code == 302
    category.refresh_from_db()
    asked = category.asks_for.get()
    assert (category.skill_wait_for, asked.skill, asked.is_required) == (timedelta(minutes=5), skill, True)


def test_leads_add_skills(client: Client, lead: User) -> None:
    client.force_login(lead)
    form = {"name": "German", "slug": "german", "language": ""}
    assert client.post(reverse("admin:tickets_skill_add"), form).status_code == 302
    assert "German" in client.get(reverse("admin:tickets_skill_changelist")).content.decode()
