"""Which tickets a rule means. Conditions are questions of a closed list; values reach the database as values only."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, When
from django.db.models.functions import Cast

from portal.events.models import Event
from tickets.states import ACTIVE, OUR_TURN, MessageKind, TicketState
from tickets.states.classifying import Trait
from tickets.states.rules import COUNTS_FROM, LASTING, Asks, FiringState, Operator, Trigger

SHOWN = 30  # lines of a preview

_COLUMNS: dict[str, str] = {
    Asks.STATE: "state",
    Asks.PRIORITY: "priority",
    Asks.CHANNEL: "channel",
    Asks.TEAM: "level",
    Asks.CATEGORY: "category__slug",
    Asks.TIER: "organization__tier__slug",
    Asks.ORGANIZATION: "organization__public_id",
    Asks.ASSIGNEE: "assignee__email",
}
_SUGGESTED: dict[str, str] = {
    Asks.LIKELY_CATEGORY: Trait.CATEGORY,
    Asks.LANGUAGE: Trait.LANGUAGE,
    Asks.SENTIMENT: Trait.SENTIMENT,
}


class RuleQuerySet(models.QuerySet):
    def active(self) -> "RuleQuerySet":
        return self.filter(active_since__isnull=False)

    def moved_by(self, event: str, happened_at: datetime) -> "RuleQuerySet":
        """Rules about such news that were switched on when it happened, in their order."""
        return self.filter(trigger=event, active_since__lte=happened_at)

    def about_time(self) -> "RuleQuerySet":
        return self.filter(trigger__in=list(COUNTS_FROM))

    def with_firings(self) -> "RuleQuerySet":
        """With how often the present version was applied, and how often in vain."""
        mine = Q(firings__number=F("version"))
        in_vain = mine & ~Q(firings__state=FiringState.DONE)
        return self.annotate(
            applied=models.Count("firings", filter=mine), in_vain=models.Count("firings", filter=in_vain)
        )


class FiringQuerySet(models.QuerySet):
    def in_vain(self) -> "FiringQuerySet":
        return self.exclude(state=FiringState.DONE)


@dataclass(frozen=True)
class Preview:
    """What a rule would have touched: of the last tickets at most so many, so many of them as they are today."""

    looked_at: int
    at_most: int
    as_now: int
    at_once: int  # by a rule about time, of all tickets, as soon as it is switched on
    lines: list[tuple[Any, bool]]  # tickets, and whether it would touch them as they are today


def meeting(found: Any, conditions: Iterable[dict[str, Any]]) -> Any:
    """Those of these tickets for which all conditions hold."""
    for one in conditions:
        asked = _question(one)
        found = (
            found.exclude(asked) if one["operator"] in {Operator.IS_NOT, Operator.CONTAINS_NOT} else found.filter(asked)
        )
    return found


def due(found: Any, written: dict[str, Any], now: datetime) -> Any:
    """Those for whom the time of a rule about time has come. A closed ticket is left in peace."""
    column, length = COUNTS_FROM[written["trigger"]], timedelta(hours=written["hours"])
    if written["trigger"] == Trigger.BEFORE_DUE:
        return found.filter(state__in=OUR_TURN, due_at__gt=now, due_at__lte=now + length).order_by("due_at", "pk")
    states = [TicketState.SOLVED] if written["trigger"] == Trigger.SINCE_SOLVED else [*ACTIVE, TicketState.SOLVED]
    return found.filter(state__in=states, **{f"{column}__lte": now - length}).order_by(column, "pk")


def not_fired(found: Any, rule: Any) -> Any:
    """Those that the present version of the rule was not applied to yet."""
    fired = apps.get_model("tickets", "Firing").objects.filter(rule=rule, number=rule.version, ticket=OuterRef("pk"))
    return found.filter(~Exists(fired))


def preview(written: dict[str, Any], *, last: int, now: datetime) -> Preview:
    """What a rule would have touched among the last tickets. How a ticket stood in the past is not known in all: what
    changes as it is worked on counts as met, hence "at most"."""
    tickets = apps.get_model("tickets", "Ticket").objects
    recent = tickets.filter(pk__in=list(tickets.order_by("-number").values_list("pk", flat=True)[:last]))
    lasting = [one for one in written["conditions"] if one["asks"] in LASTING]
    passing = [one for one in written["conditions"] if one["asks"] not in LASTING]
    is_about_time = written["trigger"] in COUNTS_FROM
    pool = meeting(recent, lasting) if is_about_time else _with_news(meeting(recent, lasting), written["trigger"])
    today = set(meeting(pool, passing).values_list("pk", flat=True))
    shown = pool.with_people().order_by(Case(When(pk__in=today, then=0), default=1), "-number")[:SHOWN]
    return Preview(
        looked_at=recent.count(),
        at_most=pool.count(),
        as_now=len(today),
        at_once=meeting(due(tickets.all(), written, now), written["conditions"]).count() if is_about_time else 0,
        lines=[(one, one.pk in today) for one in shown],
    )


def _with_news(found: Any, event: str) -> Any:
    label = found.model._meta.label_lower
    told = Event.objects.filter(name=event, about_type=label, about_id=Cast(OuterRef("pk"), CharField()))
    return found.filter(Exists(told))


def _question(condition: dict[str, Any]) -> Q:
    asks, values = condition["asks"], condition["values"]
    if asks in _COLUMNS:
        empty = {f"{_COLUMNS[asks].split('__')[0]}__isnull": True}
        is_empty = condition["operator"] == Operator.IS_EMPTY
        if asks == Asks.TIER and is_empty:
            return Q(organization=None) | Q(organization__tier=None)
        return Q(**empty) if is_empty else Q(**{f"{_COLUMNS[asks]}__in": values})
    if asks in _SUGGESTED:
        return Q(Exists(_suggestions(_SUGGESTED[asks], values)))
    return _OTHERS[asks](condition)


def _suggestions(trait: str, values: list[str]) -> Any:
    """What agents said; before they did, what was suggested with enough probability."""
    rows = apps.get_model("tickets", "Suggestion").objects.filter(ticket=OuterRef("pk"), trait=trait)
    likely = Q(chosen="", label__in=values, confidence__gte=F("version__classifier__likely_from") / 100.0)
    return rows.filter(Q(chosen__in=values) | likely)


def _tagged(condition: dict[str, Any]) -> Q:
    on_it = apps.get_model("tickets", "Tag").objects.filter(tickets=OuterRef("pk"))
    if condition["operator"] == Operator.IS_EMPTY:
        return ~Q(Exists(on_it))
    return Q(Exists(on_it.filter(slug__in=condition["values"])))


def _any_of(column: str, values: list[str]) -> Q:
    found = Q(pk__in=[])
    for value in values:
        found |= Q(**{f"{column}__icontains": value})
    return found


def _first_words(condition: dict[str, Any]) -> Q:
    first = apps.get_model("tickets", "Message").objects.filter(
        ticket=OuterRef("pk"), kind=MessageKind.REPLY, is_from_staff=False, created_at__lte=OuterRef("filed_at")
    )
    return Q(Exists(first.filter(merged_from=None).filter(_any_of("body", condition["values"]))))


_OTHERS: dict[str, Callable[[dict[str, Any]], Q]] = {
    Asks.TAG: _tagged,
    Asks.SUBJECT: lambda condition: _any_of("subject", condition["values"]),
    Asks.ADDRESS: lambda condition: _any_of("requester__email", condition["values"]),
    Asks.FIRST_WORDS: _first_words,
}
