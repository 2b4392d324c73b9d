from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from helpcenter import search as finder
from helpcenter.forms import VoteForm
from helpcenter.models import Article, Category
from helpcenter.querysets import (
    ArticleQuerySet,
    Way,
    company_of,
    followed_by,
    moved_category,
    next_turn,
    opened_on,
    shelves,
    way_from,
    way_to,
)
from portal.web.page_cache import public_page

ON_HOME = 6  # articles shown per category
MOST_RELATED = 4
VIEWS = "article-views"  # the tally that helpcenter.keep_views fetches


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door: search, the categories with their first articles, what is read most, what is new."""
    now = timezone.now()
    readable = Article.objects.visible_to(request.user, now=now)
    filled = shelves(request.user, at_most=ON_HOME, now=now)
    context = {"shelves": filled, "popular": readable.popular(now=now)[:4], "newest": readable.newest()[:4]}
    return public_page(request, "helpcenter/home.html", context, until=next_turn(filled, now))


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All categories with all their articles that this reader may open."""
    now = timezone.now()
    filled = shelves(request.user, now=now)
    return public_page(request, "helpcenter/index.html", {"shelves": filled}, until=next_turn(filled, now))


@login_not_required
@require_safe
def category(request: HttpRequest, category: str) -> HttpResponse:
    """One category; a former address of it answers with the present one."""
    now = timezone.now()
    followed = followed_by(request.user, "category")
    shown = Category.objects.visible_to(request.user, now=now).annotate(is_followed=followed)
    found = shown.filter(slug=category).first()
    if found is None:
        moved = moved_category(category, request.user, now=now)
        if moved is None:
            raise Http404
        return redirect(moved, permanent=True)
    readable = Article.objects.visible_to(request.user, now=now).turning(now)
    articles = list(readable.filter(category=found).listed().in_order())
    context = {"category": found, "articles": articles, "crumbs": _crumbs(found.title)}
    return public_page(request, "helpcenter/category.html", context, until=next_turn(articles, now))


@login_not_required
@require_safe
def article(request: HttpRequest, category: str, article: str) -> HttpResponse:
    """One article; a former address of it, or of its category, answers with the present one in one hop."""
    now = timezone.now()
    readable = Article.objects.visible_to(request.user, now=now)
    wanted = readable.turning(now).filter(category__slug=category, slug=article)
    wanted = wanted.annotate(is_followed=followed_by(request.user, "article"))
    found = wanted.whole().select_related("series_entry__series").first()
    if found is None:
        return _led(request, way_from(category, article, request.user, now=now))
    context = {"article": found, "crumbs": _crumbs(found.title, within=found.category), **_feedback(request)}
    context |= beside(found, among=readable)
    counted = (VIEWS, opened_on(now, found.pk))
    return public_page(request, "helpcenter/article.html", context, until=found.turns_at, counted=counted)


def beside(found: Article, *, among: ArticleQuerySet) -> dict[str, Any]:
    """What stands beside an article: its neighbors, its series, and what is related, picked by hand first."""
    company = company_of(found, among=among)
    computed = finder.related(found, among=among) if len(company.picked) < MOST_RELATED else []
    picked = {one.pk for one in company.picked}
    related = [*company.picked, *(hit for hit in computed if hit.pk not in picked)]
    return {"company": company, "related": related[:MOST_RELATED]}


def _led(request: HttpRequest, way: Way) -> HttpResponse:
    """From an address where no article of this reader stands: on to where it is, or that it is gone, or nothing."""
    if way.to is not None:
        return redirect(way.to, permanent=True)
    if way.is_gone:
        return public_page(request, "helpcenter/gone.html", {"title": gettext("No longer here")}, status=410)
    raise Http404


def _crumbs(title: str, *, within: Category | None = None) -> list[tuple[str, str]]:
    shelf = [(within.title, within.get_absolute_url())] if within else []
    return [(gettext("Help"), reverse("helpcenter:index")), *shelf, (title, "")]


def _feedback(request: HttpRequest) -> dict[str, Any]:
    """What the visitor answered, after a vote without scripts."""
    voted = request.GET.get("voted")
    return {"voted": voted if voted in ("yes", "no", "told") else "", "vote_form": VoteForm()}


@login_not_required
@require_safe
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    """The address that survives every rename, and leads to the successor of what was archived."""
    way = way_to(pk, request.user)
    if way.to is not None and way.to.pk == pk:
        return redirect(way.to)
    return _led(request, way)
