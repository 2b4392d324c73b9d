"""The scan for viruses and the small picture, by a worker: claimed under a lease, done outside of a transaction."""

import io
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction

from portal.events.actions import touch
from portal.lib.clock import moment
from portal.lib.pictures import Unreadable, thumbnail
from tickets import gateway
from tickets.actions import changes
from tickets.actions.attachments import pieces
from tickets.events import FILE_QUARANTINED
from tickets.models import Attachment
from tickets.models.attachments import random_name
from tickets.states import FileState

LEASE = timedelta(minutes=6)  # longer than a task may take
AGAIN = [timedelta(seconds=s) for s in (15, 30, 60, 120, 300)]
MOST_DRAWN = 3  # attempts; a picture at which a worker dies each time goes without a small one
MOST_PIXELS = 40_000_000  # what a picture may unfold to in a worker's memory
SMALL = 320
log = structlog.get_logger("portal.system")


@transaction.atomic
def claim_file(*, now: datetime | None = None) -> Attachment | None:
    """Takes one file that is to be looked at; a worker that dies gives it back when the lease ends."""
    at = moment(now)
    found = Attachment.objects.to_check(at).first()
    if found is not None:
        found.check_at, found.attempts = at + LEASE, min(found.attempts + 1, 1000)
        found.save(update_fields=["check_at", "attempts"])
    return found


def check_file(*, attachment: Attachment, now: datetime | None = None) -> Attachment:
    """Scans a claimed file if that is due, then makes its small picture. With the scanner away it waits and says so."""
    at = moment(now)
    if attachment.state == FileState.WAITING and settings.CLAMAV_URL:
        try:
            virus = gateway.virus_in(pieces(attachment))
        except (gateway.Unanswered, OSError) as error:
            return _wait(attachment, str(error), at)
        if virus:
            return _quarantine(attachment, virus, at)
        _hand_out(attachment)
    is_drawn = attachment.is_picture and not attachment.thumbnail and attachment.attempts <= MOST_DRAWN
    return _finish(attachment, _small_picture(attachment) if is_drawn else "")


@transaction.atomic
def _hand_out(attachment: Attachment) -> None:
    """It is clean: that stands before anything is drawn, so that a picture at which workers die holds nobody up."""
    attachment.state, attachment.problem, attachment.attempts = FileState.READY, "", 1
    attachment.save(update_fields=["state", "problem", "attempts"])


def _small_picture(attachment: Attachment) -> str:
    """The name under which it was kept; empty when none can be made."""
    try:
        with attachment.stored.open("rb") as file:
            made = thumbnail(io.BytesIO(file.read()), SMALL, most_pixels=MOST_PIXELS)
    except (Unreadable, OSError) as problem:
        log.info("no_thumbnail", attachment=attachment.pk, why=str(problem)[:200])
        return ""
    return attachment.thumbnail.storage.save(random_name(attachment, ""), ContentFile(made))


@transaction.atomic
def _finish(attachment: Attachment, small: str) -> Attachment:
    attachment.state, attachment.problem, attachment.check_at = FileState.READY, "", None
    attachment.thumbnail.name = small or attachment.thumbnail.name
    attachment.save(update_fields=["state", "problem", "check_at", "thumbnail"])
    attachment.refresh_from_db(fields=["message"])
    if attachment.message is not None:
        touch(about=attachment.message.ticket)  # pages that show it look again
    return attachment


@transaction.atomic
def _wait(attachment: Attachment, why: str, at: datetime) -> Attachment:
    log.warning("virus_scan_unanswered", attachment=attachment.pk, why=why[:200])
    attachment.problem = why[:200]
    attachment.check_at = at + AGAIN[min(attachment.attempts, len(AGAIN)) - 1]
    attachment.save(update_fields=["problem", "check_at"])
    return attachment


@transaction.atomic
def _quarantine(attachment: Attachment, virus: str, at: datetime) -> Attachment:
    """Nobody gets it any more; if a message has it, the ticket tells so."""
    log.warning("file_quarantined", attachment=attachment.pk)
    attachment.state, attachment.problem, attachment.check_at = FileState.INFECTED, virus[:200], None
    attachment.save(update_fields=["state", "problem", "check_at"])
    attachment.refresh_from_db(fields=["message"])
    if attachment.message is not None:
        ticket = changes.lock(ticket=attachment.message.ticket)
        ticket.save(update_fields=["version"])
        details = {"attachment": attachment.pk, "message": attachment.message_id}
        changes.tell(
            event=FILE_QUARANTINED, ticket=ticket, by=None, at=max(at, ticket.last_activity_at), details=details
        )
    return attachment
