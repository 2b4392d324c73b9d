"""Agents come, take breaks and go, and the portal hands out what waits. Who may get what is counted anew here,
ticket by ticket and agent by agent, with nothing of what the portal chooses with."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.invariants import must
from tickets import actions as tickets
from tickets.models import AgentProfile, AgentSkill, Category, CategorySkill, Skill, Ticket

POINTS = {"critical": 3, "high": 2, "normal": 1, "low": 1}
CAPACITIES = [3, 6, 4, 2, 5, 8]
PATIENCE = timedelta(minutes=20)
_QUEUED = ["ticket.filed", "ticket.assigned", "ticket.reopened"]


@dataclass
class Seat:
    """An agent as they are now: the points that may be given to them, and those they have."""

    user: int
    name: str
    availability: str
    stand_in: int | None
    capacity: int
    teams: set[str]
    knows: set[int]
    load: int = 0
    tickets: int = 0

    def has_room(self, points: int) -> bool:
        return self.load + min(points, self.capacity) <= self.capacity


@dataclass
class Desk:
    """Who sits where, and what was handed out so far."""

    agents: list[User]
    luck: Random
    kinds: list[Category] = field(default_factory=list)
    checked: int = 0
    given: int = 0
    looks: int = 0

    def open(self, now: datetime) -> None:
        """Gives agents of the teams a place; tickets of one category want somebody who knows it."""
        self.kinds = list(Category.objects.order_by("pk")[:4])
        known = Skill.objects.create(slug="simulated", name="Simulated")
        for asked in self.kinds[:1]:
            CategorySkill.objects.create(category=asked, skill=known, is_required=True)
            Category.objects.filter(pk=asked.pk).update(skill_wait_for=PATIENCE)
        for number, agent in enumerate(self.agents):
            profile = AgentProfile(user=agent, capacity=CAPACITIES[number % len(CAPACITIES)])
            tickets.keep_profile(profile=profile, by=None, now=now)
            if number % 3 == 0:
                AgentSkill.objects.create(profile=profile, skill=known)

    def seat(self, on_duty: Iterable[User], now: datetime) -> None:
        """Who came is online, who left is away; some are busy, on a break, or out of office with a stand-in."""
        present = {one.pk for one in on_duty}
        for agent in self.agents:
            is_there = AgentProfile.objects.get(user=agent).availability in ("online", "busy")
            if is_there != (agent.pk in present) or self.luck.random() < 0.02:
                wanted = self._wanted(agent.pk in present)
                others = [one for one in self.agents if one != agent]
                stand_in = self.luck.choice(others) if wanted == "out_of_office" and self.luck.random() < 0.7 else None
                tickets.set_availability(agent=agent, availability=wanted, stand_in=stand_in, by=agent, now=now)

    def _wanted(self, is_there: bool) -> str:
        return self.luck.choices(["online", "busy"] if is_there else ["away", "out_of_office"], [4, 1])[0]

    def check_given(self) -> None:
        """Nothing that the portal gave since the last look went to somebody without room, or who is not there."""
        news = list(Event.objects.named("ticket.assigned").filter(pk__gt=self.checked, by_id=None).order_by("pk"))
        self.checked = news[-1].pk if news else self.checked
        given = [event.details["assignee_id"] for event in news if event.details.get("assignee_id")]
        seats = _seats() if given else {}
        for user in given:
            seat = seats[user]
            self.given += 1
            must(seat.availability == "online", f"{seat.name} is {seat.availability} and was given a ticket")
            fits = seat.load <= seat.capacity or seat.tickets == 1  # one that is too heavy for anybody is carried alone
            must(fits, f"{seat.name} was given {seat.load} points, the capacity is {seat.capacity}")

    def check_waiting(self, at: datetime) -> None:
        """Nothing waits that somebody who is free could get."""
        self.looks += 1
        seats, required = _seats(), _required()
        able = {one: _able(one, seats, required, at) for one in _waiting(seats)}
        stuck = [one for one, those in able.items() if not any(seat.has_room(POINTS[one.priority]) for seat in those)]
        for ticket, those in able.items():
            free = [one for one in those if one.has_room(POINTS[ticket.priority])]
            kept = sum(1 for other in stuck if _comes_before(other, ticket))
            names = ", ".join(one.name for one in free)
            must(len(free) <= kept, f"{ticket.number} waits at {at} while {names} could get it")


def _seats() -> dict[int, Seat]:
    found = {}
    for profile in AgentProfile.objects.select_related("user").prefetch_related("known", "user__groups"):
        groups = {one.name.removeprefix("agent-") for one in profile.user.groups.all()}
        knows = {one.skill_id for one in profile.known.all()}
        found[profile.user_id] = Seat(
            profile.user_id, str(profile), profile.availability, profile.stand_in_id, profile.capacity, groups, knows
        )
    for user, priority in Ticket.objects.filter(state__in=["new", "open"]).values_list("assignee", "priority"):
        if user in found:
            found[user].load += POINTS[priority]
            found[user].tickets += 1
    return found


def _waiting(seats: dict[int, Seat]) -> Iterator[Ticket]:
    """Nobody's, and those of who is out of office."""
    for ticket in Ticket.objects.filter(state__in=["new", "open"]).order_by("pk"):
        holder = seats.get(ticket.assignee_id or 0)
        if ticket.assignee_id is None or (holder is not None and holder.availability == "out_of_office"):
            yield ticket


def _required() -> dict[int, set[int]]:
    """The skills that tickets of a category require."""
    found: dict[int, set[int]] = {}
    for category, skill in CategorySkill.objects.values_list("category", "skill"):
        found.setdefault(category, set()).add(skill)
    return found


def _able(ticket: Ticket, seats: dict[int, Seat], required: dict[int, set[int]], at: datetime) -> list[Seat]:
    """Agents of its team who are there and know what it requires, after a while the others too; and the stand-in of
    who left it."""
    team = [one for one in seats.values() if one.availability == "online" and ticket.level in one.teams]
    wanted = required.get(ticket.category_id or 0, set())
    able = team if wanted and _has_waited(ticket, at) else [one for one in team if wanted <= one.knows]
    holder = seats.get(ticket.assignee_id or 0)
    stand_in = seats.get(holder.stand_in or 0) if holder else None
    is_there = stand_in is not None and stand_in.availability == "online" and stand_in not in able
    return [*able, stand_in] if stand_in and is_there else able


def _has_waited(ticket: Ticket, at: datetime) -> bool:
    news = Event.objects.named(*_QUEUED).about(ticket)
    since = max([ticket.filed_at, *news.order_by("-pk").values_list("happened_at", flat=True)[:1]])
    return since + PATIENCE <= at


def _comes_before(heavy: Ticket, light: Ticket) -> bool:
    """A heavier one for which nobody has room yet keeps one of those who could get it from getting lighter ones."""
    return heavy.level == light.level and POINTS[heavy.priority] > POINTS[light.priority]
