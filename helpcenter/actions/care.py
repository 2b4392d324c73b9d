"""Who looks after an article, who follows it, how it is read."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from helpcenter.actions.articles import lock, tell
from helpcenter.events import ARTICLE_CARE_CHANGED, ARTICLE_PICKED, SERIES_ARRANGED
from helpcenter.models import Article, Category, Follow, ReadingDay, Series
from portal.accounts.models import User
from portal.events.actions import record
from portal.lib.clock import moment
from portal.lib.refusals import Refused


@dataclass(frozen=True)
class Care:
    """Who stands for an article, and after how many days they look at it again (None: never asked)."""

    owner: User | None = None
    review_every_days: int | None = None


@transaction.atomic
def change_care(*, article: Article, care: Care, by: User | None, now: datetime | None = None) -> Article:
    """Hands an article to an owner and sets its interval; the next review counts from the last verification."""
    at, locked = moment(now), lock(article)
    if care.owner is not None and not (care.owner.is_active and care.owner.is_staff):
        raise Refused(_("Only somebody on the staff looks after an article."), code="owner_not_staff")
    if (locked.owner_id, locked.review_every_days) == (care.owner.pk if care.owner else None, care.review_every_days):
        return locked
    locked.owner, locked.review_every_days = care.owner, care.review_every_days
    last = locked.verified_at or at
    days = care.review_every_days
    locked.review_due_at = last + timedelta(days=days) if days else None
    locked.reminded_at = None
    locked.save(update_fields=["owner", "review_every_days", "review_due_at", "reminded_at"])
    tell(ARTICLE_CARE_CHANGED, locked, by, at)
    return locked


@transaction.atomic
def follow(*, thing: Article | Category, user: User, now: datetime | None = None) -> Follow:
    """From now on this person gets a letter when the article, or anything on the shelf, is published anew."""
    return Follow.objects.get_or_create(user=user, **_followed(thing), defaults={"since": moment(now)})[0]


@transaction.atomic
def unfollow(*, thing: Article | Category, user: User) -> None:
    """No more letters about it."""
    Follow.objects.filter(user=user, **_followed(thing)).delete()


def _followed(thing: Article | Category) -> dict[str, Article | Category]:
    return {"article" if isinstance(thing, Article) else "category": thing}


@transaction.atomic
def keep_views(*, counted: dict[tuple[date, int], int]) -> int:
    """Adds views, by day and article, to the days of the articles; of articles that are gone nothing is kept."""
    return _keep("views", counted)


@transaction.atomic
def keep_exits(*, counted: dict[tuple[date, int], int]) -> int:
    """Adds how often readers left an article for the ticket form, by day and article, as `keep_views` does."""
    return _keep("exits", counted)


def _keep(figure: str, counted: dict[tuple[date, int], int]) -> int:
    known = set(Article.objects.filter(pk__in={pk for _day, pk in counted}).values_list("pk", flat=True))
    for (day, pk), number in sorted(counted.items()):
        if pk in known:
            row, _is_new = ReadingDay.objects.get_or_create(article_id=pk, day=day)
            ReadingDay.objects.filter(pk=row.pk).update(**{figure: F(figure) + number})
    return sum(number for (_day, pk), number in counted.items() if pk in known)


def tell_of_picks(*, article: Article, by: User | None, now: datetime | None = None) -> None:
    """The admin changed what stands beside an article."""
    tell(ARTICLE_PICKED, Article.objects.select_related("category").get(pk=article.pk), by, moment(now))


def tell_of_series(*, series: Series, by: User | None, now: datetime | None = None) -> None:
    """The admin changed which articles a series has, or their order."""
    record(SERIES_ARRANGED, about=series, by=by, details={"articles": series.entries.count()}, now=moment(now))
