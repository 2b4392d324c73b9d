from portal.events.listeners import on
from portal.events.models import Event
from portal.web.page_cache import content_changed


@on("plan.changed", outside=True)
def forget_the_kept_pricing_page(_event: Event) -> None:
    """The page kept for anonymous readers is made anew; tried again when the cache cannot be reached."""
    content_changed()
