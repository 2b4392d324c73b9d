from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CharField, Count, Exists, F, Min, OuterRef, Q, Subquery, Sum, Window
from django.db.models.functions import Cast, Coalesce, Least, RowNumber
from django.utils.functional import cached_property

from helpcenter.states import OPEN_REVISIONS, ArticleState, Audience, RevisionState
from portal.accounts.roles import READS_ENGINEERING, READS_OPERATIONS
from portal.lib.clock import moment

if TYPE_CHECKING:
    from helpcenter.models import Article, Asset, Category

MOST_ON_A_SHELF = 100
SOON = timedelta(days=14)  # what ends by then, ends soon
POPULAR_FOR = timedelta(days=30)
A_VOTE_COUNTS = 5  # as much as so many views
LIST_FIELDS = (
    "title",
    "slug",
    "summary",
    "position",
    "updated_at",
    "published_at",
    "category__slug",
    "category__title",
    "category__audience",
    "audience",
)


def audiences_of(user: Any) -> list[Audience]:
    """What that person may read: everybody the public articles, who has signed in those for customers, staff what
    their role reads (`accounts.roles`)."""
    if not (user.is_authenticated and user.is_active):
        return [Audience.CUSTOMER]
    found = [Audience.CUSTOMER, Audience.MEMBERS]
    if user.is_superuser or user.roles & READS_OPERATIONS:
        found.append(Audience.OPERATIONS)
    if user.is_superuser or user.roles & READS_ENGINEERING:
        found.append(Audience.ENGINEERING)
    return found


def _readable_by(user: Any) -> Q:
    """Articles whose audience, own or inherited, that person belongs to; narrowed to tiers, on one of them."""
    allowed: list[str] = list(audiences_of(user))
    wanted = Q(audience__in=allowed) | Q(audience="", category__audience__in=allowed)
    if Audience.MEMBERS not in allowed or user.is_staff:
        return wanted
    own = apps.get_model("accounts", "Organization").objects.of_member(user).exclude(tier=None)
    slugs = Cast(ArraySubquery(own.values("tier__slug")), ArrayField(CharField()))
    on_tier = Q(tiers=[]) | Q(tiers__overlap=slugs)
    on_tier_of_category = Q(category__tiers=[]) | Q(category__tiers__overlap=slugs)
    return wanted & ((~Q(audience="") & on_tier) | (Q(audience="") & on_tier_of_category))


