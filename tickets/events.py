from collections.abc import Collection

from django.apps import apps
from django.db.models import TextChoices
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _

from portal.events.listeners import Names, declare
from tickets.states import Availability, Level, Metric, labels


def people(ids: Collection[int | None]) -> dict[int | None, str]:
    """What to call the colleagues with these ids."""
    return {None: now_in_words("nobody"), **apps.get_model("accounts", "User").objects.names(ids)}


def labelled(kind: type[TextChoices]) -> Names:
    """What to call values of that kind."""
    return lambda _values: {**labels(kind), "": ""}


def categories(slugs: Collection[str]) -> dict[str, str]:
    """What to call the categories with these slugs."""
    known = apps.get_model("tickets", "Category").objects.filter(slug__in=slugs).values_list("slug", "name")
    return {"": now_in_words("none"), **dict(known)}


_WHAT, _TEAM, _PEOPLE = ("metric", labelled(Metric)), ("level", labelled(Level)), ("told", people)

TICKET_FILED = declare("ticket.filed", _("{by} filed the ticket"), is_public=True)
TICKET_REPLIED = declare("ticket.replied", _("{by} answered"), is_public=True)
TICKET_REPLY_TAKEN_BACK = declare("ticket.reply_taken_back", _("{by} took an answer back before it left"))
TICKET_REPLY_STOPPED = declare("ticket.reply_stopped", _("An answer of {by} could not leave"))
TICKET_CUSTOMER_REPLIED = declare("ticket.customer_replied", _("{by} wrote"), is_public=True)
TICKET_NOTED = declare("ticket.noted", _("{by} left a note"))
TICKET_ASSIGNED = declare(
    "ticket.assigned", _("{by} assigned the ticket to {assignee}"), names={"assignee": ("assignee_id", people)}
)
TICKET_PRIORITY_CHANGED = declare(
    "ticket.priority_changed", _("{by} changed the priority from {old} to {new}"), is_public=True
)
TICKET_CATEGORY_CHANGED = declare(
    "ticket.category_changed",
    _("{by} changed the category from {old} to {new}"),
    names={"old": ("old", categories), "new": ("new", categories)},
)
TICKET_CLASSIFIED = declare("ticket.classified", _("What the ticket is about was suggested"))
SUGGESTION_DECIDED = declare("ticket.suggestion_decided", _("{by} decided about a suggestion"))
CLASSIFIER_TRAINED = declare("classifier.trained", _("A classifier learned anew"))
TICKET_TEAM_CHANGED = declare("ticket.team_changed", _("{by} handed the ticket to {team}"), names={"team": _TEAM})
RULE_FIRED = declare("ticket.rule_fired", _("The rule “{rule}” was applied"))
RULE_IN_VAIN = declare("ticket.rule_in_vain", _("The rule “{rule}” could not be applied and changed nothing"))
RULE_KEPT = declare("rule.kept", _("{by} changed what a rule does"))
RULE_SWITCHED = declare("rule.switched", _("{by} switched a rule on or off"))
TICKET_PUT_ON_WAIT = declare("ticket.put_on_wait", _("{by} set the ticket to wait for the customer"))
TICKET_SOLVED = declare("ticket.solved", _("{by} marked the ticket as solved"), is_public=True)
TICKET_CLOSED = declare("ticket.closed", _("{by} closed the ticket"), is_public=True)
TICKET_REOPENED = declare("ticket.reopened", _("{by} reopened the ticket"), is_public=True)

CLOCK_STARTED = declare(
    "ticket.clock_started", _("{what}: the clock runs again, {used} of {target} used"), names={"what": _WHAT}
)
CLOCK_STOPPED = declare(
    "ticket.clock_stopped", _("{what}: the clock stands, {used} of {target} used"), names={"what": _WHAT}
)
PROMISE_MADE = declare("ticket.promise_made", _("{what} promised within {target}"), names={"what": _WHAT})
PROMISE_CHANGED = declare(
    "ticket.promise_changed", _("{what}: the promise changed from {old_target} to {target}"), names={"what": _WHAT}
)
PROMISE_MET = declare(
    "ticket.promise_met", _("{what}: the promise of {target} was kept, after {used}"), names={"what": _WHAT}
)
PROMISE_MET_LATE = declare(
    "ticket.promise_met_late", _("{what}: given after {used}, later than the promised {target}"), names={"what": _WHAT}
)
PROMISE_WARNED = declare(
    "ticket.promise_warned",
    _("{what}: {percent} % of the promised {target} are used up; told by letter: {people}"),
    names={"what": _WHAT, "people": _PEOPLE},
)
PROMISE_MISSED = declare(
    "ticket.promise_missed", _("{what}: the promise of {target} was missed"), names={"what": _WHAT}
)
PROMISE_DROPPED = declare(
    "ticket.promise_dropped", _("{what}: no longer owed, after {used} of {target}"), names={"what": _WHAT}
)

