"""Which line of what we promise binds, by which hours it counts, and what happens when it changes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from portal.accounts.models import Organization, User
from tests.factories.accounts import StaffFactory
from tests.factories.tickets import BusinessCalendarFactory, CalendarHoursFactory, CategoryFactory, SlaPolicyFactory
from tickets import actions as tickets
from tickets.models import BusinessCalendar, SlaPolicy, Ticket, Timer
from tickets.states import Channel, Dimension, Metric, Priority

pytestmark = pytest.mark.django_db
File = Callable[..., Ticket]


def answer_of(ticket: Ticket) -> Timer:
    """The clock of the first answer."""
    return ticket.timers.get(metric=Metric.FIRST_RESPONSE, cycle=1)


def owed(ticket: Ticket) -> dict[str, datetime | None]:
    """When each promise that is owed falls due."""
    return dict(ticket.timers.owed().values_list("metric", "due_at"))


# --- Policies and hours -----------------------------------------------------------------------------------------------


@pytest.fixture
def desk_hours(db: None, now: datetime) -> BusinessCalendar:
    """Open 9 to 17 in Berlin, Monday to Friday; kept."""
    calendar = BusinessCalendarFactory(name="Berlin desk", zone="Europe/Berlin")
    for day in range(5):
        CalendarHoursFactory(calendar=calendar, weekday=day)
    return tickets.keep_calendar(calendar=calendar, by=None, now=now)


def test_an_agreement_with_an_organization_replaces_all_other_promises(
    file: File, elite: Organization, now: datetime
) -> None:
    SlaPolicyFactory(dimension=Dimension.ORGANIZATION, value=elite.public_id, first_response_for=timedelta(minutes=30))
    ticket = file(priority=Priority.CRITICAL)
    assert owed(ticket) == {Metric.FIRST_RESPONSE: now + timedelta(minutes=30)}
    assert "your organization" in answer_of(ticket).why


def test_of_two_overrides_the_first_holds(file: File, elite: Organization, now: datetime) -> None:
    about = CategoryFactory(slug="api-keys")
    for position, (dimension, value) in enumerate(
        [(Dimension.CATEGORY, about.slug), (Dimension.ORGANIZATION, elite.public_id)]
    ):
        length = timedelta(minutes=10 * (position + 1))
        SlaPolicyFactory(dimension=dimension, value=value, position=position, first_response_for=length)
    assert answer_of(file(category=about)).target_for == timedelta(minutes=10)


def test_only_the_hours_of_the_desk_count(
    file: File, agent: User, customer: User, desk_hours: BusinessCalendar, now: datetime
) -> None:
    """`now` is a Tuesday, 10:30 in Berlin: 6.5 hours are left until closing time."""
    SlaPolicy.objects.filter(value="elite").update(calendar=desk_hours, first_response_for=timedelta(hours=8))
    ticket = file()
    timer = answer_of(ticket)
    assert timer.due_at == datetime(2026, 3, 11, 9, 30, tzinfo=UTC)
    assert timer.counted_by == "Berlin desk"
    assert timer.hours == desk_hours.current
    evening, later = now + timedelta(hours=10), now + timedelta(days=1)
    tickets.wait_for_customer(ticket=ticket, by=agent, now=evening)
    assert answer_of(ticket).consumed_for == timedelta(hours=6, minutes=30)
    tickets.reply(ticket=ticket, body="Here.", by=customer, now=later)
    assert answer_of(ticket).due_at == later + timedelta(hours=1, minutes=30)


def test_the_sooner_moment_binds_not_the_shorter_length(
    file: File, desk_hours: BusinessCalendar, now: datetime
) -> None:
    """On a Friday evening four hours of the desk are later than a day around the clock."""
    friday_evening = now + timedelta(days=3, hours=9)
    SlaPolicy.objects.filter(value="elite").update(calendar=desk_hours)
    SlaPolicy.objects.filter(value=Channel.COMMUNITY).update(first_response_for=timedelta(hours=24))
    timer = answer_of(file(channel=Channel.COMMUNITY, at=friday_evening))
    assert timer.reason["dimension"] == Dimension.CHANNEL
    assert timer.due_at == friday_evening + timedelta(hours=24)


# --- A change of what is promised -------------------------------------------------------------------------------------


def test_a_change_of_a_policy_moves_open_promises_and_keeps_what_was_used(
    file: File, settle: Callable[..., int], now: datetime
) -> None:
    ticket = file()
    policy = SlaPolicy.objects.get(value="elite")
    policy.first_response_for = timedelta(hours=2)
    assert Timer.objects.moved_by(policy, now=now) == 1
    tickets.keep_policy(policy=policy, by=None, now=now + timedelta(minutes=30))
    settle(now=now + timedelta(hours=1))
    assert owed(ticket)[Metric.FIRST_RESPONSE] == now + timedelta(hours=2)
    assert answer_of(ticket).clock.used(now + timedelta(hours=1)) == 3600
    assert Timer.objects.moved_by(policy, now=now) == 0


def test_a_change_that_binds_nobody_moves_nothing(file: File, now: datetime) -> None:
    file()
    channel = SlaPolicy.objects.get(dimension=Dimension.CHANNEL, value=Channel.TELEGRAM)
    channel.first_response_for = timedelta(minutes=1)
    assert Timer.objects.moved_by(channel, now=now) == 0


def test_promises_follow_when_the_hours_of_the_desk_change(
    file: File, desk_hours: BusinessCalendar, settle: Callable[..., int], now: datetime
) -> None:
    SlaPolicy.objects.filter(value="elite").update(calendar=desk_hours, first_response_for=timedelta(hours=8))
    ticket = file()
    desk_hours.hours.filter(weekday=1).update(closes=20 * 3600)
    tickets.keep_calendar(calendar=desk_hours, by=None, now=now)
    settle(now=now + timedelta(minutes=1))
    assert owed(ticket)[Metric.FIRST_RESPONSE] == now + timedelta(hours=8)


def test_a_line_taken_away_leaves_what_another_promises(
    file: File, elite: Organization, settle: Callable[..., int], now: datetime
) -> None:
    agreed = SlaPolicyFactory(
        dimension=Dimension.ORGANIZATION, value=elite.public_id, first_response_for=timedelta(minutes=30)
    )
    ticket = file()
    tickets.drop_policy(policy=agreed, by=None, now=now)
    settle(now=now + timedelta(minutes=1))
    assert answer_of(ticket).target_for == timedelta(hours=4)


def test_staff_see_how_many_promises_move_before_it_is_applied(file: File, client: Client) -> None:
    file()
    lead = StaffFactory()
    lead.groups.add(Group.objects.get(name="lead"))
    client.force_login(lead)
    policy = SlaPolicy.objects.get(value="elite")
    url = reverse("admin:tickets_slapolicy_change", args=[policy.pk])
    given = {
        "dimension": "tier",
        "value": "elite",
        "position": 0,
        "first_response_for": "02:00:00",
        "next_response_for": "04:00:00",
        "is_active": "on",
    }
    assert "1 open promise gets another target" in client.post(url, given).text
    policy.refresh_from_db()
    assert policy.first_response_for == timedelta(hours=4)
    assert client.post(url, {**given, "is_confirmed": "on"}).status_code == 302
    policy.refresh_from_db()
    assert policy.first_response_for == timedelta(hours=2)
