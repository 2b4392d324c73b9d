from datetime import datetime

from django.db.models import Prefetch
from django.urls import reverse

from incidents.models import Component, Incident
from portal.operations.current import Trouble, current


@current
def open_incidents(now: datetime) -> list[Trouble]:
    """Public incidents that are open at that moment."""
    shown = Component.objects.public().order_by("position", "pk").distinct()
    found = Incident.objects.public().open().filter(started_at__lte=now).newest_first()
    return [
        Trouble(
            incident.title,
            tuple(component.name for component in incident.components.all()),
            reverse("incidents:incident", args=[incident.public_id]),
            incident.started_at,
        )
        for incident in found.prefetch_related(Prefetch("components", queryset=shown))
    ]
