from portal.events.listeners import on
from portal.events.models import Event
from portal.web.page_cache import content_changed


@on(
    "article.placed",
    "article.scheduled",
    "article.published",
    "article.withdrawn",
    "article.expired",
    "article.archived",
    "category.written",
    "category.updated",
    outside=True,
)
def forget_kept_pages(_event: Event) -> None:
    """Pages kept for anonymous readers are made anew; tried again when the cache cannot be reached."""
    content_changed()
