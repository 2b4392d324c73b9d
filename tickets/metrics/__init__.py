from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.operations.metrics import Dial, Panel, panel
from portal.web.templatetags.icons import badge, escaped
from portal.web.templatetags.moments import ago, clock, moment
from tickets.metrics import gauges  # noqa: F401  # fills its socket by being imported
from tickets.models import AgentProfile, Classifier, Suggestion, Ticket
from tickets.querysets import MOST_FIGURED
from tickets.states import Availability, Priority, TicketState, labels, standing

MOST_URGENT = 15


@dataclass(frozen=True)
class Queue:
    """How the queue stands for one agent: counts of what is our turn, and what to do first."""

    mine: int
    unassigned: int
    due_soon: int
    overdue: int
    urgent: list[dict[str, Any]]


def queue_of(user: User, now: datetime) -> Queue:
    """The agent's queue at that moment: own and unassigned tickets by what is due first. Two queries."""
    figures = Ticket.objects.queue_figures(user, now)
    lines = Ticket.objects.for_agent(user).work_order().work_lines()[:MOST_URGENT]
    return Queue(**figures, urgent=told(lines, now))


def told(lines: Iterable[Any], now: datetime) -> list[dict[str, Any]]:
    """The `work_lines` in the words of the queue, ready for its rows, with how each promise stands: due, soon,
    breached, or empty."""
    pattern, priorities = _desk_pattern(), escaped(labels(Priority))
    states = {state: badge(label, state) for state, label in labels(TicketState).items()}
    return [
        {
            "pk": line.pk,
            "url": SafeString(pattern.replace("*", str(line.pk))),
            "subject": line.subject,
            "number": SafeString(line.number),
            "category": line.category__name,
            "tags": line.tag_names,
            "snoozed_until": moment(line.snoozed_until),
            "customer": line.organization__name or line.requester__name or line.requester__email,
            "tier": line.organization__tier__name or "",
            "priority": SafeString(line.priority),
            "priority_label": priorities[line.priority],
            "state": states[line.state],
            "assignee": line.assignee__name or line.assignee__email or "",
            "activity": "" if stands else ago(line.last_activity_at, now),
            "due": clock(line.due_at) if stands else "",
            "due_in": ago(line.due_at, now) if stands else "",
            "standing": stands,
        }
        for line in lines
        for stands in (standing(line.due_at, now),)
    ]


@lru_cache(maxsize=1)
def _desk_pattern() -> str:
    return reverse("admin:tickets_ticket_change", args=["*"])


@panel("tickets", position=10)
def my_queue(user: User, now: datetime) -> Panel | None:
    """The first thing on the work list of whoever works on tickets."""
    if not user.has_perm("tickets.view_ticket"):
        return None
    queue, url = queue_of(user, now), reverse("admin:tickets_ticket_changelist")
    dials = (
        Dial(_("Mine"), _figure(queue.mine), f"{url}?whose=mine"),
        Dial(_("Nobody’s"), _figure(queue.unassigned), f"{url}?whose=unassigned", "warn" if queue.unassigned else ""),
        Dial(
            _("Due within the hour"), _figure(queue.due_soon), f"{url}?promise=soon", "warn" if queue.due_soon else ""
        ),
        Dial(_("Overdue"), _figure(queue.overdue), f"{url}?promise=overdue", "bad" if queue.overdue else "good"),
    )
    return Panel("admin/tickets/ticket/my_queue.html", {"rows": queue.urgent, "url": url}, dials)


def _figure(count: int) -> int | str:
    return f"{MOST_FIGURED - 1}+" if count == MOST_FIGURED else count


@panel("availability", position=20)
def my_availability(user: User, now: datetime) -> Panel | None:
    """Whether the portal hands this agent tickets, to be changed at once; nothing for whom it hands none."""
    profile = AgentProfile.objects.filter(user=user).first()
    if profile is None:
        return None
    figures = {"profile": profile, "choices": Availability.choices}
    return Panel("admin/tickets/agentprofile/panel.html", figures)


def agreement_of(classifier: Classifier) -> list[dict[str, Any]]:
    """Label by label: how often it was suggested, decided, agreed with and applied, and from when on it applies."""
    told = []
    for line in Suggestion.objects.agreement(classifier.trait):
        threshold = Suggestion.objects.threshold(classifier, line["label"]) if classifier.applies else None
        percent = round(100 * line["agreed"] / line["decided"]) if line["decided"] else None
        told.append({**line, "percent": percent, "threshold": None if threshold is None else round(threshold * 100)})
    return told
