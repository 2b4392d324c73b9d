"""Rules as the admin saves them, for tests."""

from datetime import datetime, timedelta
from typing import Any

from tests.factories.routing import RuleFactory
from tickets import actions as tickets
from tickets.models import Rule, RuleAct, RuleCondition

Condition = tuple[str, str, str]


def rule_of(
    *acts: tuple[str, str], when: list[Condition] | None = None, trigger: str = "ticket.filed", **fields: Any
) -> Rule:
    """A rule as the admin saves it, switched off."""
    rule = RuleFactory(trigger=trigger, **fields)
    for asks, operator, value in when or []:
        RuleCondition.objects.create(rule=rule, asks=asks, operator=operator, value=value)
    for does, value in acts:
        RuleAct.objects.create(rule=rule, does=does, value=value)
    return tickets.keep_rule(rule=rule, by=None)


def on(rule: Rule, now: datetime) -> Rule:
    seen = tickets.Seen(rule.version, 0, 0)
    return tickets.switch_on(rule=rule, seen=seen, by=None, now=now - timedelta(minutes=1))
