"""The help center for programs: what the token's user may read, by the same gate as the pages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import path

from helpcenter import search as finder
from helpcenter.forms import SearchForm
from helpcenter.models import Article
from portal.accounts.api import endpoint
from portal.accounts.states import TokenScope

PER_PAGE = 50
_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_FOUND: dict[str, Any] = {
    "id": _NUMBER,
    "title": _TEXT,
    "summary": _TEXT,
    "category": _TEXT,
    "url": {"type": "string", "format": "uri"},
}
_ARTICLES: dict[str, Any] = {
    "type": "object",
    "properties": {
        "total": _NUMBER,
        "page": _NUMBER,
        "articles": {"type": "array", "items": {"type": "object", "properties": _FOUND}},
    },
}
_ARTICLE: dict[str, Any] = {
    "type": "object",
    "properties": {
        **_FOUND,
        "version": _NUMBER,
        "published_at": {"type": "string", "format": "date-time"},
        "updated_at": {"type": "string", "format": "date-time"},
        "markdown": _TEXT,
        "html": _TEXT,
    },
}


@endpoint("GET", TokenScope.READ, answers=_ARTICLES)
def articles(request: HttpRequest) -> dict[str, Any]:
    """Articles in the order of the help center; with `q` those that a search finds, the best first. `page` from 1."""
    form = SearchForm(request.GET)
    asked = form.asked()
    readable = Article.objects.visible_to(request.user)
    if asked.words:
        found = finder.find(asked, among=readable, page=form.page_number)
        rows = [_row(hit.pk, hit.title, hit.summary, hit.category, hit.url) for hit in found.hits]
        return {"total": found.total, "page": found.page, "articles": rows}
    begin = (form.page_number - 1) * PER_PAGE
    listed = readable.listed().in_order()[begin : begin + PER_PAGE]
    rows = [_row(one.pk, one.title, one.summary, one.category.title, one.get_absolute_url()) for one in listed]
    return {"total": readable.count(), "page": form.page_number, "articles": rows}


@endpoint("GET", TokenScope.READ, answers=_ARTICLE)
def article(request: HttpRequest, pk: int) -> dict[str, Any]:
    """One article as readers see it now: its Markdown and its HTML."""
    found = get_object_or_404(Article.objects.visible_to(request.user).whole(), pk=pk)
    return {
        **_row(found.pk, found.title, found.summary, found.category.title, found.get_absolute_url()),
        "version": found.version,
        "published_at": found.published_at,
        "updated_at": found.updated_at,
        "markdown": found.live.body,
        "html": found.live.html,
    }


def _row(pk: int, title: str, summary: str, category: str, url: str) -> dict[str, Any]:
    return {"id": pk, "title": title, "summary": summary, "category": category, "url": settings.SITE_URL + url}


urlpatterns = [path("articles", articles, name="articles"), path("articles/<int:pk>", article, name="article")]
