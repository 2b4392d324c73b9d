from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count

from portal.lib.prepared import Prepared
from portal.lib.promises import in_seconds
from tickets.querysets.policies import Case, chosen


@dataclass(frozen=True)
class Shown:
    """A promise on a page: how it stands (`states.standing`), the seconds used, and why it is due when it is."""

    timer: Any
    standing: str
    used_s: int
    reason: str


def _shown(timer: Any, now: datetime) -> Shown:
    return Shown(timer, timer.standing(now), timer.clock.used(now), timer.explained(now))


_CASE = {
    "tier": "ticket__organization__tier__slug",
    "priority": "ticket__priority",
    "channel": "ticket__channel",
    "organization": "ticket__organization__public_id",
    "category": "ticket__category__slug",
}


def _moves(group: dict[str, Any], lines: list[Any], now: datetime) -> bool:
    """Whether promises of such tickets would get another target by these lines."""
    case = Case(**{name: group[column] or "" for name, column in _CASE.items()})
    fitting = [one for one in lines if case.values.get(one.dimension) == one.value]
    fitting.sort(key=lambda one: (one.position, one.pk or 0))
    bound = chosen(fitting, case, since=now).get(group["metric"])
    if bound is None:
        return False
    target, known = bound.target, group["reason"]
    is_same = (target.dimension, target.value, in_seconds(target.length)) == (
        known.get("dimension"),
        known.get("value"),
        known.get("target_s"),
    )
    calendar = bound.policy.calendar
    hours = None if calendar is None or target.calendar.is_always_open else calendar.current_id
    return not (is_same and hours == group["hours"])


class TimerQuerySet(models.QuerySet):
    def owed(self) -> "TimerQuerySet":
        return self.filter(met_at=None, dropped_at=None)

    def of_the_page(self, ticket: Any, now: datetime) -> list[Shown]:
        """The promises that a page about the ticket shows: all that are owed, what is due first on top; when none is,
        the one that ended last."""
        found = _of_ticket(ticket.pk)
        for timer in found:
            timer.ticket = ticket
        owed = sorted((one for one in found if one.is_owed), key=lambda one: (one.due_at is None, one.due_at or now))
        ended = max(found, key=lambda one: (one.met_at or one.dropped_at or now, one.pk), default=None)
        return [_shown(timer, now) for timer in owed or ([ended] if ended else [])]

    def moved_by(self, policy: Any, *, now: datetime) -> int:
        """How many open promises would get another target if this line (as it stands in memory) were kept so.

        Two queries whatever the number of tickets: they are counted by what decides a promise.
        """
        lines = [one for one in apps.get_model("tickets", "SlaPolicy").objects.filter(is_active=True).with_hours()]
        before = [one for one in lines if one.pk != policy.pk]
        after = [*before, policy] if policy.is_active else before
        groups = self.owed().values(*_CASE.values(), "metric", "reason", "hours").annotate(count=Count("pk"))
        return sum(group["count"] for group in groups.order_by() if _moves(group, after, now))

    def to_look_at(self, now: datetime) -> "TimerQuerySet":
        """Running clocks that have reached their warning or their end, unless an answer is on its way that was sent
        before: it counts from then, so nobody is alarmed."""
        on_their_way = apps.get_model("tickets", "HeldReply").objects.in_time()
        return self.filter(~models.Exists(on_their_way), next_at__lte=now).order_by("next_at", "pk")


_of_ticket = Prepared(
    lambda ticket_id: apps.get_model("tickets", "Timer").objects.filter(ticket=ticket_id).order_by("pk")
)
