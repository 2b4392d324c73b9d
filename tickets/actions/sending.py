"""An agent sends an answer, and may take it back for some seconds."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import touch
from portal.lib.clock import moment_after
from portal.lib.refusals import Refused
from tickets.actions import changes, leaving, triage
from tickets.actions.attachments import hold_files
from tickets.actions.conversation import has_moved_on
from tickets.events import TICKET_REPLY_TAKEN_BACK
from tickets.models import Desk, HeldReply, Macro, Ticket
from tickets.states import AFTER_A_REPLY, HeldState, TicketState


@dataclass(frozen=True)
class Words:
    """An answer as it was handed in. With `seen_version` one to a conversation that has moved on is refused ("stale").

    `key` names one rendering of the form: the same key with the same words is one answer. `files` are the public ids of
    what the agent has uploaded.
    """

    body: str
    leaves: str = TicketState.WAITING
    macro: Macro | None = None
    seen_version: int | None = None
    key: str = ""
    files: tuple[str, ...] = ()

    @property
    def digest(self) -> str | None:
        return hashlib.sha256(f"{self.key}\n{self.body}".encode()).hexdigest() if self.key else None


@transaction.atomic
def send(*, ticket: Ticket, words: Words, by: User, now: datetime | None = None) -> HeldReply:
    """Takes an answer that leaves when its time to be taken back is over. Nobody's ticket becomes the agent's."""
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    known = HeldReply.objects.filter(author=by, digest=words.digest).first() if words.digest else None
    if known is not None:
        return _once(known)
    _check(locked, words, by)
    if locked.assignee_id is None:
        locked = triage.take(ticket=locked, by=by, now=now)
    else:
        locked.save(update_fields=["version"])
    at, undo_for = moment_after(locked.last_activity_at, now), Desk.objects.present().undo_for
    held = HeldReply.objects.create(
        ticket=locked,
        author=by,
        body=words.body.strip(),
        leaves=words.leaves,
        macro=words.macro,
        digest=words.digest,
        ticket_version=locked.version,
        sent_at=at,
        leaves_at=at + undo_for,
    )
    hold_files(held=held, files=words.files, by=by)
    touch(about=locked)
    if not undo_for:
        leaving.leave_unless_taken_back(pk=held.pk)
        held.refresh_from_db()
    return held


@transaction.atomic
def take_back(*, held: HeldReply, by: User, now: datetime | None = None) -> HeldReply:
    """Its author takes an answer back, or clears away one that could not leave; taken back already does nothing."""
    ticket = changes.lock(ticket=Ticket(pk=held.ticket_id))
    locked = HeldReply.objects.select_for_update().get(pk=held.pk)
    if locked.author_id != by.pk:
        raise Refused(_("Only who wrote an answer can take it back."), code="not_yours")
    if locked.state == HeldState.LEFT:
        raise Refused(_("This answer has left already. Send a correction."), code="has_left")
    if locked.state == HeldState.TAKEN_BACK:
        return locked
    was_waiting, locked.state = locked.is_waiting, HeldState.TAKEN_BACK
    locked.save(update_fields=["state"])
    ticket.save(update_fields=["version"])
    touch(about=ticket)
    if was_waiting:
        at, details = moment_after(ticket.last_activity_at, now), {"held": locked.pk}
        changes.tell(event=TICKET_REPLY_TAKEN_BACK, ticket=ticket, by=by, at=at, details=details)
    return locked


def _once(known: HeldReply) -> HeldReply:
    """The same words from the same form are one answer; those that were taken back do not leave by themselves."""
    if known.state == HeldState.TAKEN_BACK:
        raise Refused(_("You took this answer back. Press “Send” once more to send it after all."), code="taken_back")
    return known


def _check(ticket: Ticket, words: Words, by: User) -> None:
    if words.leaves not in AFTER_A_REPLY:
        raise ValueError(f"A reply cannot leave a ticket {words.leaves}.")
    if ticket.state == TicketState.CLOSED:
        raise Refused(_("This ticket is closed. Please open a new one."), code="ticket_closed")
    if not ticket.hears_us_from(by):
        raise Refused(_("This is your own ticket: answer on its page."), code="own_ticket")
    changes.check_words(body=words.body)
    if words.macro is not None and not Macro.objects.offered_to(by).filter(pk=words.macro.pk).exists():
        raise Refused(_("This macro is not offered any more."), code="no_macro")
    if words.seen_version is not None and has_moved_on(ticket=ticket, since=words.seen_version, reader=by):
        raise Refused(_("The conversation has moved on since you opened it. Read what came in first."), code="stale")


def undone_until(*, at: datetime) -> datetime:
    """Until when what was sent at that moment can be taken back."""
    return at + Desk.objects.present().undo_for
