"""What is promised, as rows: kept and dropped with news, by which open promises follow."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.events.actions import record
from tickets.events import POLICY_CHANGED
from tickets.models import SlaPolicy


@transaction.atomic
def keep_policy(*, policy: SlaPolicy, by: User | None, now: datetime | None = None) -> SlaPolicy:
    """Saves a line, new or changed. Open promises that it concerns move soon after, each ticket by itself."""
    before = SlaPolicy.objects.select_for_update().filter(pk=policy.pk).first()
    policy.save()
    _tell([before, policy], policy, by, now)
    return policy


@transaction.atomic
def drop_policy(*, policy: SlaPolicy, by: User | None, now: datetime | None = None) -> None:
    """Takes a line away. What another line promises then holds; what none does stays as it was given."""
    _tell([policy], policy, by, now)
    policy.delete()


def _tell(lines: list[SlaPolicy | None], about: SlaPolicy, by: User | None, now: datetime | None) -> None:
    concerned = sorted({(line.dimension, line.value) for line in lines if line is not None})
    record(POLICY_CHANGED, about=about, by=by, details={"concerned": concerned}, now=now)
