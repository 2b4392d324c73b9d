from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from helpcenter import search as finder
from helpcenter.forms import VoteForm
from helpcenter.models import Article, Category
from helpcenter.querysets import moved_article, moved_category, shelves
from helpcenter.views.searching import note_opening
from portal.web.page_cache import public_page

ON_HOME = 6  # articles shown per category


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door: search, the categories with their first articles, what is read most, what is new."""
    readable = Article.objects.visible_to(request.user)
    context = {
        "shelves": shelves(request.user, at_most=ON_HOME),
        "popular": readable.popular()[:4],
        "newest": readable.newest()[:4],
    }
    return public_page(request, "helpcenter/home.html", context)


@login_not_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All categories with all their articles that this reader may open."""
    return public_page(request, "helpcenter/index.html", {"shelves": shelves(request.user)})


@login_not_required
@require_safe
def category(request: HttpRequest, category: str) -> HttpResponse:
    """One category; a former address of it answers with the present one."""
    found = Category.objects.visible_to(request.user).filter(slug=category).first()
    if found is None:
        return redirect(_or_404(moved_category(category, request.user)), permanent=True)
    articles = Article.objects.visible_to(request.user).filter(category=found).listed().in_order()
    context = {"category": found, "articles": articles, "crumbs": _crumbs(found.title)}
    return public_page(request, "helpcenter/category.html", context)


@login_not_required
@require_safe
def article(request: HttpRequest, category: str, article: str) -> HttpResponse:
    """One article; a former address of it, or of its category, answers with the present one in one hop."""
    readable = Article.objects.visible_to(request.user)
    found = readable.whole().filter(category__slug=category, slug=article).first()
    if found is None:
        return redirect(_or_404(moved_article(category, article, request.user)), permanent=True)
    note_opening(request, found)
    context = {
        "article": found,
        "crumbs": _crumbs(found.title, within=found.category),
        **readable.neighbors(found),
        "related": finder.related(found, among=readable),
        **_feedback(request),
    }
    return public_page(request, "helpcenter/article.html", context)


def _crumbs(title: str, *, within: Category | None = None) -> list[tuple[str, str]]:
    shelf = [(within.title, within.get_absolute_url())] if within else []
    return [(gettext("Help"), reverse("helpcenter:index")), *shelf, (title, "")]


def _or_404(found: Any) -> Any:
    if found is None:
        raise Http404
    return found


def _feedback(request: HttpRequest) -> dict[str, Any]:
    """What the visitor answered, after a vote without scripts."""
    voted = request.GET.get("voted")
    return {"voted": voted if voted in ("yes", "no", "told") else "", "vote_form": VoteForm()}


@login_not_required
@require_safe
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    """The address that survives every rename."""
    readable = Article.objects.visible_to(request.user).select_related("category")
    return redirect(get_object_or_404(readable, pk=pk))
