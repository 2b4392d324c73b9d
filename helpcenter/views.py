from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from helpcenter import actions
from helpcenter import search as finder
from helpcenter.forms import SearchForm, VoteForm
from helpcenter.models import Article, Category
from helpcenter.querysets import moved_article, moved_category, shelves
from portal.lib.rate_limits import take
from portal.lib.visitors import daily_digest
from portal.web.htmx import page, wanted_part
from portal.web.origin import from_here_only
from portal.web.page_cache import public_page

MOST_VOTES_A_MINUTE = 30  # of one network address: a whole office may share it
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


@login_not_required
@from_here_only
@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Keeps a vote, then asks a "no" for its reason. Works without script, session or token.

    Who floods from one address, under whatever browser's name, is thanked all the same and learns nothing.
    """
    found = get_object_or_404(Article.objects.visible_to(request.user).select_related("category"), pk=pk)
    form = VoteForm(request.POST)
    if not form.is_valid():
        return _feedback_page(request, found, voted="no", form=form, status=422)
    if not take(f"vote:{request.META.get('REMOTE_ADDR', '')}", limit=MOST_VOTES_A_MINUTE, now=timezone.now()).is_over:
        actions.vote(article=found, ballot=form.ballot(_visitor(request)))
    is_told = form.cleaned_data["reason"] or form.cleaned_data["comment"]
    voted = "told" if is_told else form.cleaned_data["vote"]
    if wanted_part(request, ["feedback"]):
        return _feedback_page(request, found, voted=voted, form=VoteForm())
    return redirect(f"{found.get_absolute_url()}?voted={voted}#feedback")


def _feedback_page(
    request: HttpRequest, found: Article, *, voted: str, form: VoteForm, status: int = 200
) -> HttpResponse:
    context = {"article": found, "voted": voted, "vote_form": form}
    return page(request, "helpcenter/article.html", context, parts=["feedback"], status=status)


def _visitor(request: HttpRequest) -> str:
    today = timezone.now().date()
    if request.user.is_authenticated:
        return daily_digest("user", str(request.user.pk), on=today)
    return daily_digest(request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", ""), on=today)


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Results for `q`, perhaps within a category that the reader may see; nothing found: what is near, and a person."""
    form = SearchForm(request.GET)
    asked = form.asked()
    categories = list(Category.objects.visible_to(request.user))
    chosen = next((one for one in categories if one.slug == form.category_slug), None)
    readable = Article.objects.visible_to(request.user)
    among = readable.filter(category=chosen) if chosen else readable
    found = finder.find(asked, among=among, page=form.page_number)
    context = {
        "asked": asked,
        "categories": categories,
        "chosen": chosen,
        "found": found,
        "near": finder.near(asked, among=readable) if asked.words and not found.total else [],
    }
    return page(request, "helpcenter/search.html", context, parts=["results"])


@login_not_required
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for the search box, or with `form=ticket` the few articles that may spare writing a ticket."""
    asked = SearchForm(request.GET).asked()
    is_ticket = request.GET.get("form") == "ticket"
    limit = 4 if is_ticket else finder.MOST_SUGGESTIONS
    hits = finder.suggest(asked, among=Article.objects.visible_to(request.user), limit=limit)
    template = "helpcenter/suggest.html#hints" if is_ticket else "helpcenter/suggest.html"
    return page(request, template, {"asked": asked, "hits": hits})
