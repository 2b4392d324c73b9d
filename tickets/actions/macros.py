from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.refusals import Refused
from tickets.actions import changes, moves
from tickets.actions.attachments import attach
from tickets.actions.conversation import reply
from tickets.actions.leaving import do_the_rest, leave_at_once
from tickets.events import MACRO_APPLIED, MACRO_KEPT
from tickets.models import Macro, Tag, Ticket
from tickets.states import TicketState


@dataclass(frozen=True)
class Answer:
    """What the agent sends with a macro: words, files, and where they leave the ticket (empty: as the macro says)."""

    body: str
    leaves: str = ""
    seen_version: int | None = None
    files: Sequence[str] = ()


@transaction.atomic
def keep_macro(*, macro: Macro, by: User, tags: Iterable[Tag] | None = None, now: datetime | None = None) -> Macro:
    """Saves a macro, new or changed; a variable that is not known is refused. Sharing needs its permission."""
    before = Macro.objects.select_for_update().filter(pk=macro.pk).first()
    _check_may_keep(macro, before, by)
    try:
        macro.clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages), code="unknown_variable") from error
    macro.owner = macro.owner or by
    macro.save()
    if tags is not None:
        macro.tags.set(tags)
    record(MACRO_KEPT, about=macro, by=by, details={"is_shared": macro.is_shared}, now=now)
    return macro


@transaction.atomic
def apply_macro(
    *, macro: Macro, ticket: Ticket, by: User, answer: Answer | None = None, now: datetime | None = None
) -> Ticket:
    """Does all that a macro says, or nothing: assignee, priority, tags, the answer, where it leaves the ticket.

    Without an answer nothing is sent. An answer to a conversation that has moved on is refused as `reply` does.
    """
    changes.check_staff(by=by)
    if not Macro.objects.offered_to(by).filter(pk=macro.pk).exists():
        raise Refused(_("This macro is not offered any more."), code="no_macro")
    if answer is None and macro.leaves == TicketState.SOLVED:
        leave_at_once(ticket=ticket)
    do_the_rest(macro=macro, ticket=ticket, by=by, now=now)
    if answer is not None:
        leaves = answer.leaves or macro.leaves or TicketState.WAITING
        seen = answer.seen_version
        message = reply(ticket=ticket, body=answer.body, by=by, leaves=leaves, seen_version=seen, now=now)
        attach(message=message, files=answer.files, by=by)
    elif macro.leaves:
        _leave(macro.leaves, ticket, by, now)
    fresh = Ticket.objects.select_related("organization").get(pk=ticket.pk)
    details = {"macro": macro.pk, "answered": answer is not None}
    changes.tell(event=MACRO_APPLIED, ticket=fresh, by=by, at=fresh.last_activity_at, details=details)
    return fresh


def _leave(state: str, ticket: Ticket, by: User, now: datetime | None) -> None:
    """Moves a ticket that gets no answer; one that is our turn anyway stays."""
    if state == TicketState.SOLVED:
        moves.solve(ticket=ticket, by=by, now=now)
    elif state == TicketState.WAITING:
        moves.wait_for_customer(ticket=ticket, by=by, now=now)
    else:
        moves.reopen(ticket=ticket, by=by, now=now)


def _check_may_keep(macro: Macro, before: Macro | None, by: User) -> None:
    is_or_was_shared = macro.is_shared or (before is not None and before.is_shared)
    if is_or_was_shared and not by.has_perm("tickets.share_macro"):
        raise Refused(_("You may not change macros that all colleagues share."), code="not_yours")
    if not is_or_was_shared and macro.owner_id not in (None, by.pk):
        raise Refused(_("This macro belongs to a colleague."), code="not_yours")
