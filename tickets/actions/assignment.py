"""Who gets the next ticket of a team: one short transaction after the other, each under the lock of its queue."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.models import Event
from portal.lib.clock import moment
from tickets.actions import changes
from tickets.actions.choice import WAITING, Candidate, Choice, Waiting
from tickets.actions.triage import assign
from tickets.events import SKILL_WAIVED, TICKET_ASSIGNED, TICKET_FILED, TICKET_REOPENED
from tickets.models import AgentProfile, Skill, Ticket
from tickets.states import LEVELS, OUR_TURN, PRESENT, Availability, Level, MessageKind

_LOCK = 7_340_421  # the kind of lock, among all advisory ones; the queue is the second number
BATCH = 500
_QUEUED = [TICKET_FILED.name, TICKET_ASSIGNED.name, TICKET_REOPENED.name]


def assign_waiting(*, now: datetime | None = None) -> int:
    """Hands out what waits, team by team, until nobody is free for anything; answers how many tickets.

    Each ticket in a transaction of its own, so it is called outside of any.
    """
    count = 0
    for level in _teams_that_have_work():
        while count < BATCH and assign_next(level=level, now=now):
            count += 1
    return count


@transaction.atomic
def assign_next(*, level: str, now: datetime | None = None) -> Ticket | None:
    """Gives the most pressing ticket of a team for which somebody is free to the agent who suits it best.

    None when nobody is free for any. Agents without a profile are left alone; what they hand out by hand goes past
    all of this, capacity included. Tickets that somebody else is changing just now are left for the next time.
    """
    at = moment(now)
    _hold_the_queue(level)
    choice = _choice(level)
    if not choice.is_possible:
        return None
    queue = Ticket.objects.to_assign(choice.absent).filter(level=level).most_pressing_first()
    for row in queue.values_list(*WAITING).iterator(200):
        waiting = Waiting(*row)
        chosen = choice.of(waiting) or _without_skills(choice, waiting, at)
        held = _held(waiting, level, choice) if chosen else None
        if chosen and held:
            return _give(held, chosen, choice.missed_by(chosen, waiting), at)
    return None


@transaction.atomic
def requeue_reopened(*, ticket: Ticket, now: datetime | None = None) -> Ticket:
    """A ticket that was taken up again stays with its agent if they are there; else it waits for another one.

    While somebody is out of office with a stand-in it stays theirs, until the stand-in has room.
    """
    locked = changes.lock(ticket=ticket)
    profile = AgentProfile.objects.select_related("user").filter(user=locked.assignee_id).first()
    if profile is None or locked.state not in OUR_TURN:
        return locked
    is_replaced = profile.availability == Availability.OUT_OF_OFFICE and profile.stand_in_id is not None
    if profile.user.is_active and (profile.availability in PRESENT or is_replaced):
        return locked
    return assign(ticket=locked, to=None, by=None, now=now)


@transaction.atomic
def requeue_escalated(*, ticket: Ticket, now: datetime | None = None) -> Ticket:
    """A ticket that went to another team waits for one of its agents, if the portal hands tickets to who has it."""
    locked = changes.lock(ticket=ticket)
    profiles = AgentProfile.objects.filter(user=locked.assignee_id)
    if locked.state not in OUR_TURN or not profiles.exists() or profiles.of_team(locked.level).exists():
        return locked
    return assign(ticket=locked, to=None, by=None, now=now)


def _teams_that_have_work() -> list[Level]:
    """Teams for which something waits, while anybody is online; three queries at most."""
    if not AgentProfile.objects.online().exists():
        return []
    absent = list(AgentProfile.objects.out_of_office().values_list("user_id", flat=True))
    found = set(Ticket.objects.to_assign(absent).values_list("level", flat=True).order_by().distinct())
    return [level for level in LEVELS if level in found]


def _hold_the_queue(level: str) -> None:
    """Others who assign for that team wait until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, LEVELS.index(Level(level))])


def _choice(level: str) -> Choice:
    """Locks who may get something, in the order of their ids: agents of two teams are chosen by one queue at a time."""
    profiles = AgentProfile.objects.for_team(level).select_related("user").prefetch_related("known").order_by("pk")
    locked = list(profiles.select_for_update(of=("self",), no_key=True))
    loads = AgentProfile.objects.loads([one.user_id for one in locked]) if locked else {}
    return Choice.among([Candidate.of(one, loads.get(one.user_id, 0)) for one in locked])


def _held(waiting: Waiting, level: str, choice: Choice) -> Ticket | None:
    """The ticket, locked, if it still waits and nobody else is changing it."""
    found = Ticket.objects.to_assign(choice.absent).filter(pk=waiting.pk, level=level)
    return found.select_for_update(skip_locked=True, of=("self",)).first()


def _without_skills(choice: Choice, waiting: Waiting, at: datetime) -> Candidate | None:
    """Whoever is free, once the ticket has waited long enough for somebody who knows what it requires."""
    wait = choice.wait_of(waiting)
    if wait is None or waiting.filed_at + wait > at:
        return None
    chosen = choice.of(waiting, waives=True)
    return chosen if chosen and _queued_at(waiting) + wait <= at else None


def _queued_at(waiting: Waiting) -> datetime:
    """Since when it waits: it may have been somebody's before."""
    news = Event.objects.named(*_QUEUED).filter(about_type=Ticket._meta.label_lower, about_id=str(waiting.pk))
    return news.order_by("-pk").values_list("happened_at", flat=True).first() or waiting.filed_at


def _give(ticket: Ticket, chosen: Candidate, missed: list[int], at: datetime) -> Ticket:
    given = assign(ticket=ticket, to=chosen.profile.user, by=None, now=at)
    profile = chosen.profile
    profile.idle_since = max(at, profile.idle_since or at)
    profile.save(update_fields=["idle_since"])
    if missed:
        _say_what_was_waived(given, chosen.profile.user, missed, at)
    return given


def _say_what_was_waived(ticket: Ticket, to: User, missed: list[int], at: datetime) -> None:
    found = list(Skill.objects.filter(pk__in=missed))
    words = _("Nobody who knows %(skills)s was free in time. %(agent)s gets the ticket without it.")
    named = {"skills": ", ".join(one.name for one in found), "agent": to}
    changes.add_message(ticket=ticket, body=words % named, by=None, kind=MessageKind.SYSTEM, at=at)
    details = {"skills": ",".join(one.slug for one in found), "assignee_id": to.pk}
    changes.tell(event=SKILL_WAIVED, ticket=ticket, by=None, at=at, details=details)
