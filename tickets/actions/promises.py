"""What moves many promises at once, and the clock's own look at those that reached a step or their end."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import Organization
from portal.lib.clock import moment
from tickets.actions import changes, clocks, escalations
from tickets.models import Ticket, Timer


@transaction.atomic
def retarget_organization(*, organization: Organization, now: datetime | None = None) -> int:
    """The tier of an organization changed: its open promises follow. Answers how many tickets moved."""
    at = moment(now)
    return sum(
        retarget_ticket(ticket=ticket, now=at)
        for ticket in Ticket.objects.active().filter(organization=organization).order_by("pk")
    )


@transaction.atomic
def retarget_ticket(*, ticket: Ticket, now: datetime | None = None) -> bool:
    """What is promised changed: the open promises of one ticket follow. Answers whether any moved; again: none does."""
    at = moment(now)
    locked = changes.lock(ticket=ticket)
    moved = clocks.retarget(ticket=locked, at=at)
    if moved:
        locked.save(update_fields=["due_at", "version"])
    return moved


@transaction.atomic
def watch_next_promise(*, now: datetime | None = None) -> bool:
    """Takes one clock that no other worker holds and that reached a step of its ladder or its end, with its ticket.

    After an outage the highest step that was reached is taken and the others are noted as skipped. False when there
    is none to look at.
    """
    at = moment(now)
    due = Timer.objects.to_look_at(at).select_related("ticket__organization__tier")
    timer = due.select_for_update(skip_locked=True, of=("self", "ticket")).first()
    if timer is None:
        return False
    clocks.miss_if_late(timer, timer.ticket, at)
    escalations.climb(timer=timer, at=at)
    timer.next_at = clocks.next_look(timer)
    timer.save(update_fields=["escalated_to", "missed_at", "next_at"])
    return True
