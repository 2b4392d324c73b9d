"""The help center for programs: what the reader may read, by the same gate as the pages; the public part to all."""

from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router
from pydantic import Field

from helpcenter import search as finder
from helpcenter.models import Article
from helpcenter.querysets import readable_by
from portal.accounts.api import OPEN, Listing, Page, Paged, Sort, Text, Told, endpoint, make_cursor, read_cursor, told

MOST_PAGES = 50
router = Router(tags=["Help center"])
_SORTS = {
    "-updated_at": Sort("updated_at", is_down=True),
    "updated_at": Sort("updated_at"),
    "title": Sort("title"),
    "-title": Sort("title", is_down=True),
}


class Hit(Told):
    id: int
    title: str
    summary: str
    category: str
    url: str


class Listed(Hit):
    published_at: datetime
    updated_at: datetime


class Whole(Listed):
    version: int
    markdown: str
    html: str


class ArticlesAsked(Listing):
    category: Text = Field("", max_length=80, description="Only those of the category with this slug.")
    sort: Literal["-updated_at", "updated_at", "title", "-title"] = "-updated_at"


class SearchAsked(Listing):
    q: Text = Field(min_length=1, max_length=200, description="What to search for.")
    category: Text = Field("", max_length=80, description="Only in the category with this slug.")
    limit: int = Field(10, ge=10, le=10, description="A page of a search has ten.")


@endpoint(router, "GET /articles", Paged[Listed], OPEN)
def articles(request: HttpRequest, asked: Query[ArticlesAsked]) -> HttpResponse:
    """The articles that you may read.

    Without a token those that are public.
    """
    readable = Article.objects.visible_to(request.user).listed()
    if asked.category:
        readable = readable.filter(category__slug=asked.category)
    return told(Paged[Listed](**Page(asked, _SORTS[asked.sort]).of(readable, lambda one: Listed(**_line(one)))))


@endpoint(router, "GET /articles/search", Paged[Hit], OPEN)
def search_articles(request: HttpRequest, asked: Query[SearchAsked]) -> HttpResponse:
    """Searches the articles that you may read, the best first.

    Ranked as the help center's own search is.
    """
    began = read_cursor(asked, "")
    number = began["page"] if began else 1
    readable = readable_by(request.user)
    found = finder.find(finder.Asked.of(asked.q), among=readable, category=asked.category, page=number)
    hits = [_hit(one.pk, one.title, one.summary, one.category, one.url) for one in found.hits]
    following = found.next_page if number < MOST_PAGES else None
    after = make_cursor(asked, "", {"page": following}) if following else None
    return told(Paged[Hit](items=[Hit(**one) for one in hits], next=after))


@endpoint(router, "GET /articles/{int:article}", Whole, OPEN)
def article(request: HttpRequest, article: Path[int]) -> HttpResponse:
    """One article as readers see it now: its Markdown and its HTML."""
    found = get_object_or_404(Article.objects.visible_to(request.user).whole(), pk=article)
    return told(Whole(**_line(found), version=found.version, markdown=found.live.body, html=found.live.html))


def _line(one: Any) -> dict[str, Any]:
    times = {"published_at": one.published_at, "updated_at": one.updated_at}
    return {**_hit(one.pk, one.title, one.summary, one.category.title, one.get_absolute_url()), **times}


def _hit(pk: int, title: str, summary: str, category: str, url: str) -> dict[str, Any]:
    return {"id": pk, "title": title, "summary": summary, "category": category, "url": settings.SITE_URL + url}
