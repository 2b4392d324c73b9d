"""Escalations: the steps of a ladder that a promise reaches, and the wishes of people. Each is done exactly once."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, clocks
from tickets.events import ESCALATION_ASKED, PROMISE_WARNED, TICKET_ESCALATED
from tickets.models import Desk, Escalation, Ladder, LadderStep, MatrixLine, Ticket, Timer
from tickets.querysets.people import in_charge_of, leads, team_of
from tickets.states import ACTIVE, LEVELS, MISSED_AT, Level, MessageKind, Tells


@transaction.atomic(savepoint=False)
def climb(*, timer: Timer, at: datetime) -> Escalation | None:
    """Takes the highest step that a timer has reached and notes those before it as skipped.

    Timer and ticket are locked by the caller, who saves the timer. None when no step is due.
    """
    share = timer.clock.used(at) * 100 // max(timer.clock.target_s, 1)
    reached = [percent for percent in timer.percents if timer.escalated_to < percent <= share]
    if not reached:
        return None
    *passed, highest = reached
    timer.escalated_to = highest
    skipped = [_row(timer, percent, at, skipped_at=at) for percent in passed]
    step = Ladder.objects.step(timer.ladder_id, highest)
    if step is None:  # taken away since the promise was given
        Escalation.objects.bulk_create([*skipped, _row(timer, highest, at, skipped_at=at)], ignore_conflicts=True)
        return None
    _hand_over(timer.ticket, step.raises_to)
    taken = _row(timer, highest, at, fired_at=at)
    taken.told = _ids(step, timer.ticket)
    Escalation.objects.bulk_create([*skipped, taken])
    _tell(taken, step, at)
    return taken


@transaction.atomic
def ask_to_escalate(*, ticket: Ticket, by: User, reason: str, now: datetime | None = None) -> Escalation:
    """Somebody, customer or staff, wants others to look: the next team gets the ticket, it and its lead are told.

    Refused for a ticket that is done, without a reason, and for a customer who asked within a day.
    """
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    if locked.state not in ACTIVE:
        raise Refused(_("This ticket is solved. Reopen it first."), code="not_active")
    if not reason.strip():
        raise Refused(_("Say in a sentence why this cannot wait."), code="no_reason")
    _refuse_again(locked, by, at)
    _hand_over(locked, _next_level(locked))
    asked = Escalation(
        ticket=locked, asked_by=by, reason=reason.strip()[:1000], reached_at=at, fired_at=at, level=locked.level
    )
    asked.told = sorted({person.pk for person in [*leads(), *team_of(locked)]} - {by.pk})
    asked.save(force_insert=True)
    words = _("%(name)s asked to escalate: %(reason)s") % {"name": by, "reason": asked.reason}
    changes.add_message(ticket=locked, body=words, by=None, kind=MessageKind.SYSTEM, at=at)
    changes.write(ticket=locked, at=at)
    details = {"escalation": asked.pk, "told": asked.told, "level": locked.level, "is_urgent": locked.is_critical}
    changes.tell(event=ESCALATION_ASKED, ticket=locked, by=by, at=at, details=details)
    return asked


def _row(timer: Timer, percent: int, at: datetime, **moments: datetime) -> Escalation:
    return Escalation(
        ticket=timer.ticket, timer=timer, at_percent=percent, reached_at=at, level=timer.ticket.level, **moments
    )


def _hand_over(ticket: Ticket, to: str) -> None:
    """Never down: a ticket that a higher team has stays there."""
    if to and LEVELS.index(Level(to)) > LEVELS.index(Level(ticket.level)):
        ticket.level = to
        ticket.save(update_fields=["level"])


def _next_level(ticket: Ticket) -> str:
    return LEVELS[min(LEVELS.index(Level(ticket.level)) + 1, len(LEVELS) - 1)]


def _tell(taken: Escalation, step: LadderStep, at: datetime) -> None:
    event = PROMISE_WARNED if step.at_percent < MISSED_AT else TICKET_ESCALATED
    figures = {
        "escalation": taken.pk,
        "percent": step.at_percent,
        "told": taken.told,
        "level": taken.ticket.level,
        "is_urgent": step.ladder.is_urgent,
    }
    if taken.timer is not None:
        clocks.tell(event, taken.timer, taken.ticket, at, **figures)


def _ids(step: LadderStep, ticket: Ticket) -> list[int]:
    found: set[int] = set()
    for whom in step.tells:
        found |= {person.pk for person in _people(Tells(whom), ticket)}
    return sorted(found)


def _people(whom: Tells, ticket: Ticket) -> Iterable[User]:
    if whom == Tells.LEAD:
        return leads()
    if whom == Tells.EXECUTIVES:
        return _executives(ticket)
    return in_charge_of(ticket) if whom == Tells.ASSIGNEE else team_of(ticket)


def _executives(ticket: Ticket) -> Iterable[User]:
    named = User.objects.staff().filter(pk__in=MatrixLine.objects.filter(priority=ticket.priority).values("people"))
    return named or User.objects.with_role(StaffRole.EXECUTIVE)


def _refuse_again(ticket: Ticket, by: User, at: datetime) -> None:
    if ticket.hears_us_from(by):
        return
    since = at - Desk.objects.present().ask_to_escalate_again_after
    wishes = ticket.escalations.filter(timer=None, reached_at__gt=since)
    if wishes.exists():
        raise Refused(
            _("We have been told already and are on it. If nothing happens, ask again later."), code="asked_already"
        )
