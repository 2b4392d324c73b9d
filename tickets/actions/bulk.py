"""One thing done to many tickets: each by itself, so that one refusal holds up no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tickets.actions import moves, triage
from tickets.actions.tags import tag
from tickets.models import Tag, Ticket
from tickets.states import BulkAct

MOST = 100


@dataclass(frozen=True)
class Order:
    """What is to be done, with what that needs: to whom, which priority, which tag."""

    act: str
    assignee: User | None = None
    priority: str = ""
    tag: Tag | None = None


@dataclass
class Outcome:
    """How many were done, and each refusal with the number of its ticket."""

    done: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def act_on_many(*, tickets: Iterable[Ticket], order: Order, by: User, now: datetime | None = None) -> Outcome:
    """Does it to each ticket in a savepoint of its own; what is refused is told per ticket and changes nothing."""
    chosen = sorted(
        tickets, key=lambda one: one.pk
    )  # always in one order, so that two of them never wait for each other
    if len(chosen) > MOST:
        raise Refused(_("Choose at most %(most)s tickets at once.") % {"most": MOST}, code="too_many")
    act = _act_of(order, by, now)
    outcome = Outcome()
    for ticket in chosen:
        try:
            with transaction.atomic():
                act(ticket)
            outcome.done += 1
        except Refused as refusal:
            outcome.refused.append((ticket.number, str(refusal)))
    return outcome


def _act_of(order: Order, by: User, now: datetime | None) -> Callable[[Ticket], Any]:
    if order.act == BulkAct.TAG and order.tag is None:
        raise Refused(_("Choose a tag."), code="what")
    if order.act == BulkAct.PRIORITY and not order.priority:
        raise Refused(_("Choose a priority."), code="what")
    acts: dict[str, Callable[[Ticket], Any]] = {
        BulkAct.ASSIGN: lambda one: triage.assign(ticket=one, to=order.assignee, by=by, now=now),
        BulkAct.PRIORITY: lambda one: triage.change_priority(
            ticket=one, priority=order.priority, by=by, reason=_("many tickets at once"), now=now
        ),
        BulkAct.TAG: lambda one: tag(ticket=one, add=[order.tag] if order.tag else [], by=by, now=now),
        BulkAct.SOLVE: lambda one: moves.solve(ticket=one, by=by, now=now),
        BulkAct.CLOSE: lambda one: moves.close(ticket=one, by=by, now=now),
    }
    return acts[order.act]
