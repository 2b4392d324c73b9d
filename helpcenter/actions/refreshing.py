"""What an article brings in (files, snippets) changed: its words are the same, its page is made anew."""

from datetime import datetime

from django.db import transaction

from helpcenter.actions.articles import lock, newest_revision, tell
from helpcenter.actions.links import keep_links
from helpcenter.actions.wording import surroundings
from helpcenter.events import ARTICLE_REFRESHED
from helpcenter.models import Article, Revision
from helpcenter.search import index
from helpcenter.states import ArticleState
from portal.accounts.models import User
from portal.lib.clock import moment
from portal.lib.markdown import render
from portal.lib.markdown.anchors import aliases_of, with_former

MADE = ["html", "toc", "text", "uses"]  # of a revision's body


@transaction.atomic
def refresh_article(*, article: Article, by: User | None, now: datetime | None = None) -> bool:
    """Renders the live revision and the one at work again and makes the former findable as it is now.

    Answers whether anything came out differently; only then it is news. Its version stays, and so do its votes.
    """
    locked = lock(article)
    revisions = {revision.pk: revision for revision in (newest_revision(locked), locked.live) if revision}
    changed = [revision.pk for revision in revisions.values() if _rendered_anew(locked, revision)]
    if not changed:
        return False
    if locked.live_id in changed and locked.state == ArticleState.PUBLISHED:
        locked.live = revisions[locked.live_id]
        index(locked)
        keep_links(article=locked, now=now)
    tell(ARTICLE_REFRESHED, locked, by, moment(now))
    return True


@transaction.atomic
def keep_anchor(*, article: Article, anchor: str, heading: str, by: User | None, now: datetime | None = None) -> None:
    """Lets a heading of the newest and the live revision answer to another anchor too, for links that call it so."""
    locked = lock(article)
    for revision in {newest_revision(locked), locked.live or newest_revision(locked)}:
        revision.html = with_former(revision.html, revision.html, {anchor: heading})
        revision.save(update_fields=["html"])
    tell(ARTICLE_REFRESHED, locked, by, moment(now))


def _rendered_anew(article: Article, revision: Revision) -> bool:
    kept = aliases_of(revision.html)
    made = render(revision.body, surroundings(article, revision.body, aliases=kept))
    fresh = {name: getattr(made, name) for name in MADE}
    if all(getattr(revision, name) == value for name, value in fresh.items()):
        return False
    for name, value in fresh.items():
        setattr(revision, name, value)
    revision.save(update_fields=MADE)
    return True
