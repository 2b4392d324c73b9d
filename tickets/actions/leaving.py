"""Answers that were sent leave: when their time to be taken back is over, or at once when the ticket ends before.

Who takes one counts the attempt before it begins: an answer that kills every worker comes to an end too.
"""

from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from tickets.actions import changes, triage
from tickets.actions.conversation import let_leave
from tickets.actions.tags import tag
from tickets.events import MACRO_APPLIED, TICKET_REPLY_STOPPED
from tickets.models import HeldReply, Macro, Ticket
from tickets.states import HeldState

MOST_ATTEMPTS = 6
log = structlog.get_logger("portal.system")


def leave_next(*, now: datetime | None = None) -> bool:
    """Lets one answer leave whose time has come and that no other worker holds. False when there is none."""
    at = moment(now)
    with transaction.atomic():
        held = HeldReply.objects.to_leave(at).select_for_update(skip_locked=True).first()
        if held is None:
            return False
        held.attempts += 1
        held.leaves_at = at + timedelta(seconds=min(10 * 3 ** (held.attempts - 1), 300))  # of the next try
        held.save(update_fields=["attempts", "leaves_at"])
    try:
        with transaction.atomic():
            leave_unless_taken_back(pk=held.pk)
    except Exception:  # a fault of ours while it is sent: tried again, then stopped and told to its author
        log.exception("answer_did_not_leave", held=held.pk, attempts=held.attempts)
        if held.attempts >= MOST_ATTEMPTS:
            with transaction.atomic():
                _stop(held, _("Something went wrong on our side."))
    return True


@transaction.atomic
def leave_at_once(*, ticket: Ticket) -> None:
    """The ticket is about to end: what was sent about it leaves before, in the order in which it was sent.

    Whoever holds both holds the ticket first, then the answer: so nobody waits for each other.
    """
    changes.lock(ticket=ticket)
    for pk in ticket.held_replies.waiting().order_by("sent_at", "pk").values_list("pk", flat=True):
        leave_unless_taken_back(pk=pk)


@transaction.atomic(savepoint=False)
def do_the_rest(*, macro: Macro, ticket: Ticket, by: User, now: datetime | None = None) -> None:
    """What a macro says besides its answer and where it leaves the ticket."""
    if macro.assigns_me:
        triage.assign(ticket=ticket, to=by, by=by, now=now)
    if macro.priority:
        reason = _("macro “%(name)s”") % {"name": macro.name}
        triage.change_priority(ticket=ticket, priority=macro.priority, by=by, reason=reason, now=now)
    tag(ticket=ticket, add=macro.tags.all(), by=by, now=now)


@transaction.atomic(savepoint=False)
def leave_unless_taken_back(*, pk: int) -> None:
    """One answer leaves now, whether its time has come or not; what stands against it stops it."""
    changes.lock(ticket=Ticket(pk=HeldReply.objects.values_list("ticket", flat=True).get(pk=pk)))
    held = HeldReply.objects.select_for_update(of=("self",)).select_related("author", "macro", "ticket").get(pk=pk)
    if not held.is_waiting:
        return
    try:
        with transaction.atomic():
            _leave(held)
    except Refused as refusal:
        _stop(held, str(refusal))


def _leave(held: HeldReply) -> None:
    if held.macro is not None:
        do_the_rest(macro=held.macro, ticket=held.ticket, by=held.author, now=held.sent_at)
    held.message = let_leave(held=held)
    held.state, held.body = HeldState.LEFT, ""
    held.save(update_fields=["state", "body", "message"])
    held.files.filter(message=None).update(message=held.message)
    if held.macro is not None:
        fresh = Ticket.objects.select_related("organization").get(pk=held.ticket_id)
        details = {"macro": held.macro.pk, "answered": True}
        changes.tell(event=MACRO_APPLIED, ticket=fresh, by=held.author, at=fresh.last_activity_at, details=details)


def _stop(held: HeldReply, reason: str) -> None:
    """It stays readable below the conversation, and its author is told."""
    locked = changes.lock(ticket=held.ticket)
    held.state, held.reason = HeldState.STOPPED, reason[:300]
    held.save(update_fields=["state", "reason"])
    locked.save(update_fields=["version"])
    at = max(locked.last_activity_at, held.sent_at)
    changes.tell(event=TICKET_REPLY_STOPPED, ticket=locked, by=held.author, at=at, details={"held": held.pk})
