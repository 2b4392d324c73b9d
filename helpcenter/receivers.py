from helpcenter import actions, emails
from helpcenter.models import Article, Category, Snippet
from helpcenter.querysets import followers_of
from portal.events.listeners import on
from portal.events.models import Event
from portal.web.page_cache import content_changed


@on(
    "article.placed",
    "article.scheduled",
    "article.published",
    "article.relinked",
    "article.withdrawn",
    "article.expired",
    "article.archived",
    "article.refreshed",
    "article.picked",
    "series.arranged",
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


@on("snippet.revised")
def bring_the_snippet_to_its_articles(event: Event) -> None:
    """Every article that uses the snippet is rendered and found as it is now."""
    snippet = Snippet.objects.filter(pk=event.about_id).first()
    if snippet is not None:
        actions.bring_snippet_to_articles(snippet=snippet, by=None, now=event.happened_at)


@on("article.placed", "category.updated")
def rewrite_links_to_what_moved(event: Event) -> None:
    """Other articles name the new address, once an address really changed."""
    if not {"slug", "category_id"} & set(event.details.get("changed", [])):
        return
    model = Category if event.name.startswith("category.") else Article
    moved = model.objects.filter(pk=event.about_id).first()
    if moved is not None:
        actions.freshen_links_to(moved=moved, now=event.happened_at)


@on("article.placed", "article.published", "article.withdrawn", "article.expired", "article.archived")
def look_at_links_again(event: Event) -> None:
    """What links to the article is broken by this, or whole again."""
    article = _article_of(event)
    if article is not None:
        actions.judge_links_to(article=article)


@on("article.published")
def write_to_followers(event: Event) -> None:
    """One letter per follower and published version; not to who published it, nor to who may not read it (any more)."""
    article = _article_of(event)
    if article is None or article.version != event.details.get("version"):
        return
    for follow in followers_of(article).exclude(user_id=event.by_id):
        if Article.objects.visible_to(follow.user, now=event.happened_at).filter(pk=article.pk).exists():
            emails.published(article=article, follow=follow)


@on("article.review_due")
def remind_the_owner(event: Event) -> None:
    article = _article_of(event)
    is_due = article is not None and article.review_due_at is not None and article.review_due_at <= event.happened_at
    if article is not None and is_due and article.owner is not None:
        emails.review_due(article=article, owner=article.owner)


@on("article.returned")
def tell_the_author_what_the_reviewer_said(event: Event) -> None:
    article = _article_of(event)
    revision = article.revisions.filter(number=event.details.get("number")).first() if article else None
    if article is not None and revision is not None and revision.author is not None:
        emails.returned(article=article, revision=revision, author=revision.author)


@on("ticket.filed")
def mark_the_questions_that_did_not_spare_it(event: Event) -> None:
    """The ticket may name the question it came from; what its author asked within a week counts as well."""
    actions.note_ticket_after_question(
        question=str(event.details.get("question") or ""), user_id=event.by_id, filed_at=event.happened_at
    )


def _article_of(event: Event) -> Article | None:
    return Article.objects.whole().select_related("owner").filter(pk=event.about_id).first()
