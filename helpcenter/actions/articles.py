from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from helpcenter.events import ARTICLE_PUBLISHED, ARTICLE_UPDATED, ARTICLE_WITHDRAWN, ARTICLE_WRITTEN
from helpcenter.models import Article, Category, FormerArticleSlug
from helpcenter.search import vector_of
from helpcenter.states import ArticleState
from portal.accounts.models import User
from portal.events.actions import record
from portal.events.listeners import EventType
from portal.lib.clock import moment
from portal.lib.markdown import render
from portal.lib.refusals import Refused

_TEXTS = ["title", "summary", "body"]  # a change of these is a new version for readers, and for their votes
_FIELDS = ["category_id", "slug", "keywords", "audience", "position", *_TEXTS]


@dataclass(frozen=True)
class Manuscript:
    """What an editor hands in. An empty audience means: as the category."""

    category: Category
    title: str
    slug: str
    body: str
    summary: str = ""
    keywords: Sequence[str] = ()
    audience: str = ""
    position: int = 0
    source_path: str | None = None

    @property
    def values(self) -> dict[str, object]:
        """By the article's own field names."""
        return {
            "category_id": self.category.pk,
            "title": self.title.strip(),
            "slug": self.slug,
            "body": self.body.replace("\r\n", "\n"),
            "summary": self.summary.strip(),
            "keywords": [word.strip()[:60] for word in self.keywords if word.strip()],
            "audience": self.audience,
            "position": self.position,
        }


@transaction.atomic
def create_article(*, manuscript: Manuscript, by: User | None, now: datetime | None = None) -> Article:
    """Keeps a new article as a draft. Refuses an address that the category already has (`slug_taken`)."""
    at = moment(now)
    _check_address(manuscript)
    article = Article(**manuscript.values, source_path=manuscript.source_path, created_at=at, updated_at=at)
    _render(article)
    article.save()
    _index(article)
    _record(ARTICLE_WRITTEN, article, by, at)
    return article


@transaction.atomic
def update_article(
    *, article: Article, manuscript: Manuscript, by: User | None, now: datetime | None = None
) -> Article:
    """Changes an article; a changed text is its next version. Nothing changed: nothing happens, no event.

    Its old address keeps answering. Refuses an address that another article of the category has (`slug_taken`).
    """
    at = moment(now)
    locked = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    changed = [name for name, value in manuscript.values.items() if getattr(locked, name) != value]
    _adopt(locked, manuscript.source_path)
    if not changed:
        return locked
    if {"slug", "category_id"} & set(changed):
        _check_address(manuscript, other_than=locked)
        _remember_address(locked)
    for name in changed:
        setattr(locked, name, manuscript.values[name])
    if set(changed) & set(_TEXTS):
        locked.version += 1
        locked.updated_at = at
        _render(locked)
    locked.save(update_fields=[*_FIELDS, "html", "toc", "text", "version", "updated_at"])
    _index(locked)
    _record(ARTICLE_UPDATED, locked, by, at)
    return locked


def publish_article(*, article: Article, by: User | None, now: datetime | None = None) -> Article:
    """Shows the article to its audience from now on. Refuses what is already shown (`article_published`)."""
    return _move(article, ArticleState.PUBLISHED, by, now)


def withdraw_article(*, article: Article, by: User | None, now: datetime | None = None) -> Article:
    """Makes the article a draft again, seen by its editors only. Refuses a draft (`article_draft`)."""
    return _move(article, ArticleState.DRAFT, by, now)


@transaction.atomic
def _move(article: Article, to: ArticleState, by: User | None, now: datetime | None) -> Article:
    at = moment(now)
    locked = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    if locked.state == to:
        sentence = _("This article is already published.") if to == ArticleState.PUBLISHED else _("This is a draft.")
        raise Refused(sentence, code=f"article_{to}")
    locked.state = to
    if to == ArticleState.PUBLISHED:
        locked.published_at = at
    locked.save(update_fields=["state", "published_at"])
    _record(ARTICLE_PUBLISHED if to == ArticleState.PUBLISHED else ARTICLE_WITHDRAWN, locked, by, at)
    return locked


def _record(event: EventType, article: Article, by: User | None, at: datetime) -> None:
    details = {"category_id": article.category_id, "version": article.version, "audience": article.read_by}
    record(event, about=article, by=by, details=details, now=at)


def _render(article: Article) -> None:
    rendered = render(article.body)
    article.html, article.toc, article.text = rendered.html, rendered.toc, rendered.text


def _index(article: Article) -> None:
    Article.objects.filter(pk=article.pk).update(search=vector_of(article))


def _adopt(article: Article, source_path: str | None) -> None:
    if source_path and article.source_path != source_path:
        article.source_path = source_path
        article.save(update_fields=["source_path"])


def _check_address(manuscript: Manuscript, *, other_than: Article | None = None) -> None:
    taken = Article.objects.filter(category=manuscript.category, slug=manuscript.slug)
    if (taken.exclude(pk=other_than.pk) if other_than else taken).exists():
        raise Refused(_("The category has an article at this address."), code="slug_taken")


def _remember_address(article: Article) -> None:
    FormerArticleSlug.objects.update_or_create(
        category_id=article.category_id, slug=article.slug, defaults={"article": article}
    )