class ArticleQuerySet(models.QuerySet):
    def visible_to(self, user: Any, *, now: datetime | None = None) -> "ArticleQuerySet":
        """The one gate: published articles, none before its moment or after its end, that this person may read.

        An article without an audience of its own has its category's. Serves pages, files, search, suggestions,
        answers, feeds, copies, the API and the export; `user` may be anonymous.
        """
        return self.for_audiences_of(user).shown(moment(now))

    @cached_property
    def ids_in_sql(self) -> tuple[str, tuple[Any, ...]]:
        """Their ids as SQL with its parameters, for queries written by hand; made once for all queries of a request.

        Raises EmptyResultSet when it is certain that there are none.
        """
        return self.order_by().values("pk").query.sql_with_params()

    def shown(self, now: datetime) -> "ArticleQuerySet":
        """To somebody, at that moment."""
        ends = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(ends, state=ArticleState.PUBLISHED, published_at__lte=now)

    def to_turn(self, now: datetime) -> "ArticleQuerySet":
        """Whose end has come, or whose beginning has come and was not yet told."""
        begins = Q(announced_at=None, published_at__lte=now)
        due = self.filter(begins | Q(expires_at__lte=now), state=ArticleState.PUBLISHED)
        return due.order_by("published_at", "pk")

    def review_due(self, now: datetime) -> "ArticleQuerySet":
        """Shown, and somebody should look whether it still holds."""
        return self.filter(state=ArticleState.PUBLISHED, review_due_at__lte=now)

    def at_work(self, what: str, now: datetime) -> "ArticleQuerySet":
        """What somebody should do something about; unknown words find everything."""
        shown = Q(state=ArticleState.PUBLISHED)
        revisions = apps.get_model("helpcenter", "Revision").objects.filter(article=OuterRef("pk"))
        links = apps.get_model("helpcenter", "ArticleLink").objects.filter(article=OuterRef("pk"))
        wanted = {
            "changed": shown & Exists(revisions.open()),
            "in_review": Exists(revisions.filter(state=RevisionState.IN_REVIEW)),
            "approved": Exists(revisions.filter(state=RevisionState.APPROVED)),
            "review_due": shown & Q(review_due_at__lte=now),
            "scheduled": shown & Q(published_at__gt=now),
            "expiring": shown & Q(expires_at__lte=now + SOON),
            "broken": shown & Exists(links.filter(broken_since__isnull=False)),
            "unowned": shown & Q(owner=None),
        }
        return self.filter(wanted[what]) if what in wanted else self

    def for_audiences_of(self, user: Any) -> "ArticleQuerySet":
        """Also drafts: what an editor of these audiences works on. Only the admin uses this alone."""
        return self.filter(_readable_by(user))

    def turning(self, now: datetime) -> "ArticleQuerySet":
        """Adds `turns_at`: the next moment at which any article begins or ends to be shown, whoever may read it.

        What lists or shows articles is true until then. No further query: the database looks it up beside the rows.
        """
        published = _articles().filter(state=ArticleState.PUBLISHED).order_by()
        begins = published.filter(published_at__gt=now).order_by("published_at").values("published_at")[:1]
        ends = published.filter(expires_at__gt=now).order_by("expires_at").values("expires_at")[:1]
        return self.annotate(turns_at=Least(Subquery(begins), Subquery(ends)))

    def whole(self) -> "ArticleQuerySet":
        """With category and live revision: all that its page shows, in one query."""
        return self.select_related("category", "live")

    def listed(self, *, with_shelf: bool = False) -> "ArticleQuerySet":
        """Only what a list shows: without bodies; `with_shelf` adds what a category shows of itself."""
        shelf = ("category__description", "category__icon", "category__position") if with_shelf else ()
        return self.select_related("category").only(*LIST_FIELDS, *shelf)

    def in_order(self) -> "ArticleQuerySet":
        """As an editor arranged them."""
        return self.order_by("category__position", "category__title", "position", "pk")

    def newest(self) -> "ArticleQuerySet":
        return self.listed().order_by("-published_at", "-pk")

    def popular(self, *, now: datetime | None = None) -> "ArticleQuerySet":
        """Those opened most in the last weeks and those that helped, as readers said themselves."""
        days = apps.get_model("helpcenter", "ReadingDay").objects.filter(article=OuterRef("pk"), day__gt=_since(now))
        votes = apps.get_model("helpcenter", "Vote").objects.filter(article=OuterRef("pk"), is_helpful=True)
        opened = Coalesce(Subquery(days.values("article").annotate(sum=Sum("views")).values("sum")), 0)
        helped = Coalesce(Subquery(votes.values("article").annotate(sum=Count("pk")).values("sum")), 0)
        liked = self.annotate(liking=opened + helped * A_VOTE_COUNTS)
        return liked.filter(liking__gt=0).listed().order_by("-liking", "pk")

    def with_votes(self) -> "ArticleQuerySet":
        """Adds `yes` and `no`: how readers judged the present version."""
        present = Q(votes__version=F("version"))
        return self.annotate(
            yes=Count("votes", filter=present & Q(votes__is_helpful=True)),
            no=Count("votes", filter=present & Q(votes__is_helpful=False)),
        )


class RevisionQuerySet(models.QuerySet):
    def open(self) -> "RevisionQuerySet":
        """At work: not yet shown, not replaced by a newer one."""
        return self.filter(state__in=OPEN_REVISIONS)

    def newest_first(self) -> "RevisionQuerySet":
        return self.order_by("-number")


