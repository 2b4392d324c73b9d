from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q

from portal.lib.promises import Target, binding_response, tighter
from tickets.states import COMPETING_CHANNELS, OVERRIDES, RESPONSES, Dimension, Metric


@dataclass(frozen=True)
class Case:
    """What decides a promise: slugs of tier and category, priority, channel, public id of the organization, or ""."""

    tier: str
    priority: str
    channel: str
    organization: str = ""
    category: str = ""

    @classmethod
    def of(cls, ticket: Any) -> "Case":
        """Of a ticket as it stands (it need not be saved)."""
        organization, category = ticket.organization, ticket.category
        return cls(
            organization.entitlement.tier if organization else "",
            ticket.priority,
            ticket.channel,
            organization.public_id if organization else "",
            category.slug if category else "",
        )

    @property
    def values(self) -> dict[str, str]:
        """The value of each dimension that it has one in."""
        found = {
            Dimension.TIER: self.tier,
            Dimension.PRIORITY: self.priority,
            Dimension.CHANNEL: self.channel,
            Dimension.ORGANIZATION: self.organization,
            Dimension.CATEGORY: self.category,
        }
        return {str(dimension): value for dimension, value in found.items() if value}


class SlaPolicyQuerySet(models.QuerySet):
    def with_hours(self) -> "SlaPolicyQuerySet":
        """With what a target needs of its calendar and its ladder."""
        steps = apps.get_model("tickets", "LadderStep").objects.filter(ladder=OuterRef("ladder"))
        percents = ArraySubquery(steps.order_by("at_percent").values("at_percent"))
        return self.select_related("calendar__current").annotate(percents=percents)

    def that_may_bind(self, case: Case) -> "SlaPolicyQuerySet":
        """The few lines that have a say about such a ticket, overrides in their order."""
        fits = Q()
        for dimension, value in case.values.items():
            fits |= Q(dimension=dimension, value=value)
        return self.filter(fits, is_active=True).with_hours().order_by("position", "pk")

    def targets(self, case: Case, *, since: datetime) -> "dict[str, Bound]":
        """What is promised to such a ticket, by metric; what nothing is promised for is missing. One query."""
        return chosen(list(self.that_may_bind(case)), case, since=since)


@dataclass(frozen=True)
class Bound:
    """A target that binds, with the line it comes from. `ladder` and `percents`: what is done when it is not kept."""

    target: Target
    policy: Any
    ladder: int | None = None
    percents: tuple[int, ...] = ()


def chosen(lines: list[Any], case: Case, *, since: datetime) -> dict[str, Bound]:
    """Which of the lines that fit binds each metric. An override replaces all other lines, the first of two holds."""
    override = next((line for line in lines if line.dimension in OVERRIDES), None)
    by_dimension = {line.dimension: line for line in ([override] if override else lines)}
    found: dict[str, Bound] = {}
    for metric in Metric:
        targets = {dimension: line.target(metric) for dimension, line in by_dimension.items()}
        target = targets[override.dimension] if override else _binding(metric, targets, case, since)
        if target is not None:
            line = by_dimension[target.dimension]
            steps = _with_ladder(line, lines)
            found[metric] = (
                Bound(target, line, steps.ladder_id, tuple(getattr(steps, "percents", ())))
                if steps
                else Bound(target, line)
            )
    return found


def _with_ladder(line: Any, lines: list[Any]) -> Any:
    """Whose ladder holds: that of the priority, else that of the line that binds."""
    of_priority = [one for one in lines if one.dimension == Dimension.PRIORITY]
    return next((one for one in [*of_priority, line] if one.ladder_id), None)


def _binding(metric: str, targets: dict[str, Target | None], case: Case, since: datetime) -> Target | None:
    tier, channel, priority = (targets.get(one) for one in (Dimension.TIER, Dimension.CHANNEL, Dimension.PRIORITY))
    if metric not in RESPONSES:
        return tighter(tier, channel, priority, since=since)
    competes = case.channel in COMPETING_CHANNELS
    return binding_response(tier=tier, channel=channel, priority=priority, channel_competes=competes, since=since)


class LadderQuerySet(models.QuerySet):
    def step(self, ladder: int | None, at_percent: int) -> Any:
        """That step, unless it was taken away since."""
        steps = apps.get_model("tickets", "LadderStep").objects
        return steps.select_related("ladder").filter(ladder=ladder, at_percent=at_percent).first()
