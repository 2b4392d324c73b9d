"""What a rule does to a ticket, each thing by the action that people use too. Rules speak for the house: by nobody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.lib.refusals import Refused
from tickets.actions import moves, triage
from tickets.actions.categories import change_category
from tickets.actions.conversation import note, reply
from tickets.actions.rules.checking import agent_of, answer_of
from tickets.actions.tags import tag
from tickets.actions.teams import hand_to_team
from tickets.models import Category, Rule, Tag, Ticket
from tickets.querysets.people import in_charge_of, leads, team_of
from tickets.states.rules import Does


@dataclass
class Doing:
    """One application: the ticket, the rule, when, and who is to be told of it."""

    ticket: Ticket
    rule: Rule
    at: datetime
    told: set[int] = field(default_factory=set)


def do_all(doing: Doing, acts: Iterable[dict[str, Any]]) -> None:
    """All of it in order, or a refusal."""
    for act in acts:
        _TABLE[act["does"]](doing, act["value"])


def _priority(doing: Doing, value: str) -> None:
    reason = _("rule “%(name)s”") % {"name": doing.rule.name}
    triage.change_priority(ticket=doing.ticket, priority=value, by=None, reason=reason, now=doing.at)


def _category(doing: Doing, value: str) -> None:
    change_category(ticket=doing.ticket, category=_there(Category, value), by=None, now=doing.at)


def _answer(doing: Doing, value: str) -> None:
    """Words of the house: they meet no promise and move no state."""
    ticket = Ticket.objects.with_people().get(pk=doing.ticket.pk)
    body = answer_of(value).answer_to(ticket, ticket.requester)  # it names no agent
    reply(ticket=ticket, body=body, by=None, now=doing.at)


def _notify(doing: Doing, value: str) -> None:
    ticket = Ticket.objects.select_related("assignee").get(pk=doing.ticket.pk)
    doing.told |= {person.pk for person in _people(value, ticket)}


def _people(value: str, ticket: Ticket) -> Iterable[User]:
    known = {"lead": leads, "assignee": lambda: in_charge_of(ticket), "team": lambda: team_of(ticket)}
    return known[value]() if value in known else [agent_of(value)]


def _there(kind: Any, slug: str) -> Any:
    found = kind.objects.filter(slug=slug).first()
    if found is None:
        raise Refused(_("“%(slug)s” is no longer there.") % {"slug": slug}, code="gone")
    return found


_TABLE: dict[str, Callable[[Doing, str], Any]] = {
    Does.ASSIGN: lambda one, value: triage.assign(ticket=one.ticket, to=agent_of(value), by=None, now=one.at),
    Does.HAND_TO_TEAM: lambda one, value: hand_to_team(ticket=one.ticket, level=value, by=None, now=one.at),
    Does.PRIORITY: _priority,
    Does.CATEGORY: _category,
    Does.TAG: lambda one, value: tag(ticket=one.ticket, add=[_there(Tag, value)], by=None, now=one.at),
    Does.UNTAG: lambda one, value: tag(ticket=one.ticket, drop=[_there(Tag, value)], by=None, now=one.at),
    Does.ANSWER: _answer,
    Does.NOTE: lambda one, value: note(ticket=one.ticket, body=value, by=None, now=one.at),
    Does.NOTIFY: _notify,
    Does.SOLVE: lambda one, _value: moves.solve(ticket=one.ticket, by=None, now=one.at),
    Does.CLOSE: lambda one, _value: moves.close(ticket=one.ticket, by=None, now=one.at),
}
