"""Posting letters, and what happens to them until they are sent, failed or came back."""

import json
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, models, transaction

from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from portal.lib.scrub import scrub
from portal.lib.storable import storable
from portal.lib.tokens import public_id, seal, unseal
from portal.lib.wake import wake
from portal.outbox.events import LETTER_BOUNCED
from portal.outbox.letters import Draft
from portal.outbox.models import Letter
from portal.outbox.privacy import NOWHERE
from portal.outbox.states import OPEN_LETTER_STATES, RESENDABLE_LETTER_STATES, LetterState

BACKOFF = [timedelta(seconds=s) for s in (30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 16 * 3600, 24 * 3600)]
log = structlog.get_logger("portal.system")


@transaction.atomic
def post(draft: Draft, *, now: datetime | None = None) -> Letter:
    """Puts a letter into the outbox as part of the caller's transaction; a key already posted answers its letter."""
    at = moment(now)
    words = {"text": draft.text, "html": draft.html}
    letter = Letter(
        key=draft.key,
        user_id=draft.user_id,
        to=draft.to,
        reply_to=draft.reply_to,
        subject=draft.subject[:400],
        headers=draft.headers,
        is_secret=draft.secret,
        message_id=f"<{public_id()}@{settings.MESSAGE_ID_DOMAIN}>",
        about_type=draft.about._meta.label_lower if draft.about else "",
        about_id=str(draft.about.pk) if draft.about else "",
        next_at=max(at, draft.not_before) if draft.not_before else at,
        posted_at=at,
        **({"sealed": seal(json.dumps(words))} if draft.secret else words),
    )
    Letter.objects.bulk_create([letter], ignore_conflicts=True)
    wake_on_commit()
    return Letter.objects.get(key=draft.key)


def wake_on_commit() -> None:
    """One wake-up of the sender per transaction, however many letters it posts."""
    if not any(entry[1] is _wake_sender for entry in connection.run_on_commit):
        transaction.on_commit(_wake_sender)


def _wake_sender() -> None:
    wake("outbox.send")


def words_of(letter: Letter) -> dict[str, str]:
    """The letter's text and html, unsealed when it carries a secret. Raises ValueError once they were erased."""
    if not letter.is_secret:
        return {"text": letter.text, "html": letter.html}
    if letter.sealed is None:
        raise ValueError("The text of a letter with a secret is erased once it was sent.")
    return json.loads(unseal(bytes(letter.sealed)))


def claim_next(*, now: datetime | None = None) -> Letter | None:
    """Takes one due letter under a lease, so that a worker that dies gives it back. None when nothing is due.

    A letter that outlived all its tries without a word from who took it is given up.
    """
    at = moment(now)
    with transaction.atomic():
        due = Letter.objects.due(at).order_by("next_at", "pk").select_for_update(skip_locked=True)
        while letter := due.first():
            if letter.attempts <= len(BACKOFF):
                letter.state = LetterState.SENDING
                letter.attempts += 1
                letter.next_at = at + settings.LETTER_LEASE
                letter.save(update_fields=["state", "attempts", "next_at"])
                return letter
            ended = {"state": LetterState.FAILED, "error": "Each worker that took it died.", **_secret_gone()}
            Letter.objects.filter(pk=letter.pk).update(**ended)
    return None


def mark_sent(*, letter: Letter, now: datetime | None = None) -> None:
    """The transport took it, whoever holds the claim by now. The text of a secret letter is erased."""
    underway = Letter.objects.filter(pk=letter.pk, state__in=OPEN_LETTER_STATES)
    underway.update(state=LetterState.SENT, sent_at=moment(now), error="", **_secret_gone())


def _secret_gone() -> dict[str, None]:
    """A letter that came to its end needs its secret no more, whichever end that is: it is never sent again. In a demo
    on one's own machine it can be read."""
    return {} if settings.SHOW_SECRET_LETTERS else {"sealed": None}


def mark_failed(*, letter: Letter, reason: str, permanent: bool = False, now: datetime | None = None) -> None:
    """A try went wrong: it waits for the next one, or fails for good when that is permanent or tries are used up.

    A worker whose lease ran out says nothing about a letter that another one took since.
    """
    given_up = permanent or letter.attempts > len(BACKOFF)
    wait = BACKOFF[min(letter.attempts, len(BACKOFF)) - 1]
    _still_held(letter).update(
        state=LetterState.FAILED if given_up else LetterState.WAITING,
        error=storable(reason),
        next_at=moment(now) + wait,
        **(_secret_gone() if given_up else {}),
    )
    log.warning("letter_failed", letter_id=letter.pk, attempts=letter.attempts, given_up=given_up)


def _still_held(letter: Letter) -> "models.QuerySet[Letter]":
    """The row, unless its lease ran out meanwhile and another worker took it: then that one has the say."""
    return Letter.objects.filter(pk=letter.pk, state=LetterState.SENDING, attempts=letter.attempts)


@transaction.atomic
def mark_bounced(*, letter: Letter, reason: str, now: datetime | None = None) -> None:
    """The recipient's server refused it for good. That is news: whoever caused the letter hears of it."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.state == LetterState.BOUNCED or locked.attempts != letter.attempts:
        return  # told already, or another worker holds it and will hear the same
    locked.state = LetterState.BOUNCED
    locked.error = storable(reason)
    locked.sealed = locked.sealed if settings.SHOW_SECRET_LETTERS else None
    locked.save(update_fields=["state", "error", "sealed"])
    details = {
        "letter": locked.pk,
        "about_type": locked.about_type,
        "about_id": locked.about_id,
        "reason": scrub(storable(reason))[:80],
    }
    record(LETTER_BOUNCED, about=locked, details=details, now=now)


@transaction.atomic
def resend(*, letter: Letter, by: models.Model | None, now: datetime | None = None) -> None:
    """Staff send a letter once more, under the same Message-ID. Letters with a secret are refused."""
    locked = Letter.objects.select_for_update().get(pk=letter.pk)
    if locked.is_secret:
        raise Refused("A letter with a secret is not sent again: let the person ask for a new one.", code="secret")
    if locked.to == NOWHERE:
        raise Refused("The words of this letter are erased.", code="erased")
    if locked.state not in RESENDABLE_LETTER_STATES:
        raise Refused("This letter is still on its way.", code="on_its_way")
    locked.state = LetterState.WAITING
    locked.attempts = 0
    locked.next_at = moment(now)
    locked.save(update_fields=["state", "attempts", "next_at"])
    log.info("letter_resent", letter_id=locked.pk, user_id=by.pk if by else None)
    wake_on_commit()
