"""Who plays and where: customers of all tiers and guests, agents of all levels, desks in three zones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import Group

from portal.accounts.models import Membership, Organization, Tier, User
from tickets import actions as tickets
from tickets.models import BusinessCalendar, CalendarHours, Holiday, Shift, SlaPolicy
from tickets.states import Channel, Dimension, Priority

# name, zone, days of the week, hours
DESKS = [
    ("Berlin", "Europe/Berlin", range(5), [("09:00", "12:30"), ("13:15", "17:30")]),
    ("Sydney", "Australia/Sydney", range(5), [("08:30", "18:00")]),
    ("Nights", "America/New_York", range(7), [("00:00", "06:00"), ("21:00", "24:00")]),
    ("Nights in Berlin", "Europe/Berlin", range(7), [("00:00", "05:30"), ("22:00", "24:00")]),
]
# Whose hours count for which promise.
LINES = [
    (Dimension.TIER, "pro", "Berlin"),
    (Dimension.PRIORITY, Priority.LOW, "Sydney"),
    (Dimension.PRIORITY, Priority.NORMAL, "Nights"),
    (Dimension.CHANNEL, Channel.EMAIL, "Nights in Berlin"),
]
EASTER = [date(2026, 4, 3), date(2026, 4, 6)]
TEAM = [("agent-l1", 4), ("agent-l2", 1), ("agent-l3", 1), ("lead", 1), ("executive", 1)]


@dataclass(frozen=True)
class Cast:
    """The people; `customers` with the organization each asks for (None: a guest)."""

    customers: list[tuple[User, Organization | None]]
    agents: list[User]
    organizations: list[Organization]
    tiers: list[Tier]
    desks: list[BusinessCalendar]


def assemble(begins: datetime) -> Cast:
    """Makes the people and the desks, and lets some promises count by their hours."""
    tiers = list(Tier.objects.order_by("rank"))
    organizations = [
        Organization.objects.create(name=f"Company {number}", tier=tier, created_at=begins)
        for number, tier in enumerate([*tiers, *tiers, None])
    ]
    customers: list[tuple[User, Organization | None]] = []
    for number in range(3 * len(organizations)):
        organization = organizations[number % len(organizations)]
        customers.append((_person(f"customer{number}"), organization))
        Membership.objects.create(user=customers[-1][0], organization=organization, role="member", joined_at=begins)
    customers += [(_person(f"guest{number}"), None) for number in range(4)]
    desks = [_desk(number, begins) for number in range(len(DESKS))]
    by_name = {desk.name: desk for desk in desks}
    for dimension, value, name in LINES:
        SlaPolicy.objects.filter(dimension=dimension, value=value).update(calendar=by_name[name])
    lengths = dict.fromkeys(("first_response_for", "next_response_for"), timedelta(minutes=30))
    lengths |= {"update_for": timedelta(hours=2), "resolution_for": timedelta(hours=6)}
    SlaPolicy.objects.create(dimension=Dimension.ORGANIZATION, value=organizations[0].public_id, **lengths)
    return Cast(customers, _team(), organizations, tiers, desks)


def _person(name: str, *, is_staff: bool = False) -> User:
    return User.objects.create(email=f"{name}@simulation.example", name=name, is_staff=is_staff)


def _team() -> list[User]:
    found = []
    for role, count in TEAM:
        for number in range(count):
            person = _person(f"{role}-{number}", is_staff=True)
            person.groups.add(Group.objects.get(name=role))
            found.append(person)
    return [person for person in found if person.has_perm("tickets.change_ticket")]


def _desk(number: int, begins: datetime) -> BusinessCalendar:
    name, zone, days, hours = DESKS[number]
    desk = BusinessCalendar.objects.create(name=name, slug=f"desk-{number}", zone=zone)
    for day in days:
        for opens, closes in hours:
            CalendarHours.objects.create(calendar=desk, weekday=day, opens=_seconds(opens), closes=_seconds(closes))
    for on in sorted({*EASTER, date(2026, 10, 26), begins.date() + timedelta(days=2 + number)}):
        Holiday.objects.create(calendar=desk, on=on, name="Holiday")
    partly = begins.date() + timedelta(days=1)
    Holiday.objects.create(calendar=desk, on=partly, name="Afternoon off", begins=14 * 3600, ends=86_400)
    Shift.objects.create(calendar=desk, on=begins.date() + timedelta(days=3), opens=6 * 3600, closes=20 * 3600)
    return tickets.keep_calendar(calendar=desk, by=None, now=begins)


def _seconds(words: str) -> int:
    hours, minutes = words.split(":")
    return int(hours) * 3600 + int(minutes) * 60
