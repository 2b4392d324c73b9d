from celery import shared_task
from django.contrib.sessions.models import Session

import portal.accounts.actions as accounts
from portal.lib.clock import moment


@shared_task(name="accounts.tidy_up")
def tidy_up() -> None:
    """Forgets what has run out: sessions, and the keys of machines' requests."""
    at = moment(None)
    Session.objects.filter(expire_date__lt=at).delete()
    accounts.prune_keys(now=at)
