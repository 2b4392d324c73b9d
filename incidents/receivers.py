import incidents.actions as incidents
from incidents.feeds.publishing import NEWS, publish_news
from incidents.models import TicketLink
from portal.events.listeners import on
from portal.events.models import Event
from tickets.models import Ticket


@on(*NEWS, outside=True)
def publish_the_status_page(event: Event) -> None:
    """Files are written, so this runs outside the transaction; the same event twice publishes once."""
    publish_news(event_id=event.pk)


@on("ticket.merged")
def name_the_incidents_on_the_survivor(event: Event) -> None:
    """What the merged ticket told of, the survivor tells of now; unless the talk was kept for staff: then it is about
    another customer's trouble."""
    source = Ticket.objects.select_related("merged_into__organization").filter(pk=event.about_id).first()
    survivor = source.merged_into if source else None
    if survivor is None or event.details.get("keeps_internal", True):
        return
    for link in TicketLink.objects.filter(ticket=source).select_related("incident").order_by("pk"):
        incidents.link_ticket(incident=link.incident, ticket=survivor, by=None, now=event.happened_at)
