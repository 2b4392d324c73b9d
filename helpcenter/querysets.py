from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import Cast, RowNumber

from helpcenter.states import OPEN_REVISIONS, ArticleState, Audience
from portal.accounts.roles import READS_ENGINEERING, READS_OPERATIONS
from portal.lib.clock import moment

if TYPE_CHECKING:
    from helpcenter.models import Article, Category

MOST_ON_A_SHELF = 100
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


def snippets(names: list[str]) -> dict[str, str]:
    """What these snippets and terms say, by name."""
    if not names:
        return {}
    return dict(apps.get_model("helpcenter", "Snippet").objects.filter(name__in=names).values_list("name", "body"))


def using(name: str) -> Q:
    """Articles whose live text, or the one being written, brings in that snippet."""
    at_work = Q(revisions__state__in=OPEN_REVISIONS, revisions__uses__contains=[name])
    return Q(live__uses__contains=[name]) | at_work


class ArticleQuerySet(models.QuerySet):
    def visible_to(self, user: Any, *, now: datetime | None = None) -> "ArticleQuerySet":
        """The one gate: published articles, none before its moment or after its end, that this person may read.

        An article without an audience of its own has its category's. Serves pages, files, search, suggestions,
        answers, feeds, copies, the API and the export; `user` may be anonymous.
        """
        return self.for_audiences_of(user).shown(moment(now))

    def shown(self, now: datetime) -> "ArticleQuerySet":
        """To somebody, at that moment."""
        ends = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(ends, state=ArticleState.PUBLISHED, published_at__lte=now)

    def for_audiences_of(self, user: Any) -> "ArticleQuerySet":
        """Also drafts: what an editor of these audiences works on. Only the admin uses this alone."""
        return self.filter(_readable_by(user))

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

    def neighbors(self, article: "Article") -> dict[str, "Article | None"]:
        """The previous and the next article of its category; one query."""
        earlier = Q(position__lt=article.position) | Q(position=article.position, pk__lt=article.pk)
        later = Q(position__gt=article.position) | Q(position=article.position, pk__gt=article.pk)
        on_shelf = self.filter(category_id=article.category_id).only("title", "slug", "position", "category_id")
        before = on_shelf.filter(earlier).order_by("-position", "-pk")[:1]
        found: list[Any] = list(before.union(on_shelf.filter(later).order_by("position", "pk")[:1], all=True))
        for neighbor in found:
            neighbor.category = article.category
        place = (article.position, article.pk)
        return {
            "previous": next((one for one in found if (one.position, one.pk) < place), None),
            "next": next((one for one in found if (one.position, one.pk) > place), None),
        }

    def newest(self) -> "ArticleQuerySet":
        return self.listed().order_by("-published_at", "-pk")

    def popular(self) -> "ArticleQuerySet":
        """Those that helped most readers, as they said themselves."""
        voted = self.filter(votes__is_helpful=True).listed()
        return voted.annotate(helped=Count("votes")).order_by("-helped", "pk")

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


class CategoryQuerySet(models.QuerySet):
    def visible_to(self, user: Any, *, now: datetime | None = None) -> "CategoryQuerySet":
        """Categories in which that person may read something: an empty or hidden one is never shown."""
        readable = _articles().visible_to(user, now=now)
        return self.filter(Exists(readable.filter(category=OuterRef("pk")))).order_by("position", "title")


@dataclass
class FilledShelf:
    """A category with its first articles that somebody may read, and how many of those there are."""

    category: "Category"
    count: int
    articles: list["Article"] = field(default_factory=list)


def shelves(user: Any, *, at_most: int = MOST_ON_A_SHELF) -> list[FilledShelf]:
    """The categories in which that person reads, each with its first articles. One query, however many there are."""
    place = Window(RowNumber(), partition_by=F("category_id"), order_by=[F("position").asc(), F("pk").asc()])
    on_shelf = Window(Count("pk"), partition_by=F("category_id"))
    articles = _articles().visible_to(user).annotate(place=place, on_shelf=on_shelf)
    found: dict[int, FilledShelf] = {}
    for article in articles.filter(place__lte=at_most).listed(with_shelf=True).in_order():
        shelf = found.setdefault(article.category_id, FilledShelf(article.category, article.on_shelf))
        article.category = shelf.category
        shelf.articles.append(article)
    return list(found.values())


def moved_category(slug: str, user: Any) -> "Category | None":
    """The category that was called so, if that person may see it."""
    categories = apps.get_model("helpcenter", "Category").objects
    return categories.visible_to(user).filter(former_slugs__slug=slug).first()


def moved_article(category: str, slug: str, user: Any) -> "Article | None":
    """The article that was found at this address once, whatever was renamed since, if that person may read it."""
    shelf = Q(category__slug=category) | Q(category__former_slugs__slug=category)
    stood = Q(former_slugs__category__slug=category) | Q(former_slugs__category__former_slugs__slug=category)
    readable = _articles().visible_to(user).select_related("category")
    present = readable.filter(shelf, slug=slug).first()
    return present or readable.filter(stood, former_slugs__slug=slug).first()


def _articles() -> ArticleQuerySet:
    return cast(ArticleQuerySet, apps.get_model("helpcenter", "Article").objects.all())
