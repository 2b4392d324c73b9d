from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from structlog.contextvars import bound_contextvars

from portal.accounts.models import User
from portal.lib.clock import moment, moment_after
from portal.lib.refusals import Refused
from portal.lib.storable import storable
from tickets.actions import changes
from tickets.actions.rules.doing import Doing, do_all
from tickets.events import RULE_FIRED, RULE_IN_VAIN
from tickets.models import Firing, Rule, RuleVersion, Ticket
from tickets.querysets import rules as those
from tickets.states.rules import COUNTS_FROM, FiringState

log = structlog.get_logger("portal.system")


def apply_rules(*, ticket: Ticket, event: str, happened_at: datetime) -> int:
    """Applies each rule about such news that was on when it happened, one after the other; answers how many applied.

    Each in a transaction of its own: what one does is seen by the next, and what one fails at holds up no other.
    """
    found = list(Rule.objects.moved_by(event, happened_at))
    return sum(_fire(rule, ticket, happened_at) is not None for rule in found)


@transaction.atomic
def fire_next(*, rule: Rule, now: datetime | None = None) -> bool:
    """Applies a rule about time to one ticket whose time has come and that no other worker holds. False: none."""
    at = moment(now)
    version = _version(rule)
    if version is None or version.written["trigger"] not in COUNTS_FROM:
        return False
    waiting = those.not_fired(those.due(Ticket.objects.all(), version.written, at), rule)
    found = those.meeting(waiting, version.written["conditions"])
    ticket = found.select_for_update(skip_locked=True, of=("self",)).first()
    return ticket is not None and _fire(rule, ticket, at) is not None


@transaction.atomic
def try_again(*, firing: Firing, by: User | None, now: datetime | None = None) -> Firing | None:
    """What was refused or failed is done again, if the rule still says so and applies; None when it does not."""
    locked = Firing.objects.select_for_update().select_related("rule", "ticket").get(pk=firing.pk)
    changes.check_staff(by=by)
    if locked.state == FiringState.DONE:
        raise Refused(_("This was done already."), code="done")
    if locked.number != locked.rule.version or not locked.rule.is_active:
        raise Refused(_("The rule has changed or is switched off."), code="stale")
    locked.delete()
    return _fire(locked.rule, locked.ticket, moment(now))


@transaction.atomic
def _fire(rule: Rule, ticket: Ticket, now: datetime) -> Firing | None:
    """Once per ticket and version: the ticket's lock makes two workers come one after the other."""
    locked = changes.lock(ticket=ticket)
    version = _version(rule)
    if version is None or Firing.objects.filter(rule=rule, number=version.number, ticket=locked).exists():
        return None
    if not those.meeting(Ticket.objects.filter(pk=locked.pk), version.written["conditions"]).exists():
        return None
    doing = Doing(locked, rule, moment_after(locked.last_activity_at, now))
    state, reason = _done(doing, version)
    fired = Firing.objects.create(
        rule=rule, number=version.number, ticket=locked, state=state, reason=reason, fired_at=doing.at
    )
    fresh = Ticket.objects.select_related("organization").get(pk=locked.pk)
    details = {"rule": rule.name, "firing": fired.pk, "told": sorted(doing.told)}
    event = RULE_FIRED if state == FiringState.DONE else RULE_IN_VAIN
    with bound_contextvars(request_id=rule.mark):
        changes.tell(event=event, ticket=fresh, by=None, at=doing.at, details=details)
    return fired


def _done(doing: Doing, version: RuleVersion) -> tuple[FiringState, str]:
    """All that the rule says, or nothing; its news are marked, so that no rule hears of another's."""
    try:
        with transaction.atomic(), bound_contextvars(request_id=doing.rule.mark):
            do_all(doing, version.written["acts"])
    except Refused as refusal:
        doing.told.clear()
        return FiringState.REFUSED, str(refusal)
    except Exception as error:  # a fault in an act: all is undone, the firing keeps its words and can be retried
        log.exception("rule.failed", rule_id=doing.rule.pk, ticket_id=doing.ticket.pk)
        doing.told.clear()
        return FiringState.FAILED, storable(f"{type(error).__name__}: {error}")[:2000]
    return FiringState.DONE, ""


def _version(rule: Rule) -> RuleVersion | None:
    """What the rule says now, read anew: it may have been switched off or rewritten since."""
    return RuleVersion.objects.filter(rule=rule, rule__active_since__isnull=False, number=F("rule__version")).first()
