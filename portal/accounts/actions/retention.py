"""What goes with age: counted before a rule is switched on, swept in batches afterwards."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.events import RETENTION_ACTED, RETENTION_CHANGED
from portal.accounts.models import RetentionRule, User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.privacy import ageings
from portal.lib.refusals import Refused

BATCH = 500


@dataclass(frozen=True)
class Wanted:
    """A rule as staff want it. `counted` is what they were shown that it would forget."""

    days: int
    is_on: bool
    counted: int


def count_due(*, rule: RetentionRule, now: datetime | None = None, days: int | None = None) -> int:
    """How many rows the rule would forget now; nothing changes."""
    one = ageings().get(rule.what)
    draft = RetentionRule(what=rule.what, days=days or rule.days)
    return one.due(draft.before(moment(now))).count() if one else 0


@transaction.atomic
def change_retention(*, rule: RetentionRule, to: Wanted, by: User, now: datetime | None = None) -> RetentionRule:
    """Changes how long something is kept, or switches it on or off. To switch it on, the count must have been shown,
    and it must not have grown by more than a tenth since (`count_moved`)."""
    at = moment(now)
    locked = RetentionRule.objects.select_for_update().get(pk=rule.pk)
    counted = count_due(rule=locked, now=at, days=to.days)
    if to.is_on and counted > to.counted * 1.1 + 10:
        sentence = _("It would forget %(counted)s rows by now, not %(shown)s. Look again.")
        raise Refused(sentence % {"counted": counted, "shown": to.counted}, code="count_moved")
    locked.days, locked.is_on, locked.counted, locked.counted_at = to.days, to.is_on, counted, at
    locked.save(update_fields=["days", "is_on", "counted", "counted_at"])
    details = {"what": locked.what, "days": to.days, "state": "on" if to.is_on else "off", "counted": counted}
    record(RETENTION_CHANGED, about=locked, by=by, details=details, now=at)
    return locked


def sweep_retention(*, dry_run: bool = False, most: int = 20 * BATCH, now: datetime | None = None) -> dict[str, int]:
    """What each rule that is switched on forgot, `most` rows of each at a time; in a dry run what it would forget, and
    rules that are switched off are counted too."""
    at, told = moment(now), {}
    for rule in RetentionRule.objects.filter(what__in=ageings()):
        if dry_run:
            told[rule.what] = count_due(rule=rule, now=at)
        elif rule.is_on:
            told[rule.what] = _swept(rule, at, most)
    return told


def _swept(rule: RetentionRule, at: datetime, most: int) -> int:
    count = 0
    while count < most and (gone := _forget_some(rule.pk, at)):
        count += gone
    if count:
        with transaction.atomic():
            record(RETENTION_ACTED, about=rule, details={"what": rule.what, "forgotten": count}, now=at)
    return count


@transaction.atomic
def _forget_some(pk: int, at: datetime) -> int:
    """One batch, as the rule stands at that moment: switched off in between, it stops."""
    rule = RetentionRule.objects.select_for_update().filter(pk=pk, is_on=True).first()
    if rule is None:
        return 0
    one = ageings()[rule.what]
    pks = list(one.due(rule.before(at)).order_by("pk").values_list("pk", flat=True)[:BATCH])
    if not pks:
        return 0
    one.forget(pks)
    rule.forgotten, rule.acted_at = rule.forgotten + len(pks), at
    rule.save(update_fields=["forgotten", "acted_at"])
    return len(pks)
