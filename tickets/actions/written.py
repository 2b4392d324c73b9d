"""Messages together with their files: both or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from tickets.actions.attachments import attach
from tickets.actions.conversation import note, reply
from tickets.models import Message, Ticket


@dataclass(frozen=True)
class Draft:
    """What somebody wrote, and the public ids of the files that go with it. The rest is for answers of staff."""

    body: str
    files: Sequence[str] = field(default_factory=list)
    leaves: str = "waiting"
    seen_version: int | None = None


@transaction.atomic
def reply_with_files(*, ticket: Ticket, draft: Draft, by: User, now: datetime | None = None) -> Message:
    """A reply with its files."""
    message = reply(
        ticket=ticket, body=draft.body, by=by, leaves=draft.leaves, seen_version=draft.seen_version, now=now
    )
    attach(message=message, files=draft.files, by=by)
    return message


@transaction.atomic
def note_with_files(*, ticket: Ticket, draft: Draft, by: User, now: datetime | None = None) -> Message:
    """An internal note with its files: for staff alone, as the note is."""
    message = note(ticket=ticket, body=draft.body, by=by, now=now)
    attach(message=message, files=draft.files, by=by)
    return message
