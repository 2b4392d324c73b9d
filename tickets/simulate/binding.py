"""Which promise binds a ticket that was just filed, by the words of the rule and the slow count."""

from datetime import datetime

from portal.lib.invariants import must
from tickets.models import SlaPolicy, Ticket
from tickets.simulate.minutes import reached
from tickets.states import COMPETING_CHANNELS, LENGTH_OF, OVERRIDES, Dimension, Metric


def check_binding(ticket: Ticket) -> None:
    """Answer and solution of a ticket fall due when the tightest line that binds says so."""
    lines = _lines(ticket)
    for metric in (Metric.FIRST_RESPONSE, Metric.RESOLUTION):
        promised = _promised(lines, metric, ticket)
        timer = ticket.timers.filter(metric=metric, cycle=1).first()
        found = timer.due_at if timer else None
        must(found == promised, f"{metric} of {ticket.number} is due at {found}, the rule says {promised}")


def _lines(ticket: Ticket) -> dict[str, SlaPolicy]:
    tier = ticket.organization.tier if ticket.organization else None
    values = {
        Dimension.TIER: tier.slug if tier else "",
        Dimension.PRIORITY: ticket.priority,
        Dimension.CHANNEL: ticket.channel,
        Dimension.ORGANIZATION: ticket.organization.public_id if ticket.organization else "",
    }
    active = SlaPolicy.objects.filter(is_active=True)
    fitting = [line for line in active if values.get(Dimension(line.dimension)) == line.value]
    return {line.dimension: line for line in fitting}


def _promised(lines: dict[str, SlaPolicy], metric: Metric, ticket: Ticket) -> datetime | None:
    for dimension in OVERRIDES:
        if dimension in lines:
            return _due(lines[dimension], metric, ticket)
    dues = {dimension: _due(line, metric, ticket) for dimension, line in lines.items()}
    tier, channel = dues.get(Dimension.TIER), dues.get(Dimension.CHANNEL)
    competing = [tier, channel, dues.get(Dimension.PRIORITY)]
    if metric == Metric.FIRST_RESPONSE and tier is not None and ticket.channel not in COMPETING_CHANNELS:
        competing.remove(channel)
    return min((due for due in competing if due is not None), default=None)


def _due(line: SlaPolicy, metric: Metric, ticket: Ticket) -> datetime | None:
    length = getattr(line, LENGTH_OF[metric])
    hours = line.calendar.current_id if line.calendar else None
    return reached(hours, ticket.filed_at, int(length.total_seconds())) if length else None
