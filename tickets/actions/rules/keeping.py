from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused
from tickets.actions.rules.checking import act_of, condition_of
from tickets.events import RULE_KEPT, RULE_SWITCHED
from tickets.models import Rule, RuleVersion


@dataclass(frozen=True)
class Seen:
    """The preview that somebody saw before they switched a rule on: of which version, and what it showed."""

    version: int
    looked_at: int
    at_most: int


@transaction.atomic
def keep_rule(*, rule: Rule, by: User | None, now: datetime | None = None) -> Rule:
    """Checks what a saved rule says with its conditions and acts. When that changed it is another version, switched off
    until its preview was seen; it may then be applied to a ticket again."""
    locked = Rule.objects.select_for_update().get(pk=rule.pk)
    written = _written(locked)
    last = locked.versions.first()
    if last is not None and last.written == written:
        return locked
    at = moment(now)
    locked.version, locked.active_since = (last.number + 1 if last else 1), None
    RuleVersion.objects.create(rule=locked, number=locked.version, written=written, made_by=by, made_at=at)
    locked.save(update_fields=["version", "active_since"])
    record(RULE_KEPT, about=locked, by=by, details={"version": locked.version}, now=at)
    return locked


@transaction.atomic
def switch_on(*, rule: Rule, seen: Seen, by: User | None, now: datetime | None = None) -> Rule:
    """From now on it is applied: to news that come from now on, and to every ticket whose time has come."""
    locked = Rule.objects.select_for_update().get(pk=rule.pk)
    if locked.version != seen.version or not locked.version:
        raise Refused(_("The rule has changed since. Look at what it would do now."), code="stale")
    if locked.active_since is None:
        locked.active_since = moment(now)
        locked.save(update_fields=["active_since"])
        details = {"version": seen.version, "looked_at": seen.looked_at, "at_most": seen.at_most, "is_on": True}
        record(RULE_SWITCHED, about=locked, by=by, details=details, now=now)
    return locked


@transaction.atomic
def switch_off(*, rule: Rule, by: User | None, now: datetime | None = None) -> Rule:
    """From now on it does nothing."""
    locked = Rule.objects.select_for_update().get(pk=rule.pk)
    if locked.active_since is not None:
        locked.active_since = None
        locked.save(update_fields=["active_since"])
        record(RULE_SWITCHED, about=locked, by=by, details={"version": locked.version, "is_on": False}, now=now)
    return locked


def _written(rule: Rule) -> dict[str, Any]:
    acts = [act_of(one.does, one.value) for one in rule.acts.all()]
    if not acts:
        raise Refused(_("Say what is to be done."), code="no_act")
    conditions = [condition_of(one.asks, one.operator, one.value) for one in rule.conditions.all()]
    return {"trigger": rule.trigger, "hours": rule.hours, "conditions": conditions, "acts": acts}
