"""What people do in the play: each act is one action of the portal, at one moment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from portal.accounts import actions as accounts
from portal.accounts.models import User
from portal.lib.refusals import Refused
from tickets import actions as tickets
from tickets.models import CalendarHours, Holiday, SlaPolicy, Ticket
from tickets.simulate.cast import Cast
from tickets.simulate.desk import Desk
from tickets.states import AFTER_A_REPLY, OVERRIDES, Channel, Metric, Priority, TicketState

RECENT = 40  # people work on the newest so many, now and then on an older one
LENGTHS = [timedelta(minutes=minutes) for minutes in (7, 30, 60, 95, 240, 480, 1440, 2880)]


@dataclass
class Stage:
    """The people, the dice, and what was filed so far."""

    cast: Cast
    luck: Random
    desk: Desk
    filed: list[Ticket] = field(default_factory=list)
    acts: int = 0
    refused: int = 0

    def act(self, now: datetime) -> None:
        """Agents come and go, and somebody acts. What the portal refuses is counted: people do try."""
        self.desk.seat(self._on_duty(now), now)
        acts = [*_CUSTOMERS, *(_AGENTS if self._on_duty(now) else []), *_OFFICE]
        chosen = self.luck.choices([act for act, _weight in acts], [weight for _act, weight in acts])[0]
        if not self.filed:
            chosen = _file
        self.acts += 1
        try:
            chosen(self, now)
        except Refused:
            self.refused += 1

    def ticket(self) -> Ticket:
        if self.luck.random() < 0.1:
            return self.luck.choice(self.filed)
        return self.luck.choice(self.filed[-RECENT:])

    def agent(self, now: datetime) -> User:
        return self.luck.choice(self._on_duty(now))

    def _on_duty(self, now: datetime) -> list[User]:
        """Each agent works eight hours of the day, with a break in the middle."""
        hours = [(agent, (now.hour - 3 * number) % 24) for number, agent in enumerate(self.cast.agents)]
        return [agent for agent, hour in hours if hour < 9 and hour != 4]


def _file(stage: Stage, now: datetime) -> None:
    customer, organization = stage.luck.choice(stage.cast.customers)
    filing = tickets.Filing(
        subject=f"Trouble {stage.acts}",
        body="It does not work.",
        organization=organization,
        category=stage.luck.choice([None, *stage.desk.kinds]),
        priority=stage.luck.choice(list(Priority)),
        channel=stage.luck.choice(list(Channel)),
        key=f"form-{stage.acts}",
    )
    stage.filed.append(tickets.file_ticket(filing=filing, by=customer, now=now))
    if stage.luck.random() < 0.1:
        tickets.file_ticket(filing=filing, by=customer, now=now)  # sent twice


def _customer_reply(stage: Stage, now: datetime) -> None:
    ticket = stage.ticket()
    tickets.reply(ticket=ticket, body="Any news?", by=ticket.requester, now=now)


def _reopen(stage: Stage, now: datetime) -> None:
    ticket = stage.ticket()
    tickets.reopen(ticket=ticket, by=ticket.requester, now=now)


def _ask(stage: Stage, now: datetime) -> None:
    ticket = stage.ticket()
    tickets.ask_to_escalate(ticket=ticket, by=ticket.requester, reason="We lose money.", now=now)


def _reply(stage: Stage, now: datetime) -> None:
    leaves = stage.luck.choice(AFTER_A_REPLY)
    tickets.reply(ticket=stage.ticket(), body="We look.", by=stage.agent(now), leaves=leaves, now=now)


def _house_reply(stage: Stage, now: datetime) -> None:
    tickets.reply(ticket=stage.ticket(), body="We received this.", by=None, now=now)


def _note(stage: Stage, now: datetime) -> None:
    tickets.note(ticket=stage.ticket(), body="The feed again.", by=stage.agent(now), now=now)


def _take(stage: Stage, now: datetime) -> None:
    tickets.take(ticket=stage.ticket(), by=stage.agent(now), now=now)


def _wait(stage: Stage, now: datetime) -> None:
    tickets.wait_for_customer(ticket=stage.ticket(), by=stage.agent(now), now=now)


def _solve(stage: Stage, now: datetime) -> None:
    ticket = stage.ticket()
    by = stage.luck.choice([stage.agent(now), stage.agent(now), None, ticket.requester])
    tickets.solve(ticket=ticket, by=by, now=now)


def _close(stage: Stage, now: datetime) -> None:
    ticket = stage.ticket()
    ticket.refresh_from_db()
    if ticket.state == TicketState.SOLVED or stage.luck.random() < 0.1:
        tickets.close(ticket=ticket, by=stage.agent(now), now=now)


def _priority(stage: Stage, now: datetime) -> None:
    priority = stage.luck.choice(list(Priority))
    tickets.change_priority(ticket=stage.ticket(), priority=priority, by=stage.agent(now), now=now)


def _tier(stage: Stage, now: datetime) -> None:
    tier = stage.luck.choice([*stage.cast.tiers, None])
    accounts.change_tier(organization=stage.luck.choice(stage.cast.organizations), tier=tier, by=None, now=now)


def _policy(stage: Stage, now: datetime) -> None:
    """Another length or other hours for one line; an override comes and goes."""
    line = stage.luck.choice(list(SlaPolicy.objects.order_by("pk")))
    names = [f"{metric}_for" for metric in Metric if getattr(line, f"{metric}_for") is not None]
    setattr(line, stage.luck.choice(names), stage.luck.choice(LENGTHS))
    line.calendar = stage.luck.choice([None, *stage.cast.desks])
    line.is_active = line.dimension not in OVERRIDES or stage.luck.random() < 0.5
    tickets.keep_policy(policy=line, by=None, now=now)


def _hours(stage: Stage, now: datetime) -> None:
    """A day off, or a desk that closes at another time."""
    desk = stage.luck.choice(stage.cast.desks)
    if stage.luck.random() < 0.5:
        on = now.date() + timedelta(days=stage.luck.randrange(6))
        Holiday.objects.get_or_create(calendar=desk, on=on, begins=None, defaults={"name": "Day off"})
    else:
        row = stage.luck.choice(list(CalendarHours.objects.filter(calendar=desk).order_by("pk")))
        row.closes = max(row.opens + 1800, row.closes - 60 * stage.luck.randrange(90))
        row.save(update_fields=["closes"])
    tickets.keep_calendar(calendar=desk, by=None, now=now)


_Act = Callable[[Stage, datetime], None]
_CUSTOMERS: list[tuple[_Act, float]] = [(_file, 10), (_customer_reply, 14), (_reopen, 3), (_ask, 1), (_house_reply, 1)]
_AGENTS: list[tuple[_Act, float]] = [
    *((_reply, 22), (_note, 3), (_take, 8), (_wait, 5), (_solve, 6), (_close, 4), (_priority, 5)),
]
_OFFICE: list[tuple[_Act, float]] = [(_tier, 1.5), (_policy, 1.5), (_hours, 1)]
