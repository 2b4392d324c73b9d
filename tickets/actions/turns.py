from django.db import transaction

from portal.events.models import Event
from tickets.models import TeamTarget, TeamTurn, Ticket
from tickets.querysets import TELLS_TURNS, turns


@transaction.atomic
def keep_turns(*, ticket_id: int) -> int:
    """Writes down which teams had a ticket, and when each answered, as its events tell it; answers how many turns.

    Done twice, or after news that came late, it ends with the same rows. A turn keeps the target that it began with,
    unless the ticket's priority changes while it is open.
    """
    ticket = Ticket.objects.select_for_update(no_key=True).filter(pk=ticket_id).first()
    if ticket is None:
        return 0
    events = Event.objects.named(*TELLS_TURNS).filter(about_type=Ticket._meta.label_lower, about_id=str(ticket_id))
    told = turns(events.order_by("pk"), requester_id=ticket.requester_id)
    known = {row.number: row for row in ticket.turns.all()}
    lengths = TeamTarget.objects.lengths()
    kept = []
    for number, turn in enumerate(told, start=1):
        row = known.get(number)
        is_same = row is not None and (row.level, row.priority) == (turn.level, turn.priority)
        length = row.target_for if row and is_same else lengths.get((turn.level, turn.priority))
        if length is not None:
            moments = {name: getattr(turn, name) for name in ("reached_at", "answered_at", "left_at")}
            kept.append(
                TeamTurn(ticket=ticket, number=number, level=turn.level, priority=turn.priority,
                         due_at=turn.reached_at + length, **moments)
            )  # fmt: skip
    columns = ["level", "priority", "reached_at", "due_at", "answered_at", "left_at"]
    TeamTurn.objects.bulk_create(kept, update_conflicts=True, unique_fields=["ticket", "number"], update_fields=columns)
    return len(kept)
