"""The log holds ids, figures and state names, so an erasure leaves it alone: it tells what happened, of nobody
who could be named. That is proven by a test which looks for an erased person in every table."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.events.models import Delivery
from portal.events.states import DeliveryState
from portal.lib.privacy import Ageing, Fate, ages, decide

decide(
    {
        "events.Event": {
            Fate.FIGURE: "name about_type about_id details request_id organization_id by_id",
        },
        "events.Delivery": {Fate.FIGURE: "listener", Fate.AGED: "error"},
    }
)


def _done_before(before: datetime) -> Any:
    return Delivery.objects.filter(state=DeliveryState.DONE, done_at__lt=before)


ages(
    Ageing(
        "events.deliveries",
        _("Deliveries of news that are done"),
        365,
        _done_before,
        lambda pks: Delivery.objects.filter(pk__in=pks).delete()[0],
    )
)
