from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from helpcenter.events import ARTICLE_VOTED
from helpcenter.models import Article, Vote
from helpcenter.states import VoteReason
from portal.events.actions import record
from portal.lib.clock import moment

MOST_A_DAY = 20


@dataclass(frozen=True)
class Ballot:
    """One visitor's judgement. `visitor` is a daily digest (`portal.lib.visitors`), never a person."""

    visitor: str
    is_helpful: bool
    reason: VoteReason | str = ""
    comment: str = ""


@transaction.atomic
def vote(*, article: Article, ballot: Ballot, now: datetime | None = None) -> Vote | None:
    """Keeps the vote on the article's present version; a second one of the same visitor replaces the first.

    Above the daily limit nothing is kept and nothing is said: who floods learns nothing. Has no actor by design.
    """
    at = moment(now)
    judgement: dict[str, Any] = {
        "is_helpful": ballot.is_helpful,
        "reason": "" if ballot.is_helpful else ballot.reason,
        "comment": ballot.comment.strip()[:1000],
        "voted_at": at,
    }
    key: dict[str, Any] = {"article": article, "version": article.version, "visitor": ballot.visitor}
    recent = Vote.objects.filter(visitor=ballot.visitor, voted_at__gt=at - timedelta(days=1))
    if recent.count() >= MOST_A_DAY and not recent.filter(article=article, version=article.version).exists():
        return None
    kept, is_first = Vote.objects.update_or_create(**key, defaults=judgement)
    if is_first:
        details = {"version": article.version, "is_helpful": ballot.is_helpful}
        record(ARTICLE_VOTED, about=article, details=details, now=at)
    return kept
