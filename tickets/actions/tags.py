from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.lib.clock import moment_after
from tickets.actions import changes
from tickets.events import TICKET_TAGGED, TICKET_UNTAGGED
from tickets.models import Tag, Ticket


@transaction.atomic
def tag(
    *, ticket: Ticket, add: Iterable[Tag] = (), drop: Iterable[Tag] = (), by: User | None, now: datetime | None = None
) -> Ticket:
    """Puts tags on a ticket and takes others off; what is there (or gone) already stays so, without news.

    A closed ticket may be tagged too: tags are for finding.
    """
    changes.check_staff(by=by)
    locked = changes.lock(ticket=ticket)
    at = moment_after(locked.last_activity_at, now)
    present = set(locked.tags.all())
    added, dropped = _in_order(set(add) - present), _in_order(present & set(drop))
    if not added and not dropped:
        return locked
    locked.tags.add(*added)
    locked.tags.remove(*dropped)
    locked.save(update_fields=["version"])
    for event, changed in ((TICKET_TAGGED, added), (TICKET_UNTAGGED, dropped)):
        if changed:
            details = {"tags": ", ".join(one.slug for one in changed)}
            changes.tell(event=event, ticket=locked, by=by, at=at, details=details)
    return locked


def _in_order(tags: Iterable[Tag]) -> list[Tag]:
    return sorted(tags, key=lambda one: one.slug)
