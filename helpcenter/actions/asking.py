from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from helpcenter.answers import Answer, Context, answer
from helpcenter.models import Question
from helpcenter.states import Outcome
from portal.lib.clock import moment
from portal.lib.scrub import scrub
from portal.lib.tokens import public_id

DURABLE_FOR = timedelta(days=7)
ASKER_KEPT_FOR = timedelta(days=30)
KEPT_FOR = timedelta(days=400)
MOST_TURNS = 40
_MOST_CHARACTERS = 2000


def ask(*, question: str, user: Any, context: Context, now: datetime | None = None) -> tuple[Question, Answer]:
    """Answers a question and keeps what became of it, scrubbed. No transaction is open while an outside model thinks.

    A conversation that is not this person's, or has become endless, is begun anew.
    """
    at = moment(now)
    turns = _turns(context, user)
    placed = replace(context, conversation=context.conversation if turns else "", turn=turns + 1)
    made = answer(question=question, user=user, now=at, context=placed)
    return _keep(question, user, placed, made, at), made


def _turns(context: Context, user: Any) -> int:
    """How many questions the conversation has, if it is this person's; 0 begins a new one."""
    if not context.conversation:
        return 0
    whose = {"user_id": user.pk} if user.is_authenticated else {"user_id": None, "visitor": context.visitor}
    asked = Question.objects.filter(conversation=context.conversation)
    count = asked.filter(**whose).count()
    return count if count == asked.count() and count < MOST_TURNS else 0


@transaction.atomic
def _keep(question: str, user: Any, context: Context, made: Answer, at: datetime) -> Question:
    """Two questions at once in one conversation come one after the other: its first row is locked."""
    earlier = Question.objects.select_for_update().filter(conversation=context.conversation or " ")
    last = max((row.turn for row in earlier), default=0)
    name = public_id()
    return Question.objects.create(
        public_id=name,
        conversation=context.conversation or name,
        turn=last + 1,
        text=scrub(" ".join(question.replace("\x00", " ").split()))[:_MOST_CHARACTERS],
        visitor=context.visitor,
        user_id=user.pk if user.is_authenticated else None,
        organization_id=context.organization_id,
        outcome=made.outcome,
        reason=made.reason,
        confidence=made.confidence,
        answer=_kept(made),
        asked_at=at,
    )


def _kept(made: Answer) -> dict[str, Any]:
    return {
        "quotes": [quote.kept() for quote in made.quotes],
        "near": [one.article for one in made.near],
        "incidents": [one.url for one in made.incidents],
        "phrased": made.phrased,
    }


def judge_answer(*, question: Question, is_solved: bool) -> Question:
    """What the reader says about the answer: it solved it, or none of these did. They may change their mind."""
    question.is_solved = is_solved
    question.save(update_fields=["is_solved"])
    return question


@transaction.atomic
def note_ticket_after_question(*, question: str, user_id: int | None, filed_at: datetime) -> int:
    """A ticket was filed: the conversation it came from, and what the same person asked within a week before, did not
    spare it. Answers how many questions are marked."""
    named = Question.objects.filter(public_id=question or " ").values_list("conversation", flat=True).first()
    within = Question.objects.filter(asked_at__gt=filed_at - DURABLE_FOR, asked_at__lte=filed_at)
    found = within.filter(conversation=named) if named else within.none()
    if user_id is not None:
        found = found | within.filter(user_id=user_id)
    return found.exclude(outcome=Outcome.INCIDENT).update(led_to_ticket=True)


@transaction.atomic
def forget_askers(*, now: datetime | None = None) -> int:
    """Takes out who asked what a month ago, and questions of more than a year ago; answers how many rows changed."""
    at = moment(now)
    gone = Question.objects.filter(asked_at__lt=at - KEPT_FOR).delete()[0]
    of_long_ago = Question.objects.of_long_ago(at - ASKER_KEPT_FOR)
    return gone + of_long_ago.update(user_id=None, organization_id=None, visitor="")
