"""Rating a solution: a survey begins with each resolution, a letter asks a day later."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from tickets.actions import changes
from tickets.events import RATING_ASKED, TICKET_RATED
from tickets.models import Desk, Survey, Ticket
from tickets.states import MOST_COMMENT_CHARACTERS, Score, TicketState


@transaction.atomic
def begin_survey(*, ticket: Ticket, now: datetime | None = None) -> Survey | None:
    """The survey of the present resolution; None when the ticket is not solved (any more). Twice is once."""
    locked = Ticket.objects.for_change().get(pk=ticket.pk)
    if not locked.is_solved or locked.solved_at is None:
        return None
    desk: Desk = Desk.objects.present()
    begun = {
        "ask_at": max(locked.solved_at, moment(now)) + desk.ask_for_rating_after,
        "answers_until": locked.solved_at + desk.rate_within,
    }
    return Survey.objects.get_or_create(ticket=locked, solved_at=locked.solved_at, defaults=begun)[0]


@transaction.atomic
def withdraw_surveys(*, ticket: Ticket, now: datetime | None = None) -> int:
    """The ticket was taken up again: earlier resolutions that nobody rated are not asked about. Answers how many."""
    locked = Ticket.objects.for_change().get(pk=ticket.pk)
    past = Survey.objects.filter(ticket=locked).exclude(solved_at=locked.solved_at).not_rated()
    return past.update(withdrawn_at=moment(now), ask_at=None)


@transaction.atomic
def ask_for_rating(*, now: datetime | None = None) -> bool:
    """Decides about the next survey whose letter is due: it goes out, unless it was rated or withdrawn meanwhile or
    the person was asked lately. False when nothing was due."""
    at = moment(now)
    survey = Survey.objects.to_ask(at).first()
    if survey is None:
        return False
    ticket, since = survey.ticket, at - Desk.objects.present().ask_again_after
    is_wanted = survey.score is None and ticket.solved_at == survey.solved_at
    if is_wanted and not Survey.objects.disturbs(ticket.requester_id, since):
        survey.asked_at = at
        changes.tell(event=RATING_ASKED, ticket=ticket, by=None, at=at, details={"survey": survey.pk})
    survey.ask_at = None
    survey.save(update_fields=["ask_at", "asked_at"])
    return True


@transaction.atomic
def rate(*, survey: Survey, score: int, comment: str, by: User, now: datetime | None = None) -> Survey:
    """Keeps what the requester thinks of the solution; within a week it can be changed. The same again does nothing."""
    at = moment(now)
    ticket = Ticket.objects.for_change().get(pk=survey.ticket_id)
    locked = Survey.objects.select_for_update(of=("self",)).get(pk=survey.pk)
    _check(locked, ticket, score, by, at)
    comment = comment.strip()[:MOST_COMMENT_CHARACTERS]
    if (locked.score, locked.comment) == (score, comment):
        return locked
    was_rated = locked.score is not None
    locked.score, locked.comment, locked.ask_at = score, comment, None
    if not was_rated:
        locked.answered_at, locked.answers_until = at, at + Desk.objects.present().rating_changes_within
    locked.save(update_fields=["score", "comment", "ask_at", "answered_at", "answers_until"])
    details = {"survey": locked.pk, "score": score, "changed": was_rated}
    changes.tell(event=TICKET_RATED, ticket=ticket, by=by, at=at, details=details)
    return locked


def _check(survey: Survey, ticket: Ticket, score: int, by: User, at: datetime) -> None:
    if by.pk != ticket.requester_id:
        raise Refused(_("Only the person who asked can rate the solution."), code="requester_only")
    if score not in Score.values:
        raise Refused(_("Choose a rating from 1 to 5."), code="score_unknown")
    is_over = ticket.state not in (TicketState.SOLVED, TicketState.CLOSED) or ticket.solved_at != survey.solved_at
    if survey.withdrawn_at is not None or is_over:
        raise Refused(_("This ticket was taken up again. We ask you when it is solved."), code="survey_withdrawn")
    if at > survey.answers_until:
        raise Refused(_("This solution can no longer be rated."), code="survey_over")
