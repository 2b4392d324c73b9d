import helpcenter.actions as helpcenter
from helpcenter.models import Snippet
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
    "article.refreshed",
    "category.written",
    "category.updated",
    outside=True,
)
def forget_kept_pages(_event: Event) -> None:
    """Pages kept for anonymous readers are made anew; tried again when the cache cannot be reached."""
    content_changed()


@on("snippet.revised")
def bring_the_snippet_to_its_articles(event: Event) -> None:
    """Every article that uses the snippet is rendered and found as it is now."""
    snippet = Snippet.objects.filter(pk=event.about_id).first()
    if snippet is not None:
        helpcenter.bring_snippet_to_articles(snippet=snippet, by=None, now=event.happened_at)