class AssetQuerySet(models.QuerySet):
    def visible_to(self, user: Any, *, now: datetime | None = None) -> "AssetQuerySet":
        """Files of the articles that this person may read, by the same gate."""
        return self.filter(article__in=_articles().visible_to(user, now=now))

    def open_to(self, user: Any, *, now: datetime | None = None) -> "AssetQuerySet":
        """Also those of what this person works on: an editor sees the pictures of a draft."""
        readable = self.visible_to(user, now=now)
        if not (user.is_authenticated and user.is_staff and user.has_perm("helpcenter.change_article")):
            return readable
        return readable | self.filter(article__in=_articles().for_audiences_of(user))

    def clips_by_article(self) -> dict[int, list["Asset"]]:
        """The clips that have a picture to stand for them (`poster_url`), by article."""
        media = self.filter(Q(content_type__startswith="video/") | Q(content_type__startswith="image/"))
        kept: list[Any] = list(media.only("article_id", "name", "content_type"))
        stems = {(one.article_id, one.name.rpartition(".")[0]): one for one in kept if not one.is_clip}
        found: dict[int, list[Asset]] = {}
        for clip in kept:
            poster = stems.get((clip.article_id, clip.name.rpartition(".")[0]))
            if clip.is_clip and poster is not None:
                clip.poster_url = poster.get_absolute_url()
                found.setdefault(clip.article_id, []).append(clip)
        return found


class CategoryQuerySet(models.QuerySet):
    def visible_to(self, user: Any, *, now: datetime | None = None) -> "CategoryQuerySet":
        """Categories in which that person may read something: an empty or hidden one is never shown."""
        readable = _articles().visible_to(user, now=now)
        return self.filter(Exists(readable.filter(category=OuterRef("pk")))).order_by("position", "title")


def next_turn(found: Sequence[Any], now: datetime) -> datetime | None:
    """When what was found `turning(now)` is true no more; asks the database only when nothing was found."""
    if found:
        return found[0].turns_at
    published = _articles().filter(state=ArticleState.PUBLISHED)
    moments = published.aggregate(
        begins=Min("published_at", filter=Q(published_at__gt=now)), ends=Min("expires_at", filter=Q(expires_at__gt=now))
    )
    return min((one for one in moments.values() if one), default=None)


@dataclass
class FilledShelf:
    """A category with its first articles that somebody may read, and how many of those there are."""

    category: "Category"
    count: int
    articles: list["Article"] = field(default_factory=list)
    turns_at: datetime | None = None


def shelves(user: Any, *, at_most: int = MOST_ON_A_SHELF, now: datetime | None = None) -> list[FilledShelf]:
    """The categories in which that person reads, each with its first articles. One query, however many there are."""
    at = moment(now)
    place = Window(RowNumber(), partition_by=F("category_id"), order_by=[F("position").asc(), F("pk").asc()])
    on_shelf = Window(Count("pk"), partition_by=F("category_id"))
    articles = _articles().visible_to(user, now=at).turning(at).annotate(place=place, on_shelf=on_shelf)
    found: dict[int, FilledShelf] = {}
    for article in articles.filter(place__lte=at_most).listed(with_shelf=True).in_order():
        new = FilledShelf(article.category, article.on_shelf, turns_at=article.turns_at)
        shelf = found.setdefault(article.category_id, new)
        article.category = shelf.category
        shelf.articles.append(article)
    return list(found.values())


def _since(now: datetime | None) -> date:
    return (moment(now) - POPULAR_FOR).date()


def readable_articles(user: Any, *, now: datetime) -> ArticleQuerySet:
    """What that person may read at that moment, by the one gate."""
    return _articles().visible_to(user, now=now)


def _articles() -> ArticleQuerySet:
    return cast(ArticleQuerySet, apps.get_model("helpcenter", "Article").objects.all())
