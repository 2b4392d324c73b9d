from celery import shared_task
from django.contrib.sessions.models import Session

import portal.accounts.actions as accounts
from portal.lib.clock import moment

MOST_PIECES = 1000


@shared_task(name="accounts.tidy_up")
def tidy_up() -> None:
    """Forgets what has run out: sessions, and the keys of machines' requests."""
    at = moment(None)
    Session.objects.filter(expire_date__lt=at).delete()
    accounts.prune_keys(now=at)


@shared_task(name="accounts.erase")
def erase() -> int:
    """Carries out erasures whose day has come, piece by piece; answers how many pieces."""
    pieces = 0
    while pieces < MOST_PIECES and accounts.erase_next():
        pieces += 1
    return pieces


@shared_task(name="accounts.sweep_retention")
def sweep_retention() -> int:
    """Forgets what is older than the rules that are switched on say; answers how many rows."""
    return sum(accounts.sweep_retention().values())
