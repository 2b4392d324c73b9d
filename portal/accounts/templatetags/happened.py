"""What happened to anything, in sentences that call people by name."""

from datetime import datetime

from django import template
from django.db.models import Model, QuerySet

from portal.accounts.models import User
from portal.events.listeners import told
from portal.events.models import Event

register = template.Library()
_NEWEST = 50


def newest_lines(events: QuerySet[Event]) -> list[tuple[datetime, str]]:
    """The newest of these events: when, and what happened as a sentence."""
    newest = list(events.order_by("-happened_at", "-pk")[:_NEWEST])
    return told(newest, User.objects.names(event.by_id for event in newest))


@register.simple_tag
def happened_to(thing: Model) -> list[tuple[datetime, str]]:
    """`{% happened_to thing as lines %}`: the newest news of this very row."""
    return newest_lines(Event.objects.about(thing))
