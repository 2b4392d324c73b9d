from portal.events.listeners import on_public
from portal.events.models import Event
from portal.outbox.actions import post_webhooks


@on_public
def webhooks_to_whoever_asked(event: Event) -> None:
    """What customers may know goes to the endpoints of their organization, and to those that hear of everything."""
    post_webhooks(event=event)
