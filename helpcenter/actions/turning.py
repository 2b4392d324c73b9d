"""What the clock does with articles: beginnings, ends, reviews that are due, and what search does not know yet."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from helpcenter.actions.articles import tell
from helpcenter.actions.publishing import announce_article, expire_article
from helpcenter.events import ARTICLE_REVIEW_DUE
from helpcenter.models import Article
from helpcenter.search import index
from helpcenter.states import ArticleState
from portal.lib.clock import moment
from portal.operations.actions import Work, open_task

ANSWERED_WITHIN = timedelta(days=7)


@transaction.atomic
def turn_next_page(*, now: datetime | None = None) -> bool:
    """Takes one article that no other worker holds and whose beginning or end has come. False when there is none."""
    at = moment(now)
    article = Article.objects.to_turn(at).select_for_update(skip_locked=True, of=("self",)).first()
    if article is None:
        return False
    if article.expires_at is not None and article.expires_at <= at:
        expire_article(article=article, now=at)
    else:
        announce_article(article=article, now=at)
    return True


@transaction.atomic
def remind_next_review(*, now: datetime | None = None) -> bool:
    """Tells that one article's review has become due, once per due moment. False when there is none."""
    at = moment(now)
    due = Article.objects.review_due(at).filter(reminded_at=None).select_related("category")
    article = due.select_for_update(skip_locked=True, of=("self",)).order_by("review_due_at", "pk").first()
    if article is None:
        return False
    article.reminded_at = at
    article.save(update_fields=["reminded_at"])
    tell(ARTICLE_REVIEW_DUE, article, None, at, due_at=article.review_due_at)
    return True


@transaction.atomic
def open_review_tasks(*, now: datetime | None = None) -> int:
    """Work for the staff from reviews that nobody answered for a week, or that nobody owns; one task per due moment."""
    at, opened = moment(now), 0
    for article in Article.objects.review_due(at).exclude(reminded_at=None).select_related("owner").order_by("pk"):
        is_owned = article.owner is not None and article.owner.is_active
        if is_owned and article.reminded_at and article.reminded_at > at - ANSWERED_WITHIN:
            continue
        key = f"article-review:{article.pk}:{article.review_due_at:%Y-%m-%dT%H:%M:%S}"
        title = _("Review the article “%(title)s”") % {"title": article.title[:120]}
        open_task(Work(title, key, article, article.owner if is_owned else None), by=None, now=at)
        opened += 1
    return opened


@transaction.atomic
def index_next_missing(*, now: datetime | None = None) -> bool:
    """Makes one published article findable that search knows nothing of. False when there is none."""
    del now  # what is missing does not depend on the moment
    missing = Article.objects.filter(state=ArticleState.PUBLISHED, document=None).order_by("pk")
    article = missing.select_for_update(skip_locked=True, of=("self",)).first()
    if article is None:
        return False
    index(Article.objects.whole().get(pk=article.pk))
    return True