TICKET_ESCALATED = declare(
    "ticket.escalated",
    _("{what}: escalated to {team} at {percent} % of the promise; told by letter: {people}"),
    names={"what": _WHAT, "team": _TEAM, "people": _PEOPLE},
)
ESCALATION_ASKED = declare("ticket.escalation_asked", _("{by} asked for the ticket to be escalated"), is_public=True)

FILE_QUARANTINED = declare("ticket.file_quarantined", _("A file was quarantined: the virus scan found something in it"))

TICKET_TAGGED = declare("ticket.tagged", _("{by} added the tags {tags}"))
TICKET_UNTAGGED = declare("ticket.untagged", _("{by} took off the tags {tags}"))
TICKET_SNOOZED = declare("ticket.snoozed", _("{by} put the ticket aside for later"))
TICKET_WOKE = declare("ticket.woke", _("{by} brought the ticket back into the queue"))
FOLLOWER_ADDED = declare(
    "ticket.follower_added", _("{by} made {user_name} a follower"), names={"user_name": ("user", people)}
)
FOLLOWER_LEFT = declare(
    "ticket.follower_left", _("{by} ended that {user_name} follows"), names={"user_name": ("user", people)}
)
COPY_ADDED = declare("ticket.copy_added", _("{by} added an address that gets copies"))
COPY_ENDED = declare("ticket.copy_ended", _("{by} ended the copies to an address"))
TICKET_ARTICLE_DRAFTED = declare("ticket.article_drafted", _("{by} drafted an article from the ticket"))
TICKET_MERGED = declare("ticket.merged", _("{by} merged the ticket into #{into}"))
TICKET_MERGED_IN = declare("ticket.merged_in", _("{by} merged #{source} into the ticket"))
CIRCLE_WENT = declare(
    "ticket.circle_went", _("{followers} followers and {copies} addresses for copies went along to #{into}")
)
CIRCLE_CAME = declare(
    "ticket.circle_came", _("{followers} followers and {copies} addresses for copies came along from #{source}")
)
TICKET_SPLIT = declare("ticket.split", _("{by} split {count} messages off into #{into}"), is_public=True)
TICKET_SPLIT_OFF = declare("ticket.split_off", _("{by} split the ticket off #{source}"), is_public=True)
MERGED_REPLIED = declare("ticket.merged_replied", _("{by} wrote to #{source}, which was merged into the ticket"))
MACRO_APPLIED = declare("ticket.macro_applied", _("{by} used a macro"))
MACRO_KEPT = declare("macro.kept", _("{by} changed a macro"))
QUEUE_VIEW_KEPT = declare("queue_view.kept", _("{by} kept a view of the queue"))
QUEUE_VIEW_DROPPED = declare("queue_view.dropped", _("{by} dropped a view of the queue"))
TICKET_FIELD_KEPT = declare("ticket_field.kept", _("{by} kept a field of tickets"))
TICKET_FIELD_ARCHIVED = declare("ticket_field.archived", _("{by} archived a field of tickets"))
TICKET_FIELD_RESTORED = declare("ticket_field.restored", _("{by} brought a field of tickets back"))
TICKET_FIELDS_CHANGED = declare("ticket.fields_changed", _("{by} changed the fields {fields}"))
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
    names={"agent": ("agent_id", people), "availability": ("availability", labelled(Availability))},
)
AGENT_CHANGED = declare(
    "agent.changed", _("{by} changed what the portal hands to {agent}"), names={"agent": ("agent_id", people)}
)

TICKET_IMPORTED = declare("ticket.imported", _("The ticket came from another system, with {messages} messages"))
IMPORT_HANDED_IN = declare("desk_import.handed_in", _("{by} handed in the files of another desk"))
IMPORT_CONFIRMED = declare("desk_import.confirmed", _("{by} had the files of another desk brought in"))
IMPORT_ENDED = declare("desk_import.ended", _("The import of another desk ended: {new} rows came over"))
