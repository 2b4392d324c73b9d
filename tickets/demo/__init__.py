"""The demo's tickets: sixty conversations of two months, told in `stories/*.toml` and played by the actions; and what
the team noted to do about some."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

import portal.operations.actions as operations
from portal.accounts.models import User
from tickets import actions as tickets
from tickets.demo import attached, routing, team
from tickets.models import Category, Ticket, Timer
from tickets.states import PRIORITY_OF_IMPACT, Channel, TicketState

STORIES = Path(__file__).parent / "stories"
STAFF = {
    "lena": "lena.agent@quantum-elite.example",
    "jonas": "jonas.agent@quantum-elite.example",
    "mira": "mira.engineer@quantum-elite.example",
    "tariq": "tariq.engineer@quantum-elite.example",
}
BY_MAIL_EACH = 6  # every sixth ticket came by email
# Subject of the ticket, what to do about it, whose it is (None: nobody's yet), due in so many hours.
TASKS = [
    ("Signal SIG-22402 shows two different targets", "Call Tom Fielding back about the two targets", "jonas", 3),
    ("Sandbox endpoint for our integration tests", "Write the article on testing webhooks without a sandbox", None, 48),
]
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_STEP = re.compile(r"(?P<act>\w) (?P<length>\d+)(?P<unit>[mhd])(?: (?P<words>.+))?", re.DOTALL)
_LEAVES = {"a": TicketState.WAITING, "o": TicketState.OPEN, "S": TicketState.SOLVED}


@dataclass(frozen=True)
class Step:
    """One thing that happens in a story: the letter of the act, when, and its words."""

    act: str
    at: datetime
    words: str


@dataclass
class Story:
    """One ticket's story; `ticket` is there once it is filed."""

    told: dict[str, Any]
    category: Category
    customer: User
    agent: User
    channel: str
    steps: list[Step]
    files: list[str] = field(default_factory=list)
    ticket: Ticket | None = None


@transaction.atomic
def furnish(*, now: datetime) -> None:
    """Plays all stories side by side in the order of time, and lets the clock's task look at promises in between."""
    moves = [(step.at, number, story, step) for number, story in enumerate(_stories(now)) for step in story.steps]
    for at, _number, story, step in sorted(moves, key=lambda move: move[:2]):
        _watch_until(at)
        _play(story, step)
    _watch_until(now)
    _note_tasks(now)
    team.furnish(now=now)
    routing.furnish(now=now)


def _note_tasks(now: datetime) -> None:
    for subject, title, owner, hours in TASKS:
        ticket = Ticket.objects.get(subject=subject)
        person = User.objects.get(email=STAFF[owner]) if owner else None
        work = operations.Work(
            title, f"demo:ticket:{ticket.pk}", about=ticket, owner=person, due_at=now + timedelta(hours=hours)
        )
        operations.open_task(work, by=User.objects.get(email=STAFF["lena"]), now=now - timedelta(hours=2))


def _stories(now: datetime) -> Iterator[Story]:
    people = {user.email: user for user in User.objects.all()}
    categories = {category.slug: category for category in Category.objects.all()}
    number = 0
    for path in sorted(STORIES.glob("*.toml")):
        for told in tomllib.loads(path.read_text())["story"]:
            number += 1
            yield Story(
                told=told,
                category=categories[path.stem],
                customer=people[told["by"]],
                agent=people[STAFF[told["agent"]]],
                channel=Channel.WEB if number % BY_MAIL_EACH else Channel.EMAIL,
                steps=_rated(list(_steps(told, now, number)), told.get("rated", ""), now),
                files=told.get("files", []),
            )


def _steps(told: dict[str, Any], now: datetime, number: int) -> Iterator[Step]:
    at = now - _length(told["ago"])
    if told["ago"].endswith("d"):
        at -= timedelta(minutes=number * 97 % 540)  # people do not all write at the same minute
    for line in told["steps"]:
        found = _STEP.fullmatch(line)
        if found is None:
            raise ValueError(f"Not a step: {line!r}")
        at += _length(found["length"] + found["unit"])
        if at <= now:  # what lies ahead has not happened yet
            yield Step(found["act"], at, found["words"] or "")


def _rated(steps: list[Step], words: str, now: datetime) -> list[Step]:
    """With the rating of the last solution, some hours after it."""
    solved_at = max((step.at for step in steps if step.act in "Ssv"), default=None)
    at = solved_at + timedelta(hours=3, minutes=len(words) % 50) if words and solved_at else now
    return [*steps, Step("r", at, words)] if at < now else steps


def _length(words: str) -> timedelta:
    return timedelta(**{_UNITS[words[-1]]: int(words[:-1])})


def _play(story: Story, step: Step) -> None:
    if story.ticket is None:
        story.ticket = _file(story, step)
        return
    ticket, agent, at = story.ticket, story.agent, step.at
    if step.act in _LEAVES:
        tickets.take(ticket=ticket, by=agent, now=at)
        tickets.reply(ticket=ticket, body=step.words, by=agent, leaves=_LEAVES[step.act], now=at)
    elif step.act == "c":
        tickets.reply(ticket=ticket, body=step.words, by=story.customer, now=at)
    elif step.act == "n":
        tickets.note(ticket=ticket, body=step.words, by=agent, now=at)
    elif step.act == "r":
        _rate(story, ticket, step)
    elif step.act == "p":
        priority, reason = step.words.split(": ", 1)
        tickets.change_priority(ticket=ticket, priority=priority, by=agent, reason=reason, now=at)
    else:
        act, by = {
            "t": (tickets.take, agent),
            "s": (tickets.solve, agent),
            "v": (tickets.solve, story.customer),
            "k": (tickets.close, agent),
            "x": (tickets.close, story.customer),
        }[step.act]
        act(ticket=ticket, by=by, now=at)


def _rate(story: Story, ticket: Ticket, step: Step) -> None:
    """What the survey of the solution brought; the worker that would have begun it comes later."""
    survey = tickets.begin_survey(ticket=ticket, now=step.at)
    score, _blank, comment = step.words.partition(" ")
    if survey is not None:
        tickets.rate(survey=survey, score=int(score), comment=comment, by=story.customer, now=step.at)


def _file(story: Story, step: Step) -> Ticket:
    filing = tickets.Filing(
        subject=story.told["subject"],
        body=step.words,
        organization=story.customer.organizations.select_related("tier").get(),
        category=story.category,
        priority=PRIORITY_OF_IMPACT[story.told["impact"]],
        channel=story.channel,
        files=[attached.upload(name=name, by=story.customer, now=step.at) for name in story.files],
    )
    return tickets.file_ticket(filing=filing, by=story.customer, now=step.at)


def _watch_until(at: datetime) -> None:
    """What the clock's task would have done on its own, at the very moments."""
    while (moment := Timer.objects.to_look_at(at).values_list("next_at", flat=True).first()) is not None:
        tickets.watch_next_promise(now=moment)
