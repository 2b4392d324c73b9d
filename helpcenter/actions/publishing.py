from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from helpcenter.actions.articles import lock, newest_revision, tell
from helpcenter.actions.links import keep_links
from helpcenter.events import (
    ARTICLE_APPROVED,
    ARTICLE_ARCHIVED,
    ARTICLE_EXPIRED,
    ARTICLE_PUBLISHED,
    ARTICLE_RETURNED,
    ARTICLE_SCHEDULED,
    ARTICLE_SUBMITTED,
    ARTICLE_VERIFIED,
    ARTICLE_WITHDRAWN,
)
from helpcenter.models import Article, Revision
from helpcenter.search import forget, index
from helpcenter.states import ArticleState, RevisionState
from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.refusals import Refused


@dataclass(frozen=True)
class Window:
    """When an article is shown: from now on or from a moment, for good or until a moment."""

    begins: datetime | None = None
    ends: datetime | None = None


@transaction.atomic
def submit_revision(*, article: Article, by: User | None, now: datetime | None = None) -> Revision:
    """Asks for a review of the newest revision. Refuses when nothing is at work (`nothing_to_review`)."""
    at, locked = moment(now), lock(article)
    revision = newest_revision(locked)
    if revision.state not in (RevisionState.DRAFT, RevisionState.APPROVED):
        raise Refused(_("There is no draft to review."), code="nothing_to_review")
    revision.state, revision.submitted_at = RevisionState.IN_REVIEW, at
    revision.save(update_fields=["state", "submitted_at"])
    tell(ARTICLE_SUBMITTED, locked, by, at, number=revision.number)
    return revision


@transaction.atomic
def decide_revision(
    *, revision: Revision, is_approved: bool, said: str, by: User, now: datetime | None = None
) -> Revision:
    """Approves a revision in review, or gives it back with words. Nobody decides about their own (`own_revision`)."""
    at, article = moment(now), lock(revision.article)
    locked = Revision.objects.select_for_update(of=("self",)).get(pk=revision.pk)
    if locked.state != RevisionState.IN_REVIEW:
        raise Refused(_("This revision is not in review."), code="not_in_review")
    if locked.author_id == by.pk:
        raise Refused(_("Somebody other than its author approves a revision."), code="own_revision")
    locked.state = RevisionState.APPROVED if is_approved else RevisionState.DRAFT
    locked.decided_at, locked.decided_by, locked.decision = at, by, said.strip()[:500]
    locked.save(update_fields=["state", "decided_at", "decided_by", "decision"])
    tell(ARTICLE_APPROVED if is_approved else ARTICLE_RETURNED, article, by, at, number=locked.number)
    return locked


@transaction.atomic
def publish_article(
    *, article: Article, by: User | None, window: Window | None = None, now: datetime | None = None
) -> Article:
    """Shows the newest revision, from now on or within `window`.

    A revision that replaces a live one is shown at once; a window that begins later is for an article not yet shown.
    Refuses what is already shown (`article_published`), what still needs somebody's approval (`not_approved`), an end
    before the beginning (`ends_before`), and hiding what readers see behind a later beginning (`already_shown`).
    """
    at, locked, wanted = moment(now), lock(article), window or Window()
    revision = newest_revision(locked)
    is_shown = locked.state == ArticleState.PUBLISHED
    if is_shown and not revision.is_open and window is None:
        raise Refused(_("This article is already published."), code="article_published")
    if revision.is_open and locked.category.needs_approval and revision.state != RevisionState.APPROVED:
        raise Refused(_("Somebody other than its author has to approve this revision first."), code="not_approved")
    _set_window(locked, wanted, is_shown, at)
    if revision.is_open:
        _show(locked, revision, at)
    is_later = locked.published_at is not None and locked.published_at > at
    locked.announced_at = None if is_later else at
    locked.save()
    index(locked)
    keep_links(article=locked, now=at)
    tell(ARTICLE_SCHEDULED if is_later else ARTICLE_PUBLISHED, locked, by, at)
    return locked


