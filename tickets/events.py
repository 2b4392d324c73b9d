from collections.abc import Collection

from django.apps import apps
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from portal.events.listeners import declare
from tickets.states import Availability, labels


def people(ids: Collection[int | None]) -> dict[int | None, str]:
    """What to call the colleagues with these ids."""
    return {None: now_in_words("nobody"), **apps.get_model("accounts", "User").objects.names(ids)}


def availabilities(values: Collection[str]) -> dict[str, str]:
    known = labels(Availability)
    return {one: known.get(one, one) for one in values}


TICKET_FILED = declare("ticket.filed", _("{by} filed the ticket"), is_public=True)
TICKET_REPLIED = declare("ticket.replied", _("{by} answered"), is_public=True)
TICKET_CUSTOMER_REPLIED = declare("ticket.customer_replied", _("{by} wrote"), is_public=True)
TICKET_NOTED = declare("ticket.noted", _("{by} left a note"))
TICKET_ASSIGNED = declare(
    "ticket.assigned", _("{by} assigned the ticket to {assignee}"), names={"assignee": ("assignee_id", people)}
)
TICKET_PRIORITY_CHANGED = declare(
    "ticket.priority_changed", _("{by} changed the priority from {old} to {new}"), is_public=True
)
TICKET_PUT_ON_WAIT = declare("ticket.put_on_wait", _("{by} set the ticket to wait for the customer"))
TICKET_SOLVED = declare("ticket.solved", _("{by} marked the ticket as solved"), is_public=True)
TICKET_CLOSED = declare("ticket.closed", _("{by} closed the ticket"), is_public=True)
TICKET_REOPENED = declare("ticket.reopened", _("{by} reopened the ticket"), is_public=True)

CLOCK_STARTED = declare("ticket.clock_started", _("{what}: the clock runs again, {used} of {target} used"))
CLOCK_STOPPED = declare("ticket.clock_stopped", _("{what}: the clock stands, {used} of {target} used"))
PROMISE_MADE = declare("ticket.promise_made", _("{what} promised within {target}"))
PROMISE_CHANGED = declare("ticket.promise_changed", _("{what}: the promise changed from {old_target} to {target}"))
PROMISE_MET = declare("ticket.promise_met", _("{what}: the promise of {target} was kept, after {used}"))
PROMISE_MET_LATE = declare("ticket.promise_met_late", _("{what}: given after {used}, later than the promised {target}"))
PROMISE_WARNED = declare(
    "ticket.promise_warned", _("{what}: {percent} % of the promised {target} are used up; told by letter: {people}")
)
PROMISE_MISSED = declare("ticket.promise_missed", _("{what}: the promise of {target} was missed"))
PROMISE_DROPPED = declare("ticket.promise_dropped", _("{what}: no longer owed, after {used} of {target}"))

TICKET_ESCALATED = declare(
    "ticket.escalated",
    _("{what}: escalated to {team} at {percent} % of the promise; told by letter: {people}"),
)
ESCALATION_ASKED = declare("ticket.escalation_asked", _("{by} asked for the ticket to be escalated"), is_public=True)

TICKET_TAGGED = declare("ticket.tagged", _("{by} added the tags {tags}"))
TICKET_UNTAGGED = declare("ticket.untagged", _("{by} took off the tags {tags}"))
TICKET_SNOOZED = declare("ticket.snoozed", _("{by} put the ticket aside for later"))
TICKET_WOKE = declare("ticket.woke", _("{by} brought the ticket back into the queue"))
TICKET_MERGED = declare("ticket.merged", _("{by} merged the ticket into #{into}"))
TICKET_MERGED_IN = declare("ticket.merged_in", _("{by} merged #{source} into the ticket"))
MERGED_REPLIED = declare("ticket.merged_replied", _("{by} wrote to #{source}, which was merged into the ticket"))
MACRO_APPLIED = declare("ticket.macro_applied", _("{by} used a macro"))
MACRO_KEPT = declare("macro.kept", _("{by} changed a macro"))
RATING_ASKED = declare("ticket.rating_asked", _("The requester was asked by letter how they rate the solution"))
TICKET_RATED = declare("ticket.rated", _("{by} rated the solution with {score} of 5"), is_public=True)

POLICY_CHANGED = declare("sla_policy.changed", _("{by} changed what is promised"))
CALENDAR_CHANGED = declare("calendar.changed", _("{by} changed the opening hours"))
HOLIDAYS_IMPORTED = declare("calendar.holidays_imported", _("{by} imported {count} holidays of {source}"))

SKILL_WAIVED = declare(
    "ticket.skill_waived",
    _("Nobody with the skills that it requires was free in time; {assignee} gets the ticket without them"),
    names={"assignee": ("assignee_id", people)},
)
AVAILABILITY_CHANGED = declare(
    "agent.availability_changed",
    _("{by} set {agent} to “{availability}”"),
    names={"agent": ("agent_id", people), "availability": ("availability", availabilities)},
)
AGENT_CHANGED = declare(
    "agent.changed", _("{by} changed what the portal hands to {agent}"), names={"agent": ("agent_id", people)}
)

TICKET_IMPORTED = declare("ticket.imported", _("The ticket came from another system, with {messages} messages"))
