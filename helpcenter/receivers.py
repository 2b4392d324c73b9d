from helpcenter import actions
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


@on("ticket.filed")
def mark_the_search_that_did_not_spare_it(event: Event) -> None:
    """The ticket may carry the search that came before it and the articles that were shown."""
    shown = event.details.get("articles")
    articles = [pk for pk in shown if isinstance(pk, int)] if isinstance(shown, list) else []
    search = str(event.details.get("search") or "")
    actions.note_ticket(search=search, articles=articles, filed_at=event.happened_at)