def _set_window(article: Article, wanted: Window, is_shown: bool, at: datetime) -> None:
    begins = wanted.begins or at
    if is_shown and article.published_at and article.published_at <= at:
        if begins > at:
            raise Refused(_("Readers see this article already. Withdraw it first."), code="already_shown")
        begins = article.published_at
    if wanted.ends is not None and wanted.ends <= max(begins, at):
        raise Refused(_("An article ends after it begins."), code="ends_before")
    article.state, article.published_at, article.expires_at = ArticleState.PUBLISHED, begins, wanted.ends
    article.archived_at = None


def _show(article: Article, revision: Revision, at: datetime) -> None:
    article.revisions.filter(state=RevisionState.PUBLISHED).update(state=RevisionState.REPLACED)
    revision.state = RevisionState.PUBLISHED
    revision.save(update_fields=["state"])
    article.live, article.version = revision, revision.number
    article.title, article.summary, article.updated_at = revision.title, revision.summary, at
    _verify(article, None, at)


def withdraw_article(*, article: Article, by: User | None, now: datetime | None = None) -> Article:
    """Makes the article a draft again, seen by its editors only. Refuses a draft (`article_draft`)."""
    with transaction.atomic():
        locked = lock(article)
        if locked.state == ArticleState.DRAFT:
            raise Refused(_("This is a draft."), code="article_draft")
        _hide(locked, ArticleState.DRAFT)
        tell(ARTICLE_WITHDRAWN, locked, by, moment(now))
        return locked


@transaction.atomic
def expire_article(*, article: Article, by: User | None = None, now: datetime | None = None) -> Article:
    """Makes an article whose end has come a draft. Readers lost it at that very moment. Not yet: nothing happens."""
    at, locked = moment(now), lock(article)
    if locked.state == ArticleState.PUBLISHED and locked.expires_at is not None and locked.expires_at <= at:
        _hide(locked, ArticleState.DRAFT)
        tell(ARTICLE_EXPIRED, locked, by, at)
    return locked


@transaction.atomic
def announce_article(*, article: Article, by: User | None = None, now: datetime | None = None) -> Article:
    """Records that a scheduled article is now shown, once. Not yet, or already told: nothing happens."""
    at, locked = moment(now), lock(article)
    is_shown = locked.state == ArticleState.PUBLISHED and locked.published_at and locked.published_at <= at
    if is_shown and locked.announced_at is None:
        locked.announced_at = at
        locked.save(update_fields=["announced_at"])
        tell(ARTICLE_PUBLISHED, locked, by, at)
    return locked


@transaction.atomic
def archive_article(
    *, article: Article, successor: Article | None, by: User | None, now: datetime | None = None
) -> Article:
    """Takes an article out for good. Its address leads to the successor, without one it says that it is gone.

    Refuses what is archived (`article_archived`) and a successor that leads back here (`successor_circle`).
    """
    at, locked = moment(now), lock(article)
    if locked.state == ArticleState.ARCHIVED:
        raise Refused(_("This article is already archived."), code="article_archived")
    follower, seen = successor, {locked.pk}
    while follower is not None:
        if follower.pk in seen:
            raise Refused(_("That article leads back to this one. Choose another successor."), code="successor_circle")
        seen.add(follower.pk)
        follower = follower.successor
    locked.archived_at, locked.successor = at, successor
    _hide(locked, ArticleState.ARCHIVED)
    tell(ARTICLE_ARCHIVED, locked, by, at)
    return locked


def _hide(article: Article, to: ArticleState) -> None:
    article.state, article.expires_at = to, None
    if to != ArticleState.ARCHIVED:
        article.archived_at = None
    article.save(update_fields=["state", "expires_at", "archived_at", "successor"])
    forget(article)


@transaction.atomic
def verify_article(*, article: Article, by: User | None, now: datetime | None = None) -> Article:
    """Somebody looked at the article and stands for it; its next review is due after its interval."""
    at, locked = moment(now), lock(article)
    _verify(locked, by, at)
    locked.save(update_fields=["verified_at", "verified_by", "review_due_at", "reminded_at"])
    tell(ARTICLE_VERIFIED, locked, by, at)
    return locked


def _verify(article: Article, by: User | None, at: datetime) -> None:
    days = article.review_every_days
    article.verified_at, article.verified_by = at, by
    article.review_due_at = at + timedelta(days=days) if days else None
    article.reminded_at = None
