from datetime import timedelta
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

import portal.operations.actions as operations
from portal.events.listeners import on
from portal.events.models import Event
from portal.outbox.models import Endpoint

_LOOK_WITHIN = timedelta(days=1)


@on("endpoint.quarantined")
def have_somebody_look_at_the_endpoint(event: Event) -> None:
    """Somebody tells its owner and releases it, or nobody hears of anything there again."""
    endpoint = Endpoint.objects.filter(pk=event.about_id).exclude(quarantined_at=None).first()
    if endpoint is None:
        return  # released or gone meanwhile
    title = _("Look at the quarantined webhook endpoint at %(host)s") % {"host": urlsplit(endpoint.url).hostname or "?"}
    work = operations.Work(
        title, f"endpoint-quarantined:{event.pk}", about=endpoint, due_at=event.happened_at + _LOOK_WITHIN
    )
    operations.open_task(work, by=None, now=event.happened_at)
