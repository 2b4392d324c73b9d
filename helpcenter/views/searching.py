from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from helpcenter import search as finder
from helpcenter.forms import SearchForm
from helpcenter.models import Article, Category
from portal.web.htmx import page


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
