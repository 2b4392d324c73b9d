"""What stands beside an article on its page: its neighbors, its series, what an editor picked."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import BooleanField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.urls import reverse

from helpcenter.querysets.articles import ArticleQuerySet

if TYPE_CHECKING:
    from helpcenter.models import Article

MOST_IN_A_SERIES = 60
MOST_PICKED = 4
_COLUMNS = ("kind", "place", "pk", "title", "slug", "category__slug")


@dataclass(frozen=True)
class Beside:
    """A link to another article."""

    pk: int
    title: str
    url: str
    is_this: bool = False


@dataclass
class Company:
    """What an article has beside it, of what its reader may open. In a series, previous and next are those of it."""

    previous: Beside | None = None
    next: Beside | None = None
    series: list[Beside] = field(default_factory=list)
    picked: list[Beside] = field(default_factory=list)

    @property
    def part(self) -> int:
        """Which part of the series this is."""
        return next((number for number, one in enumerate(self.series, start=1) if one.is_this), 0)


def company_of(article: "Article", *, among: ArticleQuerySet) -> Company:
    """Neighbors on the shelf, the series and the picked ones; one query, whatever there is."""
    readable = among.order_by()
    pieces = [*_shelf(article, readable), _series(article, readable), _picked(article, readable)]
    rows = pieces[0].union(*pieces[1:], all=True)
    found: dict[str, list[tuple[int, Beside]]] = {"before": [], "after": [], "series": [], "picked": []}
    for kind, place, pk, title, slug, shelf in rows:
        url = reverse("helpcenter:article", args=[shelf, slug])
        found[kind].append((place, Beside(pk, title, url, is_this=pk == article.pk)))
    return _arranged({kind: [one for _place, one in sorted(row, key=_by_place)] for kind, row in found.items()})


def _by_place(row: tuple[int, Beside]) -> tuple[int, int]:
    return row[0], row[1].pk


def _arranged(found: dict[str, list[Beside]]) -> Company:
    company = Company(series=found["series"] if len(found["series"]) > 1 else [], picked=found["picked"])
    if company.part:
        at = company.part - 1
        company.previous = company.series[at - 1] if at else None
        company.next = company.series[at + 1] if at + 1 < len(company.series) else None
    else:
        company.previous = next(iter(found["before"]), None)
        company.next = next(iter(found["after"]), None)
    return company


def _kind(rows: ArticleQuerySet, kind: str, place: Any) -> QuerySet:
    return rows.annotate(kind=Value(kind), place=place).values_list(*_COLUMNS)


def _shelf(article: "Article", readable: ArticleQuerySet) -> list[QuerySet]:
    earlier = Q(position__lt=article.position) | Q(position=article.position, pk__lt=article.pk)
    later = Q(position__gt=article.position) | Q(position=article.position, pk__gt=article.pk)
    on_shelf = readable.filter(category_id=article.category_id)
    place = Value(0, output_field=IntegerField())
    before = _kind(on_shelf.filter(earlier), "before", place).order_by("-position", "-pk")[:1]
    return [before, _kind(on_shelf.filter(later), "after", place).order_by("position", "pk")[:1]]


def _series(article: "Article", readable: ArticleQuerySet) -> QuerySet:
    entry = getattr(article, "series_entry", None)
    if entry is None:
        return _kind(readable.none(), "series", Value(0, output_field=IntegerField()))
    parts = readable.filter(series_entry__series_id=entry.series_id)
    ordered = _kind(parts, "series", F("series_entry__position"))
    return ordered.order_by("series_entry__position", "pk")[:MOST_IN_A_SERIES]


def _picked(article: "Article", readable: ArticleQuerySet) -> QuerySet:
    """The other side of what was picked for this article."""
    picks = apps.get_model("helpcenter", "RelatedArticle").objects.filter(article=article, other=OuterRef("pk"))
    chosen = _kind(readable.filter(Exists(picks)), "picked", Subquery(picks.values("position")[:1]))
    return chosen.order_by("place", "pk")[:MOST_PICKED]


def followers_of(article: "Article") -> QuerySet:
    """Who follows the article or its shelf; each person once, the article before the shelf."""
    follows = apps.get_model("helpcenter", "Follow").objects
    who = Q(article=article) | Q(category_id=article.category_id)
    found = follows.filter(who, user__is_active=True).select_related("user", "article__category", "category")
    return found.order_by("user_id", F("article_id").asc(nulls_last=True)).distinct("user_id")


def followed_by(user: Any, kind: str) -> Any:
    """An annotation: whether this person follows the row (`kind`: article or category). Nobody: False, unasked."""
    if not user.is_authenticated:
        return Value(False, output_field=BooleanField())
    return Exists(apps.get_model("helpcenter", "Follow").objects.filter(user=user, **{kind: OuterRef("pk")}))


def opened_on(moment: datetime, pk: int) -> str:
    """The name under which a view of an article is counted."""
    return f"{moment:%Y-%m-%d}/{pk}"
