"""Addresses outlive renames: who stood there, and where a reader is led from there."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Q

from helpcenter.states import ArticleState
from portal.lib.clock import moment

if TYPE_CHECKING:
    from helpcenter.models import Article, Category

MOST_SUCCESSORS = 20


@dataclass(frozen=True)
class Way:
    """Where an address leads: to an article that the reader may open (`to`), or, when `is_gone`, nowhere any more."""

    to: "Article | None" = None
    is_gone: bool = False


def moved_category(slug: str, user: Any, *, now: datetime | None = None) -> "Category | None":
    """The category that was called so, if that person may see it."""
    categories = apps.get_model("helpcenter", "Category").objects
    return categories.visible_to(user, now=now).filter(former_slugs__slug=slug).first()


def stood_at(category: str, slug: str) -> Q:
    """Articles that stand or once stood at this address, whatever was renamed since."""
    shelf = Q(category__slug=category) | Q(category__former_slugs__slug=category)
    former = Q(former_slugs__category__slug=category) | Q(former_slugs__category__former_slugs__slug=category)
    return Q(shelf, slug=slug) | Q(former, former_slugs__slug=slug)


def way_from(category: str, slug: str, user: Any, *, now: datetime | None = None) -> Way:
    """Where the reader of a former address goes, in one step. Tells nothing of an article that they may not read."""
    return _way(stood_at(category, slug), (category, slug), user, moment(now))


def way_to(pk: int, user: Any, *, now: datetime | None = None) -> Way:
    """Where the permalink of an article leads."""
    return _way(Q(pk=pk), ("", ""), user, moment(now))


def _way(who: Q, address: tuple[str, str], user: Any, at: datetime) -> Way:
    readable = apps.get_model("helpcenter", "Article").objects.for_audiences_of(user)
    found = list(readable.filter(who).select_related("category").distinct())
    found.sort(key=lambda one: ((one.category.slug, one.slug) != address, one.slug != address[1], one.pk))
    shown = next((one for one in found if is_shown(one, at)), None)
    if shown is not None:
        return Way(shown)
    left = [one for one in found if was_shown(one, at)]
    for one in left:
        successor = _final_successor(one, user, at)
        if successor is not None:
            return Way(successor)
    return Way(is_gone=bool(left))


def _final_successor(article: "Article", user: Any, at: datetime) -> "Article | None":
    """The first article of the chain that the reader may open."""
    readable = apps.get_model("helpcenter", "Article").objects.visible_to(user, now=at).select_related("category")
    pk = article.successor_id
    for _step in range(MOST_SUCCESSORS):
        if pk is None:
            return None
        found = readable.filter(pk=pk).first()
        if found is not None:
            return found
        following = apps.get_model("helpcenter", "Article").objects.filter(pk=pk, state=ArticleState.ARCHIVED)
        pk = following.values_list("successor_id", flat=True).first()
    return None


def is_shown(article: "Article", at: datetime) -> bool:
    """Whether its readers see it at that moment; who they are is decided elsewhere."""
    begins, ends = article.published_at, article.expires_at
    is_begun = begins is not None and begins <= at
    return article.state == ArticleState.PUBLISHED and is_begun and (ends is None or ends > at)


def was_shown(article: "Article", at: datetime) -> bool:
    """Archived after readers had seen it: its address may say that it is gone."""
    begins, archived = article.published_at, article.archived_at
    return begins is not None and archived is not None and begins <= archived <= at and article.live_id is not None
