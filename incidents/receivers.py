from incidents.feeds.publishing import NEWS, publish_news
from portal.events.listeners import on
from portal.events.models import Event


@on(*NEWS, outside=True)
def publish_the_status_page(event: Event) -> None:
    """Files are written, so this runs outside the transaction; the same event twice publishes once."""
    publish_news(event_id=event.pk)
