"""What machines read: site map, news, llms.txt, the Markdown copy of an article. Lists show what anybody may read."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from helpcenter.models import Article, Asset
from helpcenter.querysets import shelves, snippets, way_from
from portal.lib.markdown import expanded

MOST_NEWS = 40
MOST_ADDRESSES = 45_000  # a site map may hold 50,000


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page of the help center with the day of its last change."""
    articles = Article.objects.visible_to(AnonymousUser()).listed().in_order()[:MOST_ADDRESSES]
    categories = {article.category_id: article.category for article in articles}
    clips = Asset.objects.visible_to(AnonymousUser()).clips_by_article()
    listed = [(article, clips.get(article.pk, [])) for article in articles]
    context = {"site": settings.SITE_URL, "listed": listed, "categories": categories.values()}
    return render(request, "helpcenter/sitemap.xml", context, content_type="application/xml")


@login_not_required
@require_safe
def atom(request: HttpRequest) -> HttpResponse:
    """New and changed public articles, the latest change first."""
    articles = list(Article.objects.visible_to(AnonymousUser()).listed().order_by("-updated_at", "-pk")[:MOST_NEWS])
    updated_at = articles[0].updated_at if articles else datetime.fromtimestamp(0, UTC)
    context = {"site": settings.SITE_URL, "articles": articles, "updated_at": updated_at}
    response = render(request, "helpcenter/feed.atom", context, content_type="application/atom+xml; charset=utf-8")
    response["Last-Modified"] = http_date(updated_at.timestamp())
    response["Cache-Control"] = "public, max-age=300"
    return response


@login_not_required
@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """The public help center for language models: each category with links to the Markdown copies."""
    context = {"site": settings.SITE_URL, "shelves": shelves(AnonymousUser())}
    return render(request, "helpcenter/llms.txt", context, content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
def article_markdown(request: HttpRequest, category: str, article: str) -> HttpResponse:
    """The article's Markdown, for the same readers as its page."""
    readable = Article.objects.visible_to(request.user).whole()
    found = readable.filter(category__slug=category, slug=article).first()
    if found is None:
        way = way_from(category, article, request.user)
        if way.to is not None:
            return redirect(way.to.markdown_url, permanent=True)
        if way.is_gone:
            return HttpResponse(
                "This article is no longer here.\n", status=410, content_type="text/markdown; charset=utf-8"
            )
        raise Http404
    body = expanded(found.live.body, snippets(found.live.uses)).source
    head = f"# {found.title}\n\n" + (f"> {found.summary}\n\n" if found.summary else "")
    response = HttpResponse(head + body, content_type="text/markdown; charset=utf-8")
    response["Last-Modified"] = http_date(found.updated_at.timestamp())
    response["Vary"] = "Cookie"
    response["Cache-Control"] = "no-store, private" if request.user.is_authenticated else "no-cache"
    return response
